/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Streams of a hub on a fake radio: how they end, whoever ends them, and what their readers still
 * get.
 */
#include "bh-error.h"
#include "stream-reader.h"
#include "test-main.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static const BhScanSpec every = {.rule = {.mode = BH_REPORT_ALL}};
static const BhStreamSpec packed = {BH_STREAM_PACKED, 10000, 4096};
static const BhStreamSpec json = {BH_STREAM_JSON, 10000, 4096};

START_TEST(a_released_scan_opens_no_stream)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    g_autoptr(GError) error = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    bh_owned_release(BH_OWNED(scan), BH_RELEASE_ASKED);
    ck_assert_int_eq(bh_scan_open_stream(scan, &json, f.ann, &error), -1);
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_CANCELLED));
}
END_TEST

START_TEST(a_reader_that_closes_ends_its_stream_only)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    BhHubCounters counters;
    StreamReader got = {0};
    int gone, stays;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    gone = stream_reader_open(scan, &packed, f.ann);
    stays = stream_reader_open(scan, &packed, f.ann);
    close(gone);
    hub_fixture_hear_many(&f, 5); /* written to nobody before it is noticed */
    bh_clock_advance(f.clock, 10);
    hub_fixture_turn();
    ck_assert_uint_eq(bh_scan_count_streams(scan), 1);
    stream_reader_read(stays, &got);
    ck_assert_uint_eq(got.records, 5);
    bh_hub_get_counters(f.hub, &counters);
    ck_assert_uint_eq(counters.streams, 1);
    ck_assert_uint_eq(counters.stream_records, 5);
    close(stays);
}
END_TEST

START_TEST(what_a_reader_writes_is_refused)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    fd = stream_reader_open(scan, &json, f.ann);
    ck_assert_int_eq(send(fd, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT), -1);
    ck_assert_int_eq(errno, EPIPE);
    close(fd);
}
END_TEST

START_TEST(a_finished_scan_lets_its_readers_take_everything_first)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    BhScanSpec second = {.duration_ms = 1000, .rule = every.rule};
    StreamReader got = {0}, late = {0};
    int fd, late_fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &second);
    fd = stream_reader_open(scan, &packed, f.ann);
    hub_fixture_hear_many(&f, 4096); /* more than the socket holds */
    bh_clock_advance(f.clock, 0);
    hub_fixture_hear_many(&f, 4096);
    bh_clock_advance(f.clock, 1000);
    ck_assert_uint_eq(bh_scan_count_streams(scan), 1);
    stream_reader_read_all(fd, &got);
    ck_assert_uint_eq(got.records + got.dropped, 8192);
    ck_assert(got.end);
    ck_assert_uint_eq(bh_scan_count_streams(scan), 0);
    late_fd = stream_reader_open(scan, &packed, f.ann);
    stream_reader_read(late_fd, &late);
    ck_assert(late.end);
    close(fd);
    close(late_fd);
}
END_TEST

START_TEST(a_released_scan_ends_its_streams_at_once)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    StreamReader got = {0};
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    fd = stream_reader_open(scan, &packed, f.ann);
    hub_fixture_hear_many(&f, 3);
    bh_owned_release(BH_OWNED(scan), BH_RELEASE_ASKED);
    stream_reader_read(fd, &got);
    ck_assert_uint_eq(got.records, 3);
    ck_assert(got.end);
    ck_assert_uint_eq(bh_scan_count_streams(scan), 0);
    close(fd);
}
END_TEST

START_TEST(a_client_that_dies_ends_the_streams_of_its_scans)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    BhHubCounters counters;
    StreamReader got = {0};
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    fd = stream_reader_open(scan, &json, f.ann);
    bh_client_leave(f.ann);
    stream_reader_read(fd, &got);
    ck_assert(got.end);
    bh_hub_get_counters(f.hub, &counters);
    ck_assert_uint_eq(counters.streams, 0);
    close(fd);
}
END_TEST

BH_TEST_MAIN("hub-stream-end",
             a_released_scan_opens_no_stream,
             a_reader_that_closes_ends_its_stream_only,
             what_a_reader_writes_is_refused,
             a_finished_scan_lets_its_readers_take_everything_first,
             a_released_scan_ends_its_streams_at_once,
             a_client_that_dies_ends_the_streams_of_its_scans)
