/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The pairing agent: an object on our connection that BlueZ asks while a pairing of ours is under
 * way, and at no other time. It passes on questions about the one device, and declines everything
 * else, from whomever it comes.
 */
#include "bh-bluez-bus.h"
#include "bh-central.h"

G_BEGIN_DECLS

typedef struct BhBluezAgent BhBluezAgent;

/* Exports it and offers it to BlueZ; BlueZ's answer does not matter: without an agent pairing
 * fails by itself. device: path. bus is borrowed: outlives the agent. NULL if the connection is
 * gone. */
BhBluezAgent *bh_bluez_agent_new(BhBluezBus *bus,
                                 const char *device,
                                 BhIoCapability capability,
                                 BhPairingAskFunc ask,
                                 gpointer ask_data);
/* Takes it back. A question not answered is declined. */
void bh_bluez_agent_free(BhBluezAgent *self);

/* Nothing if there is no question. */
void bh_bluez_agent_answer(BhBluezAgent *self, const BhPairingAnswer *answer);
/* Whether an answer was no. */
gboolean bh_bluez_agent_has_declined(const BhBluezAgent *self);

G_END_DECLS
