/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How streams of the real blehubd end: with their scan, their reader, its client or blehubd.
 */
#include "bh-stream-scene.h"
#include "test-main.h"

START_TEST(a_stream_ends_when_its_scan_is_released)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;
    g_auto(BhStreamReader) packed = {0}, json = {0};
    guint64 seen;

    bh_stream_scene_start(&f);
    scan = bh_caller_scan(f.connection, "{}");
    bh_stream_reader_open(&packed, f.connection, scan, "{'Format': <'packed'>, 'BatchMs': <1000>}");
    bh_stream_reader_open(&json, f.connection, scan, "{'BatchMs': <1000>}");
    bh_stream_scene_await_discovery(&f, scan);
    bh_stream_scene_say_mark(&f);
    bh_stream_scene_burst(&f, 50, -50);
    BH_AWAIT_POLLED(bh_stream_scene_count(&f, scan, "Seen") > 1);
    seen = bh_stream_scene_count(&f, scan, "Seen");
    bh_caller_tell(f.connection, scan, BH_CALLER_SCAN, "Release", NULL);
    bh_stream_reader_start(&packed);
    bh_stream_reader_start(&json);
    BH_AWAIT(packed.end && json.end);
    ck_assert_uint_ge(packed.records, seen);
    ck_assert_uint_eq(json.records, packed.records);
    ck_assert_uint_eq(json.text->len, 0);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Streams"), 0);
}
END_TEST

START_TEST(a_stream_ends_after_the_last_record_of_a_scan_that_is_over)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *endless = NULL, *scan = NULL;
    g_auto(BhStreamReader) reader = {0};

    bh_stream_scene_start(&f);
    endless = bh_caller_scan(f.connection, "{}");
    bh_stream_scene_await_discovery(&f, endless); /* or else the time may be over before it runs */
    scan = bh_caller_scan(f.connection, "{'DurationMs': <2000>}");
    bh_stream_reader_open(&reader, f.connection, scan, "{'BatchMs': <1000>}");
    bh_stream_reader_start(&reader);
    bh_stream_scene_burst(&f, 50, -50);
    BH_AWAIT(reader.end);
    ck_assert_uint_gt(reader.records, 0);
    ck_assert_uint_eq(reader.records, bh_stream_scene_count(&f, scan, "Seen"));
    ck_assert_uint_eq(bh_stream_scene_count(&f, scan, "Streams"), 0);
}
END_TEST

START_TEST(a_stream_ends_when_the_client_of_its_scan_leaves_the_bus)
{
    g_auto(BhFixture) f = {0};
    GDBusConnection *client;
    g_autofree char *scan = NULL;
    g_auto(BhStreamReader) reader = {0};

    bh_stream_scene_start(&f);
    client = bh_fixture_connect(&f);
    scan = bh_caller_scan(client, "{}");
    bh_stream_reader_open(&reader, client, scan, "{}");
    bh_stream_reader_start(&reader);
    bh_fixture_disconnect(&client);
    BH_AWAIT(reader.end);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Streams"), 0);
}
END_TEST

START_TEST(a_killed_reader_leaves_nothing_behind_and_others_go_on)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GSubprocess) victim = NULL;
    g_autofree char *bus = NULL, *scan = NULL;
    g_auto(BhStreamReader) reader = {0};

    bh_stream_scene_start(&f);
    scan = bh_caller_scan(f.connection, "{}");
    bh_stream_reader_open(&reader, f.connection, scan, "{}");
    bh_stream_reader_start(&reader);
    bus = g_strconcat("--bus=", f.address, NULL);
    victim = g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE,
                              NULL,
                              g_getenv("BLEHUBCTL"),
                              bus,
                              "scan",
                              "--duration=0",
                              NULL);
    ck_assert_ptr_nonnull(victim);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Streams") == 2);
    bh_fixture_kill_process(&victim);
    bh_stream_scene_burst(&f, 50, -50);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Streams") == 1 &&
                    bh_caller_counter(f.connection, "Scans") == 1);
    bh_stream_scene_say_mark(&f);
    BH_AWAIT(reader.number == BH_STREAM_SCENE_MARK);
}
END_TEST

START_TEST(a_stopping_blehubd_ends_its_streams)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;
    g_auto(BhStreamReader) reader = {0};

    bh_stream_scene_start(&f);
    scan = bh_caller_scan(f.connection, "{}");
    bh_stream_reader_open(&reader, f.connection, scan, "{}");
    bh_stream_reader_start(&reader);
    bh_fixture_stop_process(&f.hub);
    BH_AWAIT(reader.end);
}
END_TEST

BH_TEST_MAIN("hub-stream-end",
             a_stream_ends_when_its_scan_is_released,
             a_stream_ends_after_the_last_record_of_a_scan_that_is_over,
             a_stream_ends_when_the_client_of_its_scan_leaves_the_bus,
             a_killed_reader_leaves_nothing_behind_and_others_go_on,
             a_stopping_blehubd_ends_its_streams)
