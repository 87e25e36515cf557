/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Beacons as dictionaries: what a caller writes to be advertised, and what is told about one that
 * was heard; the keys are the same. Each format has its table of keys, how the fields are taken
 * over, and how they are told.
 */
#include "bh-beacon.h"

#include "bh-beacon-url.h"
#include "bh-distance.h"
#include "bh-error.h"
#include "bh-hex.h"
#include "bh-options.h"

#include <math.h>
#include <string.h>

#define DEFAULT_AT_1_M BH_DISTANCE_DEFAULT_POWER_DBM
#define DEFAULT_AT_0_M (DEFAULT_AT_1_M + BH_BEACON_EDDYSTONE_LOSS_DB)
#define TEMPERATURE_UNITS 256 /* in a degree */
#define UPTIME_UNIT_MS 100
#define MAX_UPTIME_MS (UPTIME_UNIT_MS * (gint64)G_MAXUINT32)

#define NAMESPACE_SIZE 10
#define INSTANCE_SIZE 6
#define EID_SIZE 8
#define ETLM_SIZE 12
#define ALTBEACON_SIZE 20

typedef struct {
    char *type;
    char *uuid, *id, *name_space, *instance, *url, *eid, *encrypted;
    gint64 major, minor, company, reserved, salt, mic, battery_mv, advertising_count, uptime_ms;
    gint64 power;
    double temperature;
    gboolean has_major, has_minor, has_company, has_salt, has_mic, has_temperature;
} Values;

#define AT(member) G_STRUCT_OFFSET(Values, member), BH_OPTION_NO_PRESENT
#define AT_WITH(member, present) G_STRUCT_OFFSET(Values, member), G_STRUCT_OFFSET(Values, present)
#define TYPE_ROW                                                                                   \
    {                                                                                              \
        "Type", BH_OPTION_STRING, AT(type)                                                         \
    }
#define TX_POWER_ROW                                                                               \
    {                                                                                              \
        "TxPower", BH_OPTION_INT, AT(power), -100, 20                                              \
    }

static const BhOptionSpec ibeacon_specs[] = {
    TYPE_ROW,
    {"UUID", BH_OPTION_STRING, AT(uuid)},
    {"Major", BH_OPTION_INT, AT_WITH(major, has_major), 0, G_MAXUINT16},
    {"Minor", BH_OPTION_INT, AT_WITH(minor, has_minor), 0, G_MAXUINT16},
    {"MeasuredPower", BH_OPTION_INT, AT(power), G_MININT8, G_MAXINT8},
    {NULL},
};

static const BhOptionSpec altbeacon_specs[] = {
    TYPE_ROW,
    {"Company", BH_OPTION_INT, AT_WITH(company, has_company), 0, G_MAXUINT16},
    {"ID", BH_OPTION_STRING, AT(id)},
    {"MeasuredPower", BH_OPTION_INT, AT(power), -127, 0},
    {"Reserved", BH_OPTION_INT, AT(reserved), 0, G_MAXUINT8},
    {NULL},
};

static const BhOptionSpec uid_specs[] = {
    TYPE_ROW,
    TX_POWER_ROW,
    {"Namespace", BH_OPTION_STRING, AT(name_space)},
    {"Instance", BH_OPTION_STRING, AT(instance)},
    {NULL},
};

static const BhOptionSpec url_specs[] = {
    TYPE_ROW,
    TX_POWER_ROW,
    {"URL", BH_OPTION_STRING, AT(url)},
    {NULL},
};

static const BhOptionSpec tlm_specs[] = {
    TYPE_ROW,
    {"BatteryMv", BH_OPTION_INT, AT(battery_mv), 0, G_MAXUINT16},
    {"TemperatureC", BH_OPTION_DOUBLE, AT_WITH(temperature, has_temperature), -128, 128},
    {"AdvertisingCount", BH_OPTION_INT, AT(advertising_count), 0, G_MAXUINT32},
    {"UptimeMs", BH_OPTION_INT, AT(uptime_ms), 0, MAX_UPTIME_MS},
    {NULL},
};

static const BhOptionSpec etlm_specs[] = {
    TYPE_ROW,
    {"Encrypted", BH_OPTION_STRING, AT(encrypted)},
    {"Salt", BH_OPTION_INT, AT_WITH(salt, has_salt), 0, G_MAXUINT16},
    {"MIC", BH_OPTION_INT, AT_WITH(mic, has_mic), 0, G_MAXUINT16},
    {NULL},
};

static const BhOptionSpec eid_specs[] = {
    TYPE_ROW,
    TX_POWER_ROW,
    {"EID", BH_OPTION_STRING, AT(eid)},
    {NULL},
};

/* Taking values over */

static gboolean
refuse(GError **error, const char *key, const char *reason)
{
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, "%s: %s", key, reason);
    return FALSE;
}

static gboolean
require(gboolean given, const char *key, GError **error)
{
    return given || refuse(error, key, "must be given");
}

static gboolean
take_uuid(const char *text, BhUuid *uuid, GError **error)
{
    if (text == NULL)
        return refuse(error, "UUID", "must be given");
    return bh_uuid_parse(text, uuid, error);
}

/* An identity of exactly size bytes. */
static gboolean
take_id(const char *text, const char *key, guint8 *id, gsize size, GError **error)
{
    g_autoptr(GBytes) bytes = text != NULL ? bh_bytes_from_hex(text) : NULL;

    if (text == NULL)
        return refuse(error, key, "must be given");
    if (bytes == NULL || g_bytes_get_size(bytes) != size) {
        g_autofree char *reason = g_strdup_printf("must be %zu hex digits", 2 * size);
        return refuse(error, key, reason);
    }
    memcpy(id, g_bytes_get_data(bytes, NULL), size);
    return TRUE;
}

static gboolean
take_ibeacon(const Values *values, BhBeacon *beacon, GError **error)
{
    beacon->major = (guint16)values->major;
    beacon->minor = (guint16)values->minor;
    return take_uuid(values->uuid, &beacon->uuid, error) &&
           require(values->has_major, "Major", error) && require(values->has_minor, "Minor", error);
}

static gboolean
take_altbeacon(const Values *values, BhBeacon *beacon, GError **error)
{
    beacon->company = (guint16)values->company;
    beacon->reserved = (guint8)values->reserved;
    return require(values->has_company, "Company", error) &&
           take_id(values->id, "ID", beacon->id, ALTBEACON_SIZE, error);
}

static gboolean
take_uid(const Values *values, BhBeacon *beacon, GError **error)
{
    guint8 *instance = beacon->id + NAMESPACE_SIZE;

    return take_id(values->name_space, "Namespace", beacon->id, NAMESPACE_SIZE, error) &&
           take_id(values->instance, "Instance", instance, INSTANCE_SIZE, error);
}

static gboolean
take_url(const Values *values, BhBeacon *beacon, GError **error)
{
    guint8 bytes[BH_BEACON_URL_BYTES_MAX];
    gsize size;

    if (!require(values->url != NULL, "URL", error) ||
        !bh_beacon_url_encode(values->url, bytes, &size, error))
        return FALSE;
    g_strlcpy(beacon->url, values->url, sizeof beacon->url);
    return TRUE;
}

static gboolean
take_tlm(const Values *values, BhBeacon *beacon, GError **error)
{
    double units = round(values->temperature * TEMPERATURE_UNITS);

    if (values->has_temperature && (units <= BH_BEACON_NO_TEMPERATURE || units > G_MAXINT16))
        return refuse(error, "TemperatureC", "must be from -127.99 to 127.99");
    beacon->temperature = values->has_temperature ? (gint16)units : BH_BEACON_NO_TEMPERATURE;
    beacon->battery_mv = (guint16)values->battery_mv;
    beacon->advertising_count = (guint32)values->advertising_count;
    beacon->uptime = (guint32)(values->uptime_ms / UPTIME_UNIT_MS);
    return TRUE;
}

static gboolean
take_etlm(const Values *values, BhBeacon *beacon, GError **error)
{
    beacon->salt = (guint16)values->salt;
    beacon->mic = (guint16)values->mic;
    return take_id(values->encrypted, "Encrypted", beacon->id, ETLM_SIZE, error) &&
           require(values->has_salt, "Salt", error) && require(values->has_mic, "MIC", error);
}

static gboolean
take_eid(const Values *values, BhBeacon *beacon, GError **error)
{
    return take_id(values->eid, "EID", beacon->id, EID_SIZE, error);
}

/* Telling */

static void
tell_hex(GVariantBuilder *builder, const char *key, const guint8 *bytes, gsize size)
{
    g_autofree char *hex = bh_hex_from_bytes(bytes, size);

    g_variant_builder_add(builder, "{sv}", key, g_variant_new_string(hex));
}

static void
tell_uint16(GVariantBuilder *builder, const char *key, guint16 number)
{
    g_variant_builder_add(builder, "{sv}", key, g_variant_new_uint16(number));
}

static void
tell_dbm(GVariantBuilder *builder, const char *key, gint8 dbm)
{
    g_variant_builder_add(builder, "{sv}", key, g_variant_new_int16(dbm));
}

static void
tell_ibeacon(const BhBeacon *beacon, GVariantBuilder *builder)
{
    char uuid[BH_UUID_TEXT_SIZE];

    bh_uuid_format(&beacon->uuid, uuid);
    g_variant_builder_add(builder, "{sv}", "UUID", g_variant_new_string(uuid));
    tell_uint16(builder, "Major", beacon->major);
    tell_uint16(builder, "Minor", beacon->minor);
    tell_dbm(builder, "MeasuredPower", beacon->power);
}

static void
tell_altbeacon(const BhBeacon *beacon, GVariantBuilder *builder)
{
    tell_uint16(builder, "Company", beacon->company);
    tell_hex(builder, "ID", beacon->id, ALTBEACON_SIZE);
    tell_dbm(builder, "MeasuredPower", beacon->power);
    g_variant_builder_add(builder, "{sv}", "Reserved", g_variant_new_byte(beacon->reserved));
}

static void
tell_uid(const BhBeacon *beacon, GVariantBuilder *builder)
{
    tell_hex(builder, "Namespace", beacon->id, NAMESPACE_SIZE);
    tell_hex(builder, "Instance", beacon->id + NAMESPACE_SIZE, INSTANCE_SIZE);
    tell_dbm(builder, "TxPower", beacon->power);
}

static void
tell_url(const BhBeacon *beacon, GVariantBuilder *builder)
{
    g_variant_builder_add(builder, "{sv}", "URL", g_variant_new_string(beacon->url));
    tell_dbm(builder, "TxPower", beacon->power);
}

static void
tell_tlm(const BhBeacon *beacon, GVariantBuilder *builder)
{
    double celsius = beacon->temperature / (double)TEMPERATURE_UNITS;
    guint64 uptime_ms = (guint64)beacon->uptime * UPTIME_UNIT_MS;

    if (beacon->battery_mv != 0)
        tell_uint16(builder, "BatteryMv", beacon->battery_mv);
    if (beacon->temperature != BH_BEACON_NO_TEMPERATURE)
        g_variant_builder_add(builder, "{sv}", "TemperatureC", g_variant_new_double(celsius));
    g_variant_builder_add(builder,
                          "{sv}",
                          "AdvertisingCount",
                          g_variant_new_uint32(beacon->advertising_count));
    g_variant_builder_add(builder, "{sv}", "UptimeMs", g_variant_new_uint64(uptime_ms));
}

static void
tell_etlm(const BhBeacon *beacon, GVariantBuilder *builder)
{
    tell_hex(builder, "Encrypted", beacon->id, ETLM_SIZE);
    tell_uint16(builder, "Salt", beacon->salt);
    tell_uint16(builder, "MIC", beacon->mic);
}

static void
tell_eid(const BhBeacon *beacon, GVariantBuilder *builder)
{
    tell_hex(builder, "EID", beacon->id, EID_SIZE);
    tell_dbm(builder, "TxPower", beacon->power);
}

/* Both ways */

static const struct {
    const BhOptionSpec *specs;
    gint8 default_power; /* dBm */
    gboolean (*take)(const Values *values, BhBeacon *beacon, GError **error);
    void (*tell)(const BhBeacon *beacon, GVariantBuilder *builder);
} formats[] = {
    [BH_BEACON_IBEACON] = {ibeacon_specs, DEFAULT_AT_1_M, take_ibeacon, tell_ibeacon},
    [BH_BEACON_ALTBEACON] = {altbeacon_specs, DEFAULT_AT_1_M, take_altbeacon, tell_altbeacon},
    [BH_BEACON_EDDYSTONE_UID] = {uid_specs, DEFAULT_AT_0_M, take_uid, tell_uid},
    [BH_BEACON_EDDYSTONE_URL] = {url_specs, DEFAULT_AT_0_M, take_url, tell_url},
    [BH_BEACON_EDDYSTONE_TLM] = {tlm_specs, 0, take_tlm, tell_tlm},
    [BH_BEACON_EDDYSTONE_ETLM] = {etlm_specs, 0, take_etlm, tell_etlm},
    [BH_BEACON_EDDYSTONE_EID] = {eid_specs, DEFAULT_AT_0_M, take_eid, tell_eid},
};
G_STATIC_ASSERT(G_N_ELEMENTS(formats) == BH_N_BEACON_TYPES);

static gboolean
refuse_type(GError **error)
{
    g_autoptr(GString) names = g_string_new("must be one of ");

    for (guint i = 0; i < BH_N_BEACON_TYPES; i++)
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", bh_beacon_type_to_name(i));
    return refuse(error, "Type", names->str);
}

static gboolean
read_type(GVariant *options, BhBeaconType *type, GError **error)
{
    const char *name = NULL;

    if (!g_variant_is_of_type(options, G_VARIANT_TYPE_VARDICT))
        return refuse(error, "Type", "must be in a dictionary a{sv}");
    if (!g_variant_lookup(options, "Type", "&s", &name))
        return refuse(error, "Type", "must be given");
    return bh_beacon_type_from_name(name, type) || refuse_type(error);
}

gboolean
bh_beacon_parse(GVariant *options, BhBeacon *self, GError **error)
{
    Values values = {0};
    gboolean ok;

    *self = (BhBeacon){0};
    if (!read_type(options, &self->type, error))
        return FALSE;
    values.power = formats[self->type].default_power;
    ok = bh_options_parse(options, formats[self->type].specs, &values, error) &&
         formats[self->type].take(&values, self, error);
    self->power = (gint8)values.power;
    bh_options_clear(formats[self->type].specs, &values);
    return ok;
}

void
bh_beacon_add_to_row(const BhBeacon *self, GVariantBuilder *builder)
{
    const char *name = bh_beacon_type_to_name(self->type);

    g_variant_builder_add(builder, "{sv}", "Type", g_variant_new_string(name));
    formats[self->type].tell(self, builder);
}
