/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values that do not depend on what the adapter does. */
#include "adapter-props.h"

static void
set_text(BhProps *props, const char *name, const char *text)
{
    bh_props_set(props, name, g_variant_new_string(text));
}

void
bh_adapter_props_set_power(BhProps *props, gboolean powered, gboolean is_5_82)
{
    bh_props_set(props, "Powered", g_variant_new_boolean(powered));
    if (is_5_82)
        set_text(props, "PowerState", powered ? "on" : "off");
}

void
bh_adapter_props_set_identity(BhProps *props, const BhScenarioAdapter *config)
{
    const char *name = config->name != NULL ? config->name : "blehub-sim";
    char address[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(&config->address, address);
    set_text(props, "Address", address);
    set_text(props, "AddressType", bh_address_type_to_string(config->address.type));
    set_text(props, "Name", name);
    set_text(props, "Alias", name);
    bh_props_set(props, "Class", g_variant_new_uint32(0));
}

void
bh_adapter_props_set_constants(BhProps *props, gboolean is_5_82, gboolean is_5_87)
{
    const char *version = is_5_87 ? "0557" : is_5_82 ? "0552" : "0542";
    g_autofree char *modalias = g_strconcat("usb:v1D6Bp0246d", version, NULL);

    set_text(props, "Modalias", modalias);
    static const char *const roles[] = {"central", "peripheral", NULL};
    static const char *const uuids[] = {"00001800-0000-1000-8000-00805f9b34fb",
                                        "00001801-0000-1000-8000-00805f9b34fb",
                                        NULL};

    bh_props_set(props, "Roles", g_variant_new_strv(roles, -1));
    bh_props_set(props, "UUIDs", g_variant_new_strv(uuids, -1));
    bh_props_set(props, "Discoverable", g_variant_new_boolean(FALSE));
    bh_props_set(props, "DiscoverableTimeout", g_variant_new_uint32(180));
    bh_props_set(props, "Pairable", g_variant_new_boolean(FALSE));
    bh_props_set(props, "PairableTimeout", g_variant_new_uint32(0));
    bh_props_set(props, "Discovering", g_variant_new_boolean(FALSE));
    if (!is_5_82)
        return;
    bh_props_set(props, "Manufacturer", g_variant_new_uint16(0xffff));
    bh_props_set(props, "Version", g_variant_new_byte(0x08));
}
