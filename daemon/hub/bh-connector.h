/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who may try to connect when: one attempt at a time per adapter. First come devices that were
 * heard lately, then those not tried yet, then those tried in vain; every fifth attempt of an
 * adapter goes without that order. Among equals the one whose client had its last turn longest ago
 * is next, and among the devices of one client first those that calls wait for, then the one that
 * has waited for longest.
 *
 * An attempt that takes long while others wait for the adapter gives way to them and queues again,
 * sooner if a call waits for theirs and none for its own, or if theirs was heard and its own not.
 */
#include "bh-central.h"
#include "bh-client.h"
#include "bh-clock.h"

G_BEGIN_DECLS

/* An attempt that has no link after so long gives way to others that wait. */
#define BH_CONNECTOR_TURN_MS 5000
/* The same of one that no call waits for, to one that a call waits for; and of a device that was
 * not heard to one that was, twice as long each time, up to a whole turn. */
#define BH_CONNECTOR_YIELD_MS 1000
/* What was heard longer ago counts as not heard. While there is an attempt, controllers do not
 * listen: longer than a turn. */
#define BH_CONNECTOR_HEARD_MS 10000
/* One that no call waits for ends after so long. */
#define BH_CONNECTOR_BLIND_MS 10000

typedef struct BhConnector BhConnector;
typedef struct BhConnectRequest BhConnectRequest;

/* Who wants a link; data is the asker's. */
typedef struct {
    /* Which adapter it would have now. Errors end the request: NotReady, NotFound, LimitExceeded.
     */
    gboolean (*choose)(gpointer data, guint8 *slot, GError **error);
    /* Adds the clients (BhClient, borrowed) that want it; returns whether one of them waits in a
     * call. */
    gboolean (*list_clients)(gpointer data, GPtrArray *clients);
    /* When the device was heard last (monotonic), 0 = never, as far as known. */
    gint64 (*get_heard_us)(gpointer data);
    /* An attempt begins: fills in with which parameters. */
    void (*begin)(gpointer data, const BhLinkKey *key, BhLinkParameters *parameters);
    /* Instead of begin(): has the link of an attempt that was cancelled, begun with these. */
    void (*inherit)(gpointer data, const BhLinkKey *key, const BhLinkParameters *parameters);
    /* The request is over: the link is there (error NULL), or it failed. Error is borrowed. */
    void (*end)(gpointer data, const GError *error);
} BhConnectAsker;

/* Everything is borrowed: outlives the connector. */
BhConnector *bh_connector_new(BhCentral *central, BhClock *clock);
void bh_connector_free(BhConnector *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhConnector, bh_connector_free)

/* Wants a link to address. The request is the asker's until its end() or until it is cancelled;
 * begin(), inherit() and end() are not called from inside. */
BhConnectRequest *bh_connector_add(BhConnector *self,
                                   const BhAddress *address,
                                   const BhConnectAsker *asker,
                                   gpointer data);
/* Nobody wants the link any more; end() is not called. Forgets the request in *request, if any. The
 * adapter is free again when the central says that the attempt is over. A link that comes all the
 * same is dropped, unless somebody wants the device again meanwhile, who has it then. */
void bh_connector_cancel(BhConnectRequest **request);

/* Adapters, links or wishes changed: looks again at who may begin. */
void bh_connector_look(BhConnector *self);

/* Whether an attempt is under way on an adapter; at this link, also one that was cancelled. */
gboolean bh_connector_is_busy(BhConnector *self, guint8 slot);
gboolean bh_connector_is_trying(BhConnector *self, const BhLinkKey *key);

guint64 bh_connector_get_attempts(BhConnector *self);

G_END_DECLS
