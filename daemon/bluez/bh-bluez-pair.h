/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Pairing: one at a time, because BlueZ knows one agent of each program; others wait their turn.
 */
#include "bh-bluez-central-private.h"

G_BEGIN_DECLS

/* Takes task, which returns TRUE. */
void bh_bluez_pairing_start(BhBluezCentral *self,
                            const BhLinkKey *key,
                            BhIoCapability capability,
                            BhPairingAskFunc ask,
                            gpointer ask_data,
                            GTask *task);
void
bh_bluez_pairing_answer(BhBluezCentral *self, const BhLinkKey *key, const BhPairingAnswer *answer);

/* A pairing over the link has failed, and it is not clear yet of what: until it is, and the pairing
 * has ended, nobody hears of the link's end, which would hide it. */
gboolean bh_bluez_pairings_are_in_doubt(BhBluezCentral *self, const BhBluezLink *link);
void bh_bluez_pairings_link_changed(BhBluezCentral *self, BhBluezLink *link);
/* Cancels all. BlueZ ends by itself what it has begun for a connection that closes. */
void bh_bluez_pairings_clear(BhBluezCentral *self);

G_END_DECLS
