/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A call leaves the list by one door, take(), before anybody hears of it, because whoever hears may
 * call again.
 */
#include "bh-waits.h"

struct BhWaits {
    BhQuota *quota; /* borrowed: outlives us */
    BhClock *clock; /* borrowed: outlives us */
    const char *late;
    BhWaitsLeftFunc left;
    gpointer user_data;
    GQueue calls; /* Call, oldest first */
};

typedef struct {
    BhWaits *waits;
    GTask *task;
    BhClient *client;
    BhTimer *timer;
    gulong on_gone;
} Call;

static GTask *
take(BhWaits *self, Call *call)
{
    GTask *task = call->task;

    g_queue_remove(&self->calls, call);
    bh_clear_timer(&call->timer);
    g_clear_signal_handler(&call->on_gone, call->client);
    bh_quota_give(self->quota, bh_client_get_uid(call->client), BH_QUOTA_WAITS);
    g_object_unref(call->client);
    g_free(call);
    return task;
}

static void
leave(Call *call, BhError code, const char *message)
{
    BhWaits *self = call->waits;
    g_autoptr(GTask) task = take(self, call);

    if (self->left != NULL)
        self->left(self->user_data);
    g_task_return_new_error(task, BH_ERROR, (gint)code, "%s", message);
}

static void
on_late(gpointer user_data)
{
    Call *call = user_data;

    leave(call, BH_ERROR_TIMEOUT, call->waits->late);
}

static void
on_client_gone(BhClient *client, gpointer user_data)
{
    leave(user_data, BH_ERROR_CANCELLED, "the caller left");
}

void
bh_waits_add(BhWaits *self, GTask *task, BhClient *client, gint64 timeout_ms)
{
    g_autoptr(GTask) mine = task;
    GError *error = NULL;
    Call *call;

    if (bh_client_is_gone(client)) {
        g_task_return_new_error(mine, BH_ERROR, BH_ERROR_CANCELLED, "the caller left");
        return;
    }
    if (!bh_quota_take(self->quota, bh_client_get_uid(client), BH_QUOTA_WAITS, &error)) {
        g_task_return_error(mine, error);
        return;
    }
    call = g_new0(Call, 1);
    call->waits = self;
    call->task = g_steal_pointer(&mine);
    call->client = g_object_ref(client);
    call->on_gone = g_signal_connect(client, "gone", G_CALLBACK(on_client_gone), call);
    if (timeout_ms > 0)
        call->timer = bh_clock_call_in(self->clock, timeout_ms, on_late, call);
    g_queue_push_tail(&self->calls, call);
}

GTask *
bh_waits_pop(BhWaits *self)
{
    Call *call = g_queue_peek_head(&self->calls);

    return call != NULL ? take(self, call) : NULL;
}

void
bh_waits_fail(BhWaits *self, BhError code, const char *message)
{
    bh_waits_fail_user(self, G_MAXUINT32, code, message);
}

void
bh_waits_fail_user(BhWaits *self, guint32 uid, BhError code, const char *message)
{
    g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func(g_object_unref);
    GList *next;

    for (GList *it = self->calls.head; it != NULL; it = next) {
        Call *call = it->data;

        next = it->next;
        if (uid == G_MAXUINT32 || bh_client_get_uid(call->client) == uid)
            g_ptr_array_add(tasks, take(self, call));
    }
    for (guint i = 0; i < tasks->len; i++)
        g_task_return_new_error(tasks->pdata[i], BH_ERROR, (gint)code, "%s", message);
}

guint
bh_waits_count(BhWaits *self)
{
    return g_queue_get_length(&self->calls);
}

void
bh_waits_add_clients(BhWaits *self, GPtrArray *clients)
{
    for (GList *it = self->calls.head; it != NULL; it = it->next)
        g_ptr_array_add(clients, ((Call *)it->data)->client);
}

BhWaits *
bh_waits_new(BhQuota *quota,
             BhClock *clock,
             const char *late,
             BhWaitsLeftFunc left,
             gpointer user_data)
{
    BhWaits *self = g_new0(BhWaits, 1);

    self->quota = quota;
    self->clock = clock;
    self->late = late;
    self->left = left;
    self->user_data = user_data;
    g_queue_init(&self->calls);
    return self;
}

void
bh_waits_free(BhWaits *self)
{
    bh_waits_fail(self, BH_ERROR_CANCELLED, "nobody is there any more to wait for");
    g_free(self);
}
