/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What every object we serve tells the gate about itself. Implemented by subclasses of generated
 * skeletons, whose get_vtable is replaced by the gate's: no call and no property read reaches one
 * past the gate.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct BhGate BhGate;

#define BH_EXPORTED_PUBLIC (-1)

#define BH_TYPE_EXPORTED (bh_exported_get_type())
G_DECLARE_INTERFACE(BhExported, bh_exported, BH, EXPORTED, GDBusInterfaceSkeleton)

struct _BhExportedInterface {
    GTypeInterface parent;

    BhGate *(*peek_gate)(BhExported *self);
    /* The generated dispatcher behind the gate. */
    const GDBusInterfaceVTable *(*peek_vtable)(BhExported *self);
    /* The uid whose object it is, or BH_EXPORTED_PUBLIC (default). */
    gint64 (*get_uid)(BhExported *self);
    /* Brings properties up to date that are read rather than told (default: nothing). */
    void (*refresh)(BhExported *self);
    /* Takes a property write the access table allowed (default: refused). */
    gboolean (*write)(BhExported *self, const char *property, GVariant *value, GError **error);
};

BhGate *bh_exported_peek_gate(BhExported *self);
const GDBusInterfaceVTable *bh_exported_peek_vtable(BhExported *self);
gint64 bh_exported_get_uid(BhExported *self);
void bh_exported_refresh(BhExported *self);
gboolean bh_exported_write(BhExported *self, const char *property, GVariant *value, GError **error);

/* Public, or of this user, or the user is root. */
gboolean bh_exported_is_visible(BhExported *self, guint32 uid);

G_END_DECLS
