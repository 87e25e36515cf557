/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A program that uses the hub, and what belongs to it. When it goes, its cancellable is cancelled
 * (which ends the calls it waits in) and "gone" is emitted (which releases the objects that live as
 * long as it).
 */
#include <gio/gio.h>

G_BEGIN_DECLS

#define BH_TYPE_CLIENT (bh_client_get_type())
G_DECLARE_FINAL_TYPE(BhClient, bh_client, BH, CLIENT, GObject)

/* name is for logs and for finding the client again, e.g. ":1.42". */
BhClient *bh_client_new(const char *name, guint32 uid);
const char *bh_client_get_name(BhClient *self);
guint32 bh_client_get_uid(BhClient *self);
GCancellable *bh_client_peek_cancellable(BhClient *self);

/* The program left; once. */
void bh_client_leave(BhClient *self);
gboolean bh_client_is_gone(BhClient *self);

G_END_DECLS
