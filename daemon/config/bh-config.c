/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Every key there is stands once in the table below, with its bounds and its default written as the
 * file would write it. Defaults are read by the same code as files, the manual page and the example
 * file are held against this table by a test.
 */
#include "bh-config.h"

#include "bh-address.h"
#include "bh-device-table.h"
#include "bh-error.h"
#include "bh-keyfile.h"
#include "bh-recovery.h"

#include <gio/gio.h>
#include <stddef.h>
#include <string.h>

#define DAY_MS 86400000
#define HOUR_MS 3600000

#define INT_KEY(group_, key_, field, default_, min_, max_)                                         \
    {                                                                                              \
        .group = group_, .default_text = default_, .spec = {                                       \
            .key = key_,                                                                           \
            .type = BH_OPTION_INT,                                                                 \
            .offset = offsetof(BhConfig, field),                                                   \
            .present_offset = BH_OPTION_NO_PRESENT,                                                \
            .min = min_,                                                                           \
            .max = max_                                                                            \
        }                                                                                          \
    }
#define OTHER_KEY(group_, key_, field, default_, type_)                                            \
    {                                                                                              \
        .group = group_, .default_text = default_, .spec = {                                       \
            .key = key_,                                                                           \
            .type = type_,                                                                         \
            .offset = offsetof(BhConfig, field),                                                   \
            .present_offset = BH_OPTION_NO_PRESENT                                                 \
        }                                                                                          \
    }

/* clang-format off */
static const BhConfigKey keys[] = {
    INT_KEY("limits", "MaxScans", max_scans, "32", 1, 1024),
    INT_KEY("limits", "MaxWaits", max_waits, "64", 1, 1024),
    INT_KEY("limits", "MaxStreams", max_streams, "64", 1, 1024),
    INT_KEY("limits", "MaxStreamBytes", max_stream_bytes, "33554432", 65536, 1073741824),
    INT_KEY("limits", "MaxHolds", max_holds, "64", 1, 1024),
    INT_KEY("limits", "MaxSubscriptions", max_subscriptions, "256", 1, 4096),
    INT_KEY("limits", "MaxOperations", max_operations, "4096", 1, 65536),
    INT_KEY("limits", "MaxApplications", max_applications, "16", 1, 256),
    INT_KEY("limits", "MaxAdvertisements", max_advertisements, "16", 1, 256),
    INT_KEY("limits", "MaxLinks", max_links, "16", 1, 64),
    INT_KEY("limits", "MaxClients", max_clients, "2048", 1, 4096),
    INT_KEY("limits", "MaxDevices", max_devices, G_STRINGIFY(BH_DEVICE_TABLE_DEFAULT_ROWS), 1, 1000000),
    INT_KEY("recovery", "SilentMs", silent_ms, G_STRINGIFY(BH_RECOVERY_SILENT_MS), 100, DAY_MS),
    INT_KEY("recovery", "PowerCycleMinMs", power_cycle_min_ms,
            G_STRINGIFY(BH_RECOVERY_POWER_CYCLE_MIN_MS), 100, DAY_MS),
    INT_KEY("recovery", "PowerCycleMaxMs", power_cycle_max_ms,
            G_STRINGIFY(BH_RECOVERY_POWER_CYCLE_MAX_MS), 100, DAY_MS),
    OTHER_KEY("recovery", "PowerCycle", power_cycle, "true", BH_OPTION_BOOL),
    OTHER_KEY("adapters", "Use", use, "", BH_OPTION_STRINGS),
    INT_KEY("scan", "DiscoverMs", discover_ms, "5000", 1, DAY_MS),
    INT_KEY("scan", "LeaseMs", lease_ms, "60000", 1000, DAY_MS),
    INT_KEY("scan", "RefreshMs", refresh_ms, "2000", 500, 60000),
    INT_KEY("connect", "TimeoutMs", connect_ms, "10000", 1, DAY_MS),
    INT_KEY("connect", "ManyTimeoutMs", connect_many_ms, "30000", 1, DAY_MS),
    INT_KEY("connect", "BackoffInitialMs", backoff_initial_ms, "5000", 100, HOUR_MS),
    INT_KEY("connect", "BackoffMaxMs", backoff_max_ms, "60000", 100, HOUR_MS),
    INT_KEY("connect", "StableMs", stable_ms, "0", 0, DAY_MS),
    OTHER_KEY("connect", "ReconnectScan", reconnect_scan, "true", BH_OPTION_BOOL),
    INT_KEY("connect", "LingerMs", linger_ms, "0", 0, HOUR_MS),
    INT_KEY("operations", "TimeoutMs", operation_ms, "1000", 1, DAY_MS),
    INT_KEY("operations", "ServicesTimeoutMs", services_ms, "10000", 1, DAY_MS),
    INT_KEY("operations", "TransactTimeoutMs", transact_ms, "10000", 1, DAY_MS),
    INT_KEY("operations", "PairTimeoutMs", pair_ms, "20000", 1, DAY_MS),
    INT_KEY("operations", "Queue", queue, "1", 1, 65536),
};
/* clang-format on */

/* A load under way. */
typedef struct {
    BhConfig *config;
    char *origins[G_N_ELEMENTS(keys)]; /* "file:line" of the last one who set the key */
} Load;

static const BhConfigKey *
find_key(const char *group, const char *key)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (g_str_equal(keys[i].group, group) && g_str_equal(keys[i].spec.key, key))
            return &keys[i];
    return NULL;
}

static gboolean
is_group(const char *group)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
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
    g_free(self->origins[key - keys]);
    self->origins[key - keys] = g_strdup_printf("%s:%u", entry->file, entry->line);
    return TRUE;
}

static gboolean
on_entry(const BhKeyfileEntry *entry, gpointer user_data, GError **error)
{
    if (entry->key)
        return on_pair(user_data, entry, error);
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
            GError **error)
{
    const BhConfigKey *min = find_key(group, min_key);
    const BhConfigKey *max = find_key(group, max_key);
    const BhConfigKey *blamed = self->origins[min - keys] ? min : max;

    if (get_integer(self, min) <= get_integer(self, max))
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "%s: [%s] %s: %s is %" G_GINT64_FORMAT ", above %s, which is %" G_GINT64_FORMAT,
                self->origins[blamed - keys],
                group,
                blamed->spec.key,
                min_key,
                get_integer(self, min),
                max_key,
                get_integer(self, max));
    return FALSE;
}

/* What one key alone cannot tell. */
static gboolean
check_whole(const Load *self, GError **error)
{
    return check_order(self, "recovery", "PowerCycleMinMs", "PowerCycleMaxMs", error) &&
           check_order(self, "connect", "BackoffInitialMs", "BackoffMaxMs", error);
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
    Load self = {.config = config};
    gboolean good =
        is_directory ? load_directory(&self, path, error) : load_file(&self, path, FALSE, error);

    good = good && check_whole(&self, error);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        g_free(self.origins[i]);
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

const BhConfigKey *
bh_config_peek_keys(gsize *n)
{
    *n = G_N_ELEMENTS(keys);
    return keys;
}

BhConfig *
bh_config_new(void)
{
    g_autoptr(BhConfig) self = g_new0(BhConfig, 1);

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        gboolean good = set_key(self, &keys[i], keys[i].default_text, NULL);

        g_assert(good); /* or the table contradicts itself */
    }
    return g_steal_pointer(&self);
}

void
bh_config_free(BhConfig *self)
{
    if (!self)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        const BhOptionSpec specs[] = {keys[i].spec, {.key = NULL}};

        bh_options_clear(specs, self);
    }
    g_free(self);
}
