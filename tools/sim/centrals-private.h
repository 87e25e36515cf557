/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files of the centrals share: which there are, what each has set, and whom to ask. */
#include "centrals.h"

#define BH_CENTRALS_CHARACTERISTIC "org.bluez.GattCharacteristic1"
#define BH_CENTRALS_CALL_TIMEOUT_MS 30000

#define BH_SIM_ATT_IMPROPERLY_CONFIGURED 0xfd

G_BEGIN_DECLS

struct _BhCentrals {
    BhCentralsSetup setup;
    BhServed *served;
    GPtrArray *all; /* BhSimCentral */
};

typedef struct {
    BhCentrals *centrals; /* borrowed: owns this */
    BhAddress address;
    BhCentralOptions options;
    char *path;                /* NULL = away */
    GPtrArray *configurations; /* BhConfiguration */
    GQueue unconfirmed;        /* BhConfirmation */
    GCancellable *link;        /* cancelled with it */
} BhSimCentral;

typedef struct {
    BhServedAttribute *attribute;
    guint16 value;
    GPtrArray *told; /* GBytes */
} BhConfiguration;

/* Who wants to know that an indication was confirmed. */
typedef struct {
    BhServedAttribute *attribute;
    gboolean by_socket;
} BhConfirmation;

/* centrals.c */

BhSimCentral *bh_centrals_find(BhCentrals *self, const BhAddress *address);
/** Error: NotFound. */
BhSimCentral *
bh_centrals_find_connected(BhCentrals *self, const BhAddress *address, GError **error);
/** NULL if it never had one. */
BhConfiguration *bh_central_find_configuration(const BhSimCentral *central,
                                               const BhServedAttribute *attribute);
BhConfiguration *bh_central_ensure_configuration(BhSimCentral *central,
                                                 BhServedAttribute *attribute);

/* centrals-ask.c */

GDBusConnection *bh_centrals_dup_connection(BhCentrals *self);
/** Calls a method without arguments, whatever becomes of it. */
void
bh_centrals_call_owner(BhCentrals *self, const BhServedAttribute *attribute, const char *method);
/** a{sv} for a call to an owner. Floating. */
GVariant *bh_central_new_options(const BhSimCentral *central, guint16 offset, gboolean authorize);

/* centrals-tell.c */

/** Tells a value to all that have asked for it; by_socket: it came by one. */
void bh_centrals_tell_all(BhCentrals *self,
                          BhServedAttribute *attribute,
                          GBytes *value,
                          gboolean by_socket);
/** Tells the owner that an indication was confirmed. */
void bh_central_confirm(BhSimCentral *central, const BhConfirmation *confirmation);
/** What its link's end is to a subscription. */
void bh_central_leave(BhSimCentral *central, BhConfiguration *configuration);
/** The attribute is not served any more. */
void bh_centrals_close_sockets(BhServedAttribute *attribute);

G_END_DECLS
