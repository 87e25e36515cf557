/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What clients ask of a device whose link is ready. Each call is an operation: a name that is
 * looked up when the call comes and again when the device's attributes have changed, and the work
 * to do when its turn comes. What is not an attribute has a number beyond those of handles.
 */
#include "bh-remote-private.h"

#include "bh-subscription-private.h"

#include <string.h>

enum {
    ATTRIBUTE_SUBSCRIBE = 0x10000, /* plus the handle: beside reads and writes, one at a time */
    ATTRIBUTE_PAIRING = 0x20000,
    ATTRIBUTE_RSSI,
    ATTRIBUTE_PARAMETERS,
};

#define ATT_WRITE_HEAD 3 /* bytes of a write command beside the value */

/* Of any kind; one kind's fields are not used by others. */
typedef struct {
    BhRemote *remote; /* borrowed: the task's source */
    BhGattName name;
    guint16 handle;
    guint16 offset;
    GBytes *value;
    BhResponse response;
    BhWriteKind write_kind;
    BhIoCapability capability;
    guint32 uid; /* who pairs */
    BhPairingAskFunc ask;
    gpointer ask_data;
    BhOperation *operation; /* borrowed: while it is under way */
    BhLinkParameters parameters;
    BhSubscription *subscription;
} Call;

static void
call_free(Call *call)
{
    g_clear_pointer(&call->value, g_bytes_unref);
    g_clear_object(&call->subscription);
    g_free(call);
}

static Call *
call_new(BhRemote *remote, const BhGattName *name)
{
    Call *call = g_new0(Call, 1);

    call->remote = remote;
    if (name != NULL)
        call->name = *name;
    return call;
}

static BhCentral *
peek_central(Call *call)
{
    return call->remote->context->hub.central;
}

static void
run(const BhOperationKind *kind,
    Call *call,
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
check_ready(Call *call, GError **error)
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
static gboolean
resolve_to(Call *call, guint32 number, guint32 *attribute, GError **error)
{
    *attribute = number;
    return check_ready(call, error);
}

static gboolean
find(Call *call, BhGattFound *found, guint32 *attribute, GError **error)
{
    if (!check_ready(call, error) ||
        !bh_gatt_database_find(call->remote->database, &call->name, found, error))
        return FALSE;
    call->handle =
        found->descriptor != NULL ? found->descriptor->handle : found->characteristic->handle;
    *attribute = call->handle;
    return TRUE;
}

static gboolean
lacks(const char *property, GError **error)
{
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_NOT_SUPPORTED,
                "the characteristic lacks the property %s",
                property);
    return FALSE;
}

static void
on_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GError *error = NULL;

    if (bh_central_finish(BH_CENTRAL(source), result, &error))
        bh_operation_return_boolean(user_data, TRUE);
    else
        bh_operation_return_error(user_data, error);
}

/* Reading */

static gboolean
resolve_read(gpointer data, guint32 *attribute, GError **error)
{
    Call *call = data;
    BhGattFound found;

    if (!find(call, &found, attribute, error))
        return FALSE;
    return found.descriptor != NULL || (found.characteristic->flags & BH_GATT_READ) != 0 ||
           lacks("read", error);
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
    Call *call = data;

    bh_central_read_async(peek_central(call),
                          &call->remote->key,
                          call->handle,
                          call->offset,
                          bh_operation_peek_cancellable(operation),
                          on_read,
                          operation);
}

static const BhOperationKind read_kind = {.resolve = resolve_read, .begin = begin_read};

void
bh_remote_read_async(BhRemote *self,
                     BhClient *client,
                     const BhGattName *name,
                     guint16 offset,
                     gint64 timeout_ms,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
    Call *call = call_new(self, name);

    call->offset = offset;
    run(&read_kind, call, client, timeout_ms, callback, user_data);
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
fits_command(Call *call)
{
    guint16 mtu = call->remote->mtu;

    return call->offset == 0 && (mtu == 0 || g_bytes_get_size(call->value) + ATT_WRITE_HEAD <= mtu);
}

static gboolean
check_command(Call *call, BhGattFlags flags, GError **error)
{
    if ((flags & BH_GATT_WRITE_WITHOUT_RESPONSE) == 0)
        return lacks("write-without-response", error);
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
choose_response(Call *call, BhGattFlags flags)
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
    Call *call = data;
    BhGattFound found;
    BhGattFlags flags;

    if (!find(call, &found, attribute, error))
        return FALSE;
    if (found.descriptor != NULL)
        return check_descriptor(&call->name, error);
    flags = found.characteristic->flags;
    if ((flags & (BH_GATT_WRITE | BH_GATT_WRITE_WITHOUT_RESPONSE)) == 0)
        return lacks("write", error);
    if (choose_response(call, flags) == BH_RESPONSE_NO) {
        call->write_kind = BH_WRITE_COMMAND;
        return check_command(call, flags, error);
    }
    call->write_kind = BH_WRITE_REQUEST;
    return (flags & BH_GATT_WRITE) != 0 || lacks("write", error);
}

static void
begin_write(gpointer data, BhOperation *operation)
{
    Call *call = data;

    bh_central_write_async(peek_central(call),
                           &call->remote->key,
                           call->handle,
                           call->value,
                           call->offset,
                           call->write_kind,
                           bh_operation_peek_cancellable(operation),
                           on_done,
                           operation);
}

static const BhOperationKind request_kind = {.resolve = resolve_write, .begin = begin_write};
static const BhOperationKind command_kind = {.resolve = resolve_write,
                                             .begin = begin_write,
                                             .shares = TRUE};

/* Whether it will be a command; what cannot be found is refused later. */
static gboolean
is_command(Call *call)
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
    Call *call;

    if (!check_value(value, &error)) {
        g_task_report_error(self, callback, user_data, bh_remote_write_async, error);
        return;
    }
    call = call_new(self, name);
    call->value = g_bytes_ref(value);
    call->offset = offset;
    call->response = response;
    run(is_command(call) ? &command_kind : &request_kind,
        call,
        client,
        timeout_ms,
        callback,
        user_data);
}

/* Subscribing */

static gboolean
resolve_subscribe(gpointer data, guint32 *attribute, GError **error)
{
    Call *call = data;
    BhGattFound found;

    if (!find(call, &found, attribute, error))
        return FALSE;
    call->name.has_service = TRUE;
    call->name.service = found.service->uuid;
    *attribute = ATTRIBUTE_SUBSCRIBE + call->handle;
    return (found.characteristic->flags & (BH_GATT_NOTIFY | BH_GATT_INDICATE)) != 0 ||
           lacks("notify", error);
}

static void
begin_subscribe(gpointer data, BhOperation *operation)
{
    Call *call = data;

    if (bh_owned_is_released(BH_OWNED(call->subscription)))
        bh_operation_return_error(
            operation,
            g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "the caller left"));
    else
        bh_registrations_add(call->remote->registrations,
                             &call->name,
                             call->handle,
                             call->subscription,
                             operation);
}

static const BhOperationKind subscribe_kind = {.resolve = resolve_subscribe,
                                               .begin = begin_subscribe};

static BhSubscription *
make_subscription(BhRemote *self, BhClient *client, const BhSubscriptionSpec *spec, GError **error)
{
    const BhRemotesShared *shared = &self->context->hub;

    if (bh_client_is_gone(client)) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_CANCELLED, "the caller left");
        return NULL;
    }
    if (!bh_quota_take(shared->quota, bh_client_get_uid(client), BH_QUOTA_SUBSCRIPTIONS, error))
        return NULL;
    return bh_subscription_new(self, shared, spec);
}

/* The caller's task, from that of the operation. */
static void
on_subscribed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    BhSubscription *subscription = g_task_get_task_data(task);
    GError *error = NULL;

    if (bh_remote_finish(BH_REMOTE(source), result, &error) &&
        !bh_owned_is_released(BH_OWNED(subscription))) {
        g_task_return_pointer(task, g_object_ref(subscription), g_object_unref);
        return;
    }
    bh_owned_release(BH_OWNED(subscription), BH_RELEASE_ASKED);
    if (error == NULL)
        error = g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "the subscription was released");
    g_task_return_error(task, error);
}

void
bh_remote_subscribe_async(BhRemote *self,
                          BhClient *client,
                          const BhSubscriptionSpec *spec,
                          BhLifetime lifetime,
                          gint64 lease_ms,
                          gint64 timeout_ms,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);
    GError *error = NULL;
    BhSubscription *subscription;
    Call *call;

    g_task_set_source_tag(task, bh_remote_subscribe_async);
    subscription = make_subscription(self, client, spec, &error);
    if (subscription == NULL) {
        g_task_return_error(task, error);
        return;
    }
    g_task_set_task_data(task, subscription, g_object_unref);
    bh_owned_claim(BH_OWNED(subscription), client, lifetime, lease_ms, self->context->hub.clock);
    bh_remote_add_subscription(self, subscription);
    call = call_new(self, &spec->name);
    call->subscription = g_object_ref(subscription);
    run(&subscribe_kind, call, client, timeout_ms, on_subscribed, g_steal_pointer(&task));
}

BhSubscription *
bh_remote_subscribe_finish(BhRemote *remote, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

/* Pairing */

static gboolean
resolve_pairing(gpointer data, guint32 *attribute, GError **error)
{
    return resolve_to(data, ATTRIBUTE_PAIRING, attribute, error);
}

static void
on_question(gpointer data, const BhPairingQuestion *question)
{
    Call *call = data;

    if (g_cancellable_is_cancelled(bh_operation_peek_cancellable(call->operation)))
        return; /* whoever would be asked is not there any more */
    call->remote->asked = question->kind != BH_PAIRING_DISPLAY_PASSKEY;
    call->remote->asked_uid = call->uid;
    call->ask(call->ask_data, question);
}

static void
begin_pairing(gpointer data, BhOperation *operation)
{
    Call *call = data;

    call->operation = operation;
    call->remote->asked = FALSE;
    bh_central_pair_async(peek_central(call),
                          &call->remote->key,
                          call->capability,
                          on_question,
                          call,
                          bh_operation_peek_cancellable(operation),
                          on_done,
                          operation);
}

static const BhOperationKind pairing_kind = {.resolve = resolve_pairing,
                                             .begin = begin_pairing,
                                             .takes_back = TRUE};

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
    Call *call = call_new(self, NULL);

    call->capability = capability;
    call->uid = bh_client_get_uid(client);
    call->ask = ask;
    call->ask_data = ask_data;
    run(&pairing_kind, call, client, timeout_ms, callback, user_data);
}

gboolean
bh_remote_answer_pairing(BhRemote *self,
                         BhClient *client,
                         const BhPairingAnswer *answer,
                         GError **error)
{
    guint32 uid = bh_client_get_uid(client);

    if (!self->asked || (uid != 0 && uid != self->asked_uid)) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "nothing was asked");
        return FALSE;
    }
    self->asked = FALSE;
    bh_central_answer_pairing(self->context->hub.central, &self->key, answer);
    return TRUE;
}

static void
on_unpaired(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;

    if (bh_bonds_remove_finish(result, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

void
bh_remote_unpair_async(BhRemote *self,
                       BhClient *client,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
    GTask *task = g_task_new(self, NULL, callback, user_data);

    g_task_set_source_tag(task, bh_remote_unpair_async);
    bh_bonds_remove_async(self->context->hub.central,
                          &self->address,
                          G_MAXUINT8,
                          bh_client_peek_cancellable(client),
                          on_unpaired,
                          task);
}

/* The link itself */

static gboolean
resolve_rssi(gpointer data, guint32 *attribute, GError **error)
{
    return resolve_to(data, ATTRIBUTE_RSSI, attribute, error);
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
    Call *call = data;

    bh_central_read_rssi_async(peek_central(call),
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
    run(&rssi_kind, call_new(self, NULL), client, timeout_ms, callback, user_data);
}

gint
bh_remote_read_rssi_finish(BhRemote *self, GAsyncResult *result, GError **error)
{
    return (gint)g_task_propagate_int(G_TASK(result), error);
}

static gboolean
resolve_parameters(gpointer data, guint32 *attribute, GError **error)
{
    return resolve_to(data, ATTRIBUTE_PARAMETERS, attribute, error);
}

static void
begin_parameters(gpointer data, BhOperation *operation)
{
    Call *call = data;

    bh_central_set_parameters_async(peek_central(call),
                                    &call->remote->key,
                                    &call->parameters,
                                    bh_operation_peek_cancellable(operation),
                                    on_done,
                                    operation);
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
    Call *call = call_new(self, NULL);

    call->parameters = *parameters;
    run(&parameters_kind, call, client, timeout_ms, callback, user_data);
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
