/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The protocol has no serial numbers: an answer belongs to the command of its opcode to its
 * controller. So there is one call of each at a time, and one that was given up stays in the list
 * for a while to catch its late answer, which else would be taken for that of the next. What is
 * only sent stays there for the same reason; answers of one opcode that is called come in order.
 */
#include "bh-mgmt.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bh-error.h"
#include "bh-mgmt-socket.h"

#define LATE_ANSWER_S 60

struct BhMgmt {
    int fd;
    guint8 version;
    guint16 revision;
    GSource *source; /* NULL until started, and when lost */
    const BhMgmtObserver *observer;
    gpointer data;
    GQueue calls; /* BhMgmtCall */
    gboolean bulk;
    guint64 malformed;
    guint64 drops;
    guint32 seen_drops; /* of the socket, at the last look */
};

struct BhMgmtCall {
    BhMgmt *mgmt;
    GList link; /* in calls */
    guint16 opcode;
    guint16 index;
    gboolean only_sent; /* others may be sent before its answer */
    BhMgmtDone done;    /* NULL = nobody waits */
    gpointer data;
    guint timer;
};

/* All that may ever be sent. */
static const guint16 allowed[] = {
    BH_MGMT_READ_VERSION,
    BH_MGMT_DISCONNECT,
    BH_MGMT_GET_CONNECTIONS,
    BH_MGMT_PAIR_DEVICE,
    BH_MGMT_CANCEL_PAIR_DEVICE,
    BH_MGMT_GET_CONNECTION_INFORMATION,
    BH_MGMT_LOAD_CONNECTION_PARAMETERS,
    BH_MGMT_READ_ADVERTISING_FEATURES,
    BH_MGMT_REMOVE_ADVERTISING,
    BH_MGMT_READ_DEFAULTS,
    BH_MGMT_SET_DEFAULTS,
    BH_MGMT_READ_MONITOR_FEATURES,
    BH_MGMT_ADD_PATTERNS_MONITOR,
    BH_MGMT_REMOVE_MONITOR,
    BH_MGMT_ADD_ADVERTISING_PARAMETERS,
    BH_MGMT_ADD_ADVERTISING_DATA,
};

static guint16
opcode_of(const BhMgmtPacket *packet)
{
    return (guint16)(packet->bytes[0] | packet->bytes[1] << 8);
}

static guint16
index_of(const BhMgmtPacket *packet)
{
    return (guint16)(packet->bytes[2] | packet->bytes[3] << 8);
}

static gboolean
is_allowed(guint16 opcode)
{
    for (gsize i = 0; i < G_N_ELEMENTS(allowed); i++)
        if (allowed[i] == opcode)
            return TRUE;
    return FALSE;
}

static gboolean
send_packet(BhMgmt *self, const BhMgmtPacket *packet)
{
    g_return_val_if_fail(is_allowed(opcode_of(packet)), FALSE);
    return bh_mgmt_socket_send(self->fd, packet->bytes, packet->size);
}

/* Calls */

static void
free_call(BhMgmtCall *call)
{
    g_queue_unlink(&call->mgmt->calls, &call->link);
    g_clear_handle_id(&call->timer, g_source_remove);
    g_free(call);
}

static BhMgmtCall *
push_call(BhMgmt *self, const BhMgmtPacket *packet)
{
    BhMgmtCall *call = g_new0(BhMgmtCall, 1);

    call->mgmt = self;
    call->opcode = opcode_of(packet);
    call->index = index_of(packet);
    call->link.data = call;
    g_queue_push_tail_link(&self->calls, &call->link);
    return call;
}

/* The oldest. */
static BhMgmtCall *
find_call(BhMgmt *self, guint16 opcode, guint16 index, gboolean also_only_sent)
{
    for (GList *link = self->calls.head; link != NULL; link = link->next) {
        BhMgmtCall *call = link->data;
        if (call->opcode == opcode && call->index == index && (also_only_sent || !call->only_sent))
            return call;
    }
    return NULL;
}

static gboolean
on_too_late(gpointer data)
{
    BhMgmtCall *call = data;

    call->timer = 0;
    free_call(call);
    return G_SOURCE_REMOVE;
}

void
bh_mgmt_call_forget(BhMgmtCall *call)
{
    if (call == NULL)
        return;
    call->done = NULL;
    g_clear_handle_id(&call->timer, g_source_remove);
    call->timer = g_timeout_add_seconds(LATE_ANSWER_S, on_too_late, call);
}

static gboolean
on_deadline(gpointer data)
{
    BhMgmtCall *call = data;
    BhMgmtDone done = call->done;

    call->timer = 0;
    bh_mgmt_call_forget(call);
    done(call->data, BH_MGMT_STATUS_NO_ANSWER, NULL);
    return G_SOURCE_REMOVE;
}

BhMgmtCall *
bh_mgmt_call(BhMgmt *self,
             const BhMgmtPacket *packet,
             guint timeout_ms,
             BhMgmtDone done,
             gpointer data)
{
    if (self->source == NULL ||
        find_call(self, opcode_of(packet), index_of(packet), FALSE) != NULL ||
        !send_packet(self, packet))
        return NULL;
    BhMgmtCall *call = push_call(self, packet);
    call->done = done;
    call->data = data;
    call->timer = g_timeout_add(timeout_ms, on_deadline, call);
    return call;
}

gboolean
bh_mgmt_is_awaited(BhMgmt *self, BhMgmtOpcode opcode, guint16 index)
{
    return find_call(self, (guint16)opcode, index, FALSE) != NULL;
}

gboolean
bh_mgmt_send_only(BhMgmt *self, const BhMgmtPacket *packet)
{
    if (self->source == NULL || !send_packet(self, packet))
        return FALSE;
    BhMgmtCall *call = push_call(self, packet);
    call->only_sent = TRUE;
    bh_mgmt_call_forget(call);
    return TRUE;
}

/* Packets */

/* FALSE if nobody waits for it. */
static gboolean
finish_call(BhMgmt *self, const BhMgmtEvent *event)
{
    BhMgmtCall *call = find_call(self, event->reply.opcode, event->index, TRUE);

    if (call == NULL)
        return FALSE;
    BhMgmtDone done = call->done;
    gpointer data = call->data;
    free_call(call);
    if (done == NULL)
        return FALSE;
    done(data, event->reply.status, &event->reply);
    return TRUE;
}

static gboolean
is_reply(const BhMgmtEvent *event)
{
    return event->code == BH_MGMT_COMMAND_COMPLETE || event->code == BH_MGMT_COMMAND_STATUS;
}

static void
on_packet(gpointer data, const guint8 *bytes, gsize size)
{
    BhMgmt *self = data;
    BhMgmtEvent event;
    BhMgmtParsed parsed = bh_mgmt_event_parse(bytes, size, &event);

    self->malformed += parsed == BH_MGMT_MALFORMED;
    if (parsed != BH_MGMT_PARSED)
        return;
    if (event.code == BH_MGMT_DEVICE_FOUND || event.code == BH_MGMT_MONITOR_DEVICE_FOUND)
        bh_drain_pace_add_bulk(bh_mgmt_socket_source_peek_pace(self->source));
    else if (is_reply(&event) && finish_call(self, &event))
        return;
    self->observer->event(self->data, &event);
}

static void
end_calls(BhMgmt *self, guint status)
{
    while (self->calls.head != NULL) {
        BhMgmtCall *call = self->calls.head->data;
        BhMgmtDone done = call->done;
        gpointer data = call->data;
        free_call(call);
        if (done != NULL && status != BH_MGMT_STATUS_SUCCESS)
            done(data, status, NULL);
    }
}

static void
on_lost(gpointer data, const char *reason)
{
    BhMgmt *self = data;

    bh_mgmt_get_drops(self);
    g_clear_pointer(&self->source, g_source_unref); /* it removes itself */
    end_calls(self, BH_MGMT_STATUS_GONE);
    self->observer->lost(self->data, reason);
}

/* Making sure, before the main loop runs */

/* Waits for one packet; 0 if there is none until the deadline. */
static gssize
receive_until(int fd, gint64 deadline_us, guint8 *bytes, gsize size)
{
    for (;;) {
        gint64 left_us = deadline_us - g_get_monotonic_time();
        struct pollfd pollfd = {.fd = fd, .events = POLLIN};

        if (left_us <= 0)
            return 0;
        gssize n = recv(fd, bytes, size, MSG_DONTWAIT);
        if (n >= 0 || (errno != EAGAIN && errno != EINTR))
            return n;
        poll(&pollfd, 1, (int)(left_us / 1000 + 1));
    }
}

typedef struct {
    guint8 bytes[2048];
    BhMgmtReply reply; /* borrows from bytes */
} Answer;

/* A command of no controller and without parameters: asks and waits. */
static gboolean
ask(BhMgmt *self, BhMgmtOpcode opcode, gint64 deadline_us, Answer *answer, GError **error)
{
    BhMgmtPacket packet;
    BhMgmtEvent event;
    gssize n = -1;

    bh_mgmt_packet_init(&packet, opcode, BH_MGMT_INDEX_NONE);
    if (send_packet(self, &packet))
        while ((n = receive_until(self->fd, deadline_us, answer->bytes, sizeof(answer->bytes))) > 0)
            if (bh_mgmt_event_parse(answer->bytes, (gsize)n, &event) == BH_MGMT_PARSED &&
                is_reply(&event) && event.reply.opcode == opcode) {
                answer->reply = event.reply;
                return TRUE;
            }
    g_set_error_literal(error,
                        BH_ERROR,
                        BH_ERROR_FAILED,
                        n == 0 ? "it does not answer" : g_strerror(errno));
    return FALSE;
}

static gboolean
read_version(BhMgmt *self, gint64 deadline_us, GError **error)
{
    Answer answer;

    if (!ask(self, BH_MGMT_READ_VERSION, deadline_us, &answer, error))
        return FALSE;
    if (bh_mgmt_reply_get_version(&answer.reply, &self->version, &self->revision))
        return TRUE;
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FAILED, "it has no version");
    return FALSE;
}

/* The kernel looks at the right before it looks for a controller: without one the answer is Invalid
 * Index, or Permission Denied. */
static gboolean
check_right(BhMgmt *self, gint64 deadline_us, GError **error)
{
    Answer answer;

    if (!ask(self, BH_MGMT_GET_CONNECTIONS, deadline_us, &answer, error))
        return FALSE;
    if (answer.reply.status != BH_MGMT_STATUS_PERMISSION_DENIED)
        return TRUE;
    g_set_error_literal(error,
                        BH_ERROR,
                        BH_ERROR_NOT_AUTHORIZED,
                        "it was bound without CAP_NET_ADMIN");
    return FALSE;
}

static gboolean
is_waited_for(BhMgmt *self)
{
    for (GList *link = self->calls.head; link != NULL; link = link->next)
        if (((BhMgmtCall *)link->data)->done != NULL)
            return TRUE;
    return FALSE;
}

void
bh_mgmt_settle(BhMgmt *self, gint64 deadline_us)
{
    guint8 bytes[2048];

    bh_mgmt_set_bulk(self, FALSE);
    while (self->source != NULL && is_waited_for(self)) {
        gssize n = receive_until(self->fd, deadline_us, bytes, sizeof(bytes));
        if (n <= 0)
            return;
        on_packet(self, bytes, (gsize)n);
    }
}

/* Life */

void
bh_mgmt_start(BhMgmt *self, guint batch_ms, const BhMgmtObserver *observer, gpointer data)
{
    static const BhMgmtSocketHandler handler = {.packet = on_packet, .lost = on_lost};

    g_return_if_fail(self->source == NULL);
    self->observer = observer;
    self->data = data;
    self->source = bh_mgmt_socket_source_new(self->fd, batch_ms, &handler, self);
    g_source_attach(self->source, NULL);
}

void
bh_mgmt_set_batch(BhMgmt *self, guint batch_ms)
{
    if (self->source != NULL)
        bh_drain_pace_set_batch(bh_mgmt_socket_source_peek_pace(self->source), batch_ms);
}

void
bh_mgmt_drain(BhMgmt *self)
{
    if (self->source != NULL)
        bh_mgmt_socket_source_drain(self->source);
}

void
bh_mgmt_set_bulk(BhMgmt *self, gboolean wanted)
{
    if (self->bulk != wanted)
        bh_mgmt_socket_set_bulk(self->fd, wanted);
    self->bulk = wanted;
}

void
bh_mgmt_get_time(BhMgmt *self, gint64 *monotonic_us, gint64 *realtime_us)
{
    bh_drain_pace_get_time(bh_mgmt_socket_source_peek_pace(self->source),
                           monotonic_us,
                           realtime_us);
}

guint
bh_mgmt_get_revision(const BhMgmt *self)
{
    return self->revision;
}

guint64
bh_mgmt_get_malformed(const BhMgmt *self)
{
    return self->malformed;
}

guint64
bh_mgmt_get_drops(BhMgmt *self)
{
    guint32 now = bh_mgmt_socket_get_drops(self->fd);

    self->drops += now - self->seen_drops; /* wraps as the counter does */
    self->seen_drops = now;
    return self->drops;
}

BhMgmt *
bh_mgmt_new(int fd, guint timeout_ms, GError **error)
{
    g_autoptr(BhMgmt) self = g_new0(BhMgmt, 1);
    gint64 deadline_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;

    self->fd = fd;
    if (!bh_mgmt_socket_prepare(fd)) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_FAILED, g_strerror(errno));
        return NULL;
    }
    bh_mgmt_socket_set_bulk(fd, FALSE);
    if (!read_version(self, deadline_us, error) || !check_right(self, deadline_us, error))
        return NULL;
    self->seen_drops = bh_mgmt_socket_get_drops(fd);
    return g_steal_pointer(&self);
}

void
bh_mgmt_free(BhMgmt *self)
{
    end_calls(self, BH_MGMT_STATUS_SUCCESS);
    if (self->source != NULL) {
        g_source_destroy(self->source);
        g_source_unref(self->source);
    }
    close(self->fd);
    g_free(self);
}
