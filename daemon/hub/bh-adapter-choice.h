/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * By which adapter a device is connected, where several could: the one that has the link already,
 * else of those with room for another link the one that hears the device best. One that is trying
 * something else at the moment must hear it clearly better.
 */
#include <glib.h>

G_BEGIN_DECLS

#define BH_ADAPTER_CHOICE_BUSY_DB 10

typedef struct {
    guint8 slot;
    gboolean linked; /* with this device, by anybody */
    gboolean full;
    gboolean busy;
    gboolean heard; /* it hears the device */
    gint8 rssi;
    guint links;
} BhAdapterCandidate;

/* NULL if all are full, or there is none. Of equals the one with fewer links, then the first. */
const BhAdapterCandidate *bh_adapter_choose(const BhAdapterCandidate *candidates, guint n);

G_END_DECLS
