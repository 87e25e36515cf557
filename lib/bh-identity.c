/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One table row for each kind: how long its bytes are, and how they are written and read. Patterns
 * are read by the same functions, which take less than all.
 */
#include "bh-identity.h"

#include "bh-beacon-url.h"
#include "bh-error.h"
#include "bh-hash.h"
#include "bh-hex.h"

#include <stdlib.h>
#include <string.h>

#define DIGEST_SIZE 4
#define NAMESPACE_SIZE 10
#define HASH_WORDS (sizeof(BhIdentity) / sizeof(guint32))

G_STATIC_ASSERT(sizeof(BhIdentity) == 24); /* thousands of these are kept */
G_STATIC_ASSERT(HASH_WORDS <= BH_HASH_WORDS_MAX && HASH_WORDS % 2 == 0);
G_STATIC_ASSERT(BH_BEACON_URL_BYTES_MAX <= BH_IDENTITY_MAX);

static void
append(BhIdentity *self, const void *bytes, gsize size)
{
    memcpy(self->bytes + self->size, bytes, size);
    self->size = (guint8)(self->size + size);
}

static void
append_be16(BhIdentity *self, guint16 number)
{
    guint8 bytes[] = {(guint8)(number >> 8), (guint8)number};

    append(self, bytes, sizeof bytes);
}

/* Of what */

void
bh_identity_of_address(const BhAddress *address, BhIdentity *self)
{
    *self = (BhIdentity){.kind = BH_IDENTITY_ADDRESS};
    append(self, address->octets, sizeof address->octets);
    append(self, &address->type, 1);
}

void
bh_identity_of_key(const BhRpaKey *key, BhIdentity *self)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize size = sizeof digest;

    g_checksum_update(checksum, bh_rpa_key_peek_octets(key), BH_IRK_SIZE);
    g_checksum_get_digest(checksum, digest, &size);
    *self = (BhIdentity){.kind = BH_IDENTITY_IRK};
    append(self, digest, DIGEST_SIZE);
}

static void
append_url(BhIdentity *self, const char *url)
{
    guint8 bytes[BH_BEACON_URL_BYTES_MAX];
    gsize size = 0;

    if (bh_beacon_url_encode(url, bytes, &size, NULL))
        append(self, bytes, size);
}

gboolean
bh_identity_of_beacon(const BhBeacon *beacon, BhIdentity *self)
{
    *self = (BhIdentity){.kind = (guint8)beacon->type};
    switch (beacon->type) {
    case BH_BEACON_IBEACON:
        append(self, beacon->uuid.octets, sizeof beacon->uuid.octets);
        append_be16(self, beacon->major);
        append_be16(self, beacon->minor);
        return TRUE;
    case BH_BEACON_ALTBEACON:
        append_be16(self, beacon->company);
        append(self, beacon->id, 20);
        return TRUE;
    case BH_BEACON_EDDYSTONE_UID:
        append(self, beacon->id, 16);
        return TRUE;
    case BH_BEACON_EDDYSTONE_EID:
        append(self, beacon->id, 8);
        return TRUE;
    case BH_BEACON_EDDYSTONE_URL:
        append_url(self, beacon->url);
        return self->size > 0;
    default:
        return FALSE;
    }
}

/* As text */

static void
format_hex(const guint8 *bytes, gsize size, char *text)
{
    for (gsize i = 0; i < size; i++)
        g_snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static guint
get_be16(const guint8 *bytes)
{
    return (guint)bytes[0] << 8 | bytes[1];
}

static void
format_ibeacon(const BhIdentity *self, char *text, gsize room)
{
    char uuid[BH_UUID_TEXT_SIZE];
    BhUuid octets;

    memcpy(octets.octets, self->bytes, sizeof octets.octets);
    bh_uuid_format(&octets, uuid);
    g_snprintf(text,
               room,
               "%s-%u-%u",
               uuid,
               get_be16(self->bytes + 16),
               get_be16(self->bytes + 18));
}

/* Hex in two parts. */
static void
format_pair(const BhIdentity *self, gsize first, char *text)
{
    format_hex(self->bytes, first, text);
    text[2 * first] = '-';
    format_hex(self->bytes + first, self->size - first, text + 2 * first + 1);
}

static void
format_address(const BhIdentity *self, char text[BH_IDENTITY_TEXT_SIZE])
{
    char octets[BH_ADDRESS_TEXT_SIZE];
    BhAddress address = {.type = self->bytes[6]};

    memcpy(address.octets, self->bytes, sizeof address.octets);
    bh_address_format(&address, octets);
    g_snprintf(text,
               BH_IDENTITY_TEXT_SIZE,
               "%s:%s",
               bh_address_type_to_string(address.type),
               octets);
}

static void
format_beacon(const BhIdentity *self, char *text, gsize room)
{
    switch (self->kind) {
    case BH_BEACON_IBEACON:
        format_ibeacon(self, text, room);
        break;
    case BH_BEACON_ALTBEACON:
        format_pair(self, 2, text);
        break;
    case BH_BEACON_EDDYSTONE_UID:
        format_pair(self, NAMESPACE_SIZE, text);
        break;
    case BH_BEACON_EDDYSTONE_URL:
        bh_beacon_url_decode(self->bytes, self->size, text, room);
        break;
    default:
        format_hex(self->bytes, self->size, text);
    }
}

void
bh_identity_format(const BhIdentity *self, char text[BH_IDENTITY_TEXT_SIZE])
{
    const char *kind;
    gsize used;

    if (self->kind == BH_IDENTITY_ADDRESS) {
        format_address(self, text);
        return;
    }
    kind = bh_identity_kind_to_string(self->kind);
    used = (gsize)g_snprintf(text, BH_IDENTITY_TEXT_SIZE, "%s:", kind);
    format_beacon(self, text + used, BH_IDENTITY_TEXT_SIZE - used);
}

const char *
bh_identity_kind_to_string(guint8 kind)
{
    if (kind < BH_N_BEACON_TYPES)
        return bh_beacon_type_to_name((BhBeaconType)kind);
    return kind == BH_IDENTITY_IRK ? "irk" : "address";
}

guint
bh_identity_hash(gconstpointer self)
{
    guint32 words[HASH_WORDS];

    memcpy(words, self, sizeof words);
    return bh_hash_words(words, HASH_WORDS);
}

gboolean
bh_identity_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(BhIdentity)) == 0;
}

/* Patterns */

static gboolean
parse_number(const char *text, guint16 *number)
{
    char *end;
    guint64 value = g_ascii_strtoull(text, &end, 10);

    *number = (guint16)value;
    return g_ascii_isdigit(text[0]) && *end == '\0' && value <= G_MAXUINT16;
}

static gboolean
append_numbers(BhIdentity *self, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "-", 3);
    guint16 number;

    if (parts[0] == NULL)
        return FALSE;
    for (guint i = 0; parts[i] != NULL; i++) {
        if (i == 2 || !parse_number(parts[i], &number))
            return FALSE;
        append_be16(self, number);
    }
    return TRUE;
}

static gboolean
parse_ibeacon(const char *text, BhIdentity *self)
{
    g_autofree char *head = g_strndup(text, BH_UUID_TEXT_SIZE - 1);
    const char *rest = text + strlen(head);
    BhUuid uuid;

    if (strlen(head) < BH_UUID_TEXT_SIZE - 1 || !bh_uuid_parse(head, &uuid, NULL))
        return FALSE;
    append(self, uuid.octets, sizeof uuid.octets);
    return rest[0] == '\0' || (rest[0] == '-' && append_numbers(self, rest + 1));
}

static gboolean
append_hex(BhIdentity *self, const char *text, gsize size)
{
    g_autoptr(GBytes) bytes = bh_bytes_from_hex(text);

    if (bytes == NULL || g_bytes_get_size(bytes) != size)
        return FALSE;
    append(self, g_bytes_get_data(bytes, NULL), size);
    return TRUE;
}

/* Hex in one part, or two with a hyphen between; the second may lack. */
static gboolean
parse_hex(const char *text, gsize first, gsize second, BhIdentity *self)
{
    g_auto(GStrv) parts = g_strsplit(text, "-", 2);

    return parts[0] != NULL && append_hex(self, parts[0], first) &&
           (parts[1] == NULL || (second > 0 && append_hex(self, parts[1], second)));
}

static gboolean
parse_beacon(const char *text, BhIdentity *self)
{
    switch (self->kind) {
    case BH_BEACON_IBEACON:
        return parse_ibeacon(text, self);
    case BH_BEACON_ALTBEACON:
        return parse_hex(text, 2, 20, self);
    case BH_BEACON_EDDYSTONE_UID:
        return parse_hex(text, NAMESPACE_SIZE, 6, self);
    case BH_BEACON_EDDYSTONE_EID:
        return parse_hex(text, 8, 0, self);
    case BH_BEACON_EDDYSTONE_URL:
        append_url(self, text);
        return self->size > 0;
    default:
        return FALSE; /* telemetry is nobody */
    }
}

static gsize
whole_size(const BhIdentity *self)
{
    static const gsize sizes[] = {
        [BH_BEACON_IBEACON] = 20,
        [BH_BEACON_ALTBEACON] = 22,
        [BH_BEACON_EDDYSTONE_UID] = 16,
        [BH_BEACON_EDDYSTONE_EID] = 8,
    };

    return self->kind == BH_BEACON_EDDYSTONE_URL ? self->size : sizes[self->kind];
}

/* "Type:" at the beginning of text, in either case; NULL if it begins otherwise. */
static const char *
skip_type(const char *text, const char *type)
{
    gsize length = strlen(type);

    return g_ascii_strncasecmp(text, type, length) == 0 && text[length] == ':' ? text + length + 1
                                                                               : NULL;
}

static gboolean
parse_as_beacon(const char *text, BhIdentityPattern *self)
{
    for (guint type = 0; type < BH_N_BEACON_TYPES; type++) {
        const char *rest = skip_type(text, bh_beacon_type_to_name((BhBeaconType)type));

        if (rest == NULL)
            continue;
        self->identity.kind = (guint8)type;
        if (!parse_beacon(rest, &self->identity))
            return FALSE;
        self->is_whole = self->identity.size == whole_size(&self->identity);
        return TRUE;
    }
    return FALSE;
}

static gboolean
parse_as_address(const char *text, BhIdentityPattern *self)
{
    const char *of_public = skip_type(text, "public"), *of_random = skip_type(text, "random");
    const char *octets = of_public != NULL ? of_public : of_random != NULL ? of_random : text;
    BhAddress address;

    if (!bh_address_parse(octets,
                          of_random != NULL ? BH_ADDRESS_RANDOM : BH_ADDRESS_PUBLIC,
                          &address,
                          NULL))
        return FALSE;
    bh_identity_of_address(&address, &self->identity);
    self->is_whole = octets != text;
    if (!self->is_whole)
        self->identity.bytes[--self->identity.size] = 0;
    return TRUE;
}

gboolean
bh_identity_pattern_parse(const char *text, BhIdentityPattern *self, GError **error)
{
    *self = (BhIdentityPattern){.is_whole = FALSE};
    if (parse_as_beacon(text, self))
        return TRUE;
    *self = (BhIdentityPattern){.is_whole = FALSE};
    if (parse_as_address(text, self))
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "\"%s\" is neither an address nor a beacon like iBeacon:UUID-MAJOR-MINOR",
                text);
    return FALSE;
}

gboolean
bh_identity_pattern_matches(const BhIdentityPattern *self, const BhIdentity *identity)
{
    return self->identity.kind == identity->kind && self->identity.size <= identity->size &&
           (!self->is_whole || self->identity.size == identity->size) &&
           memcmp(self->identity.bytes, identity->bytes, self->identity.size) == 0;
}
