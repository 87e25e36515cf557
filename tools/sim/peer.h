/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A device that can be connected, as the far side of a link: its GATT server with the values, what
 * was written and how often it was asked, and how it behaves. It knows nothing of BlueZ, has at
 * most one link at a time, and lives on whatever happens to adapters and bluetoothd.
 */
#include "scenario.h"
#include "timeline.h"

G_BEGIN_DECLS

#define BH_ATT_SUCCESS 0x00
#define BH_ATT_INVALID_HANDLE 0x01
#define BH_ATT_INVALID_OFFSET 0x07
#define BH_ATT_INVALID_LENGTH 0x0d
#define BH_ATT_UNLIKELY 0x0e

typedef struct BhPeer BhPeer;

/** One attribute of its server. A characteristic's handle is that of the declaration. */
typedef struct {
    BhPeer *peer;                /* borrowed: owns this */
    BhScenarioAttribute *config; /* may be changed */
    guint16 handle;              /* 0 = not there now */
    GByteArray *value;
    guint reads;
    guint writes;
    guint commands; /* those of the writes that wanted no answer */
    guint64 notified;
    GQueue written;        /* GBytes, oldest first; the newest of them */
    guint16 configuration; /* of a characteristic: what the client wrote to 0x2902 */
    guint timer;           /* of the next notification */
    gint64 due_us;         /* when that is */
    guint32 counter;
    guint left; /* notifications of this subscription */
} BhPeerAttribute;

/** Told to the other side of the link. */
typedef struct {
    void (*dropped)(gpointer user_data);
    void (*notified)(BhPeerAttribute *attribute, GBytes *value, gpointer user_data);
    void (*changed)(gpointer user_data); /* the services */
} BhPeerEvents;

BhPeer *bh_peer_new(BhTimeline *timeline, const BhScenarioDevice *device);
BhPeer *bh_peer_ref(BhPeer *peer);
void bh_peer_unref(BhPeer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPeer, bh_peer_unref)

const BhScenarioDevice *bh_peer_peek_device(const BhPeer *peer);
/** Borrowed; may be changed. */
BhPeerRules *bh_peer_get_rules(BhPeer *peer);

/** BhPeerAttribute in the order of the file. Borrowed. */
const GPtrArray *bh_peer_peek_attributes(const BhPeer *peer);
BhPeerAttribute *bh_peer_find(const BhPeer *peer, const char *name);

/** Out of range: does not answer, and the link is lost when it is missed. */
void bh_peer_set_away(BhPeer *peer, gboolean away);
gboolean bh_peer_is_away(const BhPeer *peer);

/* The link. Attempts are counted when one reaches the device. */
void bh_peer_count_attempt(BhPeer *peer);
/** events is borrowed until the link goes. */
void bh_peer_link_up(BhPeer *peer, const BhPeerEvents *events, gpointer user_data);
/** By the other side or by accident; no event. */
void bh_peer_link_down(BhPeer *peer);
gboolean bh_peer_is_linked(const BhPeer *peer);
/** The device ends the link. FALSE if there is none. */
gboolean bh_peer_drop(BhPeer *peer);

/** Gives the services that are present their handles anew and tells who is connected. */
void bh_peer_change_services(BhPeer *peer);

/** Whether there are keys of a pairing. */
void bh_peer_set_bonded(BhPeer *peer, gboolean bonded);
gboolean bh_peer_is_bonded(const BhPeer *peer);

/** a{sv} for the control interface. Floating. */
GVariant *bh_peer_describe(const BhPeer *peer);

/* What a request does when it has arrived; each returns an ATT status. */

guint8 bh_peer_read(BhPeerAttribute *attribute, guint16 offset, GByteArray *value);
guint8
bh_peer_write(BhPeerAttribute *attribute, guint16 offset, GBytes *value, gboolean is_command);
/** Writes the client characteristic configuration: bit 0 notify, bit 1 indicate. */
guint8 bh_peer_configure(BhPeerAttribute *characteristic, guint16 configuration);

/** Sends a value if somebody subscribed; FALSE if nobody did. */
gboolean bh_peer_notify(BhPeerAttribute *characteristic, GBytes *value);
void bh_peer_set_value(BhPeerAttribute *attribute, const guint8 *bytes, gsize size);

/** Another behaviour from now on; takes config, which has the same name and kind. */
void bh_peer_attribute_take_config(BhPeerAttribute *attribute, BhScenarioAttribute *config);
/** a{sv} for the control interface. Floating. */
GVariant *bh_peer_attribute_describe(const BhPeerAttribute *attribute);
/** aay: what was written, oldest first; forgotten then. Floating. */
GVariant *bh_peer_attribute_take_written(BhPeerAttribute *attribute);

/* Between the two files of this object */
BhPeerAttribute *bh_peer_attribute_new(BhPeer *peer, const BhScenarioAttribute *config);
void bh_peer_attribute_free(BhPeerAttribute *attribute);
BhTimeline *bh_peer_get_timeline(BhPeer *peer);
void bh_peer_tell_notified(BhPeerAttribute *attribute, GBytes *value);

G_END_DECLS
