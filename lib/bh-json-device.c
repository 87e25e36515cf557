/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A device, and a value of one, as members of a JSON object: the keys of its row on the bus. Every
 * member ends with a comma, and the last comma goes at the end.
 */
#include "bh-json.h"

#include "bh-ad-fields.h"
#include "bh-beacon-fields.h"

/* Keys are our own and plain. */
static void
append_key(GString *out, const char *key)
{
    g_string_append_c(out, '"');
    g_string_append(out, key);
    g_string_append_len(out, "\":", 2);
}

static void
end_member(GString *out)
{
    g_string_append_c(out, ',');
}

/* Turns the comma behind the last of a list into its end. */
static void
end_list(GString *out, char end)
{
    out->str[out->len - 1] = end;
    end_member(out);
}

static void
append_plain(GString *out, const char *key, const char *text)
{
    append_key(out, key);
    g_string_append_c(out, '"');
    g_string_append(out, text);
    g_string_append_c(out, '"');
    end_member(out);
}

static void
append_integer(GString *out, const char *key, gint64 value)
{
    append_key(out, key);
    bh_json_append_int(out, value);
    end_member(out);
}

static void
append_boolean(GString *out, const char *key, gboolean value)
{
    append_key(out, key);
    g_string_append(out, value ? "true" : "false");
    end_member(out);
}

/* The payload's fields */

static void
append_text(gpointer out, const char *key, const char *text)
{
    append_key(out, key);
    bh_json_append_string(out, text);
    end_member(out);
}

static void
append_number(gpointer out, const char *key, BhAdNumber type, gint value)
{
    append_integer(out, key, value);
}

static void
append_real(gpointer out, const char *key, double value)
{
    append_key(out, key);
    bh_json_append_double(out, value);
    end_member(out);
}

static void
append_pair(gpointer out, const char *key, const guint16 values[2])
{
    append_key(out, key);
    g_string_append_c(out, '[');
    bh_json_append_uint(out, values[0]);
    g_string_append_c(out, ',');
    bh_json_append_uint(out, values[1]);
    g_string_append_c(out, ']');
    end_member(out);
}

static void
append_bytes(gpointer out, const char *key, const guint8 *bytes, gsize size)
{
    append_key(out, key);
    bh_json_append_hex(out, bytes, size);
    end_member(out);
}

static void
append_uuids(gpointer out, const char *key, const BhUuid *uuids, gsize n)
{
    append_key(out, key);
    g_string_append_c(out, '[');
    for (gsize i = 0; i < n; i++) {
        char text[BH_UUID_TEXT_SIZE];

        bh_uuid_format(&uuids[i], text);
        g_string_append_c(out, '"');
        g_string_append_len(out, text, BH_UUID_TEXT_SIZE - 1);
        g_string_append_len(out, "\",", 2);
    }
    end_list(out, ']');
}

static void
begin_map(gpointer out, const char *key, BhAdMap map)
{
    append_key(out, key);
    g_string_append_c(out, '{');
}

static void
append_entry(gpointer out, BhAdMap map, const BhAdEntry *entry)
{
    const guint8 number[2] = {(guint8)(entry->number >> 8), (guint8)entry->number};
    char uuid[BH_UUID_TEXT_SIZE];

    switch (map) {
    case BH_AD_COMPANIES:
        bh_json_append_hex(out, number, 2);
        g_string_append_c(out, ':');
        break;
    case BH_AD_SERVICES:
        bh_uuid_format(&entry->uuid, uuid);
        append_key(out, uuid);
        break;
    case BH_AD_TYPES:
        bh_json_append_hex(out, number + 1, 1);
        g_string_append_c(out, ':');
        break;
    }
    bh_json_append_hex(out, entry->data, entry->size);
    end_member(out);
}

static void
end_map(gpointer out, const char *key)
{
    end_list(out, '}');
}

static const BhAdSink payload_sink = {
    .text = append_text,
    .number = append_number,
    .real = append_real,
    .pair = append_pair,
    .bytes = append_bytes,
    .uuids = append_uuids,
    .map_begin = begin_map,
    .map_entry = append_entry,
    .map_end = end_map,
};

/* The device's fields */

static void
append_identity(GString *out, const BhDevice *device)
{
    char address[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(&device->address, address);
    append_plain(out, "Address", address);
    append_plain(out, "AddressType", bh_address_type_to_string(device->address.type));
}

static void
append_signal(GString *out, const BhDevice *device, const BhBeacon *beacon)
{
    if (device->rssi == BH_RSSI_UNKNOWN)
        return;
    append_integer(out, "RSSI", device->rssi);
    append_real(out, "DistanceM", bh_device_get_distance_m(device, beacon));
}

static void
append_beacon_number(gpointer out, const char *key, BhBeaconNumber type, gint64 value)
{
    append_integer(out, key, value);
}

static void
append_beacon(GString *out, const BhBeacon *beacon)
{
    static const BhBeaconSink members = {append_text, append_beacon_number, append_real};

    if (beacon == NULL)
        return;
    append_key(out, "Beacon");
    g_string_append_c(out, '{');
    bh_beacon_tell_fields(beacon, &members, out);
    end_list(out, '}');
}

static void
append_raw(GString *out, const BhDevice *device)
{
    guint16 advertising = MIN(device->advertising_size, device->payload_size);

    if (!device->raw)
        return;
    if (advertising > 0 || device->payload_size == 0) { /* else only the scan response was heard */
        append_bytes(out, "AdvertisingData", device->payload, advertising);
        append_boolean(out, "Merged", device->merged != 0);
    }
    if (advertising < device->payload_size)
        append_bytes(out,
                     "ScanResponse",
                     device->payload + advertising,
                     device->payload_size - advertising);
}

static void
append_connectable(GString *out, const BhDevice *device)
{
    if (device->connectable != BH_CONNECTABLE_UNKNOWN)
        append_boolean(out, "Connectable", device->connectable == BH_CONNECTABLE_YES);
}

void
bh_json_append_device(GString *out, const BhDevice *device, const char *adapter)
{
    BhBeacon found;
    const BhBeacon *beacon = bh_device_get_beacon(device, &found) ? &found : NULL;

    append_identity(out, device);
    append_signal(out, device, beacon);
    bh_ad_tell_fields(device->payload, device->payload_size, &payload_sink, out);
    append_beacon(out, beacon);
    append_connectable(out, device);
    append_raw(out, device);
    if (adapter != NULL)
        append_plain(out, "Adapter", adapter);
    append_integer(out, "Timestamp", device->realtime_us);
    append_integer(out, "TimestampMonotonic", device->last_seen_us);
    g_string_truncate(out, out->len - 1);
}

void
bh_json_append_value(GString *out,
                     const guint8 *value,
                     gsize size,
                     gint64 realtime_us,
                     gint64 monotonic_us)
{
    append_bytes(out, "Value", value, size);
    append_integer(out, "Timestamp", realtime_us);
    append_integer(out, "TimestampMonotonic", monotonic_us);
    g_string_truncate(out, out->len - 1);
}
