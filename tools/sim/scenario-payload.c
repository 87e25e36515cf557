/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The payload keys of a device group: each adds AD structures to the draft, or raw bytes. */
#include "scenario-draft.h"

#include "bh-ad.h"
#include "keys.h"
#include "payload.h"

#include <string.h>

static void
add_uuid_list(GByteArray *out, const GArray *uuids, gsize width, guint8 type)
{
    g_autoptr(GByteArray) list = g_byte_array_new();

    for (guint i = 0; i < uuids->len; i++) {
        guint8 bytes[16];

        if (bh_uuid_to_le(&g_array_index(uuids, BhUuid, i), bytes) == width)
            g_byte_array_append(list, bytes, width);
    }
    if (list->len > 0)
        bh_ad_append(out, type, list->data, list->len);
}

gboolean
bh_draft_read_uuids(gpointer draft, const char *text, GError **error)
{
    BhDeviceDraft *self = draft;
    g_auto(GStrv) list = bh_text_to_list(text);
    g_autoptr(GArray) uuids = g_array_new(FALSE, FALSE, sizeof(BhUuid));

    for (guint i = 0; list[i] != NULL; i++) {
        BhUuid uuid;

        if (!bh_uuid_parse(list[i], &uuid, error))
            return FALSE;
        g_array_append_val(uuids, uuid);
    }
    add_uuid_list(self->structures, uuids, 2, BH_AD_UUID16_ALL);
    add_uuid_list(self->structures, uuids, 4, BH_AD_UUID32_ALL);
    add_uuid_list(self->structures, uuids, 16, BH_AD_UUID128_ALL);
    return TRUE;
}

/* Reads "KEY:HEX"; the bytes are appended to data. */
static gboolean
read_pair(const char *text, char **key, GByteArray *data, GError **error)
{
    const char *colon = strchr(text, ':');

    if (colon == NULL)
        return bh_text_refuse(error, "must be KEY:HEX, separated by ';'");
    *key = g_strstrip(g_strndup(text, colon - text));
    return bh_text_to_bytes(colon + 1, data, error);
}

static gboolean
add_manufacturer(BhDeviceDraft *self, const char *text, GError **error)
{
    g_autofree char *company = NULL;
    g_autoptr(GByteArray) data = g_byte_array_new();
    guint64 id = 0;

    if (!read_pair(text, &company, data, error))
        return FALSE;
    if (!g_ascii_string_to_unsigned(company, 16, 0, G_MAXUINT16, &id, NULL))
        return bh_text_refuse(error, "company identifier must be hexadecimal, 0000 to ffff");

    guint16 id_le = GUINT16_TO_LE((guint16)id);
    g_byte_array_prepend(data, (const guint8 *)&id_le, sizeof id_le);
    g_ptr_array_add(self->manufacturer, g_steal_pointer(&data));
    return TRUE;
}

gboolean
bh_draft_read_manufacturer_data(gpointer draft, const char *text, GError **error)
{
    g_auto(GStrv) list = bh_text_to_list(text);

    for (guint i = 0; list[i] != NULL; i++) {
        if (!add_manufacturer(draft, list[i], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
add_service_data(BhDeviceDraft *self, const char *text, GError **error)
{
    static const guint8 types[] =
        {[2] = BH_AD_SERVICE_DATA16, [4] = BH_AD_SERVICE_DATA32, [16] = BH_AD_SERVICE_DATA128};
    g_autofree char *key = NULL;
    g_autoptr(GByteArray) data = g_byte_array_new();
    BhUuid uuid;
    guint8 bytes[16];

    if (!read_pair(text, &key, data, error) || !bh_uuid_parse(key, &uuid, error))
        return FALSE;

    gsize width = bh_uuid_to_le(&uuid, bytes);
    g_byte_array_prepend(data, bytes, width);
    return bh_ad_append(self->structures, types[width], data->data, data->len) ||
           bh_text_refuse(error, "too long");
}

gboolean
bh_draft_read_service_data(gpointer draft, const char *text, GError **error)
{
    g_auto(GStrv) list = bh_text_to_list(text);

    for (guint i = 0; list[i] != NULL; i++) {
        if (!add_service_data(draft, list[i], error))
            return FALSE;
    }
    return TRUE;
}

gboolean
bh_draft_read_tx_power(gpointer draft, const char *text, GError **error)
{
    BhDeviceDraft *self = draft;
    gint64 value = 0;

    if (!bh_text_to_int(text, -127, 126, &value, error))
        return FALSE;

    gint8 dbm = (gint8)value;
    return bh_ad_append(self->structures, BH_AD_TX_POWER, &dbm, 1);
}

gboolean
bh_draft_read_appearance(gpointer draft, const char *text, GError **error)
{
    BhDeviceDraft *self = draft;
    gint64 value = 0;

    if (!bh_text_to_int(text, 0, G_MAXUINT16, &value, error))
        return FALSE;

    guint16 appearance = GUINT16_TO_LE((guint16)value);
    return bh_ad_append(self->structures, BH_AD_APPEARANCE, &appearance, sizeof appearance);
}

gboolean
bh_draft_read_flags(gpointer draft, const char *text, GError **error)
{
    BhDeviceDraft *self = draft;
    g_autoptr(GByteArray) byte = g_byte_array_new();

    if (g_str_equal(text, "none")) {
        self->flags = BH_PAYLOAD_NO_FLAGS;
        return TRUE;
    }
    if (!bh_text_to_bytes(text, byte, error))
        return FALSE;
    if (byte->len != 1)
        return bh_text_refuse(error, "must be one hexadecimal byte, or none");
    self->flags = byte->data[0];
    return TRUE;
}

static gboolean
read_raw(GByteArray **out, const char *text, GError **error)
{
    g_clear_pointer(out, g_byte_array_unref);
    *out = g_byte_array_new();
    if (!bh_text_to_bytes(text, *out, error))
        return FALSE;
    return (*out)->len <= BH_LEGACY_PAYLOAD_MAX || bh_text_refuse(error, "longer than 31 bytes");
}

gboolean
bh_draft_read_advertising(gpointer draft, const char *text, GError **error)
{
    return read_raw(&((BhDeviceDraft *)draft)->raw_advertising, text, error);
}

gboolean
bh_draft_read_scan_response(gpointer draft, const char *text, GError **error)
{
    return read_raw(&((BhDeviceDraft *)draft)->raw_scan_response, text, error);
}
