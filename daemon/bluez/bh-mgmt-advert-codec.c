/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The packets are sent as they were computed: none of the fields that the kernel could add by
 * itself is asked for. It still adds flags 04 where the adapter has no BR/EDR and there are none.
 */
#include "bh-mgmt-advert-codec.h"

#include "bh-mgmt-bytes.h"

#define UNIT_US 625

#define FLAG_CONNECTABLE (1u << 0)
#define FLAG_INTERVAL (1u << 14)
#define FLAG_TX_POWER (1u << 15)
#define FLAG_SCAN_RESPONSE (1u << 16)

#define NO_PREFERENCE 127

void
bh_mgmt_advert_from_spec(BhMgmtAdvert *self, const BhAdvertSpec *spec)
{
    *self = (BhMgmtAdvert){
        .connectable = spec->connectable,
        .interval = spec->interval_us / UNIT_US,
        .has_tx_power = spec->has_tx_power,
        .tx_power = spec->tx_power,
    };
    bh_advert_compute_packets(spec, &self->packets, NULL);
}

/* Commands */

void
bh_mgmt_packet_put_advert_instance(BhMgmtPacket *self, guint8 instance)
{
    bh_mgmt_put_u8(self, instance);
    bh_mgmt_close_packet(self);
}

static guint32
flags_of(const BhMgmtAdvert *advert)
{
    guint32 flags = advert->connectable ? FLAG_CONNECTABLE : 0;

    if (advert->interval != 0)
        flags |= FLAG_INTERVAL;
    if (advert->has_tx_power)
        flags |= FLAG_TX_POWER;
    if (advert->packets.scan_response_size > 0)
        flags |= FLAG_SCAN_RESPONSE;
    return flags;
}

void
bh_mgmt_packet_put_advert_parameters(BhMgmtPacket *self,
                                     guint8 instance,
                                     const BhMgmtAdvert *advert)
{
    bh_mgmt_put_u8(self, instance);
    bh_mgmt_put_u32(self, flags_of(advert));
    bh_mgmt_put_u16(self, 0); /* turn, where they take turns: the kernel's own */
    bh_mgmt_put_u16(self, 0); /* timeout: none */
    bh_mgmt_put_u32(self, advert->interval);
    bh_mgmt_put_u32(self, advert->interval);
    bh_mgmt_put_u8(self, (guint8)(advert->has_tx_power ? advert->tx_power : NO_PREFERENCE));
    bh_mgmt_close_packet(self);
}

void
bh_mgmt_packet_put_advert_data(BhMgmtPacket *self,
                               guint8 instance,
                               const BhMgmtAdvert *advert,
                               gint8 tx_power)
{
    const BhAdvertPackets *packets = &advert->packets;
    gsize told = advert->has_tx_power ? 1 : 0;

    bh_mgmt_put_u8(self, instance);
    bh_mgmt_put_u8(self, (guint8)packets->advertising_size);
    bh_mgmt_put_u8(self, (guint8)packets->scan_response_size);
    bh_mgmt_put_bytes(self, packets->advertising, packets->advertising_size - told);
    if (told > 0)
        bh_mgmt_put_u8(self, (guint8)(tx_power != NO_PREFERENCE ? tx_power : advert->tx_power));
    bh_mgmt_put_bytes(self, packets->scan_response, packets->scan_response_size);
    bh_mgmt_close_packet(self);
}

/* Answers */

gboolean
bh_mgmt_reply_get_advertising(const BhMgmtReply *reply, BhMgmtAdvertising *advertising)
{
    BhMgmtCursor cursor = {reply->data, reply->size, FALSE};

    *advertising = (BhMgmtAdvertising){.flags = bh_mgmt_take_u32(&cursor)};
    bh_mgmt_take_u16(&cursor); /* how long both packets may be */
    advertising->max = bh_mgmt_take_u8(&cursor);
    gsize n = bh_mgmt_take_u8(&cursor);
    for (gsize i = 0; i < n && !cursor.short_of; i++) {
        guint8 instance = bh_mgmt_take_u8(&cursor);
        if (!cursor.short_of && advertising->n_instances < BH_MGMT_ADVERTS_MAX)
            advertising->instances[advertising->n_instances++] = instance;
    }
    return !cursor.short_of;
}

gboolean
bh_mgmt_reply_get_tx_power(const BhMgmtReply *reply, gint8 *tx_power)
{
    BhMgmtCursor cursor = {reply->data, reply->size, FALSE};

    bh_mgmt_take_u8(&cursor); /* the instance */
    *tx_power = (gint8)bh_mgmt_take_u8(&cursor);
    return !cursor.short_of;
}
