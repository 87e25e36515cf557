/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The queue is a ring of references that grows up to its bound. Only its oldest end is ever
 * dropped, so the records in it have consecutive numbers and the number of the first tells all.
 *
 * A packet is put together in one buffer and sent with one call: records are short, and copying
 * them costs less than telling the kernel where each one is. A stream socket may take part of it;
 * the rest of a line that was begun is set aside and goes first, so a line is always whole.
 */
#include "bh-stream.h"

#include "bh-error.h"
#include "bh-packed.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_CAPACITY 64
#define MAX_RECORDS 256    /* in a packet */
#define PACKET_BYTES 65536 /* of JSON; a line always fits, see test-lib-json.c */
#define PREFIX_MAX 64      /* {"Sequence":N,"Dropped":M, */

G_STATIC_ASSERT(BH_PACKED_PACKET_MAX <= PACKET_BYTES);
G_STATIC_ASSERT(BH_PACKED_HEADER_SIZE + BH_PACKED_RECORD_MAX <= BH_PACKED_PACKET_MAX);

struct BhStream {
    BhStreamSpec spec;
    BhClock *clock;       /* borrowed: outlives us */
    BhStreamPacer *pacer; /* borrowed: outlives us */
    BhStreamTurn turn;
    BhStreamEndFunc on_end;
    gpointer user_data;

    int fd;
    guint closed_watch;
    guint writable_watch; /* 0 unless the socket is full */
    gint64 sent_us;       /* when the last packet went; far back at first */
    GBytes *rest;         /* of a line that was begun, or NULL */
    gboolean broken;      /* the reader is gone */
    gboolean finishing;

    BhRecord **ring; /* references */
    guint capacity;  /* of ring; a power of two */
    guint head;
    guint length;
    gsize bytes;      /* of the records in the ring */
    guint64 sequence; /* of the record at the head, or of the next one */
    guint64 untold;   /* lost right before the head, not told yet */
    guint64 delivered;
    guint64 dropped;
};

/* The ring */

static BhRecord *
peek_record(BhStream *self, guint index)
{
    return self->ring[(self->head + index) & (self->capacity - 1)];
}

static void
grow(BhStream *self)
{
    guint capacity = self->capacity * 2;
    BhRecord **ring = g_new(BhRecord *, capacity);

    for (guint i = 0; i < self->length; i++)
        ring[i] = peek_record(self, i);
    g_free(self->ring);
    self->ring = ring;
    self->capacity = capacity;
    self->head = 0;
}

static void
append(BhStream *self, BhRecord *record)
{
    if (self->length == self->capacity)
        grow(self);
    self->ring[(self->head + self->length) & (self->capacity - 1)] = bh_record_ref(record);
    self->length++;
    self->bytes += record->size;
}

static void
remove_head(BhStream *self)
{
    BhRecord *record = self->ring[self->head];

    self->head = (self->head + 1) & (self->capacity - 1);
    self->length--;
    self->bytes -= record->size;
    self->sequence++;
    bh_record_unref(record);
}

static void
drop_oldest(BhStream *self)
{
    remove_head(self);
    self->untold++;
    self->dropped++;
}

static void
take_sent(BhStream *self, guint n)
{
    for (guint i = 0; i < n; i++)
        remove_head(self);
    self->delivered += n;
    if (n > 0)
        self->untold = 0;
}

/* Packets */

typedef struct {
    guint8 bytes[PACKET_BYTES];
    gsize size;
    guint records;
    guint ends[MAX_RECORDS]; /* where each record ends in bytes */
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
    char digits[20];
    gsize at = sizeof digits;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    packet_append(packet, digits + at, sizeof digits - at);
}

static void
packet_append_record(Packet *packet, const BhRecord *record)
{
    packet_append(packet, record->bytes, record->size);
    packet->ends[packet->records++] = (guint)packet->size;
}

static void
fill_lines(BhStream *self, Packet *packet)
{
    for (guint i = 0; i < MIN(self->length, MAX_RECORDS); i++) {
        const BhRecord *record = peek_record(self, i);

        if (packet->size + PREFIX_MAX + record->size > PACKET_BYTES)
            return;
        packet_append_text(packet, "{\"Sequence\":");
        packet_append_number(packet, self->sequence + i);
        if (i == 0 && self->untold > 0) {
            packet_append_text(packet, ",\"Dropped\":");
            packet_append_number(packet, self->untold);
        }
        packet_append_text(packet, ",");
        packet_append_record(packet, record);
    }
}

static void
fill_packed(BhStream *self, Packet *packet)
{
    packet->size = BH_PACKED_HEADER_SIZE;
    for (guint i = 0; i < MIN(self->length, MAX_RECORDS); i++) {
        const BhRecord *record = peek_record(self, i);

        if (packet->size + record->size > BH_PACKED_PACKET_MAX)
            break;
        packet_append_record(packet, record);
    }
    bh_packed_write_header(packet->bytes,
                           (guint16)packet->records,
                           self->sequence,
                           (guint32)MIN(self->untold, G_MAXUINT32));
}

/* Sending */

/* The watch for the reader's leaving sees this, too, and ends the stream from the main loop. */
static void
hang_up(BhStream *self)
{
    self->broken = TRUE;
    shutdown(self->fd, SHUT_RDWR);
}

static gboolean on_writable(int fd, GIOCondition condition, gpointer user_data);

static void
await_room(BhStream *self)
{
    self->writable_watch = g_unix_fd_add(self->fd, G_IO_OUT, on_writable, self);
}

/* TRUE if all of it was sent; else the socket is full or the stream at its end. */
static gboolean
send_bytes(BhStream *self, gconstpointer bytes, gsize size, gsize *sent)
{
    gssize n;

    do
        n = send(self->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    *sent = (gsize)MAX(n, 0);
    if (n > 0)
        self->sent_us = bh_clock_now_us(self->clock);
    if (*sent == size)
        return TRUE;
    if (n >= 0 || errno == EAGAIN)
        await_room(self);
    else
        hang_up(self);
    return FALSE;
}

/* The rest of a line that was begun. */
static gboolean
send_rest(BhStream *self)
{
    g_autoptr(GBytes) rest = g_steal_pointer(&self->rest);
    gsize size, sent;
    const guint8 *bytes;

    if (rest == NULL)
        return TRUE;
    bytes = g_bytes_get_data(rest, &size);
    if (send_bytes(self, bytes, size, &sent))
        return TRUE;
    self->rest = g_bytes_new_from_bytes(rest, sent, size - sent);
    return FALSE;
}

/* Takes out of the queue what went into the socket. */
static void
settle(BhStream *self, const Packet *packet, gsize sent)
{
    guint n = 0;

    while (n < packet->records && packet->ends[n] <= sent)
        n++;
    if (n < packet->records && sent > (n > 0 ? packet->ends[n - 1] : 0)) {
        self->rest = g_bytes_new(packet->bytes + sent, packet->ends[n] - sent);
        n++;
    }
    take_sent(self, n);
}

static gboolean
send_packet(BhStream *self)
{
    Packet packet; /* large: only what is used is ever touched */
    gboolean all;
    gsize sent;

    packet.size = 0;
    packet.records = 0;
    if (self->spec.format == BH_STREAM_JSON)
        fill_lines(self, &packet);
    else
        fill_packed(self, &packet);
    all = send_bytes(self, packet.bytes, packet.size, &sent);
    settle(self, &packet, sent);
    return all;
}

void
bh_stream_flush(BhStream *self)
{
    if (self->broken || self->writable_watch != 0 || !send_rest(self))
        return;
    while (self->length > 0 && send_packet(self))
        continue;
    if (self->finishing && self->length == 0 && self->rest == NULL)
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

static gboolean
is_full_for(BhStream *self, const BhRecord *record)
{
    return self->length >= self->spec.queue ||
           (self->length > 0 && self->bytes + record->size > BH_STREAM_MAX_BYTES);
}

void
bh_stream_push(BhStream *self, BhRecord *record)
{
    if (self->broken || self->finishing)
        return;
    if (is_full_for(self, record))
        bh_stream_flush(self);
    while (is_full_for(self, record))
        drop_oldest(self);
    append(self, record);
    if (self->writable_watch == 0 && !self->turn.waiting)
        bh_stream_pacer_add(self->pacer,
                            &self->turn,
                            MAX(bh_clock_now_us(self->clock), self->sent_us + self->spec.batch_us));
}

void
bh_stream_finish(BhStream *self)
{
    self->finishing = TRUE;
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
    return self->delivered;
}

guint64
bh_stream_get_dropped(BhStream *self)
{
    return self->dropped;
}

static gboolean
make_sockets(BhStreamFormat format, int fds[2], GError **error)
{
    int type = format == BH_STREAM_JSON ? SOCK_STREAM : SOCK_SEQPACKET;
    BhError code;

    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) == 0) {
        shutdown(fds[0], SHUT_RD); /* what a reader writes fails there, and is never kept here */
        return TRUE;
    }
    code = errno == EMFILE || errno == ENFILE ? BH_ERROR_LIMIT_EXCEEDED : BH_ERROR_FAILED;
    g_set_error(error, BH_ERROR, code, "no socket for a stream: %s", g_strerror(errno));
    return FALSE;
}

BhStream *
bh_stream_new(const BhStreamSpec *spec,
              BhClock *clock,
              BhStreamPacer *pacer,
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
    self->clock = clock;
    self->pacer = pacer;
    self->turn = (BhStreamTurn){.func = on_turn, .user_data = self};
    self->on_end = on_end;
    self->user_data = user_data;
    self->fd = fds[0];
    self->closed_watch = g_unix_fd_add(self->fd, G_IO_HUP | G_IO_ERR, on_closed, self);
    self->sent_us = bh_clock_now_us(clock) - spec->batch_us;
    self->capacity = FIRST_CAPACITY;
    self->ring = g_new(BhRecord *, self->capacity);
    self->sequence = 1;
    *reader_fd = fds[1];
    return self;
}

void
bh_stream_free(BhStream *self)
{
    bh_stream_flush(self);
    bh_stream_pacer_remove(self->pacer, &self->turn);
    if (self->closed_watch != 0)
        g_source_remove(self->closed_watch);
    if (self->writable_watch != 0)
        g_source_remove(self->writable_watch);
    close(self->fd);
    while (self->length > 0)
        remove_head(self);
    g_free(self->ring);
    g_clear_pointer(&self->rest, g_bytes_unref);
    g_free(self);
}
