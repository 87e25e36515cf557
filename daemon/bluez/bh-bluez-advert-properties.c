/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * BlueZ makes flags of Discoverable, and (since 5.82) flags, too, of one that is false: without the
 * property there are none. It makes the flag of limited discoverability of a time limit for that;
 * the limit is as long as it can be, because the time of an advertisement is the hub's.
 */
#include "bh-bluez-advert-properties.h"

#define LONGEST_S G_MAXUINT16

static void
put_uuids(sd_bus_message *message, const char *name, const GArray *uuids)
{
    if (uuids == NULL)
        return;
    sd_bus_message_open_container(message, 'e', "sv");
    sd_bus_message_append(message, "s", name);
    sd_bus_message_open_container(message, 'v', "as");
    sd_bus_message_open_container(message, 'a', "s");
    for (guint i = 0; i < uuids->len; i++) {
        char text[BH_UUID_TEXT_SIZE];
        bh_uuid_format_short(&g_array_index(uuids, BhUuid, i), text);
        sd_bus_message_append(message, "s", text);
    }
    sd_bus_message_close_container(message);
    sd_bus_message_close_container(message);
    sd_bus_message_close_container(message);
}

/* Keys of the dictionaries of data. */

static void
put_company(sd_bus_message *message, const BhAdvertData *data)
{
    sd_bus_message_append(message, "q", data->company);
}

static void
put_uuid(sd_bus_message *message, const BhAdvertData *data)
{
    char text[BH_UUID_TEXT_SIZE];

    bh_uuid_format_short(&data->uuid, text);
    sd_bus_message_append(message, "s", text);
}

static void
put_type(sd_bus_message *message, const BhAdvertData *data)
{
    sd_bus_message_append(message, "y", data->type);
}

typedef struct {
    const char *name;
    const char *type;  /* of the dictionary */
    const char *entry; /* of one of its entries */
    void (*put_key)(sd_bus_message *message, const BhAdvertData *data);
} DataProperty;

static const DataProperty manufacturer_data = {"ManufacturerData", "a{qv}", "qv", put_company};
static const DataProperty service_data = {"ServiceData", "a{sv}", "sv", put_uuid};
static const DataProperty other_data = {"Data", "a{yv}", "yv", put_type};

static void
put_datum(sd_bus_message *message, const DataProperty *property, const BhAdvertData *data)
{
    gsize size = 0;
    gconstpointer bytes = g_bytes_get_data(data->data, &size);

    sd_bus_message_open_container(message, 'e', property->entry);
    property->put_key(message, data);
    sd_bus_message_open_container(message, 'v', "ay");
    sd_bus_message_append_array(message, 'y', bytes, size);
    sd_bus_message_close_container(message);
    sd_bus_message_close_container(message);
}

static void
put_data(sd_bus_message *message, const DataProperty *property, const GArray *data)
{
    g_autofree char *entry = g_strdup_printf("{%s}", property->entry);

    if (data == NULL)
        return;
    sd_bus_message_open_container(message, 'e', "sv");
    sd_bus_message_append(message, "s", property->name);
    sd_bus_message_open_container(message, 'v', property->type);
    sd_bus_message_open_container(message, 'a', entry);
    for (guint i = 0; i < data->len; i++)
        put_datum(message, property, &g_array_index(data, BhAdvertData, i));
    sd_bus_message_close_container(message);
    sd_bus_message_close_container(message);
    sd_bus_message_close_container(message);
}

static void
put_discoverable(sd_bus_message *message, const BhAdvertSpec *spec)
{
    if (spec->discoverable == BH_DISCOVERABLE_NOT)
        return;
    sd_bus_message_append(message, "{sv}", "Discoverable", "b", 1);
    if (spec->discoverable == BH_DISCOVERABLE_LIMITED)
        sd_bus_message_append(message, "{sv}", "DiscoverableTimeout", "q", LONGEST_S);
}

/* BlueZ counts milliseconds here, and wants both ends of a range. */
static void
put_interval(sd_bus_message *message, guint32 interval_us)
{
    guint32 shortest_ms = interval_us / 1000;
    guint32 longest_ms = (interval_us + 999) / 1000;

    sd_bus_message_append(message, "{sv}", "MinInterval", "u", shortest_ms);
    sd_bus_message_append(message, "{sv}", "MaxInterval", "u", longest_ms);
}

static void
put_details(sd_bus_message *message,
            const BhAdvertSpec *spec,
            const BhBluezAdvertAbilities *abilities)
{
    if (spec->name != NULL)
        sd_bus_message_append(message, "{sv}", "LocalName", "s", spec->name);
    if (spec->has_appearance)
        sd_bus_message_append(message, "{sv}", "Appearance", "q", spec->appearance);
    if (spec->has_tx_power)
        sd_bus_message_append(message, "{sv}", "Includes", "as", 1, "tx-power");
    if (spec->has_tx_power && abilities->tx_power)
        sd_bus_message_append(message, "{sv}", "TxPower", "n", (gint16)spec->tx_power);
    if (spec->interval_us != 0 && abilities->interval)
        put_interval(message, spec->interval_us);
}

int
bh_bluez_advert_put_properties(sd_bus_message *message,
                               const BhAdvertSpec *spec,
                               const BhBluezAdvertAbilities *abilities)
{
    sd_bus_message_open_container(message, 'a', "{sv}");
    sd_bus_message_append(message,
                          "{sv}",
                          "Type",
                          "s",
                          spec->connectable ? "peripheral" : "broadcast");
    put_uuids(message, "ServiceUUIDs", spec->uuids);
    put_uuids(message, "SolicitUUIDs", spec->solicit_uuids);
    put_data(message, &manufacturer_data, spec->manufacturer_data);
    put_data(message, &service_data, spec->service_data);
    put_data(message, &other_data, spec->data);
    put_discoverable(message, spec);
    put_details(message, spec, abilities);
    return sd_bus_message_close_container(message);
}
