/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Advertising data: a run of structures, each a length byte, a type byte and length-1 bytes
 * (Core 5.4 Vol 3 Part C 11; types from Assigned Numbers 2.3). The bytes come from the air and are
 * hostile. Reading stops at the first structure that does not fit; everything before it stays good.
 * A zero length ends the data early, as the specification says.
 *
 * blehub keeps every device's payload in this one form, also when BlueZ delivered it as D-Bus
 * properties: compact, comparable with memcmp, and the same for both sources.
 */
#include "bh-uuid.h"

G_BEGIN_DECLS

#define BH_AD_PAYLOAD_MAX 1650 /* longest advertising data of Core 5 extended advertising */

typedef enum {
    BH_AD_FLAGS = 0x01,
    BH_AD_UUID16_SOME = 0x02,
    BH_AD_UUID16_ALL = 0x03,
    BH_AD_UUID32_SOME = 0x04,
    BH_AD_UUID32_ALL = 0x05,
    BH_AD_UUID128_SOME = 0x06,
    BH_AD_UUID128_ALL = 0x07,
    BH_AD_NAME_SHORT = 0x08,
    BH_AD_NAME_COMPLETE = 0x09,
    BH_AD_TX_POWER = 0x0a,
    BH_AD_CONNECTION_INTERVALS = 0x12,
    BH_AD_SOLICIT16 = 0x14,
    BH_AD_SOLICIT128 = 0x15,
    BH_AD_SERVICE_DATA16 = 0x16,
    BH_AD_PUBLIC_TARGET = 0x17,
    BH_AD_RANDOM_TARGET = 0x18,
    BH_AD_APPEARANCE = 0x19,
    BH_AD_ADVERTISING_INTERVAL = 0x1a,
    BH_AD_LE_ROLE = 0x1c,
    BH_AD_SOLICIT32 = 0x1f,
    BH_AD_SERVICE_DATA32 = 0x20,
    BH_AD_SERVICE_DATA128 = 0x21,
    BH_AD_URI = 0x24,
    BH_AD_MANUFACTURER = 0xff,
} BhAdType;

typedef struct {
    guint8 type;
    guint8 length; /* of data */
    const guint8 *data;
} BhAdStructure;

typedef struct {
    const guint8 *next;
    const guint8 *end;
    gboolean malformed; /* reading stopped at a structure that runs past the end */
} BhAdIter;

void bh_ad_iter_init(BhAdIter *iter, const guint8 *bytes, gsize size);
gboolean bh_ad_iter_next(BhAdIter *iter, BhAdStructure *structure);

/** Number of bytes up to the first malformed structure, trailing zero padding not counted. */
gsize bh_ad_valid_size(const guint8 *bytes, gsize size, gboolean *malformed);

/** Octets of one UUID in structures of this type (lists, solicitation, service data): 2, 4 or 16; 0
 * for every other type. */
gsize bh_ad_uuid_width(guint8 type);

/** Text from the air as valid UTF-8: NULs at the end are padding and go; invalid bytes, other NULs
 * and control characters become U+FFFD. */
char *bh_ad_dup_text(const guint8 *bytes, gsize size);

/** The first structure of a type with min_length to max_length bytes of data. */
gboolean bh_ad_find(const guint8 *bytes,
                    gsize size,
                    guint8 type,
                    gsize min_length,
                    gsize max_length,
                    BhAdStructure *structure);

/* The readers below skip structures of the right type and an impossible length. */

/** The complete name, else the short one. Not NUL-terminated, may be empty, may not be UTF-8.
 *  FALSE if there is none. */
gboolean bh_ad_find_name(const guint8 *bytes, gsize size, const guint8 **name, gsize *name_size);
/** The name as bh_ad_dup_text() cleans it, or NULL. */
char *bh_ad_dup_name(const guint8 *bytes, gsize size);
gboolean bh_ad_find_tx_power(const guint8 *bytes, gsize size, gint8 *dbm);
gboolean bh_ad_find_appearance(const guint8 *bytes, gsize size, guint16 *appearance);
gboolean bh_ad_find_flags(const guint8 *bytes, gsize size, guint8 *flags);
/** Advertising interval the device itself states, ms (unit 0.625 ms; 0x1a, 2 to 4 bytes). */
gboolean bh_ad_find_advertising_interval(const guint8 *bytes, gsize size, double *ms);

/** In any complete or incomplete list (not solicitation). */
gboolean bh_ad_has_uuid(const guint8 *bytes, gsize size, const BhUuid *uuid);
gboolean bh_ad_has_manufacturer(const guint8 *bytes, gsize size, guint16 company);

/** Adds what the payload says to a row: Name s, UUIDs as, SolicitUUIDs as, ManufacturerData a{qv}
 * (ay), ServiceData a{sv} (ay), TxPower n, Appearance q, AdvertisingFlags ay, URI s, LERole y,
 *  AdvertisingIntervalMs d, ConnectionIntervals (qq, units of 1.25 ms), and other types (and URIs
 * of a scheme that is not known) as Data a{yv} (ay). Absent fields add nothing. One key has one
 * value: of several structures for one company, service UUID or other type the last wins, as with
 * BlueZ; of names, TxPower, Appearance and URI the first. builder is a GVariantBuilder of a{sv}. */
void bh_ad_add_to_row(const guint8 *bytes, gsize size, GVariantBuilder *builder);

/* Building. */

/** Appends one structure; FALSE (and nothing appended) if data is longer than 254 bytes or the
 *  payload would pass BH_AD_PAYLOAD_MAX. */
gboolean bh_ad_append(GByteArray *payload, guint8 type, gconstpointer data, gsize size);

/** Types that BlueZ reports as one property are replaced together. */
typedef enum {
    BH_AD_GROUP_NONE = 0,
    BH_AD_GROUP_NAME = 1 << 0,
    BH_AD_GROUP_UUIDS = 1 << 1,
    BH_AD_GROUP_MANUFACTURER = 1 << 2,
    BH_AD_GROUP_SERVICE_DATA = 1 << 3,
    BH_AD_GROUP_TX_POWER = 1 << 4,
    BH_AD_GROUP_APPEARANCE = 1 << 5,
    BH_AD_GROUP_FLAGS = 1 << 6,
    BH_AD_GROUP_OTHER = 1 << 7, /* every other type */
    BH_AD_GROUP_ALL = 0xff,
} BhAdGroups;

BhAdGroups bh_ad_group_of(guint8 type);

/** Copies into out (cleared first) the structures of old, those of replaced groups exchanged for
 * the ones in update: what BlueZ means by a PropertiesChanged. A group keeps its place and new
 * groups go to the end, so an update that says nothing new gives the same bytes; BH_AD_GROUP_ALL
 * takes update as it is. Too long is cut at a structure's border. */
void bh_ad_merge(const guint8 *old,
                 gsize old_size,
                 BhAdGroups replaced,
                 const guint8 *update,
                 gsize update_size,
                 GByteArray *out);

G_END_DECLS
