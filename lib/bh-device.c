/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A device's row as people and programs read it. What is not known is left out.
 */
#include "bh-device-table.h"

#include "bh-distance.h"

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
add_signal(const BhDevice *device, GVariantBuilder *builder)
{
    if (device->rssi == BH_RSSI_UNKNOWN)
        return;
    double distance =
        bh_distance_m(device->rssi, BH_DISTANCE_DEFAULT_POWER_DBM, BH_DISTANCE_DEFAULT_EXPONENT);
    g_variant_builder_add(builder, "{sv}", "RSSI", g_variant_new_int16(device->rssi));
    g_variant_builder_add(builder, "{sv}", "DistanceM", g_variant_new_double(distance));
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
    add_identity(device, builder);
    add_signal(device, builder);
    bh_ad_add_to_row(device->payload, device->payload_size, builder);
    add_connectable(device, builder);
    add_raw(device, builder);
    g_variant_builder_add(builder, "{sv}", "Timestamp", g_variant_new_int64(device->realtime_us));
    g_variant_builder_add(builder,
                          "{sv}",
                          "TimestampMonotonic",
                          g_variant_new_int64(device->last_seen_us));
}
