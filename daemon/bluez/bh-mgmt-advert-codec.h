/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The part of the management protocol that is about advertising: commands of opcodes
 * BH_MGMT_READ_ADVERTISING_FEATURES, BH_MGMT_REMOVE_ADVERTISING, BH_MGMT_ADD_ADVERTISING_PARAMETERS
 * and BH_MGMT_ADD_ADVERTISING_DATA. An instance is the kernel's number of an advertisement, from 1;
 * who adds chooses it, and what had the number before is replaced.
 */
#include "bh-advert.h"
#include "bh-mgmt-codec.h"

G_BEGIN_DECLS

#define BH_MGMT_ADVERTS_MAX 64 /* instances kept of a list; the kernel allows fewer */

/* Of the flags of what can be done. */
#define BH_MGMT_ADVERTISING_TX_POWER (1u << 10) /* of each advertisement */
#define BH_MGMT_ADVERTISING_INTERVAL (1u << 14)

/* What a controller can, and whose advertisements ever it has. */
typedef struct {
    guint32 flags;
    guint8 max; /* instances are 1 to this */
    guint8 instances[BH_MGMT_ADVERTS_MAX];
    gsize n_instances;
} BhMgmtAdvertising;

/* What is to be on the air. */
typedef struct {
    gboolean connectable;
    guint32 interval;      /* units of 0.625 ms; 0 = the kernel's own */
    gboolean has_tx_power; /* then it is the last byte of the advertising packet, too */
    gint8 tx_power;        /* dBm */
    BhAdvertPackets packets;
} BhMgmtAdvert;

void bh_mgmt_advert_from_spec(BhMgmtAdvert *self, const BhAdvertSpec *spec);

void bh_mgmt_packet_put_advert_instance(BhMgmtPacket *self, guint8 instance);
void bh_mgmt_packet_put_advert_parameters(BhMgmtPacket *self,
                                          guint8 instance,
                                          const BhMgmtAdvert *advert);
/* tx_power: what the controller chose, see below; told where one was wanted. */
void bh_mgmt_packet_put_advert_data(BhMgmtPacket *self,
                                    guint8 instance,
                                    const BhMgmtAdvert *advert,
                                    gint8 tx_power);

/* FALSE if the data is not what the command's answer has to be. */
gboolean bh_mgmt_reply_get_advertising(const BhMgmtReply *reply, BhMgmtAdvertising *advertising);
/* The answer to parameters. */
gboolean bh_mgmt_reply_get_tx_power(const BhMgmtReply *reply, gint8 *tx_power);

G_END_DECLS
