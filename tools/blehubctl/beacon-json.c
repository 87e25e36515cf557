/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The object that says which beacons there are, in the words that scripts around beacons use: keys
 * in small letters, UUIDs in large ones.
 */
#include "beacon-text.h"

#include "bh-beacon-fields.h"
#include "row-json.h"

/* What the fields of a beacon are called. */
static const struct {
    const char *field;
    const char *key;
} keys[] = {
    {"MeasuredPower", "tx_power"},
    {"TxPower", "tx_power"},
    {"BatteryMv", "battery_mv"},
    {"TemperatureC", "temperature_c"},
    {"AdvertisingCount", "advertising_count"},
    {"UptimeMs", "uptime_ms"},
};

static char *
dup_key(const char *field)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (g_str_equal(keys[i].field, field))
            return g_strdup(keys[i].key);
    return g_ascii_strdown(field, -1);
}

static void
set_text(gpointer out, const char *field, const char *text)
{
    g_autofree char *key = dup_key(field);
    g_autofree char *upper = g_str_equal(field, "UUID") ? g_ascii_strup(text, -1) : NULL;

    /* The type is that of the beacon and not of its telemetry, which comes later. */
    if (!g_str_equal(field, "Type") || !json_object_has_member(out, key))
        json_object_set_string_member(out, key, upper ? upper : text);
}

static void
set_number(gpointer out, const char *field, BhBeaconNumber type, gint64 value)
{
    g_autofree char *key = dup_key(field);

    json_object_set_int_member(out, key, value);
}

static void
set_real(gpointer out, const char *field, double value)
{
    g_autofree char *key = dup_key(field);

    json_object_set_double_member(out, key, value);
}

static JsonObject *
object_of(const BhListedBeacon *beacon)
{
    static const BhBeaconSink members = {set_text, set_number, set_real};
    JsonObject *object = json_object_new();
    char address[BH_ADDRESS_TEXT_SIZE];
    gint unused;

    json_object_set_string_member(object, "type", bh_beacon_type_to_name(beacon->beacon.type));
    if (bh_beacon_get_power_at_1m(&beacon->beacon, &unused))
        json_object_set_int_member(object, "tx_power", beacon->beacon.power);
    bh_beacon_tell_fields(&beacon->beacon, &members, object);
    if (beacon->has_telemetry)
        bh_beacon_tell_fields(&beacon->telemetry, &members, object);
    if (beacon->rssi != BH_RSSI_UNKNOWN)
        json_object_set_int_member(object, "rssi", beacon->rssi);
    bh_address_format(&beacon->address, address);
    json_object_set_string_member(object, "address", address);
    return object;
}

static JsonObject *
count_by_type(const BhBeaconList *list)
{
    JsonObject *object = json_object_new();
    guint counts[BH_N_BEACON_TYPES];

    bh_beacon_list_count(list, counts);
    for (guint i = 0; i < BH_N_BEACON_TYPES; i++)
        if (counts[i] > 0)
            json_object_set_int_member(object, bh_beacon_type_to_name(i), counts[i]);
    return object;
}

char *
bh_beacon_json(const BhBeaconList *list)
{
    g_autoptr(JsonObject) object = json_object_new();
    g_autoptr(GPtrArray) sorted = bh_beacon_list_sort(list);
    JsonArray *beacons = json_array_sized_new(sorted->len);
    g_autofree char *line = NULL;

    for (guint i = 0; i < sorted->len; i++)
        json_array_add_object_element(beacons, object_of(sorted->pdata[i]));
    json_object_set_int_member(object, "total_beacons", bh_beacon_list_size(list));
    json_object_set_object_member(object, "by_type", count_by_type(list));
    json_object_set_array_member(object, "beacons", beacons);
    line = bh_json_take_line(json_node_init_object(json_node_alloc(), object));
    return g_strconcat(line, "\n", NULL);
}
