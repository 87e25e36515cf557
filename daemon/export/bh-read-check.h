/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Whether a client reads the signals that it asked for. What it does not read lies in the bus's
 * memory on our account (see bh-bulk.h), and signals, unlike answers, never stop coming. So after
 * some of them the client is pinged, and while so much more waits for it than it has been seen to
 * read nothing is sent. Any answer shows that it reads, an error too; a client that answers nothing
 * gets no more.
 */
#include "bh-client.h"

G_BEGIN_DECLS

typedef struct BhReadCheck BhReadCheck;

/* func is called when more may be sent that could not before. Everything is borrowed: outlives it.
 */
BhReadCheck *bh_read_check_new(GDBusConnection *connection,
                               BhClient *client,
                               void (*func)(gpointer user_data),
                               gpointer user_data);
void bh_read_check_free(BhReadCheck *self);

gboolean bh_read_check_may_send(const BhReadCheck *self);
/* So much was sent. */
void bh_read_check_sent(BhReadCheck *self, gsize bytes);

G_END_DECLS
