/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Long answers to many clients, mostly aa{sv}. Rows are built a slice at a time, between other
 * work, one answer per client at once, in the order of its calls. A client that does not read is
 * not fed: what it was sent lies in the bus's memory on our account, and too much of that would
 * stop the bus from reading us at all. So after a long answer the client is pinged, and before so
 * much more than it has taken is sent its further calls wait for the pong, or fail with
 * LimitExceeded.
 */
#include "bh-client.h"

G_BEGIN_DECLS

typedef struct BhBulk BhBulk;

/* connection is borrowed: outlives it. */
BhBulk *bh_bulk_new(GDBusConnection *connection);
/* Answers that are not finished are dropped. */
void bh_bulk_free(BhBulk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBulk, bh_bulk_free)

/* Row i of n as a floating a{sv}; NULL leaves it out. */
typedef GVariant *(*BhBulkRowFunc)(gpointer rows, guint i);

/* Takes over the invocation, whose answer is one aa{sv}, and rows. */
void bh_bulk_answer(BhBulk *self,
                    BhClient *client,
                    GDBusMethodInvocation *invocation,
                    guint n,
                    BhBulkRowFunc row,
                    gpointer rows,
                    GDestroyNotify free_rows);

/* The same for an answer that is there already: takes over the invocation and value (floating),
 * which is the whole of it. */
void bh_bulk_answer_value(BhBulk *self,
                          BhClient *client,
                          GDBusMethodInvocation *invocation,
                          GVariant *value);

/* Answers refused because the client does not read. */
guint64 bh_bulk_get_refused(BhBulk *self);

G_END_DECLS
