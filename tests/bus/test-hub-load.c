/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Crowds of devices, of calls and of rows: what blehubd keeps must not grow with what it has heard
 * or answered, and a long answer to one must not be a long wait for another. BlueZ's own objects
 * come and go here, as with phones that change their address.
 */
#include "bh-link-scene.h"
#include "test-main.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#define ROUNDS 75      /* after 25 the table and the map of BlueZ objects are full */
#define LAST_ROUNDS 50 /* in which memory must be level */
#define ROUND 1000     /* new addresses */
#define TABLE 10000    /* rows, the default */

#define STREAM_ROUNDS 45
#define LAST_STREAM_ROUNDS 20

#define WARM_UP_CALLS 500
#define PHONES 20
#define PHONE_ROUNDS 50 /* of new addresses of theirs */
#define LAST_PHONE_ROUNDS 25
#define IRK "ec0234a357c8ad05341010a60a397d%02x" /* with the number of the phone */

#define SCANS 400
#define LISTINGS 300
#define CALLS_GROWTH_KB 128 /* a kilobyte lost in each of these calls would be 700 */

#define UNREAD_DEVICES 2000
#define UNREAD_CALLS 120
#define UNREAD_GROWTH_KB (64 * 1024)
#define UNREAD_EXPLORATIONS 8000 /* 10 MB or more */

static const char crowd[] = "[adapter main]\n"
                            "Address=00:AA:01:00:00:01\n"
                            "Powered=true\n";

static void
init_scanning(BhFixture *f)
{
    bh_fixture_init(f);
    bh_fixture_start_sim(f, crowd);
    bh_fixture_start_hub(f, NULL);
    g_free(bh_caller_scan(f->connection, "{}"));
}

/* Hears rounds of strangers, or of phones; in the last ones memory must be level. */
static void
require_level_memory_hearing(BhFixture *f, const char *burst, guint rounds, guint last_rounds)
{
    gsize least = G_MAXSIZE, most = 0;

    for (guint round = 0; round < rounds; round++) {
        bh_caller_hear_burst(f, ROUND, burst);
        if (round < rounds - last_rounds)
            continue;
        least = MIN(least, bh_caller_resident_kb(f));
        most = MAX(most, bh_caller_resident_kb(f));
    }
    g_print("resident memory over the last %u rounds: %zu to %zu kB\n", last_rounds, least, most);
    ck_assert_msg((most - least) * 100 <= least, "resident memory: %zu to %zu kB", least, most);
}

static void
require_level_memory(BhFixture *f, guint rounds, guint last_rounds)
{
    require_level_memory_hearing(f, "{'RatePerSecond': <uint32 0>}", rounds, last_rounds);
}

START_TEST(fifty_thousand_random_addresses_leave_memory_level)
{
    g_auto(BhFixture) f = {0};

    init_scanning(&f);
    require_level_memory(&f, ROUNDS, LAST_ROUNDS);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "DevicesKnown"), TABLE);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "DevicesEvicted"), ROUNDS * ROUND - TABLE);
}
END_TEST

static char *
watch_phones(BhFixture *f)
{
    g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);
    g_autoptr(GStrvBuilder) keys = g_strv_builder_new();
    g_auto(GStrv) all = NULL;
    g_autoptr(GVariant) reply = NULL;
    char *path = NULL;

    for (guint i = 0; i < PHONES; i++) {
        g_autofree char *key = g_strdup_printf(IRK, i);

        g_strv_builder_add(keys, key);
    }
    all = g_strv_builder_end(keys);
    g_variant_dict_insert_value(&options, "IRK", g_variant_new_strv((const char *const *)all, -1));
    reply = bh_caller_call(f->connection,
                           BH_CALLER_HUB_PATH,
                           BH_CALLER_HUB,
                           "Watch",
                           g_variant_new("(@a{sv})", g_variant_dict_end(&options)),
                           NULL);
    ck_assert_ptr_nonnull(reply);
    g_variant_get(reply, "(o)", &path);
    return path;
}

/* Things that are here, each of which must have been heard as often as the others; but that an
 * address of one fits the key of another happens in one run of twenty. */
static guint
count_present(BhFixture *f, const char *watch)
{
    g_autoptr(GVariant) reply = bh_caller_call(f->connection,
                                               watch,
                                               "org.blehub.Watch1",
                                               "GetStates",
                                               bh_caller_options("{}"),
                                               NULL);
    g_autoptr(GVariantIter) rows = NULL;
    GVariant *row = NULL;
    guint n = 0;

    ck_assert_ptr_nonnull(reply);
    g_variant_get(reply, "(aa{sv})", &rows);
    while (g_variant_iter_loop(rows, "@a{sv}", &row)) {
        const char *zone = NULL;
        guint32 samples = 0;

        ck_assert(g_variant_lookup(row, "Zone", "&s", &zone));
        ck_assert(g_variant_lookup(row, "Samples", "u", &samples));
        ck_assert_uint_ge(samples, PHONE_ROUNDS * ROUND / PHONES - 2);
        ck_assert_uint_le(samples, PHONE_ROUNDS * ROUND / PHONES + 2);
        n += g_str_equal(zone, "near");
    }
    return n;
}

START_TEST(fifty_thousand_addresses_of_twenty_phones_are_twenty_things_and_leave_memory_level)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *first = g_strdup_printf(IRK, 0);
    g_autofree char *config = NULL;
    g_autofree char *option = NULL;
    g_autofree char *burst = NULL;
    g_autofree char *watch = NULL;

    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, crowd);
    /* What comes while a discovery is started anew may go unheard. */
    config = bh_fixture_write_file(&f, "blehub.conf", "[scan]\nRefreshMs=60000\n");
    option = g_strdup_printf("--config=%s", config);
    bh_fixture_start_hub(&f, option, NULL);
    watch = watch_phones(&f);
    burst = g_strdup_printf("{'RatePerSecond': <uint32 0>, 'Count': <%d>, 'IRK': <'%s'>}",
                            PHONES,
                            first);
    require_level_memory_hearing(&f, burst, PHONE_ROUNDS, LAST_PHONE_ROUNDS);
    ck_assert_uint_eq(count_present(&f, watch), PHONES);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "DevicesKnown"), TABLE);
    /* An address comes up again now and then. */
    ck_assert_uint_ge(bh_caller_counter(f.connection, "DevicesEvicted"),
                      PHONE_ROUNDS * ROUND - TABLE - ROUND / 10);
}
END_TEST

static int
open_stream(BhFixture *f, const char *scan)
{
    g_autoptr(GUnixFDList) fds = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_with_unix_fd_list_sync(f->connection,
                                                      "org.blehub",
                                                      scan,
                                                      BH_CALLER_SCAN,
                                                      "OpenStream",
                                                      bh_caller_options("{}"),
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
    g_autofree char *scan = NULL;
    int reader;

    init_scanning(&f);
    scan = bh_caller_scan(f.connection, "{}");
    reader = open_stream(&f, scan);
    require_level_memory(&f, STREAM_ROUNDS, LAST_STREAM_ROUNDS);
    ck_assert_uint_gt(bh_caller_counter(f.connection, "StreamLosses"), STREAM_ROUNDS * ROUND / 2);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Streams"), 1);
    close(reader);
}
END_TEST

static void
scan_and_release(BhFixture *f, guint n)
{
    for (guint i = 0; i < n; i++) {
        g_autofree char *scan = bh_caller_scan(f->connection, "{'UUIDs': <['180d']>}");

        bh_caller_tell(f->connection, scan, BH_CALLER_SCAN, "Release", NULL);
    }
}

static void
list_objects(BhFixture *f, guint n)
{
    for (guint i = 0; i < n; i++)
        bh_caller_tell(f->connection,
                       BH_CALLER_HUB_PATH,
                       BH_CALLER_MANAGER,
                       "GetManagedObjects",
                       NULL);
}

START_TEST(scans_that_come_and_go_and_listings_leave_memory_level)
{
    g_auto(BhFixture) f = {0};
    gsize before, after;

    init_scanning(&f);
    scan_and_release(&f, WARM_UP_CALLS);
    list_objects(&f, WARM_UP_CALLS);
    before = bh_caller_resident_kb(&f);
    scan_and_release(&f, SCANS);
    list_objects(&f, LISTINGS);
    after = bh_caller_resident_kb(&f);
    g_print("resident memory over %u calls: %zu to %zu kB\n", SCANS + LISTINGS, before, after);
    ck_assert_msg(after <= before + CALLS_GROWTH_KB,
                  "resident memory: %zu to %zu kB",
                  before,
                  after);
}
END_TEST

START_TEST(answers_that_nobody_reads_are_bounded_in_memory)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(sd_bus) greedy = NULL;
    gsize before, most = 0;

    init_scanning(&f);
    bh_caller_hear_strangers(&f, UNREAD_DEVICES);
    before = bh_caller_resident_kb(&f);
    greedy = bh_caller_new_deaf(&f, "ListDevices", UNREAD_CALLS);
    while (bh_caller_counter(f.connection, "LimitExceeded") == 0) /* it is given up */
        most = MAX(most, bh_caller_resident_kb(&f));
    g_print("resident memory with unread answers: %zu to %zu kB\n", before, most);
    ck_assert_msg(most < before + UNREAD_GROWTH_KB, "resident memory: %zu to %zu kB", before, most);
}
END_TEST

START_TEST(services_of_a_device_that_nobody_reads_are_bounded_in_memory)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(sd_bus) greedy = NULL;
    gsize before, most = 0;

    bh_link_scene_init(&f);
    g_free(bh_link_scene_connect(f.connection, BH_LINK_ADDRESS, "{}"));
    before = bh_caller_resident_kb(&f);
    greedy =
        bh_caller_new_deaf_of(&f, BH_LINK_PATH, BH_LINK_DEVICE, "Services", UNREAD_EXPLORATIONS);
    while (bh_caller_counter(f.connection, "LimitExceeded") == 0) /* it is given up */
        most = MAX(most, bh_caller_resident_kb(&f));
    g_print("resident memory with unread services: %zu to %zu kB\n", before, most);
    ck_assert_msg(most < before + UNREAD_GROWTH_KB, "resident memory: %zu to %zu kB", before, most);
}
END_TEST

/* What a listing of all devices costs blehubd. */
static gint64
weigh_listing(BhFixture *f)
{
    gint64 begin_us = bh_caller_processor_us(f);

    bh_caller_tell(f->connection,
                   BH_CALLER_HUB_PATH,
                   BH_CALLER_HUB,
                   "ListDevices",
                   bh_caller_options("{}"));
    return bh_caller_processor_us(f) - begin_us;
}

/* The most that blehubd did before it answered a property read, while it also did a listing of
 * this cost for somebody else. */
static gint64
weigh_reads_meanwhile(BhFixture *f, gint64 cost_us)
{
    g_autoptr(sd_bus) lister = bh_caller_new_deaf(f, "ListDevices", 1);
    gint64 before_us = bh_caller_processor_us(f), end_us = before_us + cost_us, most_us = 0;

    while (before_us < end_us) {
        gint64 after_us;

        g_variant_unref(bh_caller_get(f->connection, BH_CALLER_HUB_PATH, BH_CALLER_HUB, "Version"));
        after_us = bh_caller_processor_us(f);
        most_us = MAX(most_us, after_us - before_us);
        before_us = after_us;
    }
    return most_us;
}

START_TEST(ten_thousand_rows_for_one_are_no_wait_for_another)
{
    g_auto(BhFixture) f = {0};
    gint64 cost_us, most_us;

    init_scanning(&f);
    for (guint i = 0; i < TABLE / ROUND; i++)
        bh_caller_hear_strangers(&f, ROUND);
    cost_us = weigh_listing(&f);
    most_us = weigh_reads_meanwhile(&f, cost_us);
    g_print("%u rows cost %" G_GINT64_FORMAT " us, a read meanwhile waited for %" G_GINT64_FORMAT
            " us of it\n",
            TABLE,
            cost_us,
            most_us);
    ck_assert_int_lt(most_us, cost_us * 3 / 4); /* done at once, it would be all of it */
}
END_TEST

BH_TEST_MAIN("hub-load",
             fifty_thousand_random_addresses_leave_memory_level,
             fifty_thousand_addresses_of_twenty_phones_are_twenty_things_and_leave_memory_level,
             scans_that_come_and_go_and_listings_leave_memory_level,
             answers_that_nobody_reads_are_bounded_in_memory,
             services_of_a_device_that_nobody_reads_are_bounded_in_memory,
             ten_thousand_rows_for_one_are_no_wait_for_another,
             a_reader_that_never_reads_costs_its_queue_and_no_more)
