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

typedef struct {
    /* BlueZ has answered the offer. What its answer is does not matter: without an agent pairing
     * fails by itself. The agent may be freed from here. */
    void (*offered)(gpointer data);
    BhPairingAskFunc ask;
} BhBluezAgentHandler;

/* Exports it and offers it to BlueZ, which is to answer within timeout_ms. first: BlueZ asks it
 * before other programs' agents, also what is not of a Pair that it knows of. device: path. bus and
 * handler are borrowed: outlive the agent. NULL if the connection is gone. */
BhBluezAgent *bh_bluez_agent_new(BhBluezBus *bus,
                                 const char *device,
                                 BhIoCapability capability,
                                 gboolean first,
                                 guint timeout_ms,
                                 const BhBluezAgentHandler *handler,
                                 gpointer data);
/* From here on it is asked only about the Pair that BlueZ was sent before. */
void bh_bluez_agent_step_back(BhBluezAgent *self);
/* Takes it back. A question not answered is declined. */
void bh_bluez_agent_free(BhBluezAgent *self);

/* Nothing if there is no question. */
void bh_bluez_agent_answer(BhBluezAgent *self, const BhPairingAnswer *answer);
/* Whether an answer was no. */
gboolean bh_bluez_agent_has_declined(const BhBluezAgent *self);

G_END_DECLS
