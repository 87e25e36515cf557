/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is to be advertised, and the two packets that it makes, byte for byte as BlueZ and the
 * kernel build them: UUID lists first (16, 32 and 128 bits; all in the advertising packet, where
 * phones filter), solicited UUIDs, manufacturer data, service data, appearance, other data, flags,
 * TX power; the name alone in the scan response. They are computed before BlueZ is asked, because
 * BlueZ does not say what is too long.
 *
 * An adapter may differ in three places: one that is itself discoverable sends flags 02 in place of
 * 06; one without BR/EDR puts flags 04 in front of an advertisement that has none, if there is
 * room; and a packet of nothing but TX power may go out empty. TX power is what was asked for; the
 * controller may send less and then says so in the packet.
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
    BH_DISCOVERABLE_GENERAL, /* flags 06 */
    BH_DISCOVERABLE_LIMITED, /* flags 05; BlueZ: Discoverable with a DiscoverableTimeout */
    BH_DISCOVERABLE_NOT,     /* no flags (BlueZ: no property Discoverable at all); what a beacon
                              * wants, and the only kind that BlueZ takes of a broadcast */
} BhDiscoverable;

typedef struct {
    char *name;            /* NULL = none */
    GArray *uuids;         /* BhUuid; NULL = none, and so the next four. For BlueZ: short form */
    GArray *solicit_uuids; /* BhUuid */
    GArray *manufacturer_data; /* BhAdvertData, one of a company */
    GArray *service_data;      /* BhAdvertData, one of a UUID */
    GArray *data;              /* BhAdvertData, one of a type */
    gboolean has_appearance;
    guint16 appearance; /* 0 to 65534, of the Assigned Numbers 2.6 */
    gboolean connectable;
    BhDiscoverable discoverable;
    guint32 interval_us; /* 20000 to 10240000, a multiple of 625; 0 = BlueZ's own */
    gboolean has_tx_power;
    gint8 tx_power;     /* dBm, -127 to 20: wanted of the controller, and told in the packet */
    guint32 timeout_ms; /* 0 = none */
    gboolean until_connected; /* ends when a central connects */
} BhAdvertSpec;

void bh_advert_spec_clear(BhAdvertSpec *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhAdvertSpec, bh_advert_spec_clear)
/** copy need not be initialised. */
void bh_advert_spec_copy(const BhAdvertSpec *self, BhAdvertSpec *copy);

/** The options of Hub1.Advertise(): a{sv}, lifetime options and Adapter taken out before.
 *
 * Name s; UUIDs as; SolicitUUIDs as; ManufacturerData a{qv} (ay) by company; ServiceData a{sv} (ay)
 * by UUID; Data a{yv} (ay) by AD type, not one that has a key of its own or that BlueZ keeps for
 * itself; Appearance q; Connectable b (true; false of a beacon); Discoverable b (as Connectable);
 * LimitedDiscoverable b (false); IntervalUs u (20000 to 10240000, rounded down to a multiple of
 * 625); TxPower n (-127 to 20 dBm); TimeoutMs u (1 to a day); UntilConnected b (false); Beacon
 * a{sv}, see bh_beacon_parse(), which becomes the data that it is.
 *
 * Nothing may be said twice, and data is never empty: BlueZ refuses that. self need not be
 * initialised and is empty after an error. Errors: InvalidArguments, the key first. */
gboolean bh_advert_spec_parse(GVariant *options, BhAdvertSpec *self, GError **error);

typedef struct {
    guint8 advertising[BH_ADVERT_PACKET_MAX];
    gsize advertising_size;
    guint8 scan_response[BH_ADVERT_PACKET_MAX];
    gsize scan_response_size; /* 0 = there is none */
} BhAdvertPackets;

/** Errors: InvalidArguments naming the field that does not fit, what it needs and what is left:
 * "ServiceData: needs 22 bytes, 9 of 31 are left in the advertising packet". Flags are the field
 * Discoverable. */
gboolean
bh_advert_compute_packets(const BhAdvertSpec *spec, BhAdvertPackets *packets, GError **error);

G_END_DECLS
