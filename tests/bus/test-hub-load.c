/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Crowds: what blehubd keeps must not grow with what it has heard. BlueZ's own objects come and go
 * here, as with phones that change their address.
 */
#include "bh-fixture.h"
#include "test-main.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#define ROUNDS 75      /* after 25 the table and the map of BlueZ objects are full */
#define LAST_ROUNDS 50 /* in which memory must be level */
#define ROUND 1000     /* new addresses */
#define TABLE 10000    /* rows, the default */
#define STREAM_ROUNDS 45
#define LAST_STREAM_ROUNDS 20

static const char crowd[] = "[adapter main]\n"
                            "Address=00:AA:01:00:00:01\n"
                            "Powered=true\n";

static GVariant *
call_hub(BhFixture *f, const char *interface, const char *method, GVariant *arguments)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply = g_dbus_connection_call_sync(f->connection,
                                                  "org.blehub",
                                                  "/org/blehub",
                                                  interface,
                                                  method,
                                                  arguments,
                                                  NULL,
                                                  G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                                  10000,
                                                  NULL,
                                                  &error);

    g_assert_no_error(error);
    return reply;
}

static guint64
counter(BhFixture *f, const char *name)
{
    g_autoptr(GVariant) reply = call_hub(f,
                                         "org.freedesktop.DBus.Properties",
                                         "Get",
                                         g_variant_new("(ss)", "org.blehub.Hub1", "Counters"));
    g_autoptr(GVariant) counters = NULL;
    guint64 value = G_MAXUINT64;

    g_variant_get(reply, "(v)", &counters);
    g_variant_lookup(counters, name, "t", &value);
    return value;
}

static gsize
resident_kb(BhFixture *f)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/status", g_subprocess_get_identifier(f->hub));
    g_autofree char *status = NULL;
    const char *line;

    ck_assert(g_file_get_contents(path, &status, NULL, NULL));
    line = strstr(status, "VmRSS:");
    ck_assert_ptr_nonnull(line);
    return g_ascii_strtoull(line + strlen("VmRSS:"), NULL, 10);
}

static guint
burst(BhFixture *f)
{
    g_autoptr(GVariant) reply = bh_fixture_call_sim(
        f,
        "Burst",
        g_variant_new("(u@a{sv})", ROUND, g_variant_new_parsed("{'RatePerSecond': <uint32 0>}")));
    guint32 heard = 0;

    g_variant_get(reply, "(u)", &heard);
    return heard;
}

static gboolean
on_tick(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static void
await_reports(BhFixture *f, guint64 wanted)
{
    guint tick = g_timeout_add(5, on_tick, NULL);

    BH_AWAIT(counter(f, "Reports") >= wanted);
    g_source_remove(tick);
}

static void
await_discovery(BhFixture *f)
{
    guint tick = g_timeout_add(5, on_tick, NULL);

    BH_AWAIT(bh_fixture_count_sim_calls(f, "StartDiscovery") > 0);
    g_source_remove(tick);
}

/* Hears rounds of strangers; in the last ones memory must be level. Returns how many were heard. */
static guint64
require_level_memory(BhFixture *f, guint rounds, guint last_rounds)
{
    gsize least = G_MAXSIZE, most = 0;
    guint64 heard = 0;

    await_discovery(f);
    for (guint round = 0; round < rounds; round++) {
        heard += burst(f);
        await_reports(f, heard);
        if (round < rounds - last_rounds)
            continue;
        least = MIN(least, resident_kb(f));
        most = MAX(most, resident_kb(f));
    }
    ck_assert_uint_ge(heard, (guint64)rounds * ROUND * 9 / 10);
    g_print("resident memory over the last %u rounds: %zu to %zu kB\n", last_rounds, least, most);
    ck_assert_msg((most - least) * 100 <= least, "resident memory: %zu to %zu kB", least, most);
    return heard;
}

static char *
start_scan(BhFixture *f)
{
    g_autoptr(GVariant) reply = NULL;
    char *path = NULL;

    bh_fixture_init(f);
    bh_fixture_start_sim(f, crowd);
    bh_fixture_start_hub(f, NULL);
    reply = call_hub(f,
                     "org.blehub.Hub1",
                     "Scan",
                     g_variant_new("(@a{sv})", g_variant_new_parsed("@a{sv} {}")));
    g_variant_get(reply, "(o)", &path);
    return path;
}

START_TEST(fifty_thousand_random_addresses_leave_memory_level)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = start_scan(&f);

    require_level_memory(&f, ROUNDS, LAST_ROUNDS);
    ck_assert_uint_eq(counter(&f, "DevicesKnown"), TABLE);
    ck_assert_uint_eq(counter(&f, "DevicesEvicted"), counter(&f, "Reports") - TABLE);
}
END_TEST

static int
open_stream(BhFixture *f, const char *scan)
{
    g_autoptr(GUnixFDList) fds = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_sync(
        f->connection,
        "org.blehub",
        scan,
        "org.blehub.Scan1",
        "OpenStream",
        g_variant_new("(@a{sv})", g_variant_new_parsed("@a{sv} {}")),
        NULL,
        G_DBUS_CALL_FLAGS_NO_AUTO_START,
        10000,
        NULL,
        &fds,
        NULL,
        &error);

    g_assert_no_error(error);
    return g_unix_fd_list_get(fds, 0, NULL);
}

/* The queue is full long before memory is looked at. */
START_TEST(a_reader_that_never_reads_costs_its_queue_and_no_more)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = start_scan(&f);
    int reader = open_stream(&f, scan);
    guint64 heard = require_level_memory(&f, STREAM_ROUNDS, LAST_STREAM_ROUNDS);

    ck_assert_uint_gt(counter(&f, "StreamLosses"), heard / 2);
    ck_assert_uint_eq(counter(&f, "Streams"), 1);
    close(reader);
}
END_TEST

BH_TEST_MAIN("hub-load",
             fifty_thousand_random_addresses_leave_memory_level,
             a_reader_that_never_reads_costs_its_queue_and_no_more)
