/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The source of the cancellable goes together with the task.
 */
#include "bh-bluez-waiter.h"

#include "bh-error.h"

/* GCancellableSource hands over the cancellable first. */
typedef struct {
    GSourceFunc func;
    gpointer data;
} Callback;

static gboolean
on_cancelled(GCancellable *cancellable, gpointer data)
{
    const Callback *callback = data;

    callback->func(callback->data);
    return G_SOURCE_REMOVE;
}

static GSource *
new_source(GCancellable *cancellable, GSourceFunc func, gpointer data)
{
    Callback *callback = g_new0(Callback, 1);
    GSource *source = g_cancellable_source_new(cancellable);

    *callback = (Callback){func, data};
    g_source_set_callback(source, G_SOURCE_FUNC(on_cancelled), callback, g_free);
    g_source_attach(source, NULL);
    return source;
}

void
bh_bluez_waiter_begin(BhBluezWaiter *self, GTask *task, GSourceFunc func, gpointer data)
{
    GCancellable *cancellable = g_task_get_cancellable(task);

    g_task_set_check_cancellable(task, FALSE);
    *self = (BhBluezWaiter){.task = task};
    if (cancellable != NULL)
        self->cancelled = new_source(cancellable, func, data);
}

gboolean
bh_bluez_waiter_waits(const BhBluezWaiter *self)
{
    return self->task != NULL;
}

gboolean
bh_bluez_waiter_is_wanted(const BhBluezWaiter *self)
{
    return self->task != NULL && !g_cancellable_is_cancelled(g_task_get_cancellable(self->task));
}

GTask *
bh_bluez_waiter_take(BhBluezWaiter *self)
{
    if (self->cancelled != NULL) {
        g_source_destroy(self->cancelled);
        g_clear_pointer(&self->cancelled, g_source_unref);
    }
    return g_steal_pointer(&self->task);
}

void
bh_bluez_waiter_succeed(BhBluezWaiter *self)
{
    g_autoptr(GTask) task = bh_bluez_waiter_take(self);

    if (task != NULL)
        g_task_return_boolean(task, TRUE);
}

void
bh_bluez_waiter_fail(BhBluezWaiter *self, GError *error)
{
    g_autoptr(GTask) task = bh_bluez_waiter_take(self);

    if (task != NULL)
        g_task_return_error(task, error);
    else
        g_error_free(error);
}

void
bh_bluez_waiter_fail_literal(BhBluezWaiter *self, int code, const char *message)
{
    bh_bluez_waiter_fail(self, g_error_new_literal(BH_ERROR, code, message));
}
