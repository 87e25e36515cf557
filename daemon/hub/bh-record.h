/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One report, or one notified value, as it goes into streams: encoded once, on first need, and
 * shared by every reader of every scan or subscription. What differs between readers (sequence
 * number, losses) is not in it.
 *
 * The hub says which device a report was about, offers it to the scans, and says when it is over;
 * in between anyone may ask for the record in a format. So it is with values and subscriptions.
 */
#include "bh-device-table.h"

G_BEGIN_DECLS

/* A value that a remote device notified or indicated. */
typedef struct {
    const guint8 *bytes; /* borrowed */
    gsize size;          /* at most 512 */
    gint64 monotonic_us;
    gint64 realtime_us;
} BhValue;

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
void bh_recorder_begin_value(BhRecorder *self, const BhValue *value);
/* The record of the device or value; borrowed until the end. */
BhRecord *bh_recorder_peek(BhRecorder *self, BhStreamFormat format);
void bh_recorder_end(BhRecorder *self);

G_END_DECLS
