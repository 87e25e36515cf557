/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A device that somebody wants to connect to, the options read: what Connect() and ConnectMany()
 * have in common.
 */
#include "bh-export-context.h"
#include "bh-link-options.h"

G_BEGIN_DECLS

typedef struct {
    BhHoldSpec spec;
    gboolean has_type; /* the address's type was said */
    BhLifetimeOptions life;
    GVariant *in_force; /* a{sv}, for Hold1.Options */
} BhWish;

/* many: what holds for all of several devices, or NULL; none of them waits longer. Errors:
 * InvalidArguments with the key, or "Address", first. */
gboolean bh_wish_parse(BhWish *self,
                       const BhExportContext *context,
                       const char *address,
                       GVariant *dict,
                       const BhManyOptions *many,
                       GError **error);
void bh_wish_clear(BhWish *self);

/* So much of its time is over. */
void bh_wish_spend(BhWish *self, gint64 ms);

/* To be ended by bh_remotes_connect_finish(). */
void bh_wish_connect_async(const BhWish *self,
                           const BhExportContext *context,
                           BhClient *client,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

G_END_DECLS
