/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The table. Adding a member to the XML means adding its row here.
 */
#include "bh-access.h"

typedef struct {
    const char *interface;
    BhMemberKind kind;
    const char *member;
    BhAccess access;
} AccessRow;

#define HUB "org.blehub.Hub1"
#define ADAPTER "org.blehub.Adapter1"
#define SCAN "org.blehub.Scan1"
#define DEVICE "org.blehub.Device1"
#define HOLD "org.blehub.Hold1"
#define SUBSCRIPTION "org.blehub.Subscription1"
#define MANAGER "org.freedesktop.DBus.ObjectManager"
#define LOG "org.freedesktop.LogControl1"

static const AccessRow rows[] = {
    {HUB, BH_MEMBER_METHOD, "Scan", BH_ACCESS_ANYONE},
    {HUB, BH_MEMBER_METHOD, "Discover", BH_ACCESS_ANYONE},
    {HUB, BH_MEMBER_METHOD, "ListDevices", BH_ACCESS_ANYONE},
    {HUB, BH_MEMBER_METHOD, "Connect", BH_ACCESS_ANYONE},
    {HUB, BH_MEMBER_METHOD, "ConnectMany", BH_ACCESS_ANYONE},
    {HUB, BH_MEMBER_METHOD, "ListBonds", BH_ACCESS_ANYONE},
    {HUB, BH_MEMBER_METHOD, "RemoveBond", BH_ACCESS_ROOT},
    {HUB, BH_MEMBER_METHOD, "Reload", BH_ACCESS_ROOT},
    {HUB, BH_MEMBER_READ, "Version", BH_ACCESS_ANYONE},
    {HUB, BH_MEMBER_READ, "State", BH_ACCESS_ANYONE},
    {HUB, BH_MEMBER_READ, "BlueZVersion", BH_ACCESS_ANYONE},
    {HUB, BH_MEMBER_READ, "Capabilities", BH_ACCESS_ANYONE},
    {HUB, BH_MEMBER_READ, "Limits", BH_ACCESS_ANYONE},
    {HUB, BH_MEMBER_READ, "Counters", BH_ACCESS_ANYONE},

    {ADAPTER, BH_MEMBER_READ, "Address", BH_ACCESS_ANYONE},
    {ADAPTER, BH_MEMBER_READ, "Name", BH_ACCESS_ANYONE},
    {ADAPTER, BH_MEMBER_READ, "Powered", BH_ACCESS_ANYONE},
    {ADAPTER, BH_MEMBER_READ, "State", BH_ACCESS_ANYONE},
    {ADAPTER, BH_MEMBER_READ, "Roles", BH_ACCESS_ANYONE},
    {ADAPTER, BH_MEMBER_READ, "Discovering", BH_ACCESS_ANYONE},
    {ADAPTER, BH_MEMBER_READ, "Links", BH_ACCESS_ANYONE},
    {ADAPTER, BH_MEMBER_READ, "FreeSlots", BH_ACCESS_ANYONE},
    {ADAPTER, BH_MEMBER_READ, "Heard", BH_ACCESS_ANYONE},
    {ADAPTER, BH_MEMBER_READ, "LastHeard", BH_ACCESS_ANYONE},
    {ADAPTER, BH_MEMBER_READ, "ScanIntervalUs", BH_ACCESS_ANYONE},
    {ADAPTER, BH_MEMBER_READ, "ScanWindowUs", BH_ACCESS_ANYONE},
    {ADAPTER, BH_MEMBER_READ, "LastError", BH_ACCESS_ANYONE},

    {SCAN, BH_MEMBER_METHOD, "GetDevices", BH_ACCESS_OWNER},
    {SCAN, BH_MEMBER_METHOD, "WaitDevice", BH_ACCESS_OWNER},
    {SCAN, BH_MEMBER_METHOD, "OpenStream", BH_ACCESS_OWNER},
    {SCAN, BH_MEMBER_METHOD, "Renew", BH_ACCESS_OWNER},
    {SCAN, BH_MEMBER_METHOD, "Release", BH_ACCESS_OWNER},
    {SCAN, BH_MEMBER_READ, "Options", BH_ACCESS_OWNER},
    {SCAN, BH_MEMBER_READ, "State", BH_ACCESS_OWNER},
    {SCAN, BH_MEMBER_READ, "Seen", BH_ACCESS_OWNER},
    {SCAN, BH_MEMBER_READ, "Delivered", BH_ACCESS_OWNER},
    {SCAN, BH_MEMBER_READ, "Dropped", BH_ACCESS_OWNER},
    {SCAN, BH_MEMBER_READ, "Streams", BH_ACCESS_OWNER},

    {DEVICE, BH_MEMBER_METHOD, "Services", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_METHOD, "Explore", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_METHOD, "Find", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_METHOD, "Read", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_METHOD, "Write", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_METHOD, "ReadDescriptor", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_METHOD, "WriteDescriptor", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_METHOD, "Subscribe", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_METHOD, "Transact", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_METHOD, "ExchangeMtu", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_METHOD, "Pair", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_METHOD, "AnswerPairing", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_METHOD, "Unpair", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_METHOD, "SetConnectionParameters", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_METHOD, "ReadRSSI", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_METHOD, "WaitDisconnected", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_READ, "Address", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_READ, "AddressType", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_READ, "Adapter", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_READ, "State", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_READ, "MTU", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_READ, "Paired", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_READ, "Encrypted", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_READ, "Holds", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_READ, "Attempts", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_READ, "LastError", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_READ, "Name", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_READ, "ConnectionIntervalUs", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_READ, "ConnectionLatency", BH_ACCESS_OWNER},
    {DEVICE, BH_MEMBER_READ, "SupervisionMs", BH_ACCESS_OWNER},

    {HOLD, BH_MEMBER_METHOD, "Renew", BH_ACCESS_OWNER},
    {HOLD, BH_MEMBER_METHOD, "Release", BH_ACCESS_OWNER},
    {HOLD, BH_MEMBER_READ, "Device", BH_ACCESS_OWNER},
    {HOLD, BH_MEMBER_READ, "Options", BH_ACCESS_OWNER},

    {SUBSCRIPTION, BH_MEMBER_METHOD, "Wait", BH_ACCESS_OWNER},
    {SUBSCRIPTION, BH_MEMBER_METHOD, "OpenStream", BH_ACCESS_OWNER},
    {SUBSCRIPTION, BH_MEMBER_METHOD, "Renew", BH_ACCESS_OWNER},
    {SUBSCRIPTION, BH_MEMBER_METHOD, "Release", BH_ACCESS_OWNER},
    {SUBSCRIPTION, BH_MEMBER_READ, "Device", BH_ACCESS_OWNER},
    {SUBSCRIPTION, BH_MEMBER_READ, "Options", BH_ACCESS_OWNER},
    {SUBSCRIPTION, BH_MEMBER_READ, "Service", BH_ACCESS_OWNER},
    {SUBSCRIPTION, BH_MEMBER_READ, "Characteristic", BH_ACCESS_OWNER},
    {SUBSCRIPTION, BH_MEMBER_READ, "Active", BH_ACCESS_OWNER},
    {SUBSCRIPTION, BH_MEMBER_READ, "Received", BH_ACCESS_OWNER},
    {SUBSCRIPTION, BH_MEMBER_READ, "Delivered", BH_ACCESS_OWNER},
    {SUBSCRIPTION, BH_MEMBER_READ, "Dropped", BH_ACCESS_OWNER},

    {MANAGER, BH_MEMBER_METHOD, "GetManagedObjects", BH_ACCESS_ANYONE},

    {LOG, BH_MEMBER_READ, "LogLevel", BH_ACCESS_ANYONE},
    {LOG, BH_MEMBER_READ, "LogTarget", BH_ACCESS_ANYONE},
    {LOG, BH_MEMBER_READ, "SyslogIdentifier", BH_ACCESS_ANYONE},
    {LOG, BH_MEMBER_WRITE, "LogLevel", BH_ACCESS_ROOT},
    {LOG, BH_MEMBER_WRITE, "LogTarget", BH_ACCESS_ROOT},
};

BhAccess
bh_access_lookup(const char *interface, BhMemberKind kind, const char *member)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].kind == kind && g_str_equal(rows[i].interface, interface) &&
            g_str_equal(rows[i].member, member))
            return rows[i].access;
    return BH_ACCESS_DENIED;
}
