/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Each format has its fields, in the order in which people name them. Identities are hex: one can
 * be compared and copied, and no row of bytes in a shell can.
 */
#include "bh-beacon-fields.h"

#include "bh-hex.h"

#define TEMPERATURE_UNITS 256.0 /* in a degree */
#define UPTIME_UNIT_MS 100

typedef struct {
    const BhBeaconSink *sink;
    gpointer out;
} Listener;

static void
tell_number(const Listener *to, const char *key, BhBeaconNumber type, gint64 value)
{
    to->sink->number(to->out, key, type, value);
}

static void
tell_hex(const Listener *to, const char *key, const guint8 *bytes, gsize size)
{
    char hex[2 * BH_BEACON_ID_MAX + 1];

    bh_hex_format(bytes, size, hex);
    to->sink->text(to->out, key, hex);
}

static void
tell_ibeacon(const BhBeacon *beacon, const Listener *to)
{
    char uuid[BH_UUID_TEXT_SIZE];

    bh_uuid_format(&beacon->uuid, uuid);
    to->sink->text(to->out, "UUID", uuid);
    tell_number(to, "Major", BH_BEACON_UINT16, beacon->major);
    tell_number(to, "Minor", BH_BEACON_UINT16, beacon->minor);
    tell_number(to, "MeasuredPower", BH_BEACON_INT16, beacon->power);
}

static void
tell_altbeacon(const BhBeacon *beacon, const Listener *to)
{
    tell_number(to, "Company", BH_BEACON_UINT16, beacon->company);
    tell_hex(to, "ID", beacon->id, BH_BEACON_ALTBEACON_SIZE);
    tell_number(to, "MeasuredPower", BH_BEACON_INT16, beacon->power);
    tell_number(to, "Reserved", BH_BEACON_BYTE, beacon->reserved);
}

static void
tell_uid(const BhBeacon *beacon, const Listener *to)
{
    tell_hex(to, "Namespace", beacon->id, BH_BEACON_NAMESPACE_SIZE);
    tell_hex(to, "Instance", beacon->id + BH_BEACON_NAMESPACE_SIZE, BH_BEACON_INSTANCE_SIZE);
    tell_number(to, "TxPower", BH_BEACON_INT16, beacon->power);
}

static void
tell_url(const BhBeacon *beacon, const Listener *to)
{
    to->sink->text(to->out, "URL", beacon->url);
    tell_number(to, "TxPower", BH_BEACON_INT16, beacon->power);
}

static void
tell_tlm(const BhBeacon *beacon, const Listener *to)
{
    if (beacon->battery_mv != 0)
        tell_number(to, "BatteryMv", BH_BEACON_UINT16, beacon->battery_mv);
    if (beacon->temperature != BH_BEACON_NO_TEMPERATURE)
        to->sink->real(to->out, "TemperatureC", beacon->temperature / TEMPERATURE_UNITS);
    tell_number(to, "AdvertisingCount", BH_BEACON_UINT32, beacon->advertising_count);
    tell_number(to, "UptimeMs", BH_BEACON_UINT64, (gint64)beacon->uptime * UPTIME_UNIT_MS);
}

static void
tell_etlm(const BhBeacon *beacon, const Listener *to)
{
    tell_hex(to, "Encrypted", beacon->id, BH_BEACON_ETLM_SIZE);
    tell_number(to, "Salt", BH_BEACON_UINT16, beacon->salt);
    tell_number(to, "MIC", BH_BEACON_UINT16, beacon->mic);
}

static void
tell_eid(const BhBeacon *beacon, const Listener *to)
{
    tell_hex(to, "EID", beacon->id, BH_BEACON_EID_SIZE);
    tell_number(to, "TxPower", BH_BEACON_INT16, beacon->power);
}

static void (*const tell[])(const BhBeacon *beacon, const Listener *to) = {
    [BH_BEACON_IBEACON] = tell_ibeacon,
    [BH_BEACON_ALTBEACON] = tell_altbeacon,
    [BH_BEACON_EDDYSTONE_UID] = tell_uid,
    [BH_BEACON_EDDYSTONE_URL] = tell_url,
    [BH_BEACON_EDDYSTONE_TLM] = tell_tlm,
    [BH_BEACON_EDDYSTONE_ETLM] = tell_etlm,
    [BH_BEACON_EDDYSTONE_EID] = tell_eid,
};
G_STATIC_ASSERT(G_N_ELEMENTS(tell) == BH_N_BEACON_TYPES);

void
bh_beacon_tell_fields(const BhBeacon *self, const BhBeaconSink *sink, gpointer out)
{
    sink->text(out, "Type", bh_beacon_type_to_name(self->type));
    tell[self->type](self, &(Listener){sink, out});
}

/* As a dictionary */

static void
add_text(gpointer builder, const char *key, const char *text)
{
    g_variant_builder_add(builder, "{sv}", key, g_variant_new_string(text));
}

static GVariant *
variant_from_number(BhBeaconNumber type, gint64 value)
{
    switch (type) {
    case BH_BEACON_BYTE:
        return g_variant_new_byte((guint8)value);
    case BH_BEACON_INT16:
        return g_variant_new_int16((gint16)value);
    case BH_BEACON_UINT16:
        return g_variant_new_uint16((guint16)value);
    case BH_BEACON_UINT32:
        return g_variant_new_uint32((guint32)value);
    case BH_BEACON_UINT64:
    default:
        return g_variant_new_uint64((guint64)value);
    }
}

static void
add_number(gpointer builder, const char *key, BhBeaconNumber type, gint64 value)
{
    g_variant_builder_add(builder, "{sv}", key, variant_from_number(type, value));
}

static void
add_real(gpointer builder, const char *key, double value)
{
    g_variant_builder_add(builder, "{sv}", key, g_variant_new_double(value));
}

void
bh_beacon_add_to_row(const BhBeacon *self, GVariantBuilder *builder)
{
    static const BhBeaconSink row = {add_text, add_number, add_real};

    bh_beacon_tell_fields(self, &row, builder);
}
