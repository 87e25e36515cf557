/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Packed: one read is one packet. JSON: bytes gather until their line is whole; each line is parsed
 * with json-glib, as a program in C is likely to do.
 */
#include "bench-stream.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#include "bench-advert.h"
#include "blehub.h"

#define CHUNK 65536
#define COMPANY_KEY "ffff" /* BH_BENCH_COMPANY */

/* Packed */

static void
take_record(BhBenchStream *self, const BhPackedRecord *record)
{
    BhAdIter iter;
    BhAdStructure part;

    self->lost += record->dropped;
    bh_ad_iter_init(&iter, record->advertising, record->advertising_size);
    while (bh_ad_iter_next(&iter, &part))
        if (part.type == BH_AD_MANUFACTURER && part.length > 2)
            self->on_record(self->user_data, part.data + 2, part.length - 2);
}

static void
take_packet(BhBenchStream *self, gsize size)
{
    BhPackedIter iter;
    BhPackedRecord record;

    if (!bh_packed_iter_init(&iter, self->buffer->data, size, NULL)) {
        self->malformed++;
        return;
    }
    while (bh_packed_iter_next(&iter, &record, NULL))
        take_record(self, &record);
}

/* JSON */

static gsize
parse_hex(const char *text, guint8 *bytes, gsize room)
{
    gsize size = MIN(strlen(text) / 2, room);

    for (gsize i = 0; i < size; i++)
        bytes[i] = (guint8)(g_ascii_xdigit_value(text[2 * i]) << 4 |
                            g_ascii_xdigit_value(text[2 * i + 1]));
    return size;
}

/* In hex; NULL if the row has none. */
static const char *
peek_data(JsonObject *row)
{
    if (json_object_has_member(row, "Value"))
        return json_object_get_string_member(row, "Value");
    if (!json_object_has_member(row, "ManufacturerData"))
        return NULL;
    return json_object_get_string_member_with_default(
        json_object_get_object_member(row, "ManufacturerData"),
        COMPANY_KEY,
        "");
}

static void
take_line(BhBenchStream *self, const char *line, gsize size)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    guint8 bytes[BH_BENCH_DATA_SIZE];

    if (!json_parser_load_from_data(parser, line, (gssize)size, NULL)) {
        self->malformed++;
        return;
    }
    JsonObject *row = json_node_get_object(json_parser_get_root(parser));
    self->lost += (guint64)json_object_get_int_member_with_default(row, "Dropped", 0);
    const char *text = peek_data(row);
    if (text != NULL)
        self->on_record(self->user_data, bytes, parse_hex(text, bytes, sizeof bytes));
}

static void
take_lines(BhBenchStream *self)
{
    const char *begin = (const char *)self->buffer->data, *end = begin + self->buffer->len, *feed;

    while ((feed = memchr(begin, '\n', (gsize)(end - begin))) != NULL) {
        take_line(self, begin, (gsize)(feed - begin));
        begin = feed + 1;
    }
    g_byte_array_remove_range(self->buffer, 0, (guint)(begin - (const char *)self->buffer->data));
}

gboolean
bh_bench_stream_read(BhBenchStream *self, int fd)
{
    guint held = self->packed ? 0 : self->buffer->len;

    g_byte_array_set_size(self->buffer, held + CHUNK);
    gssize size = read(fd, self->buffer->data + held, CHUNK);
    g_byte_array_set_size(self->buffer, held + (guint)MAX(size, 0));
    if (size <= 0)
        return FALSE;
    if (self->packed)
        take_packet(self, (gsize)size);
    else
        take_lines(self);
    return TRUE;
}

void
bh_bench_stream_init(BhBenchStream *self, gboolean packed)
{
    *self = (BhBenchStream){.packed = packed, .buffer = g_byte_array_sized_new(CHUNK)};
}

void
bh_bench_stream_clear(BhBenchStream *self)
{
    g_clear_pointer(&self->buffer, g_byte_array_unref);
}
