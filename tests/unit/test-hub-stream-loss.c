/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Streams of a hub on a fake radio: what a slow reader loses and is told, and what it may make
 * blehubd hold.
 */
#include "bh-error.h"
#include "stream-reader.h"
#include "test-main.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const BhScanSpec every = {.rule = {.mode = BH_REPORT_ALL}};
static const BhStreamSpec packed = {BH_STREAM_PACKED, 10000, 4096};
static const BhStreamSpec json = {BH_STREAM_JSON, 10000, 4096};

START_TEST(a_reader_that_never_reads_loses_its_oldest_exactly_counted)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    BhStreamSpec spec = packed;
    StreamReader slow = {0}, fast = {0};
    int slow_fd, fast_fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    spec.queue = 16;
    slow_fd = stream_reader_open(scan, &spec, f.ann);
    fast_fd = stream_reader_open(scan, &spec, f.ann);
    for (guint i = 0; i < 3000; i++) {
        hub_fixture_hear_many(&f, 10);
        bh_clock_advance(f.clock, 10);
        stream_reader_read(fast_fd, &fast);
    }
    ck_assert_uint_eq(fast.records, 30000);
    ck_assert_uint_eq(fast.dropped, 0);
    stream_reader_read_all(slow_fd, &slow);
    ck_assert_uint_gt(slow.dropped, 0);
    ck_assert_uint_eq(slow.records + slow.dropped, 30000);
    ck_assert_uint_eq(slow.sequence, 30000);
    ck_assert_uint_eq(bh_scan_get_delivered(scan), slow.records + fast.records);
    ck_assert_uint_eq(bh_scan_get_dropped(scan), slow.dropped);
    close(slow_fd);
    close(fast_fd);
}
END_TEST

START_TEST(lines_stay_whole_however_little_is_read_at_a_time)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    g_auto(GStrv) lines = NULL;
    BhStreamSpec spec = json;
    StreamReader got = {0};
    char bytes[777];
    gssize size;
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    spec.queue = 100;
    fd = stream_reader_open(scan, &spec, f.ann);
    hub_fixture_hear_many(&f, 10000);
    while ((size = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
        g_string_append_len(text, bytes, size);
        hub_fixture_hear_many(&f, 1);
        hub_fixture_turn();
    }
    bh_owned_release(BH_OWNED(scan), BH_RELEASE_ASKED);
    while ((size = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
        g_string_append_len(text, bytes, size);
    ck_assert_int_eq(size, 0);
    ck_assert_int_eq(text->str[text->len - 1], '\n');
    g_string_truncate(text, text->len - 1);
    lines = g_strsplit(text->str, "\n", 0);
    for (char **line = lines; *line != NULL; line++)
        stream_reader_count_line(*line, &got);
    ck_assert_uint_gt(got.dropped, 0);
    ck_assert_uint_eq(got.sequence, bh_scan_get_seen(scan));
    close(fd);
}
END_TEST

static guint
count_all_lines(int fd)
{
    char bytes[65536];
    guint lines = 0;
    gssize size;

    while ((size = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
        ck_assert_ptr_null(g_strstr_len(bytes, size, "Dropped"));
        for (gssize i = 0; i < size; i++)
            lines += bytes[i] == '\n';
        hub_fixture_turn();
    }
    return lines;
}

START_TEST(what_waits_before_the_stream_is_not_lost_however_short_its_queue)
{
    const BhStreamSpec shallow = {BH_STREAM_JSON, 10000, 1};
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    guint8 payload[1600];
    int fd;

    memset(payload, 0xff, sizeof payload);
    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    for (guint number = 1; number <= 100; number++)
        fake_radio_hear_raw(f.radio, 0, number, payload, sizeof payload, 0);
    fd = stream_reader_open(scan, &shallow, f.ann);
    for (guint turn = 0; turn < 5; turn++)
        bh_clock_advance(f.clock, 10);
    ck_assert_uint_lt(bh_scan_get_streamed(scan), 100); /* the socket is full */
    ck_assert_uint_eq(count_all_lines(fd), 100);
    hub_fixture_hear_many(&f, 3000); /* from now on the queue is as short as asked for */
    ck_assert_uint_gt(bh_scan_get_stream_losses(scan), 1000);
    close(fd);
}
END_TEST

START_TEST(long_payloads_are_bounded_by_their_bytes)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    BhStreamSpec spec = packed;
    guint8 payload[1600];
    guint64 fits = (BH_STREAM_MAX_BYTES + 512 * 1024) / sizeof payload;
    int fd;

    memset(payload, 0xff, sizeof payload); /* structures of 255 bytes */
    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    spec.queue = 65536;
    fd = stream_reader_open(scan, &spec, f.ann);
    for (guint i = 0; i < 2 * fits; i++) {
        fake_radio_hear(f.radio, 0, 1, -50, payload, sizeof payload, bh_clock_now_us(f.clock));
        bh_clock_advance(f.clock, 1);
    }
    ck_assert_uint_gt(bh_scan_get_dropped(scan), 2 * fits - fits);
    close(fd);
}
END_TEST

/* What waits for the only stream of a scan, which was opened before anything was heard. */
static guint64
count_waiting(BhScan *scan)
{
    return bh_scan_get_seen(scan) - bh_scan_get_delivered(scan) - bh_scan_get_dropped(scan);
}

static void
hear_megabytes(HubFixture *f, guint n)
{
    guint8 payload[1600];

    memset(payload, 0xff, sizeof payload);
    for (guint i = 0; i < n * 1024 * 1024 / sizeof payload; i++) {
        fake_radio_hear(f->radio, 0, 1, -50, payload, sizeof payload, bh_clock_now_us(f->clock));
        bh_clock_advance(f->clock, 1);
    }
}

static BhScan *
scan_with_deep_stream(HubFixture *f, BhClient *client, int *fd)
{
    static const BhStreamSpec deep = {BH_STREAM_PACKED, 10000, 65536};
    BhScan *scan = hub_fixture_scan(f, client, &every);

    *fd = stream_reader_open(scan, &deep, client);
    return scan;
}

START_TEST(streams_of_a_user_share_what_may_wait_and_other_users_do_not_notice)
{
    const guint64 fits = 8 * 1024 * 1024 / 1600; /* as the fixture says */
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) first = NULL, second = NULL, third = NULL, bobs = NULL;
    int fds[4];

    hub_fixture_init(&f);
    first = scan_with_deep_stream(&f, f.ann, &fds[0]);
    bobs = scan_with_deep_stream(&f, f.bob, &fds[1]);
    hear_megabytes(&f, 6);
    ck_assert_uint_gt(count_waiting(first), fits * 45 / 100); /* 4 MiB, the most for one */
    second = scan_with_deep_stream(&f, f.ann, &fds[2]);
    third = scan_with_deep_stream(&f, f.ann, &fds[3]);
    ck_assert_uint_le(count_waiting(first), fits / 3);
    hear_megabytes(&f, 6);
    ck_assert_uint_gt(count_waiting(third), fits * 30 / 100);
    ck_assert_uint_le(count_waiting(first) + count_waiting(second) + count_waiting(third), fits);
    ck_assert_uint_gt(count_waiting(bobs), fits * 45 / 100);
    for (guint i = 0; i < G_N_ELEMENTS(fds); i++)
        close(fds[i]);
}
END_TEST

START_TEST(streams_beyond_the_limit_of_a_user_are_refused_until_one_goes)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    g_autoptr(BhScan) bobs = NULL;
    g_autoptr(GError) error = NULL;
    int fds[3], other;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    bobs = hub_fixture_scan(&f, f.bob, &every);
    for (guint i = 0; i < 3; i++)
        fds[i] = stream_reader_open(scan, &json, f.ann);
    ck_assert_int_eq(bh_scan_open_stream(scan, &json, f.ann, &error), -1);
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT_EXCEEDED));
    other = stream_reader_open(bobs, &json, f.bob);
    close(fds[0]);
    hub_fixture_turn();
    ck_assert_uint_eq(bh_scan_count_streams(scan), 2);
    fds[0] = stream_reader_open(scan, &json, f.ann);
    for (guint i = 0; i < 3; i++)
        close(fds[i]);
    close(other);
}
END_TEST

BH_TEST_MAIN("hub-stream-loss",
             a_reader_that_never_reads_loses_its_oldest_exactly_counted,
             lines_stay_whole_however_little_is_read_at_a_time,
             what_waits_before_the_stream_is_not_lost_however_short_its_queue,
             long_payloads_are_bounded_by_their_bytes,
             streams_of_a_user_share_what_may_wait_and_other_users_do_not_notice,
             streams_beyond_the_limit_of_a_user_are_refused_until_one_goes)
