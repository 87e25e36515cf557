/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What this process has changed in the kernel and what outlives it there: advertisement monitors,
 * advertisements, and scan parameters of a controller that are not its own. It is written down
 * before anything relies on it, so that the next start can undo it after a crash, and undo nothing
 * else.
 *
 * A controller is known by its address and by the kernel's instance of it: one that was unplugged
 * meanwhile has forgotten all, and its handles may be somebody else's now. The same goes for a
 * boot.
 */
#include "bh-mgmt-codec.h"

G_BEGIN_DECLS

typedef struct BhMgmtMemory BhMgmtMemory;

/* directory: where "monitors" is kept; NULL = nothing outlives the process. Reads what is there. */
BhMgmtMemory *bh_mgmt_memory_new(const char *directory);
/* Writes nothing. */
void bh_mgmt_memory_free(BhMgmtMemory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhMgmtMemory, bh_mgmt_memory_free)

/* A file beside it, of the same process alone; NULL if there is no such place. */
char *bh_mgmt_memory_dup_path(BhMgmtMemory *self, const char *name);

/* The kernel's instance of hci<index>; 0 if it cannot be told. */
guint64 bh_mgmt_memory_get_instance(guint16 index);

/* What is remembered of a controller. */
typedef struct {
    BhAddress address;
    guint64 instance;
} BhMgmtController;

/* Forgets what belongs to another instance of the controller. */
void bh_mgmt_memory_meet(BhMgmtMemory *self, const BhMgmtController *controller);

/* Handles of monitors that are ours, at most n. Returns how many. */
gsize bh_mgmt_memory_get_handles(BhMgmtMemory *self,
                                 const BhMgmtController *controller,
                                 guint16 *handles,
                                 gsize n);
/* Whatever was being added was this one. */
void
bh_mgmt_memory_add_handle(BhMgmtMemory *self, const BhMgmtController *controller, guint16 handle);
void bh_mgmt_memory_remove_handle(BhMgmtMemory *self,
                                  const BhMgmtController *controller,
                                  guint16 handle);

/* A monitor is being added where there were these; the kernel has yet to say its handle. FALSE if
 * none is. */
gboolean bh_mgmt_memory_get_adding(BhMgmtMemory *self,
                                   const BhMgmtController *controller,
                                   BhMgmtMonitors *before);
/* before NULL: it was not added, or nobody will ever know. */
void bh_mgmt_memory_set_adding(BhMgmtMemory *self,
                               const BhMgmtController *controller,
                               const BhMgmtMonitors *before);

/* Instances of advertisements that are ours or are about to be, at most n. Returns how many. */
gsize bh_mgmt_memory_get_adverts(BhMgmtMemory *self,
                                 const BhMgmtController *controller,
                                 guint8 *instances,
                                 gsize n);
/* Before it is added, and when it is gone for certain. */
void
bh_mgmt_memory_add_advert(BhMgmtMemory *self, const BhMgmtController *controller, guint8 instance);
void bh_mgmt_memory_remove_advert(BhMgmtMemory *self,
                                  const BhMgmtController *controller,
                                  guint8 instance);

/* The controller's own scan parameters, while it has others of ours. FALSE if it has its own. */
gboolean bh_mgmt_memory_get_defaults(BhMgmtMemory *self,
                                     const BhMgmtController *controller,
                                     BhMgmtDefaults *defaults);
/* defaults NULL: it has its own again. */
void bh_mgmt_memory_set_defaults(BhMgmtMemory *self,
                                 const BhMgmtController *controller,
                                 const BhMgmtDefaults *defaults);

/* The controller is gone from the kernel, and all of this with it. */
void bh_mgmt_memory_forget(BhMgmtMemory *self, const BhMgmtController *controller);

G_END_DECLS
