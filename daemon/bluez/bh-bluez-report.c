/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One row per property: its name, the type BlueZ documents, and the function that reads a value of
 * that type. A value of another type is skipped and counted. Each reader consumes its whole value,
 * so that the next property can be read whatever this one holds; it returns a negative errno only
 * when the message itself cannot be read.
 */
#include "bh-bluez-report.h"

#include <errno.h>
#include <string.h>

#define NO_PREFIX ((const guint8 *)"")
#define UUIDS_PER_STRUCTURE(size) (254 / (size))
#define GAP_SERVICE 0x1800

typedef struct {
    const char *name;
    const char *type;
    BhAdGroups group;
    gboolean identity;
    int (*read)(BhBluezProperties *self, sd_bus_message *message);
} Property;

static void
append(BhBluezProperties *self, guint8 type, gconstpointer data, gsize size)
{
    if (!bh_ad_append(self->payload, type, data, size))
        self->malformed++;
}

/* A prefix of the structure (company or UUID), then the bytes that come next in message as "ay". */
static int
append_prefixed(BhBluezProperties *self,
                sd_bus_message *message,
                guint8 type,
                const guint8 *prefix,
                gsize prefix_size)
{
    guint8 data[254];
    gconstpointer bytes = NULL;
    gsize size = 0;
    int result = sd_bus_message_read_array(message, 'y', &bytes, &size);

    if (result < 0)
        return result;
    if (prefix_size + size > sizeof(data)) {
        self->malformed++;
        return 0;
    }
    memcpy(data, prefix, prefix_size);
    if (size > 0)
        memcpy(data + prefix_size, bytes, size);
    append(self, type, data, prefix_size + size);
    return 0;
}

static int
read_rssi(BhBluezProperties *self, sd_bus_message *message)
{
    gint16 rssi = 0;
    int result = sd_bus_message_read_basic(message, 'n', &rssi);

    if (rssi >= -127 && rssi <= 20)
        self->rssi = (gint8)rssi;
    else if (rssi != BH_RSSI_UNKNOWN)
        self->malformed++;
    return result;
}

static int
read_tx_power(BhBluezProperties *self, sd_bus_message *message)
{
    gint16 dbm = 0;
    int result = sd_bus_message_read_basic(message, 'n', &dbm);

    if (dbm >= -127 && dbm <= 127)
        append(self, BH_AD_TX_POWER, &(gint8){(gint8)dbm}, 1);
    else
        self->malformed++;
    return result;
}

static int
read_name(BhBluezProperties *self, sd_bus_message *message)
{
    const char *name = "";
    int result = sd_bus_message_read_basic(message, 's', &name);

    append(self, BH_AD_NAME_COMPLETE, name, strlen(name));
    return result;
}

static int
read_appearance(BhBluezProperties *self, sd_bus_message *message)
{
    guint16 appearance = 0;
    int result = sd_bus_message_read_basic(message, 'q', &appearance);
    guint16 bytes = GUINT16_TO_LE(appearance);

    append(self, BH_AD_APPEARANCE, &bytes, sizeof(bytes));
    return result;
}

static int
read_flags(BhBluezProperties *self, sd_bus_message *message)
{
    return append_prefixed(self, message, BH_AD_FLAGS, NO_PREFIX, 0);
}

/* Lists of UUIDs of one size on the air, to be appended when a structure is full. */
typedef struct {
    guint8 type;
    gsize uuid_size;
    gsize size;
    guint8 data[254];
} UuidList;

static void
flush_list(BhBluezProperties *self, UuidList *list)
{
    if (list->size > 0) {
        append(self, list->type, list->data, list->size);
        list->size = 0;
    }
}

static void
add_to_list(BhBluezProperties *self, UuidList lists[3], const char *text)
{
    guint8 bytes[16];
    BhUuid uuid;

    if (!bh_uuid_parse(text, &uuid, NULL)) {
        self->malformed++;
        return;
    }
    gsize size = bh_uuid_to_le(&uuid, bytes);
    self->has_gap |= size == 2 && bytes[0] == (GAP_SERVICE & 0xff) && bytes[1] == GAP_SERVICE >> 8;
    UuidList *list = &lists[size == 2 ? 0 : size == 4 ? 1 : 2];
    memcpy(list->data + list->size, bytes, size);
    list->size += size;
    if (list->size / size == UUIDS_PER_STRUCTURE(size))
        flush_list(self, list);
}

static int
read_uuids(BhBluezProperties *self, sd_bus_message *message)
{
    UuidList lists[3] = {{.type = BH_AD_UUID16_SOME},
                         {.type = BH_AD_UUID32_SOME},
                         {.type = BH_AD_UUID128_SOME}};
    const char *text;
    int result = sd_bus_message_enter_container(message, 'a', "s");

    if (result < 0)
        return result;
    while ((result = sd_bus_message_read_basic(message, 's', &text)) > 0)
        add_to_list(self, lists, text);
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
        flush_list(self, &lists[i]);
    return result < 0 ? result : sd_bus_message_exit_container(message);
}

/* Enters the variant that comes next if it holds type; else skips it, counts it and returns 0. */
static int
enter_value(BhBluezProperties *self, sd_bus_message *message, const char *type)
{
    int result = sd_bus_message_enter_container(message, 'v', type);

    if (result != -ENXIO)
        return result;
    self->malformed++;
    result = sd_bus_message_skip(message, "v");
    return result < 0 ? result : 0;
}

static int
append_manufacturer(BhBluezProperties *self, sd_bus_message *message)
{
    guint16 company = 0;
    int result = sd_bus_message_read_basic(message, 'q', &company);

    if (result < 0 || (result = enter_value(self, message, "ay")) <= 0)
        return result;
    guint8 prefix[] = {company & 0xff, company >> 8};
    result = append_prefixed(self, message, BH_AD_MANUFACTURER, prefix, sizeof(prefix));
    return result < 0 ? result : sd_bus_message_exit_container(message);
}

static int
append_service_data(BhBluezProperties *self, sd_bus_message *message)
{
    const char *text = NULL;
    guint8 prefix[16];
    BhUuid uuid;
    int result = sd_bus_message_read_basic(message, 's', &text);

    if (result < 0)
        return result;
    if (!bh_uuid_parse(text, &uuid, NULL)) {
        self->malformed++;
        return sd_bus_message_skip(message, "v");
    }
    if ((result = enter_value(self, message, "ay")) <= 0)
        return result;
    gsize size = bh_uuid_to_le(&uuid, prefix);
    guint8 type = size == 2   ? BH_AD_SERVICE_DATA16
                  : size == 4 ? BH_AD_SERVICE_DATA32
                              : BH_AD_SERVICE_DATA128;
    result = append_prefixed(self, message, type, prefix, size);
    return result < 0 ? result : sd_bus_message_exit_container(message);
}

/* A type that BlueZ has a property for does not belong here: it would add to that group unasked. */
static int
append_other(BhBluezProperties *self, sd_bus_message *message)
{
    guint8 type = 0;
    int result = sd_bus_message_read_basic(message, 'y', &type);

    if (result < 0)
        return result;
    if (bh_ad_group_of(type) != BH_AD_GROUP_OTHER) {
        self->malformed++;
        return sd_bus_message_skip(message, "v");
    }
    if ((result = enter_value(self, message, "ay")) <= 0)
        return result;
    result = append_prefixed(self, message, type, NO_PREFIX, 0);
    return result < 0 ? result : sd_bus_message_exit_container(message);
}

/* The entries of a dictionary, each read by read_entry. */
static int
read_dictionary(BhBluezProperties *self,
                sd_bus_message *message,
                const char *entry,
                int (*read_entry)(BhBluezProperties *, sd_bus_message *))
{
    char array[] = {'{', entry[0], entry[1], '}', '\0'};
    int result = sd_bus_message_enter_container(message, 'a', array);

    while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', entry)) > 0)
        if ((result = read_entry(self, message)) >= 0)
            result = sd_bus_message_exit_container(message);
    return result < 0 ? result : sd_bus_message_exit_container(message);
}

static int
read_manufacturer_data(BhBluezProperties *self, sd_bus_message *message)
{
    return read_dictionary(self, message, "qv", append_manufacturer);
}

static int
read_service_data(BhBluezProperties *self, sd_bus_message *message)
{
    return read_dictionary(self, message, "sv", append_service_data);
}

static int
read_advertising_data(BhBluezProperties *self, sd_bus_message *message)
{
    return read_dictionary(self, message, "yv", append_other);
}

static int
read_address(BhBluezProperties *self, sd_bus_message *message)
{
    const char *text = "";
    BhAddress address;
    int result = sd_bus_message_read_basic(message, 's', &text);

    if (bh_address_parse(text, BH_ADDRESS_PUBLIC, &address, NULL)) {
        memcpy(self->address.octets, address.octets, sizeof(address.octets));
        self->has_address = TRUE;
    } else {
        self->malformed++;
    }
    return result;
}

static int
read_address_type(BhBluezProperties *self, sd_bus_message *message)
{
    const char *text = "";
    BhAddressType type;
    int result = sd_bus_message_read_basic(message, 's', &text);

    if (bh_address_type_from_string(text, &type)) {
        self->address.type = (guint8)type;
        self->has_type = TRUE;
    } else {
        self->malformed++;
    }
    return result;
}

static int
read_flag(sd_bus_message *message, gboolean *has, gboolean *value)
{
    int flag = FALSE;
    int result = sd_bus_message_read_basic(message, 'b', &flag);

    *has = result >= 0;
    *value = flag;
    return result;
}

static int
read_connected(BhBluezProperties *self, sd_bus_message *message)
{
    return read_flag(message, &self->has_connected, &self->connected);
}

static int
read_resolved(BhBluezProperties *self, sd_bus_message *message)
{
    return read_flag(message, &self->has_resolved, &self->resolved);
}

static int
read_paired(BhBluezProperties *self, sd_bus_message *message)
{
    return read_flag(message, &self->has_paired, &self->paired);
}

static int
read_bonded(BhBluezProperties *self, sd_bus_message *message)
{
    return read_flag(message, &self->has_bonded, &self->bonded);
}

/* Most frequent first. */
static const Property properties[] = {
    {"RSSI", "n", BH_AD_GROUP_NONE, FALSE, read_rssi},
    {"ManufacturerData", "a{qv}", BH_AD_GROUP_MANUFACTURER, FALSE, read_manufacturer_data},
    {"ServiceData", "a{sv}", BH_AD_GROUP_SERVICE_DATA, FALSE, read_service_data},
    {"TxPower", "n", BH_AD_GROUP_TX_POWER, FALSE, read_tx_power},
    {"AdvertisingFlags", "ay", BH_AD_GROUP_FLAGS, FALSE, read_flags},
    {"AdvertisingData", "a{yv}", BH_AD_GROUP_OTHER, FALSE, read_advertising_data},
    {"UUIDs", "as", BH_AD_GROUP_UUIDS, FALSE, read_uuids},
    {"Name", "s", BH_AD_GROUP_NAME, TRUE, read_name}, /* of a link, BlueZ asks for it */
    {"Appearance", "q", BH_AD_GROUP_APPEARANCE, FALSE, read_appearance},
    {"Address", "s", BH_AD_GROUP_NONE, TRUE, read_address},
    {"AddressType", "s", BH_AD_GROUP_NONE, TRUE, read_address_type},
    {"Connected", "b", BH_AD_GROUP_NONE, TRUE, read_connected},
    {"ServicesResolved", "b", BH_AD_GROUP_NONE, TRUE, read_resolved},
    {"Paired", "b", BH_AD_GROUP_NONE, TRUE, read_paired},
    {"Bonded", "b", BH_AD_GROUP_NONE, TRUE, read_bonded},
};

static const Property *
find_property(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(properties); i++)
        if (strcmp(properties[i].name, name) == 0)
            return &properties[i];
    return NULL;
}

static int
read_property(BhBluezProperties *self, sd_bus_message *message, gboolean identity)
{
    const char *name;
    int result = sd_bus_message_read_basic(message, 's', &name);

    if (result < 0)
        return result;
    const Property *property = find_property(name);
    if (property == NULL || (identity && !property->identity))
        return sd_bus_message_skip(message, "v");
    if ((result = enter_value(self, message, property->type)) <= 0)
        return result;
    self->groups |= property->group;
    self->advertised |= !property->identity || property->group != BH_AD_GROUP_NONE;
    result = property->read(self, message);
    return result < 0 ? result : sd_bus_message_exit_container(message);
}

int
bh_bluez_properties_read(BhBluezProperties *self, sd_bus_message *message, gboolean identity)
{
    GByteArray *payload = g_byte_array_set_size(self->payload, 0);
    int result = sd_bus_message_enter_container(message, 'a', "{sv}");

    *self = (BhBluezProperties){.rssi = BH_RSSI_UNKNOWN, .payload = payload};
    while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "sv")) > 0)
        if ((result = read_property(self, message, identity)) >= 0)
            result = sd_bus_message_exit_container(message);
    return result < 0 ? result : sd_bus_message_exit_container(message);
}

gboolean
bh_bluez_properties_has_identity(const BhBluezProperties *self)
{
    return self->has_address && self->has_type;
}

gboolean
bh_bluez_properties_has_link(const BhBluezProperties *self)
{
    return self->has_connected || self->has_resolved || self->has_paired || self->has_bonded ||
           (self->groups & BH_AD_GROUP_NAME) != 0;
}

void
bh_bluez_properties_init(BhBluezProperties *self)
{
    *self = (BhBluezProperties){.rssi = BH_RSSI_UNKNOWN, .payload = g_byte_array_new()};
}

void
bh_bluez_properties_clear(BhBluezProperties *self)
{
    g_clear_pointer(&self->payload, g_byte_array_unref);
}
