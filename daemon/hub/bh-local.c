/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two lists. Whatever changes ends in one look at each of both kinds: on which adapters it is
 * wanted against what the radio was told.
 */
#include "bh-local-private.h"
#include "bh-log.h"
#include "bh-signal.h"

enum {
    SIGNAL_APPLICATION_ADDED,
    SIGNAL_ADVERTISEMENT_ADDED,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhLocal, bh_local, G_TYPE_OBJECT)

/* Wanted against told */

/* Adapters that could serve now. */
static guint16
find_ready(BhLocal *self)
{
    const BhAdapterSlots *adapters = self->context.hub.adapters;
    guint16 ready = 0;

    for (guint slot = 0; adapters->bluez && slot < BH_RADIO_MAX_ADAPTERS; slot++) {
        BhAdapter *adapter = bh_adapter_slots_peek(adapters, slot);

        if (adapter != NULL && bh_adapter_get_powered(adapter))
            ready |= (guint16)(1u << slot);
    }
    return ready;
}

void
bh_local_look_at_first(BhLocal *self, BhServing *serving)
{
    guint16 ready = find_ready(self);

    if (ready != 0 || !bh_power_keeper_is_waking(self->context.hub.power))
        bh_serving_look(serving, ready);
}

static guint16
choose_slots(BhLocal *self, BhServing *serving)
{
    if (bh_owned_is_released(serving->owner) ||
        bh_power_keeper_is_off_for(self->context.hub.power, bh_owned_get_uid(serving->owner)))
        return 0;
    return bh_serving_choose(serving, self->context.hub.adapters);
}

/* No request of it stays open. */
static void
drop_application(BhLocal *self, BhApplication *application)
{
    bh_asked_reads_end(application->asked);
    bh_peripheral_drop_application(self->context.hub.peripheral, application->serving.id);
}

static void
look_at_application(BhLocal *self, BhApplication *application)
{
    BhPeripheral *peripheral = self->context.hub.peripheral;
    BhServing *serving = &application->serving;
    guint16 slots = choose_slots(self, serving);
    gboolean was_told = serving->wanted != 0;

    if (slots == serving->wanted)
        return;
    if (bh_serving_want(serving, slots))
        bh_application_served(application, TRUE);
    if (slots != 0)
        bh_peripheral_set_application(peripheral, serving->id, application->spec.definition, slots);
    else if (was_told)
        drop_application(self, application);
}

static void
look_at_advertisement(BhLocal *self, BhAdvertisement *advertisement)
{
    BhPeripheral *peripheral = self->context.hub.peripheral;
    BhServing *serving = &advertisement->serving;
    guint16 slots = advertisement->ended ? 0 : choose_slots(self, serving);
    gboolean was_told = serving->wanted != 0;

    if (slots == serving->wanted)
        return;
    if (bh_serving_want(serving, slots))
        bh_advertisement_served(advertisement, TRUE);
    if (slots != 0)
        bh_peripheral_set_advertisement(peripheral, serving->id, &advertisement->spec, slots);
    else if (was_told)
        bh_peripheral_drop_advertisement(peripheral, serving->id);
}

GPtrArray *
bh_local_copy_list(GPtrArray *list)
{
    return g_ptr_array_copy(list, (GCopyFunc)(void (*)(void))g_object_ref, NULL);
}

static void
look_at_all(BhLocal *self)
{
    g_autoptr(GPtrArray) applications = bh_local_copy_list(self->applications);
    g_autoptr(GPtrArray) advertisements = bh_local_copy_list(self->advertisements);

    for (guint i = 0; i < applications->len; i++) {
        look_at_application(self, applications->pdata[i]);
        bh_local_look_at_first(self, &BH_APPLICATION(applications->pdata[i])->serving);
    }
    for (guint i = 0; i < advertisements->len; i++) {
        look_at_advertisement(self, advertisements->pdata[i]);
        bh_local_look_at_first(self, &BH_ADVERTISEMENT(advertisements->pdata[i])->serving);
    }
}

void
bh_local_reconsider(BhLocal *self, BhAdvertisement *advertisement)
{
    if (advertisement->ended && !advertisement->serving.rests) {
        advertisement->serving.rests = TRUE;
        bh_quota_rest(self->context.hub.quota, bh_owned_get_uid(BH_OWNED(advertisement)));
    }
    look_at_advertisement(self, advertisement);
}

/* Coming and going */

static void
count_release(BhLocal *self, BhOwned *owned, BhReleaseReason reason, const char *what)
{
    BhClient *client = bh_owned_peek_client(owned);
    gboolean lease_over = reason == BH_RELEASE_LEASE_OVER;

    self->context.counters.orphans_released += reason == BH_RELEASE_CLIENT_GONE;
    self->context.counters.leases_expired += lease_over;
    if (reason != BH_RELEASE_CLIENT_GONE && !lease_over)
        return;
    bh_log_client(G_LOG_LEVEL_INFO,
                  BH_MESSAGE_CLIENT,
                  bh_client_get_name(client),
                  bh_client_get_uid(client),
                  "%s of client %s ended: %s",
                  what,
                  bh_client_get_name(client),
                  lease_over ? "its lease ran out" : "the client left");
}

static void
on_application_released(BhApplication *application, BhReleaseReason reason, BhLocal *self)
{
    BhOwned *owned = BH_OWNED(application);

    g_signal_handlers_disconnect_by_data(application, self);
    count_release(self, owned, reason, "an application");
    self->context.counters.write_losses += bh_application_get_dropped(application);
    look_at_application(self, application);
    bh_quota_give(self->context.hub.quota, bh_owned_get_uid(owned), BH_QUOTA_APPLICATIONS);
    g_ptr_array_remove(self->applications, application);
}

static void
on_advertisement_released(BhAdvertisement *advertisement, BhReleaseReason reason, BhLocal *self)
{
    BhOwned *owned = BH_OWNED(advertisement);

    g_signal_handlers_disconnect_by_data(advertisement, self);
    count_release(self, owned, reason, "an advertisement");
    look_at_advertisement(self, advertisement);
    if (advertisement->serving.rests)
        bh_quota_unrest(self->context.hub.quota, bh_owned_get_uid(owned));
    bh_quota_give(self->context.hub.quota, bh_owned_get_uid(owned), BH_QUOTA_ADVERTISEMENTS);
    g_ptr_array_remove(self->advertisements, advertisement);
}

void
bh_local_add_application(BhLocal *self, BhApplication *application)
{
    g_ptr_array_add(self->applications, g_object_ref(application));
    g_signal_connect_after(application, "released", G_CALLBACK(on_application_released), self);
}

void
bh_local_add_advertisement(BhLocal *self, BhAdvertisement *advertisement)
{
    g_ptr_array_add(self->advertisements, g_object_ref(advertisement));
    g_signal_connect_after(advertisement, "released", G_CALLBACK(on_advertisement_released), self);
}

void
bh_local_publish_application(BhLocal *self, BhApplication *application)
{
    look_at_application(self, application);
    g_signal_emit(self, signals[SIGNAL_APPLICATION_ADDED], 0, application);
    bh_local_look_at_first(self, &application->serving);
}

void
bh_local_publish_advertisement(BhLocal *self, BhAdvertisement *advertisement)
{
    look_at_advertisement(self, advertisement);
    g_signal_emit(self, signals[SIGNAL_ADVERTISEMENT_ADDED], 0, advertisement);
    bh_local_look_at_first(self, &advertisement->serving);
}

/* What the hub tells */

void
bh_local_look(BhLocal *self)
{
    look_at_all(self);
}

void
bh_local_adapter_ready(BhLocal *self, guint8 slot)
{
    look_at_all(self);
}

static void
forget_centrals(BhLocal *self, guint8 slot)
{
    g_autoptr(GList) keys = g_hash_table_get_keys(self->centrals);

    for (GList *it = keys; it != NULL; it = it->next) {
        const BhLinkKey key = *(const BhLinkKey *)it->data;

        if (key.slot == slot)
            bh_local_central_gone(self, &key);
    }
}

void
bh_local_adapter_gone(BhLocal *self, guint8 slot)
{
    g_autoptr(GPtrArray) applications = bh_local_copy_list(self->applications);
    g_autoptr(GPtrArray) advertisements = bh_local_copy_list(self->advertisements);

    forget_centrals(self, slot);
    for (guint i = 0; i < applications->len; i++) {
        BhApplication *it = applications->pdata[i];

        if (bh_serving_lose(&it->serving, slot))
            bh_application_served(it, it->serving.active == 0);
    }
    for (guint i = 0; i < advertisements->len; i++) {
        BhAdvertisement *it = advertisements->pdata[i];

        if (bh_serving_lose(&it->serving, slot))
            bh_advertisement_served(it, it->serving.active == 0);
    }
    look_at_all(self);
}

static gboolean
is_of(gpointer owned, guint32 uid)
{
    return uid == G_MAXUINT32 || bh_owned_get_uid(BH_OWNED(owned)) == uid;
}

void
bh_local_radio_off(BhLocal *self, guint32 uid)
{
    g_autoptr(GPtrArray) applications = bh_local_copy_list(self->applications);
    g_autoptr(GPtrArray) advertisements = bh_local_copy_list(self->advertisements);

    for (guint i = 0; i < applications->len; i++)
        if (is_of(applications->pdata[i], uid))
            bh_application_radio_off(applications->pdata[i]);
    for (guint i = 0; i < advertisements->len; i++)
        if (is_of(advertisements->pdata[i], uid))
            bh_advertisement_radio_off(advertisements->pdata[i]);
    look_at_all(self);
}

static void
release_all(GPtrArray *owned)
{
    while (owned->len > 0)
        bh_owned_release(owned->pdata[owned->len - 1], BH_RELEASE_SHUTDOWN);
}

void
bh_local_stop(BhLocal *self)
{
    self->context.stopped = TRUE;
    release_all(self->advertisements);
    release_all(self->applications);
}

/* The rest of the interface */

gboolean
bh_local_serves_others(BhLocal *self, guint8 slot, guint32 uid)
{
    for (guint i = 0; i < self->applications->len; i++) {
        BhApplication *it = self->applications->pdata[i];

        if ((it->serving.active & (1u << slot)) != 0 && bh_owned_get_uid(BH_OWNED(it)) != uid)
            return TRUE;
    }
    return FALSE;
}

guint
bh_local_count_centrals(BhLocal *self, guint8 slot)
{
    GHashTableIter iter;
    gpointer key;
    guint n = 0;

    g_hash_table_iter_init(&iter, self->centrals);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        n += ((const BhLinkKey *)key)->slot == slot;
    return n;
}

void
bh_local_get_counters(BhLocal *self, BhLocalCounters *counters)
{
    *counters = self->context.counters;
    for (guint i = 0; i < self->applications->len; i++)
        counters->write_losses += bh_application_get_dropped(self->applications->pdata[i]);
}

static void
bh_local_finalize(GObject *object)
{
    BhLocal *self = BH_LOCAL(object);

    g_ptr_array_unref(self->applications);
    g_ptr_array_unref(self->advertisements);
    g_hash_table_unref(self->centrals);
    G_OBJECT_CLASS(bh_local_parent_class)->finalize(object);
}

static void
bh_local_class_init(BhLocalClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_local_finalize;
    signals[SIGNAL_APPLICATION_ADDED] =
        bh_signal_new(BH_TYPE_LOCAL, "application-added", 1, BH_TYPE_APPLICATION);
    signals[SIGNAL_ADVERTISEMENT_ADDED] =
        bh_signal_new(BH_TYPE_LOCAL, "advertisement-added", 1, BH_TYPE_ADVERTISEMENT);
}

static guint
hash_key(gconstpointer data)
{
    const BhLinkKey *key = data;

    return bh_address_hash(&key->address) ^ key->slot;
}

static gboolean
is_same_key(gconstpointer a, gconstpointer b)
{
    const BhLinkKey *key = a;
    const BhLinkKey *other = b;

    return key->slot == other->slot && bh_address_equal(&key->address, &other->address);
}

static void
bh_local_init(BhLocal *self)
{
    self->context.local = self;
    self->applications = g_ptr_array_new_with_free_func(g_object_unref);
    self->advertisements = g_ptr_array_new_with_free_func(g_object_unref);
    self->centrals = g_hash_table_new_full(hash_key, is_same_key, g_free, NULL);
}

BhLocal *
bh_local_new(const BhLocalShared *shared)
{
    BhLocal *self = g_object_new(BH_TYPE_LOCAL, NULL);

    self->context.hub = *shared;
    if (shared->peripheral != NULL)
        bh_peripheral_set_sink(shared->peripheral, bh_local_peek_sink(), self);
    return self;
}
