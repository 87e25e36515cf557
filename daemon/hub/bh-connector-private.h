/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the files of the connector share: the attempts and their ends (bh-connector.c), and whose
 * turn it is for how long (bh-connector-turn.c).
 */
#include "bh-connector.h"
#include "bh-radio.h"
#include "bh-turns.h"

G_BEGIN_DECLS

typedef struct {
    BhConnector *connector;    /* NULL once it is gone */
    BhConnectRequest *request; /* NULL once nobody wants it */
    BhLinkKey key;
    BhLinkParameters parameters;
    GCancellable *cancellable;
    gint64 begun_us;
    gboolean to_heard; /* the device was heard before it began */
    gboolean gives_way;
    gboolean blind_over;
} BhConnectAttempt;

struct BhConnectRequest {
    BhConnector *connector; /* borrowed: outlives us */
    BhAddress address;
    const BhConnectAsker *asker;
    gpointer data;
    BhConnectAttempt *attempt; /* borrowed; NULL while it waits */
    gint64 tried_us;           /* when its last attempt began; 0 = never */
    guint gave_way;            /* how often */
};

struct BhConnector {
    BhCentral *central; /* borrowed: outlives us */
    BhClock *clock;     /* borrowed: outlives us */
    GQueue waiting;     /* BhConnectRequest, oldest first */
    BhConnectAttempt *attempts[BH_RADIO_MAX_ADAPTERS];
    guint choices[BH_RADIO_MAX_ADAPTERS]; /* by what is promising, since one by turn alone */
    BhTurns *turns;
    BhTimer *look;
    BhTimer *watch;
    guint64 n_attempts;
};

/* Whether a call waits for it. */
gboolean bh_connect_request_is_called(const BhConnectRequest *self);
/* Whether the device was heard lately, and since it was tried. */
gboolean bh_connect_request_is_heard(const BhConnectRequest *self);
/* Takes an error that ends it: borrowed. */
void bh_connect_request_end(BhConnectRequest *self, const GError *error);

/* Who is next on an idle adapter, out of the queue, with the turn counted; NULL = nobody. A request
 * that cannot have an adapter at all is ended. */
BhConnectRequest *bh_connector_take_next(BhConnector *self, guint8 *slot);
/* How long an attempt may take, by whoever else wants its adapter. */
gint64 bh_connector_get_turn_ms(BhConnector *self, const BhConnectAttempt *attempt);

G_END_DECLS
