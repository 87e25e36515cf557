/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Base of everything a client owns. It has an owner (a user), and a lifetime: as long as the client
 * that made it, or a lease that must be renewed. Release, the client's death and the end of the
 * lease all go through bh_owned_release(), which happens once and is told by the signal "released".
 */
#include "bh-client.h"
#include "bh-clock.h"

G_BEGIN_DECLS

typedef enum {
    BH_LIFETIME_CALLER,
    BH_LIFETIME_LEASE,
} BhLifetime;

typedef enum {
    BH_RELEASE_ASKED,       /* Release() */
    BH_RELEASE_CLIENT_GONE, /* its client left the bus */
    BH_RELEASE_LEASE_OVER,
    BH_RELEASE_SHUTDOWN,
} BhReleaseReason;

#define BH_TYPE_OWNED (bh_owned_get_type())
G_DECLARE_DERIVABLE_TYPE(BhOwned, bh_owned, BH, OWNED, GObject)

struct _BhOwnedClass {
    GObjectClass parent_class;

    /* Ends the work of the object; chained up. */
    void (*released)(BhOwned *self, BhReleaseReason reason);
};

/* Called once by the maker. lease_ms counts for BH_LIFETIME_LEASE only. */
void bh_owned_claim(BhOwned *self,
                    BhClient *client,
                    BhLifetime lifetime,
                    gint64 lease_ms,
                    BhClock *clock);

guint32 bh_owned_get_uid(BhOwned *self);
/* The client that made it; it may be gone (lease). */
BhClient *bh_owned_peek_client(BhOwned *self);

void bh_owned_renew(BhOwned *self);
/* Stops the lease until it is renewed: while the call that makes the object is under way, its
 * client waits for it and need not say so. */
void bh_owned_suspend_lease(BhOwned *self);
void bh_owned_release(BhOwned *self, BhReleaseReason reason);
gboolean bh_owned_is_released(BhOwned *self);

G_END_DECLS
