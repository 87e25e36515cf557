/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Tests run from the cheapest to the dearest, and the payload is only looked at when everything
 * before has passed. A name is matched where it lies on the stack; only one that had to be cleaned
 * costs an allocation.
 */
#include "bh-filter.h"

#include "bh-error.h"

#include <string.h>

#define MIN_RSSI (-127)
#define MAX_RSSI 20

struct BhFilter {
    GArray *uuids;         /* BhUuid; empty = any */
    GArray *manufacturers; /* guint16; empty = any */
    GPatternSpec *name;    /* NULL = any */
    GPatternSpec *address; /* upper case; NULL = any */
    guint8 beacons;        /* 0 = any device */
    gboolean has_rssi;
    gint rssi;
};

void
bh_filter_spec_clear(BhFilterSpec *spec)
{
    g_strfreev(spec->uuids);
    g_free(spec->name_pattern);
    g_free(spec->address_pattern);
    g_free(spec->manufacturer_ids);
    *spec = (BhFilterSpec){0};
}

static gboolean
refuse(GError **error, const char *message)
{
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, message);
    return FALSE;
}

static gboolean
take_uuids(BhFilter *self, char *const *uuids, GError **error)
{
    for (; uuids != NULL && *uuids != NULL; uuids++) {
        BhUuid uuid;
        if (!bh_uuid_parse(*uuids, &uuid, error)) {
            g_prefix_error(error, "UUIDs: ");
            return FALSE;
        }
        g_array_append_val(self->uuids, uuid);
    }
    return TRUE;
}

static gboolean
take_name_pattern(BhFilter *self, const char *pattern, GError **error)
{
    if (pattern == NULL)
        return TRUE;
    if (*pattern == '\0')
        return refuse(error, "NamePattern: must not be empty");
    if (!g_utf8_validate(pattern, -1, NULL))
        return refuse(error, "NamePattern: must be UTF-8");
    self->name = g_pattern_spec_new(pattern);
    return TRUE;
}

static gboolean
take_address_pattern(BhFilter *self, const char *pattern, GError **error)
{
    if (pattern == NULL)
        return TRUE;
    if (*pattern == '\0')
        return refuse(error, "AddressPattern: must not be empty");
    if (pattern[strspn(pattern, "0123456789abcdefABCDEF:*?")] != '\0')
        return refuse(error, "AddressPattern: only hex digits, ':', '*' and '?' can match");
    g_autofree char *upper = g_ascii_strup(pattern, -1);
    self->address = g_pattern_spec_new(upper);
    return TRUE;
}

static gboolean
take_rssi(BhFilter *self, const BhFilterSpec *spec, GError **error)
{
    if (spec->has_rssi && (spec->rssi < MIN_RSSI || spec->rssi > MAX_RSSI))
        return refuse(error, "RSSI: must be from -127 to 20");
    self->has_rssi = spec->has_rssi;
    self->rssi = spec->rssi;
    return TRUE;
}

BhFilter *
bh_filter_new(const BhFilterSpec *spec, GError **error)
{
    g_autoptr(BhFilter) self = g_new0(BhFilter, 1);
    self->uuids = g_array_new(FALSE, FALSE, sizeof(BhUuid));
    self->manufacturers = g_array_new(FALSE, FALSE, sizeof(guint16));
    self->beacons = spec->beacons;
    if (spec->n_manufacturer_ids > 0)
        g_array_append_vals(self->manufacturers,
                            spec->manufacturer_ids,
                            (guint)spec->n_manufacturer_ids);

    if (!take_uuids(self, spec->uuids, error) ||
        !take_name_pattern(self, spec->name_pattern, error) ||
        !take_address_pattern(self, spec->address_pattern, error) || !take_rssi(self, spec, error))
        return NULL;
    return g_steal_pointer(&self);
}

void
bh_filter_free(BhFilter *self)
{
    if (self == NULL)
        return;
    g_array_unref(self->uuids);
    g_array_unref(self->manufacturers);
    g_clear_pointer(&self->name, g_pattern_spec_free);
    g_clear_pointer(&self->address, g_pattern_spec_free);
    g_free(self);
}

static gboolean
matches_rssi(const BhFilter *self, const BhDevice *device)
{
    if (!self->has_rssi)
        return TRUE;
    return device->rssi != BH_RSSI_UNKNOWN && device->rssi >= self->rssi;
}

static gboolean
matches_beacons(const BhFilter *self, const BhDevice *device)
{
    return self->beacons == 0 || (self->beacons & device->beacon) != 0;
}

static gboolean
matches_address(const BhFilter *self, const BhDevice *device)
{
    if (self->address == NULL)
        return TRUE;

    char text[BH_ADDRESS_TEXT_SIZE];
    bh_address_format(&device->address, text);
    return g_pattern_spec_match(self->address, sizeof text - 1, text, NULL);
}

static gboolean
matches_manufacturer(const BhFilter *self, const BhDevice *device)
{
    for (guint i = 0; i < self->manufacturers->len; i++) {
        guint16 company = g_array_index(self->manufacturers, guint16, i);
        if (bh_ad_has_manufacturer(device->payload, device->payload_size, company))
            return TRUE;
    }
    return self->manufacturers->len == 0;
}

static gboolean
matches_uuids(const BhFilter *self, const BhDevice *device)
{
    for (guint i = 0; i < self->uuids->len; i++) {
        const BhUuid *uuid = &g_array_index(self->uuids, BhUuid, i);
        if (bh_ad_has_uuid(device->payload, device->payload_size, uuid))
            return TRUE;
    }
    return self->uuids->len == 0;
}

/* Whether bh_ad_dup_text() would give the same bytes. 0xc2 may begin a control character (U+0080 to
 * U+009F); the few others it begins are cleaned for nothing. */
static gboolean
is_clean(const guint8 *name, gsize size)
{
    for (gsize i = 0; i < size; i++) {
        if (name[i] < 0x20 || name[i] == 0x7f || name[i] == 0xc2)
            return FALSE;
    }
    return g_utf8_validate((const char *)name, (gssize)size, NULL);
}

static gboolean
matches_name(const BhFilter *self, const BhDevice *device)
{
    if (self->name == NULL)
        return TRUE;

    const guint8 *name;
    gsize size;
    if (!bh_ad_find_name(device->payload, device->payload_size, &name, &size))
        return FALSE;
    if (!is_clean(name, size)) {
        g_autofree char *text = bh_ad_dup_text(name, size);
        return g_pattern_spec_match_string(self->name, text);
    }

    char text[256]; /* a structure holds at most 254 bytes */
    memcpy(text, name, size);
    text[size] = '\0';
    return g_pattern_spec_match(self->name, size, text, NULL);
}

gboolean
bh_filter_matches(const BhFilter *self, const BhDevice *device)
{
    return matches_rssi(self, device) && matches_beacons(self, device) &&
           matches_address(self, device) && matches_manufacturer(self, device) &&
           matches_uuids(self, device) && matches_name(self, device);
}

const BhUuid *
bh_filter_peek_uuids(const BhFilter *self, gsize *n)
{
    *n = self->uuids->len;
    return self->uuids->len > 0 ? &g_array_index(self->uuids, BhUuid, 0) : NULL;
}

gboolean
bh_filter_get_min_rssi(const BhFilter *self, gint *dbm)
{
    if (self->has_rssi)
        *dbm = self->rssi;
    return self->has_rssi;
}
