/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which identity a report is about, and the entries of identities in order of when they were heard.
 * What a device is, is found out once and remembered beside the device table; a device that says
 * something else is looked at again, but only as far as that can make a difference.
 */
#include "bh-presence-private.h"

BhPresenceEntry *
bh_presence_entry(const BhPresence *self, guint32 number)
{
    return bh_blocks_get(self->entries, number);
}

/* Order */

static void
unlink_entry(BhPresence *self, guint32 number)
{
    BhPresenceEntry *entry = bh_presence_entry(self, number);

    if (entry->newer != BH_NO_ENTRY)
        bh_presence_entry(self, entry->newer)->older = entry->older;
    else
        self->newest = entry->older;
    if (entry->older != BH_NO_ENTRY)
        bh_presence_entry(self, entry->older)->newer = entry->newer;
    else
        self->oldest = entry->newer;
}

static void
link_newest(BhPresence *self, guint32 number)
{
    BhPresenceEntry *entry = bh_presence_entry(self, number);

    entry->newer = BH_NO_ENTRY;
    entry->older = self->newest;
    if (self->newest != BH_NO_ENTRY)
        bh_presence_entry(self, self->newest)->newer = number;
    else
        self->oldest = number;
    self->newest = number;
}

void
bh_presence_make_newest(BhPresence *self, guint32 number)
{
    if (self->newest == number)
        return;
    unlink_entry(self, number);
    link_newest(self, number);
}

/* Room */

/* It stays in the list of those with a period that goes on, whoever it is then. */
static void
forget(BhPresence *self, guint32 number)
{
    BhPresenceEntry *entry = bh_presence_entry(self, number);
    BhPresenceEntry emptied = {
        .tenancy = entry->tenancy + 1,
        .pending = entry->pending,
        .next_pending = entry->next_pending,
    };

    self->funcs.forgotten(self->user_data, number);
    self->forgotten++;
    g_hash_table_remove(self->by_identity, &entry->identity);
    unlink_entry(self, number);
    bh_tracks_clear(&entry->track);
    *entry = emptied;
    g_array_append_val(self->freed, number);
}

/* There are few who were asked for by name, and only those are passed over. */
static gboolean
make_room(BhPresence *self)
{
    if (g_hash_table_size(self->by_identity) < self->settings.max_identities)
        return TRUE;
    for (guint32 i = self->oldest; i != BH_NO_ENTRY; i = bh_presence_entry(self, i)->newer) {
        if (!bh_presence_entry(self, i)->named) {
            forget(self, i);
            return TRUE;
        }
    }
    self->forgotten++; /* the new one */
    return FALSE;
}

static guint32
take_number(BhPresence *self)
{
    guint32 number;

    if (self->freed->len == 0)
        return self->used++;
    number = g_array_index(self->freed, guint32, self->freed->len - 1);
    g_array_set_size(self->freed, self->freed->len - 1);
    return number;
}

static guint32
add_entry(BhPresence *self, const BhIdentity *identity)
{
    guint32 number = take_number(self);
    BhPresenceEntry *entry = bh_presence_entry(self, number);

    entry->identity = *identity;
    entry->alias = bh_watched_find_alias(self->watched, identity);
    entry->beacon_power = BH_NO_POWER;
    entry->named = bh_watched_is_named(self->watched, identity);
    g_hash_table_insert(self->by_identity, &entry->identity, GUINT_TO_POINTER(number + 1));
    link_newest(self, number);
    return number;
}

static guint32
find_entry(const BhPresence *self, const BhIdentity *identity)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(self->by_identity, identity)) - 1;
}

static guint32
ensure_entry(BhPresence *self, const BhIdentity *identity, gboolean is_reading)
{
    guint32 number = find_entry(self, identity);

    if (number != BH_NO_ENTRY)
        return number;
    if (!is_reading && !bh_watched_is_named(self->watched, identity))
        return BH_NO_ENTRY_YET;
    return make_room(self) ? add_entry(self, identity) : BH_NO_ENTRY;
}

static void
add_one_named(const BhIdentity *identity, gpointer user_data)
{
    BhPresence *self = user_data;

    if (find_entry(self, identity) == BH_NO_ENTRY)
        add_entry(self, identity);
}

void
bh_presence_add_named(BhPresence *self)
{
    bh_watched_foreach_named(self->watched, add_one_named, self);
}

/* Devices */

static guint32
remembered(const BhPresence *self, const BhPresenceSlot *slot)
{
    if (slot->entry >= BH_NO_ENTRY_YET ||
        bh_presence_entry(self, slot->entry)->tenancy != slot->tenancy)
        return BH_NO_ENTRY;
    return slot->entry;
}

static gboolean
is_beacon(const BhPresence *self, guint32 number)
{
    return number != BH_NO_ENTRY &&
           bh_presence_entry(self, number)->identity.kind < BH_N_BEACON_TYPES;
}

/* Keys are tried once for each new address. When everything is watched, a beacon that says other
 * things in between is not somebody else meanwhile. */
static guint32
identify_device(BhPresence *self, const BhDevice *device, BhPresenceSlot *slot, gboolean is_reading)
{
    guint32 known = remembered(self, slot);
    BhIdentity identity;

    if (!slot->keyless && bh_watched_resolve(self->watched, &device->address, &identity))
        return ensure_entry(self, &identity, is_reading);
    slot->keyless = 1;
    if (bh_watched_is_everything(self->watched) && is_beacon(self, known))
        return known;
    return bh_watched_find_device(self->watched, device, &identity)
               ? ensure_entry(self, &identity, is_reading)
               : BH_NO_ENTRY;
}

static void
note_power(BhPresence *self, guint32 number, const BhBeacon *beacon)
{
    gint dbm;

    if (number < BH_NO_ENTRY_YET && bh_beacon_get_power_at_1m(beacon, &dbm))
        bh_presence_entry(self, number)->beacon_power =
            (gint8)CLAMP(dbm, G_MININT8, BH_NO_POWER - 1);
}

static guint32
identify_anew(BhPresence *self, const BhDevice *device, BhPresenceSlot *slot, gboolean is_reading)
{
    guint32 number = remembered(self, slot);
    BhIdentity identity;
    BhBeacon beacon;

    switch (bh_watched_find_beacon(self->watched, device, &beacon, &identity)) {
    case BH_WATCHED_IS:
        number = ensure_entry(self, &identity, is_reading);
        note_power(self, number, &beacon);
        return number;
    case BH_WATCHED_STAYS:
        return number != BH_NO_ENTRY ? number : identify_device(self, device, slot, is_reading);
    default:
        return identify_device(self, device, slot, is_reading);
    }
}

/* Of a known device that says something else: can it be somebody else now? Not without a beacon,
 * which is what it says, and not if it was watched for its address. */
static gboolean
may_be_another(const BhPresence *self, const BhPresenceSlot *slot, const BhDevice *device)
{
    guint32 number = remembered(self, slot);

    if (device->beacon != 0)
        return TRUE;
    if (number == BH_NO_ENTRY)
        return bh_watched_has_name(self->watched) || slot->entry != BH_NO_ENTRY;
    return is_beacon(self, number);
}

guint32
bh_presence_identify(BhPresence *self,
                     const BhDevice *device,
                     BhDeviceChange change,
                     gboolean is_reading)
{
    BhPresenceSlot *slot = bh_blocks_get(self->slots, device->slot);
    gboolean known = slot->generation == device->generation;
    gboolean entered;

    if (!known)
        *slot = (BhPresenceSlot){.entry = BH_NO_ENTRY};
    entered = slot->entry == BH_NO_ENTRY || remembered(self, slot) != BH_NO_ENTRY;
    if (known && entered &&
        ((change & BH_DEVICE_CHANGE_PAYLOAD) == 0 || !may_be_another(self, slot, device)))
        return slot->entry;
    slot->entry = identify_anew(self, device, slot, is_reading);
    slot->generation = device->generation;
    if (slot->entry >= BH_NO_ENTRY_YET)
        return BH_NO_ENTRY;
    slot->tenancy = bh_presence_entry(self, slot->entry)->tenancy;
    return slot->entry;
}
