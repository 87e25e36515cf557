/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What applications and advertisements share, and what the peripheral role of the hub does with
 * them, and nobody else.
 */
#include "bh-asked-reads.h"
#include "bh-attribute-values.h"
#include "bh-local.h"
#include "bh-operations.h"
#include "bh-serving.h"
#include "bh-written-queue.h"

G_BEGIN_DECLS

/* Borrowed from BhLocal, which outlives them. */
typedef struct {
    BhLocal *local;
    BhLocalShared hub;
    BhLocalCounters counters;
    gboolean stopped; /* nothing begins any more */
} BhLocalContext;

struct _BhLocal {
    GObject parent;
    BhLocalContext context;
    GPtrArray *applications;   /* BhApplication, owned */
    GPtrArray *advertisements; /* BhAdvertisement, owned */
    GHashTable *centrals;      /* BhLinkKey that are linked, owned */
    guint last_id;
};

/* What the peripheral tells; the data is BhLocal. */
const BhPeripheralSink *bh_local_peek_sink(void);

/* One more, claimed already: keeps it until it is released; tells it to the radio and to others. */
void bh_local_add_application(BhLocal *self, BhApplication *application);
void bh_local_publish_application(BhLocal *self, BhApplication *application);
void bh_local_add_advertisement(BhLocal *self, BhAdvertisement *advertisement);
void bh_local_publish_advertisement(BhLocal *self, BhAdvertisement *advertisement);
/* Keeps them: whoever hears of something may release them. */
GPtrArray *bh_local_copy_list(GPtrArray *list);
/* What one of each waits for may be decided now. */
void bh_local_look_at_first(BhLocal *self, BhServing *serving);
/* The central is not linked any more. */
void bh_local_central_gone(BhLocal *self, const BhLinkKey *key);

/* Applications */

struct _BhApplication {
    BhOwned parent;
    BhLocalContext *context; /* borrowed: outlives us */
    BhApplicationSpec spec;  /* owned */
    BhServing serving;
    BhAttributeValues *values;
    BhWrittenQueue *writes;
    BhAskedReads *asked;
    BhWaits *waits;            /* for writes */
    BhOperations *indications; /* one at a time per attribute */
    guint64 written;
};

void bh_application_spec_copy(const BhApplicationSpec *self, BhApplicationSpec *copy);
void bh_application_spec_clear(BhApplicationSpec *self);

/* Claimed by its maker. */
BhApplication *bh_application_new(const BhApplicationSpec *spec, BhLocalContext *context);

/* What a central asks. */
void bh_application_take_read(BhApplication *self,
                              guint attribute,
                              const BhPeripheralCentral *central,
                              guint16 offset,
                              BhPeripheralRequest *request);
void bh_application_take_write(BhApplication *self,
                               guint attribute,
                               const BhPeripheralCentral *central,
                               guint16 offset,
                               GBytes *value,
                               BhPeripheralRequest *request);
void bh_application_request_withdrawn(BhApplication *self, BhPeripheralRequest *request);

/* Whether it fits an attribute; NULL does. */
gboolean bh_application_check_value(GBytes *value, GError **error);
/* FALSE if it is not linked by an adapter that serves the application. */
gboolean bh_application_find_central(BhApplication *self,
                                     const BhAddress *address,
                                     BhPeripheralCentral *central);

/* It is served somewhere else than before; lost: nowhere any more. */
void bh_application_served(BhApplication *self, gboolean lost);
/* Its user has no radio any more. */
void bh_application_radio_off(BhApplication *self);
/* Emit the signals of the same names. */
void bh_application_central_changed(BhApplication *self, const BhLinkKey *key, gboolean connected);
void bh_application_subscribers_changed(BhApplication *self, guint attribute);

/* Advertisements */

struct _BhAdvertisement {
    BhOwned parent;
    BhLocalContext *context; /* borrowed: outlives us */
    BhAdvertSpec spec;       /* owned */
    BhAdvertPackets packets;
    BhServing serving;
    gboolean ended;
    BhTimer *timeout; /* armed when it is on the air for the first time */
    BhWaits *waits;   /* for a central */
    GArray *centrals; /* BhLinkKey that came and nobody fetched, oldest first */
};

/* Claimed by its maker. */
BhAdvertisement *bh_advertisement_new(const BhAdvertSpec *spec,
                                      const BhAdvertPackets *packets,
                                      const char *adapter,
                                      BhLocalContext *context);
/* It is on the air somewhere else than before; lost: nowhere any more. */
void bh_advertisement_served(BhAdvertisement *self, gboolean lost);
void bh_advertisement_radio_off(BhAdvertisement *self);
void bh_advertisement_central_came(BhAdvertisement *self, const BhLinkKey *key);

/* What is wanted of it changed. */
void bh_local_reconsider(BhLocal *self, BhAdvertisement *advertisement);

G_END_DECLS
