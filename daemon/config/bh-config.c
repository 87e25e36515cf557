/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Defaults are read by the same code as files. What is read is either of a key that stands in the
 * table (bh-config-keys.c), or of a [device NAME], of which there may be any number.
 */
#include "bh-config.h"

#include "bh-address.h"
#include "bh-config-devices.h"
#include "bh-error.h"
#include "bh-keyfile.h"

#include <gio/gio.h>
#include <string.h>

/* A load under way. */
typedef struct {
    BhConfig *config;
    char **origins; /* by key: "file:line" of the last one who set it */
    BhConfigDevices *devices;
} Load;

static const BhConfigKey *
find_key(const char *group, const char *key)
{
    gsize n;
    const BhConfigKey *keys = bh_config_peek_keys(&n);

    for (gsize i = 0; i < n; i++)
        if (g_str_equal(keys[i].group, group) && g_str_equal(keys[i].spec.key, key))
            return &keys[i];
    return NULL;
}

static gboolean
is_group(const char *group)
{
    gsize n;
    const BhConfigKey *keys = bh_config_peek_keys(&n);

    for (gsize i = 0; i < n; i++)
        if (g_str_equal(keys[i].group, group))
            return TRUE;
    return FALSE;
}

/* Option errors begin with the key, which our message has already said. */
static const char *
skip_key(const char *message, const char *key)
{
    if (!g_str_has_prefix(message, key))
        return message;
    message += strlen(key);
    return message + strspn(message, ": ");
}

/* No text is an empty list: in a later file, the way back to "every adapter". */
static gboolean
set_key(BhConfig *config, const BhConfigKey *key, const char *text, GError **error)
{
    const BhOptionSpec specs[] = {key->spec, {.key = NULL}};

    if (key->spec.type == BH_OPTION_STRINGS && text[0] == '\0') {
        bh_options_clear(specs, config);
        return TRUE;
    }
    return bh_options_parse_text(key->spec.key, text, specs, config, error);
}

static gboolean
is_hci_name(const char *text)
{
    return g_str_has_prefix(text, "hci") && text[3] != '\0' &&
           text[3 + strspn(text + 3, "0123456789")] == '\0';
}

static const char *
find_bad_adapter(const BhConfig *config)
{
    BhAddress address;

    for (gsize i = 0; config->use && config->use[i]; i++)
        if (!is_hci_name(config->use[i]) &&
            !bh_address_parse(config->use[i], BH_ADDRESS_PUBLIC, &address, NULL))
            return config->use[i];
    return NULL;
}

/* Where the origin of a key is. */
static char **
origin_of(const Load *self, const BhConfigKey *key)
{
    gsize n;

    return &self->origins[key - bh_config_peek_keys(&n)];
}

static gboolean
on_pair(Load *self, const BhKeyfileEntry *entry, GError **error)
{
    const BhConfigKey *key = find_key(entry->group, entry->key);
    g_autoptr(GError) reason = NULL;
    const char *adapter = NULL;

    if (!key)
        return bh_keyfile_entry_refuse(entry, error, "unknown key");
    if (!set_key(self->config, key, entry->value, &reason))
        return bh_keyfile_entry_refuse(entry, error, skip_key(reason->message, entry->key));
    adapter = find_bad_adapter(self->config);
    if (adapter) {
        g_autofree char *text =
            g_strdup_printf("\"%s\" is neither an address nor a name like hci0", adapter);
        return bh_keyfile_entry_refuse(entry, error, text);
    }
    g_free(*origin_of(self, key));
    *origin_of(self, key) = g_strdup_printf("%s:%u", entry->file, entry->line);
    return TRUE;
}

static gboolean
on_entry(const BhKeyfileEntry *entry, gpointer user_data, GError **error)
{
    Load *self = user_data;

    if (bh_config_devices_is_group(entry->group))
        return bh_config_devices_read(self->devices, entry, error);
    if (entry->key)
        return on_pair(self, entry, error);
    return is_group(entry->group) || bh_keyfile_entry_refuse(entry, error, "unknown group");
}

static gint64
get_integer(const Load *self, const BhConfigKey *key)
{
    return *(const gint64 *)((const char *)self->config + key->spec.offset);
}

/* One of both stands in a file: the defaults are in order. */
static gboolean
check_order(const Load *self,
            const char *group,
            const char *min_key,
            const char *max_key,
            gint64 least, /* by how much the second is above the first */
            GError **error)
{
    const BhConfigKey *min = find_key(group, min_key);
    const BhConfigKey *max = find_key(group, max_key);
    const BhConfigKey *blamed = *origin_of(self, min) ? min : max;

    if (get_integer(self, max) - get_integer(self, min) >= least)
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "%s: [%s] %s: %s is %" G_GINT64_FORMAT ", %s %s, which is %" G_GINT64_FORMAT,
                *origin_of(self, blamed),
                group,
                blamed->spec.key,
                min_key,
                get_integer(self, min),
                least > 0 ? "not below" : "above",
                max_key,
                get_integer(self, max));
    return FALSE;
}

/* What one key alone cannot tell. */
static gboolean
check_whole(const Load *self, GError **error)
{
    return check_order(self, "recovery", "PowerCycleMinMs", "PowerCycleMaxMs", 0, error) &&
           check_order(self, "connect", "BackoffInitialMs", "BackoffMaxMs", 0, error) &&
           check_order(self, "watch", "NearDbm", "ImmediateDbm", 1, error);
}

static gboolean
load_file(Load *self, const char *path, gboolean may_be_absent, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) reason = NULL;
    gboolean absent = FALSE;
    gsize size = 0;

    if (g_file_get_contents(path, &text, &size, &reason))
        return bh_keyfile_read(path, text, size, on_entry, self, error);
    absent = g_error_matches(reason, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    if (absent && may_be_absent)
        return TRUE;
    g_set_error_literal(error,
                        BH_ERROR,
                        absent ? BH_ERROR_NOT_FOUND : BH_ERROR_FAILED,
                        reason->message);
    return FALSE;
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Full paths of conf.d's *.conf without hidden ones; none if there is no such directory. */
static GPtrArray *
list_drop_ins(const char *directory, GError **error)
{
    g_autofree char *path = g_build_filename(directory, "conf.d", NULL);
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) reason = NULL;
    g_autoptr(GDir) dir = g_dir_open(path, 0, &reason);

    if (!dir && !g_error_matches(reason, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_FAILED, reason->message);
        return NULL;
    }
    for (const char *name = dir ? g_dir_read_name(dir) : NULL; name; name = g_dir_read_name(dir))
        if (name[0] != '.' && g_str_has_suffix(name, ".conf"))
            g_ptr_array_add(files, g_build_filename(path, name, NULL));
    g_ptr_array_sort(files, compare_names);
    return g_steal_pointer(&files);
}

static gboolean
load_directory(Load *self, const char *directory, GError **error)
{
    g_autofree char *main_file = g_build_filename(directory, "blehub.conf", NULL);
    g_autoptr(GPtrArray) drop_ins = list_drop_ins(directory, error);

    if (!drop_ins || !load_file(self, main_file, TRUE, error))
        return FALSE;
    for (guint i = 0; i < drop_ins->len; i++)
        if (!load_file(self, drop_ins->pdata[i], TRUE, error))
            return FALSE;
    return TRUE;
}

static BhConfig *
load(const char *path, gboolean is_directory, GError **error)
{
    g_autoptr(BhConfig) config = bh_config_new();
    g_autoptr(BhConfigDevices) devices = bh_config_devices_new();
    Load self = {.config = config, .devices = devices};
    gboolean good;
    gsize n;

    bh_config_peek_keys(&n);
    self.origins = g_new0(char *, n);
    good = is_directory ? load_directory(&self, path, error) : load_file(&self, path, FALSE, error);
    good = good && check_whole(&self, error) &&
           bh_config_devices_finish(devices, config->devices, error);
    for (gsize i = 0; i < n; i++)
        g_free(self.origins[i]);
    g_free(self.origins);
    return good ? g_steal_pointer(&config) : NULL;
}

BhConfig *
bh_config_load_directory(const char *directory, GError **error)
{
    return load(directory, TRUE, error);
}

BhConfig *
bh_config_load(const char *path, GError **error)
{
    return path ? load(path, FALSE, error) : bh_config_load_directory(BH_CONFIG_DIR, error);
}

gboolean
bh_config_uses_adapter(const BhConfig *self, const char *address, const char *name)
{
    if (!self->use)
        return TRUE;
    for (gsize i = 0; self->use[i]; i++)
        if (g_ascii_strcasecmp(self->use[i], address) == 0 || g_str_equal(self->use[i], name))
            return TRUE;
    return FALSE;
}

BhConfig *
bh_config_new(void)
{
    g_autoptr(BhConfig) self = g_new0(BhConfig, 1);
    gsize n;
    const BhConfigKey *keys = bh_config_peek_keys(&n);

    self->devices = g_ptr_array_new_with_free_func((GDestroyNotify)bh_alias_unref);
    for (gsize i = 0; i < n; i++) {
        gboolean good = set_key(self, &keys[i], keys[i].default_text, NULL);

        g_assert(good); /* or the table contradicts itself */
    }
    return g_steal_pointer(&self);
}

void
bh_config_free(BhConfig *self)
{
    gsize n;
    const BhConfigKey *keys = bh_config_peek_keys(&n);

    if (!self)
        return;
    g_ptr_array_unref(self->devices);
    for (gsize i = 0; i < n; i++) {
        const BhOptionSpec specs[] = {keys[i].spec, {.key = NULL}};

        bh_options_clear(specs, self);
    }
    g_free(self);
}
