/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Streams of a hub on a fake radio: what is in them, and when they send. The sockets are real, the
 * clock is not.
 */
#include "stream-reader.h"
#include "test-main.h"

#include <unistd.h>

static const BhScanSpec every = {.rule = {.mode = BH_REPORT_ALL}};
static const BhStreamSpec packed = {BH_STREAM_PACKED, 10000, 4096};
static const BhStreamSpec json = {BH_STREAM_JSON, 10000, 4096};

START_TEST(the_first_record_after_a_silence_goes_in_its_own_turn)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    StreamReader got = {0};
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    fd = stream_reader_open(scan, &packed, f.ann);
    for (guint i = 1; i <= 3; i++) {
        hub_fixture_hear_many(&f, 2); /* heard in one turn: one packet */
        bh_clock_advance(f.clock, 0);
        stream_reader_read(fd, &got);
        ck_assert_uint_eq(got.packets, i);
        ck_assert_uint_eq(got.records, 2 * i);
        bh_clock_advance(f.clock, 10);
    }
    close(fd);
}
END_TEST

START_TEST(then_one_packet_goes_each_batch)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    StreamReader got = {0};
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    fd = stream_reader_open(scan, &packed, f.ann);
    hub_fixture_hear_many(&f, 1);
    bh_clock_advance(f.clock, 0);
    stream_reader_read(fd, &got);
    ck_assert_uint_eq(got.packets, 1);
    for (guint ms = 1; ms <= 100; ms++) {
        hub_fixture_hear_many(&f, 1);
        bh_clock_advance(f.clock, 1);
        stream_reader_read(fd, &got);
        ck_assert_uint_le(got.packets, 1 + (ms + 1) / 10); /* a turn may come 1 ms early */
        ck_assert_uint_ge(got.packets, 1 + ms / 10);
    }
    bh_clock_advance(f.clock, 10);
    stream_reader_read(fd, &got);
    ck_assert_uint_eq(got.records, 101);
    close(fd);
}
END_TEST

START_TEST(a_batch_of_zero_never_waits)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    BhStreamSpec spec = packed;
    StreamReader got = {0};
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    spec.batch_us = 0;
    fd = stream_reader_open(scan, &spec, f.ann);
    for (guint i = 1; i <= 5; i++) {
        hub_fixture_hear_many(&f, 1);
        bh_clock_advance(f.clock, 0);
        stream_reader_read(fd, &got);
        ck_assert_uint_eq(got.packets, i);
    }
    close(fd);
}
END_TEST

START_TEST(a_full_queue_does_not_wait_for_its_batch)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    BhStreamSpec spec = packed;
    StreamReader got = {0};
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    spec.batch_us = G_USEC_PER_SEC;
    spec.queue = 4;
    fd = stream_reader_open(scan, &spec, f.ann);
    hub_fixture_hear_many(&f, 1);
    bh_clock_advance(f.clock, 0);
    hub_fixture_hear_many(&f, 5);
    stream_reader_read(fd, &got);
    ck_assert_uint_eq(got.records, 5);
    ck_assert_uint_eq(bh_scan_get_dropped(scan), 0);
    close(fd);
}
END_TEST

START_TEST(one_batch_of_thousands_comes_in_several_packets)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    StreamReader got = {0};
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    fd = stream_reader_open(scan, &packed, f.ann);
    hub_fixture_hear_many(&f, 1000);
    bh_clock_advance(f.clock, 0);
    stream_reader_read(fd, &got);
    ck_assert_uint_eq(got.records, 1000);
    ck_assert_uint_gt(got.packets, 1);
    close(fd);
}
END_TEST

START_TEST(reports_wait_only_as_long_as_the_most_impatient_stream)
{
    static const BhStreamSpec patient = {BH_STREAM_PACKED, 10000, 100};
    static const BhStreamSpec impatient = {BH_STREAM_JSON, 0, 100};
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL, other = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    other = hub_fixture_scan(&f, f.bob, &every);
    int fds[] = {stream_reader_open(scan, &patient, f.ann),
                 stream_reader_open(scan, &impatient, f.ann)};
    ck_assert_uint_eq(fake_radio_get_batch(f.radio), 0);
    int last = stream_reader_open(other, &patient, f.bob);
    bh_owned_release(BH_OWNED(scan), BH_RELEASE_ASKED);
    ck_assert_uint_eq(fake_radio_get_batch(f.radio), 10);
    bh_owned_release(BH_OWNED(other), BH_RELEASE_ASKED);
    ck_assert_uint_gt(fake_radio_get_batch(f.radio), 1000);
    close(fds[0]);
    close(fds[1]);
    close(last);
}
END_TEST

START_TEST(the_first_stream_begins_with_what_waits)
{
    g_auto(HubFixture) f = {0};
    g_auto(WaitResult) wait = {0};
    g_autoptr(BhScan) scan = NULL;
    StreamReader first = {0}, second = {0};
    int first_fd, second_fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    hub_fixture_hear(&f, 1, -50);
    hub_fixture_hear(&f, 2, -60);
    hub_fixture_hear(&f, 1, -40);
    first_fd = stream_reader_open(scan, &packed, f.ann);
    second_fd = stream_reader_open(scan, &packed, f.ann);
    bh_clock_advance(f.clock, 0);
    stream_reader_read(first_fd, &first);
    stream_reader_read(second_fd, &second);
    ck_assert_uint_eq(first.records, 2);
    ck_assert_int_eq(first.rssi, -60);
    ck_assert_uint_eq(second.records, 0);
    hub_fixture_wait(scan, f.ann, 100, &wait); /* nothing waits any more */
    ck_assert(!wait.done);
    hub_fixture_hear(&f, 1, -45);
    hub_fixture_turn();
    ck_assert_int_eq(wait.row->device.rssi, -45);
    close(first_fd);
    close(second_fd);
}
END_TEST

START_TEST(reports_and_calls_go_on_while_what_waits_moves_into_the_stream)
{
    g_auto(HubFixture) f = {0};
    g_auto(WaitResult) wait = {0};
    g_autoptr(BhScan) scan = NULL;
    StreamReader got = {0}, second = {0};
    int fd, second_fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    for (guint number = 1; number <= 100; number++)
        hub_fixture_hear(&f, number, -50);
    fd = stream_reader_open(scan, &packed, f.ann);
    second_fd = stream_reader_open(scan, &packed, f.ann);
    hub_fixture_hear(&f, 100, -40); /* before its row was moved, which is not needed any more */
    hub_fixture_wait(scan, f.ann, 100, &wait);
    for (guint turn = 0; turn < 5; turn++)
        bh_clock_advance(f.clock, 10);
    stream_reader_read(fd, &got);
    stream_reader_read(second_fd, &second);
    ck_assert_uint_eq(got.records, 100);
    ck_assert_int_eq(got.rssi, -50);
    ck_assert_uint_eq(second.records, 1);
    ck_assert(!wait.done);
    hub_fixture_hear(&f, 1, -45);
    hub_fixture_turn();
    ck_assert_int_eq(wait.row->device.rssi, -45);
    close(fd);
    close(second_fd);
}
END_TEST

START_TEST(a_stream_that_is_closed_early_leaves_calls_the_rest_of_what_waits)
{
    g_auto(HubFixture) f = {0};
    g_auto(WaitResult) wait = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    for (guint number = 1; number <= 100; number++)
        hub_fixture_hear(&f, number, -50);
    close(stream_reader_open(scan, &packed, f.ann));
    hub_fixture_wait(scan, f.ann, 100, &wait); /* turns the loop: the stream ends */
    ck_assert_uint_eq(bh_scan_count_streams(scan), 0);
    bh_clock_advance(f.clock, 0);
    hub_fixture_turn();
    ck_assert(wait.done);
    ck_assert_int_eq(wait.row->device.address.octets[5], 65);
}
END_TEST

START_TEST(each_stream_has_what_its_scan_lets_through)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) near = NULL;
    g_autoptr(BhScan) all = NULL;
    BhScanSpec strong = {.filter = {.has_rssi = TRUE, .rssi = -60}};
    StreamReader got_near = {0}, got_all = {0};
    int near_fd, all_fd;

    hub_fixture_init(&f);
    near = hub_fixture_scan(&f, f.ann, &strong);
    all = hub_fixture_scan(&f, f.bob, &every);
    near_fd = stream_reader_open(near, &packed, f.ann);
    all_fd = stream_reader_open(all, &packed, f.bob);
    hub_fixture_hear(&f, 1, -50);
    hub_fixture_hear(&f, 2, -80);
    bh_clock_advance(f.clock, 0);
    stream_reader_read(near_fd, &got_near);
    stream_reader_read(all_fd, &got_all);
    ck_assert_uint_eq(got_near.records, 1);
    ck_assert_uint_eq(got_all.records, 2);
    close(near_fd);
    close(all_fd);
}
END_TEST

static void
ignore_batch(gpointer user_data, gint64 batch_us)
{
}

START_TEST(a_record_is_encoded_once_and_shared)
{
    g_autoptr(BhClock) clock = bh_clock_new_manual();
    g_autoptr(BhStreamPacer) pacer = bh_stream_pacer_new(clock, ignore_batch, NULL);
    g_autoptr(BhStreamBudget) budget = bh_stream_budget_new();
    g_autoptr(BhQuota) quota = bh_quota_new();
    g_autoptr(BhStreamSet) streams = NULL;
    g_autoptr(BhRecorder) recorder = bh_recorder_new();
    BhDevice device = {.rssi = -50};
    BhRecord *record;
    int fds[2];

    bh_quota_set_limit(quota, BH_QUOTA_STREAMS, 2);
    bh_stream_budget_set_limit(budget, BH_STREAM_MAX_BYTES);
    streams = bh_stream_set_new(quota, &(BhStreamShared){clock, pacer, budget});
    for (guint i = 0; i < 2; i++)
        fds[i] = bh_stream_set_open(streams, &json, 1000, NULL);
    bh_recorder_begin(recorder, &device);
    bh_stream_set_push(streams, recorder);
    record = bh_record_ref(bh_recorder_peek(recorder, BH_STREAM_JSON));
    ck_assert_uint_eq(record->references, 4); /* recorder, two queues, us */
    bh_recorder_end(recorder);
    bh_clock_advance(clock, 0);
    ck_assert_uint_eq(record->references, 1);
    bh_record_unref(record);
    for (guint i = 0; i < 2; i++)
        close(fds[i]);
}
END_TEST

BH_TEST_MAIN("hub-stream",
             the_first_record_after_a_silence_goes_in_its_own_turn,
             then_one_packet_goes_each_batch,
             a_batch_of_zero_never_waits,
             a_full_queue_does_not_wait_for_its_batch,
             one_batch_of_thousands_comes_in_several_packets,
             reports_wait_only_as_long_as_the_most_impatient_stream,
             the_first_stream_begins_with_what_waits,
             reports_and_calls_go_on_while_what_waits_moves_into_the_stream,
             a_stream_that_is_closed_early_leaves_calls_the_rest_of_what_waits,
             each_stream_has_what_its_scan_lets_through,
             a_record_is_encoded_once_and_shared)
