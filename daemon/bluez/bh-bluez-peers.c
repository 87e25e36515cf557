/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A device that we connected to may use our services over the same link. It is no central that
 * came, but what it asks for ends with its link all the same.
 */
#include "bh-bluez-peers.h"

#include "bh-bluez-links.h"
#include "bh-bluez-mgmt-link.h"
#include "bh-bluez-subscriber.h"

static gboolean
is_connected(const BhBluezLink *link)
{
    return link->connected || link->kernel_connected;
}

static void
tell(BhBluezServer *self, const BhPeripheralCentral *central)
{
    if (self->sink != NULL)
        self->sink->central_changed(self->sink_data, central);
}

/* Who asks */

/* The kernel's word on the link may still be unread, and BlueZ may not have been asked for its
 * object. */
static const BhBluezLink *
find_by_name(BhBluezCentral *central, guint8 slot, const char *device)
{
    GHashTableIter iter;
    gpointer value;

    bh_bluez_mgmt_drain(central->bluez);
    g_hash_table_iter_init(&iter, central->links);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const BhBluezLink *link = value;
        g_autofree char *path =
            link->key.slot == slot ? bh_bluez_link_dup_path(central, link) : NULL;
        if (g_strcmp0(path, device) == 0)
            return link;
    }
    return NULL;
}

static const BhBluezLink *
find_link(BhBluezServer *self, guint8 slot, const char *device)
{
    BhBluezCentral *central = self->bluez->central;
    const BhBluezLink *link = bh_bluez_links_find_path(central, device);

    return link != NULL ? link : find_by_name(central, slot, device);
}

static void
note_mtu(BhBluezServer *self, const BhLinkKey *key, guint16 mtu)
{
    BhPeripheralCentral *known = g_hash_table_lookup(self->centrals, key);

    if (known == NULL || mtu == 0 || known->mtu == mtu)
        return;
    known->mtu = mtu;
    tell(self, known);
}

void
bh_bluez_peers_identify(BhBluezServer *self,
                        guint8 slot,
                        const BhBluezCallOptions *options,
                        BhPeripheralCentral *central)
{
    const BhBluezLink *link =
        options->device != NULL ? find_link(self, slot, options->device) : NULL;

    *central = (BhPeripheralCentral){
        .key.slot = G_MAXUINT8,
        .mtu = options->mtu,
        .connected = TRUE,
    };
    if (link == NULL)
        return;
    central->key = link->key;
    central->bonded = link->bonded;
    note_mtu(self, &link->key, options->mtu);
}

/* Coming and going */

static void
come(BhBluezServer *self, const BhBluezLink *link)
{
    BhPeripheralCentral *central = g_new0(BhPeripheralCentral, 1);

    central->key = link->key;
    central->connected = TRUE;
    central->bonded = link->bonded;
    g_hash_table_insert(self->centrals, &central->key, central);
    tell(self, central);
    bh_bluez_subscribers_link_made(self, &link->key);
    bh_bluez_central_update_pace(self->bluez->central);
}

static void
go(BhBluezServer *self, const BhBluezLink *link)
{
    BhPeripheralCentral *known = g_hash_table_lookup(self->centrals, &link->key);
    BhPeripheralCentral central = {0};

    bh_bluez_requests_link_gone(self, &link->key);
    bh_bluez_subscribers_link_gone(self, &link->key, link->bonded);
    if (known == NULL)
        return;
    central = *known;
    central.connected = FALSE;
    g_hash_table_remove(self->centrals, &link->key);
    tell(self, &central);
    bh_bluez_central_update_pace(self->bluez->central);
}

void
bh_bluez_peers_link_changed(BhBluezServer *self, const BhBluezLink *link)
{
    BhPeripheralCentral *known = g_hash_table_lookup(self->centrals, &link->key);

    if (!is_connected(link)) {
        go(self, link);
    } else if (known == NULL && link->incoming) {
        come(self, link);
    } else if (known != NULL && known->bonded != link->bonded) {
        known->bonded = link->bonded;
        tell(self, known);
    }
}

/* To the hub one goes and another comes, but what it subscribed to and asks for stays. */
void
bh_bluez_peers_link_renamed(BhBluezServer *self, const BhBluezLink *link, const BhLinkKey *former)
{
    const BhPeripheralCentral *known = g_hash_table_lookup(self->centrals, former);
    BhPeripheralCentral gone = {0};

    bh_bluez_requests_link_renamed(self, former, &link->key);
    bh_bluez_subscribers_link_renamed(self, former, &link->key);
    if (known == NULL)
        return;
    gone = *known;
    gone.connected = FALSE;
    g_hash_table_remove(self->centrals, former);
    tell(self, &gone);
    come(self, link);
    note_mtu(self, &link->key, gone.mtu);
}

gboolean
bh_bluez_peers_has_any(const BhBluezServer *self, guint8 slot)
{
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, self->centrals);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (((const BhLinkKey *)key)->slot == slot)
            return TRUE;
    return FALSE;
}

void
bh_bluez_peers_init(BhBluezServer *self)
{
    self->centrals =
        g_hash_table_new_full(bh_bluez_links_hash_key, bh_bluez_links_equal_keys, NULL, g_free);
}
