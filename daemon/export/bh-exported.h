/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What every object we serve tells the gate about itself. Implemented by final subclasses of
 * generated skeletons, whose get_vtable is replaced by the gate's: no call and no property read
 * reaches one past the gate. What says nothing of itself is for root alone.
 */
#include "bh-client.h"

G_BEGIN_DECLS

typedef struct BhGate BhGate;

typedef void (*BhExportedOwnerFunc)(BhClient *owner, gpointer user_data);

#define BH_TYPE_EXPORTED (bh_exported_get_type())
G_DECLARE_INTERFACE(BhExported, bh_exported, BH, EXPORTED, GDBusInterfaceSkeleton)

struct _BhExportedInterface {
    GTypeInterface parent;

    /* Of a public one, and what makes it one: whom GDBus, which serves it, hands its calls. NULL
     * (default): it is for those it belongs to, and has its calls from the tree of owned ones. */
    BhGate *(*peek_gate)(BhExported *self);
    /* Calls func with the clients it belongs to (default: nobody); one may have left, and may come
     * twice. */
    void (*foreach_owner)(BhExported *self, BhExportedOwnerFunc func, gpointer user_data);
    /* Brings properties up to date that are read rather than told (default: nothing). */
    void (*refresh)(BhExported *self);
    /* Takes a property write the access table allowed (default: refused). */
    gboolean (*write)(BhExported *self, const char *property, GVariant *value, GError **error);
};

/* Of a public one. */
BhGate *bh_exported_peek_gate(BhExported *self);
/* The generated dispatcher behind the gate. */
const GDBusInterfaceVTable *bh_exported_peek_vtable(BhExported *self);
/* "org.blehub.Scan1"; static storage. */
const char *bh_exported_get_interface(BhExported *self);
void bh_exported_refresh(BhExported *self);
gboolean bh_exported_write(BhExported *self, const char *property, GVariant *value, GError **error);

gboolean bh_exported_is_public(BhExported *self);
void bh_exported_foreach_owner(BhExported *self, BhExportedOwnerFunc func, gpointer user_data);
/* A set of those that are still there: BhClient, borrowed. */
GHashTable *bh_exported_collect_owners(BhExported *self);
/* Public, or this user owns it, perhaps among others, or the user is root. */
gboolean bh_exported_is_visible(BhExported *self, guint32 uid);

G_END_DECLS
