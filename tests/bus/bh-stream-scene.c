/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header. Readers read in the main loop, from wherever a test waits.
 */
#include "bh-stream-scene.h"

#include "bh-packed.h"
#include "test-main.h"

#include <errno.h>
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char one_adapter[] = "[adapter main]\n"
                                  "Address=00:AA:01:00:00:01\n"
                                  "Powered=true\n";

void
bh_stream_scene_start(BhFixture *f)
{
    g_autofree char *config = NULL, *argument = NULL;

    bh_fixture_init(f);
    bh_fixture_start_sim(f, one_adapter);
    config = bh_fixture_write_file(f, "hub.conf", "[scan]\nRefreshMs=60000\n");
    argument = g_strconcat("--config=", config, NULL);
    bh_fixture_start_hub(f, argument, NULL);
}

/* Scans */

int
bh_stream_scene_open(GDBusConnection *connection,
                     const char *scan,
                     const char *options,
                     GError **error)
{
    g_autoptr(GUnixFDList) fds = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_with_unix_fd_list_sync(connection,
                                                      "org.blehub",
                                                      scan,
                                                      BH_CALLER_SCAN,
                                                      "OpenStream",
                                                      bh_caller_options(options),
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

guint64
bh_stream_scene_count(BhFixture *f, const char *scan, const char *property)
{
    g_autoptr(GVariant) value = bh_caller_get(f->connection, scan, BH_CALLER_SCAN, property);

    return g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32) ? g_variant_get_uint32(value)
                                                              : g_variant_get_uint64(value);
}

static gboolean
is_scanning(BhFixture *f, const char *scan)
{
    g_autoptr(GVariant) state = bh_caller_get(f->connection, scan, BH_CALLER_SCAN, "State");

    return g_str_equal(g_variant_get_string(state, NULL), "scanning");
}

void
bh_stream_scene_await_discovery(BhFixture *f, const char *scan)
{
    BH_AWAIT_POLLED(is_scanning(f, scan));
}

/* What is heard */

typedef struct {
    gboolean done;
    guint heard;
} Burst;

static void
on_burst(GObject *source, GAsyncResult *result, gpointer data)
{
    Burst *burst = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    g_assert_no_error(error);
    g_variant_get(reply, "(u)", &burst->heard);
    burst->done = TRUE;
}

guint
bh_stream_scene_burst(BhFixture *f, guint count, gint16 rssi)
{
    Burst burst = {0};
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
                           &burst);
    BH_AWAIT(burst.done);
    return burst.heard;
}

void
bh_stream_scene_say_mark(BhFixture *f)
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

/* Readers */

static void
take_record(BhStreamReader *self, guint64 sequence, guint64 dropped, guint32 number)
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
take_packet(BhStreamReader *self, const guint8 *bytes, gsize size)
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
take_line(BhStreamReader *self, const char *line)
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
take_text(BhStreamReader *self, const char *bytes, gsize size)
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
    BhStreamReader *self = data;
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

void
bh_stream_reader_open(BhStreamReader *self,
                      GDBusConnection *connection,
                      const char *scan,
                      const char *options)
{
    g_autoptr(GError) error = NULL;

    *self = (BhStreamReader){.fd = bh_stream_scene_open(connection, scan, options, &error),
                             .packed = strstr(options, "packed") != NULL,
                             .text = g_string_new(NULL)};
    g_assert_no_error(error);
}

void
bh_stream_reader_start(BhStreamReader *self)
{
    self->watch = g_unix_fd_add(self->fd, G_IO_IN, on_readable, self);
}

void
bh_stream_reader_clear(BhStreamReader *self)
{
    if (self->watch != 0)
        g_source_remove(self->watch);
    if (self->text != NULL)
        close(self->fd);
    if (self->text != NULL)
        g_string_free(self->text, TRUE);
}
