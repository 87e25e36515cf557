/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What was got so far is the task's, and goes with it unless the task hands it on. Calls that make
 * something are never cancelled themselves: their answer says what is to be released.
 */
#include "bh-live-attempt.h"

#include "bh-live.h"

#define HUB_PATH "/org/blehub"
#define PROXY_FLAGS                                                                                \
    (G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START)

typedef struct {
    BhLiveAttempt *got;
    char *service;
    char *characteristic;
    GVariant *subscribe_options;
} Work;

static void
work_free(gpointer data)
{
    Work *self = data;

    g_clear_pointer(&self->got, bh_live_attempt_free);
    g_free(self->service);
    g_free(self->characteristic);
    g_variant_unref(self->subscribe_options);
    g_free(self);
}

void
bh_live_attempt_free(BhLiveAttempt *self)
{
    if (self->subscription != NULL)
        bh_live_release(self->bus, self->owner, self->subscription, "org.blehub.Subscription1");
    if (self->hold != NULL)
        bh_live_release(self->bus, self->owner, self->hold, "org.blehub.Hold1");
    g_free(self->subscription);
    g_free(self->hold);
    g_free(self->owner);
    g_clear_object(&self->reader);
    g_clear_object(&self->device);
    g_object_unref(self->bus);
    g_free(self);
}

static void
on_reader(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    Work *work = g_task_get_task_data(task);
    GError *error = NULL;

    work->got->reader = bh_stream_reader_open_finish(result, &error);
    if (work->got->reader == NULL)
        g_task_return_error(task, error);
    else
        g_task_return_pointer(task,
                              g_steal_pointer(&work->got),
                              (GDestroyNotify)bh_live_attempt_free);
}

static void
on_subscription(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;
    g_autoptr(BhDbusSubscription1) proxy = bh_dbus_subscription1_proxy_new_finish(result, &error);

    if (proxy == NULL)
        g_task_return_error(task, error);
    else
        bh_stream_reader_open_values_async(proxy,
                                           NULL,
                                           g_task_get_cancellable(task),
                                           on_reader,
                                           g_object_ref(task));
}

static void
on_subscribed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    Work *work = g_task_get_task_data(task);
    GError *error = NULL;

    if (!bh_dbus_device1_call_subscribe_finish(BH_DBUS_DEVICE1(source),
                                               &work->got->subscription,
                                               result,
                                               &error))
        g_task_return_error(task, error);
    else if (!g_task_return_error_if_cancelled(task))
        bh_dbus_subscription1_proxy_new(work->got->bus,
                                        PROXY_FLAGS | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
                                        work->got->owner,
                                        work->got->subscription,
                                        g_task_get_cancellable(task),
                                        on_subscription,
                                        g_object_ref(task));
}

static void
on_device(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    Work *work = g_task_get_task_data(task);
    GError *error = NULL;

    work->got->device = bh_dbus_device1_proxy_new_finish(result, &error);
    if (work->got->device == NULL)
        g_task_return_error(task, error);
    else
        bh_dbus_device1_call_subscribe(work->got->device,
                                       work->service,
                                       work->characteristic,
                                       work->subscribe_options,
                                       G_DBUS_CALL_FLAGS_NONE,
                                       G_MAXINT, /* blehubd ends it */
                                       NULL,
                                       on_subscribed,
                                       g_object_ref(task));
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    Work *work = g_task_get_task_data(task);
    g_autofree char *device = NULL;
    GError *error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (reply == NULL) {
        g_task_return_error(task, error);
        return;
    }
    g_variant_get(reply, "(oo)", &device, &work->got->hold);
    if (!g_task_return_error_if_cancelled(task))
        bh_dbus_device1_proxy_new(work->got->bus,
                                  PROXY_FLAGS,
                                  work->got->owner,
                                  device,
                                  g_task_get_cancellable(task),
                                  on_device,
                                  g_object_ref(task));
}

static Work *
work_new(GDBusConnection *bus, const char *owner, const BhLiveTarget *target)
{
    Work *self = g_new0(Work, 1);

    self->got = g_new0(BhLiveAttempt, 1);
    self->got->bus = g_object_ref(bus);
    self->got->owner = g_strdup(owner);
    self->service = g_strdup(target->service);
    self->characteristic = g_strdup(target->characteristic);
    self->subscribe_options = g_variant_ref(target->subscribe_options);
    return self;
}

void
bh_live_attempt_async(GDBusConnection *bus,
                      const char *owner,
                      const BhLiveTarget *target,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(bus, cancellable, callback, user_data);

    g_task_set_source_tag(task, bh_live_attempt_async);
    g_task_set_task_data(task, work_new(bus, owner, target), work_free);
    g_dbus_connection_call(bus,
                           owner,
                           HUB_PATH,
                           "org.blehub.Hub1",
                           "Connect",
                           g_variant_new("(s@a{sv})", target->address, target->connect_options),
                           G_VARIANT_TYPE("(oo)"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           G_MAXINT, /* blehubd ends it */
                           NULL,
                           on_connected,
                           g_steal_pointer(&task));
}

BhLiveAttempt *
bh_live_attempt_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
