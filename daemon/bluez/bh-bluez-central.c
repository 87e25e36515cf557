/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Nothing is decided here: calls of the hub and signals of BlueZ go to the part they concern.
 */
#include "bh-bluez-central.h"

#include "bh-bluez-agent.h"
#include "bh-bluez-bonds.h"
#include "bh-bluez-central-private.h"
#include "bh-bluez-connect.h"
#include "bh-bluez-links.h"
#include "bh-bluez-mgmt-link.h"
#include "bh-bluez-notify.h"
#include "bh-bluez-operation.h"
#include "bh-bluez-pair.h"
#include "bh-error.h"

static BhBluezCentral *
central_of(BhCentral *central)
{
    return BH_BLUEZ(central)->central;
}

/* What BlueZ and the kernel say */

void
bh_bluez_central_device(BhBluezCentral *self,
                        const char *path,
                        guint8 slot,
                        const BhBluezProperties *properties,
                        const BhAddress *known)
{
    bh_bluez_links_take(self, path, slot, properties, known);
}

gboolean
bh_bluez_central_wants(const char *interface)
{
    BhBluezGattKind kind;

    return bh_bluez_gatt_kind_of(interface, &kind);
}

static void
attributes_changed(BhBluezCentral *self, const char *path, BhBluezGattKind kind)
{
    g_autofree char *device =
        kind == BH_BLUEZ_GATT_BATTERY ? g_strdup(path) : bh_bluez_gatt_dup_device(path);

    if (device != NULL)
        bh_bluez_links_attributes_changed(self, device);
}

int
bh_bluez_central_object(BhBluezCentral *self,
                        const char *path,
                        const char *interface,
                        sd_bus_message *message)
{
    BhBluezGattKind kind = BH_BLUEZ_GATT_SERVICE;

    bh_bluez_gatt_kind_of(interface, &kind);
    int result =
        bh_bluez_gatt_read(self->gatt, path, kind, message, &self->bluez->counters.malformed);
    if (result >= 0)
        attributes_changed(self, path, kind);
    return result;
}

int
bh_bluez_central_changed(BhBluezCentral *self,
                         const char *path,
                         const char *interface,
                         sd_bus_message *message)
{
    return bh_bluez_notify_changed(self, path, message);
}

void
bh_bluez_central_removed(BhBluezCentral *self, const char *path, const char *interface)
{
    BhBluezGattKind kind;

    if (!bh_bluez_gatt_kind_of(interface, &kind)) {
        bh_bluez_links_removed(self, path);
        bh_bluez_gatt_remove_device(self->gatt, path);
        return;
    }
    bh_bluez_notify_removed(self, path);
    bh_bluez_gatt_remove(self->gatt, path, kind);
    attributes_changed(self, path, kind);
}

void
bh_bluez_central_adapter_added(BhBluezCentral *self, guint8 slot)
{
    bh_bluez_links_adapter_added(self, slot);
}

void
bh_bluez_central_adapter_removed(BhBluezCentral *self, guint8 slot, const char *path)
{
    bh_bluez_attempts_adapter_changed(self, slot);
    bh_bluez_links_adapter_removed(self, slot);
    bh_bluez_gatt_remove_under(self->gatt, path);
}

void
bh_bluez_central_adapter_changed(BhBluezCentral *self, guint8 slot)
{
    bh_bluez_attempts_adapter_changed(self, slot);
}

void
bh_bluez_central_owner_gone(BhBluezCentral *self)
{
    self->no_connect_device = FALSE;
    bh_bluez_bonds_end(self, BH_ERROR_NOT_READY, "no-bluez");
}

void
bh_bluez_central_kernel(BhBluezCentral *self, const BhLinkEvent *event)
{
    bh_bluez_links_kernel(self, event);
}

void
bh_bluez_central_parameters(BhBluezCentral *self,
                            const BhLinkKey *key,
                            const BhMgmtConnectionParameters *parameters)
{
    bh_bluez_links_parameters(self, key, parameters);
}

/* Pace */

gboolean
bh_bluez_central_is_busy(const BhBluezCentral *self)
{
    return g_hash_table_size(self->lines) > 0 || g_hash_table_size(self->subscriptions) > 0 ||
           self->attempts.head != NULL || self->pairings.head != NULL;
}

void
bh_bluez_central_update_pace(BhBluezCentral *self)
{
    guint batch_ms = bh_bluez_central_is_busy(self) ? 0 : self->bluez->batch_ms;

    bh_bluez_bus_set_batch(self->bluez->bus, batch_ms);
}

/* BhCentral */

static GTask *
new_task(BhCentral *central,
         GCancellable *cancellable,
         GAsyncReadyCallback callback,
         gpointer user_data,
         gpointer tag)
{
    GTask *task = g_task_new(central, cancellable, callback, user_data);

    g_task_set_source_tag(task, tag);
    g_task_set_check_cancellable(task, FALSE);
    return task;
}

static void
set_sink(BhCentral *central, const BhCentralSink *sink, gpointer data)
{
    central_of(central)->sink = sink;
    central_of(central)->sink_data = data;
}

static void
watch(BhCentral *central, const BhLinkKey *key)
{
    bh_bluez_link_set_watched(central_of(central), key, TRUE);
}

static void
unwatch(BhCentral *central, const BhLinkKey *key)
{
    bh_bluez_link_set_watched(central_of(central), key, FALSE);
}

static gboolean
peek(BhCentral *central, const BhLinkKey *key, BhLinkState *state)
{
    const BhBluezLink *link = bh_bluez_links_find(central_of(central), key);

    if (link == NULL || (link->path == NULL && !link->kernel_connected))
        return FALSE;
    bh_bluez_link_get_state(link, state);
    return TRUE;
}

static guint
count_links(BhCentral *central, guint8 slot)
{
    GHashTableIter iter;
    gpointer value;
    guint n = 0;

    g_hash_table_iter_init(&iter, central_of(central)->links);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const BhBluezLink *link = value;
        n += link->key.slot == slot && (link->connected || link->kernel_connected);
    }
    return n;
}

static void
connect_async(BhCentral *central,
              const BhLinkKey *key,
              const BhLinkParameters *parameters,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
    GTask *task = new_task(central, cancellable, callback, user_data, connect_async);

    bh_bluez_attempt_start(central_of(central), key, parameters, task);
}

static void
disconnect_link(BhCentral *central, const BhLinkKey *key)
{
    BhBluezLink *link = bh_bluez_links_find(central_of(central), key);

    if (link != NULL && (link->connected || link->kernel_connected))
        bh_bluez_link_drop(central_of(central), link);
}

static void
read_async(BhCentral *central,
           const BhLinkKey *key,
           guint16 handle,
           guint16 offset,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
    GTask *task = new_task(central, cancellable, callback, user_data, read_async);

    bh_bluez_operation_start(central_of(central),
                             key,
                             handle,
                             offset,
                             NULL,
                             BH_WRITE_REQUEST,
                             task);
}

static GBytes *
read_finish(BhCentral *central, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void
write_async(BhCentral *central,
            const BhLinkKey *key,
            guint16 handle,
            GBytes *value,
            guint16 offset,
            BhWriteKind kind,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
    GTask *task = new_task(central, cancellable, callback, user_data, write_async);

    bh_bluez_operation_start(central_of(central), key, handle, offset, value, kind, task);
}

static void
subscribe_async(BhCentral *central,
                const BhLinkKey *key,
                guint16 handle,
                GCancellable *cancellable,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
    GTask *task = new_task(central, cancellable, callback, user_data, subscribe_async);

    bh_bluez_notify_start(central_of(central), key, handle, task);
}

static void
unsubscribe(BhCentral *central, const BhLinkKey *key, guint16 handle)
{
    bh_bluez_notify_stop(central_of(central), key, handle);
}

static void
pair_async(BhCentral *central,
           const BhLinkKey *key,
           BhIoCapability capability,
           BhPairingAskFunc ask,
           gpointer ask_data,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
    GTask *task = new_task(central, cancellable, callback, user_data, pair_async);

    bh_bluez_pairing_start(central_of(central), key, capability, ask, ask_data, task);
}

static void
answer_pairing(BhCentral *central, const BhLinkKey *key, const BhPairingAnswer *answer)
{
    bh_bluez_pairing_answer(central_of(central), key, answer);
}

static void
remove_bond_async(BhCentral *central,
                  const BhLinkKey *key,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
    GTask *task = new_task(central, cancellable, callback, user_data, remove_bond_async);

    bh_bluez_bonds_remove(central_of(central), key, task);
}

static void
read_rssi_async(BhCentral *central,
                const BhLinkKey *key,
                GCancellable *cancellable,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
    GTask *task = new_task(central, cancellable, callback, user_data, read_rssi_async);

    bh_bluez_rssi_start(central_of(central), key, task);
}

static gint
read_rssi_finish(BhCentral *central, GAsyncResult *result, GError **error)
{
    return (gint)g_task_propagate_int(G_TASK(result), error);
}

static void
set_parameters_async(BhCentral *central,
                     const BhLinkKey *key,
                     const BhLinkParameters *parameters,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
    g_autoptr(GTask) task =
        new_task(central, cancellable, callback, user_data, set_parameters_async);
    GError *error = NULL;

    if (bh_bluez_mgmt_change_parameters(central_of(central)->bluez, key, parameters, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

static void
list_bonds_async(BhCentral *central,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
    GTask *task = new_task(central, cancellable, callback, user_data, list_bonds_async);

    bh_bluez_bonds_list(central_of(central), task);
}

static GArray *
list_bonds_finish(BhCentral *central, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

/* Of all that return TRUE. */
static gboolean
finish(BhCentral *central, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

void
bh_bluez_central_init_iface(BhCentralInterface *iface)
{
    iface->set_sink = set_sink;
    iface->watch = watch;
    iface->unwatch = unwatch;
    iface->peek = peek;
    iface->count_links = count_links;
    iface->connect_async = connect_async;
    iface->connect_finish = finish;
    iface->disconnect = disconnect_link;
    iface->read_async = read_async;
    iface->read_finish = read_finish;
    iface->write_async = write_async;
    iface->subscribe_async = subscribe_async;
    iface->unsubscribe = unsubscribe;
    iface->pair_async = pair_async;
    iface->answer_pairing = answer_pairing;
    iface->remove_bond_async = remove_bond_async;
    iface->read_rssi_async = read_rssi_async;
    iface->read_rssi_finish = read_rssi_finish;
    iface->set_parameters_async = set_parameters_async;
    iface->finish = finish;
    iface->list_bonds_async = list_bonds_async;
    iface->list_bonds_finish = list_bonds_finish;
}

/* Life */

void
bh_bluez_central_stop(BhBluezCentral *self)
{
    self->sink = NULL;
    bh_bluez_pairings_clear(self);
    bh_bluez_attempts_clear(self);
    bh_bluez_notify_clear(self);
    bh_bluez_operations_clear(self);
    bh_bluez_rssi_clear(self);
    bh_bluez_bonds_end(self, BH_ERROR_CANCELLED, "stopped");
    bh_bluez_links_clear(self);
}

BhBluezCentral *
bh_bluez_central_new(BhBluez *bluez)
{
    BhBluezCentral *self = g_new0(BhBluezCentral, 1);

    self->bluez = bluez;
    self->gatt = bh_bluez_gatt_new();
    bh_bluez_links_init(self);
    bh_bluez_operations_init(self);
    bh_bluez_notify_init(self);
    return self;
}

void
bh_bluez_central_free(BhBluezCentral *self)
{
    bh_bluez_central_stop(self);
    g_hash_table_unref(self->links);
    g_hash_table_unref(self->paths);
    g_hash_table_unref(self->lines);
    g_hash_table_unref(self->subscriptions);
    bh_bluez_gatt_free(self->gatt);
    g_free(self);
}
