/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a thing is, whatever address it has at present: a beacon is what it says it is, a phone is
 * its identity resolving key, everything else its address. As text: "public:AA:BB:CC:DD:EE:FF",
 * "random:AA:..", "irk:01234567" (a digest of the key, which is a secret),
 * "iBeacon:UUID-MAJOR-MINOR", "Eddystone-UID:NAMESPACE-INSTANCE", "Eddystone-URL:http://...",
 * "Eddystone-EID:HEX", "AltBeacon:COMPANY-ID" (both hex).
 */
#include "bh-address.h"
#include "bh-beacon.h"
#include "bh-rpa.h"

G_BEGIN_DECLS

#define BH_IDENTITY_MAX 22
#define BH_IDENTITY_TEXT_SIZE 160

typedef enum {
    /* below these: BhBeaconType */
    BH_IDENTITY_ADDRESS = BH_N_BEACON_TYPES, /* type, then octets */
    BH_IDENTITY_IRK,                         /* a digest */
} BhIdentityKind;

/** Compared as a whole, so unused bytes are 0. */
typedef struct {
    guint8 kind; /* BhIdentityKind */
    guint8 size;
    guint8 bytes[BH_IDENTITY_MAX];
} BhIdentity;

void bh_identity_of_address(const BhAddress *address, BhIdentity *self);
void bh_identity_of_key(const BhRpaKey *key, BhIdentity *self);
/** FALSE for telemetry (TLM, eTLM), which says something about a beacon but not which. */
gboolean bh_identity_of_beacon(const BhBeacon *beacon, BhIdentity *self);

void bh_identity_format(const BhIdentity *self, char text[BH_IDENTITY_TEXT_SIZE]);

/** "address", "irk", or the name of the beacon type; static storage. */
const char *bh_identity_kind_to_string(guint8 kind);

guint bh_identity_hash(gconstpointer self);
gboolean bh_identity_equal(gconstpointer a, gconstpointer b);

/** Which identities are meant: one, or all that begin with the same: "iBeacon:UUID" is all of an
 * organisation, "iBeacon:UUID-MAJOR" all of a place, "Eddystone-UID:NAMESPACE" likewise; an address
 * without its type is either. */
typedef struct {
    BhIdentity identity; /* of size bytes only the beginning counts */
    gboolean is_whole;   /* it is one identity */
} BhIdentityPattern;

/** From the texts above, the beginnings of them, or "AA:BB:CC:DD:EE:FF". Names of types and hex
 * digits in either case. Not from "irk:..", which is no key. Error: InvalidArguments, without a key
 * before it. */
gboolean bh_identity_pattern_parse(const char *text, BhIdentityPattern *self, GError **error);
gboolean bh_identity_pattern_matches(const BhIdentityPattern *self, const BhIdentity *identity);

G_END_DECLS
