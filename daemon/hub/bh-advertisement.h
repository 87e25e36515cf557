/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One program's advertisement: it is on the air whenever there is an adapter for it, until it is
 * released, its timeout is over, or (UntilConnected) a central came.
 *
 * Signals: "state-changed".
 */
#include "bh-advert.h"
#include "bh-owned.h"
#include "bh-peripheral.h"

G_BEGIN_DECLS

typedef enum {
    BH_ADVERTISEMENT_WAITING, /* no adapter, the radio is off, or BlueZ refused it for now */
    BH_ADVERTISEMENT_ACTIVE,
    BH_ADVERTISEMENT_ENDED, /* timeout, or connected */
} BhAdvertisementState;

#define BH_TYPE_ADVERTISEMENT (bh_advertisement_get_type())
G_DECLARE_FINAL_TYPE(BhAdvertisement, bh_advertisement, BH, ADVERTISEMENT, BhOwned)

const BhAdvertPackets *bh_advertisement_peek_packets(BhAdvertisement *self);
BhAdvertisementState bh_advertisement_get_state(BhAdvertisement *self);
guint16 bh_advertisement_get_active(BhAdvertisement *self); /* bit mask of slots */
const char *bh_advertisement_peek_last_error(BhAdvertisement *self);

/* The next central that connects while it is on the air, or one that did since the last call.
 * Errors: Timeout (of the wait, or of the advertisement, which then has ended), Disconnected
 * (RadioOff), Cancelled, LimitExceeded. */
void bh_advertisement_wait_connected_async(BhAdvertisement *self,
                                           BhClient *client,
                                           gint64 timeout_ms,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
gboolean bh_advertisement_wait_connected_finish(BhAdvertisement *self,
                                                GAsyncResult *result,
                                                BhLinkKey *central,
                                                GError **error);

G_END_DECLS
