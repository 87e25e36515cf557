/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The devices bluetoothd remembers of one adapter: an object each, which appears with the first
 * report and vanishes when nothing was heard for TemporaryTimeout, or, if it is not connectable,
 * when the last scan ends. One that somebody connected stays until it is removed.
 */
#include "context.h"
#include "device.h"

G_BEGIN_DECLS

typedef struct _BhMemory BhMemory;

/** Shows what is on disk. All borrowed; must outlive it. */
BhMemory *bh_memory_new(BhBluezContext *context, BhPlug *plug, const char *adapter_path);
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

gboolean bh_memory_has(BhMemory *memory, const char *path);
/** Forgets a device that there is, its link first. Answers the call, now or later. */
void bh_memory_remove(BhMemory *memory, const char *path, GDBusMethodInvocation *invocation);

/** Connects a device by its address, known or not. Answers the call, now or later. */
void
bh_memory_connect_device(BhMemory *memory, GVariant *properties, GDBusMethodInvocation *invocation);

/** The controller hears a connectable advertisement, whether a discovery runs or not. */
void bh_memory_hear_connectable(BhMemory *memory, const BhAddress *address);
/** A central connects: the path of its device, NULL if it has a link. gone: see BhLinkGone. */
const char *bh_memory_come(BhMemory *memory,
                           const BhAddress *address,
                           gboolean bonded,
                           BhLinkGone gone,
                           gpointer user_data);
/** A central ends its link. */
/** A device bonded and told its identity. FALSE if it is not known. */
gboolean bh_memory_identify(BhMemory *memory, const BhAddress *address, const char *identity);
void bh_memory_leave(BhMemory *memory, const BhAddress *address);
/** The radio goes: links are lost, attempts fail. */
void bh_memory_cut_links(BhMemory *memory);

G_END_DECLS
