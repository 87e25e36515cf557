/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A packet is put together in one buffer and sent with one call: records are short, and copying
 * them costs less than telling the kernel where each one is.
 *
 * A line is always whole, even if we are killed: what stands in the socket ends with one. A stream
 * socket takes what fits one of the kernel's buffers, which hold 32 KiB at least, as a whole or not
 * at all, so packets of lines are no longer than that. The rare line that is longer takes several
 * buffers, and is sent alone and only when three quarters of the socket are free, which is what the
 * kernel calls writable.
 */
#include "bh-stream.h"

#include "bh-error.h"
#include "bh-json.h"
#include "bh-packed.h"
#include "bh-record-queue.h"

#include <errno.h>
#include <glib-unix.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_RECORDS 256     /* in a packet */
#define PACKET_BYTES 65536  /* a line always fits, see test-lib-json.c */
#define WHOLE_BYTES 32768   /* what a stream socket takes as a whole or not at all */
#define SOCKET_BYTES 106496 /* asked for; the kernel doubles it: what it gives by itself, too */
#define PREFIX_MAX 64       /* {"Sequence":N,"Dropped":M, */

G_STATIC_ASSERT(BH_PACKED_PACKET_MAX <= PACKET_BYTES);
G_STATIC_ASSERT(BH_PACKED_HEADER_SIZE + BH_PACKED_RECORD_MAX <= BH_PACKED_PACKET_MAX);

struct BhStream {
    BhStreamSpec spec;
    guint32 uid;
    BhStreamShared shared;
    BhStreamTurn turn;
    BhStreamEndFunc on_end;
    gpointer user_data;

    int fd;
    guint closed_watch;
    guint writable_watch; /* 0 unless the socket is full */
    gint64 sent_us;       /* when the last packet went; far back at first */
    gboolean broken;      /* the reader is gone */
    gboolean finishing;
    BhTimer *deadline; /* of a reader who should take the rest */
    BhRecordQueue queue;
};

/* Packets */

typedef struct {
    guint8 bytes[PACKET_BYTES];
    gsize size;
    guint records;
} Packet;

static void
packet_append(Packet *packet, gconstpointer bytes, gsize size)
{
    memcpy(packet->bytes + packet->size, bytes, size);
    packet->size += size;
}

static void
packet_append_text(Packet *packet, const char *text)
{
    packet_append(packet, text, strlen(text));
}

static void
packet_append_number(Packet *packet, guint64 value)
{
    char digits[BH_JSON_DIGITS];
    const char *begin = bh_json_format_uint(value, digits);

    packet_append(packet, begin, (gsize)(digits + sizeof digits - begin));
}

static void
packet_append_record(Packet *packet, const BhRecord *record)
{
    packet_append(packet, record->bytes, record->size);
    packet->records++;
}

/* Whether more stays in one piece; the first line may be as long as it likes. */
static gboolean
has_room(const Packet *packet, const BhRecord *record)
{
    return packet->records == 0 || packet->size + PREFIX_MAX + record->size <= WHOLE_BYTES;
}

static void
fill_lines(BhStream *self, Packet *packet)
{
    for (guint i = 0; i < MIN(self->queue.length, MAX_RECORDS); i++) {
        const BhRecord *record = bh_record_queue_peek(&self->queue, i);

        if (!has_room(packet, record))
            return;
        packet_append_text(packet, "{\"Sequence\":");
        packet_append_number(packet, self->queue.sequence + i);
        if (i == 0 && self->queue.untold > 0) {
            packet_append_text(packet, ",\"Dropped\":");
            packet_append_number(packet, self->queue.untold);
        }
        packet_append_text(packet, ",");
        packet_append_record(packet, record);
    }
}

static void
fill_packed(BhStream *self, Packet *packet)
{
    packet->size = BH_PACKED_HEADER_SIZE;
    for (guint i = 0; i < MIN(self->queue.length, MAX_RECORDS); i++) {
        const BhRecord *record = bh_record_queue_peek(&self->queue, i);

        if (packet->size + record->size > BH_PACKED_PACKET_MAX)
            break;
        packet_append_record(packet, record);
    }
    bh_packed_write_header(packet->bytes,
                           (guint16)packet->records,
                           self->queue.sequence,
                           (guint32)MIN(self->queue.untold, G_MAXUINT32));
}

/* Sending */

/* The watch for the reader's leaving sees this, too, and ends the stream from the main loop. */
static void
hang_up(BhStream *self)
{
    self->broken = TRUE;
    shutdown(self->fd, SHUT_RDWR);
}

/* What went a little early counts as in time, or else batches would become shorter and shorter. */
static void
note_sent(BhStream *self)
{
    gint64 now_us = bh_clock_now_us(self->shared.clock);
    gint64 due_us = self->sent_us + self->spec.batch_us;

    self->sent_us = CLAMP(due_us, now_us, now_us + BH_STREAM_EARLY_US);
}

static gboolean on_writable(int fd, GIOCondition condition, gpointer user_data);

static void
await_room(BhStream *self)
{
    self->writable_watch = g_unix_fd_add(self->fd, G_IO_OUT, on_writable, self);
}

static gboolean
is_writable(BhStream *self)
{
    struct pollfd poll_fd = {.fd = self->fd, .events = POLLOUT};

    return poll(&poll_fd, 1, 0) == 1;
}

/* All or nothing; FALSE if the socket is full or the stream at its end. */
static gboolean
send_bytes(BhStream *self, const Packet *packet)
{
    gssize n;

    if (packet->size > WHOLE_BYTES && !is_writable(self)) {
        await_room(self);
        return FALSE;
    }
    do
        n = send(self->fd, packet->bytes, packet->size, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n == (gssize)packet->size)
        return TRUE;
    if (n < 0 && errno == EAGAIN)
        await_room(self);
    else
        hang_up(self);
    return FALSE;
}

static gboolean
send_packet(BhStream *self)
{
    Packet packet; /* large: only what is used is ever touched */

    packet.size = 0;
    packet.records = 0;
    if (self->spec.format == BH_STREAM_JSON)
        fill_lines(self, &packet);
    else
        fill_packed(self, &packet);
    if (!send_bytes(self, &packet))
        return FALSE;
    note_sent(self);
    bh_record_queue_take(&self->queue, packet.records);
    return TRUE;
}

void
bh_stream_flush(BhStream *self)
{
    if (self->broken || self->writable_watch != 0)
        return;
    while (self->queue.length > 0 && send_packet(self))
        continue;
    if (self->finishing && self->queue.length == 0)
        hang_up(self);
}

static gboolean
on_writable(int fd, GIOCondition condition, gpointer user_data)
{
    BhStream *self = user_data;

    self->writable_watch = 0;
    bh_stream_flush(self);
    return G_SOURCE_REMOVE;
}

static void
on_turn(gpointer user_data)
{
    bh_stream_flush(user_data);
}

static gboolean
on_closed(int fd, GIOCondition condition, gpointer user_data)
{
    BhStream *self = user_data;

    self->closed_watch = 0;
    self->on_end(self, self->user_data);
    return G_SOURCE_REMOVE;
}

/* The interface */

void
bh_stream_push(BhStream *self, BhRecord *record)
{
    g_return_if_fail(record->size <= PACKET_BYTES - PREFIX_MAX);

    if (self->broken || self->finishing)
        return;
    if (bh_record_queue_is_full_for(&self->queue, record))
        bh_stream_flush(self);
    bh_record_queue_push(&self->queue, record);
    if (self->writable_watch == 0 && !self->turn.waiting)
        bh_stream_pacer_add(
            self->shared.pacer,
            &self->turn,
            MAX(bh_clock_now_us(self->shared.clock), self->sent_us + self->spec.batch_us));
}

void
bh_stream_stop(BhStream *self)
{
    g_clear_handle_id(&self->writable_watch, g_source_remove);
    bh_stream_flush(self);
    if (!self->broken)
        bh_record_queue_drop(&self->queue, self->queue.length);
    self->broken = TRUE;
}

void
bh_stream_push_waiting(BhStream *self, BhRecord *record)
{
    bh_record_queue_let_in(&self->queue);
    bh_stream_push(self, record);
}

static void
on_deadline(gpointer user_data)
{
    BhStream *self = user_data;

    bh_clear_timer(&self->deadline);
    self->on_end(self, self->user_data);
}

void
bh_stream_finish(BhStream *self)
{
    if (self->finishing)
        return;
    self->finishing = TRUE;
    self->deadline = bh_clock_call_in(self->shared.clock, BH_STREAM_DRAIN_MS, on_deadline, self);
    bh_stream_flush(self);
}

BhStreamFormat
bh_stream_get_format(BhStream *self)
{
    return self->spec.format;
}

guint64
bh_stream_get_delivered(BhStream *self)
{
    return self->queue.taken;
}

guint64
bh_stream_get_dropped(BhStream *self)
{
    return self->queue.dropped;
}

static gboolean
make_sockets(BhStreamFormat format, int fds[2], GError **error)
{
    int type = format == BH_STREAM_JSON ? SOCK_STREAM : SOCK_SEQPACKET;
    BhError code;

    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) == 0) {
        setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &(int){SOCKET_BYTES}, sizeof(int));
        shutdown(fds[0], SHUT_RD); /* what a reader writes fails there, and is never kept here */
        return TRUE;
    }
    code = errno == EMFILE || errno == ENFILE ? BH_ERROR_LIMIT_EXCEEDED : BH_ERROR_FAILED;
    g_set_error(error, BH_ERROR, code, "no socket for a stream: %s", g_strerror(errno));
    return FALSE;
}

BhStream *
bh_stream_new(const BhStreamSpec *spec,
              guint32 uid,
              const BhStreamShared *shared,
              BhStreamEndFunc on_end,
              gpointer user_data,
              int *reader_fd,
              GError **error)
{
    BhStream *self;
    int fds[2];

    if (!make_sockets(spec->format, fds, error))
        return NULL;
    self = g_new0(BhStream, 1);
    self->spec = *spec;
    self->uid = uid;
    self->shared = *shared;
    self->turn = (BhStreamTurn){.func = on_turn, .user_data = self};
    self->on_end = on_end;
    self->user_data = user_data;
    self->fd = fds[0];
    self->closed_watch = g_unix_fd_add(self->fd, G_IO_HUP | G_IO_ERR, on_closed, self);
    self->sent_us = bh_clock_now_us(shared->clock) - spec->batch_us;
    bh_record_queue_init(&self->queue, spec->queue);
    bh_stream_budget_join(shared->budget, uid, &self->queue);
    bh_stream_pacer_join(shared->pacer, spec->batch_us);
    *reader_fd = fds[1];
    return self;
}

void
bh_stream_free(BhStream *self)
{
    bh_stream_stop(self);
    bh_stream_pacer_remove(self->shared.pacer, &self->turn);
    bh_stream_pacer_leave(self->shared.pacer, self->spec.batch_us);
    if (self->closed_watch != 0)
        g_source_remove(self->closed_watch);
    if (self->writable_watch != 0)
        g_source_remove(self->writable_watch);
    close(self->fd);
    bh_clear_timer(&self->deadline);
    bh_stream_budget_leave(self->shared.budget, self->uid, &self->queue);
    g_free(self);
}
