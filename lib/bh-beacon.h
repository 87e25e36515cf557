/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Beacons: advertising data that says where one is. Each format is manufacturer data of a company
 * or service data of a UUID, told by its first bytes and its length. Formats as their makers
 * published them: iBeacon (Apple, Proximity Beacon Specification R1), Eddystone (Google, open
 * specification: UID, URL, TLM plain and encrypted, EID), AltBeacon 1.0 (Radius Networks).
 *
 * A format says the power of the beacon as it is received at some distance: at 1 m with iBeacon and
 * AltBeacon, at 0 m with Eddystone, which is 41 dB more.
 */
#include "bh-uuid.h"

G_BEGIN_DECLS

typedef enum {
    BH_BEACON_IBEACON,
    BH_BEACON_ALTBEACON,
    BH_BEACON_EDDYSTONE_UID,
    BH_BEACON_EDDYSTONE_URL,
    BH_BEACON_EDDYSTONE_TLM,
    BH_BEACON_EDDYSTONE_ETLM, /* encrypted TLM; only its owner can read it */
    BH_BEACON_EDDYSTONE_EID,
    BH_N_BEACON_TYPES,
} BhBeaconType;

/** "iBeacon", "AltBeacon", "Eddystone-UID", "-URL", "-TLM", "-eTLM", "-EID"; static storage. */
const char *bh_beacon_type_to_name(BhBeaconType type);
gboolean bh_beacon_type_from_name(const char *name, BhBeaconType *type);

/** A set of types has a bit for each; 0 is the empty one. */
#define BH_BEACON_BIT(type) ((guint8)(1u << (type)))
#define BH_BEACON_ANY ((guint8)((1u << BH_N_BEACON_TYPES) - 1))

/** The set that names (NULL-terminated; NULL = none) stand for, in either case: types, "Eddystone"
 * for all that begin so, "any". Error: InvalidArguments, beginning with key, that lists the names
 * there are. */
gboolean bh_beacon_types_parse(char *const *names, const char *key, guint8 *types, GError **error);

/* Bytes of what tells one beacon from another. */
#define BH_BEACON_ALTBEACON_SIZE 20
#define BH_BEACON_NAMESPACE_SIZE 10 /* Eddystone-UID */
#define BH_BEACON_INSTANCE_SIZE 6   /* Eddystone-UID */
#define BH_BEACON_EID_SIZE 8
#define BH_BEACON_ETLM_SIZE 12 /* of what is encrypted */
#define BH_BEACON_ID_MAX BH_BEACON_ALTBEACON_SIZE

#define BH_BEACON_URL_MAX 114             /* characters: "https://www." and 17 times ".info/" */
#define BH_BEACON_NO_TEMPERATURE (-32768) /* the beacon does not measure it */
#define BH_BEACON_EDDYSTONE_LOSS_DB 41    /* from 0 m to 1 m */

/** What a beacon says; of each format only the fields that name it. */
typedef struct {
    BhBeaconType type;
    gint8 power;     /* dBm, not of TLM and eTLM: at 1 m iBeacon, AltBeacon; else at 0 m */
    BhUuid uuid;     /* iBeacon */
    guint16 major;   /* iBeacon */
    guint16 minor;   /* iBeacon */
    guint16 company; /* AltBeacon */
    guint8 reserved; /* AltBeacon: a byte that its company may use */
    guint8 id[BH_BEACON_ID_MAX];     /* AltBeacon; UID: namespace, then instance; EID; eTLM */
    char url[BH_BEACON_URL_MAX + 1]; /* URL */
    guint16 battery_mv;              /* TLM: mV; 0 = not measured */
    gint16 temperature;              /* TLM: 1/256 degree Celsius */
    guint32 advertising_count;       /* TLM: packets since the start of the beacon */
    guint32 uptime;                  /* TLM: 0.1 s since the start of the beacon */
    guint16 salt;                    /* eTLM */
    guint16 mic;                     /* eTLM */
} BhBeacon;

typedef enum {
    BH_BEACON_NONE,      /* nothing begins as a format does */
    BH_BEACON_FOUND,     /* the first beacon is in *beacon */
    BH_BEACON_MALFORMED, /* something begins as a format does, to the last byte of what the format
                            is told by, but its length or content is wrong; and there is no beacon
                          */
} BhBeaconResult;

/** Looks for a beacon in a payload (advertising data from the air). A structure that runs past the
 * payload's end is none, whatever is there of it. An Eddystone-UID may lack its two reserved bytes,
 * as older beacons have it. *beacon means nothing unless one was found. */
BhBeaconResult bh_beacon_detect(const guint8 *payload, gsize size, BhBeacon *beacon);

/** Whether bh_beacon_detect() finds one. */
gboolean bh_beacon_find(const guint8 *payload, gsize size, BhBeacon *beacon);

/** What is received at 1 m, dBm; FALSE if the format does not say. */
gboolean bh_beacon_get_power_at_1m(const BhBeacon *self, gint *dbm);

/** Whether both say the same; what does not belong to the format does not count. */
gboolean bh_beacon_equal(const BhBeacon *a, const BhBeacon *b);

#define BH_BEACON_DATA_MAX 24

/** The data that a beacon is, without the company or UUID that it belongs to. */
typedef struct {
    gboolean is_service; /* service data of a 16-bit UUID; else manufacturer data */
    guint16 owner;       /* the UUID or the company */
    guint8 bytes[BH_BEACON_DATA_MAX];
    gsize size;
} BhBeaconData;

/** FALSE if the URL cannot be said, see bh_beacon_parse(). */
gboolean bh_beacon_encode(const BhBeacon *self, BhBeaconData *data);

/** From a{sv}, Type s and:
 *
 * "iBeacon": UUID s, Major q, Minor q, MeasuredPower n (-128 to 127 dBm at 1 m; -59).
 * "AltBeacon": Company q, ID s (40 hex digits), MeasuredPower n (-127 to 0; -59), Reserved y (0).
 * "Eddystone-UID": Namespace s (20 hex digits), Instance s (12), TxPower n.
 * "Eddystone-URL": URL s, TxPower n. It begins with http:// or https:// in small letters, has no
 * other characters than printable ASCII ones without blanks, and takes 17 bytes or less after the
 * scheme ("www." is part of that) when ".com/", ".org", ... are one byte each.
 * "Eddystone-TLM": BatteryMv q, TemperatureC d (-127.99 to 127.99), AdvertisingCount u, UptimeMs
 * (in steps of 100); what is not given is not known or 0.
 * "Eddystone-eTLM": Encrypted s (24 hex digits), Salt q, MIC q.
 * "Eddystone-EID": EID s (16 hex digits), TxPower n.
 *
 * TxPower is dBm at 0 m, -100 to 20; -18. All without a default must be given. Errors:
 * InvalidArguments, the key first. */
gboolean bh_beacon_parse(GVariant *options, BhBeacon *self, GError **error);

/** Adds the same keys to a builder of a{sv}. What a beacon does not measure adds nothing. */
void bh_beacon_add_to_row(const BhBeacon *self, GVariantBuilder *builder);

G_END_DECLS
