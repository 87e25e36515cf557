/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Streams of the real blehubd: wrong calls first, then who gets what when thousands of reports
 * arrive and one reader does not read.
 */
#include "bh-stream-scene.h"
#include "test-main.h"

/* Wrong calls */

static void
require_refusal(GDBusConnection *connection,
                const char *scan,
                const char *text,
                const char *name,
                const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *remote = NULL;

    ck_assert_int_eq(bh_stream_scene_open(connection, scan, text, &error), -1);
    remote = g_dbus_error_get_remote_error(error);
    g_dbus_error_strip_remote_error(error);
    ck_assert_str_eq(remote, name);
    ck_assert_msg(g_str_has_prefix(error->message, message), "%s", error->message);
}

START_TEST(a_wrong_option_of_a_stream_is_refused_with_its_key_first)
{
    static const struct {
        const char *options;
        const char *key;
    } cases[] = {
        {"{'Format': <'xml'>}", "Format"},
        {"{'Format': <1>}", "Format"},
        {"{'BatchMs': <-1>}", "BatchMs"},
        {"{'BatchMs': <1001>}", "BatchMs"},
        {"{'Queue': <0>}", "Queue"},
        {"{'Queue': <65537>}", "Queue"},
        {"{'Size': <1>}", "Size"},
    };
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;

    bh_fixture_init(&f);
    bh_fixture_start_hub(&f, NULL);
    scan = bh_caller_scan(f.connection, "{}");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        require_refusal(f.connection,
                        scan,
                        cases[i].options,
                        "org.blehub.Error.InvalidArguments",
                        cases[i].key);
    ck_assert_uint_eq(bh_stream_scene_count(&f, scan, "Streams"), 0);
}
END_TEST

START_TEST(a_user_is_held_to_the_configured_number_of_streams)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *config = NULL, *argument = NULL, *scan = NULL;
    g_auto(BhStreamReader) first = {0}, second = {0}, third = {0};

    bh_fixture_init(&f);
    config = bh_fixture_write_file(&f, "hub.conf", "[limits]\nMaxStreams=2\n");
    argument = g_strconcat("--config=", config, NULL);
    bh_fixture_start_hub(&f, argument, NULL);
    scan = bh_caller_scan(f.connection, "{}");
    bh_stream_reader_open(&first, f.connection, scan, "{}");
    bh_stream_reader_open(&second, f.connection, scan, "{'Format': <'packed'>}");
    require_refusal(f.connection, scan, "{}", "org.blehub.Error.LimitExceeded", "MaxStreams");
    ck_assert_uint_eq(bh_stream_scene_count(&f, scan, "Streams"), 2);
    bh_stream_reader_clear(&first);
    first = (BhStreamReader){0};
    BH_AWAIT_POLLED(bh_stream_scene_count(&f, scan, "Streams") == 1);
    bh_stream_reader_open(&third, f.connection, scan, "{}");
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Streams"), 2);
}
END_TEST

/* Who gets what */

START_TEST(a_reader_that_stops_loses_only_its_own_records_exactly_counted)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *all = NULL, *near = NULL, *ours = NULL, *stalled = NULL;
    g_auto(BhStreamReader) every = {0}, close_by = {0}, ffff = {0}, stopped = {0};
    guint64 heard, heard_near, heard_far;

    bh_stream_scene_start(&f);
    all = bh_caller_scan(f.connection, "{}");
    near = bh_caller_scan(f.connection, "{'RSSI': <-60>}");
    ours = bh_caller_scan(f.connection, "{'ManufacturerIds': <[65535]>}");
    stalled = bh_caller_scan(f.connection, "{'Report': <'all'>}");
    bh_stream_reader_open(&every, f.connection, all, "{'Format': <'packed'>}");
    bh_stream_reader_open(&close_by, f.connection, near, "{}");
    bh_stream_reader_open(&ffff, f.connection, ours, "{'BatchMs': <0>}");
    bh_stream_reader_open(&stopped, f.connection, stalled, "{'Format': <'packed'>, 'Queue': <64>}");
    bh_stream_reader_start(&every);
    bh_stream_reader_start(&close_by);
    bh_stream_reader_start(&ffff);
    bh_stream_scene_await_discovery(&f, all);
    heard_near = bh_stream_scene_burst(&f, 2000, -50);
    heard_far = bh_stream_scene_burst(&f, 2000, -80);
    bh_stream_scene_say_mark(&f);
    BH_AWAIT(every.number == BH_STREAM_SCENE_MARK && ffff.number == BH_STREAM_SCENE_MARK &&
             close_by.number == BH_STREAM_SCENE_MARK);
    heard = heard_near + heard_far + 1; /* and the mark, which is near */
    heard_near++;
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Reports"), heard);
    ck_assert_uint_eq(bh_stream_scene_count(&f, near, "Seen"), heard_near);
    ck_assert_uint_eq(every.records, heard);
    ck_assert_uint_eq(ffff.records, heard);
    ck_assert_uint_eq(close_by.records, heard_near);
    ck_assert_uint_eq(every.dropped + ffff.dropped + close_by.dropped, 0);
    ck_assert_uint_eq(every.descents + ffff.descents, 2);
    ck_assert_uint_eq(close_by.descents, 0);
    bh_stream_reader_start(&stopped);
    BH_AWAIT(stopped.number == BH_STREAM_SCENE_MARK);
    ck_assert_uint_gt(stopped.dropped, 0);
    ck_assert_uint_eq(stopped.records + stopped.dropped, heard);
    ck_assert_uint_eq(bh_stream_scene_count(&f, stalled, "Dropped"), stopped.dropped);
    ck_assert_uint_eq(bh_stream_scene_count(&f, stalled, "Delivered"), stopped.records);
    ck_assert_uint_eq(bh_stream_scene_count(&f, all, "Dropped"), 0);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "StreamLosses"), stopped.dropped);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "StreamRecords"),
                      2 * heard + heard_near + stopped.records);
}
END_TEST

START_TEST(readers_of_one_scan_in_both_formats_get_the_same)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;
    g_auto(BhStreamReader) packed = {0}, json = {0};

    bh_stream_scene_start(&f);
    scan = bh_caller_scan(f.connection, "{}");
    bh_stream_reader_open(&packed, f.connection, scan, "{'Format': <'packed'>}");
    bh_stream_reader_open(&json, f.connection, scan, "{'Format': <'json'>}");
    bh_stream_reader_start(&packed);
    bh_stream_reader_start(&json);
    bh_stream_scene_await_discovery(&f, scan);
    bh_stream_scene_burst(&f, 300, -50);
    bh_stream_scene_say_mark(&f);
    BH_AWAIT(packed.number == BH_STREAM_SCENE_MARK && json.number == BH_STREAM_SCENE_MARK);
    ck_assert_uint_gt(packed.records, 1);
    ck_assert_uint_eq(packed.records, json.records);
    ck_assert_uint_eq(packed.descents + json.descents, 0);
    ck_assert_uint_eq(bh_stream_scene_count(&f, scan, "Delivered"), 2 * packed.records);
}
END_TEST

/* Nothing else happens that a batch could wait for. */
START_TEST(with_a_batch_of_zero_a_report_comes_by_itself)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;
    g_auto(BhStreamReader) reader = {0};

    bh_stream_scene_start(&f);
    scan = bh_caller_scan(f.connection, "{}");
    bh_stream_reader_open(&reader, f.connection, scan, "{'BatchMs': <0>}");
    bh_stream_reader_start(&reader);
    bh_stream_scene_await_discovery(&f, scan);
    bh_stream_scene_say_mark(&f);
    BH_AWAIT(reader.number == BH_STREAM_SCENE_MARK);
    ck_assert_uint_eq(reader.records, 1);
}
END_TEST

START_TEST(what_was_heard_before_the_stream_is_in_it)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;
    g_auto(BhStreamReader) reader = {0};

    bh_stream_scene_start(&f);
    scan = bh_caller_scan(f.connection, "{}");
    bh_stream_scene_await_discovery(&f, scan);
    bh_stream_scene_burst(&f, 20, -50);
    BH_AWAIT_POLLED(bh_stream_scene_count(&f, scan, "Seen") > 0);
    bh_stream_reader_open(&reader, f.connection, scan, "{}");
    bh_stream_reader_start(&reader);
    bh_stream_scene_say_mark(&f);
    BH_AWAIT(reader.number == BH_STREAM_SCENE_MARK);
    ck_assert_uint_gt(reader.records, 1);
    ck_assert_uint_eq(reader.records, bh_stream_scene_count(&f, scan, "Seen"));
    ck_assert_uint_eq(reader.descents, 0);
}
END_TEST

BH_TEST_MAIN("hub-stream",
             a_wrong_option_of_a_stream_is_refused_with_its_key_first,
             a_user_is_held_to_the_configured_number_of_streams,
             a_reader_that_stops_loses_only_its_own_records_exactly_counted,
             readers_of_one_scan_in_both_formats_get_the_same,
             with_a_batch_of_zero_a_report_comes_by_itself,
             what_was_heard_before_the_stream_is_in_it)
