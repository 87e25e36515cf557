/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Streams of the real blehubd: wrong calls first, then who gets what when thousands of reports
 * arrive and one reader does not read, then how streams end.
 */
#include "bh-fixture.h"
#include "bh-packed.h"
#include "test-main.h"

#include <errno.h>
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HUB_PATH "/org/blehub"
#define HUB "org.blehub.Hub1"
#define SCAN "org.blehub.Scan1"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define MARK G_MAXUINT32

static const char one_adapter[] = "[adapter main]\n"
                                  "Address=00:AA:01:00:00:01\n"
                                  "Powered=true\n";

/* Calls */

static GVariant *
options(const char *text)
{
    g_autoptr(GVariant) dict = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);

    return g_variant_new("(@a{sv})", dict);
}

static GVariant *
call_on(GDBusConnection *connection,
        const char *path,
        const char *interface,
        const char *method,
        GVariant *arguments)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply = g_dbus_connection_call_sync(connection,
                                                  "org.blehub",
                                                  path,
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

static char *
scan_on(GDBusConnection *connection, const char *text)
{
    g_autoptr(GVariant) reply = call_on(connection, HUB_PATH, HUB, "Scan", options(text));
    char *path = NULL;

    g_variant_get(reply, "(o)", &path);
    return path;
}

/* The descriptor, or -1 with error. */
static int
open_stream(GDBusConnection *connection, const char *scan, const char *text, GError **error)
{
    g_autoptr(GUnixFDList) fds = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_with_unix_fd_list_sync(connection,
                                                      "org.blehub",
                                                      scan,
                                                      SCAN,
                                                      "OpenStream",
                                                      options(text),
                                                      G_VARIANT_TYPE("(h)"),
                                                      G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                                      10000,
                                                      NULL,
                                                      &fds,
                                                      NULL,
                                                      error);
    gint32 handle = -1;

    if (reply == NULL)
        return -1;
    g_variant_get(reply, "(h)", &handle);
    return g_unix_fd_list_get(fds, handle, error);
}

static void
require_refusal(GDBusConnection *connection,
                const char *scan,
                const char *text,
                const char *name,
                const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *remote = NULL;

    ck_assert_int_eq(open_stream(connection, scan, text, &error), -1);
    remote = g_dbus_error_get_remote_error(error);
    g_dbus_error_strip_remote_error(error);
    ck_assert_str_eq(remote, name);
    ck_assert_msg(g_str_has_prefix(error->message, message), "%s", error->message);
}

static guint64
property(BhFixture *f, const char *path, const char *interface, const char *name)
{
    g_autoptr(GVariant) reply =
        call_on(f->connection, path, PROPERTIES, "Get", g_variant_new("(ss)", interface, name));
    g_autoptr(GVariant) value = NULL;

    g_variant_get(reply, "(v)", &value);
    return g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32) ? g_variant_get_uint32(value)
                                                              : g_variant_get_uint64(value);
}

static guint64
counter(BhFixture *f, const char *name)
{
    g_autoptr(GVariant) reply =
        call_on(f->connection, HUB_PATH, PROPERTIES, "Get", g_variant_new("(ss)", HUB, "Counters"));
    g_autoptr(GVariant) counters = NULL;
    guint64 value = G_MAXUINT64;

    g_variant_get(reply, "(v)", &counters);
    g_variant_lookup(counters, name, "t", &value);
    return value;
}

static gboolean
on_tick(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

/* For what no signal announces. */
#define AWAIT_POLLED(condition)                                                                    \
    do {                                                                                           \
        guint tick = g_timeout_add(5, on_tick, NULL);                                              \
        BH_AWAIT(condition);                                                                       \
        g_source_remove(tick);                                                                     \
    } while (0)

/* Readers */

typedef struct {
    int fd;
    gboolean packed;
    guint watch;   /* 0 = it does not read */
    GString *text; /* JSON: the line under way */
    guint64 records;
    guint64 dropped;  /* as told */
    guint64 sequence; /* of the last record */
    guint32 number;   /* at the end of the last payload */
    guint descents;   /* how often the number did not grow: bursts - 1 */
    gboolean end;
} Reader;

static void
take_record(Reader *self, guint64 sequence, guint64 dropped, guint32 number)
{
    ck_assert_uint_eq(sequence, self->sequence + dropped + 1);
    self->descents += self->records > 0 && number <= self->number;
    self->sequence = sequence;
    self->dropped += dropped;
    self->number = number;
    self->records++;
}

static guint32
number_of(const guint8 *bytes)
{
    return bytes[0] | (guint32)bytes[1] << 8 | (guint32)bytes[2] << 16 | (guint32)bytes[3] << 24;
}

static void
take_packet(Reader *self, const guint8 *bytes, gsize size)
{
    g_autoptr(GError) error = NULL;
    BhPackedIter iter;
    BhPackedRecord record;

    ck_assert(bh_packed_iter_init(&iter, bytes, size, &error));
    while (bh_packed_iter_next(&iter, &record, &error)) {
        BhAdStructure data;

        ck_assert(bh_ad_find(record.advertising,
                             record.advertising_size,
                             BH_AD_MANUFACTURER,
                             6,
                             6,
                             &data));
        take_record(self, record.sequence, record.dropped, number_of(data.data + 2));
    }
    g_assert_no_error(error);
}

static void
take_line(Reader *self, const char *line)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) node = json_from_string(line, &error);
    JsonObject *object;
    const char *hex;
    gsize size;

    ck_assert_msg(node != NULL, "%s: %s", error != NULL ? error->message : "empty", line);
    object = json_node_get_object(node);
    hex = json_object_get_string_member(json_object_get_object_member(object, "ManufacturerData"),
                                        "ffff");
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);
    ck_assert_uint_eq(size, 4);
    take_record(self,
                (guint64)json_object_get_int_member(object, "Sequence"),
                (guint64)json_object_get_int_member_with_default(object, "Dropped", 0),
                number_of(bytes));
}

static void
take_text(Reader *self, const char *bytes, gsize size)
{
    char *end;

    g_string_append_len(self->text, bytes, (gssize)size);
    while ((end = memchr(self->text->str, '\n', self->text->len)) != NULL) {
        *end = '\0';
        take_line(self, self->text->str);
        g_string_erase(self->text, 0, end + 1 - self->text->str);
    }
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer data)
{
    Reader *self = data;
    guint8 bytes[BH_PACKED_PACKET_MAX];
    gssize size = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);

    ck_assert(size >= 0 || errno == EAGAIN);
    self->end = size == 0;
    if (self->end) {
        self->watch = 0;
        return G_SOURCE_REMOVE;
    }
    if (size > 0 && self->packed)
        take_packet(self, bytes, (gsize)size);
    else if (size > 0)
        take_text(self, (const char *)bytes, (gsize)size);
    return G_SOURCE_CONTINUE;
}

static void
reader_open(Reader *self, GDBusConnection *connection, const char *scan, const char *text)
{
    g_autoptr(GError) error = NULL;

    *self = (Reader){.fd = open_stream(connection, scan, text, &error),
                     .packed = strstr(text, "packed") != NULL,
                     .text = g_string_new(NULL)};
    g_assert_no_error(error);
}

static void
reader_start(Reader *self)
{
    self->watch = g_unix_fd_add(self->fd, G_IO_IN, on_readable, self);
}

static void
reader_clear(Reader *self)
{
    if (self->watch != 0)
        g_source_remove(self->watch);
    if (self->text != NULL)
        close(self->fd);
    if (self->text != NULL)
        g_string_free(self->text, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reader, reader_clear)

static void
start(BhFixture *f)
{
    bh_fixture_init(f);
    bh_fixture_start_sim(f, one_adapter);
    bh_fixture_start_hub(f, NULL);
}

static gboolean
is_scanning(BhFixture *f, const char *scan)
{
    g_autoptr(GVariant) reply =
        call_on(f->connection, scan, PROPERTIES, "Get", g_variant_new("(ss)", SCAN, "State"));
    g_autoptr(GVariant) state = NULL;

    g_variant_get(reply, "(v)", &state);
    return g_str_equal(g_variant_get_string(state, NULL), "scanning");
}

static void
await_discovery(BhFixture *f, const char *scan)
{
    AWAIT_POLLED(is_scanning(f, scan));
}

static void
on_burst(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    g_assert_no_error(error);
    *(gboolean *)data = TRUE;
}

/* count strangers speak, while the readers read. The radio misses some when it is started anew. */
static void
burst(BhFixture *f, guint count, gint16 rssi)
{
    gboolean done = FALSE;
    g_autofree char *text =
        g_strdup_printf("{'RatePerSecond': <uint32 0>, 'RSSI': <int16 %d>}", rssi);

    g_dbus_connection_call(f->connection,
                           "org.blehub.Sim",
                           "/org/blehub/sim",
                           "org.blehub.Sim1",
                           "Burst",
                           g_variant_new("(u@a{sv})", count, g_variant_new_parsed(text)),
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           10000,
                           NULL,
                           on_burst,
                           &done);
    BH_AWAIT(done);
}

/* A last word that everybody hears, behind all that was heard before: number MARK. */
static void
say_mark(BhFixture *f)
{
    gsize size;
    g_autofree guint8 *payload = bh_test_bytes("020106 07ffffff ffffffff", &size);
    guint32 heard = 0;

    while (heard == 0) {
        g_autoptr(GVariant) reply = bh_fixture_call_sim(
            f,
            "Advertise",
            g_variant_new("(s@ayn@a{sv})",
                          "C0:00:00:00:00:FF",
                          g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, payload, size, 1),
                          -50,
                          g_variant_new_parsed("@a{sv} {}")));

        g_variant_get(reply, "(u)", &heard);
    }
}

/* Wrong calls */

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
    scan = scan_on(f.connection, "{}");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        require_refusal(f.connection,
                        scan,
                        cases[i].options,
                        "org.blehub.Error.InvalidArguments",
                        cases[i].key);
    ck_assert_uint_eq(property(&f, scan, SCAN, "Streams"), 0);
}
END_TEST

START_TEST(a_user_is_held_to_the_configured_number_of_streams)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *config = NULL, *argument = NULL, *scan = NULL;
    g_auto(Reader) first = {0}, second = {0}, third = {0};

    bh_fixture_init(&f);
    config = bh_fixture_write_file(&f, "hub.conf", "[limits]\nMaxStreams=2\n");
    argument = g_strconcat("--config=", config, NULL);
    bh_fixture_start_hub(&f, argument, NULL);
    scan = scan_on(f.connection, "{}");
    reader_open(&first, f.connection, scan, "{}");
    reader_open(&second, f.connection, scan, "{'Format': <'packed'>}");
    require_refusal(f.connection, scan, "{}", "org.blehub.Error.LimitExceeded", "MaxStreams");
    ck_assert_uint_eq(property(&f, scan, SCAN, "Streams"), 2);
    reader_clear(&first);
    first = (Reader){0};
    AWAIT_POLLED(property(&f, scan, SCAN, "Streams") == 1);
    reader_open(&third, f.connection, scan, "{}");
    ck_assert_uint_eq(counter(&f, "Streams"), 2);
}
END_TEST

/* Who gets what */

START_TEST(a_reader_that_stops_loses_only_its_own_records_exactly_counted)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *all = NULL, *near = NULL, *ours = NULL, *stalled = NULL;
    g_auto(Reader) every = {0}, close_by = {0}, ffff = {0}, stopped = {0};
    guint64 heard, heard_near;

    start(&f);
    all = scan_on(f.connection, "{}");
    near = scan_on(f.connection, "{'RSSI': <-60>}");
    ours = scan_on(f.connection, "{'ManufacturerIds': <[65535]>}");
    stalled = scan_on(f.connection, "{'Report': <'all'>}");
    reader_open(&every, f.connection, all, "{'Format': <'packed'>}");
    reader_open(&close_by, f.connection, near, "{}");
    reader_open(&ffff, f.connection, ours, "{'BatchMs': <0>}");
    reader_open(&stopped, f.connection, stalled, "{'Format': <'packed'>, 'Queue': <64>}");
    reader_start(&every);
    reader_start(&close_by);
    reader_start(&ffff);
    await_discovery(&f, all);
    burst(&f, 2000, -50);
    burst(&f, 2000, -80);
    say_mark(&f);
    BH_AWAIT(every.number == MARK && ffff.number == MARK && close_by.number == MARK);
    heard = counter(&f, "Reports");
    heard_near = property(&f, near, SCAN, "Seen");
    ck_assert(heard > 3000 && heard_near > 1500 && heard_near < heard);
    ck_assert_uint_eq(every.records, heard);
    ck_assert_uint_eq(ffff.records, heard);
    ck_assert_uint_eq(close_by.records, heard_near);
    ck_assert_uint_eq(every.dropped + ffff.dropped + close_by.dropped, 0);
    ck_assert_uint_eq(every.descents + ffff.descents, 2);
    ck_assert_uint_eq(close_by.descents, 0);
    reader_start(&stopped);
    BH_AWAIT(stopped.number == MARK);
    ck_assert_uint_gt(stopped.dropped, 0);
    ck_assert_uint_eq(stopped.records + stopped.dropped, heard);
    ck_assert_uint_eq(property(&f, stalled, SCAN, "Dropped"), stopped.dropped);
    ck_assert_uint_eq(property(&f, stalled, SCAN, "Delivered"), stopped.records);
    ck_assert_uint_eq(property(&f, all, SCAN, "Dropped"), 0);
    ck_assert_uint_eq(counter(&f, "StreamLosses"), stopped.dropped);
    ck_assert_uint_eq(counter(&f, "StreamRecords"), 2 * heard + heard_near + stopped.records);
}
END_TEST

START_TEST(readers_of_one_scan_in_both_formats_get_the_same)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;
    g_auto(Reader) packed = {0}, json = {0};

    start(&f);
    scan = scan_on(f.connection, "{}");
    reader_open(&packed, f.connection, scan, "{'Format': <'packed'>}");
    reader_open(&json, f.connection, scan, "{'Format': <'json'>}");
    reader_start(&packed);
    reader_start(&json);
    await_discovery(&f, scan);
    burst(&f, 300, -50);
    say_mark(&f);
    BH_AWAIT(packed.number == MARK && json.number == MARK);
    ck_assert_uint_gt(packed.records, 1);
    ck_assert_uint_eq(packed.records, json.records);
    ck_assert_uint_eq(packed.descents + json.descents, 0);
    ck_assert_uint_eq(property(&f, scan, SCAN, "Delivered"), 2 * packed.records);
}
END_TEST

/* Nothing else happens that a batch could wait for. */
START_TEST(with_a_batch_of_zero_a_report_comes_by_itself)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;
    g_auto(Reader) reader = {0};

    start(&f);
    scan = scan_on(f.connection, "{}");
    reader_open(&reader, f.connection, scan, "{'BatchMs': <0>}");
    reader_start(&reader);
    await_discovery(&f, scan);
    say_mark(&f);
    BH_AWAIT(reader.number == MARK);
    ck_assert_uint_eq(reader.records, 1);
}
END_TEST

START_TEST(what_was_heard_before_the_stream_is_in_it)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;
    g_auto(Reader) reader = {0};

    start(&f);
    scan = scan_on(f.connection, "{}");
    await_discovery(&f, scan);
    burst(&f, 20, -50);
    AWAIT_POLLED(property(&f, scan, SCAN, "Seen") > 0);
    reader_open(&reader, f.connection, scan, "{}");
    reader_start(&reader);
    say_mark(&f);
    BH_AWAIT(reader.number == MARK);
    ck_assert_uint_gt(reader.records, 1);
    ck_assert_uint_eq(reader.records, property(&f, scan, SCAN, "Seen"));
    ck_assert_uint_eq(reader.descents, 0);
}
END_TEST

/* How streams end */

START_TEST(a_stream_ends_when_its_scan_is_released)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;
    g_auto(Reader) packed = {0}, json = {0};
    guint64 seen;

    start(&f);
    scan = scan_on(f.connection, "{}");
    reader_open(&packed, f.connection, scan, "{'Format': <'packed'>, 'BatchMs': <1000>}");
    reader_open(&json, f.connection, scan, "{'BatchMs': <1000>}");
    await_discovery(&f, scan);
    say_mark(&f);
    burst(&f, 50, -50);
    AWAIT_POLLED(property(&f, scan, SCAN, "Seen") > 1);
    seen = property(&f, scan, SCAN, "Seen");
    g_variant_unref(call_on(f.connection, scan, SCAN, "Release", NULL));
    reader_start(&packed);
    reader_start(&json);
    BH_AWAIT(packed.end && json.end);
    ck_assert_uint_ge(packed.records, seen);
    ck_assert_uint_eq(json.records, packed.records);
    ck_assert_uint_eq(json.text->len, 0);
    ck_assert_uint_eq(counter(&f, "Streams"), 0);
}
END_TEST

START_TEST(a_stream_ends_after_the_last_record_of_a_scan_that_is_over)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;
    g_auto(Reader) reader = {0};

    start(&f);
    scan = scan_on(f.connection, "{'DurationMs': <1000>}");
    reader_open(&reader, f.connection, scan, "{'BatchMs': <1000>}");
    reader_start(&reader);
    await_discovery(&f, scan);
    burst(&f, 50, -50);
    BH_AWAIT(reader.end);
    ck_assert_uint_gt(reader.records, 0);
    ck_assert_uint_eq(reader.records, property(&f, scan, SCAN, "Seen"));
    ck_assert_uint_eq(property(&f, scan, SCAN, "Streams"), 0);
}
END_TEST

START_TEST(a_stream_ends_when_the_client_of_its_scan_leaves_the_bus)
{
    g_auto(BhFixture) f = {0};
    GDBusConnection *client;
    g_autofree char *scan = NULL;
    g_auto(Reader) reader = {0};

    start(&f);
    client = bh_fixture_connect(&f);
    scan = scan_on(client, "{}");
    reader_open(&reader, client, scan, "{}");
    reader_start(&reader);
    bh_fixture_disconnect(&client);
    BH_AWAIT(reader.end);
    ck_assert_uint_eq(counter(&f, "Streams"), 0);
}
END_TEST

START_TEST(a_killed_reader_leaves_nothing_behind_and_others_go_on)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GSubprocess) victim = NULL;
    g_autofree char *bus = NULL, *scan = NULL;
    g_auto(Reader) reader = {0};

    start(&f);
    scan = scan_on(f.connection, "{}");
    reader_open(&reader, f.connection, scan, "{}");
    reader_start(&reader);
    bus = g_strconcat("--bus=", f.address, NULL);
    victim = g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE,
                              NULL,
                              g_getenv("BLEHUBCTL"),
                              bus,
                              "scan",
                              "--duration=0",
                              NULL);
    ck_assert_ptr_nonnull(victim);
    AWAIT_POLLED(counter(&f, "Streams") == 2);
    bh_fixture_kill_process(&victim);
    burst(&f, 50, -50);
    AWAIT_POLLED(counter(&f, "Streams") == 1 && counter(&f, "Scans") == 1);
    say_mark(&f);
    BH_AWAIT(reader.number == MARK);
}
END_TEST

START_TEST(a_stopping_blehubd_ends_its_streams)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;
    g_auto(Reader) reader = {0};

    start(&f);
    scan = scan_on(f.connection, "{}");
    reader_open(&reader, f.connection, scan, "{}");
    reader_start(&reader);
    bh_fixture_stop_process(&f.hub);
    BH_AWAIT(reader.end);
}
END_TEST

BH_TEST_MAIN("hub-stream",
             a_wrong_option_of_a_stream_is_refused_with_its_key_first,
             a_user_is_held_to_the_configured_number_of_streams,
             a_reader_that_stops_loses_only_its_own_records_exactly_counted,
             readers_of_one_scan_in_both_formats_get_the_same,
             with_a_batch_of_zero_a_report_comes_by_itself,
             what_was_heard_before_the_stream_is_in_it,
             a_stream_ends_when_its_scan_is_released,
             a_stream_ends_after_the_last_record_of_a_scan_that_is_over,
             a_stream_ends_when_the_client_of_its_scan_leaves_the_bus,
             a_killed_reader_leaves_nothing_behind_and_others_go_on,
             a_stopping_blehubd_ends_its_streams)
