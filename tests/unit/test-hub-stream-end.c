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

START_TEST(a_reader_of_a_finished_scan_has_half_a_minute_for_the_rest)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    BhScanSpec second = {.duration_ms = 1000, .rule = every.rule};
    StreamReader got = {0};
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &second);
    fd = stream_reader_open(scan, &packed, f.ann);
    hub_fixture_hear_many(&f, 8192); /* more than the socket holds */
    bh_clock_advance(f.clock, 1000);
    bh_clock_advance(f.clock, BH_STREAM_DRAIN_MS - 1);
    ck_assert_uint_eq(bh_scan_count_streams(scan), 1);
    bh_clock_advance(f.clock, 1);
    ck_assert_uint_eq(bh_scan_count_streams(scan), 0);
    stream_reader_read_all(fd, &got);
    ck_assert(got.end);
    ck_assert_uint_gt(got.records, 0);
    ck_assert_uint_eq(bh_scan_get_streamed(scan), got.records);
    ck_assert_uint_eq(bh_scan_get_stream_losses(scan), 8192 - got.records);
    close(fd);
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

/* A line that is longer than what a stream socket takes in one piece: UUIDs of 16 bits are many. */
static void
hear_long(HubFixture *f)
{
    guint8 payload[1600];

    for (guint i = 0; i < sizeof payload; i++)
        payload[i] = i % 256 == 0 ? 255 : i % 256 == 1 ? 0x03 : (guint8)(i % 2 ? i / 256 : i / 2);
    fake_radio_hear_raw(f->radio, 0, 2, payload, sizeof payload, bh_clock_now_us(f->clock));
}

/* Reads at most so many bytes. */
static void
read_text(int fd, GString *text, gsize at_most)
{
    g_autofree char *bytes = g_malloc(at_most);
    gssize size = recv(fd, bytes, at_most, MSG_DONTWAIT);

    if (size > 0)
        g_string_append_len(text, bytes, size);
}

static void
count_lines(GString *text, StreamReader *got)
{
    g_auto(GStrv) lines = NULL;

    ck_assert_int_eq(text->str[text->len - 1], '\n');
    g_string_truncate(text, text->len - 1);
    lines = g_strsplit(text->str, "\n", 0);
    for (char **line = lines; *line != NULL; line++)
        stream_reader_count_line(*line, got);
}

static void
release_while_full(HubFixture *f, gsize at_a_time, gboolean with_long_lines)
{
    g_autoptr(BhScan) scan = hub_fixture_scan(f, f->ann, &every);
    g_autoptr(GString) text = g_string_new(NULL);
    StreamReader got = {0};
    int fd = stream_reader_open(scan, &json, f->ann);
    gsize before;

    for (guint i = 0; i < 30; i++) {
        hub_fixture_hear_many(f, 100);
        if (with_long_lines)
            hear_long(f);
        bh_clock_advance(f->clock, 10);
        read_text(fd, text, at_a_time);
        hub_fixture_turn();
    }
    bh_owned_release(BH_OWNED(scan), BH_RELEASE_ASKED);
    do {
        before = text->len;
        read_text(fd, text, at_a_time);
    } while (text->len > before);
    count_lines(text, &got);
    ck_assert(!with_long_lines || got.longest > 32768);
    ck_assert_uint_eq(bh_scan_get_streamed(scan), got.records);
    ck_assert_uint_gt(bh_scan_get_stream_losses(scan), got.dropped);
    ck_assert_uint_eq(got.records + bh_scan_get_stream_losses(scan), bh_scan_get_seen(scan));
    close(fd);
}

START_TEST(a_release_leaves_no_half_line_and_counts_what_waited_as_lost)
{
    g_auto(HubFixture) f = {0};

    hub_fixture_init(&f);
    for (gsize at_a_time = 1; at_a_time < 9000; at_a_time = at_a_time * 9 + 7) {
        release_while_full(&f, at_a_time, FALSE);
        release_while_full(&f, at_a_time, TRUE);
    }
}
END_TEST

START_TEST(what_waited_for_a_reader_who_left_is_no_loss)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    fd = stream_reader_open(scan, &json, f.ann);
    hub_fixture_hear_many(&f, 10);
    close(fd);
    bh_owned_release(BH_OWNED(scan), BH_RELEASE_ASKED);
    ck_assert_uint_eq(bh_scan_get_stream_losses(scan), 0);
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
             a_reader_of_a_finished_scan_has_half_a_minute_for_the_rest,
             a_released_scan_ends_its_streams_at_once,
             a_release_leaves_no_half_line_and_counts_what_waited_as_lost,
             what_waited_for_a_reader_who_left_is_no_loss,
             a_client_that_dies_ends_the_streams_of_its_scans)
