/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading an adapter's properties: a table as for devices, see bh-bluez-report.c, but these are few
 * and rare.
 */
#include "bh-bluez-adapter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int
read_address(BhBluezAdapterProperties *self, sd_bus_message *message)
{
    const char *text = NULL;
    int result = sd_bus_message_read_basic(message, 's', &text);

    if (result >= 0) {
        g_free(self->address);
        self->address = g_strdup(text);
        self->has_address = TRUE;
    }
    return result;
}

static int
read_address_type(BhBluezAdapterProperties *self, sd_bus_message *message)
{
    const char *text = "";
    int result = sd_bus_message_read_basic(message, 's', &text);

    if (!bh_address_type_from_string(text, &self->type))
        self->malformed++;
    return result;
}

static int
read_powered(BhBluezAdapterProperties *self, sd_bus_message *message)
{
    int powered = FALSE;
    int result = sd_bus_message_read_basic(message, 'b', &powered);

    self->powered = powered;
    self->has_powered = TRUE;
    return result;
}

static int
read_power_state(BhBluezAdapterProperties *self, sd_bus_message *message)
{
    const char *state = "";
    int result = sd_bus_message_read_basic(message, 's', &state);

    self->going_off = g_str_equal(state, "on-disabling");
    self->has_going_off = TRUE;
    return result;
}

static int
read_discovering(BhBluezAdapterProperties *self, sd_bus_message *message)
{
    int discovering = FALSE;
    int result = sd_bus_message_read_basic(message, 'b', &discovering);

    self->discovering = discovering;
    self->has_discovering = TRUE;
    return result;
}

static int
read_roles(BhBluezAdapterProperties *self, sd_bus_message *message)
{
    g_autoptr(GStrvBuilder) roles = g_strv_builder_new();
    const char *role;
    int result = sd_bus_message_enter_container(message, 'a', "s");

    while (result >= 0 && (result = sd_bus_message_read_basic(message, 's', &role)) > 0)
        g_strv_builder_add(roles, role);
    if (result < 0)
        return result;
    g_strfreev(self->roles);
    self->roles = g_strv_builder_end(roles);
    return sd_bus_message_exit_container(message);
}

/* BlueZ writes its version into the device identification of its adapters: "usb:v1D6Bp0246d0542"
 * is 5.66, unless main.conf says something else (DeviceID), which is then not of this form. */
static int
read_modalias(BhBluezAdapterProperties *self, sd_bus_message *message)
{
    const char *text = "";
    guint version;
    int result = sd_bus_message_read_basic(message, 's', &text);

    if (result >= 0 && sscanf(text, "usb:v1D6Bp0246d%4X", &version) == 1) {
        g_free(self->bluez_version);
        self->bluez_version = g_strdup_printf("%u.%u", version >> 8, version & 0xff);
    }
    return result;
}

static const struct {
    const char *name;
    const char *type;
    int (*read)(BhBluezAdapterProperties *self, sd_bus_message *message);
} rows[] = {
    {"Address", "s", read_address},
    {"AddressType", "s", read_address_type},
    {"Powered", "b", read_powered},
    {"PowerState", "s", read_power_state},
    {"Discovering", "b", read_discovering},
    {"Roles", "as", read_roles},
    {"Modalias", "s", read_modalias},
};

static int
read_value(BhBluezAdapterProperties *self, sd_bus_message *message, gsize row)
{
    int result = sd_bus_message_enter_container(message, 'v', rows[row].type);

    if (result == -ENXIO) {
        self->malformed++;
        return sd_bus_message_skip(message, "v");
    }
    if (result < 0 || (result = rows[row].read(self, message)) < 0)
        return result;
    return sd_bus_message_exit_container(message);
}

static int
read_property(BhBluezAdapterProperties *self, sd_bus_message *message)
{
    const char *name;
    int result = sd_bus_message_read_basic(message, 's', &name);

    if (result < 0)
        return result;
    for (gsize row = 0; row < G_N_ELEMENTS(rows); row++)
        if (g_str_equal(rows[row].name, name))
            return read_value(self, message, row);
    return sd_bus_message_skip(message, "v");
}

int
bh_bluez_adapter_properties_read(BhBluezAdapterProperties *self, sd_bus_message *message)
{
    int result = sd_bus_message_enter_container(message, 'a', "{sv}");

    while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "sv")) > 0)
        if ((result = read_property(self, message)) >= 0)
            result = sd_bus_message_exit_container(message);
    return result < 0 ? result : sd_bus_message_exit_container(message);
}

void
bh_bluez_adapter_properties_clear(BhBluezAdapterProperties *self)
{
    g_clear_pointer(&self->address, g_free);
    g_clear_pointer(&self->roles, g_strfreev);
    g_clear_pointer(&self->bluez_version, g_free);
}

static gboolean
apply_flag(gboolean *flag, gboolean has, gboolean value)
{
    if (!has || *flag == value)
        return FALSE;
    *flag = value;
    return TRUE;
}

gboolean
bh_bluez_adapter_apply(BhBluezAdapter *self, BhBluezAdapterProperties *properties)
{
    gboolean changed = apply_flag(&self->powered, properties->has_powered, properties->powered);

    apply_flag(&self->going_off, properties->has_going_off, properties->going_off);
    changed |= apply_flag(&self->discovering, properties->has_discovering, properties->discovering);
    if (properties->roles != NULL &&
        (self->roles == NULL ||
         !g_strv_equal((const char *const *)self->roles, (const char *const *)properties->roles))) {
        g_strfreev(self->roles);
        self->roles = g_steal_pointer(&properties->roles);
        changed = TRUE;
    }
    return changed;
}

guint16
bh_bluez_adapter_get_index(const BhBluezAdapter *self)
{
    const char *name = bh_bluez_adapter_peek_name(self);
    guint64 index = 0;

    if (!g_str_has_prefix(name, "hci") || !g_ascii_string_to_unsigned(name + strlen("hci"),
                                                                      10,
                                                                      0,
                                                                      BH_MGMT_INDEX_NONE - 1,
                                                                      &index,
                                                                      NULL))
        return BH_MGMT_INDEX_NONE;
    return (guint16)index;
}

const char *
bh_bluez_adapter_peek_name(const BhBluezAdapter *self)
{
    const char *slash = strrchr(self->path, '/');

    return slash != NULL ? slash + 1 : self->path;
}
