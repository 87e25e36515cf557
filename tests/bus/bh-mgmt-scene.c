/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Calls are made asynchronously while the main loop runs: the kernel and BlueZ live in it.
 */
#include "bh-mgmt-scene.h"

#define SCAN "org.blehub.Scan1"
#define ADAPTER "org.blehub.Adapter1"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define MATCH_MEMBER "arg0='org.bluez.Device1'"

/* Calls */

typedef struct {
    gboolean done;
    GVariant *reply;
    GError *error;
} Outcome;

static void
on_reply(GObject *source, GAsyncResult *result, gpointer data)
{
    Outcome *outcome = data;

    outcome->reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &outcome->error);
    outcome->done = TRUE;
}

static GVariant *
call(BhMgmtScene *self,
     const char *path,
     const char *interface,
     const char *method,
     GVariant *arguments,
     GError **error)
{
    Outcome outcome = {0};

    g_dbus_connection_call(self->bus.connection,
                           "org.blehub",
                           path,
                           interface,
                           method,
                           arguments,
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           10000,
                           NULL,
                           on_reply,
                           &outcome);
    BH_AWAIT(outcome.done);
    if (outcome.error != NULL)
        g_propagate_error(error, outcome.error);
    return outcome.reply;
}

static GVariant *
call_well(BhMgmtScene *self,
          const char *path,
          const char *interface,
          const char *method,
          GVariant *arguments)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply = call(self, path, interface, method, arguments, &error);

    ck_assert_msg(reply != NULL, "%s: %s", method, error != NULL ? error->message : "");
    return reply;
}

static GVariant *
options_of(const char *text)
{
    g_autoptr(GVariant) dict = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);

    return g_variant_new("(@a{sv})", dict);
}

static GVariant *
get_property(BhMgmtScene *self, const char *path, const char *interface, const char *name)
{
    g_autoptr(GVariant) reply =
        call_well(self, path, PROPERTIES, "Get", g_variant_new("(ss)", interface, name));
    GVariant *value = NULL;

    g_variant_get(reply, "(v)", &value);
    return value;
}

/* Scans */

char *
bh_mgmt_scene_scan(BhMgmtScene *self, const char *options)
{
    g_autoptr(GVariant) reply = call_well(self, BH_HUB_PATH, BH_HUB, "Scan", options_of(options));
    char *path = NULL;

    g_variant_get(reply, "(o)", &path);
    return path;
}

static gboolean
is_scanning(BhMgmtScene *self, const char *scan)
{
    g_autoptr(GVariant) state = get_property(self, scan, SCAN, "State");

    return g_str_equal(g_variant_get_string(state, NULL), "scanning");
}

char *
bh_mgmt_scene_scan_running(BhMgmtScene *self, const char *options)
{
    char *scan = bh_mgmt_scene_scan(self, options);

    BH_POLL(is_scanning(self, scan));
    return scan;
}

void
bh_mgmt_scene_release(BhMgmtScene *self, const char *scan)
{
    g_variant_unref(call_well(self, scan, SCAN, "Release", NULL));
}

char *
bh_mgmt_scene_dup_scan_error(BhMgmtScene *self, const char *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        call(self, BH_HUB_PATH, BH_HUB, "Scan", options_of(options), &error);

    ck_assert_msg(reply == NULL, "a scan with %s was made", options);
    g_autofree char *remote = g_dbus_error_get_remote_error(error);
    g_dbus_error_strip_remote_error(error);
    return g_strdup_printf("%s: %s", strrchr(remote, '.') + 1, error->message);
}

static void
append_value(GString *text, GVariant *value)
{
    if (value == NULL) {
        g_string_append_c(text, '-');
    } else if (g_variant_is_of_type(value, G_VARIANT_TYPE_BYTESTRING)) {
        gsize size;
        gconstpointer bytes = g_variant_get_fixed_array(value, &size, 1);
        g_autofree char *hex = bh_test_hex(bytes, size);
        g_string_append(text, hex);
    } else {
        g_autofree char *printed = g_variant_print(value, FALSE);
        g_string_append(text, printed);
    }
}

char *
bh_mgmt_scene_dup_row(BhMgmtScene *self, const char *scan, const char *keys)
{
    g_autoptr(GVariant) reply = call_well(self, scan, SCAN, "GetDevices", options_of("{}"));
    g_autoptr(GVariant) rows = g_variant_get_child_value(reply, 0);
    g_auto(GStrv) names = g_strsplit(keys, " ", -1);
    GString *text = g_string_new(NULL);

    if (g_variant_n_children(rows) != 1) {
        g_string_printf(text, "%zu rows", g_variant_n_children(rows));
        return g_string_free(text, FALSE);
    }
    g_autoptr(GVariant) row = g_variant_get_child_value(rows, 0);
    for (char **name = names; *name != NULL; name++) {
        g_autoptr(GVariant) value = g_variant_lookup_value(row, *name, NULL);
        g_string_append_printf(text, "%s%s=", name == names ? "" : " ", *name);
        append_value(text, value);
    }
    return g_string_free(text, FALSE);
}

guint64
bh_mgmt_scene_get_seen(BhMgmtScene *self, const char *scan)
{
    g_autoptr(GVariant) seen = get_property(self, scan, SCAN, "Seen");

    return g_variant_get_uint64(seen);
}

guint64
bh_mgmt_scene_get_counter(BhMgmtScene *self, const char *name)
{
    g_autoptr(GVariant) counters = get_property(self, BH_HUB_PATH, BH_HUB, "Counters");
    guint64 value = 0;

    ck_assert_msg(g_variant_lookup(counters, name, "t", &value), "no counter %s", name);
    return value;
}

gboolean
bh_mgmt_scene_can(BhMgmtScene *self, const char *capability)
{
    g_autoptr(GVariant) capabilities = get_property(self, BH_HUB_PATH, BH_HUB, "Capabilities");
    g_autofree const char **names = g_variant_get_strv(capabilities, NULL);

    return g_strv_contains(names, capability);
}

char *
bh_mgmt_scene_dup_adapter_state(BhMgmtScene *self)
{
    g_autoptr(GVariant) state = get_property(self, BH_ADAPTER_PATH, ADAPTER, "State");

    return g_variant_dup_string(state, NULL);
}

char *
bh_mgmt_scene_dup_duty(BhMgmtScene *self)
{
    g_autoptr(GVariant) interval = get_property(self, BH_ADAPTER_PATH, ADAPTER, "ScanIntervalUs");
    g_autoptr(GVariant) window = get_property(self, BH_ADAPTER_PATH, ADAPTER, "ScanWindowUs");

    return g_strdup_printf("%u/%u", g_variant_get_uint32(interval), g_variant_get_uint32(window));
}

gboolean
bh_mgmt_scene_remembers(BhMgmtScene *self, const char *text)
{
    g_autofree char *path = g_build_filename(self->bus.directory, "monitors", NULL);
    g_autofree char *memory = NULL;

    if (!g_file_get_contents(path, &memory, NULL, NULL))
        return text[0] == '\0';
    return text[0] != '\0' && strstr(memory, text) != NULL;
}

gboolean
bh_mgmt_scene_listens(BhMgmtScene *self)
{
    g_auto(GStrv) rules =
        bh_fixture_dup_match_rules(&self->bus, bh_puppet_peek_caller(self->puppet));

    for (char **rule = rules; *rule != NULL; rule++)
        if (strstr(*rule, MATCH_MEMBER) != NULL)
            return TRUE;
    return FALSE;
}

/* Life */

void
bh_mgmt_scene_init(BhMgmtScene *self)
{
    bh_fixture_init(&self->bus);
    self->puppet = bh_puppet_new(self->bus.address);
    bh_puppet_add_adapter(self->puppet, BH_PUPPET_ADAPTER, BH_PUPPET_ADDRESS, TRUE);
    self->kernel = bh_kernel_new();
}

void
bh_mgmt_scene_start(BhMgmtScene *self)
{
    self->bus.mgmt_fd = bh_kernel_connect(self->kernel);
    bh_fixture_start_hub(&self->bus, NULL);
    BH_POLL(bh_mgmt_scene_can(self, "every-report"));
    BH_AWAIT(bh_kernel_was_told(self->kernel, "Remove:1"));
}

void
bh_mgmt_scene_init_started(BhMgmtScene *self)
{
    bh_mgmt_scene_init(self);
    bh_mgmt_scene_start(self);
    bh_kernel_clear_log(self->kernel);
    bh_puppet_clear_calls(self->puppet);
}

void
bh_mgmt_scene_clear(BhMgmtScene *self)
{
    if (self->bus.hub != NULL)
        bh_fixture_stop_process(&self->bus.hub);
    g_clear_pointer(&self->kernel, bh_kernel_free);
    g_clear_pointer(&self->puppet, bh_puppet_free);
    bh_fixture_clear(&self->bus);
}
