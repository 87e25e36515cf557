/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What an earlier process left is dropped and not taken over: who held it is gone with that
 * process, and whoever connects anew gets a link of which everything is known.
 */
#include "bh-bluez-made.h"

#include "bh-bluez-links.h"

void
bh_bluez_made_set(BhBluezCentral *self, BhBluezLink *link, gboolean made)
{
    const BhBluezAdapter *adapter = bh_bluez_central_peek_adapter(self, link->key.slot);
    const BhLinkMemoryEntry entry = {adapter->address, link->key.address};

    link->made = made;
    if (made)
        bh_link_memory_add(self->bluez->link_memory, &entry);
    else
        bh_link_memory_remove(self->bluez->link_memory, &entry);
}

void
bh_bluez_made_strike_out(BhBluezCentral *self, BhBluezLink *link)
{
    gboolean made = link->made;

    bh_bluez_made_set(self, link, FALSE);
    link->made = made;
}

static void
drop(BhBluezCentral *self, const BhLinkMemoryEntry *entry)
{
    BhLinkKey key = {.address = entry->peer};
    char text[BH_ADDRESS_TEXT_SIZE];

    for (key.slot = 0; key.slot < BH_RADIO_MAX_ADAPTERS; key.slot++) {
        const BhBluezAdapter *adapter = bh_bluez_central_peek_adapter(self, key.slot);

        if (adapter->path == NULL || !bh_address_equal(&adapter->address, &entry->adapter))
            continue;
        bh_address_format(&entry->peer, text);
        g_message("dropping the link to %s that a blehubd before this one left behind", text);
        BhBluezLink *link = bh_bluez_link_use(self, &key);
        bh_bluez_link_drop(self, link);
        bh_bluez_link_unuse(self, link);
        return;
    }
}

void
bh_bluez_made_drop_former(BhBluezCentral *self)
{
    g_autoptr(GArray) former =
        bh_link_memory_begin(self->bluez->link_memory, self->bluez->bus->owner);

    for (guint i = 0; i < former->len; i++)
        drop(self, &g_array_index(former, BhLinkMemoryEntry, i));
}
