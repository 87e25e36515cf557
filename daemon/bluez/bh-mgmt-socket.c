/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Every packet has a place of PLACE_SIZE bytes, more than the longest event with extended
 * advertising data needs; one that is longer all the same arrives cut, and is malformed by its own
 * length field. A drain ends after DRAIN_MAX packets even if there are more, so that other sources
 * get their turn.
 */
#include "bh-mgmt-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "bh-mgmt-codec.h"

#define PLACES 32
#define PLACE_SIZE 2112
#define DRAIN_MAX 512
#define RECEIVE_BUFFER (4 * 1024 * 1024)

typedef struct {
    GSource parent;
    int fd; /* borrowed: outlives the source */
    GPollFD poll;
    BhDrainPace pace;
    const BhMgmtSocketHandler *handler; /* borrowed: outlives the source */
    gpointer data;
    gboolean draining;
    gboolean more; /* the last drain stopped at its bound */
    struct mmsghdr messages[PLACES];
    struct iovec vectors[PLACES];
    guint8 *places;
} Source;

static gboolean
source_prepare(GSource *base, gint *timeout)
{
    Source *self = (Source *)base;

    *timeout = -1;
    if (self->more) {
        *timeout = 0;
        return TRUE;
    }
    self->poll.events = G_IO_IN;
    self->poll.revents = 0;
    if (bh_drain_pace_is_holding(&self->pace)) {
        self->poll.events = 0;
        *timeout = bh_drain_pace_left_ms(self->pace.hold_until_us);
    }
    return FALSE;
}

static gboolean
source_check(GSource *base)
{
    Source *self = (Source *)base;

    if (self->more || self->poll.revents != 0)
        return TRUE;
    return self->pace.hold_until_us != 0 && !bh_drain_pace_is_holding(&self->pace);
}

/* Takes what one call gives. Returns how many packets that were, negative errno for an end: EAGAIN
 * if that was all, EPIPE if the other side is gone. */
static int
take_packets(Source *self)
{
    int n = recvmmsg(self->fd, self->messages, PLACES, MSG_DONTWAIT, NULL);

    if (n < 0)
        return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < n; i++) {
        gsize size = self->messages[i].msg_len;
        if (size == 0) /* the kernel sends no empty packets: nobody is there to send any */
            return -EPIPE;
        self->handler->packet(self->data, self->vectors[i].iov_base, size);
        if (g_source_is_destroyed(&self->parent))
            return -EAGAIN;
    }
    return n;
}

/* The errno that ended it, 0 if there is more to take. */
static int
drain(Source *self)
{
    int taken = 0;

    while (taken < DRAIN_MAX) {
        int n = take_packets(self);
        if (n < 0)
            return -n;
        if (n < PLACES && (self->poll.revents & (G_IO_HUP | G_IO_ERR)) == 0)
            return EAGAIN; /* one call less: poll() tells if more has come */
        taken += MAX(n, 1);
    }
    return 0;
}

/* What ended it, as drain(). */
static int
drain_in_time(Source *self)
{
    bh_drain_pace_begin(&self->pace);
    self->draining = TRUE;
    int end = drain(self);
    self->draining = FALSE;
    if (g_source_is_destroyed(&self->parent))
        return end;
    self->more = end == 0;
    bh_drain_pace_end(&self->pace, self->more);
    return end;
}

void
bh_mgmt_socket_source_drain(GSource *source)
{
    Source *self = (Source *)source;

    if (!self->draining)
        drain_in_time(self);
}

static gboolean
source_dispatch(GSource *base, GSourceFunc callback, gpointer user_data)
{
    int end = drain_in_time((Source *)base);
    Source *self = (Source *)base;

    if (g_source_is_destroyed(base))
        return G_SOURCE_REMOVE;
    if (end == 0 || end == EAGAIN)
        return G_SOURCE_CONTINUE;
    self->handler->lost(self->data, end == EPIPE ? "it was closed" : g_strerror(end));
    return G_SOURCE_REMOVE;
}

static void
source_finalize(GSource *base)
{
    g_free(((Source *)base)->places);
}

static GSourceFuncs source_funcs = {
    .prepare = source_prepare,
    .check = source_check,
    .dispatch = source_dispatch,
    .finalize = source_finalize,
};

BhDrainPace *
bh_mgmt_socket_source_peek_pace(GSource *source)
{
    return &((Source *)source)->pace;
}

GSource *
bh_mgmt_socket_source_new(int fd, guint batch_ms, const BhMgmtSocketHandler *handler, gpointer data)
{
    GSource *base = g_source_new(&source_funcs, sizeof(Source));
    Source *self = (Source *)base;

    self->fd = fd;
    self->handler = handler;
    self->data = data;
    self->places = g_malloc(PLACES * PLACE_SIZE);
    for (guint i = 0; i < PLACES; i++) {
        self->vectors[i] = (struct iovec){self->places + i * PLACE_SIZE, PLACE_SIZE};
        self->messages[i].msg_hdr.msg_iov = &self->vectors[i];
        self->messages[i].msg_hdr.msg_iovlen = 1;
    }
    bh_drain_pace_init(&self->pace, batch_ms);
    self->poll.fd = fd;
    g_source_add_poll(base, &self->poll);
    g_source_set_name(base, "management socket");
    return base;
}

/* The socket itself */

gboolean
bh_mgmt_socket_prepare(int fd)
{
    int type = 0, size = RECEIVE_BUFFER;
    socklen_t length = sizeof(type);
    int flags = fcntl(fd, F_GETFL);

    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0 || flags < 0 ||
        fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return FALSE;
    length = sizeof(flags);
    /* The launcher may already have made it larger than we are allowed to. */
    if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &flags, &length) == 0 && flags < size)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    return TRUE;
}

/* The code of an event as the filter loads it: in network byte order. */
#define FILTER_CODE(code) GUINT16_SWAP_LE_BE_CONSTANT(code)

void
bh_mgmt_socket_set_bulk(int fd, gboolean wanted)
{
    struct sock_filter drop_found[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FILTER_CODE(BH_MGMT_DEVICE_FOUND), 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FILTER_CODE(BH_MGMT_MONITOR_DEVICE_FOUND), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, G_MAXUINT32),
    };
    struct sock_fprog program = {G_N_ELEMENTS(drop_found), drop_found};

    /* Without the filter what is not wanted is read and ignored. */
    if (wanted)
        setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &(int){0}, sizeof(int));
    else
        setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

gboolean
bh_mgmt_socket_send(int fd, const guint8 *bytes, gsize size)
{
    gssize sent;

    do
        sent = send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent >= 0; /* some kernels take all and say 0 */
}

guint32
bh_mgmt_socket_get_drops(int fd)
{
    guint32 values[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof(values);

    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, values, &length) < 0)
        return 0;
    return values[SK_MEMINFO_DROPS];
}
