/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Walks the groups of a scenario file: [scenario], [adapter NAME], [device NAME], [fault NAME], and
 * [service DEVICE/NAME] with what is in it. */
#include "scenario.h"

#include "bh-error.h"
#include "keys.h"
#include "scenario-device.h"
#include "scenario-fault.h"

#include <string.h>

#define MAX_TIME_MS 1e9
#define MAX_INDEX 255
#define MAX_LINKS 255
#define LINKS_DEFAULT 10
#define CONNECT_TIMEOUT_US (40 * G_USEC_PER_SEC) /* of the kernel's L2CAP channels */

gboolean
bh_pdu_kind_from_string(const char *text, BhPduKind *pdu, GError **error)
{
    static const char *const names[] = {[BH_PDU_CONNECTABLE] = "connectable",
                                        [BH_PDU_SCANNABLE] = "scannable",
                                        [BH_PDU_NONCONNECTABLE] = "nonconnectable"};

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_str_equal(text, names[i])) {
            *pdu = (BhPduKind)i;
            return TRUE;
        }
    }
    return bh_text_refuse(error, "must be connectable, scannable or nonconnectable");
}

static gboolean
read_seed(gpointer draft, const char *text, GError **error)
{
    gint64 value = 0;

    if (!bh_text_to_int(text, 0, G_MAXUINT32, &value, error))
        return FALSE;
    ((BhScenario *)draft)->seed = (guint32)value;
    return TRUE;
}

static const BhKey SCENARIO_KEYS[] = {{"Seed", read_seed}};

static gboolean
read_adapter_address(gpointer draft, const char *text, GError **error)
{
    return bh_address_parse(text, BH_ADDRESS_PUBLIC, &((BhScenarioAdapter *)draft)->address, error);
}

static gboolean
read_adapter_name(gpointer draft, const char *text, GError **error)
{
    BhScenarioAdapter *adapter = draft;

    g_free(adapter->name);
    adapter->name = g_strdup(text);
    return TRUE;
}

static gboolean
read_adapter_powered(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_boolean(text, &((BhScenarioAdapter *)draft)->powered, error);
}

gboolean
bh_scenario_read_index(gint *index, const char *text, GError **error)
{
    gint64 value = 0;

    if (!bh_text_to_int(text, 0, MAX_INDEX, &value, error))
        return FALSE;
    *index = (gint)value;
    return TRUE;
}

static gboolean
read_adapter_index(gpointer draft, const char *text, GError **error)
{
    return bh_scenario_read_index(&((BhScenarioAdapter *)draft)->index, text, error);
}

static gboolean
read_duplicate_filter(gpointer draft, const char *text, GError **error)
{
    BhScenarioAdapter *adapter = draft;

    adapter->duplicates = g_str_equal(text, "data") ? BH_DUPLICATE_DATA : BH_DUPLICATE_ADDRESS;
    return adapter->duplicates == BH_DUPLICATE_DATA || g_str_equal(text, "address") ||
           bh_text_refuse(error, "must be address or data");
}

static gboolean
read_monitor(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_boolean(text, &((BhScenarioAdapter *)draft)->monitor, error);
}

static gboolean
read_links(gpointer draft, const char *text, GError **error)
{
    gint64 value = 0;

    if (!bh_text_to_int(text, 0, MAX_LINKS, &value, error))
        return FALSE;
    ((BhScenarioAdapter *)draft)->links = (guint)value;
    return TRUE;
}

static gboolean
read_connect_timeout(gpointer draft, const char *text, GError **error)
{
    gint64 *timeout_us = &((BhScenarioAdapter *)draft)->connect_timeout_us;

    return bh_text_to_us(text, 1, MAX_TIME_MS, timeout_us, error);
}

static const BhKey ADAPTER_KEYS[] = {
    {"Address", read_adapter_address},
    {"Name", read_adapter_name},
    {"Powered", read_adapter_powered},
    {"Index", read_adapter_index},
    {"DuplicateFilter", read_duplicate_filter},
    {"Monitor", read_monitor},
    {"Links", read_links},
    {"ConnectTimeoutMs", read_connect_timeout},
};

void
bh_scenario_adapter_free(BhScenarioAdapter *adapter)
{
    g_free(adapter->group);
    g_free(adapter->name);
    g_free(adapter);
}

static void
clear_device(gpointer data)
{
    BhScenarioDevice *device = data;

    g_free(device->group);
    g_clear_pointer(&device->irk, bh_rpa_key_free);
    g_byte_array_unref(device->advertising);
    g_byte_array_unref(device->scan_response);
    bh_rssi_model_clear(&device->rssi);
    g_strfreev(device->adapters);
    g_ptr_array_unref(device->attributes);
}

void
bh_scenario_device_unref(BhScenarioDevice *device)
{
    g_rc_box_release_full(device, clear_device);
}

gboolean
bh_scenario_device_is_heard_by(const BhScenarioDevice *device,
                               const char *group,
                               const BhAddress *address)
{
    char text[BH_ADDRESS_TEXT_SIZE];

    if (device->adapters == NULL || device->adapters[0] == NULL)
        return TRUE;
    bh_address_format(address, text);
    for (guint i = 0; device->adapters[i] != NULL; i++) {
        if (g_str_equal(device->adapters[i], group) ||
            g_ascii_strcasecmp(device->adapters[i], text) == 0)
            return TRUE;
    }
    return FALSE;
}

void
bh_scenario_free(BhScenario *scenario)
{
    g_ptr_array_unref(scenario->adapters);
    g_ptr_array_unref(scenario->devices);
    g_ptr_array_unref(scenario->faults);
    g_free(scenario);
}

static BhScenario *
scenario_new(void)
{
    BhScenario *scenario = g_new0(BhScenario, 1);

    scenario->adapters = g_ptr_array_new_with_free_func((GDestroyNotify)bh_scenario_adapter_free);
    scenario->devices = g_ptr_array_new_with_free_func((GDestroyNotify)bh_scenario_device_unref);
    scenario->faults = g_ptr_array_new_with_free_func((GDestroyNotify)bh_scenario_fault_free);
    return scenario;
}

/* Unless the group says otherwise: 00:AA:01:00:00:01 for the first adapter, and so on. */
static void
set_default_address(BhAddress *address, guint number)
{
    *address =
        (BhAddress){.octets = {0x00, 0xaa, 0x01, 0x00, (guint8)(number >> 8), (guint8)number},
                    .type = BH_ADDRESS_PUBLIC};
}

static BhScenarioAdapter *
read_adapter(GKeyFile *file, const char *group, const char *name, GError **error)
{
    g_autoptr(BhScenarioAdapter) adapter = g_new0(BhScenarioAdapter, 1);

    adapter->group = g_strdup(name);
    adapter->powered = TRUE;
    adapter->index = -1;
    adapter->links = LINKS_DEFAULT;
    adapter->connect_timeout_us = CONNECT_TIMEOUT_US;
    if (!bh_keys_read(file, group, ADAPTER_KEYS, G_N_ELEMENTS(ADAPTER_KEYS), adapter, error))
        return NULL;
    return g_steal_pointer(&adapter);
}

static gboolean
add_adapter(BhScenario *scenario,
            GKeyFile *file,
            const char *group,
            const char *name,
            GError **error)
{
    BhScenarioAdapter *adapter = read_adapter(file, group, name, error);

    if (adapter == NULL)
        return FALSE;
    if (!g_key_file_has_key(file, group, "Address", NULL))
        set_default_address(&adapter->address, scenario->adapters->len + 1);
    g_ptr_array_add(scenario->adapters, adapter);
    return TRUE;
}

/* The table of attributes of the group DEVICE, which all its clones share. */
static GPtrArray *
find_attributes(BhScenario *scenario, const char *device, GError **error)
{
    for (guint i = 0; i < scenario->devices->len; i++) {
        const BhScenarioDevice *candidate = scenario->devices->pdata[i];

        if (g_str_equal(candidate->group, device))
            return candidate->attributes;
    }
    bh_text_refuse(error, "no such device before it");
    return NULL;
}

static gboolean
add_attribute(BhScenario *scenario,
              GKeyFile *file,
              const char *group,
              const char *name,
              GError **error)
{
    g_auto(GStrv) parts = g_strsplit(name, "/", 2);
    GPtrArray *attributes = find_attributes(scenario, parts[0], error);

    return attributes != NULL && bh_scenario_read_attribute(file,
                                                            group,
                                                            parts[1] != NULL ? parts[1] : "",
                                                            attributes,
                                                            error);
}

static gboolean
add_group(BhScenario *scenario, GKeyFile *file, const char *group, GError **error)
{
    g_auto(GStrv) words = g_strsplit(group, " ", 2);
    const char *name = words[1] != NULL ? g_strstrip(words[1]) : "";

    if (g_str_equal(group, "scenario"))
        return bh_keys_read(file,
                            group,
                            SCENARIO_KEYS,
                            G_N_ELEMENTS(SCENARIO_KEYS),
                            scenario,
                            error);
    if (*name != '\0' && g_str_equal(words[0], "adapter"))
        return add_adapter(scenario, file, group, name, error);
    if (*name != '\0' && g_str_equal(words[0], "device"))
        return bh_scenario_read_device(file, group, name, scenario->devices, error);
    if (*name != '\0' && g_str_equal(words[0], "fault"))
        return bh_scenario_read_fault(file, group, name, scenario->faults, error);
    if (*name != '\0' && bh_scenario_is_attribute(words[0]))
        return add_attribute(scenario, file, group, name, error);
    return bh_text_refuse(error, "no such kind of group, or a name is missing");
}

static BhScenario *
scenario_from_key_file(GKeyFile *file, GError **error)
{
    g_autoptr(BhScenario) scenario = scenario_new();
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

    for (guint i = 0; groups[i] != NULL; i++) {
        if (!add_group(scenario, file, groups[i], error)) {
            g_prefix_error(error, "[%s] ", groups[i]);
            return NULL;
        }
    }
    return g_steal_pointer(&scenario);
}

BhScenario *
bh_scenario_parse(const char *text, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) syntax = NULL;

    if (!g_key_file_load_from_data(file, text, strlen(text), G_KEY_FILE_NONE, &syntax)) {
        bh_text_refuse(error, syntax->message);
        return NULL;
    }
    return scenario_from_key_file(file, error);
}

BhScenario *
bh_scenario_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;

    BhScenario *scenario = bh_scenario_parse(text, error);
    if (scenario == NULL)
        g_prefix_error(error, "%s: ", path);
    return scenario;
}

GPtrArray *
bh_scenario_devices_from_options(const char *name, GVariant *options, GError **error)
{
    g_autofree char *group = g_strconcat("device ", name, NULL);
    g_autoptr(GKeyFile) file = bh_keys_file_from_options(group, options, error);
    g_autoptr(GPtrArray) devices =
        g_ptr_array_new_with_free_func((GDestroyNotify)bh_scenario_device_unref);

    if (file == NULL || !bh_scenario_read_device(file, group, name, devices, error))
        return NULL;
    return g_steal_pointer(&devices);
}

BhScenarioAdapter *
bh_scenario_adapter_from_options(const char *name, GVariant *options, GError **error)
{
    g_autofree char *group = g_strconcat("adapter ", name, NULL);
    g_autoptr(GKeyFile) file = bh_keys_file_from_options(group, options, error);

    return file != NULL ? read_adapter(file, group, name, error) : NULL;
}
