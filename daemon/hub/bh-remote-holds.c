/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who holds a remote device, and what happens when the last one goes: the link lingers, then it is
 * dropped if it is ours, and the remote is forgotten when the link is gone. Whoever wants the
 * device meanwhile waits for that, because a link that is going cannot be used.
 */
#include "bh-remote-private.h"

#include "bh-subscription-private.h"

#define DROP_MS 5000 /* a link that was to go counts as gone after so long */

void
bh_remote_dropped(BhRemote *self)
{
    bh_clear_timer(&self->dropping);
    if (bh_remote_is_wanted(self))
        bh_remote_reconsider(self);
    else
        bh_remote_forget(self);
}

static void
on_drop_late(gpointer user_data)
{
    bh_remote_dropped(user_data);
}

/* Nobody wants it any more. */
static void
let_go(BhRemote *self)
{
    gboolean drops = self->state == BH_REMOTE_READY && self->ours;

    bh_clear_timer(&self->linger);
    bh_connector_cancel(&self->request);
    if (drops) {
        self->dropping = bh_clock_call_in(self->context->hub.clock, DROP_MS, on_drop_late, self);
        bh_central_disconnect(self->context->hub.central, &self->key);
    }
    bh_remote_link_released(self);
    if (self->dropping == NULL && !bh_remote_is_wanted(self))
        bh_remote_forget(self);
}

static void
on_lingered(gpointer user_data)
{
    g_autoptr(BhRemote) self = g_object_ref(user_data);

    let_go(self);
}

static void
lose_one(BhRemote *self, BhReleaseReason reason)
{
    gint64 linger_ms = reason == BH_RELEASE_SHUTDOWN ? 0 : self->linger_ms;

    bh_remote_emit_changed(self);
    if (bh_remote_is_wanted(self))
        bh_remote_reconsider(self);
    else if (self->dropping != NULL)
        return;
    else if (self->state == BH_REMOTE_READY && linger_ms > 0)
        self->linger = bh_clock_call_in(self->context->hub.clock, linger_ms, on_lingered, self);
    else
        let_go(self);
}

static void
count_release(BhRemote *self, BhReleaseReason reason)
{
    self->context->counters.orphans_released += reason == BH_RELEASE_CLIENT_GONE;
    self->context->counters.leases_expired += reason == BH_RELEASE_LEASE_OVER;
}

static void
on_hold_released(BhHold *hold, BhReleaseReason reason, BhRemote *remote)
{
    g_autoptr(BhRemote) self = g_object_ref(remote);

    g_signal_handlers_disconnect_by_data(hold, self);
    bh_quota_give(self->context->hub.quota, bh_owned_get_uid(BH_OWNED(hold)), BH_QUOTA_HOLDS);
    count_release(self, reason);
    self->linger_ms = bh_hold_peek_spec(hold)->linger_ms;
    g_ptr_array_remove(self->holds, hold);
    lose_one(self, reason);
}

void
bh_remote_add_hold(BhRemote *self, BhHold *hold)
{
    bh_clear_timer(&self->linger);
    g_ptr_array_add(self->holds, g_object_ref(hold));
    g_signal_connect_after(hold, "released", G_CALLBACK(on_hold_released), self);
    bh_remote_emit_changed(self);
    bh_remote_reconsider(self);
}

static void
on_subscription_released(BhSubscription *subscription, BhReleaseReason reason, BhRemote *remote)
{
    g_autoptr(BhRemote) self = g_object_ref(remote);

    g_signal_handlers_disconnect_by_data(subscription, self);
    bh_quota_give(self->context->hub.quota,
                  bh_owned_get_uid(BH_OWNED(subscription)),
                  BH_QUOTA_SUBSCRIPTIONS);
    count_release(self, reason);
    self->context->counters.stream_records += bh_subscription_get_streamed(subscription);
    self->context->counters.stream_losses += bh_subscription_get_stream_losses(subscription);
    self->context->counters.value_losses += bh_subscription_get_queue_losses(subscription);
    bh_registrations_remove(self->registrations, subscription);
    g_ptr_array_remove(self->subscriptions, subscription);
    lose_one(self, reason);
}

void
bh_remote_add_subscription(BhRemote *self, BhSubscription *subscription)
{
    bh_clear_timer(&self->linger);
    g_ptr_array_add(self->subscriptions, g_object_ref(subscription));
    g_signal_connect_after(subscription, "released", G_CALLBACK(on_subscription_released), self);
    bh_remote_emit_changed(self);
}
