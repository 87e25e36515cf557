/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is to be advertised, and the two packets that it makes, byte for byte as BlueZ builds them:
 * flags first if there are any, then UUID lists (in the advertising packet, where phones filter),
 * solicited UUIDs, manufacturer data, service data, other data, appearance, TX power; the name in
 * the scan response. They are computed before BlueZ is asked, because BlueZ does not say what is
 * too long.
 */
#include "bh-uuid.h"

G_BEGIN_DECLS

#define BH_ADVERT_PACKET_MAX 31 /* bytes of each legacy packet, Core 5.4 Vol 3 Part C 11 */

/** A piece of data that belongs to a company, a service or an AD type. */
typedef struct {
    guint16 company; /* of manufacturer data */
    guint8 type;     /* of other data, an AD type */
    BhUuid uuid;     /* of service data */
    GBytes *data;
} BhAdvertData;

typedef enum {
    BH_DISCOVERABLE_GENERAL,
    BH_DISCOVERABLE_LIMITED,
    BH_DISCOVERABLE_NOT, /* no flags; what a beacon wants */
} BhDiscoverable;

typedef struct {
    char *name;                /* NULL = none */
    GArray *uuids;             /* BhUuid; NULL = none, and so the next three */
    GArray *solicit_uuids;     /* BhUuid */
    GArray *manufacturer_data; /* BhAdvertData */
    GArray *service_data;      /* BhAdvertData */
    GArray *data;              /* BhAdvertData */
    gboolean has_appearance;
    guint16 appearance;
    gboolean connectable;
    BhDiscoverable discoverable;
    guint32 interval_us; /* 20000 to 10485000 in steps of 625, rounded down; 0 = BlueZ's own */
    gboolean has_tx_power;
    gint8 tx_power;     /* dBm, -127 to 20: wanted of the controller, and told in the packet */
    guint32 timeout_ms; /* 0 = none */
    gboolean until_connected; /* ends when a central connects */
} BhAdvertSpec;

void bh_advert_spec_clear(BhAdvertSpec *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhAdvertSpec, bh_advert_spec_clear)
void bh_advert_spec_copy(const BhAdvertSpec *self, BhAdvertSpec *copy);

/** The options of Hub1.Advertise(): a{sv}, lifetime options taken out before. A beacon (option
 * Beacon) is turned into the data that it is. Errors: InvalidArguments, the key first. */
gboolean bh_advert_spec_parse(GVariant *options, BhAdvertSpec *self, GError **error);

typedef struct {
    guint8 advertising[BH_ADVERT_PACKET_MAX];
    gsize advertising_size;
    guint8 scan_response[BH_ADVERT_PACKET_MAX];
    gsize scan_response_size;
} BhAdvertPackets;

/** Errors: InvalidArguments naming the field that does not fit, what it needs and what is left:
 * "ServiceData: needs 22 bytes, 9 of 31 are left in the advertising packet". */
gboolean
bh_advert_compute_packets(const BhAdvertSpec *spec, BhAdvertPackets *packets, GError **error);

G_END_DECLS
