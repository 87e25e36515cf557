/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A table by address, and the hub's and the central's news handed to whom they concern.
 */
#include "bh-remotes.h"

#include "bh-remote-private.h"
#include "bh-signal.h"
#include "bh-subscription-private.h"

/* While a remote waits to be heard: a tenth of the time. */
#define LISTEN_INTERVAL_US 300000
#define LISTEN_WINDOW_US 30000

struct _BhRemotes {
    GObject parent;
    BhRemotesContext context;
    GHashTable *table; /* address -> BhRemote, owned */
    BhFilter *anything;
    BhRadioCapabilities capabilities;
    BhTimer *news; /* the demand on scans is to be stated anew */
};

enum {
    SIGNAL_ADDED,
    SIGNAL_REMOVED,
    SIGNAL_LISTENING_CHANGED,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhRemotes, bh_remotes, G_TYPE_OBJECT)

/* The table */

static GPtrArray *
list_remotes(BhRemotes *self)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_object_unref);
    GHashTableIter iter;
    gpointer remote;

    g_hash_table_iter_init(&iter, self->table);
    while (g_hash_table_iter_next(&iter, NULL, &remote))
        g_ptr_array_add(list, g_object_ref(remote));
    return list;
}

static void
on_gone(BhRemote *remote, BhRemotes *self)
{
    g_autoptr(BhRemote) mine = g_object_ref(remote);

    g_signal_handlers_disconnect_by_data(remote, self);
    g_hash_table_remove(self->table, bh_remote_peek_address(remote));
    bh_remote_stop(remote);
    g_signal_emit(self, signals[SIGNAL_REMOVED], 0, remote);
}

BhRemote *
bh_remotes_find(BhRemotes *self, const BhAddress *address)
{
    return g_hash_table_lookup(self->table, address);
}

BhRemote *
bh_remotes_ensure(BhRemotes *self, const BhAddress *address)
{
    BhRemote *remote = bh_remotes_find(self, address);

    if (remote != NULL)
        return remote;
    remote = bh_remote_new(&self->context, address);
    g_signal_connect(remote, "gone", G_CALLBACK(on_gone), self);
    g_hash_table_insert(self->table, (gpointer)bh_remote_peek_address(remote), remote);
    g_signal_emit(self, signals[SIGNAL_ADDED], 0, remote);
    return remote;
}

BhRemotesContext *
bh_remotes_peek_context(BhRemotes *self)
{
    return &self->context;
}

void
bh_remotes_foreach(BhRemotes *self, BhRemoteFunc func, gpointer user_data)
{
    g_autoptr(GPtrArray) list = list_remotes(self);

    for (guint i = 0; i < list->len; i++)
        func(list->pdata[i], user_data);
}

/* What the central tells */

static void
on_link_changed(gpointer data, const BhLinkState *state)
{
    BhRemotes *self = data;
    BhRemote *remote = bh_remotes_find(self, &state->key.address);

    if (remote != NULL)
        bh_remote_take_link_state(remote, state);
    bh_connector_look(self->context.connector); /* there may be a free slot */
}

static void
on_value(gpointer data,
         const BhLinkKey *key,
         guint16 handle,
         const guint8 *bytes,
         gsize size,
         gint64 monotonic_us,
         gint64 realtime_us)
{
    BhRemotes *self = data;
    BhRemote *remote = bh_remotes_find(self, &key->address);

    if (remote == NULL || !remote->has_key || remote->key.slot != key->slot)
        return;
    self->context.counters.values++;
    bh_registrations_take_value(remote->registrations,
                                handle,
                                bytes,
                                size,
                                monotonic_us,
                                realtime_us);
}

static const BhCentralSink central_sink = {.link_changed = on_link_changed, .value = on_value};

/* What the hub tells */

static void
on_news(gpointer user_data)
{
    BhRemotes *self = user_data;

    bh_clear_timer(&self->news);
    g_signal_emit(self, signals[SIGNAL_LISTENING_CHANGED], 0);
}

/* A BhRemotesContext.listening_changed: told once for all that happens in one turn. */
static void
queue_news(gpointer user_data)
{
    BhRemotes *self = user_data;

    if (self->news == NULL && !self->context.stopped)
        self->news = bh_clock_call_in(self->context.hub.clock, 0, on_news, self);
}

guint
bh_remotes_get_max_links(BhRemotes *self)
{
    return self->context.room.max;
}

void
bh_remotes_set_max_links(BhRemotes *self, guint max_links)
{
    self->context.room.max = max_links;
}

void
bh_remotes_set_capabilities(BhRemotes *self, BhRadioCapabilities capabilities)
{
    self->capabilities = capabilities;
    queue_news(self);
}

static gboolean
is_listening(BhRemotes *self, BhAdapter *adapter)
{
    GHashTableIter iter;
    gpointer remote;

    g_hash_table_iter_init(&iter, self->table);
    while (g_hash_table_iter_next(&iter, NULL, &remote))
        if (bh_remote_listens(remote, adapter))
            return TRUE;
    return FALSE;
}

void
bh_remotes_add_demand(BhRemotes *self, BhAdapter *adapter, BhScanDemand *demand)
{
    BhScanNeeds needs = {.passive = (self->capabilities & BH_RADIO_CAN_PASSIVE_SCAN) != 0};

    if (!is_listening(self, adapter))
        return;
    if ((self->capabilities & BH_RADIO_CAN_SCAN_DUTY) != 0) {
        needs.interval_us = LISTEN_INTERVAL_US;
        needs.window_us = LISTEN_WINDOW_US;
    }
    bh_scan_demand_add(demand, self->anything, &needs);
}

void
bh_remotes_heard(BhRemotes *self, const BhDevice *device, const BhReport *report)
{
    BhRemote *remote;

    if (bh_adapter_slots_count(self->context.hub.adapters) > 1)
        bh_hearing_note(self->context.hearing, device, report);
    if (g_hash_table_size(self->table) == 0 || device->connectable == BH_CONNECTABLE_NO)
        return;
    remote = bh_remotes_find(self, &device->address);
    if (remote != NULL)
        bh_remote_heard(remote, report->adapter);
}

void
bh_remotes_adapter_ready(BhRemotes *self, guint8 slot)
{
    g_autoptr(GPtrArray) list = list_remotes(self);

    for (guint i = 0; i < list->len; i++)
        bh_remote_adapter_ready(list->pdata[i], slot);
    if (self->context.connector != NULL)
        bh_connector_look(self->context.connector);
}

void
bh_remotes_adapter_gone(BhRemotes *self, guint8 slot, BhLinkCause cause)
{
    g_autoptr(GPtrArray) list = list_remotes(self);

    for (guint i = 0; i < list->len; i++)
        bh_remote_adapter_gone(list->pdata[i], slot, cause);
    if (self->context.connector != NULL)
        bh_connector_look(self->context.connector);
}

guint
bh_remotes_count_links(BhRemotes *self, guint8 slot)
{
    BhCentral *central = self->context.hub.central;

    return central != NULL ? bh_central_count_links(central, slot) : 0;
}

gboolean
bh_remotes_is_linked(BhRemotes *self, const BhLinkKey *key)
{
    BhCentral *central = self->context.hub.central;
    BhLinkState state = {0};

    return central != NULL && bh_central_peek(central, key, &state) && state.connected;
}

guint
bh_remotes_count_all_links(BhRemotes *self)
{
    guint links = 0;

    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++)
        if (bh_adapter_slots_peek(self->context.hub.adapters, slot) != NULL)
            links += bh_remotes_count_links(self, slot);
    return links;
}

guint
bh_remotes_count_free_slots(BhRemotes *self, guint8 slot)
{
    guint links = bh_remotes_count_links(self, slot);

    return bh_link_room_get_free(&self->context.room,
                                 slot,
                                 links,
                                 bh_clock_now_us(self->context.hub.clock));
}

static void
add_stream_counts(BhRemote *remote, gpointer user_data)
{
    BhRemotesCounters *counters = user_data;

    for (guint i = 0; i < remote->subscriptions->len; i++) {
        BhSubscription *it = remote->subscriptions->pdata[i];

        counters->stream_records += bh_subscription_get_streamed(it);
        counters->stream_losses += bh_subscription_get_stream_losses(it);
        counters->value_losses += bh_subscription_get_queue_losses(it);
    }
}

void
bh_remotes_get_counters(BhRemotes *self, BhRemotesCounters *counters)
{
    *counters = self->context.counters;
    if (self->context.connector != NULL)
        counters->attempts = bh_connector_get_attempts(self->context.connector);
    bh_remotes_foreach(self, add_stream_counts, counters);
}

guint
bh_remotes_count_own_links(BhRemotes *self, guint8 slot)
{
    g_autoptr(GPtrArray) list = list_remotes(self);
    guint n = 0;

    for (guint i = 0; i < list->len; i++) {
        const BhRemote *it = list->pdata[i];

        n += it->has_key && it->key.slot == slot &&
             (it->dropping != NULL || (it->state == BH_REMOTE_READY && it->ours));
    }
    return n;
}

void
bh_remotes_radio_off(BhRemotes *self, guint32 uid)
{
    g_autoptr(GPtrArray) list = list_remotes(self);

    for (guint i = 0; i < list->len; i++)
        bh_remote_radio_off(list->pdata[i], uid);
}

void
bh_remotes_radio_on(BhRemotes *self)
{
    g_autoptr(GPtrArray) list = list_remotes(self);

    for (guint i = 0; i < list->len; i++)
        bh_remote_radio_on(list->pdata[i]);
}

static void
release_all(GPtrArray *owned)
{
    while (owned->len > 0)
        bh_owned_release(owned->pdata[owned->len - 1], BH_RELEASE_SHUTDOWN);
}

void
bh_remotes_stop(BhRemotes *self)
{
    g_autoptr(GPtrArray) list = list_remotes(self);

    self->context.stopped = TRUE;
    bh_clear_timer(&self->news);
    for (guint i = 0; i < list->len; i++) {
        BhRemote *remote = list->pdata[i];

        release_all(remote->subscriptions);
        release_all(remote->holds);
        if (bh_remotes_find(self, bh_remote_peek_address(remote)) == remote)
            on_gone(remote, self); /* it lingers, or its link is going */
    }
}

static void
bh_remotes_dispose(GObject *object)
{
    BhRemotes *self = BH_REMOTES(object);

    bh_clear_timer(&self->news);
    g_clear_pointer(&self->context.connector, bh_connector_free);
    G_OBJECT_CLASS(bh_remotes_parent_class)->dispose(object);
}

static void
bh_remotes_finalize(GObject *object)
{
    BhRemotes *self = BH_REMOTES(object);

    g_hash_table_unref(self->table);
    bh_filter_free(self->anything);
    bh_hearing_free(self->context.hearing);
    G_OBJECT_CLASS(bh_remotes_parent_class)->finalize(object);
}

static void
bh_remotes_class_init(BhRemotesClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = bh_remotes_dispose;
    G_OBJECT_CLASS(klass)->finalize = bh_remotes_finalize;
    signals[SIGNAL_ADDED] = bh_signal_new(BH_TYPE_REMOTES, "added", 1, BH_TYPE_REMOTE);
    signals[SIGNAL_REMOVED] = bh_signal_new(BH_TYPE_REMOTES, "removed", 1, BH_TYPE_REMOTE);
    signals[SIGNAL_LISTENING_CHANGED] = bh_signal_new(BH_TYPE_REMOTES, "listening-changed", 0);
}

static void
bh_remotes_init(BhRemotes *self)
{
    static const BhFilterSpec everything = {0};

    self->table = g_hash_table_new_full(bh_address_hash, bh_address_equal, NULL, g_object_unref);
    self->anything = bh_filter_new(&everything, NULL);
}

BhRemotes *
bh_remotes_new(const BhRemotesShared *shared)
{
    BhRemotes *self = g_object_new(BH_TYPE_REMOTES, NULL);

    self->context.hub = *shared;
    self->context.hearing = bh_hearing_new();
    self->context.listening_changed = queue_news;
    self->context.user_data = self;
    if (shared->central != NULL) {
        self->context.connector = bh_connector_new(shared->central, shared->clock);
        bh_central_set_sink(shared->central, &central_sink, self);
    }
    return self;
}
