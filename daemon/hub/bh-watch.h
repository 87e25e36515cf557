/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One client's watch: a presence (see bh-presence.h) with a clock, the changes of zone that wait to
 * be told, and the calls that wait for the next.
 */
#include "bh-adapter.h"
#include "bh-owned.h"
#include "bh-presence.h"
#include "bh-quota.h"
#include "bh-scan-demand.h"

G_BEGIN_DECLS

typedef struct {
    BhPresenceSettings settings;
    gboolean has_adapter;
    BhAddress adapter; /* only what this one hears */
    gboolean active;   /* scan responses are asked for */
} BhWatchSpec;

#define BH_TYPE_WATCH (bh_watch_get_type())
G_DECLARE_FINAL_TYPE(BhWatch, bh_watch, BH, WATCH, BhOwned)

/* Takes what selection has. quota and clock are borrowed: outlive it. Signal: "state-changed". */
BhWatch *bh_watch_new(const BhWatchSpec *spec,
                      BhPresenceSelection *selection,
                      BhQuota *quota,
                      BhClock *clock);

const BhPresence *bh_watch_peek_presence(BhWatch *self);
const BhPresenceSettings *bh_watch_peek_settings(BhWatch *self);
/* Of the clock that its presence goes by, us. */
gint64 bh_watch_get_now_us(BhWatch *self);
const BhScanNeeds *bh_watch_peek_needs(BhWatch *self);
gboolean bh_watch_wants(BhWatch *self, BhAdapter *adapter);

/* Whether an adapter listens for it: "watching", "waiting". */
const char *bh_watch_get_state(BhWatch *self);
void bh_watch_set_radio(BhWatch *self, gboolean running);

void
bh_watch_hear(BhWatch *self, const BhDevice *device, BhDeviceChange change, const BhReport *report);

/* A change of zone, as it is when it is told; what state points to is owned. */
typedef struct {
    BhPresenceState state;
    BhIdentity identity;
    char *alias;
    gint64 now_us;
    BhZone from;
    guint32 changes;
} BhWatchChange;

void bh_watch_change_free(BhWatchChange *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhWatchChange, bh_watch_change_free)

/* Waits for the next change of zone; at once if one waits. client is who waits: the wait counts
 * against its user and ends without a trace when it goes. timeout_ms 0 = for ever. Errors: Timeout,
 * Disconnected, Cancelled, LimitExceeded. */
void bh_watch_wait_async(BhWatch *self,
                         BhClient *client,
                         gint64 timeout_ms,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
BhWatchChange *bh_watch_wait_finish(BhWatch *self, GAsyncResult *result, GError **error);

/* The radio was switched off for its user: whoever waits hears of it. */
void bh_watch_radio_off(BhWatch *self);

/* One listener is told what the watch is told, while the presence is at work, which it must not
 * change. NULL = nobody. Borrowed: outlives the watch, or is taken back. */
void bh_watch_set_listener(BhWatch *self, const BhPresenceFuncs *listener, gpointer user_data);

guint64 bh_watch_get_zone_changes(BhWatch *self);

G_END_DECLS
