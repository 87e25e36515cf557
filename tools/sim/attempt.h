/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One attempt to connect a device: the kernel waits for its next advertisement, then asks for the
 * link. It ends by itself after the adapter's ConnectTimeoutMs.
 */
#include "context.h"

G_BEGIN_DECLS

typedef enum {
    BH_ATTEMPT_UP,
    BH_ATTEMPT_LOST,    /* up, and about to be lost again */
    BH_ATTEMPT_PHANTOM, /* said to be up; the attempt goes on */
    BH_ATTEMPT_FAILED,
} BhAttemptResult;

/** peer: what the link is to, or NULL. Except after PHANTOM the attempt is over and to be freed. */
typedef void (*BhAttemptFunc)(BhAttemptResult result, BhPeer *peer, gpointer user_data);

typedef struct _BhAttempt BhAttempt;

/** Pointers are borrowed and must outlive it. */
BhAttempt *bh_attempt_new(BhBluezContext *context,
                          const BhPlug *plug,
                          const BhAddress *address,
                          BhAttemptFunc func,
                          gpointer user_data);
void bh_attempt_free(BhAttempt *attempt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhAttempt, bh_attempt_free)

/** The controller hears a connectable advertisement of the device. */
void bh_attempt_hear(BhAttempt *attempt);

G_END_DECLS
