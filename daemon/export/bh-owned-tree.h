/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The paths of what clients own, "/org/blehub/<kind>/<element>". Each kind is one subtree on the
 * bus in which every element looks alike from outside, there or not, visible or not: the same
 * introspection data, the same answer. So nobody learns from the bus what others own.
 */
#include "bh-gate.h"

G_BEGIN_DECLS

typedef struct BhOwnedTree BhOwnedTree;

/* connection and gate are borrowed: outlive the tree. */
BhOwnedTree *bh_owned_tree_new(GDBusConnection *connection, BhGate *gate);
/* Withdraws everything. */
void bh_owned_tree_free(BhOwnedTree *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhOwnedTree, bh_owned_tree_free)

/* Serves a kind; interface is what each of its elements has, static storage. */
gboolean bh_owned_tree_serve(BhOwnedTree *self,
                             const char *path,
                             GDBusInterfaceInfo *interface,
                             GError **error);

/* path is below one that is served, and free. */
void bh_owned_tree_add(BhOwnedTree *self, const char *path, BhExported *exported);
void bh_owned_tree_remove(BhOwnedTree *self, const char *path);

G_END_DECLS
