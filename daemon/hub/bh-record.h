/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One report as it goes into streams: encoded once, on first need, and shared by every reader of
 * every scan. What differs between readers (sequence number, losses) is not in it.
 *
 * The hub says which device a report was about, offers it to the scans, and says when it is over;
 * in between anyone may ask for the record in a format.
 */
#include "bh-device-table.h"

G_BEGIN_DECLS

typedef enum {
    BH_STREAM_JSON,   /* members of an object, its closing brace and the end of the line */
    BH_STREAM_PACKED, /* as in bh-packed.h */
    BH_N_STREAM_FORMATS
} BhStreamFormat;

typedef struct {
    guint references;
    guint size;
    guint8 bytes[];
} BhRecord;

BhRecord *bh_record_ref(BhRecord *self);
void bh_record_unref(BhRecord *self);

/* What a record that waits costs: itself, what the allocator adds, and its place in a queue. */
gsize bh_record_get_cost(const BhRecord *self);

typedef struct BhRecorder BhRecorder;

BhRecorder *bh_recorder_new(void);
void bh_recorder_free(BhRecorder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhRecorder, bh_recorder_free)

/* Which controller a slot stands for in the records to come. */
void bh_recorder_set_adapter(BhRecorder *self, guint8 slot, const BhAddress *address);

/* device is borrowed until the end. */
void bh_recorder_begin(BhRecorder *self, const BhDevice *device);
/* The record of the device; borrowed until the end. */
BhRecord *bh_recorder_peek(BhRecorder *self, BhStreamFormat format);
void bh_recorder_end(BhRecorder *self);

G_END_DECLS
