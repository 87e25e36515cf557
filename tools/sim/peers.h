/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The devices of the world that can be connected, by name and by address. */
#include "peer.h"

G_BEGIN_DECLS

typedef struct _BhPeers BhPeers;

/** The timeline is borrowed and must outlive it. */
BhPeers *bh_peers_new(BhTimeline *timeline);
void bh_peers_free(BhPeers *peers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPeers, bh_peers_free)

/** Nothing happens for a device that cannot be connected. */
void bh_peers_add(BhPeers *peers, const BhScenarioDevice *device);
/** All of a group vanish, and their links are lost. */
void bh_peers_remove(BhPeers *peers, const char *group);

/** Borrowed, or NULL. */
BhPeer *bh_peers_find_address(const BhPeers *peers, const BhAddress *address);
BhPeer *bh_peers_find_device(const BhPeers *peers, const BhScenarioDevice *device);
/** By the group's name, NAME#N for clone N, or the address. Error: BH_ERROR_NOT_FOUND. */
BhPeer *bh_peers_find(const BhPeers *peers, const char *which, GError **error);
/** By device and the attribute's name. Error: BH_ERROR_NOT_FOUND. */
BhPeerAttribute *bh_peers_find_attribute(const BhPeers *peers,
                                         const char *which,
                                         const char *attribute,
                                         GError **error);

G_END_DECLS
