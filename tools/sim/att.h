/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The attribute protocol of one link: one request at a time, each as many round trips as its length
 * needs, commands in between. A request that gets no answer for 30 s ends the link, as bluetoothd
 * ends it (Core 5.4 Vol 3 Part F 3.3.3).
 */
#include "peer.h"

G_BEGIN_DECLS

/** value: what was read, else empty; borrowed. */
typedef void (*BhAttFunc)(guint8 status, const GByteArray *value, gpointer user_data);

/** Raises the security of the link and calls bh_att_secured() later, unless the link is lost. */
typedef void (*BhAttSecureFunc)(gpointer user_data);

typedef struct _BhAtt BhAtt;

/** The timeline is borrowed and must outlive it. */
BhAtt *bh_att_new(BhTimeline *timeline, BhPeer *peer, BhAttSecureFunc secure, gpointer user_data);
/** Without an answer to anybody. */
void bh_att_free(BhAtt *att);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhAtt, bh_att_free)

/** The link is lost: every request ends with BH_ATT_UNLIKELY, which is what bluetoothd makes of it.
 */
void bh_att_fail_all(BhAtt *att);
/** Forgets the requests of user_data; their functions are not called. */
void bh_att_cancel(BhAtt *att, gpointer user_data);

guint16 bh_att_get_mtu(const BhAtt *att);
BhPeer *bh_att_get_peer(const BhAtt *att);

void bh_att_read(BhAtt *att,
                 BhPeerAttribute *attribute,
                 guint16 offset,
                 BhAttFunc func,
                 gpointer user_data);
void bh_att_write(BhAtt *att,
                  BhPeerAttribute *attribute,
                  guint16 offset,
                  GBytes *value,
                  BhAttFunc func,
                  gpointer user_data);
/** A write to a characteristic's 0x2902. func may be NULL. */
void bh_att_configure(BhAtt *att,
                      BhPeerAttribute *characteristic,
                      guint16 configuration,
                      BhAttFunc func,
                      gpointer user_data);
/** A write command. */
void bh_att_send(BhAtt *att, BhPeerAttribute *attribute, GBytes *value);

/** What the link is worth now; requests that waited for it go on, or fail if it is not enough. */
void bh_att_set_security(BhAtt *att, BhSecurity security);
void bh_att_secured(BhAtt *att);

G_END_DECLS
