/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A handle: it can be renewed and given up.
 */
#include "bh-export-hold.h"

#include "bh-export-device.h"
#include "bh-export-owned.h"

struct _BhExportHold {
    BhDbusHold1Skeleton parent;
    BhHold *hold;
};

static void exported_iface_init(BhExportedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(BhExportHold,
                              bh_export_hold,
                              BH_DBUS_TYPE_HOLD1_SKELETON,
                              G_IMPLEMENT_INTERFACE(BH_TYPE_EXPORTED, exported_iface_init))

static void
foreach_owner(BhExported *exported, BhExportedOwnerFunc func, gpointer user_data)
{
    func(bh_owned_peek_client(BH_OWNED(BH_EXPORT_HOLD(exported)->hold)), user_data);
}

static void
exported_iface_init(BhExportedInterface *iface)
{
    iface->foreach_owner = foreach_owner;
}

static void
bh_export_hold_finalize(GObject *object)
{
    g_object_unref(BH_EXPORT_HOLD(object)->hold);
    G_OBJECT_CLASS(bh_export_hold_parent_class)->finalize(object);
}

static void
bh_export_hold_class_init(BhExportHoldClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_export_hold_finalize;
    G_DBUS_INTERFACE_SKELETON_CLASS(klass)->get_vtable = bh_gate_get_vtable;
}

static void
bh_export_hold_init(BhExportHold *self)
{
}

char *
bh_export_hold_publish(BhHold *hold, GVariant *options, const BhExportContext *context)
{
    g_autoptr(BhExportHold) self = g_object_new(BH_TYPE_EXPORT_HOLD, NULL);
    g_autofree char *device =
        bh_export_device_dup_path(bh_remote_peek_address(bh_hold_peek_remote(hold)));

    self->hold = g_object_ref(hold);
    bh_dbus_hold1_set_device(BH_DBUS_HOLD1(self), device);
    bh_dbus_hold1_set_options(BH_DBUS_HOLD1(self), options);
    return bh_export_owned_publish(BH_EXPORTED(self), BH_OWNED(hold), "hold", context->manager);
}
