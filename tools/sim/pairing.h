/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One pairing under way: the method follows from what the device wants and what the agent can, the
 * agent is asked its question, and it ends after a while. A question that is open when it ends is
 * withdrawn by Cancel.
 */
#include "agents.h"
#include "peer.h"

G_BEGIN_DECLS

typedef enum {
    BH_PAIRED,
    BH_PAIRING_FAILED,
    BH_PAIRING_TIMED_OUT, /* the device said no more; the link goes with it */
} BhPairingResult;

/** May free the pairing. */
typedef void (*BhPairingFunc)(BhPairingResult result, BhSecurity security, gpointer user_data);

typedef struct {
    BhTimeline *timeline;
    BhAgents *agents;
    BhPeer *peer;
    const char *path;   /* of the device object */
    const char *sender; /* who called Pair; NULL = nobody, a request needs it */
} BhPairingSetup;

typedef struct _BhPairing BhPairing;

/** Begins. Everything in setup is borrowed; all but the sender must outlive it. */
BhPairing *bh_pairing_new(const BhPairingSetup *setup, BhPairingFunc func, gpointer user_data);
/** Ends it if it has not ended; func is not called. */
void bh_pairing_free(BhPairing *pairing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPairing, bh_pairing_free)

G_END_DECLS
