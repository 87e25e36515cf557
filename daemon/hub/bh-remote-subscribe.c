/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Subscribing: the subscription is there before the device is asked, so that no value is lost.
 */
#include "bh-remote-calls-private.h"

#include "bh-subscription-private.h"

static gboolean
resolve_subscribe(gpointer data, guint32 *attribute, GError **error)
{
    BhRemoteCall *call = data;
    BhGattFound found;

    if (!bh_remote_call_find(call, &found, attribute, error))
        return FALSE;
    call->name.has_service = TRUE;
    call->name.service = found.service->uuid;
    *attribute = BH_ATTRIBUTE_SUBSCRIBE + call->handle;
    return (found.characteristic->flags & (BH_GATT_NOTIFY | BH_GATT_INDICATE)) != 0 ||
           bh_remote_call_lacks("notify", error);
}

static void
begin_subscribe(gpointer data, BhOperation *operation)
{
    BhRemoteCall *call = data;

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
                                               .begin = begin_subscribe,
                                               .may_pair = TRUE};

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
        bh_owned_renew(BH_OWNED(subscription));
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
    BhRemoteCall *call;

    g_task_set_source_tag(task, bh_remote_subscribe_async);
    subscription = make_subscription(self, client, spec, &error);
    if (subscription == NULL) {
        g_task_return_error(task, error);
        return;
    }
    g_task_set_task_data(task, subscription, g_object_unref);
    bh_owned_claim(BH_OWNED(subscription), client, lifetime, lease_ms, self->context->hub.clock);
    bh_owned_suspend_lease(BH_OWNED(subscription));
    bh_remote_add_subscription(self, subscription);
    call = bh_remote_call_new(self, &spec->name);
    call->subscription = g_object_ref(subscription);
    bh_remote_call_run(&subscribe_kind,
                       call,
                       client,
                       timeout_ms,
                       on_subscribed,
                       g_steal_pointer(&task));
}

BhSubscription *
bh_remote_subscribe_finish(BhRemote *remote, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
