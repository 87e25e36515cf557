/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The devices bluetoothd remembers of one adapter: an object each, which appears with the first
 * report and vanishes when nothing was heard for TemporaryTimeout, or, if it is not connectable,
 * when the last scan ends.
 */
#include "device.h"
#include "timeline.h"

G_BEGIN_DECLS

typedef struct _BhMemory BhMemory;

/** Manager and timeline are borrowed and must outlive it. */
BhMemory *bh_memory_new(GDBusObjectManagerServer *manager,
                        BhTimeline *timeline,
                        const char *adapter_path,
                        gint64 temporary_us);
/** Takes all objects away. */
void bh_memory_free(BhMemory *memory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhMemory, bh_memory_free)

gboolean bh_memory_knows(BhMemory *memory, const BhAddress *address);

/** A report of a device, which is remembered from now on. eir NULL: the report does not pass the
 *  filters and changes nothing else. */
void bh_memory_hear(BhMemory *memory,
                    const BhFound *found,
                    const BhEir *eir,
                    const BhSimDeviceRules *rules);

/** The last discovery ended. */
void bh_memory_end_scan(BhMemory *memory);

/** FALSE if there is no such object. */
gboolean bh_memory_remove(BhMemory *memory, const char *path);

G_END_DECLS
