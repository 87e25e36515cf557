/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The options of an advertisement. Plain ones go by a table as everywhere; the dictionaries of data
 * and the beacon are taken out first, each by a function of its own. What contradicts itself, and
 * what BlueZ would refuse without saying why, is refused here.
 */
#include "bh-advert-options.h"

#include "bh-ad.h"
#include "bh-beacon.h"
#include "bh-error.h"
#include "bh-options.h"

#include <string.h>

#define DAY_MS (24 * 60 * 60 * 1000)
#define INTERVAL_UNIT_US 625 /* Core 5.4 Vol 4 Part E 7.8.5 */
#define MIN_INTERVAL_US 20000
#define MAX_INTERVAL_US 10240000
#define MAX_DATA_ENTRIES 16  /* more do not fit in a packet: each takes two bytes at least */
#define MAX_APPEARANCE 65534 /* with BlueZ 65535 is none */

typedef struct {
    char *name;
    char **uuids, **solicit_uuids;
    gint64 appearance, interval_us, tx_power, timeout_ms;
    gboolean connectable, discoverable, limited, until_connected;
    gboolean has_name, has_appearance, has_tx_power, has_connectable, has_discoverable;
} Values;

#define AT(member) G_STRUCT_OFFSET(Values, member), BH_OPTION_NO_PRESENT
#define AT_WITH(member, present) G_STRUCT_OFFSET(Values, member), G_STRUCT_OFFSET(Values, present)

static const BhOptionSpec specs[] = {
    {"Name", BH_OPTION_STRING, AT_WITH(name, has_name)},
    {"UUIDs", BH_OPTION_STRINGS, AT(uuids)},
    {"SolicitUUIDs", BH_OPTION_STRINGS, AT(solicit_uuids)},
    {"Appearance", BH_OPTION_INT, AT_WITH(appearance, has_appearance), 0, MAX_APPEARANCE},
    {"Connectable", BH_OPTION_BOOL, AT_WITH(connectable, has_connectable)},
    {"Discoverable", BH_OPTION_BOOL, AT_WITH(discoverable, has_discoverable)},
    {"LimitedDiscoverable", BH_OPTION_BOOL, AT(limited)},
    {"IntervalUs", BH_OPTION_INT, AT(interval_us), MIN_INTERVAL_US, MAX_INTERVAL_US},
    {"TxPower", BH_OPTION_INT, AT_WITH(tx_power, has_tx_power), -127, 20},
    {"TimeoutMs", BH_OPTION_INT, AT(timeout_ms), 1, DAY_MS},
    {"UntilConnected", BH_OPTION_BOOL, AT(until_connected)},
    {NULL},
};

static gboolean refuse(GError **error, const char *key, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static gboolean
refuse(GError **error, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *reason = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, "%s: %s", key, reason);
    return FALSE;
}

/* UUIDs */

static gboolean
has_uuid(const GArray *uuids, const BhUuid *uuid)
{
    for (guint i = 0; uuids != NULL && i < uuids->len; i++)
        if (bh_uuid_equal(&g_array_index(uuids, BhUuid, i), uuid))
            return TRUE;
    return FALSE;
}

static void
append_uuid(GArray **uuids, const BhUuid *uuid)
{
    if (*uuids == NULL)
        *uuids = g_array_new(FALSE, FALSE, sizeof(BhUuid));
    g_array_append_vals(*uuids, uuid, 1);
}

static gboolean
take_uuids(char *const *texts, const char *key, GArray **uuids, GError **error)
{
    for (; texts != NULL && *texts != NULL; texts++) {
        BhUuid uuid;

        if (!bh_uuid_parse(*texts, &uuid, error)) {
            g_prefix_error(error, "%s: ", key);
            return FALSE;
        }
        if (has_uuid(*uuids, &uuid))
            return refuse(error, key, "%s stands there twice", *texts);
        append_uuid(uuids, &uuid);
    }
    return TRUE;
}

/* Dictionaries of data */

/* AD types that have options of their own (flags, UUIDs, names, TX power, appearance, ...), and
 * others that BlueZ refuses: what belongs to BR/EDR, pairing out of band, or mesh. */
static const char reserved_types[] =
    "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0d\x0e\x0f\x10\x11\x12\x14\x15\x16\x17\x18\x19\x1a"
    "\x1b\x1c\x1d\x1e\x1f\x20\x21\x22\x23\x27\x28\x29\x2a\x2b\x3d\xff";

static gboolean
read_company(GVariant *key, BhAdvertData *data, GError **error)
{
    data->company = g_variant_get_uint16(key);
    return TRUE;
}

static gboolean
read_service(GVariant *key, BhAdvertData *data, GError **error)
{
    return bh_uuid_parse(g_variant_get_string(key, NULL), &data->uuid, error);
}

static gboolean
read_type(GVariant *key, BhAdvertData *data, GError **error)
{
    data->type = g_variant_get_byte(key);
    if (memchr(reserved_types, data->type, sizeof reserved_types - 1) == NULL)
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "type 0x%02x has an option of its own, or BlueZ keeps it for itself",
                data->type);
    return FALSE;
}

typedef struct {
    const char *key;
    const char *entry_type; /* of the dictionary's keys */
    const char *what;       /* its type in words */
    gsize offset;           /* of the GArray in the spec */
    gboolean (*read_key)(GVariant *key, BhAdvertData *data, GError **error);
} DataRow;

#define IN_SPEC(member) G_STRUCT_OFFSET(BhAdvertSpec, member)

static const DataRow data_rows[] = {
    {"ManufacturerData", "q", "a{qv} of bytes", IN_SPEC(manufacturer_data), read_company},
    {"ServiceData", "s", "a{sv} of bytes", IN_SPEC(service_data), read_service},
    {"Data", "y", "a{yv} of bytes", IN_SPEC(data), read_type},
};

static GArray **
array_of(BhAdvertSpec *spec, gsize offset)
{
    return G_STRUCT_MEMBER_P(spec, offset);
}

/* Keys of one dictionary that mean the same; those that are not its own are equal anyway. */
static gboolean
is_same_key(const BhAdvertData *a, const BhAdvertData *b)
{
    return a->company == b->company && a->type == b->type && bh_uuid_equal(&a->uuid, &b->uuid);
}

/* Takes the bytes of data, also when it fails. */
static gboolean
append_data(GArray **array, BhAdvertData *data, GError **error)
{
    if (*array == NULL)
        *array = bh_advert_data_array_new();
    for (guint i = 0; i < (*array)->len; i++) {
        if (!is_same_key(&g_array_index(*array, BhAdvertData, i), data))
            continue;
        g_bytes_unref(data->data);
        g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, "stands there twice");
        return FALSE;
    }
    g_array_append_vals(*array, data, 1);
    return TRUE;
}

/* A copy: the message that it came with may be large. */
static GBytes *
dup_bytes(GVariant *value)
{
    gsize size;
    const void *bytes = g_variant_get_fixed_array(value, &size, 1);

    return g_bytes_new(bytes, size);
}

static gboolean
take_entry(const DataRow *row, GVariant *entry, GArray **array, GError **error)
{
    g_autoptr(GVariant) key = g_variant_get_child_value(entry, 0);
    g_autoptr(GVariant) value = g_variant_get_child_value(entry, 1);
    g_autofree char *name = g_variant_print(key, FALSE);
    BhAdvertData data = {0};
    gboolean ok;

    while (g_variant_is_of_type(value, G_VARIANT_TYPE_VARIANT)) {
        g_autoptr(GVariant) box = g_steal_pointer(&value);
        value = g_variant_get_variant(box);
    }
    if (!g_variant_is_of_type(value, G_VARIANT_TYPE_BYTESTRING))
        return refuse(error, row->key, "%s: must be bytes", name);
    if (g_variant_n_children(value) == 0)
        return refuse(error, row->key, "%s: has no bytes, which BlueZ refuses", name);
    ok = row->read_key(key, &data, error);
    if (ok) {
        data.data = dup_bytes(value);
        ok = append_data(array, &data, error);
    }
    if (!ok)
        g_prefix_error(error, "%s: %s: ", row->key, name);
    return ok;
}

static gboolean
take_data(const DataRow *row, GVariant *value, BhAdvertSpec *spec, GError **error)
{
    const GVariantType *type = g_variant_get_type(value);
    GVariantIter iter;
    GVariant *next;

    if (!g_variant_type_is_array(type) ||
        !g_variant_type_is_dict_entry(g_variant_type_element(type)) ||
        *g_variant_type_peek_string(g_variant_type_key(g_variant_type_element(type))) !=
            *row->entry_type)
        return refuse(error, row->key, "must be %s", row->what);
    if (g_variant_n_children(value) > MAX_DATA_ENTRIES)
        return refuse(error, row->key, "more than %d entries", MAX_DATA_ENTRIES);
    g_variant_iter_init(&iter, value);
    while ((next = g_variant_iter_next_value(&iter)) != NULL) {
        g_autoptr(GVariant) entry = next;
        if (!take_entry(row, entry, array_of(spec, row->offset), error))
            return FALSE;
    }
    return TRUE;
}

/* Beacons */

static void
append_uuid_once(GArray **uuids, const BhUuid *uuid)
{
    if (!has_uuid(*uuids, uuid))
        append_uuid(uuids, uuid);
}

/* The service that the data belongs to is listed, too, so that phones find it (Eddystone protocol
 * specification, "Common Elements"). */
static gboolean
add_beacon(const BhBeaconData *from, BhAdvertSpec *spec, GError **error)
{
    const guint8 owner[] = {(guint8)from->owner, (guint8)(from->owner >> 8)};
    BhAdvertData data = {.data = g_bytes_new(from->bytes, from->size)};

    if (!from->is_service) {
        data.company = from->owner;
        return append_data(&spec->manufacturer_data, &data, error);
    }
    bh_uuid_from_le(owner, sizeof owner, &data.uuid);
    append_uuid_once(&spec->uuids, &data.uuid);
    return append_data(&spec->service_data, &data, error);
}

static gboolean
take_beacon(GVariant *options, BhAdvertSpec *spec, GError **error)
{
    BhBeacon beacon;
    BhBeaconData data;

    if (!bh_beacon_parse(options, &beacon, error)) {
        g_prefix_error(error, "Beacon: ");
        return FALSE;
    }
    if (!bh_beacon_encode(&beacon, &data))
        return refuse(error, "Beacon", "cannot be said");
    if (!add_beacon(&data, spec, error)) {
        g_prefix_error(error, "Beacon: data of its company or service ");
        return FALSE;
    }
    return TRUE;
}

/* The whole */

static gboolean
take_discoverable(const Values *values, BhAdvertSpec *spec, GError **error)
{
    gboolean discoverable =
        values->has_discoverable ? values->discoverable : values->limited || spec->connectable;

    if (values->limited && !discoverable)
        return refuse(error, "LimitedDiscoverable", "contradicts Discoverable=false");
    if (discoverable && !spec->connectable)
        return refuse(error,
                      values->limited ? "LimitedDiscoverable" : "Discoverable",
                      "only what is connectable is discoverable");
    spec->discoverable = !discoverable     ? BH_DISCOVERABLE_NOT
                         : values->limited ? BH_DISCOVERABLE_LIMITED
                                           : BH_DISCOVERABLE_GENERAL;
    return TRUE;
}

static gboolean
take_values(Values *values, gboolean has_beacon, BhAdvertSpec *spec, GError **error)
{
    if (values->has_name && values->name[0] == '\0')
        return refuse(error, "Name", "must not be empty");
    spec->name = g_steal_pointer(&values->name);
    spec->has_appearance = values->has_appearance;
    spec->appearance = (guint16)values->appearance;
    spec->connectable = values->has_connectable ? values->connectable : !has_beacon;
    spec->interval_us = (guint32)(values->interval_us / INTERVAL_UNIT_US * INTERVAL_UNIT_US);
    spec->has_tx_power = values->has_tx_power;
    spec->tx_power = (gint8)values->tx_power;
    spec->timeout_ms = (guint32)values->timeout_ms;
    spec->until_connected = values->until_connected;
    if (spec->until_connected && !spec->connectable)
        return refuse(error, "UntilConnected", "nobody can connect");
    return take_discoverable(values, spec, error) &&
           take_uuids(values->uuids, "UUIDs", &spec->uuids, error) &&
           take_uuids(values->solicit_uuids, "SolicitUUIDs", &spec->solicit_uuids, error);
}

/* A value of the dictionary, and the key out of it; NULL if there is none. */
static GVariant *
take_out(GVariantDict *dict, const char *key)
{
    GVariant *value = g_variant_dict_lookup_value(dict, key, NULL);

    g_variant_dict_remove(dict, key);
    return value;
}

static gboolean
take_dictionaries(GVariantDict *dict, GVariant **beacon, BhAdvertSpec *spec, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(data_rows); i++) {
        g_autoptr(GVariant) value = take_out(dict, data_rows[i].key);
        if (value != NULL && !take_data(&data_rows[i], value, spec, error))
            return FALSE;
    }
    *beacon = take_out(dict, "Beacon");
    return TRUE;
}

static gboolean
take_all(GVariantDict *dict, Values *values, BhAdvertSpec *spec, GError **error)
{
    g_autoptr(GVariant) beacon = NULL;
    g_autoptr(GVariant) plain = NULL;

    if (!take_dictionaries(dict, &beacon, spec, error))
        return FALSE;
    plain = g_variant_ref_sink(g_variant_dict_end(dict));
    return bh_options_parse(plain, specs, values, error) &&
           take_values(values, beacon != NULL, spec, error) &&
           (beacon == NULL || take_beacon(beacon, spec, error));
}

gboolean
bh_advert_spec_parse(GVariant *options, BhAdvertSpec *self, GError **error)
{
    g_auto(GVariantDict) dict = {0};
    Values values = {0};
    gboolean ok;

    *self = (BhAdvertSpec){0};
    if (!g_variant_is_of_type(options, G_VARIANT_TYPE_VARDICT))
        return refuse(error, "Options", "must be a{sv}");
    g_variant_dict_init(&dict, options);
    ok = take_all(&dict, &values, self, error);
    bh_options_clear(specs, &values);
    if (!ok)
        bh_advert_spec_clear(self);
    return ok;
}
