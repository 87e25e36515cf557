/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading and writing. Which kind of write it is follows from what is asked for, what the device
 * can do, and how long the value is.
 */
#include "bh-remote-calls-private.h"

#define ATT_WRITE_HEAD 3 /* bytes of a write command beside the value */

static gboolean
resolve_read(gpointer data, guint32 *attribute, GError **error)
{
    BhRemoteCall *call = data;
    BhGattFound found;

    if (!bh_remote_call_find(call, &found, attribute, error))
        return FALSE;
    return found.descriptor != NULL || (found.characteristic->flags & BH_GATT_READ) != 0 ||
           bh_remote_call_lacks("read", error);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GError *error = NULL;
    GBytes *value = bh_central_read_finish(BH_CENTRAL(source), result, &error);

    if (value != NULL)
        bh_operation_return_pointer(user_data, value, (GDestroyNotify)g_bytes_unref);
    else
        bh_operation_return_error(user_data, error);
}

static void
begin_read(gpointer data, BhOperation *operation)
{
    BhRemoteCall *call = data;

    bh_central_read_async(bh_remote_call_peek_central(call),
                          &call->remote->key,
                          call->handle,
                          call->offset,
                          bh_operation_peek_cancellable(operation),
                          on_read,
                          operation);
}

static const BhOperationKind read_kind = {.resolve = resolve_read,
                                          .begin = begin_read,
                                          .may_pair = TRUE};

void
bh_remote_read_async(BhRemote *self,
                     BhClient *client,
                     const BhGattName *name,
                     guint16 offset,
                     gint64 timeout_ms,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
    BhRemoteCall *call = bh_remote_call_new(self, name);

    call->offset = offset;
    bh_remote_call_run(&read_kind, call, client, timeout_ms, callback, user_data);
}

GBytes *
bh_remote_read_finish(BhRemote *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

/* Writing */

static gboolean
is_client_configuration(const BhUuid *uuid)
{
    guint8 bytes[16];

    return bh_uuid_to_le(uuid, bytes) == 2 && bytes[0] == 0x02 && bytes[1] == 0x29;
}

static gboolean
check_descriptor(const BhGattName *name, GError **error)
{
    if (!is_client_configuration(&name->descriptor))
        return TRUE;
    g_set_error_literal(error,
                        BH_ERROR,
                        BH_ERROR_NOT_SUPPORTED,
                        "descriptor 2902 is what subscribing is for");
    return FALSE;
}

/* One command has the whole value, or nothing is sent. */
static gboolean
fits_command(BhRemoteCall *call)
{
    guint16 mtu = call->remote->mtu;

    return call->offset == 0 && (mtu == 0 || g_bytes_get_size(call->value) + ATT_WRITE_HEAD <= mtu);
}

static gboolean
check_command(BhRemoteCall *call, BhGattFlags flags, GError **error)
{
    if ((flags & BH_GATT_WRITE_WITHOUT_RESPONSE) == 0)
        return bh_remote_call_lacks("write-without-response", error);
    if (fits_command(call))
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "Value: without response at most %u bytes fit, from the first on",
                call->remote->mtu - ATT_WRITE_HEAD);
    return FALSE;
}

/* By itself: with response only if the device lacks the other kind, or the value is too long for
 * it. */
static BhResponse
choose_response(BhRemoteCall *call, BhGattFlags flags)
{
    if (call->response != BH_RESPONSE_AUTO)
        return call->response;
    if ((flags & BH_GATT_WRITE) == 0)
        return BH_RESPONSE_NO;
    if ((flags & BH_GATT_WRITE_WITHOUT_RESPONSE) == 0 || !fits_command(call))
        return BH_RESPONSE_YES;
    return BH_RESPONSE_NO;
}

static gboolean
resolve_write(gpointer data, guint32 *attribute, GError **error)
{
    BhRemoteCall *call = data;
    BhGattFound found;
    BhGattFlags flags;

    if (!bh_remote_call_find(call, &found, attribute, error))
        return FALSE;
    if (found.descriptor != NULL)
        return check_descriptor(&call->name, error);
    flags = found.characteristic->flags;
    if ((flags & (BH_GATT_WRITE | BH_GATT_WRITE_WITHOUT_RESPONSE)) == 0)
        return bh_remote_call_lacks("write", error);
    if (choose_response(call, flags) == BH_RESPONSE_NO) {
        call->write_kind = BH_WRITE_COMMAND;
        return check_command(call, flags, error);
    }
    call->write_kind = BH_WRITE_REQUEST;
    return (flags & BH_GATT_WRITE) != 0 || bh_remote_call_lacks("write", error);
}

static void
begin_write(gpointer data, BhOperation *operation)
{
    BhRemoteCall *call = data;

    bh_central_write_async(bh_remote_call_peek_central(call),
                           &call->remote->key,
                           call->handle,
                           call->value,
                           call->offset,
                           call->write_kind,
                           bh_operation_peek_cancellable(operation),
                           bh_remote_call_on_done,
                           operation);
}

static const BhOperationKind request_kind = {.resolve = resolve_write,
                                             .begin = begin_write,
                                             .may_pair = TRUE};
static const BhOperationKind command_kind = {.resolve = resolve_write,
                                             .begin = begin_write,
                                             .shares = TRUE};

/* Whether it will be a command; what cannot be found is refused later. */
static gboolean
is_command(BhRemoteCall *call)
{
    guint32 attribute;

    call->write_kind = BH_WRITE_REQUEST;
    return resolve_write(call, &attribute, NULL) && call->write_kind == BH_WRITE_COMMAND;
}

static gboolean
check_value(GBytes *value, GError **error)
{
    if (g_bytes_get_size(value) <= BH_GATT_VALUE_MAX)
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "Value: %" G_GSIZE_FORMAT " bytes, at most %u are possible",
                g_bytes_get_size(value),
                BH_GATT_VALUE_MAX);
    return FALSE;
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
    GError *error = NULL;
    BhRemoteCall *call;

    if (!check_value(value, &error)) {
        g_task_report_error(self, callback, user_data, bh_remote_write_async, error);
        return;
    }
    call = bh_remote_call_new(self, name);
    call->value = g_bytes_ref(value);
    call->offset = offset;
    call->response = response;
    bh_remote_call_run(is_command(call) ? &command_kind : &request_kind,
                       call,
                       client,
                       timeout_ms,
                       callback,
                       user_data);
}
