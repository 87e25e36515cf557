/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A device group: each key's reader fills a draft, the draft is checked as a whole, and then one
 * device is made of it per clone (addresses count up, "%d" in the name is the clone's number).
 */
#include "scenario-device.h"

#include "bh-ad.h"
#include "bh-error.h"
#include "keys.h"
#include "payload.h"

#include <string.h>

#define DEFAULT_INTERVAL_US (100 * 1000)
#define MIN_INTERVAL_MS 20.0 /* Core 5.4 Vol 6 Part B 4.4.2.2 */
#define MAX_INTERVAL_MS 10240.0
#define MAX_TIME_MS 1e9
#define DEFAULT_RSSI (-60)
#define RSSI_MIN (-127)
#define RSSI_MAX 20
#define MAX_COUNT 100000
#define GENERAL_DISCOVERABLE_LE_ONLY 0x06
#define FLAGS_DEFAULT (-2)

typedef struct {
    BhScenarioDevice *device; /* the fields that clones share */
    char *address;
    BhAddressType address_type;
    char *name;
    gint64 count;
    gint64 flags;
    GByteArray *structures;
    GPtrArray *manufacturer;
    gboolean counter;
    GByteArray *raw_advertising; /* NULL = put together */
    GByteArray *raw_scan_response;
} Draft;

static gboolean
refuse(GError **error, const char *message)
{
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, message);
    return FALSE;
}

static gboolean
read_address(gpointer draft, const char *text, GError **error)
{
    Draft *self = draft;
    BhAddress address;

    g_free(self->address);
    self->address = g_strdup(text);
    return bh_address_parse(text, BH_ADDRESS_RANDOM, &address, NULL) ||
           refuse(error, "must be AA:BB:CC:DD:EE:FF");
}

static gboolean
read_address_type(gpointer draft, const char *text, GError **error)
{
    Draft *self = draft;

    return bh_address_type_from_string(text, &self->address_type) ||
           refuse(error, "must be public or random");
}

static gboolean
read_type(gpointer draft, const char *text, GError **error)
{
    Draft *self = draft;

    return bh_pdu_kind_from_string(text, &self->device->pdu, error);
}

static gboolean
read_name(gpointer draft, const char *text, GError **error)
{
    Draft *self = draft;

    g_free(self->name);
    self->name = g_strdup(text);
    return TRUE;
}

static void
add_uuid_list(GByteArray *out, const GArray *uuids, gsize width, guint8 type)
{
    g_autoptr(GByteArray) list = g_byte_array_new();

    for (guint i = 0; i < uuids->len; i++) {
        guint8 bytes[16];

        if (bh_uuid_to_le(&g_array_index(uuids, BhUuid, i), bytes) == width)
            g_byte_array_append(list, bytes, width);
    }
    if (list->len > 0)
        bh_ad_append(out, type, list->data, list->len);
}

static gboolean
read_uuids(gpointer draft, const char *text, GError **error)
{
    Draft *self = draft;
    g_auto(GStrv) list = bh_text_to_list(text);
    g_autoptr(GArray) uuids = g_array_new(FALSE, FALSE, sizeof(BhUuid));

    for (guint i = 0; list[i] != NULL; i++) {
        BhUuid uuid;

        if (!bh_uuid_parse(list[i], &uuid, error))
            return FALSE;
        g_array_append_val(uuids, uuid);
    }
    add_uuid_list(self->structures, uuids, 2, BH_AD_UUID16_ALL);
    add_uuid_list(self->structures, uuids, 4, BH_AD_UUID32_ALL);
    add_uuid_list(self->structures, uuids, 16, BH_AD_UUID128_ALL);
    return TRUE;
}

/* Reads "KEY:HEX"; the bytes are appended to data. */
static gboolean
read_pair(const char *text, char **key, GByteArray *data, GError **error)
{
    const char *colon = strchr(text, ':');

    if (colon == NULL)
        return refuse(error, "must be KEY:HEX, separated by ';'");
    *key = g_strstrip(g_strndup(text, colon - text));
    return bh_text_to_bytes(colon + 1, data, error);
}

static gboolean
add_manufacturer(Draft *self, const char *text, GError **error)
{
    g_autofree char *company = NULL;
    g_autoptr(GByteArray) data = g_byte_array_new();
    guint64 id = 0;

    if (!read_pair(text, &company, data, error))
        return FALSE;
    if (!g_ascii_string_to_unsigned(company, 16, 0, G_MAXUINT16, &id, NULL))
        return refuse(error, "company identifier must be hexadecimal, 0000 to ffff");

    guint16 id_le = GUINT16_TO_LE((guint16)id);
    g_byte_array_prepend(data, (const guint8 *)&id_le, sizeof id_le);
    g_ptr_array_add(self->manufacturer, g_steal_pointer(&data));
    return TRUE;
}

static gboolean
read_manufacturer_data(gpointer draft, const char *text, GError **error)
{
    g_auto(GStrv) list = bh_text_to_list(text);

    for (guint i = 0; list[i] != NULL; i++) {
        if (!add_manufacturer(draft, list[i], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
add_service_data(Draft *self, const char *text, GError **error)
{
    static const guint8 types[] =
        {[2] = BH_AD_SERVICE_DATA16, [4] = BH_AD_SERVICE_DATA32, [16] = BH_AD_SERVICE_DATA128};
    g_autofree char *key = NULL;
    g_autoptr(GByteArray) data = g_byte_array_new();
    BhUuid uuid;
    guint8 bytes[16];

    if (!read_pair(text, &key, data, error) || !bh_uuid_parse(key, &uuid, error))
        return FALSE;

    gsize width = bh_uuid_to_le(&uuid, bytes);
    g_byte_array_prepend(data, bytes, width);
    return bh_ad_append(self->structures, types[width], data->data, data->len) ||
           refuse(error, "too long");
}

static gboolean
read_service_data(gpointer draft, const char *text, GError **error)
{
    g_auto(GStrv) list = bh_text_to_list(text);

    for (guint i = 0; list[i] != NULL; i++) {
        if (!add_service_data(draft, list[i], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_tx_power(gpointer draft, const char *text, GError **error)
{
    Draft *self = draft;
    gint64 value = 0;

    if (!bh_text_to_int(text, -127, 126, &value, error))
        return FALSE;

    gint8 dbm = (gint8)value;
    return bh_ad_append(self->structures, BH_AD_TX_POWER, &dbm, 1);
}

static gboolean
read_appearance(gpointer draft, const char *text, GError **error)
{
    Draft *self = draft;
    gint64 value = 0;

    if (!bh_text_to_int(text, 0, G_MAXUINT16, &value, error))
        return FALSE;

    guint16 appearance = GUINT16_TO_LE((guint16)value);
    return bh_ad_append(self->structures, BH_AD_APPEARANCE, &appearance, sizeof appearance);
}

static gboolean
read_flags(gpointer draft, const char *text, GError **error)
{
    Draft *self = draft;
    g_autoptr(GByteArray) byte = g_byte_array_new();

    if (g_str_equal(text, "none")) {
        self->flags = BH_PAYLOAD_NO_FLAGS;
        return TRUE;
    }
    if (!bh_text_to_bytes(text, byte, error))
        return FALSE;
    if (byte->len != 1)
        return refuse(error, "must be one hexadecimal byte, or none");
    self->flags = byte->data[0];
    return TRUE;
}

static gboolean
read_raw(GByteArray **out, const char *text, GError **error)
{
    g_clear_pointer(out, g_byte_array_unref);
    *out = g_byte_array_new();
    if (!bh_text_to_bytes(text, *out, error))
        return FALSE;
    return (*out)->len <= BH_LEGACY_PAYLOAD_MAX || refuse(error, "longer than 31 bytes");
}

static gboolean
read_advertising(gpointer draft, const char *text, GError **error)
{
    return read_raw(&((Draft *)draft)->raw_advertising, text, error);
}

static gboolean
read_scan_response(gpointer draft, const char *text, GError **error)
{
    return read_raw(&((Draft *)draft)->raw_scan_response, text, error);
}

static gboolean
read_interval(gpointer draft, const char *text, GError **error)
{
    Draft *self = draft;

    return bh_text_to_us(text, MIN_INTERVAL_MS, MAX_INTERVAL_MS, &self->device->interval_us, error);
}

static gboolean
read_trace(BhRssiModel *model, const char *text, GError **error)
{
    g_auto(GStrv) list = bh_text_to_list(text);

    model->kind = BH_RSSI_TRACE;
    model->trace = g_array_new(FALSE, FALSE, sizeof(gint8));
    for (guint i = 0; list[i] != NULL; i++) {
        gint64 value = 0;

        if (!bh_text_to_int(list[i], RSSI_MIN, RSSI_MAX, &value, error))
            return FALSE;

        gint8 dbm = (gint8)value;
        g_array_append_val(model->trace, dbm);
    }
    return model->trace->len > 0 || refuse(error, "an empty trace");
}

static void
clear_rssi(BhRssiModel *model)
{
    g_clear_pointer(&model->trace, g_array_unref);
    *model = (BhRssiModel){.kind = BH_RSSI_CONSTANT, .start = DEFAULT_RSSI};
}

static gboolean
read_rssi(gpointer draft, const char *text, GError **error)
{
    Draft *self = draft;
    gint64 value = 0;

    clear_rssi(&self->device->rssi);
    if (strchr(text, ';') != NULL)
        return read_trace(&self->device->rssi, text, error);
    if (!bh_text_to_int(text, RSSI_MIN, RSSI_MAX, &value, error))
        return FALSE;
    self->device->rssi.start = (gint8)value;
    return TRUE;
}

static gboolean
read_rssi_walk(gpointer draft, const char *text, GError **error)
{
    Draft *self = draft;
    BhRssiModel *model = &self->device->rssi;
    g_auto(GStrv) list = bh_text_to_list(text);
    gint64 values[4] = {0};

    if (g_strv_length(list) != G_N_ELEMENTS(values))
        return refuse(error, "must be START;MIN;MAX;STEP");
    for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
        if (!bh_text_to_int(list[i], RSSI_MIN, RSSI_MAX, &values[i], error))
            return FALSE;
    }
    if (values[0] < values[1] || values[0] > values[2] || values[3] < 1)
        return refuse(error, "START must be from MIN to MAX, STEP at least 1");
    clear_rssi(model);
    *model = (BhRssiModel){.kind = BH_RSSI_WALK,
                           .start = (gint8)values[0],
                           .min = (gint8)values[1],
                           .max = (gint8)values[2],
                           .step = (gint8)values[3]};
    return TRUE;
}

static gboolean
read_arrive(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_us(text, 0, MAX_TIME_MS, &((Draft *)draft)->device->arrive_us, error);
}

static gboolean
read_depart(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_us(text, 0, MAX_TIME_MS, &((Draft *)draft)->device->depart_us, error);
}

static gboolean
read_counter(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_boolean(text, &((Draft *)draft)->counter, error);
}

static gboolean
read_count(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_int(text, 1, MAX_COUNT, &((Draft *)draft)->count, error);
}

static gboolean
read_rotate_ms(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_us(text, 1, MAX_TIME_MS, &((Draft *)draft)->device->rotate_us, error);
}

static gboolean
read_rotate_reports(gpointer draft, const char *text, GError **error)
{
    gint64 value = 0;

    if (!bh_text_to_int(text, 1, G_MAXINT, &value, error))
        return FALSE;
    ((Draft *)draft)->device->rotate_reports = (guint)value;
    return TRUE;
}

static gboolean
read_adapters(gpointer draft, const char *text, GError **error)
{
    Draft *self = draft;

    g_strfreev(self->device->adapters);
    self->device->adapters = bh_text_to_list(text);
    return TRUE;
}

static const BhKey KEYS[] = {
    {"Address", read_address},
    {"AddressType", read_address_type},
    {"Type", read_type},
    {"Name", read_name},
    {"UUIDs", read_uuids},
    {"ManufacturerData", read_manufacturer_data},
    {"ServiceData", read_service_data},
    {"TxPower", read_tx_power},
    {"Appearance", read_appearance},
    {"Flags", read_flags},
    {"Advertising", read_advertising},
    {"ScanResponse", read_scan_response},
    {"IntervalMs", read_interval},
    {"RSSI", read_rssi},
    {"RSSIWalk", read_rssi_walk},
    {"ArriveMs", read_arrive},
    {"DepartMs", read_depart},
    {"PayloadCounter", read_counter},
    {"Count", read_count},
    {"AddressEveryMs", read_rotate_ms},
    {"AddressEveryReports", read_rotate_reports},
    {"Adapters", read_adapters},
};

static BhScenarioDevice *
device_new(const char *name)
{
    BhScenarioDevice *device = g_rc_box_new0(BhScenarioDevice);

    device->group = g_strdup(name);
    device->pdu = BH_PDU_CONNECTABLE;
    device->advertising = g_byte_array_new();
    device->scan_response = g_byte_array_new();
    device->counter_offset = -1;
    device->interval_us = DEFAULT_INTERVAL_US;
    device->rssi = (BhRssiModel){.kind = BH_RSSI_CONSTANT, .start = DEFAULT_RSSI};
    device->depart_us = G_MAXINT64;
    return device;
}

static BhScenarioDevice *
device_copy(const BhScenarioDevice *from, guint index)
{
    BhScenarioDevice *device = device_new(from->group);

    device->index = index;
    device->pdu = from->pdu;
    device->interval_us = from->interval_us;
    device->rssi = from->rssi;
    if (device->rssi.trace != NULL)
        g_array_ref(device->rssi.trace);
    device->arrive_us = from->arrive_us;
    device->depart_us = from->depart_us;
    device->rotate_us = from->rotate_us;
    device->rotate_reports = from->rotate_reports;
    device->adapters = g_strdupv(from->adapters);
    return device;
}

static void
draft_free(Draft *draft)
{
    bh_scenario_device_unref(draft->device);
    g_free(draft->address);
    g_free(draft->name);
    g_byte_array_unref(draft->structures);
    g_ptr_array_unref(draft->manufacturer);
    g_clear_pointer(&draft->raw_advertising, g_byte_array_unref);
    g_clear_pointer(&draft->raw_scan_response, g_byte_array_unref);
    g_free(draft);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Draft, draft_free)

static Draft *
draft_new(const char *name)
{
    Draft *draft = g_new0(Draft, 1);

    draft->device = device_new(name);
    draft->address_type = BH_ADDRESS_RANDOM;
    draft->count = 1;
    draft->flags = FLAGS_DEFAULT;
    draft->structures = g_byte_array_new();
    draft->manufacturer = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    return draft;
}

/* A random static address (Core 5.4 Vol 6 Part B 1.3.2.1) that follows from the group's name. */
static void
address_from_name(const char *name, BhAddress *address)
{
    guint32 hash = g_str_hash(name);

    *address = (BhAddress){
        .octets = {0xc0, 0xde, (guint8)(hash >> 16), (guint8)(hash >> 8), (guint8)hash, 0},
        .type = BH_ADDRESS_RANDOM};
}

static void
address_add(BhAddress *address, guint amount)
{
    for (gint i = 5; i >= 0 && amount > 0; i--) {
        amount += address->octets[i];
        address->octets[i] = (guint8)amount;
        amount >>= 8;
    }
}

static gboolean
draft_set_address(const Draft *draft, BhScenarioDevice *device, GError **error)
{
    if (draft->address == NULL)
        address_from_name(device->group, &device->address);
    else if (!bh_address_parse(draft->address, draft->address_type, &device->address, error))
        return FALSE;
    device->address.type = draft->address_type;
    address_add(&device->address, device->index);
    return TRUE;
}

static gboolean
draft_check(const Draft *draft, GError **error)
{
    gboolean parts = draft->flags != FLAGS_DEFAULT || draft->structures->len > 0 ||
                     draft->manufacturer->len > 0 || draft->counter || draft->name != NULL;

    if (draft->raw_advertising != NULL && parts)
        return refuse(error, "Advertising: raw bytes, but other payload keys are given too");
    if (draft->raw_scan_response != NULL && draft->device->pdu == BH_PDU_NONCONNECTABLE)
        return refuse(error, "ScanResponse: a nonconnectable device has none");
    if (draft->device->depart_us <= draft->device->arrive_us)
        return refuse(error, "DepartMs: not after ArriveMs");
    return TRUE;
}

static char *
name_of_clone(const char *name, guint index)
{
    g_auto(GStrv) parts = g_strsplit(name, "%d", -1);
    g_autofree char *number = g_strdup_printf("%u", index);

    return g_strjoinv(number, parts);
}

static gint
flags_of(const Draft *draft)
{
    if (draft->flags != FLAGS_DEFAULT)
        return (gint)draft->flags;
    return draft->device->pdu == BH_PDU_CONNECTABLE ? GENERAL_DISCOVERABLE_LE_ONLY
                                                    : BH_PAYLOAD_NO_FLAGS;
}

static gboolean
draft_set_payload(const Draft *draft, BhScenarioDevice *device, GError **error)
{
    g_autofree char *name = draft->name != NULL ? name_of_clone(draft->name, device->index) : NULL;
    gboolean taken =
        draft->raw_scan_response != NULL || draft->device->pdu == BH_PDU_NONCONNECTABLE;
    BhPayloadParts parts = {.flags = flags_of(draft),
                            .structures = draft->structures,
                            .manufacturer = draft->manufacturer,
                            .counter = draft->counter,
                            .name = name,
                            .scan_response_taken = taken};
    GByteArray *raw = draft->raw_scan_response;

    if (raw != NULL)
        g_byte_array_append(device->scan_response, raw->data, raw->len);
    raw = draft->raw_advertising;
    if (raw != NULL) {
        g_byte_array_append(device->advertising, raw->data, raw->len);
        return TRUE;
    }
    return bh_payload_compose(&parts,
                              device->advertising,
                              device->scan_response,
                              &device->counter_offset,
                              error);
}

static gboolean
draft_make_devices(const Draft *draft, GPtrArray *devices, GError **error)
{
    for (guint i = 0; i < draft->count; i++) {
        g_autoptr(BhScenarioDevice) device = device_copy(draft->device, i);

        if (!draft_set_address(draft, device, error) || !draft_set_payload(draft, device, error))
            return FALSE;
        g_ptr_array_add(devices, g_steal_pointer(&device));
    }
    return TRUE;
}

gboolean
bh_scenario_read_device(GKeyFile *file,
                        const char *group,
                        const char *name,
                        GPtrArray *devices,
                        GError **error)
{
    g_autoptr(Draft) draft = draft_new(name);

    return bh_keys_read(file, group, KEYS, G_N_ELEMENTS(KEYS), draft, error) &&
           draft_check(draft, error) && draft_make_devices(draft, devices, error);
}
