/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Encoding goes through two buffers that are kept, so that a record costs one allocation of its
 * exact size.
 */
#include "bh-record.h"

#include "bh-json.h"
#include "bh-packed.h"

#include <string.h>

#define MAX_SLOTS 16       /* of BhReport.adapter */
#define ALLOCATION_COST 16 /* of a block: its head, and rounding */

typedef struct {
    gboolean known;
    BhAddress address;
    char text[BH_ADDRESS_TEXT_SIZE];
} Adapter;

struct BhRecorder {
    Adapter adapters[MAX_SLOTS];
    const BhDevice *device; /* borrowed: until the end; NULL while it is about a value */
    const BhValue *value;   /* borrowed: until the end; NULL while it is about a device */
    BhRecord *records[BH_N_STREAM_FORMATS];
    GString *line;
    GByteArray *packed;
};

static BhRecord *
record_new(gconstpointer bytes, gsize size)
{
    BhRecord *self = g_malloc(sizeof *self + size);

    self->references = 1;
    self->size = (guint)size;
    memcpy(self->bytes, bytes, size);
    return self;
}

BhRecord *
bh_record_ref(BhRecord *self)
{
    self->references++;
    return self;
}

void
bh_record_unref(BhRecord *self)
{
    if (--self->references == 0)
        g_free(self);
}

gsize
bh_record_get_cost(const BhRecord *self)
{
    return sizeof *self + self->size + ALLOCATION_COST + sizeof(BhRecord *);
}

static const Adapter *
peek_adapter(BhRecorder *self)
{
    guint8 slot = self->device->adapter;

    return slot < MAX_SLOTS && self->adapters[slot].known ? &self->adapters[slot] : NULL;
}

static void
append_device(BhRecorder *self)
{
    const Adapter *adapter = peek_adapter(self);

    bh_json_append_device(self->line, self->device, adapter != NULL ? adapter->text : NULL);
}

static void
append_packed_device(BhRecorder *self)
{
    const Adapter *adapter = peek_adapter(self);

    bh_packed_append_record(self->packed, self->device, adapter != NULL ? &adapter->address : NULL);
}

static void
append_value(BhRecorder *self)
{
    const BhValue *it = self->value;

    bh_json_append_value(self->line, it->bytes, it->size, it->realtime_us, it->monotonic_us);
}

static void
append_packed_value(BhRecorder *self)
{
    const BhValue *it = self->value;

    bh_packed_append_value(self->packed, it->bytes, it->size, it->realtime_us, it->monotonic_us);
}

static BhRecord *
encode_json(BhRecorder *self)
{
    g_string_truncate(self->line, 0);
    if (self->value != NULL)
        append_value(self);
    else
        append_device(self);
    g_string_append_len(self->line, "}\n", 2);
    return record_new(self->line->str, self->line->len);
}

static BhRecord *
encode_packed(BhRecorder *self)
{
    g_byte_array_set_size(self->packed, 0);
    if (self->value != NULL)
        append_packed_value(self);
    else
        append_packed_device(self);
    return record_new(self->packed->data, self->packed->len);
}

BhRecord *
bh_recorder_peek(BhRecorder *self, BhStreamFormat format)
{
    if (self->records[format] == NULL)
        self->records[format] = format == BH_STREAM_JSON ? encode_json(self) : encode_packed(self);
    return self->records[format];
}

void
bh_recorder_begin(BhRecorder *self, const BhDevice *device)
{
    bh_recorder_end(self);
    self->device = device;
}

void
bh_recorder_begin_value(BhRecorder *self, const BhValue *value)
{
    bh_recorder_end(self);
    self->value = value;
}

void
bh_recorder_end(BhRecorder *self)
{
    self->device = NULL;
    self->value = NULL;
    for (guint i = 0; i < BH_N_STREAM_FORMATS; i++)
        g_clear_pointer(&self->records[i], bh_record_unref);
}

void
bh_recorder_set_adapter(BhRecorder *self, guint8 slot, const BhAddress *address)
{
    g_return_if_fail(slot < MAX_SLOTS);
    self->adapters[slot].known = TRUE;
    self->adapters[slot].address = *address;
    bh_address_format(address, self->adapters[slot].text);
}

BhRecorder *
bh_recorder_new(void)
{
    BhRecorder *self = g_new0(BhRecorder, 1);

    self->line = g_string_new(NULL);
    self->packed = g_byte_array_new();
    return self;
}

void
bh_recorder_free(BhRecorder *self)
{
    bh_recorder_end(self);
    g_string_free(self->line, TRUE);
    g_byte_array_unref(self->packed);
    g_free(self);
}
