/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The management socket in the GLib main loop: packets are read many at a time, at once while the
 * stream is quiet and every few milliseconds while it is busy (see bh-drain-pace.h). Advertisements
 * that nobody wants are kept out by a filter in the kernel, so that an idle hub sleeps although
 * another program scans.
 */
#include "bh-drain-pace.h"

G_BEGIN_DECLS

typedef struct {
    void (*packet)(gpointer data, const guint8 *bytes, gsize size);
    /* The socket is no more; called once, the source has removed itself. */
    void (*lost)(gpointer data, const char *reason);
} BhMgmtSocketHandler;

/* fd is borrowed: outlives the source. batch_ms: 0 (never wait) to 10. handler is borrowed. */
GSource *bh_mgmt_socket_source_new(int fd,
                                   guint batch_ms,
                                   const BhMgmtSocketHandler *handler,
                                   gpointer data);

/* When it reads; of a source that is not destroyed. Borrowed. */
BhDrainPace *bh_mgmt_socket_source_peek_pace(GSource *source);

/* Reads what is there, at once; what ends the socket is found by the loop. Nothing if it is called
 * while packets are being handled. */
void bh_mgmt_socket_source_drain(GSource *source);

/* Non-blocking, closed on exec, and with the largest receive buffer that can be had. FALSE with
 * errno if fd is no socket. */
gboolean bh_mgmt_socket_prepare(int fd);
/* Whether the kernel is to deliver events of devices found at all. */
void bh_mgmt_socket_set_bulk(int fd, gboolean wanted);
/* One packet; FALSE with errno if it could not be sent whole. */
gboolean bh_mgmt_socket_send(int fd, const guint8 *bytes, gsize size);
/* How many packets the kernel has thrown away because the buffer was full; 32 bits that wrap. */
guint32 bh_mgmt_socket_get_drops(int fd);

G_END_DECLS
