/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The kernel's command to pair sets the capability of a link and begins. BlueZ does not know of it,
 * but hears of everything that comes of it, and the kernel ignores BlueZ's wish for security while
 * a pairing is under way. So the questions of this one are for the agent of BlueZ's Pair, and those
 * that are quicker than that call for whatever agent comes first: it has to be ours until then.
 *
 * Nobody waits for the kernel's answers: BlueZ's say the same.
 */
#include "bh-bluez-mgmt-pair.h"

#include "bh-bluez-version.h"
#include "bh-error.h"

/* The first BlueZ that leaves the capability to the kernel. */
#define LEAVES_MAJOR 5
#define LEAVES_MINOR 81

/* Core 5.4 Vol 3 Part H 2.3.2 */
static const guint8 io_capabilities[] = {
    [BH_IO_DISPLAY_ONLY] = 0,
    [BH_IO_DISPLAY_YES_NO] = 1,
    [BH_IO_KEYBOARD_ONLY] = 2,
    [BH_IO_NO_INPUT_NO_OUTPUT] = 3,
    [BH_IO_KEYBOARD_DISPLAY] = 4,
};

static gboolean
leaves_it_to_kernel(const BhBluez *bluez)
{
    return bh_bluez_version_is_since(bluez, LEAVES_MAJOR, LEAVES_MINOR);
}

gboolean
bh_bluez_mgmt_pair_can(const BhBluez *bluez)
{
    return bh_bluez_version_is_known(bluez) && (bluez->mgmt != NULL || !leaves_it_to_kernel(bluez));
}

gboolean
bh_bluez_mgmt_pair_is_needed(const BhBluez *bluez)
{
    return bluez->mgmt != NULL && leaves_it_to_kernel(bluez);
}

static gboolean
send(BhBluez *bluez, BhMgmtPacket *packet)
{
    return bluez->mgmt != NULL && bh_mgmt_send_only(bluez->mgmt, packet);
}

gboolean
bh_bluez_mgmt_pair_begin(BhBluez *bluez,
                         const BhLinkKey *key,
                         BhIoCapability capability,
                         guint16 *told,
                         GError **error)
{
    BhMgmtPacket packet;

    *told = BH_MGMT_INDEX_NONE;
    if (!leaves_it_to_kernel(bluez))
        return TRUE;
    guint16 index = bh_bluez_adapter_get_index(&bluez->adapters[key->slot]);
    bh_mgmt_packet_init(&packet, BH_MGMT_PAIR_DEVICE, index);
    bh_mgmt_packet_put_pairing(&packet, &key->address, io_capabilities[capability]);
    if (send(bluez, &packet))
        *told = index;
    if (*told != BH_MGMT_INDEX_NONE || capability == BH_IO_NO_INPUT_NO_OUTPUT)
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_NOT_SUPPORTED,
                "Capability: another than NoInputNoOutput needs the management socket with BlueZ "
                "%s: %s",
                bluez->version,
                bluez->mgmt == NULL ? bluez->no_mgmt : "the kernel does not take it");
    return FALSE;
}

void
bh_bluez_mgmt_pair_cancel(BhBluez *bluez, guint16 told, const BhAddress *address)
{
    BhMgmtPacket packet;

    if (told == BH_MGMT_INDEX_NONE)
        return;
    bh_mgmt_packet_init(&packet, BH_MGMT_CANCEL_PAIR_DEVICE, told);
    bh_mgmt_packet_put_peer(&packet, address);
    send(bluez, &packet);
}
