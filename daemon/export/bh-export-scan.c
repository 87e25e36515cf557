/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Parse, call the scan, answer. The object lives from the scan's making to its release.
 */
#include "bh-export-scan.h"

#include "bh-call.h"
#include "bh-export-owned.h"
#include "bh-scan-options.h"
#include "bh-stream-options.h"

#include <gio/gunixfdlist.h>

struct _BhExportScan {
    BhDbusScan1Skeleton parent;
    BhScan *scan;
    BhExportContext context;
};

static void scan_iface_init(BhDbusScan1Iface *iface);
static void exported_iface_init(BhExportedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(BhExportScan,
                              bh_export_scan,
                              BH_DBUS_TYPE_SCAN1_SKELETON,
                              G_IMPLEMENT_INTERFACE(BH_DBUS_TYPE_SCAN1, scan_iface_init)
                                  G_IMPLEMENT_INTERFACE(BH_TYPE_EXPORTED, exported_iface_init))

static gboolean
handle_get_devices(BhDbusScan1 *object, GDBusMethodInvocation *invocation, GVariant *options)
{
    BhExportScan *self = BH_EXPORT_SCAN(object);
    BhReadOptions read;
    GError *error = NULL;

    if (bh_get_options_parse(options, &read, &error))
        bh_export_context_answer_rows(
            &self->context,
            invocation,
            bh_row_list_of_scan(self->context.hub, self->scan, read.hex_keys));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
on_waited(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    BhExportScan *self = BH_EXPORT_SCAN(call->object);
    GError *error = NULL;
    g_autoptr(BhScanRow) row = bh_scan_wait_finish(BH_SCAN(source), result, &error);

    if (row != NULL)
        bh_dbus_scan1_complete_wait_device(call->object,
                                           call->invocation,
                                           bh_row_of_scan(self->context.hub, row, call->hex));
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static gboolean
handle_wait_device(BhDbusScan1 *object, GDBusMethodInvocation *invocation, GVariant *options)
{
    BhExportScan *self = BH_EXPORT_SCAN(object);
    BhClient *client = bh_gate_peek_client(self->context.gate, invocation);
    BhReadOptions read;
    GError *error = NULL;

    if (bh_wait_options_parse(options, &read, &error))
        bh_scan_wait_async(self->scan,
                           client,
                           read.timeout_ms,
                           on_waited,
                           bh_call_new_hex(object, invocation, read.hex_keys));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_open_stream(BhDbusScan1 *object,
                   GDBusMethodInvocation *invocation,
                   GUnixFDList *unused,
                   GVariant *options)
{
    BhExportScan *self = BH_EXPORT_SCAN(object);
    BhClient *client = bh_gate_peek_client(self->context.gate, invocation);
    g_autoptr(GUnixFDList) fds = NULL;
    BhStreamSpec spec;
    GError *error = NULL;
    int reader_fd = -1;

    if (bh_stream_options_parse(options, &spec, &error))
        reader_fd = bh_scan_open_stream(self->scan, &spec, client, &error);
    if (reader_fd < 0) {
        g_dbus_method_invocation_take_error(invocation, error);
        return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
    fds = g_unix_fd_list_new_from_array(&reader_fd, 1); /* takes it */
    bh_dbus_scan1_complete_open_stream(object, invocation, fds, g_variant_new_handle(0));
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
foreach_owner(BhExported *exported, BhExportedOwnerFunc func, gpointer user_data)
{
    func(bh_owned_peek_client(BH_OWNED(BH_EXPORT_SCAN(exported)->scan)), user_data);
}

static void
refresh(BhExported *exported)
{
    BhExportScan *self = BH_EXPORT_SCAN(exported);
    BhDbusScan1 *object = BH_DBUS_SCAN1(exported);

    bh_dbus_scan1_set_state(object, bh_scan_state_to_string(bh_scan_get_state(self->scan)));
    bh_dbus_scan1_set_seen(object, bh_scan_get_seen(self->scan));
    bh_dbus_scan1_set_delivered(object, bh_scan_get_delivered(self->scan));
    bh_dbus_scan1_set_dropped(object, bh_scan_get_dropped(self->scan));
    bh_dbus_scan1_set_streams(object, bh_scan_count_streams(self->scan));
}

static void
on_state_changed(BhScan *scan, BhExportScan *self)
{
    bh_object_manager_tell_changed(
        self->context.manager,
        BH_EXPORTED(self),
        "State",
        g_variant_new_string(bh_scan_state_to_string(bh_scan_get_state(scan))));
}

static void
scan_iface_init(BhDbusScan1Iface *iface)
{
    iface->handle_get_devices = handle_get_devices;
    iface->handle_wait_device = handle_wait_device;
    iface->handle_open_stream = handle_open_stream;
}

static void
exported_iface_init(BhExportedInterface *iface)
{
    iface->foreach_owner = foreach_owner;
    iface->refresh = refresh;
}

static void
bh_export_scan_finalize(GObject *object)
{
    g_object_unref(BH_EXPORT_SCAN(object)->scan);
    G_OBJECT_CLASS(bh_export_scan_parent_class)->finalize(object);
}

static void
bh_export_scan_class_init(BhExportScanClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_export_scan_finalize;
    G_DBUS_INTERFACE_SKELETON_CLASS(klass)->get_vtable = bh_gate_get_vtable;
}

static void
bh_export_scan_init(BhExportScan *self)
{
}

char *
bh_export_scan_publish(BhScan *scan, GVariant *options, const BhExportContext *context)
{
    g_autoptr(BhExportScan) self = g_object_new(BH_TYPE_EXPORT_SCAN, NULL);

    self->scan = g_object_ref(scan);
    self->context = *context;
    bh_dbus_scan1_set_options(BH_DBUS_SCAN1(self), options);
    g_signal_connect_object(scan,
                            "state-changed",
                            G_CALLBACK(on_state_changed),
                            self,
                            (GConnectFlags)0);
    return bh_export_owned_publish(BH_EXPORTED(self), BH_OWNED(scan), "scan", context->manager);
}
