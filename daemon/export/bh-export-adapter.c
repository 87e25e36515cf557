/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Told properties follow the adapter's "changed"; counters are taken when read.
 */
#include "bh-export-adapter.h"

struct _BhExportAdapter {
    BhDbusAdapter1Skeleton parent;
    BhAdapter *adapter;
    BhExportContext context;
};

static void exported_iface_init(BhExportedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(BhExportAdapter,
                              bh_export_adapter,
                              BH_DBUS_TYPE_ADAPTER1_SKELETON,
                              G_IMPLEMENT_INTERFACE(BH_TYPE_EXPORTED, exported_iface_init))

static void
on_changed(BhAdapter *adapter, BhExportAdapter *self)
{
    BhDbusAdapter1 *object = BH_DBUS_ADAPTER1(self);
    guint32 interval_us, window_us;

    bh_adapter_get_scan_duty(adapter, &interval_us, &window_us);
    bh_dbus_adapter1_set_scan_interval_us(object, interval_us);
    bh_dbus_adapter1_set_scan_window_us(object, window_us);
    bh_dbus_adapter1_set_name(object, bh_adapter_get_name(adapter));
    bh_dbus_adapter1_set_powered(object, bh_adapter_get_powered(adapter));
    bh_dbus_adapter1_set_state(object, bh_adapter_get_state(adapter));
    bh_dbus_adapter1_set_roles(object, bh_adapter_get_roles(adapter));
    bh_dbus_adapter1_set_discovering(object, bh_adapter_get_discovering(adapter));
    bh_dbus_adapter1_set_last_error(object, bh_adapter_get_last_error(adapter));
}

BhAdapter *
bh_export_adapter_peek_adapter(BhExportAdapter *self)
{
    return self->adapter;
}

char *
bh_export_adapter_dup_path(BhAdapter *adapter)
{
    char *path = g_strdup_printf("/org/blehub/adapter/%s", bh_adapter_get_address_text(adapter));

    return g_strdelimit(path, ":", '_');
}

static BhGate *
peek_gate(BhExported *exported)
{
    return BH_EXPORT_ADAPTER(exported)->context.gate;
}

static void
refresh(BhExported *exported)
{
    BhExportAdapter *self = BH_EXPORT_ADAPTER(exported);
    BhDbusAdapter1 *object = BH_DBUS_ADAPTER1(exported);
    BhRemotes *remotes = bh_hub_peek_remotes(self->context.hub);
    guint8 slot = bh_adapter_get_slot(self->adapter);
    guint free_sets = 0;
    guint sets = bh_hub_count_advertising_sets(self->context.hub, slot, &free_sets);

    bh_dbus_adapter1_set_links(object, bh_remotes_count_links(remotes, slot));
    bh_dbus_adapter1_set_free_slots(object, bh_remotes_count_free_slots(remotes, slot));
    bh_dbus_adapter1_set_advertising_sets(object, (guint8)MIN(sets, G_MAXUINT8));
    bh_dbus_adapter1_set_free_advertising_sets(object, (guint8)MIN(free_sets, G_MAXUINT8));
    bh_dbus_adapter1_set_heard(object, bh_adapter_get_heard(self->adapter));
    bh_dbus_adapter1_set_last_heard(object, bh_adapter_get_last_heard_us(self->adapter));
}

static void
exported_iface_init(BhExportedInterface *iface)
{
    iface->peek_gate = peek_gate;
    iface->refresh = refresh;
}

static void
bh_export_adapter_dispose(GObject *object)
{
    BhExportAdapter *self = BH_EXPORT_ADAPTER(object);

    if (self->adapter != NULL)
        g_signal_handlers_disconnect_by_data(self->adapter, self);
    g_clear_object(&self->adapter);
    G_OBJECT_CLASS(bh_export_adapter_parent_class)->dispose(object);
}

static void
bh_export_adapter_class_init(BhExportAdapterClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = bh_export_adapter_dispose;
    G_DBUS_INTERFACE_SKELETON_CLASS(klass)->get_vtable = bh_gate_get_vtable;
}

static void
bh_export_adapter_init(BhExportAdapter *self)
{
}

BhExportAdapter *
bh_export_adapter_new(BhAdapter *adapter, const BhExportContext *context)
{
    BhExportAdapter *self = g_object_new(BH_TYPE_EXPORT_ADAPTER, NULL);

    self->adapter = g_object_ref(adapter);
    self->context = *context;
    bh_dbus_adapter1_set_address(BH_DBUS_ADAPTER1(self), bh_adapter_get_address_text(adapter));
    on_changed(adapter, self);
    g_signal_connect(adapter, "changed", G_CALLBACK(on_changed), self);
    return self;
}
