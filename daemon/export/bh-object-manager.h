/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.freedesktop.DBus.ObjectManager on the root object, showing each caller what it may see.
 * Public objects are exported as usual, and come and go by broadcast. Owned ones live in the tree
 * of owned objects, and are told by unicast to the connections of their users (and root's) that
 * have called GetManagedObjects, which is how a connection asks.
 */
#include "bh-owned-tree.h"

#include "bh-standard.h"

G_BEGIN_DECLS

#define BH_TYPE_OBJECT_MANAGER (bh_object_manager_get_type())
G_DECLARE_FINAL_TYPE(BhObjectManager,
                     bh_object_manager,
                     BH,
                     OBJECT_MANAGER,
                     BhStdDBusObjectManagerSkeleton)

/* gate and tree are borrowed: outlive the manager. Not exported yet. */
BhObjectManager *bh_object_manager_new(BhGate *gate,
                                       BhOwnedTree *tree,
                                       GDBusConnection *connection,
                                       const char *path);

/* A path for an object of this kind that nothing had before: "/org/blehub/<kind>/<number>". */
char *bh_object_manager_dup_new_path(BhObjectManager *self, const char *kind);

/* Makes the object callable and tells; publish an object last. One interface a path. */
gboolean bh_object_manager_add(BhObjectManager *self,
                               BhExported *exported,
                               const char *path,
                               GError **error);
/* The owners of an object are others now: tells those who begin or cease to see it. */
void bh_object_manager_update(BhObjectManager *self, BhExported *exported);
/* Withdraws the object and tells. Nothing if it is not there. */
void bh_object_manager_remove(BhObjectManager *self, BhExported *exported);

/* Tells a changed property of an owned object by unicast: to its owners, and to those who asked
 * and may see it. */
void bh_object_manager_tell_changed(BhObjectManager *self,
                                    BhExported *exported,
                                    const char *property,
                                    GVariant *value);

/* Emits a signal of an owned object's interface by unicast, to its owners. parameters is a tuple.
 */
void bh_object_manager_emit(BhObjectManager *self,
                            BhExported *exported,
                            const char *signal,
                            GVariant *parameters);
/* The same to one client. */
void bh_object_manager_emit_to(BhObjectManager *self,
                               BhExported *exported,
                               BhClient *client,
                               const char *signal,
                               GVariant *parameters);

G_END_DECLS
