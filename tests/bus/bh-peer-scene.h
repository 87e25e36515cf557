/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A radio under test in its central role, a puppet BlueZ that knows one device with a small
 * database, and a sink that writes down what it is told of links and values.
 */
#include "bh-central.h"
#include "bh-scene.h"

G_BEGIN_DECLS

#define BH_PEER "/org/bluez/hci0/dev_C0_00_00_00_00_01"
#define BH_PEER_ADDRESS "C0:00:00:00:00:01"
#define BH_PEER_SERVICE BH_PEER "/service0001"
#define BH_PEER_LEVEL BH_PEER_SERVICE "/char0002" /* read, write, notify */
#define BH_PEER_CONFIG BH_PEER_LEVEL "/desc0004"
#define BH_PEER_OTHER BH_PEER_SERVICE "/char0005" /* read, write-without-response */
/* Handles of their values. */
#define BH_LEVEL 3
#define BH_CONFIG 4
#define BH_OTHER 6

typedef struct {
    BhScene scene;
    BhPuppet *puppet; /* of the scene */
    BhCentral *central;
    BhLinkKey key;
    /* "c" connected, "r" resolved, "p" paired, "b" bonded or "-", then the cause if there is one:
     * "c- cr -timeout", separated by spaces */
    GString *links;
    GString *values;    /* "0003:0a0b 0003:0c" */
    GString *questions; /* "confirm:123456" */
} BhPeerScene;

/* The device and its attributes are known to BlueZ; the radio is started and idle. */
void bh_peer_scene_init(BhPeerScene *self);
/* The same with a BlueZ that says its version, see bh_puppet_set_version(). */
void bh_peer_scene_init_with(BhPeerScene *self, guint version);
/* The same, but BlueZ does not know the attributes, or not even the device. */
void bh_peer_scene_init_bare(BhPeerScene *self);
void bh_peer_scene_init_unknown(BhPeerScene *self);
/* Not even the radio is started: bh_peer_scene_start() does. */
void bh_peer_scene_prepare(BhPeerScene *self);
void bh_peer_scene_start(BhPeerScene *self);
/* As bh_peer_scene_init(), connected by us; the puppet's calls so far are forgotten. */
void bh_peer_scene_init_ready(BhPeerScene *self);
/* The same with a BlueZ that says its version, see bh_puppet_set_version(). */
void bh_peer_scene_init_ready_with(BhPeerScene *self, guint version);
void bh_peer_scene_clear(BhPeerScene *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhPeerScene, bh_peer_scene_clear)

/* The device and its attributes appear in BlueZ. */
void bh_peer_scene_add_device(BhPeerScene *self);
void bh_peer_scene_add_attributes(BhPeerScene *self);
/* Its link is there, with services that are known, as if somebody else had made it. */
void bh_peer_scene_add_link(BhPeerScene *self);
/* Waits until BlueZ has got such a call; it need not have answered. */
void bh_peer_scene_await(BhPeerScene *self, const char *method);
guint bh_peer_scene_count(BhPeerScene *self, const char *method);
BhLinkState bh_peer_scene_peek(BhPeerScene *self);

/* An asynchronous call and how it ended. */
typedef struct {
    gboolean done;
    GError *error; /* owned */
    GBytes *value; /* of a read, owned */
    GArray *bonds; /* of a list, owned */
    gint number;   /* of an RSSI */
    GCancellable *cancellable;
} BhPeerCall;

void bh_peer_call_clear(BhPeerCall *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhPeerCall, bh_peer_call_clear)

void bh_peer_connect(BhPeerScene *self, BhPeerCall *call);
void bh_peer_read(BhPeerScene *self, guint16 handle, guint16 offset, BhPeerCall *call);
void bh_peer_write(BhPeerScene *self,
                   guint16 handle,
                   const char *hex,
                   BhWriteKind kind,
                   BhPeerCall *call);
void bh_peer_subscribe(BhPeerScene *self, guint16 handle, BhPeerCall *call);
void bh_peer_pair(BhPeerScene *self, BhPeerCall *call);
void bh_peer_remove_bond(BhPeerScene *self, BhPeerCall *call);
void bh_peer_list_bonds(BhPeerScene *self, BhPeerCall *call);
void bh_peer_rssi(BhPeerScene *self, BhPeerCall *call);

/* "ok", "0a0b" of a read, or "0x101: 0x01 Invalid handle": code and message of an error. Waits for
 * the end of the call, and makes it ready for the next. */
char *bh_peer_call_dup_end(BhPeerCall *self);

G_END_DECLS

/* Waits for the end, which must be what is written. */
#define BH_ASSERT_END(call, text)                                                                  \
    do {                                                                                           \
        g_autofree char *bh_end = bh_peer_call_dup_end(call);                                      \
        ck_assert_str_eq(bh_end, text);                                                            \
    } while (0)
