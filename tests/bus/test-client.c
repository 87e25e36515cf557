/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * libblehub-client against the real blehubd: what a reader makes of bad packets and ends, and a
 * scan that is there whenever blehubd is.
 */
#include "bh-caller.h"
#include "bh-error.h"
#include "blehub-client.h"
#include "test-main.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A beacon that changes all the time. */
static const char ticker[] = "[adapter main]\n"
                             "Address=00:AA:01:00:00:01\n"
                             "Powered=true\n"
                             "DuplicateFilter=data\n"
                             "[device ticker]\n"
                             "Address=C0:00:00:00:00:01\n"
                             "Name=Ticker\n"
                             "IntervalMs=20\n"
                             "PayloadCounter=true\n";

/* Reader */

typedef struct {
    gboolean done;
    gssize records;
    GError *error;
} Read;

static void
read_clear(Read *self)
{
    g_clear_error(&self->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Read, read_clear)

static void
on_read(GObject *source, GAsyncResult *result, gpointer data)
{
    Read *read = data;

    read->records = bh_stream_reader_read_finish(BH_STREAM_READER(source), result, &read->error);
    read->done = TRUE;
}

/* A reader, and the end of the socket that a blehubd would have. */
static BhStreamReader *
make_reader(int *server)
{
    g_autoptr(GError) error = NULL;
    BhStreamReader *reader;
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
    reader = bh_stream_reader_new(fds[1], &error);
    g_assert_no_error(error);
    *server = fds[0];
    return reader;
}

static void
send_packet(int server, guint16 told, guint16 records, guint64 sequence, guint32 dropped)
{
    g_autoptr(GByteArray) packet = g_byte_array_new();
    BhDevice device = {.rssi = -50};

    g_byte_array_set_size(packet, BH_PACKED_HEADER_SIZE);
    bh_packed_write_header(packet->data, told, sequence, dropped);
    for (guint16 i = 0; i < records; i++)
        bh_packed_append_record(packet, &device, NULL);
    ck_assert_int_eq(send(server, packet->data, packet->len, 0), packet->len);
}

static void
read_one(BhStreamReader *reader, GCancellable *cancellable, Read *read)
{
    bh_stream_reader_read_async(reader, cancellable, on_read, read);
    BH_AWAIT(read->done);
}

START_TEST(a_packet_that_does_not_fit_is_an_error_and_gives_no_record)
{
    int server;
    g_autoptr(BhStreamReader) reader = make_reader(&server);
    g_auto(Read) short_one = {0}, empty = {0}, noise = {0};
    BhPackedRecord record;

    send_packet(server, 2, 1, 1, 0);
    read_one(reader, NULL, &short_one);
    ck_assert(g_error_matches(short_one.error, BH_ERROR, BH_ERROR_FAILED));
    ck_assert(!bh_stream_reader_next(reader, &record));
    send_packet(server, 0, 0, 1, 0);
    read_one(reader, NULL, &empty);
    ck_assert(g_error_matches(empty.error, BH_ERROR, BH_ERROR_FAILED));
    ck_assert_int_eq(send(server, "noise", 5, 0), 5);
    read_one(reader, NULL, &noise);
    ck_assert(g_error_matches(noise.error, BH_ERROR, BH_ERROR_FAILED));
    close(server);
}
END_TEST

START_TEST(a_read_that_is_cancelled_takes_nothing)
{
    int server;
    g_autoptr(BhStreamReader) reader = make_reader(&server);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_auto(Read) cancelled = {0}, next = {0};

    bh_stream_reader_read_async(reader, cancellable, on_read, &cancelled);
    g_cancellable_cancel(cancellable);
    BH_AWAIT(cancelled.done);
    ck_assert(g_error_matches(cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
    send_packet(server, 1, 1, 1, 0);
    read_one(reader, NULL, &next);
    ck_assert_int_eq(next.records, 1);
    close(server);
}
END_TEST

START_TEST(a_reader_counts_what_was_lost_and_ends_with_its_stream)
{
    int server;
    g_autoptr(BhStreamReader) reader = make_reader(&server);
    g_auto(Read) first = {0}, second = {0}, end = {0};
    BhPackedRecord record;

    send_packet(server, 2, 2, 1, 0);
    send_packet(server, 1, 1, 8, 5);
    close(server);
    read_one(reader, NULL, &first);
    ck_assert_int_eq(first.records, 2);
    ck_assert(bh_stream_reader_next(reader, &record));
    ck_assert(bh_stream_reader_next(reader, &record));
    ck_assert_uint_eq(record.sequence, 2);
    ck_assert(!bh_stream_reader_next(reader, &record));
    read_one(reader, NULL, &second);
    ck_assert(bh_stream_reader_next(reader, &record));
    ck_assert_uint_eq(record.dropped, 5);
    ck_assert_uint_eq(bh_stream_reader_get_lost(reader), 5);
    read_one(reader, NULL, &end);
    ck_assert_int_eq(end.records, 0);
    g_assert_no_error(end.error);
}
END_TEST

START_TEST(a_stream_that_ends_while_nobody_reads_lets_the_loop_sleep)
{
    int server;
    g_autoptr(BhStreamReader) reader = make_reader(&server);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_auto(Read) packet = {0}, end = {0};
    guint turns = 0;

    send_packet(server, 1, 1, 1, 0);
    read_one(reader, cancellable, &packet);
    ck_assert_int_eq(packet.records, 1);
    close(server);
    while (g_main_context_iteration(NULL, FALSE))
        ck_assert_uint_lt(turns++, 10);
    read_one(reader, cancellable, &end);
    ck_assert_int_eq(end.records, 0);
    g_assert_no_error(end.error);
}
END_TEST

START_TEST(what_is_no_socket_is_refused)
{
    g_autoptr(GError) error = NULL;
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_ptr_null(bh_stream_reader_new(fds[0], &error));
    ck_assert_ptr_nonnull(error);
    close(fds[1]);
}
END_TEST

/* Live scan */

typedef struct {
    BhFixture bus;
    GDBusConnection *client;
    BhLiveScan *scan;
    GString *told; /* "up ", "down " */
    guint records; /* since the last word */
    char *name;    /* of the last one */
} Live;

static void
on_record(BhLiveScan *scan, const BhPackedRecord *record, gpointer data)
{
    Live *live = data;

    live->records++;
    g_free(live->name);
    live->name = bh_ad_dup_name(record->advertising, record->advertising_size);
}

static void
on_up(BhLiveScan *scan, gpointer data)
{
    Live *live = data;

    g_string_append(live->told, "up ");
    live->records = 0;
    ck_assert_ptr_nonnull(bh_live_scan_peek_scan(scan));
}

static void
on_down(BhLiveScan *scan, const GError *reason, gpointer data)
{
    Live *live = data;

    g_string_append(live->told, "down ");
    ck_assert_ptr_nonnull(reason);
    ck_assert_ptr_null(bh_live_scan_peek_scan(scan));
}

static void
live_init(Live *self, const char *options)
{
    bh_fixture_init(&self->bus);
    bh_fixture_start_sim(&self->bus, ticker);
    self->client = bh_fixture_connect(&self->bus);
    self->told = g_string_new(NULL);
    self->scan = bh_live_scan_new(self->client, g_variant_new_parsed(options), NULL);
    g_signal_connect(self->scan, "record", G_CALLBACK(on_record), self);
    g_signal_connect(self->scan, "up", G_CALLBACK(on_up), self);
    g_signal_connect(self->scan, "down", G_CALLBACK(on_down), self);
    bh_live_scan_start(self->scan);
}

static void
live_clear(Live *self)
{
    g_clear_object(&self->scan);
    bh_fixture_settle();
    bh_fixture_disconnect(&self->client);
    bh_fixture_clear(&self->bus);
    g_string_free(self->told, TRUE);
    g_free(self->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Live, live_clear)

static guint64
count_scans(Live *self)
{
    return bh_caller_counter(self->bus.connection, "Scans");
}

static void
await_scans(Live *self, guint64 wanted)
{
    BH_AWAIT_POLLED(count_scans(self) == wanted);
}

START_TEST(a_scan_that_cannot_be_made_goes_down_with_the_reason)
{
    g_auto(Live) live = {0};

    live_init(&live, "{'RSSI': <'near'>}");
    bh_fixture_start_hub(&live.bus, NULL);
    BH_AWAIT(g_str_equal(live.told->str, "down "));
    bh_live_scan_start(live.scan); /* tries again, with the same result */
    BH_AWAIT(g_str_equal(live.told->str, "down down "));
}
END_TEST

START_TEST(a_live_scan_begins_when_blehubd_comes_and_again_when_it_comes_back)
{
    g_auto(Live) live = {0};

    live_init(&live, "@a{sv} {}");
    bh_fixture_settle();
    ck_assert_str_eq(live.told->str, "");
    bh_fixture_start_hub(&live.bus, NULL);
    BH_AWAIT(live.records > 1);
    ck_assert_str_eq(live.told->str, "up ");
    ck_assert_str_eq(live.name, "Ticker");
    bh_fixture_kill_process(&live.bus.hub);
    BH_AWAIT(g_str_equal(live.told->str, "up down "));
    bh_fixture_start_hub(&live.bus, NULL);
    BH_AWAIT(g_str_equal(live.told->str, "up down up "));
    BH_AWAIT(live.records > 1);
    ck_assert_uint_eq(count_scans(&live), 1);
    ck_assert_uint_eq(bh_live_scan_get_lost(live.scan), 0);
}
END_TEST

START_TEST(a_scan_that_is_over_goes_down_and_comes_back_when_started)
{
    g_auto(Live) live = {0};

    live_init(&live, "{'DurationMs': <200>}");
    bh_fixture_start_hub(&live.bus, NULL);
    BH_AWAIT(g_str_equal(live.told->str, "up down "));
    bh_live_scan_start(live.scan);
    BH_AWAIT(g_str_equal(live.told->str, "up down up down "));
    await_scans(&live, 0);
}
END_TEST

START_TEST(a_stopped_live_scan_leaves_nothing_behind)
{
    g_auto(Live) live = {0};

    live_init(&live, "@a{sv} {}");
    bh_fixture_start_hub(&live.bus, NULL);
    BH_AWAIT(g_str_equal(live.told->str, "up "));
    bh_live_scan_stop(live.scan);
    ck_assert_ptr_null(bh_live_scan_peek_scan(live.scan));
    await_scans(&live, 0);
    bh_live_scan_start(live.scan);
    BH_AWAIT(g_str_equal(live.told->str, "up up "));
    g_clear_object(&live.scan); /* the last reference */
    await_scans(&live, 0);
}
END_TEST

START_TEST(a_live_scan_stopped_while_it_begins_leaves_nothing_behind)
{
    g_auto(Live) live = {0};

    live_init(&live, "@a{sv} {}");
    bh_fixture_start_hub(&live.bus, NULL);
    for (guint turns = 0; turns < 20; turns++) {
        for (guint i = 0; i < turns; i++)
            g_main_context_iteration(NULL, FALSE);
        bh_live_scan_stop(live.scan);
        bh_live_scan_start(live.scan);
    }
    bh_live_scan_stop(live.scan);
    await_scans(&live, 0);
}
END_TEST

BH_TEST_MAIN("client",
             a_packet_that_does_not_fit_is_an_error_and_gives_no_record,
             a_read_that_is_cancelled_takes_nothing,
             a_reader_counts_what_was_lost_and_ends_with_its_stream,
             a_stream_that_ends_while_nobody_reads_lets_the_loop_sleep,
             what_is_no_socket_is_refused,
             a_scan_that_cannot_be_made_goes_down_with_the_reason,
             a_live_scan_begins_when_blehubd_comes_and_again_when_it_comes_back,
             a_scan_that_is_over_goes_down_and_comes_back_when_started,
             a_stopped_live_scan_leaves_nothing_behind,
             a_live_scan_stopped_while_it_begins_leaves_nothing_behind)
