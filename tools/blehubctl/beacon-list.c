/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Entries hang in a queue, the one heard last at its head, and stand under their identity in one
 * table and under their address in another, where several may share a place.
 */
#include "beacon-list.h"

#include <string.h>

typedef struct {
    BhListedBeacon listed; /* first, and its identity first in it: the key */
    GList link;            /* in recency */
} Entry;
G_STATIC_ASSERT(G_STRUCT_OFFSET(Entry, listed) == 0);
G_STATIC_ASSERT(G_STRUCT_OFFSET(BhListedBeacon, identity) == 0);

/* All that was heard last from one address. */
typedef struct {
    BhAddress address;  /* first: the key */
    GPtrArray *entries; /* Entry */
} Place;
G_STATIC_ASSERT(G_STRUCT_OFFSET(Place, address) == 0);

struct BhBeaconList {
    GHashTable *entries; /* set of Entry, which it owns */
    GHashTable *places;  /* set of Place, which it owns; none is empty */
    GQueue recency;
    guint max;
    guint64 forgotten;
};

static void
place_free(Place *place)
{
    g_ptr_array_unref(place->entries);
    g_free(place);
}

BhBeaconList *
bh_beacon_list_new(guint max)
{
    BhBeaconList *self = g_new0(BhBeaconList, 1);

    self->entries = g_hash_table_new_full(bh_identity_hash, bh_identity_equal, g_free, NULL);
    self->places =
        g_hash_table_new_full(bh_address_hash, bh_address_equal, (GDestroyNotify)place_free, NULL);
    g_queue_init(&self->recency);
    self->max = max;
    return self;
}

void
bh_beacon_list_free(BhBeaconList *self)
{
    g_hash_table_unref(self->places);
    g_hash_table_unref(self->entries);
    g_free(self);
}

/* Places */

static void
leave(BhBeaconList *self, Entry *entry)
{
    Place *place = g_hash_table_lookup(self->places, &entry->listed.address);

    g_ptr_array_remove_fast(place->entries, entry);
    if (place->entries->len == 0)
        g_hash_table_remove(self->places, place);
}

static void
join(BhBeaconList *self, Entry *entry, const BhAddress *address)
{
    Place *place = g_hash_table_lookup(self->places, address);

    if (place == NULL) {
        place = g_new0(Place, 1);
        place->address = *address;
        place->entries = g_ptr_array_new();
        g_hash_table_add(self->places, place);
    }
    g_ptr_array_add(place->entries, entry);
    entry->listed.address = *address;
}

/* Entries */

static void
forget(BhBeaconList *self, Entry *entry)
{
    leave(self, entry);
    g_queue_unlink(&self->recency, &entry->link);
    g_hash_table_remove(self->entries, entry);
}

static Entry *
make_entry(BhBeaconList *self, const BhIdentity *identity, const BhAddress *address)
{
    Entry *entry = g_new0(Entry, 1);

    entry->listed.identity = *identity;
    entry->link.data = entry;
    g_queue_push_head_link(&self->recency, &entry->link);
    g_hash_table_add(self->entries, entry);
    join(self, entry, address);
    return entry;
}

static void
trim(BhBeaconList *self)
{
    while (g_hash_table_size(self->entries) > self->max) {
        forget(self, g_queue_peek_tail(&self->recency));
        self->forgotten++;
    }
}

static void
touch(BhBeaconList *self, Entry *entry, const BhDevice *report)
{
    entry->listed.heard_us = report->last_seen_us;
    entry->listed.rssi = report->rssi;
    g_queue_unlink(&self->recency, &entry->link);
    g_queue_push_head_link(&self->recency, &entry->link);
}

/* Reports */

gboolean
bh_listed_beacon_is_bare(const BhListedBeacon *self)
{
    return self->identity.kind == BH_IDENTITY_ADDRESS;
}

static Entry *
find_bare(BhBeaconList *self, const BhAddress *address)
{
    BhIdentity identity;

    bh_identity_of_address(address, &identity);
    return g_hash_table_lookup(self->entries, &identity);
}

/* Telemetry that was heard from the address before its beacon was. */
static void
take_over_bare(BhBeaconList *self, Entry *entry)
{
    Entry *bare = find_bare(self, &entry->listed.address);

    if (bare == NULL)
        return;
    entry->listed.telemetry = bare->listed.beacon;
    entry->listed.has_telemetry = TRUE;
    forget(self, bare);
}

static Entry *
add_beacon(BhBeaconList *self, const BhIdentity *identity, const BhDevice *report, gboolean *is_new)
{
    Entry *entry = g_hash_table_lookup(self->entries, identity);

    *is_new = entry == NULL;
    if (entry == NULL) {
        entry = make_entry(self, identity, &report->address);
    } else if (!bh_address_equal(&entry->listed.address, &report->address)) {
        leave(self, entry);
        join(self, entry, &report->address);
    }
    take_over_bare(self, entry);
    return entry;
}

static Entry *
add_bare(BhBeaconList *self, const BhBeacon *telemetry, const BhDevice *report, BhBeaconNews *news)
{
    Entry *entry = find_bare(self, &report->address);
    BhIdentity identity;

    *news = entry == NULL ? BH_BEACON_NEWS_TELEMETRY : BH_BEACON_NEWS_NONE;
    bh_identity_of_address(&report->address, &identity);
    if (entry == NULL)
        entry = make_entry(self, &identity, &report->address);
    entry->listed.beacon = *telemetry;
    touch(self, entry, report);
    return entry;
}

static Entry *
add_telemetry(BhBeaconList *self,
              const BhBeacon *telemetry,
              const BhDevice *report,
              BhBeaconNews *news)
{
    Place *place = g_hash_table_lookup(self->places, &report->address);
    Entry *first = place != NULL ? place->entries->pdata[0] : NULL;

    if (first == NULL || bh_listed_beacon_is_bare(&first->listed))
        return add_bare(self, telemetry, report, news);
    for (guint i = 0; i < place->entries->len; i++) {
        Entry *entry = place->entries->pdata[i];

        if (!entry->listed.has_telemetry)
            *news = BH_BEACON_NEWS_TELEMETRY;
        entry->listed.telemetry = *telemetry;
        entry->listed.has_telemetry = TRUE;
        touch(self, entry, report);
    }
    return first;
}

const BhListedBeacon *
bh_beacon_list_add(BhBeaconList *self, const BhDevice *report, BhBeaconNews *news)
{
    BhIdentity identity;
    BhBeacon beacon;
    Entry *entry;
    gboolean is_new;

    *news = BH_BEACON_NEWS_NONE;
    if (!bh_device_get_beacon(report, &beacon))
        return NULL;
    if (!bh_identity_of_beacon(&beacon, &identity)) {
        entry = add_telemetry(self, &beacon, report, news);
    } else {
        entry = add_beacon(self, &identity, report, &is_new);
        entry->listed.beacon = beacon;
        touch(self, entry, report);
        *news = is_new ? BH_BEACON_NEWS_BEACON : BH_BEACON_NEWS_NONE;
    }
    trim(self);
    return &entry->listed;
}

/* What there is */

guint
bh_beacon_list_size(const BhBeaconList *self)
{
    return g_hash_table_size(self->entries);
}

guint64
bh_beacon_list_forgotten(const BhBeaconList *self)
{
    return self->forgotten;
}

void
bh_beacon_list_count(const BhBeaconList *self, guint counts[BH_N_BEACON_TYPES])
{
    memset(counts, 0, BH_N_BEACON_TYPES * sizeof *counts);
    for (GList *it = self->recency.head; it != NULL; it = it->next) {
        const Entry *entry = it->data;

        counts[entry->listed.beacon.type]++;
    }
}

static int
compare(gconstpointer a, gconstpointer b)
{
    const BhListedBeacon *left = *(BhListedBeacon *const *)a;
    const BhListedBeacon *right = *(BhListedBeacon *const *)b;

    if (left->beacon.type != right->beacon.type)
        return (int)left->beacon.type - (int)right->beacon.type;
    return memcmp(left->identity.bytes, right->identity.bytes, sizeof left->identity.bytes);
}

GPtrArray *
bh_beacon_list_sort(const BhBeaconList *self)
{
    GPtrArray *sorted = g_ptr_array_sized_new(bh_beacon_list_size(self));

    for (GList *it = self->recency.head; it != NULL; it = it->next)
        g_ptr_array_add(sorted, it->data);
    g_ptr_array_sort(sorted, compare);
    return sorted;
}
