/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header; not built yet.
 */
#include "bh-remote.h"

#include "bh-error.h"

struct _BhRemote {
    GObject parent;
};

G_DEFINE_FINAL_TYPE(BhRemote, bh_remote, G_TYPE_OBJECT)

static void
not_yet(gpointer source, GAsyncReadyCallback callback, gpointer user_data, gpointer tag)
{
    g_task_report_new_error(source,
                            callback,
                            user_data,
                            tag,
                            BH_ERROR,
                            BH_ERROR_NOT_SUPPORTED,
                            "the central role is not built yet");
}

const char *
bh_remote_state_to_string(BhRemoteState state)
{
    return "disconnected";
}

const BhAddress *
bh_remote_peek_address(BhRemote *self)
{
    return NULL;
}

guint8
bh_remote_get_slot(BhRemote *self)
{
    return 0;
}

BhRemoteState
bh_remote_get_state(BhRemote *self)
{
    return 0;
}

guint16
bh_remote_get_mtu(BhRemote *self)
{
    return 0;
}

gboolean
bh_remote_is_paired(BhRemote *self)
{
    return 0;
}

guint
bh_remote_count_holds(BhRemote *self)
{
    return 0;
}

guint32
bh_remote_get_attempts(BhRemote *self)
{
    return 0;
}

const char *
bh_remote_peek_last_error(BhRemote *self)
{
    return NULL;
}

BhGattDatabase *
bh_remote_peek_database(BhRemote *self)
{
    return NULL;
}

void
bh_remote_get_parameters(BhRemote *self, BhLinkParameters *parameters)
{
}

const GPtrArray *
bh_remote_peek_holds(BhRemote *self)
{
    return NULL;
}

gboolean
bh_remote_is_held_only_by(BhRemote *self, guint32 uid)
{
    return 0;
}

void
bh_remote_wait_disconnected_async(BhRemote *self,
                                  BhClient *client,
                                  gint64 timeout_ms,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
    not_yet(self, callback, user_data, bh_remote_wait_disconnected_async);
}

char *
bh_remote_wait_disconnected_finish(BhRemote *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void
bh_remote_read_async(BhRemote *self,
                     BhClient *client,
                     const BhGattName *name,
                     guint16 offset,
                     gint64 timeout_ms,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
    not_yet(self, callback, user_data, bh_remote_read_async);
}

GBytes *
bh_remote_read_finish(BhRemote *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void
bh_remote_write_async(BhRemote *self,
                      BhClient *client,
                      const BhGattName *name,
                      GBytes *value,
                      guint16 offset,
                      BhResponse response,
                      gint64 timeout_ms,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
    not_yet(self, callback, user_data, bh_remote_write_async);
}

void
bh_remote_pair_async(BhRemote *self,
                     BhClient *client,
                     BhIoCapability capability,
                     BhPairingAskFunc ask,
                     gpointer ask_data,
                     gint64 timeout_ms,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
    not_yet(self, callback, user_data, bh_remote_pair_async);
}

gboolean
bh_remote_answer_pairing(BhRemote *self, const BhPairingAnswer *answer, GError **error)
{
    return 0;
}

void
bh_remote_unpair_async(BhRemote *self,
                       BhClient *client,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
    not_yet(self, callback, user_data, bh_remote_unpair_async);
}

void
bh_remote_read_rssi_async(BhRemote *self,
                          BhClient *client,
                          gint64 timeout_ms,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
    not_yet(self, callback, user_data, bh_remote_read_rssi_async);
}

gint
bh_remote_read_rssi_finish(BhRemote *self, GAsyncResult *result, GError **error)
{
    return (gint)g_task_propagate_int(G_TASK(result), error);
}

void
bh_remote_exchange_mtu_async(BhRemote *self,
                             BhClient *client,
                             gint64 timeout_ms,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
    not_yet(self, callback, user_data, bh_remote_exchange_mtu_async);
}

guint16
bh_remote_exchange_mtu_finish(BhRemote *self, GAsyncResult *result, GError **error)
{
    return (guint16)g_task_propagate_int(G_TASK(result), error);
}

void
bh_remote_set_parameters_async(BhRemote *self,
                               BhClient *client,
                               const BhLinkParameters *parameters,
                               gint64 timeout_ms,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
    not_yet(self, callback, user_data, bh_remote_set_parameters_async);
}

gboolean
bh_remote_finish(BhRemote *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

static void
new_signal(const char *name, guint n_params, GType param)
{
    g_signal_new(name,
                 bh_remote_get_type(),
                 G_SIGNAL_RUN_LAST,
                 0,
                 NULL,
                 NULL,
                 NULL,
                 G_TYPE_NONE,
                 n_params,
                 param);
}

static void
bh_remote_class_init(BhRemoteClass *klass)
{
    new_signal("state-changed", 0, G_TYPE_NONE);
    new_signal("disconnected", 1, G_TYPE_STRING);
    new_signal("changed", 0, G_TYPE_NONE);
    new_signal("gone", 0, G_TYPE_NONE);
}

static void
bh_remote_init(BhRemote *self)
{
}
