/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Packets from the management socket: the input is one packet, then the data of an answer. What is
 * read must lie within the packet, and what is taken must be of the length its header says.
 */
#include "bh-mgmt-codec.h"
#include "fuzz.h"

static void
check_bytes(const uint8_t *data, size_t size, const guint8 *bytes, gsize n)
{
    g_assert_true(n == 0 || (bytes >= data && bytes + n <= data + size));
}

static void
check_found(const uint8_t *data, size_t size, const BhMgmtFound *found)
{
    static const guint8 nobody[6];

    check_bytes(data, size, found->data, found->size);
    g_assert_true(found->rssi == BH_RSSI_UNKNOWN || (found->rssi >= -127 && found->rssi <= 20));
    g_assert_true(memcmp(found->peer.address.octets, nobody, sizeof(nobody)) != 0);
}

static void
read_reply(const BhMgmtReply *reply)
{
    guint8 version;
    guint16 number;
    BhMgmtDefaults defaults;
    BhMgmtMonitors monitors;
    BhMgmtPeer peer;
    gint8 rssi;

    if (bh_mgmt_reply_get_rssi(reply, &peer, &rssi))
        g_assert_true(rssi == BH_RSSI_UNKNOWN || (rssi >= -127 && rssi <= 20));
    bh_mgmt_reply_get_version(reply, &version, &number);
    g_assert_true(!bh_mgmt_reply_get_monitor(reply, &number) || number != 0);
    if (bh_mgmt_reply_get_defaults(reply, &defaults))
        g_assert_true(defaults.discovery.interval != 0 && defaults.discovery.window != 0 &&
                      defaults.monitors.interval != 0 && defaults.monitors.window != 0);
    bh_mgmt_reply_get_monitors(reply, &monitors);
    g_assert_cmpuint(monitors.n_handles, <=, BH_MGMT_MONITORS_MAX);
}

static void
read_packet(const uint8_t *data, size_t size)
{
    BhMgmtEvent event;

    if (bh_mgmt_event_parse(data, size, &event) != BH_MGMT_PARSED)
        return;
    g_assert_cmpuint(size, ==, BH_MGMT_HEADER_SIZE + (gsize)(data[4] | data[5] << 8));
    if (event.code == BH_MGMT_DEVICE_FOUND || event.code == BH_MGMT_MONITOR_DEVICE_FOUND)
        check_found(data, size, &event.found);
    if (event.code == BH_MGMT_COMMAND_COMPLETE || event.code == BH_MGMT_COMMAND_STATUS) {
        check_bytes(data, size, event.reply.data, event.reply.size);
        g_assert_nonnull(bh_mgmt_status_to_string(event.reply.status));
        read_reply(&event.reply);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_packet(data, size);
    read_reply(&(BhMgmtReply){.data = data, .size = size});
    return 0;
}
