/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One list; there are few enough of them. Advertisements look theirs up by description in a table.
 */
#include "peers.h"

#include "bh-error.h"

struct _BhPeers {
    BhTimeline *timeline;   /* borrowed: outlives the object */
    GHashTable *by_device;  /* BhScenarioDevice -> BhPeer */
    GHashTable *by_address; /* BhAddress -> BhPeer, borrowed from the other */
};

BhPeers *
bh_peers_new(BhTimeline *timeline)
{
    BhPeers *peers = g_new0(BhPeers, 1);

    peers->timeline = timeline;
    peers->by_device = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)bh_peer_unref);
    peers->by_address = g_hash_table_new(bh_address_hash, bh_address_equal);
    return peers;
}

void
bh_peers_free(BhPeers *peers)
{
    g_hash_table_unref(peers->by_address);
    g_hash_table_unref(peers->by_device);
    g_free(peers);
}

void
bh_peers_add(BhPeers *peers, const BhScenarioDevice *device)
{
    BhPeer *peer = NULL;

    if (device->pdu != BH_PDU_CONNECTABLE)
        return;
    peer = bh_peer_new(peers->timeline, device);
    g_hash_table_insert(peers->by_device, (gpointer)device, peer);
    g_hash_table_replace(peers->by_address, (gpointer)&device->address, peer);
}

static gboolean
remove_from_group(gpointer device, gpointer peer, gpointer group)
{
    if (!g_str_equal(((const BhScenarioDevice *)device)->group, group))
        return FALSE;
    bh_peer_set_away(peer, TRUE);
    return TRUE;
}

static gboolean
forget_address(gpointer address, gpointer peer, gpointer group)
{
    return g_str_equal(bh_peer_peek_device(peer)->group, group);
}

void
bh_peers_remove(BhPeers *peers, const char *group)
{
    g_hash_table_foreach_remove(peers->by_address, forget_address, (gpointer)group);
    g_hash_table_foreach_remove(peers->by_device, remove_from_group, (gpointer)group);
}

BhPeer *
bh_peers_find_address(const BhPeers *peers, const BhAddress *address)
{
    return g_hash_table_lookup(peers->by_address, address);
}

BhPeer *
bh_peers_find_device(const BhPeers *peers, const BhScenarioDevice *device)
{
    return g_hash_table_lookup(peers->by_device, device);
}

static gboolean
is_named(const BhScenarioDevice *device, const char *which)
{
    g_autofree char *clone = g_strdup_printf("%s#%u", device->group, device->index);
    char address[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(&device->address, address);
    return g_str_equal(which, clone) || g_ascii_strcasecmp(which, address) == 0 ||
           (device->index == 0 && g_str_equal(which, device->group));
}

BhPeer *
bh_peers_find(const BhPeers *peers, const char *which, GError **error)
{
    GHashTableIter iter;
    gpointer device = NULL;
    gpointer peer = NULL;

    g_hash_table_iter_init(&iter, peers->by_device);
    while (g_hash_table_iter_next(&iter, &device, &peer)) {
        if (is_named(device, which))
            return peer;
    }
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no connectable device '%s'", which);
    return NULL;
}

BhPeerAttribute *
bh_peers_find_attribute(const BhPeers *peers, const char *which, const char *name, GError **error)
{
    BhPeer *peer = bh_peers_find(peers, which, error);
    BhPeerAttribute *attribute = peer != NULL ? bh_peer_find(peer, name) : NULL;

    if (peer != NULL && attribute == NULL)
        g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no attribute '%s'", name);
    return attribute;
}
