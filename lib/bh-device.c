/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A device's row as people and programs read it. What is not known is left out.
 */
#include "bh-device-table.h"

#include "bh-distance.h"

gboolean
bh_device_get_beacon(const BhDevice *device, BhBeacon *beacon)
{
    return device->beacon != 0 && bh_beacon_find(device->payload, device->payload_size, beacon);
}

double
bh_device_get_distance_m(const BhDevice *device, const BhBeacon *beacon)
{
    gint power = BH_DISTANCE_DEFAULT_POWER_DBM;

    if (beacon != NULL)
        bh_beacon_get_power_at_1m(beacon, &power);
    return bh_distance_m(device->rssi, power, BH_DISTANCE_DEFAULT_EXPONENT);
}

static void
add_identity(const BhDevice *device, GVariantBuilder *builder)
{
    char address[BH_ADDRESS_TEXT_SIZE];
    const char *type = bh_address_type_to_string(device->address.type);

    bh_address_format(&device->address, address);
    g_variant_builder_add(builder, "{sv}", "Address", g_variant_new_string(address));
    g_variant_builder_add(builder, "{sv}", "AddressType", g_variant_new_string(type));
}

static void
add_signal(const BhDevice *device, const BhBeacon *beacon, GVariantBuilder *builder)
{
    if (device->rssi == BH_RSSI_UNKNOWN)
        return;
    double distance = bh_device_get_distance_m(device, beacon);
    g_variant_builder_add(builder, "{sv}", "RSSI", g_variant_new_int16(device->rssi));
    g_variant_builder_add(builder, "{sv}", "DistanceM", g_variant_new_double(distance));
}

static void
add_beacon(const BhBeacon *beacon, GVariantBuilder *builder)
{
    if (beacon == NULL)
        return;
    g_variant_builder_open(builder, G_VARIANT_TYPE("{sv}"));
    g_variant_builder_add(builder, "s", "Beacon");
    g_variant_builder_open(builder, G_VARIANT_TYPE_VARIANT);
    g_variant_builder_open(builder, G_VARIANT_TYPE_VARDICT);
    bh_beacon_add_to_row(beacon, builder);
    g_variant_builder_close(builder);
    g_variant_builder_close(builder);
    g_variant_builder_close(builder);
}

static void
add_bytes(GVariantBuilder *builder, const char *key, const guint8 *bytes, gsize size)
{
    g_variant_builder_add(builder,
                          "{sv}",
                          key,
                          g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, size, 1));
}

static void
add_raw(const BhDevice *device, GVariantBuilder *builder)
{
    gsize advertising = device->advertising_size;
    gsize response = device->payload_size - advertising;

    if (!device->raw)
        return;
    if (advertising > 0 || response == 0) {
        add_bytes(builder, "AdvertisingData", device->payload, advertising);
        g_variant_builder_add(builder, "{sv}", "Merged", g_variant_new_boolean(device->merged));
    }
    if (response > 0)
        add_bytes(builder, "ScanResponse", device->payload + advertising, response);
}

static void
add_connectable(const BhDevice *device, GVariantBuilder *builder)
{
    if (device->connectable != BH_CONNECTABLE_UNKNOWN)
        g_variant_builder_add(builder,
                              "{sv}",
                              "Connectable",
                              g_variant_new_boolean(device->connectable == BH_CONNECTABLE_YES));
}

void
bh_device_add_to_row(const BhDevice *device, GVariantBuilder *builder)
{
    BhBeacon found;
    const BhBeacon *beacon = bh_device_get_beacon(device, &found) ? &found : NULL;

    add_identity(device, builder);
    add_signal(device, beacon, builder);
    bh_ad_add_to_row(device->payload, device->payload_size, builder);
    add_beacon(beacon, builder);
    add_connectable(device, builder);
    add_raw(device, builder);
    g_variant_builder_add(builder, "{sv}", "Timestamp", g_variant_new_int64(device->realtime_us));
    g_variant_builder_add(builder,
                          "{sv}",
                          "TimestampMonotonic",
                          g_variant_new_int64(device->last_seen_us));
}
