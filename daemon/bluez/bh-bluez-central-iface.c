/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The seam itself, BhCentral: each call of the hub becomes a task and goes to the part it concerns.
 */
#include "bh-bluez-bonds.h"
#include "bh-bluez-central.h"
#include "bh-bluez-connect.h"
#include "bh-bluez-links.h"
#include "bh-bluez-mgmt-link.h"
#include "bh-bluez-notify.h"
#include "bh-bluez-operation.h"
#include "bh-bluez-pair.h"
#include "bh-bluez-parameters.h"

static BhBluezCentral *
central_of(BhCentral *central)
{
    return BH_BLUEZ(central)->central;
}

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
    state->connected &= link->dropping == NULL; /* whoever asks cannot have this one any more */
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
    GTask *task = new_task(central, cancellable, callback, user_data, set_parameters_async);

    bh_bluez_parameters_change(central_of(central), key, parameters, task);
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
