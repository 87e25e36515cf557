/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Connect: a hold, and a wait for the link of its remote. When the wait fails the hold goes, also
 * one that would go on trying: nobody knows of it who could release it.
 */
#include "bh-hold-private.h"
#include "bh-remote-private.h"

/* What is asked for, and the hold that it makes. */
typedef struct {
    BhHoldSpec spec;
    BhClient *client; /* owned */
    BhLifetime lifetime;
    gint64 lease_ms;
    gint64 deadline_us;
    BhHold *hold; /* owned; NULL until the radio is awake */
} Wish;

static void
wish_free(gpointer data)
{
    Wish *self = data;

    g_clear_object(&self->hold);
    g_object_unref(self->client);
    g_free(self);
}

static gboolean
check_adapter(BhRemotes *self, const BhHoldSpec *spec, GError **error)
{
    const BhRemotesShared *hub = &bh_remotes_peek_context(self)->hub;
    const BhAdapterSlots *adapters = hub->adapters;

    if (hub->central == NULL) {
        g_set_error_literal(error,
                            BH_ERROR,
                            BH_ERROR_NOT_SUPPORTED,
                            "this radio has no central role");
        return FALSE;
    }
    if (spec->has_adapter && adapters->bluez &&
        bh_adapter_slots_find_address(adapters, &spec->adapter) == NULL) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "Adapter: it is not there");
        return FALSE;
    }
    return bh_adapter_slots_check_ready(adapters, spec->has_adapter ? &spec->adapter : NULL, error);
}

/* Its radio is off, but not for long. */
static gboolean
is_waking(BhRemotes *self, const GError *error)
{
    return g_error_matches(error, BH_ERROR, BH_ERROR_NOT_READY) &&
           bh_power_keeper_is_waking(bh_remotes_peek_context(self)->hub.power);
}

static BhHold *
make_hold(BhRemotes *self,
          const BhHoldSpec *spec,
          BhClient *client,
          BhLifetime lifetime,
          gint64 lease_ms,
          GError **error)
{
    const BhRemotesShared *hub = &bh_remotes_peek_context(self)->hub;
    BhRemote *remote;
    BhHold *hold;

    if (!bh_quota_take(hub->quota, bh_client_get_uid(client), BH_QUOTA_HOLDS, error))
        return NULL;
    remote = bh_remotes_ensure(self, &spec->address);
    hold = bh_hold_new(remote, spec);
    bh_owned_claim(BH_OWNED(hold), client, lifetime, lease_ms, hub->clock);
    bh_owned_suspend_lease(BH_OWNED(hold));
    bh_remote_add_hold(remote, hold);
    return hold;
}

/* There is one link of a device, by one adapter. */
static gboolean
check_hold(BhHold *hold, GError **error)
{
    BhRemote *remote = bh_hold_peek_remote(hold);
    const BhAddress *only = &bh_hold_peek_spec(hold)->adapter;
    BhAdapter *adapter = bh_adapter_slots_peek(remote->context->hub.adapters, remote->key.slot);

    if (bh_owned_is_released(BH_OWNED(hold))) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_CANCELLED, "the hold was released");
        return FALSE;
    }
    if (!bh_hold_peek_spec(hold)->has_adapter || adapter == NULL ||
        bh_address_equal(bh_adapter_get_address(adapter), only))
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_ALREADY_EXISTS,
                "Adapter: the device has its link by %s",
                bh_adapter_get_address_text(adapter));
    return FALSE;
}

/* The caller's task; takes error. */
static void
finish(GTask *task, GError *error)
{
    BhHold *hold = ((Wish *)g_task_get_task_data(task))->hold;

    if (error == NULL)
        check_hold(hold, &error);
    if (error == NULL) {
        bh_owned_renew(BH_OWNED(hold));
        g_task_return_pointer(task, g_object_ref(hold), g_object_unref);
        return;
    }
    bh_owned_release(BH_OWNED(hold), BH_RELEASE_ASKED);
    g_task_return_error(task, error);
}

static void
on_parameters(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;

    bh_remote_finish(BH_REMOTE(source), result, &error);
    if (g_error_matches(error, BH_ERROR, BH_ERROR_NOT_SUPPORTED))
        g_prefix_error(&error, "the device is linked already: ");
    finish(task, error);
}

static gint64
get_left_ms(const Wish *self, const BhRemotesShared *hub)
{
    gint64 left_us = self->deadline_us - bh_clock_now_us(hub->clock);

    return MAX(1, left_us / 1000);
}

/* A link that was not made for this hold may be served otherwise than it wants. */
static void
on_ready(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    const Wish *self = g_task_get_task_data(task);
    BhLinkParameters wanted;
    GError *error = NULL;

    if (!g_task_propagate_boolean(G_TASK(result), &error) ||
        !bh_remote_lacks_parameters(BH_REMOTE(source), self->hold, &wanted))
        finish(task, error);
    else
        bh_remote_set_parameters_async(BH_REMOTE(source),
                                       bh_owned_peek_client(BH_OWNED(self->hold)),
                                       &wanted,
                                       get_left_ms(self, &BH_REMOTE(source)->context->hub),
                                       on_parameters,
                                       g_steal_pointer(&task));
}

static gboolean
check_connect(BhRemotes *self, const BhHoldSpec *spec, BhClient *client, GError **error)
{
    if (!bh_client_is_gone(client) && !bh_remotes_peek_context(self)->stopped)
        return check_adapter(self, spec, error);
    g_set_error_literal(error, BH_ERROR, BH_ERROR_CANCELLED, "the caller left");
    return FALSE;
}

/* Takes the task over. */
static void
connect_now(GTask *task)
{
    g_autoptr(GTask) mine = task;
    BhRemotes *self = g_task_get_source_object(task);
    Wish *wish = g_task_get_task_data(task);
    GError *error = NULL;

    if (check_connect(self, &wish->spec, wish->client, &error))
        wish->hold =
            make_hold(self, &wish->spec, wish->client, wish->lifetime, wish->lease_ms, &error);
    if (wish->hold == NULL) {
        g_task_return_error(mine, error);
        return;
    }
    bh_remote_wait_ready_async(bh_hold_peek_remote(wish->hold),
                               wish->client,
                               wish->spec.reconnect,
                               wish->spec.timeout_ms,
                               on_ready,
                               g_steal_pointer(&mine));
}

static void
on_awake(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    Wish *wish = g_task_get_task_data(task);
    GError *error = NULL;

    if (!g_task_propagate_boolean(G_TASK(result), &error)) {
        g_task_return_error(task, error);
        return;
    }
    wish->spec.timeout_ms = get_left_ms(wish, &bh_remotes_peek_context(BH_REMOTES(source))->hub);
    connect_now(g_steal_pointer(&task));
}

void
bh_remotes_connect_async(BhRemotes *self,
                         const BhHoldSpec *spec,
                         BhClient *client,
                         BhLifetime lifetime,
                         gint64 lease_ms,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);
    const BhRemotesShared *hub = &bh_remotes_peek_context(self)->hub;
    g_autoptr(GError) error = NULL;
    Wish *wish = g_new0(Wish, 1);

    *wish = (Wish){.spec = *spec,
                   .client = g_object_ref(client),
                   .lifetime = lifetime,
                   .lease_ms = lease_ms,
                   .deadline_us = bh_clock_now_us(hub->clock) + spec->timeout_ms * 1000};
    g_task_set_source_tag(task, bh_remotes_connect_async);
    g_task_set_task_data(task, wish, wish_free);
    bh_power_keeper_wake(hub->power, bh_client_get_uid(client));
    if (check_connect(self, spec, client, &error) || !is_waking(self, error))
        connect_now(g_steal_pointer(&task));
    else
        bh_power_keeper_wait_awake(hub->power,
                                   g_task_new(self, NULL, on_awake, g_steal_pointer(&task)),
                                   client,
                                   spec->timeout_ms);
}

BhHold *
bh_remotes_connect_finish(BhRemotes *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
