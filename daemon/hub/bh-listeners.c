/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A list. One leaves it by the signal that it is released, whoever released it.
 */
#include "bh-listeners.h"

#include "bh-log.h"

struct BhListeners {
    const BhListenerKind *kind;     /* borrowed: outlives us */
    const BhAdapterSlots *adapters; /* borrowed: outlives us */
    BhPowerKeeper *power;           /* borrowed: outlives us */
    BhClock *clock;                 /* borrowed: outlives us */
    gpointer user_data;
    GPtrArray *all; /* BhOwned, owned */
    guint64 orphans;
    guint64 leases_expired;
};

gboolean
bh_listeners_wants(const BhListeners *self, gpointer it, BhAdapter *adapter)
{
    return self->kind->wants(it, adapter) &&
           !bh_power_keeper_is_off_for(self->power, bh_owned_get_uid(it));
}

static gboolean
runs_for(const BhListeners *self, BhOwned *it)
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        BhAdapter *adapter = bh_adapter_slots_peek(self->adapters, i);

        if (adapter != NULL && bh_adapter_is_scanning(adapter) &&
            bh_listeners_wants(self, it, adapter))
            return TRUE;
    }
    return FALSE;
}

/* Coming and going */

static void
log_loss(const BhListeners *self, BhOwned *it, BhReleaseReason reason)
{
    BhClient *client = bh_owned_peek_client(it);

    bh_log_client(G_LOG_LEVEL_INFO,
                  BH_MESSAGE_CLIENT,
                  bh_client_get_name(client),
                  bh_client_get_uid(client),
                  "a %s of client %s ended: %s",
                  self->kind->name,
                  bh_client_get_name(client),
                  reason == BH_RELEASE_LEASE_OVER ? "its lease ran out" : "the client left");
}

static void
on_released(BhOwned *it, BhReleaseReason reason, BhListeners *self)
{
    self->orphans += reason == BH_RELEASE_CLIENT_GONE;
    self->leases_expired += reason == BH_RELEASE_LEASE_OVER;
    if (reason == BH_RELEASE_CLIENT_GONE || reason == BH_RELEASE_LEASE_OVER)
        log_loss(self, it, reason);
    g_signal_handlers_disconnect_by_data(it, self);
    self->kind->ended(self->user_data, it);
    g_ptr_array_remove(self->all, it);
    bh_listeners_changed(self);
}

void
bh_listeners_add(BhListeners *self,
                 BhOwned *it,
                 BhClient *client,
                 BhLifetime lifetime,
                 gint64 lease_ms)
{
    bh_owned_claim(it, client, lifetime, lease_ms, self->clock);
    g_signal_connect_after(it, "released", G_CALLBACK(on_released), self);
    self->kind->set_radio(it, runs_for(self, it));
    g_ptr_array_add(self->all, g_object_ref(it));
    bh_listeners_changed(self);
}

void
bh_listeners_stop(BhListeners *self)
{
    while (self->all->len > 0)
        bh_owned_release(self->all->pdata[0], BH_RELEASE_SHUTDOWN);
}

/* All together */

guint
bh_listeners_count(const BhListeners *self)
{
    return self->all->len;
}

gpointer
bh_listeners_peek(const BhListeners *self, guint i)
{
    return self->all->pdata[i];
}

void
bh_listeners_changed(BhListeners *self)
{
    self->kind->changed(self->user_data);
}

void
bh_listeners_look_at_radio(BhListeners *self)
{
    for (guint i = 0; i < self->all->len; i++)
        self->kind->set_radio(self->all->pdata[i], runs_for(self, self->all->pdata[i]));
}

void
bh_listeners_radio_off(BhListeners *self, guint32 uid)
{
    g_autoptr(GPtrArray) all =
        g_ptr_array_copy(self->all, (GCopyFunc)(void (*)(void))g_object_ref, NULL);

    for (guint i = 0; i < all->len; i++)
        if (uid == G_MAXUINT32 || bh_owned_get_uid(all->pdata[i]) == uid)
            self->kind->radio_off(all->pdata[i]);
}

guint64
bh_listeners_get_orphans(const BhListeners *self)
{
    return self->orphans;
}

guint64
bh_listeners_get_leases_expired(const BhListeners *self)
{
    return self->leases_expired;
}

BhListeners *
bh_listeners_new(const BhListenerKind *kind,
                 const BhAdapterSlots *adapters,
                 BhPowerKeeper *power,
                 BhClock *clock,
                 gpointer user_data)
{
    BhListeners *self = g_new0(BhListeners, 1);

    self->kind = kind;
    self->adapters = adapters;
    self->power = power;
    self->clock = clock;
    self->user_data = user_data;
    self->all = g_ptr_array_new_with_free_func(g_object_unref);
    return self;
}

void
bh_listeners_free(BhListeners *self)
{
    g_ptr_array_unref(self->all);
    g_free(self);
}
