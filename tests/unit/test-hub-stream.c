/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Streams of a hub on a fake radio: when they send, what a slow reader loses and is told, and how
 * they end. The sockets are real, the clock is not.
 */
#include "bh-error.h"
#include "bh-packed.h"
#include "hub-fixture.h"
#include "test-main.h"

#include <errno.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const BhScanSpec every = {.rule = {.mode = BH_REPORT_ALL}};
static const BhStreamSpec packed = {BH_STREAM_PACKED, 10000, 4096};
static const BhStreamSpec json = {BH_STREAM_JSON, 10000, 4096};

/* What a reader got. */
typedef struct {
    guint packets;
    guint64 records;
    guint64 dropped;  /* as told */
    guint64 sequence; /* of the last record */
    gint8 rssi;       /* of the last record */
    gboolean end;
} Got;

static int
open_stream(BhScan *scan, const BhStreamSpec *spec, BhClient *client)
{
    g_autoptr(GError) error = NULL;
    int fd = bh_scan_open_stream(scan, spec, client, &error);

    g_assert_no_error(error);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static void
count_packet(const guint8 *bytes, gsize size, Got *got)
{
    g_autoptr(GError) error = NULL;
    BhPackedIter iter;
    BhPackedRecord record;

    got->packets++;
    ck_assert(bh_packed_iter_init(&iter, bytes, size, &error));
    while (bh_packed_iter_next(&iter, &record, &error)) {
        ck_assert_uint_eq(record.sequence, got->sequence + record.dropped + 1);
        got->sequence = record.sequence;
        got->dropped += record.dropped;
        got->rssi = record.rssi;
        got->records++;
    }
    g_assert_no_error(error);
}

/* Reads what is there, without waiting. */
static void
read_packets(int fd, Got *got)
{
    guint8 bytes[BH_PACKED_PACKET_MAX + 1];
    gssize size;

    while ((size = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
        ck_assert_int_le(size, BH_PACKED_PACKET_MAX);
        count_packet(bytes, (gsize)size, got);
    }
    ck_assert(size == 0 || errno == EAGAIN);
    got->end = size == 0;
}

/* Reads all there is to come: turns the loop as a slow reader becomes a fast one. */
static void
read_everything(int fd, Got *got)
{
    guint64 before;

    do {
        before = got->records;
        read_packets(fd, got);
        hub_fixture_turn();
    } while (got->records != before);
}

static void
hear_many(HubFixture *f, guint n)
{
    for (guint i = 0; i < n; i++)
        hub_fixture_hear(f, 1, -50);
}

START_TEST(a_reader_that_never_reads_loses_its_oldest_exactly_counted)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    BhStreamSpec spec = packed;
    Got slow = {0}, fast = {0};
    int slow_fd, fast_fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    spec.queue = 16;
    slow_fd = open_stream(scan, &spec, f.ann);
    fast_fd = open_stream(scan, &spec, f.ann);
    for (guint i = 0; i < 3000; i++) {
        hear_many(&f, 10);
        bh_clock_advance(f.clock, 10);
        read_packets(fast_fd, &fast);
    }
    ck_assert_uint_eq(fast.records, 30000);
    ck_assert_uint_eq(fast.dropped, 0);
    read_everything(slow_fd, &slow);
    ck_assert_uint_gt(slow.dropped, 0);
    ck_assert_uint_eq(slow.records + slow.dropped, 30000);
    ck_assert_uint_eq(slow.sequence, 30000);
    ck_assert_uint_eq(bh_scan_get_delivered(scan), slow.records + fast.records);
    ck_assert_uint_eq(bh_scan_get_dropped(scan), slow.dropped);
    close(slow_fd);
    close(fast_fd);
}
END_TEST

/* A line's number and loss, checked against the line before. */
static void
count_line(const char *line, Got *got)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) node = json_from_string(line, &error);
    JsonObject *object;
    guint64 dropped = 0;

    g_assert_no_error(error);
    object = json_node_get_object(node);
    if (json_object_has_member(object, "Dropped"))
        dropped = (guint64)json_object_get_int_member(object, "Dropped");
    got->sequence += dropped + 1;
    got->dropped += dropped;
    got->records++;
    ck_assert_uint_eq(json_object_get_int_member(object, "Sequence"), got->sequence);
    ck_assert_str_eq(json_object_get_string_member(object, "Adapter"), "00:00:00:00:00:01");
}

START_TEST(lines_stay_whole_however_little_is_read_at_a_time)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    g_auto(GStrv) lines = NULL;
    BhStreamSpec spec = json;
    Got got = {0};
    char bytes[777];
    gssize size;
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    spec.queue = 100;
    fd = open_stream(scan, &spec, f.ann);
    hear_many(&f, 10000);
    while ((size = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
        g_string_append_len(text, bytes, size);
        hear_many(&f, 1);
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
        count_line(*line, &got);
    ck_assert_uint_gt(got.dropped, 0);
    ck_assert_uint_eq(got.sequence, bh_scan_get_seen(scan));
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
    fd = open_stream(scan, &spec, f.ann);
    for (guint i = 0; i < 2 * fits; i++) {
        fake_radio_hear(f.radio, 0, 1, -50, payload, sizeof payload, bh_clock_now_us(f.clock));
        bh_clock_advance(f.clock, 1);
    }
    ck_assert_uint_gt(bh_scan_get_dropped(scan), 2 * fits - fits);
    close(fd);
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
        fds[i] = open_stream(scan, &json, f.ann);
    ck_assert_int_eq(bh_scan_open_stream(scan, &json, f.ann, &error), -1);
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT_EXCEEDED));
    other = open_stream(bobs, &json, f.bob);
    close(fds[0]);
    hub_fixture_turn();
    ck_assert_uint_eq(bh_scan_count_streams(scan), 2);
    fds[0] = open_stream(scan, &json, f.ann);
    for (guint i = 0; i < 3; i++)
        close(fds[i]);
    close(other);
}
END_TEST

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
    Got got = {0};
    int gone, stays;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    gone = open_stream(scan, &packed, f.ann);
    stays = open_stream(scan, &packed, f.ann);
    close(gone);
    hear_many(&f, 5); /* written to nobody before it is noticed */
    bh_clock_advance(f.clock, 10);
    hub_fixture_turn();
    ck_assert_uint_eq(bh_scan_count_streams(scan), 1);
    read_packets(stays, &got);
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
    fd = open_stream(scan, &json, f.ann);
    ck_assert_int_eq(send(fd, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT), -1);
    ck_assert_int_eq(errno, EPIPE);
    close(fd);
}
END_TEST

START_TEST(the_first_record_after_a_silence_goes_in_its_own_turn)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    Got got = {0};
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    fd = open_stream(scan, &packed, f.ann);
    for (guint i = 1; i <= 3; i++) {
        hear_many(&f, 2); /* heard in one turn: one packet */
        bh_clock_advance(f.clock, 0);
        read_packets(fd, &got);
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
    Got got = {0};
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    fd = open_stream(scan, &packed, f.ann);
    hear_many(&f, 1);
    bh_clock_advance(f.clock, 0);
    read_packets(fd, &got);
    ck_assert_uint_eq(got.packets, 1);
    for (guint ms = 1; ms <= 100; ms++) {
        hear_many(&f, 1);
        bh_clock_advance(f.clock, 1);
        read_packets(fd, &got);
        ck_assert_uint_le(got.packets, 1 + (ms + 1) / 10); /* a turn may come 1 ms early */
        ck_assert_uint_ge(got.packets, 1 + ms / 10);
    }
    bh_clock_advance(f.clock, 10);
    read_packets(fd, &got);
    ck_assert_uint_eq(got.records, 101);
    close(fd);
}
END_TEST

START_TEST(a_batch_of_zero_never_waits)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    BhStreamSpec spec = packed;
    Got got = {0};
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    spec.batch_us = 0;
    fd = open_stream(scan, &spec, f.ann);
    for (guint i = 1; i <= 5; i++) {
        hear_many(&f, 1);
        bh_clock_advance(f.clock, 0);
        read_packets(fd, &got);
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
    Got got = {0};
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    spec.batch_us = G_USEC_PER_SEC;
    spec.queue = 4;
    fd = open_stream(scan, &spec, f.ann);
    hear_many(&f, 1);
    bh_clock_advance(f.clock, 0);
    hear_many(&f, 5);
    read_packets(fd, &got);
    ck_assert_uint_eq(got.records, 5);
    ck_assert_uint_eq(bh_scan_get_dropped(scan), 0);
    close(fd);
}
END_TEST

START_TEST(one_batch_of_thousands_comes_in_several_packets)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    Got got = {0};
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    fd = open_stream(scan, &packed, f.ann);
    hear_many(&f, 1000);
    bh_clock_advance(f.clock, 0);
    read_packets(fd, &got);
    ck_assert_uint_eq(got.records, 1000);
    ck_assert_uint_gt(got.packets, 1);
    close(fd);
}
END_TEST

START_TEST(the_first_stream_begins_with_what_waits)
{
    g_auto(HubFixture) f = {0};
    g_auto(WaitResult) wait = {0};
    g_autoptr(BhScan) scan = NULL;
    Got first = {0}, second = {0};
    int first_fd, second_fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    hub_fixture_hear(&f, 1, -50);
    hub_fixture_hear(&f, 2, -60);
    hub_fixture_hear(&f, 1, -40);
    first_fd = open_stream(scan, &packed, f.ann);
    second_fd = open_stream(scan, &packed, f.ann);
    bh_clock_advance(f.clock, 0);
    read_packets(first_fd, &first);
    read_packets(second_fd, &second);
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

START_TEST(each_stream_has_what_its_scan_lets_through)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) near = NULL;
    g_autoptr(BhScan) all = NULL;
    BhScanSpec strong = {.filter = {.has_rssi = TRUE, .rssi = -60}};
    Got got_near = {0}, got_all = {0};
    int near_fd, all_fd;

    hub_fixture_init(&f);
    near = hub_fixture_scan(&f, f.ann, &strong);
    all = hub_fixture_scan(&f, f.bob, &every);
    near_fd = open_stream(near, &packed, f.ann);
    all_fd = open_stream(all, &packed, f.bob);
    hub_fixture_hear(&f, 1, -50);
    hub_fixture_hear(&f, 2, -80);
    bh_clock_advance(f.clock, 0);
    read_packets(near_fd, &got_near);
    read_packets(all_fd, &got_all);
    ck_assert_uint_eq(got_near.records, 1);
    ck_assert_uint_eq(got_all.records, 2);
    close(near_fd);
    close(all_fd);
}
END_TEST

START_TEST(a_finished_scan_lets_its_readers_take_everything_first)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    BhScanSpec second = {.duration_ms = 1000, .rule = every.rule};
    Got got = {0}, late = {0};
    int fd, late_fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &second);
    fd = open_stream(scan, &packed, f.ann);
    hear_many(&f, 4096); /* more than the socket holds */
    bh_clock_advance(f.clock, 0);
    hear_many(&f, 4096);
    bh_clock_advance(f.clock, 1000);
    ck_assert_uint_eq(bh_scan_count_streams(scan), 1);
    read_everything(fd, &got);
    ck_assert_uint_eq(got.records + got.dropped, 8192);
    ck_assert(got.end);
    ck_assert_uint_eq(bh_scan_count_streams(scan), 0);
    late_fd = open_stream(scan, &packed, f.ann);
    read_packets(late_fd, &late);
    ck_assert(late.end);
    close(fd);
    close(late_fd);
}
END_TEST

START_TEST(a_released_scan_ends_its_streams_at_once)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    Got got = {0};
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    fd = open_stream(scan, &packed, f.ann);
    hear_many(&f, 3);
    bh_owned_release(BH_OWNED(scan), BH_RELEASE_ASKED);
    read_packets(fd, &got);
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
    Got got = {0};
    int fd;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &every);
    fd = open_stream(scan, &json, f.ann);
    bh_client_leave(f.ann);
    read_packets(fd, &got);
    ck_assert(got.end);
    bh_hub_get_counters(f.hub, &counters);
    ck_assert_uint_eq(counters.streams, 0);
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
    int fds[] = {open_stream(scan, &patient, f.ann), open_stream(scan, &impatient, f.ann)};
    ck_assert_uint_eq(fake_radio_get_batch(f.radio), 0);
    int last = open_stream(other, &patient, f.bob);
    bh_owned_release(BH_OWNED(scan), BH_RELEASE_ASKED);
    ck_assert_uint_eq(fake_radio_get_batch(f.radio), 10);
    bh_owned_release(BH_OWNED(other), BH_RELEASE_ASKED);
    ck_assert_uint_gt(fake_radio_get_batch(f.radio), 1000);
    close(fds[0]);
    close(fds[1]);
    close(last);
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
    g_autoptr(BhQuota) quota = bh_quota_new();
    g_autoptr(BhStreamSet) streams = NULL;
    g_autoptr(BhRecorder) recorder = bh_recorder_new();
    BhDevice device = {.rssi = -50};
    BhRecord *record;
    int fds[2];

    bh_quota_set_limit(quota, BH_QUOTA_STREAMS, 2);
    streams = bh_stream_set_new(quota, clock, pacer);
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
             reports_wait_only_as_long_as_the_most_impatient_stream,
             a_reader_that_never_reads_loses_its_oldest_exactly_counted,
             lines_stay_whole_however_little_is_read_at_a_time,
             long_payloads_are_bounded_by_their_bytes,
             streams_beyond_the_limit_of_a_user_are_refused_until_one_goes,
             a_released_scan_opens_no_stream,
             a_reader_that_closes_ends_its_stream_only,
             what_a_reader_writes_is_refused,
             the_first_record_after_a_silence_goes_in_its_own_turn,
             then_one_packet_goes_each_batch,
             a_batch_of_zero_never_waits,
             a_full_queue_does_not_wait_for_its_batch,
             one_batch_of_thousands_comes_in_several_packets,
             the_first_stream_begins_with_what_waits,
             each_stream_has_what_its_scan_lets_through,
             a_finished_scan_lets_its_readers_take_everything_first,
             a_released_scan_ends_its_streams_at_once,
             a_client_that_dies_ends_the_streams_of_its_scans,
             a_record_is_encoded_once_and_shared)
