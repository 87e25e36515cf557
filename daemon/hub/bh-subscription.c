/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header; not built yet.
 */
#include "bh-subscription.h"

#include "bh-error.h"

struct _BhSubscription {
    BhOwned parent;
};

G_DEFINE_FINAL_TYPE(BhSubscription, bh_subscription, BH_TYPE_OWNED)

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

void
bh_remote_subscribe_async(BhRemote *remote,
                          BhClient *client,
                          const BhSubscriptionSpec *spec,
                          BhLifetime lifetime,
                          gint64 lease_ms,
                          gint64 timeout_ms,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
    not_yet(remote, callback, user_data, bh_remote_subscribe_async);
}

BhSubscription *
bh_remote_subscribe_finish(BhRemote *remote, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

BhRemote *
bh_subscription_peek_remote(BhSubscription *self)
{
    return NULL;
}

gboolean
bh_subscription_is_active(BhSubscription *self)
{
    return 0;
}

void
bh_subscription_wait_async(BhSubscription *self,
                           BhClient *client,
                           gint64 timeout_ms,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
    not_yet(self, callback, user_data, bh_subscription_wait_async);
}

BhNotifiedValue *
bh_subscription_wait_finish(BhSubscription *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void
bh_notified_value_free(BhNotifiedValue *value)
{
}

int
bh_subscription_open_stream(BhSubscription *self,
                            const BhStreamSpec *spec,
                            BhClient *client,
                            GError **error)
{
    return 0;
}

guint64
bh_subscription_get_received(BhSubscription *self)
{
    return 0;
}

guint64
bh_subscription_get_delivered(BhSubscription *self)
{
    return 0;
}

guint64
bh_subscription_get_dropped(BhSubscription *self)
{
    return 0;
}

static void
new_signal(const char *name, guint n_params, GType param)
{
    g_signal_new(name,
                 bh_subscription_get_type(),
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
bh_subscription_class_init(BhSubscriptionClass *klass)
{
    new_signal("value", 1, G_TYPE_POINTER);
}

static void
bh_subscription_init(BhSubscription *self)
{
}
