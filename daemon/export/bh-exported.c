/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Dispatch and defaults of the BhExported interface.
 */
#include "bh-exported.h"

#include "bh-error.h"

G_DEFINE_INTERFACE(BhExported, bh_exported, G_TYPE_DBUS_INTERFACE_SKELETON)

BhGate *
bh_exported_peek_gate(BhExported *self)
{
    return BH_EXPORTED_GET_IFACE(self)->peek_gate(self);
}

const GDBusInterfaceVTable *
bh_exported_peek_vtable(BhExported *self)
{
    return BH_EXPORTED_GET_IFACE(self)->peek_vtable(self);
}

gint64
bh_exported_get_uid(BhExported *self)
{
    return BH_EXPORTED_GET_IFACE(self)->get_uid(self);
}

void
bh_exported_refresh(BhExported *self)
{
    BH_EXPORTED_GET_IFACE(self)->refresh(self);
}

gboolean
bh_exported_write(BhExported *self, const char *property, GVariant *value, GError **error)
{
    return BH_EXPORTED_GET_IFACE(self)->write(self, property, value, error);
}

gboolean
bh_exported_is_visible(BhExported *self, guint32 uid)
{
    gint64 owner = bh_exported_get_uid(self);

    return owner == BH_EXPORTED_PUBLIC || uid == 0 || owner == (gint64)uid;
}

static gint64
real_get_uid(BhExported *self)
{
    return BH_EXPORTED_PUBLIC;
}

static void
real_refresh(BhExported *self)
{
}

static gboolean
real_write(BhExported *self, const char *property, GVariant *value, GError **error)
{
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_AUTHORIZED, "%s cannot be written", property);
    return FALSE;
}

static void
bh_exported_default_init(BhExportedInterface *iface)
{
    iface->get_uid = real_get_uid;
    iface->refresh = real_refresh;
    iface->write = real_write;
}
