/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What another user may do and may know. That other user is "nobody", and the objects are root's;
 * whoever runs this must be root.
 */
#include "bh-caller.h"
#include "test-main.h"

#define NOBODY 65534
#define LOG_PATH "/org/freedesktop/LogControl1"
#define LOG "org.freedesktop.LogControl1"
#define DENIED "org.blehub.Error.NotAuthorized"
#define NOWHERE "/org/blehub/scan/999"

START_TEST(another_user_can_neither_reload_nor_set_the_log_level)
{
    g_auto(BhFixture) f = {0};
    GDBusConnection *nobody;

    bh_fixture_init(&f);
    bh_fixture_start_hub(&f, NULL);
    nobody = bh_fixture_connect_as(&f, NOBODY);
    bh_caller_require_error(nobody, BH_CALLER_HUB_PATH, BH_CALLER_HUB, "Reload", NULL, DENIED, "");
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Denied"), 1);
    bh_caller_require_error(nobody,
                            LOG_PATH,
                            BH_CALLER_PROPERTIES,
                            "Set",
                            g_variant_new("(ssv)", LOG, "LogLevel", g_variant_new_string("debug")),
                            DENIED,
                            "");
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Denied"), 2);
    g_variant_unref(bh_caller_get(nobody, LOG_PATH, LOG, "LogLevel"));
    bh_caller_tell(f.connection, BH_CALLER_HUB_PATH, BH_CALLER_HUB, "Reload", NULL);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Denied"), 2);
    bh_fixture_disconnect(&nobody);
}
END_TEST

static void
replace_all(char **text, const char *what, const char *with)
{
    g_auto(GStrv) parts = g_strsplit(*text, what, -1);

    g_free(*text);
    *text = g_strjoinv(with, parts);
}

/* What a call is answered, reply or error, with the path taken out. */
static char *
dup_answer(GDBusConnection *connection,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        bh_caller_call(connection, path, interface, method, arguments, &error);
    char *text = reply != NULL ? g_variant_print(reply, TRUE) : g_strdup(error->message);

    replace_all(&text, path, "PATH");
    return text;
}

/* Calls somebody might tell a scan by; arguments in GVariant text, NULL = none. */
static const struct {
    const char *interface;
    const char *method;
    const char *arguments;
} probes[] = {
    {BH_CALLER_SCAN, "GetDevices", "(@a{sv} {},)"},
    {BH_CALLER_SCAN, "WaitDevice", "({'TimeoutMs': <1>},)"},
    {BH_CALLER_SCAN, "Renew", NULL},
    {BH_CALLER_SCAN, "Release", NULL},
    {BH_CALLER_SCAN, "Release", "('too much',)"},
    {BH_CALLER_SCAN, "GetDevices", NULL},
    {BH_CALLER_SCAN, "GetDevices", "('options',)"},
    {BH_CALLER_SCAN, "Nonsense", NULL},
    {BH_CALLER_HUB, "Reload", NULL},
    {"org.blehub.Nonsense1", "Nonsense", NULL},
    {BH_CALLER_PROPERTIES, "Get", "('" BH_CALLER_SCAN "', 'State')"},
    {BH_CALLER_PROPERTIES, "Get", "('" BH_CALLER_SCAN "', 'Nonsense')"},
    {BH_CALLER_PROPERTIES, "Get", "('org.blehub.Nonsense1', 'State')"},
    {BH_CALLER_PROPERTIES, "Get", "('" BH_CALLER_SCAN "',)"},
    {BH_CALLER_PROPERTIES, "GetAll", "('" BH_CALLER_SCAN "',)"},
    {BH_CALLER_PROPERTIES, "GetAll", "('org.blehub.Nonsense1',)"},
    {BH_CALLER_PROPERTIES, "GetAll", "('',)"},
    {BH_CALLER_PROPERTIES, "Set", "('" BH_CALLER_SCAN "', 'State', <'finished'>)"},
    {BH_CALLER_PROPERTIES, "Set", "('" BH_CALLER_SCAN "', 'State', <uint32 1>)"},
    {BH_CALLER_MANAGER, "GetManagedObjects", NULL},
    {"org.freedesktop.DBus.Introspectable", "Introspect", NULL},
    {"org.freedesktop.DBus.Peer", "Ping", NULL},
};

static void
require_same_answer(GDBusConnection *connection, const char *path, gsize probe)
{
    const char *text = probes[probe].arguments;
    g_autoptr(GVariant) arguments =
        text != NULL ? g_variant_parse(NULL, text, NULL, NULL, NULL) : NULL;
    const char *interface = probes[probe].interface;
    const char *method = probes[probe].method;
    g_autofree char *there = dup_answer(connection, path, interface, method, arguments);
    g_autofree char *nowhere = dup_answer(connection, NOWHERE, interface, method, arguments);

    ck_assert_msg(g_str_equal(there, nowhere),
                  "%s %s: \"%s\", but where nothing is \"%s\"",
                  method,
                  text,
                  there,
                  nowhere);
}

START_TEST(another_users_scan_answers_as_a_path_where_nothing_is)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;
    GDBusConnection *nobody;

    bh_fixture_init(&f);
    bh_fixture_start_hub(&f, NULL);
    scan = bh_caller_scan(f.connection, "{}");
    nobody = bh_fixture_connect_as(&f, NOBODY);
    for (gsize i = 0; i < G_N_ELEMENTS(probes); i++)
        require_same_answer(nobody, scan, i);
    bh_caller_require_error(nobody,
                            scan,
                            BH_CALLER_SCAN,
                            "Release",
                            NULL,
                            "org.blehub.Error.NotFound",
                            "");
    g_variant_unref(bh_caller_get(f.connection, scan, BH_CALLER_SCAN, "State"));
    bh_fixture_disconnect(&nobody);
}
END_TEST

START_TEST(another_users_scan_is_neither_listed_nor_announced)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;
    g_autofree char *mine = NULL;
    g_autofree char *scan = NULL;
    g_autofree char *children = NULL;
    GDBusConnection *nobody;

    bh_fixture_init(&f);
    bh_fixture_start_hub(&f, NULL);
    nobody = bh_fixture_connect_as(&f, NOBODY);
    before = dup_answer(nobody, BH_CALLER_HUB_PATH, BH_CALLER_MANAGER, "GetManagedObjects", NULL);
    scan = bh_caller_scan(f.connection, "{}");
    after = dup_answer(nobody, BH_CALLER_HUB_PATH, BH_CALLER_MANAGER, "GetManagedObjects", NULL);
    ck_assert_str_eq(after, before);
    mine =
        dup_answer(f.connection, BH_CALLER_HUB_PATH, BH_CALLER_MANAGER, "GetManagedObjects", NULL);
    ck_assert_str_ne(mine, before);
    children = dup_answer(nobody,
                          "/org/blehub/scan",
                          "org.freedesktop.DBus.Introspectable",
                          "Introspect",
                          NULL);
    ck_assert_ptr_null(strstr(children, "<node name="));
    bh_fixture_disconnect(&nobody);
}
END_TEST

START_TEST(a_users_limit_is_not_used_up_by_another)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *config = NULL;
    g_autofree char *argument = NULL;
    GDBusConnection *nobody;

    bh_fixture_init(&f);
    config = bh_fixture_write_file(&f, "hub.conf", "[limits]\nMaxScans=1\n");
    argument = g_strconcat("--config=", config, NULL);
    bh_fixture_start_hub(&f, argument, NULL);
    nobody = bh_fixture_connect_as(&f, NOBODY);
    g_free(bh_caller_scan(f.connection, "{}"));
    g_free(bh_caller_scan(nobody, "{}"));
    bh_caller_require_error(nobody,
                            BH_CALLER_HUB_PATH,
                            BH_CALLER_HUB,
                            "Scan",
                            bh_caller_options("{}"),
                            "org.blehub.Error.LimitExceeded",
                            "MaxScans");
    bh_fixture_disconnect(&nobody);
}
END_TEST

BH_TEST_MAIN("hub-users",
             another_user_can_neither_reload_nor_set_the_log_level,
             another_users_scan_answers_as_a_path_where_nothing_is,
             another_users_scan_is_neither_listed_nor_announced,
             a_users_limit_is_not_used_up_by_another)
