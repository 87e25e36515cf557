/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who may try to connect when: one attempt at a time per adapter. Whose client had its last turn
 * longest ago is next, and among the devices of one client the one that has waited for longest. An
 * attempt that takes long while others wait for the adapter gives way to them and queues again.
 */
#include "bh-central.h"
#include "bh-client.h"
#include "bh-clock.h"

G_BEGIN_DECLS

/* An attempt that has no link after so long gives way to others that wait. */
#define BH_CONNECTOR_TURN_MS 5000
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
    /* An attempt begins. */
    void (*begin)(gpointer data, const BhLinkKey *key, BhLinkParameters *parameters);
    /* The request is over: the link is there (error NULL), or it failed. Error is borrowed. */
    void (*end)(gpointer data, const GError *error);
} BhConnectAsker;

/* Everything is borrowed: outlives the connector. */
BhConnector *bh_connector_new(BhCentral *central, BhClock *clock);
void bh_connector_free(BhConnector *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhConnector, bh_connector_free)

/* Wants a link to address. The request is the asker's until its end() or until it is cancelled;
 * neither begin() nor end() is called from inside. */
BhConnectRequest *bh_connector_add(BhConnector *self,
                                   const BhAddress *address,
                                   const BhConnectAsker *asker,
                                   gpointer data);
/* Nobody wants the link any more; end() is not called. Forgets the request in *request, if any. */
void bh_connector_cancel(BhConnectRequest **request);
/* Whether an attempt is under way. */
gboolean bh_connect_request_has_begun(BhConnectRequest *request);

/* Adapters, links or wishes changed: looks again at who may begin. */
void bh_connector_look(BhConnector *self);

/* Whether an attempt is under way on an adapter. */
gboolean bh_connector_is_busy(BhConnector *self, guint8 slot);

guint64 bh_connector_get_attempts(BhConnector *self);

G_END_DECLS
