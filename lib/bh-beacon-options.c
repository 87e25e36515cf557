/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Beacons out of dictionaries, as a caller writes them to be advertised: each format has its table
 * of keys and how the fields are taken over. The keys are those that bh-beacon-fields.c tells.
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
           take_id(values->id, "ID", beacon->id, BH_BEACON_ALTBEACON_SIZE, error);
}

static gboolean
take_uid(const Values *values, BhBeacon *beacon, GError **error)
{
    guint8 *instance = beacon->id + BH_BEACON_NAMESPACE_SIZE;

    return take_id(values->name_space, "Namespace", beacon->id, BH_BEACON_NAMESPACE_SIZE, error) &&
           take_id(values->instance, "Instance", instance, BH_BEACON_INSTANCE_SIZE, error);
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
    return take_id(values->encrypted, "Encrypted", beacon->id, BH_BEACON_ETLM_SIZE, error) &&
           require(values->has_salt, "Salt", error) && require(values->has_mic, "MIC", error);
}

static gboolean
take_eid(const Values *values, BhBeacon *beacon, GError **error)
{
    return take_id(values->eid, "EID", beacon->id, BH_BEACON_EID_SIZE, error);
}

/* Each of them */

static const struct {
    const BhOptionSpec *specs;
    gint8 default_power; /* dBm */
    gboolean (*take)(const Values *values, BhBeacon *beacon, GError **error);
} formats[] = {
    [BH_BEACON_IBEACON] = {ibeacon_specs, DEFAULT_AT_1_M, take_ibeacon},
    [BH_BEACON_ALTBEACON] = {altbeacon_specs, DEFAULT_AT_1_M, take_altbeacon},
    [BH_BEACON_EDDYSTONE_UID] = {uid_specs, DEFAULT_AT_0_M, take_uid},
    [BH_BEACON_EDDYSTONE_URL] = {url_specs, DEFAULT_AT_0_M, take_url},
    [BH_BEACON_EDDYSTONE_TLM] = {tlm_specs, 0, take_tlm},
    [BH_BEACON_EDDYSTONE_ETLM] = {etlm_specs, 0, take_etlm},
    [BH_BEACON_EDDYSTONE_EID] = {eid_specs, DEFAULT_AT_0_M, take_eid},
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
