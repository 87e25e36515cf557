/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Pair and CancelPairing of one device, pairings that a request needs, and the keys that come of
 * it, which stay with the controller.
 */
#include "context.h"
#include "pairing.h"
#include "props.h"

G_BEGIN_DECLS

/** What it wants of the link. */
typedef struct {
    gboolean (*connect)(gpointer user_data); /* FALSE: an attempt is under way already */
    void (*disconnect)(gpointer user_data);  /* as Disconnect does */
    void (*lose)(gpointer user_data);        /* at once: authentication failed */
    void (*failed)(gpointer user_data);      /* the device counts as newly found again */
    void (*secured)(BhSecurity security, gpointer user_data); /* how secure it is now */
} BhBondingEvents;

typedef struct {
    BhBluezContext *context;
    BhPlug *plug;
    const char *path; /* of the device object */
    BhAddress address;
    BhProps *props; /* of the device object */
    const BhBondingEvents *events;
    gpointer user_data;
} BhBondingSetup;

typedef struct _BhBonding BhBonding;

/** Everything in setup is borrowed and must outlive it. */
BhBonding *bh_bonding_new(const BhBondingSetup *setup);
void bh_bonding_free(BhBonding *bonding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBonding, bh_bonding_free)

/* Each answers the call, now or later. peer: of the link that is up, or NULL. */
void bh_bonding_pair(BhBonding *bonding,
                     BhPeer *peer,
                     gboolean resolved,
                     GDBusMethodInvocation *invocation);
void bh_bonding_cancel_call(BhBonding *bonding, GDBusMethodInvocation *invocation);

/** A request needs more security than there is. */
void bh_bonding_secure(BhBonding *bonding, BhPeer *peer);

/** Somebody disconnects: Pair ends with AuthenticationCanceled. */
void bh_bonding_cancel(BhBonding *bonding);
gboolean bh_bonding_is_busy(const BhBonding *bonding);

/* What becomes of the link. */
void bh_bonding_link_up(BhBonding *bonding, BhPeer *peer);
void bh_bonding_link_failed(BhBonding *bonding);
void bh_bonding_link_down(BhBonding *bonding);
void bh_bonding_resolved(BhBonding *bonding);

/** The keys of this device, NONE if there are none; the controller has them. */
BhSecurity bh_bonding_get_keys(const BhBonding *bonding);

G_END_DECLS
