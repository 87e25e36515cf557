/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the files say of each device is collected; a device is looked at as a whole when all are
 * read, since a later file may add to it or take back what an earlier one said.
 */
#include "bh-config-devices.h"

#include "bh-error.h"

#include <string.h>

#define GROUP "device"
#define MAX_NAME 64
#define POWER_MIN (-127)
#define POWER_MAX 20

typedef struct {
    char *name;
    char *origin; /* "file:line" of its newest group line */
    gboolean has_identity;
    BhIdentityPattern identity;
    BhRpaKey *key; /* or NULL */
    gboolean has_power;
    gint power;
} Device;

struct BhConfigDevices {
    GPtrArray *devices; /* Device */
};

static void
device_free(gpointer data)
{
    Device *self = data;

    g_clear_pointer(&self->key, bh_rpa_key_free);
    g_free(self->name);
    g_free(self->origin);
    g_free(self);
}

/* Groups */

/* What follows "device ", without blanks around it; NULL if that is not what a group begins with.
 */
static char *
dup_name(const char *group)
{
    const char *rest = group + strlen(GROUP);

    if (!bh_config_devices_is_group(group))
        return NULL;
    return g_strstrip(g_strdup(rest));
}

gboolean
bh_config_devices_is_group(const char *group)
{
    gsize length = strlen(GROUP);

    return strncmp(group, GROUP, length) == 0 &&
           (group[length] == '\0' || g_ascii_isspace(group[length]));
}

static const char *
find_bad_name(const char *name)
{
    BhIdentityPattern pattern;

    if (name[0] == '\0' || g_utf8_strlen(name, -1) > MAX_NAME)
        return "the name must have 1 to 64 characters";
    for (const char *it = name; *it != '\0'; it = g_utf8_next_char(it))
        if (!g_unichar_isprint(g_utf8_get_char(it)))
            return "the name must have printable characters only";
    if (bh_identity_pattern_parse(name, &pattern, NULL))
        return "the name reads as an identity";
    return NULL;
}

static Device *
ensure_device(BhConfigDevices *self, const char *name)
{
    Device *device;

    for (guint i = 0; i < self->devices->len; i++) {
        device = self->devices->pdata[i];
        if (g_str_equal(device->name, name))
            return device;
    }
    device = g_new0(Device, 1);
    device->name = g_strdup(name);
    g_ptr_array_add(self->devices, device);
    return device;
}

/* Keys: no value takes back what an earlier file said */

/* The text is not repeated: it may be a key, which belongs to IRK. */
static gboolean
set_identity(Device *device, const char *text, GError **error)
{
    device->has_identity = text[0] != '\0';
    if (!device->has_identity || bh_identity_pattern_parse(text, &device->identity, NULL))
        return TRUE;
    g_set_error_literal(error,
                        BH_ERROR,
                        BH_ERROR_INVALID_ARGUMENTS,
                        "must be an address, or a beacon like iBeacon:UUID-MAJOR-MINOR");
    return FALSE;
}

static gboolean
set_key(Device *device, const char *text, GError **error)
{
    g_clear_pointer(&device->key, bh_rpa_key_free);
    if (text[0] != '\0')
        device->key = bh_rpa_key_new(text, error);
    return text[0] == '\0' || device->key != NULL;
}

static gboolean
set_power(Device *device, const char *text, GError **error)
{
    gint64 power = 0;

    device->has_power = text[0] != '\0';
    if (device->has_power &&
        !g_ascii_string_to_signed(text, 10, POWER_MIN, POWER_MAX, &power, NULL)) {
        g_set_error_literal(error,
                            BH_ERROR,
                            BH_ERROR_INVALID_ARGUMENTS,
                            "must be an integer from -127 to 20");
        return FALSE;
    }
    device->power = (gint)power;
    return TRUE;
}

static const struct {
    const char *key;
    gboolean (*set)(Device *device, const char *text, GError **error);
} setters[] = {
    {"Identity", set_identity},
    {"IRK", set_key},
    {"MeasuredPower", set_power},
};

static gboolean
read_key(Device *device, const BhKeyfileEntry *entry, GError **error)
{
    g_autoptr(GError) reason = NULL;
    const char *message;

    for (gsize i = 0; i < G_N_ELEMENTS(setters); i++) {
        if (!g_str_equal(entry->key, setters[i].key))
            continue;
        if (setters[i].set(device, entry->value, &reason))
            return TRUE;
        message = reason->message;
        if (g_str_has_prefix(message, entry->key))
            message += strlen(entry->key) + strspn(message + strlen(entry->key), ": ");
        return bh_keyfile_entry_refuse(entry, error, message);
    }
    return bh_keyfile_entry_refuse(entry, error, "unknown key");
}

gboolean
bh_config_devices_read(BhConfigDevices *self, const BhKeyfileEntry *entry, GError **error)
{
    g_autofree char *name = dup_name(entry->group);
    const char *fault = find_bad_name(name);
    Device *device;

    if (fault != NULL)
        return bh_keyfile_entry_refuse(entry, error, fault);
    device = ensure_device(self, name);
    if (entry->key != NULL)
        return read_key(device, entry, error);
    g_free(device->origin);
    device->origin = g_strdup_printf("%s:%u", entry->file, entry->line);
    return TRUE;
}

/* Wholes */

static gboolean
check_device(const Device *device, GError **error)
{
    if (device->has_identity != (device->key != NULL))
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "%s: [" GROUP " %s]: %s",
                device->origin,
                device->name,
                device->has_identity ? "has both Identity and IRK" : "needs Identity or IRK");
    return FALSE;
}

static BhAlias *
make_alias(Device *device)
{
    BhAlias *alias = bh_alias_new(device->name);

    alias->pattern = device->identity;
    if (device->key != NULL)
        bh_alias_take_key(alias, g_steal_pointer(&device->key));
    alias->has_power = device->has_power;
    alias->power = device->power;
    return alias;
}

gboolean
bh_config_devices_finish(BhConfigDevices *self, GPtrArray *aliases, GError **error)
{
    for (guint i = 0; i < self->devices->len; i++) {
        if (!check_device(self->devices->pdata[i], error))
            return FALSE;
        g_ptr_array_add(aliases, make_alias(self->devices->pdata[i]));
    }
    return TRUE;
}

BhConfigDevices *
bh_config_devices_new(void)
{
    BhConfigDevices *self = g_new0(BhConfigDevices, 1);

    self->devices = g_ptr_array_new_with_free_func(device_free);
    return self;
}

void
bh_config_devices_free(BhConfigDevices *self)
{
    g_ptr_array_unref(self->devices);
    g_free(self);
}
