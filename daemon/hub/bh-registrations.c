/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A registration is wanted while it has subscriptions. look_after() compares that with what was
 * asked of the device; a call that is under way is waited for, then it looks again.
 */
#include "bh-registrations.h"

#include "bh-backoff.h"
#include "bh-subscription-private.h"

typedef struct Registration Registration;

/* A call under way; it may outlive its registration. */
typedef struct {
    Registration *registration; /* NULL: the answer means nothing any more */
} Call;

struct Registration {
    BhRegistrations *registrations; /* borrowed: outlives us */
    BhGattName name;
    guint16 handle;           /* 0 = the device has no such characteristic now */
    GPtrArray *subscriptions; /* BhSubscription, borrowed */
    Call *call;               /* NULL unless the device is being asked */
    GQueue operations;        /* BhOperation, that wait for the answer; one for each handle that
                                 the characteristic has had meanwhile */
    gboolean active;
    guint pins; /* somebody up the stack uses it */
    BhBackoff backoff;
    BhTimer *retry;
};

struct BhRegistrations {
    const BhRemotesShared *shared; /* borrowed: outlives us */
    gboolean linked;
    BhLinkKey key;
    GPtrArray *list; /* Registration, owned */
};

static const BhBackoffPolicy retry_policy = {.initial_ms = 1000, .max_ms = 30000};

static void look_after(Registration *it);

static void
registration_free(gpointer data)
{
    Registration *it = data;

    bh_clear_timer(&it->retry);
    if (it->call != NULL)
        it->call->registration = NULL;
    g_ptr_array_unref(it->subscriptions);
    g_free(it);
}

static void
set_active(Registration *it, gboolean active)
{
    it->active = active;
    for (guint i = 0; i < it->subscriptions->len; i++)
        bh_subscription_set_active(it->subscriptions->pdata[i], active);
}

/* Keeps them alive, and with them the remote: whoever hears of something may release them. */
static GPtrArray *
copy_subscriptions(Registration *it)
{
    GPtrArray *copy = g_ptr_array_new_with_free_func(g_object_unref);

    for (guint i = 0; i < it->subscriptions->len; i++)
        g_ptr_array_add(copy, g_object_ref(it->subscriptions->pdata[i]));
    return copy;
}

/* Of those who wait now. error is taken; NULL = values will come. Whoever is answered may release
 * subscriptions. */
static void
answer(Registration *it, GError *error)
{
    guint n = g_queue_get_length(&it->operations);
    BhOperation *operation;

    it->pins++;
    while (n-- > 0 && (operation = g_queue_pop_head(&it->operations)) != NULL) {
        if (error != NULL)
            bh_operation_return_error(operation, g_error_copy(error));
        else
            bh_operation_return_boolean(operation, TRUE);
    }
    it->pins--;
    g_clear_error(&error);
}

static void
on_retry(gpointer user_data)
{
    Registration *it = user_data;

    bh_clear_timer(&it->retry);
    look_after(it);
}

static void
on_subscribed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Call *call = user_data;
    Registration *it = call->registration;
    g_autoptr(GPtrArray) subscriptions = NULL;
    GError *error = NULL;
    gboolean done = bh_central_finish(BH_CENTRAL(source), result, &error);

    if (it == NULL) {
        g_clear_error(&error);
        return;
    }
    subscriptions = copy_subscriptions(it);
    it->call = NULL;
    if (done)
        it->backoff = (BhBackoff){0};
    else
        it->retry = bh_clock_call_in(it->registrations->shared->clock,
                                     bh_backoff_fail(&it->backoff, &retry_policy, 0),
                                     on_retry,
                                     it);
    set_active(it, done);
    answer(it, error);
    look_after(it);
}

static void
ask_device(Registration *it)
{
    BhRegistrations *self = it->registrations;

    it->call = g_new0(Call, 1);
    it->call->registration = it;
    bh_central_subscribe_async(self->shared->central,
                               &self->key,
                               it->handle,
                               NULL,
                               on_subscribed,
                               it->call);
}

/* May free it. */
static void
look_after(Registration *it)
{
    BhRegistrations *self = it->registrations;
    gboolean wanted = it->subscriptions->len > 0;

    if (it->call != NULL)
        return;
    if (wanted && self->linked && it->handle != 0 && !it->active && it->retry == NULL)
        ask_device(it);
    if (wanted || !g_queue_is_empty(&it->operations) || it->pins > 0)
        return;
    if (it->active)
        bh_central_unsubscribe(self->shared->central, &self->key, it->handle);
    g_ptr_array_remove(self->list, it);
}

static GPtrArray *
copy_list(BhRegistrations *self)
{
    GPtrArray *copy = g_ptr_array_new();

    for (guint i = 0; i < self->list->len; i++)
        g_ptr_array_add(copy, self->list->pdata[i]);
    return copy;
}

/* What was asked on another link, or of other attributes, means nothing any more. */
static void
forget_answers(Registration *it)
{
    bh_clear_timer(&it->retry);
    it->backoff = (BhBackoff){0};
    if (it->call != NULL)
        it->call->registration = NULL;
    it->call = NULL;
    set_active(it, FALSE);
}

static void
link_lost(Registration *it)
{
    g_autoptr(GPtrArray) subscriptions = copy_subscriptions(it);

    it->handle = 0;
    forget_answers(it);
    it->pins++;
    answer(it, g_error_new_literal(BH_ERROR, BH_ERROR_DISCONNECTED, "the link is lost"));
    for (guint i = 0; i < subscriptions->len; i++)
        bh_subscription_fail_waits(subscriptions->pdata[i], "the link is lost");
    it->pins--;
    look_after(it);
}

static void
attributes_known(Registration *it, const BhGattDatabase *database)
{
    BhGattFound found;
    GError *error = NULL;

    forget_answers(it);
    it->handle = 0;
    if (bh_gatt_database_find(database, &it->name, &found, &error))
        it->handle = found.characteristic->handle;
    else
        answer(it, error);
    look_after(it);
}

void
bh_registrations_set_link(BhRegistrations *self,
                          const BhLinkKey *key,
                          const BhGattDatabase *database)
{
    g_autoptr(GPtrArray) list = copy_list(self);

    self->linked = key != NULL;
    if (key != NULL)
        self->key = *key;
    for (guint i = 0; i < list->len; i++) {
        if (!g_ptr_array_find(self->list, list->pdata[i], NULL))
            continue; /* whoever was answered may have released it */
        if (database != NULL)
            attributes_known(list->pdata[i], database);
        else
            link_lost(list->pdata[i]);
    }
}

/* Subscriptions */

static Registration *
find_handle(BhRegistrations *self, guint16 handle)
{
    for (guint i = 0; i < self->list->len; i++)
        if (((Registration *)self->list->pdata[i])->handle == handle)
            return self->list->pdata[i];
    return NULL;
}

static gboolean
is_same(const BhGattName *a, const BhGattName *b)
{
    return bh_uuid_equal(&a->service, &b->service) &&
           bh_uuid_equal(&a->characteristic, &b->characteristic) && a->instance == b->instance;
}

static Registration *
ensure(BhRegistrations *self, const BhGattName *name, guint16 handle)
{
    Registration *it;

    for (guint i = 0; i < self->list->len; i++) {
        it = self->list->pdata[i];
        if (is_same(&it->name, name))
            return it;
    }
    it = g_new0(Registration, 1);
    it->registrations = self;
    it->name = *name;
    it->handle = handle;
    it->subscriptions = g_ptr_array_new();
    g_ptr_array_add(self->list, it);
    return it;
}

void
bh_registrations_add(BhRegistrations *self,
                     const BhGattName *name,
                     guint16 handle,
                     BhSubscription *subscription,
                     BhOperation *operation)
{
    Registration *it = ensure(self, name, handle);

    g_ptr_array_add(it->subscriptions, subscription);
    bh_subscription_set_active(subscription, it->active);
    g_queue_push_tail(&it->operations, operation);
    bh_clear_timer(&it->retry);
    if (it->active)
        answer(it, NULL);
    else
        look_after(it);
}

void
bh_registrations_remove(BhRegistrations *self, BhSubscription *subscription)
{
    for (guint i = 0; i < self->list->len; i++) {
        Registration *it = self->list->pdata[i];

        if (g_ptr_array_remove(it->subscriptions, subscription)) {
            look_after(it);
            return;
        }
    }
}

void
bh_registrations_fail_waits(BhRegistrations *self, guint32 uid, const char *message)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_object_unref);

    for (guint i = 0; i < self->list->len; i++)
        g_ptr_array_extend_and_steal(all, copy_subscriptions(self->list->pdata[i]));
    for (guint i = 0; i < all->len; i++)
        if (uid == G_MAXUINT32 || bh_owned_get_uid(BH_OWNED(all->pdata[i])) == uid)
            bh_subscription_fail_waits(all->pdata[i], message);
}

/* Values */

void
bh_registrations_take_value(BhRegistrations *self,
                            guint16 handle,
                            const guint8 *bytes,
                            gsize size,
                            gint64 monotonic_us,
                            gint64 realtime_us)
{
    Registration *it = find_handle(self, handle);
    g_autoptr(GPtrArray) subscriptions = NULL;
    const BhValue value = {bytes, size, monotonic_us, realtime_us};

    if (it == NULL || it->subscriptions->len == 0)
        return;
    subscriptions = copy_subscriptions(it);
    bh_recorder_begin_value(self->shared->recorder, &value);
    for (guint i = 0; i < subscriptions->len; i++)
        bh_subscription_take_value(subscriptions->pdata[i], &value);
    bh_recorder_end(self->shared->recorder);
}

BhRegistrations *
bh_registrations_new(const BhRemotesShared *shared)
{
    BhRegistrations *self = g_new0(BhRegistrations, 1);

    self->shared = shared;
    self->list = g_ptr_array_new_with_free_func(registration_free);
    return self;
}

void
bh_registrations_free(BhRegistrations *self)
{
    bh_registrations_set_link(self, NULL, NULL);
    g_ptr_array_unref(self->list);
    g_free(self);
}
