/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The task ends with the first of three signals of its scan: its time is over, enough devices were
 * found, or it was released because the client left.
 */
#include "bh-discover.h"

#include "bh-error.h"

typedef struct {
    BhScan *scan;
    guint count;
} Discovery;

static void
discovery_free(Discovery *self)
{
    g_clear_object(&self->scan);
    g_free(self);
}

static void
discovery_end(GTask *task, GError *error)
{
    g_autoptr(GTask) mine = task;
    Discovery *discovery = g_task_get_task_data(task);

    g_signal_handlers_disconnect_by_data(discovery->scan, task);
    bh_owned_release(BH_OWNED(discovery->scan), BH_RELEASE_ASKED);
    if (error != NULL)
        g_task_return_error(task, error);
    else
        g_task_return_pointer(task, g_object_ref(discovery->scan), g_object_unref);
}

static void
on_discovery_state(BhScan *scan, GTask *task)
{
    if (bh_scan_get_state(scan) == BH_SCAN_FINISHED)
        discovery_end(task, NULL);
}

static void
on_discovery_found(BhScan *scan, GTask *task)
{
    Discovery *discovery = g_task_get_task_data(task);

    if (discovery->count != 0 && bh_scan_count_devices(scan) >= discovery->count)
        discovery_end(task, NULL);
}

static void
on_discovery_released(BhScan *scan, BhReleaseReason reason, GTask *task)
{
    discovery_end(task, g_error_new(BH_ERROR, BH_ERROR_CANCELLED, "the caller left"));
}

static void
on_discovery_radio_off(BhScan *scan, GTask *task)
{
    discovery_end(task, g_error_new(BH_ERROR, BH_ERROR_DISCONNECTED, "the radio was switched off"));
}

void
bh_discover_async(BhHub *self,
                  const BhScanSpec *spec,
                  guint count,
                  BhClient *client,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);
    Discovery *discovery = g_new0(Discovery, 1);
    GError *error = NULL;

    g_task_set_source_tag(task, bh_discover_async);
    g_task_set_task_data(task, discovery, (GDestroyNotify)discovery_free);
    discovery->count = count;
    if (bh_hub_check_ready(self, spec, &error))
        discovery->scan = bh_hub_add_scan(self, spec, client, BH_LIFETIME_CALLER, 0, &error);
    if (discovery->scan == NULL) {
        g_task_return_error(task, error);
        return;
    }
    g_signal_connect(discovery->scan, "state-changed", G_CALLBACK(on_discovery_state), task);
    g_signal_connect(discovery->scan, "device-found", G_CALLBACK(on_discovery_found), task);
    g_signal_connect(discovery->scan, "radio-off", G_CALLBACK(on_discovery_radio_off), task);
    g_signal_connect_after(discovery->scan, "released", G_CALLBACK(on_discovery_released), task);
    g_steal_pointer(&task); /* ended by one of the handlers */
}

BhScan *
bh_discover_finish(BhHub *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
