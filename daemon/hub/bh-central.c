/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Dispatch of the BhCentral interface; the idea is in the header.
 */
#include "bh-central.h"

#include "bh-error.h"

G_DEFINE_INTERFACE(BhCentral, bh_central, G_TYPE_OBJECT)

void
bh_central_set_sink(BhCentral *self, const BhCentralSink *sink, gpointer data)
{
    BH_CENTRAL_GET_IFACE(self)->set_sink(self, sink, data);
}

void
bh_central_watch(BhCentral *self, const BhLinkKey *key)
{
    BH_CENTRAL_GET_IFACE(self)->watch(self, key);
}

void
bh_central_unwatch(BhCentral *self, const BhLinkKey *key)
{
    BH_CENTRAL_GET_IFACE(self)->unwatch(self, key);
}

gboolean
bh_central_peek(BhCentral *self, const BhLinkKey *key, BhLinkState *state)
{
    return BH_CENTRAL_GET_IFACE(self)->peek(self, key, state);
}

guint
bh_central_count_links(BhCentral *self, guint8 slot)
{
    return BH_CENTRAL_GET_IFACE(self)->count_links(self, slot);
}

void
bh_central_connect_async(BhCentral *self,
                         const BhLinkKey *key,
                         const BhLinkParameters *parameters,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
    BH_CENTRAL_GET_IFACE(self)
        ->connect_async(self, key, parameters, cancellable, callback, user_data);
}

gboolean
bh_central_connect_finish(BhCentral *self, GAsyncResult *result, GError **error)
{
    return BH_CENTRAL_GET_IFACE(self)->connect_finish(self, result, error);
}

void
bh_central_disconnect(BhCentral *self, const BhLinkKey *key)
{
    BH_CENTRAL_GET_IFACE(self)->disconnect(self, key);
}

void
bh_central_read_async(BhCentral *self,
                      const BhLinkKey *key,
                      guint16 handle,
                      guint16 offset,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
    BH_CENTRAL_GET_IFACE(self)
        ->read_async(self, key, handle, offset, cancellable, callback, user_data);
}

GBytes *
bh_central_read_finish(BhCentral *self, GAsyncResult *result, GError **error)
{
    return BH_CENTRAL_GET_IFACE(self)->read_finish(self, result, error);
}

void
bh_central_write_async(BhCentral *self,
                       const BhLinkKey *key,
                       guint16 handle,
                       GBytes *value,
                       guint16 offset,
                       BhWriteKind kind,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
    BH_CENTRAL_GET_IFACE(self)
        ->write_async(self, key, handle, value, offset, kind, cancellable, callback, user_data);
}

void
bh_central_subscribe_async(BhCentral *self,
                           const BhLinkKey *key,
                           guint16 handle,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
    BH_CENTRAL_GET_IFACE(self)
        ->subscribe_async(self, key, handle, cancellable, callback, user_data);
}

void
bh_central_unsubscribe(BhCentral *self, const BhLinkKey *key, guint16 handle)
{
    BH_CENTRAL_GET_IFACE(self)->unsubscribe(self, key, handle);
}

void
bh_central_pair_async(BhCentral *self,
                      const BhLinkKey *key,
                      BhIoCapability capability,
                      BhPairingAskFunc ask,
                      gpointer ask_data,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
    BH_CENTRAL_GET_IFACE(self)
        ->pair_async(self, key, capability, ask, ask_data, cancellable, callback, user_data);
}

void
bh_central_answer_pairing(BhCentral *self, const BhLinkKey *key, const BhPairingAnswer *answer)
{
    BH_CENTRAL_GET_IFACE(self)->answer_pairing(self, key, answer);
}

void
bh_central_remove_bond_async(BhCentral *self,
                             const BhLinkKey *key,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
    BH_CENTRAL_GET_IFACE(self)->remove_bond_async(self, key, cancellable, callback, user_data);
}

void
bh_central_read_rssi_async(BhCentral *self,
                           const BhLinkKey *key,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
    BH_CENTRAL_GET_IFACE(self)->read_rssi_async(self, key, cancellable, callback, user_data);
}

gint
bh_central_read_rssi_finish(BhCentral *self, GAsyncResult *result, GError **error)
{
    return BH_CENTRAL_GET_IFACE(self)->read_rssi_finish(self, result, error);
}

void
bh_central_set_parameters_async(BhCentral *self,
                                const BhLinkKey *key,
                                const BhLinkParameters *parameters,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
    BhCentralInterface *iface = BH_CENTRAL_GET_IFACE(self);

    if (iface->set_parameters_async != NULL) {
        iface->set_parameters_async(self, key, parameters, cancellable, callback, user_data);
        return;
    }
    g_task_report_new_error(self,
                            callback,
                            user_data,
                            bh_central_set_parameters_async,
                            BH_ERROR,
                            BH_ERROR_NOT_SUPPORTED,
                            "the radio cannot change the parameters of a link");
}

gboolean
bh_central_finish(BhCentral *self, GAsyncResult *result, GError **error)
{
    return BH_CENTRAL_GET_IFACE(self)->finish(self, result, error);
}

void
bh_central_list_bonds_async(BhCentral *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
    BH_CENTRAL_GET_IFACE(self)->list_bonds_async(self, cancellable, callback, user_data);
}

GArray *
bh_central_list_bonds_finish(BhCentral *self, GAsyncResult *result, GError **error)
{
    return BH_CENTRAL_GET_IFACE(self)->list_bonds_finish(self, result, error);
}

static void
bh_central_default_init(BhCentralInterface *iface)
{
}
