/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What all calls have in common, and those that are about the link itself.
 */
#include "bh-remote-calls-private.h"

static void
call_free(BhRemoteCall *call)
{
    g_clear_pointer(&call->value, g_bytes_unref);
    g_clear_object(&call->subscription);
    g_free(call);
}

BhRemoteCall *
bh_remote_call_new(BhRemote *remote, const BhGattName *name)
{
    BhRemoteCall *call = g_new0(BhRemoteCall, 1);

    call->remote = remote;
    if (name != NULL)
        call->name = *name;
    return call;
}

BhCentral *
bh_remote_call_peek_central(BhRemoteCall *call)
{
    return call->remote->context->hub.central;
}

void
bh_remote_call_run(const BhOperationKind *kind,
                   BhRemoteCall *call,
                   BhClient *client,
                   gint64 timeout_ms,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
    GTask *task = g_task_new(call->remote, NULL, callback, user_data);

    g_task_set_source_tag(task, (gpointer)kind);
    g_task_set_task_data(task, call, (GDestroyNotify)call_free);
    bh_operations_add(call->remote->operations, kind, task, client, timeout_ms);
}

static gboolean
check_ready(BhRemoteCall *call, GError **error)
{
    if (call->remote->state == BH_REMOTE_READY)
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_DISCONNECTED,
                "the device is not connected (%s)",
                bh_remote_state_to_string(call->remote->state));
    return FALSE;
}

/* Of calls that are not about an attribute. */
gboolean
bh_remote_call_resolve_to(BhRemoteCall *call, guint32 number, guint32 *attribute, GError **error)
{
    *attribute = number;
    return check_ready(call, error);
}

gboolean
bh_remote_call_find(BhRemoteCall *call, BhGattFound *found, guint32 *attribute, GError **error)
{
    if (!check_ready(call, error) ||
        !bh_gatt_database_find(call->remote->database, &call->name, found, error))
        return FALSE;
    call->handle =
        found->descriptor != NULL ? found->descriptor->handle : found->characteristic->handle;
    *attribute = call->handle;
    return TRUE;
}

gboolean
bh_remote_call_lacks(const char *property, GError **error)
{
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_NOT_SUPPORTED,
                "the characteristic lacks the property %s",
                property);
    return FALSE;
}

void
bh_remote_call_on_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GError *error = NULL;

    if (bh_central_finish(BH_CENTRAL(source), result, &error))
        bh_operation_return_boolean(user_data, TRUE);
    else
        bh_operation_return_error(user_data, error);
}

/* The link itself */

static gboolean
resolve_rssi(gpointer data, guint32 *attribute, GError **error)
{
    return bh_remote_call_resolve_to(data, BH_ATTRIBUTE_RSSI, attribute, error);
}

static void
on_rssi(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GError *error = NULL;
    gint rssi = bh_central_read_rssi_finish(BH_CENTRAL(source), result, &error);

    if (error == NULL)
        bh_operation_return_int(user_data, rssi);
    else
        bh_operation_return_error(user_data, error);
}

static void
begin_rssi(gpointer data, BhOperation *operation)
{
    BhRemoteCall *call = data;

    bh_central_read_rssi_async(bh_remote_call_peek_central(call),
                               &call->remote->key,
                               bh_operation_peek_cancellable(operation),
                               on_rssi,
                               operation);
}

static const BhOperationKind rssi_kind = {.resolve = resolve_rssi, .begin = begin_rssi};

void
bh_remote_read_rssi_async(BhRemote *self,
                          BhClient *client,
                          gint64 timeout_ms,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
    bh_remote_call_run(&rssi_kind,
                       bh_remote_call_new(self, NULL),
                       client,
                       timeout_ms,
                       callback,
                       user_data);
}

gint
bh_remote_read_rssi_finish(BhRemote *self, GAsyncResult *result, GError **error)
{
    return (gint)g_task_propagate_int(G_TASK(result), error);
}

static gboolean
resolve_parameters(gpointer data, guint32 *attribute, GError **error)
{
    return bh_remote_call_resolve_to(data, BH_ATTRIBUTE_PARAMETERS, attribute, error);
}

static void
on_parameters(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhRemoteCall *call = user_data;
    BhOperation *operation = call->operation;
    GError *error = NULL;

    if (bh_central_finish(BH_CENTRAL(source), result, &error)) {
        call->remote->requested = call->parameters;
        bh_operation_return_boolean(operation, TRUE);
    } else {
        bh_operation_return_error(operation, error);
    }
}

static void
begin_parameters(gpointer data, BhOperation *operation)
{
    BhRemoteCall *call = data;

    call->operation = operation;
    bh_central_set_parameters_async(bh_remote_call_peek_central(call),
                                    &call->remote->key,
                                    &call->parameters,
                                    bh_operation_peek_cancellable(operation),
                                    on_parameters,
                                    call);
}

static const BhOperationKind parameters_kind = {.resolve = resolve_parameters,
                                                .begin = begin_parameters};

void
bh_remote_set_parameters_async(BhRemote *self,
                               BhClient *client,
                               const BhLinkParameters *parameters,
                               gint64 timeout_ms,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
    BhRemoteCall *call = bh_remote_call_new(self, NULL);

    call->parameters = *parameters;
    bh_remote_call_run(&parameters_kind, call, client, timeout_ms, callback, user_data);
}

gboolean
bh_remote_finish(BhRemote *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

/* Waiting */

void
bh_remote_exchange_mtu_async(BhRemote *self,
                             BhClient *client,
                             gint64 timeout_ms,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);

    g_task_set_source_tag(task, bh_remote_exchange_mtu_async);
    if (self->state != BH_REMOTE_READY)
        g_task_return_new_error(task,
                                BH_ERROR,
                                BH_ERROR_DISCONNECTED,
                                "the device is not connected (%s)",
                                bh_remote_state_to_string(self->state));
    else if (self->mtu != 0)
        g_task_return_int(task, self->mtu);
    else
        bh_waits_add(self->mtu_waits, g_steal_pointer(&task), client, timeout_ms);
}

guint16
bh_remote_exchange_mtu_finish(BhRemote *self, GAsyncResult *result, GError **error)
{
    gssize mtu = g_task_propagate_int(G_TASK(result), error);

    return mtu > 0 ? (guint16)mtu : 0;
}

void
bh_remote_wait_disconnected_async(BhRemote *self,
                                  BhClient *client,
                                  gint64 timeout_ms,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);

    g_task_set_source_tag(task, bh_remote_wait_disconnected_async);
    if (self->state != BH_REMOTE_READY)
        g_task_return_pointer(task, g_strdup(self->last_cause), g_free);
    else
        bh_waits_add(self->leaving, g_steal_pointer(&task), client, timeout_ms);
}

char *
bh_remote_wait_disconnected_finish(BhRemote *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
