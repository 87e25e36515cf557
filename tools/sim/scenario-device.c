/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A device group: each key's reader fills a draft, the draft is checked as a whole, and then one
 * device is made of it per clone (addresses count up, "%d" in the name is the clone's number).
 */
#include "scenario-device.h"

#include "bh-error.h"
#include "keys.h"
#include "payload.h"
#include "scenario-draft.h"

#include <string.h>

#define DEFAULT_INTERVAL_US (100 * 1000)
#define MIN_INTERVAL_MS 20.0 /* Core 5.4 Vol 6 Part B 4.4.2.2 */
#define MAX_INTERVAL_MS 10240.0
#define MAX_TIME_MS 1e9
#define MAX_COUNT 100000
#define GENERAL_DISCOVERABLE_LE_ONLY 0x06

static gboolean
read_address(gpointer draft, const char *text, GError **error)
{
    BhDeviceDraft *self = draft;
    BhAddress address;

    g_free(self->address);
    self->address = g_strdup(text);
    return bh_address_parse(text, BH_ADDRESS_RANDOM, &address, NULL) ||
           bh_text_refuse(error, "must be AA:BB:CC:DD:EE:FF");
}

static gboolean
read_address_type(gpointer draft, const char *text, GError **error)
{
    BhDeviceDraft *self = draft;

    return bh_address_type_from_string(text, &self->address_type) ||
           bh_text_refuse(error, "must be public or random");
}

static gboolean
read_irk(gpointer draft, const char *text, GError **error)
{
    BhDeviceDraft *self = draft;

    g_clear_pointer(&self->device->irk, bh_rpa_key_free);
    self->device->irk = bh_rpa_key_new(text, NULL);
    return self->device->irk != NULL || bh_text_refuse(error, "must be 32 hexadecimal digits");
}

static gboolean
read_type(gpointer draft, const char *text, GError **error)
{
    BhDeviceDraft *self = draft;

    return bh_pdu_kind_from_string(text, &self->device->pdu, error);
}

static gboolean
read_name(gpointer draft, const char *text, GError **error)
{
    BhDeviceDraft *self = draft;

    g_free(self->name);
    self->name = g_strdup(text);
    return TRUE;
}

static gboolean
read_interval(gpointer draft, const char *text, GError **error)
{
    BhDeviceDraft *self = draft;

    return bh_text_to_us(text, MIN_INTERVAL_MS, MAX_INTERVAL_MS, &self->device->interval_us, error);
}

static gboolean
read_arrive(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_us(text, 0, MAX_TIME_MS, &((BhDeviceDraft *)draft)->device->arrive_us, error);
}

static gboolean
read_depart(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_us(text, 0, MAX_TIME_MS, &((BhDeviceDraft *)draft)->device->depart_us, error);
}

static gboolean
read_counter(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_boolean(text, &((BhDeviceDraft *)draft)->counter, error);
}

static gboolean
read_count(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_int(text, 1, MAX_COUNT, &((BhDeviceDraft *)draft)->count, error);
}

static gboolean
read_rotate_ms(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_us(text, 1, MAX_TIME_MS, &((BhDeviceDraft *)draft)->device->rotate_us, error);
}

static gboolean
read_rotate_reports(gpointer draft, const char *text, GError **error)
{
    gint64 value = 0;

    if (!bh_text_to_int(text, 1, G_MAXINT, &value, error))
        return FALSE;
    ((BhDeviceDraft *)draft)->device->rotate_reports = (guint)value;
    return TRUE;
}

static gboolean
read_adapters(gpointer draft, const char *text, GError **error)
{
    BhDeviceDraft *self = draft;

    g_strfreev(self->device->adapters);
    self->device->adapters = bh_text_to_list(text);
    return TRUE;
}

static const BhKey KEYS[] = {
    {"Address", read_address},
    {"AddressType", read_address_type},
    {"IRK", read_irk},
    {"Type", read_type},
    {"Name", read_name},
    {"UUIDs", bh_draft_read_uuids},
    {"ManufacturerData", bh_draft_read_manufacturer_data},
    {"ServiceData", bh_draft_read_service_data},
    {"TxPower", bh_draft_read_tx_power},
    {"Appearance", bh_draft_read_appearance},
    {"Flags", bh_draft_read_flags},
    {"Advertising", bh_draft_read_advertising},
    {"ScanResponse", bh_draft_read_scan_response},
    {"IntervalMs", read_interval},
    {"RSSI", bh_draft_read_rssi},
    {"RSSIWalk", bh_draft_read_rssi_walk},
    {"RSSIPath", bh_draft_read_rssi_path},
    {"PathOffsetMs", bh_draft_read_path_offset},
    {"RSSINoise", bh_draft_read_rssi_noise},
    {"RSSIDips", bh_draft_read_rssi_dips},
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
    bh_rssi_model_init(&device->rssi);
    device->depart_us = G_MAXINT64;
    bh_peer_rules_init(&device->peer);
    device->attributes = g_ptr_array_new_with_free_func((GDestroyNotify)bh_scenario_attribute_free);
    return device;
}

/* To a number whose most significant octet is the first. */
static void
octets_add(guint8 *octets, gint size, guint amount)
{
    for (gint i = size - 1; i >= 0 && amount > 0; i--) {
        amount += octets[i];
        octets[i] = (guint8)amount;
        amount >>= 8;
    }
}

static BhRpaKey *
irk_of_clone(const BhRpaKey *irk, guint index)
{
    guint8 octets[BH_IRK_SIZE];

    if (irk == NULL)
        return NULL;
    memcpy(octets, bh_rpa_key_peek_octets(irk), sizeof octets);
    octets_add(octets, sizeof octets, index);
    return bh_rpa_key_new_from_octets(octets);
}

static BhScenarioDevice *
device_copy(const BhScenarioDevice *from, guint index)
{
    BhScenarioDevice *device = device_new(from->group);

    device->index = index;
    device->irk = irk_of_clone(from->irk, index);
    device->pdu = from->pdu;
    device->interval_us = from->interval_us;
    bh_rssi_model_copy(&device->rssi, &from->rssi);
    device->path_offset_us = from->path_offset_us;
    device->fading = from->fading;
    device->arrive_us = from->arrive_us;
    device->depart_us = from->depart_us;
    device->rotate_us = from->rotate_us;
    device->rotate_reports = from->rotate_reports;
    device->adapters = g_strdupv(from->adapters);
    device->peer = from->peer;
    g_ptr_array_unref(device->attributes);
    device->attributes = g_ptr_array_ref(from->attributes);
    return device;
}

static void
draft_free(BhDeviceDraft *draft)
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

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDeviceDraft, draft_free)

static BhDeviceDraft *
draft_new(const char *name)
{
    BhDeviceDraft *draft = g_new0(BhDeviceDraft, 1);

    draft->device = device_new(name);
    draft->address_type = BH_ADDRESS_RANDOM;
    draft->count = 1;
    draft->flags = BH_DRAFT_FLAGS_DEFAULT;
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

/* A resolvable private address that follows from the group's name. */
static void
address_from_irk(BhScenarioDevice *device)
{
    guint32 prand = (g_str_hash(device->group) + device->index) % BH_SCENARIO_PRANDS + 1;

    bh_rpa_key_make_address(device->irk, prand, &device->address);
}

static gboolean
draft_set_address(const BhDeviceDraft *draft, BhScenarioDevice *device, GError **error)
{
    if (device->irk != NULL) {
        address_from_irk(device);
        return TRUE;
    }
    if (draft->address == NULL)
        address_from_name(device->group, &device->address);
    else if (!bh_address_parse(draft->address, draft->address_type, &device->address, error))
        return FALSE;
    device->address.type = draft->address_type;
    octets_add(device->address.octets, sizeof device->address.octets, device->index);
    return TRUE;
}

static gboolean
draft_check(const BhDeviceDraft *draft, GError **error)
{
    gboolean parts = draft->flags != BH_DRAFT_FLAGS_DEFAULT || draft->structures->len > 0 ||
                     draft->manufacturer->len > 0 || draft->counter || draft->name != NULL;

    if (draft->device->irk != NULL &&
        (draft->address != NULL || draft->address_type != BH_ADDRESS_RANDOM))
        return bh_text_refuse(error, "IRK: the addresses are made with it, but one is given too");
    if (draft->raw_advertising != NULL && parts)
        return bh_text_refuse(error,
                              "Advertising: raw bytes, but other payload keys are given too");
    if (draft->raw_scan_response != NULL && draft->device->pdu == BH_PDU_NONCONNECTABLE)
        return bh_text_refuse(error, "ScanResponse: a nonconnectable device has none");
    if (draft->device->depart_us <= draft->device->arrive_us)
        return bh_text_refuse(error, "DepartMs: not after ArriveMs");
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
flags_of(const BhDeviceDraft *draft)
{
    if (draft->flags != BH_DRAFT_FLAGS_DEFAULT)
        return (gint)draft->flags;
    return draft->device->pdu == BH_PDU_CONNECTABLE ? GENERAL_DISCOVERABLE_LE_ONLY
                                                    : BH_PAYLOAD_NO_FLAGS;
}

static gboolean
draft_set_payload(const BhDeviceDraft *draft, BhScenarioDevice *device, GError **error)
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
draft_make_devices(const BhDeviceDraft *draft, GPtrArray *devices, GError **error)
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
    g_autoptr(BhDeviceDraft) draft = draft_new(name);
    BhKeySet sets[] = {{KEYS, G_N_ELEMENTS(KEYS), draft}, bh_peer_rules_keys(&draft->device->peer)};

    return bh_keys_read_sets(file, group, sets, G_N_ELEMENTS(sets), error) &&
           draft_check(draft, error) && draft_make_devices(draft, devices, error);
}
