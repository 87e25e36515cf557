/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The one word that says whether the hub can use a radio, told to clients once per event. "ready"
 * and "no-bluez" show at once. What lies between is often only passed through: on the way up (BlueZ
 * back but its adapters not told yet, an adapter there but not powered yet) it stays hidden for a
 * settling time after something appeared, on the way down (BlueZ stopping switches its adapters off
 * and removes them first) until it has lasted.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    BH_HUB_NO_BLUEZ,
    BH_HUB_NO_ADAPTER,
    BH_HUB_RADIO_OFF,
    BH_HUB_READY,
} BhHubState;

#define BH_HUB_SETTLE_MS 3000 /* on the way up, since something appeared */
#define BH_HUB_LAST_MS 1000   /* on the way down, since the last change */

/* "no-bluez", "no-adapter", "radio-off", "ready". */
const char *bh_hub_state_to_string(BhHubState state);

typedef struct {
    BhHubState shown;
    BhHubState seen;
    gint64 settled_us; /* until when partial progress stays hidden */
    gint64 lasted_us;  /* until when a partial loss stays hidden */
} BhHubStateFilter;

/* Takes what is the case now. appeared: BlueZ or an adapter has just come. Returns TRUE if shown
 * changed. */
gboolean bh_hub_state_filter_update(BhHubStateFilter *self,
                                    BhHubState seen,
                                    gboolean appeared,
                                    gint64 now_us);

/* When the filter must be asked again with an update; 0 = not needed. */
gint64 bh_hub_state_filter_next_us(const BhHubStateFilter *self);

G_END_DECLS
