/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "stream-reader.h"

#include "bh-packed.h"

#include <check.h>
#include <errno.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>

int
stream_reader_open(BhScan *scan, const BhStreamSpec *spec, BhClient *client)
{
    g_autoptr(GError) error = NULL;
    int fd = bh_scan_open_stream(scan, spec, client, &error);

    g_assert_no_error(error);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static void
count_packet(const guint8 *bytes, gsize size, StreamReader *self)
{
    g_autoptr(GError) error = NULL;
    BhPackedIter iter;
    BhPackedRecord record;

    self->packets++;
    ck_assert(bh_packed_iter_init(&iter, bytes, size, &error));
    while (bh_packed_iter_next(&iter, &record, &error)) {
        ck_assert_uint_eq(record.sequence, self->sequence + record.dropped + 1);
        self->sequence = record.sequence;
        self->dropped += record.dropped;
        self->rssi = record.rssi;
        self->records++;
    }
    g_assert_no_error(error);
}

void
stream_reader_read(int fd, StreamReader *self)
{
    guint8 bytes[BH_PACKED_PACKET_MAX + 1];
    gssize size;

    while ((size = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
        ck_assert_int_le(size, BH_PACKED_PACKET_MAX);
        count_packet(bytes, (gsize)size, self);
    }
    ck_assert(size == 0 || errno == EAGAIN);
    self->end = size == 0;
}

void
stream_reader_read_all(int fd, StreamReader *self)
{
    guint64 before;

    do {
        before = self->records;
        stream_reader_read(fd, self);
        hub_fixture_turn();
    } while (self->records != before);
}

void
stream_reader_count_line(const char *line, StreamReader *self)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) node = json_from_string(line, &error);
    JsonObject *object;
    guint64 dropped = 0;

    g_assert_no_error(error);
    object = json_node_get_object(node);
    if (json_object_has_member(object, "Dropped"))
        dropped = (guint64)json_object_get_int_member(object, "Dropped");
    self->sequence += dropped + 1;
    self->dropped += dropped;
    self->records++;
    self->longest = MAX(self->longest, strlen(line));
    ck_assert_uint_eq(json_object_get_int_member(object, "Sequence"), self->sequence);
    ck_assert_str_eq(json_object_get_string_member(object, "Adapter"), "00:00:00:00:00:01");
}
