/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The kernel's Bluetooth management protocol (BlueZ's doc/mgmt-api.txt) as far as blehub speaks it:
 * pure functions between bytes and plain structs. A packet is a header of three 16-bit numbers
 * (code, controller index, length of what follows) and parameters, all little-endian.
 *
 * Nothing that arrives is trusted, although only the kernel should be able to send it: a packet is
 * taken only if its length is what its header and its inner lengths say.
 */
#include "bh-report.h"

G_BEGIN_DECLS

#define BH_MGMT_HEADER_SIZE 6
#define BH_MGMT_INDEX_NONE 0xffff
#define BH_MGMT_MONITORS_MAX 64 /* handles kept of a list; the kernel allows 32 */

/* Commands. Which of them may be sent at all is decided in bh-mgmt.c. */
typedef enum {
    BH_MGMT_READ_VERSION = 0x0001,
    BH_MGMT_DISCONNECT = 0x0014,
    BH_MGMT_GET_CONNECTIONS = 0x0015,
    BH_MGMT_PAIR_DEVICE = 0x0019,
    BH_MGMT_CANCEL_PAIR_DEVICE = 0x001a,
    BH_MGMT_GET_CONNECTION_INFORMATION = 0x0031,
    BH_MGMT_LOAD_CONNECTION_PARAMETERS = 0x0035,
    BH_MGMT_READ_ADVERTISING_FEATURES = 0x003d,
    BH_MGMT_REMOVE_ADVERTISING = 0x003f,
    BH_MGMT_READ_DEFAULTS = 0x004b,
    BH_MGMT_SET_DEFAULTS = 0x004c,
    BH_MGMT_READ_MONITOR_FEATURES = 0x0051,
    BH_MGMT_ADD_PATTERNS_MONITOR = 0x0052,
    BH_MGMT_REMOVE_MONITOR = 0x0053,
    BH_MGMT_ADD_ADVERTISING_PARAMETERS = 0x0054,
    BH_MGMT_ADD_ADVERTISING_DATA = 0x0055,
} BhMgmtOpcode;

typedef enum {
    BH_MGMT_COMMAND_COMPLETE = 0x0001,
    BH_MGMT_COMMAND_STATUS = 0x0002,
    BH_MGMT_INDEX_REMOVED = 0x0005,
    BH_MGMT_NEW_LONG_TERM_KEY = 0x000a,
    BH_MGMT_DEVICE_CONNECTED = 0x000b,
    BH_MGMT_DEVICE_DISCONNECTED = 0x000c,
    BH_MGMT_CONNECT_FAILED = 0x000d,
    BH_MGMT_USER_CONFIRMATION_REQUEST = 0x000f,
    BH_MGMT_USER_PASSKEY_REQUEST = 0x0010,
    BH_MGMT_AUTHENTICATION_FAILED = 0x0011,
    BH_MGMT_DEVICE_FOUND = 0x0012,
    BH_MGMT_DISCOVERING = 0x0013,
    BH_MGMT_PASSKEY_NOTIFY = 0x0017,
    BH_MGMT_NEW_CONNECTION_PARAMETER = 0x001c,
    BH_MGMT_ADVERTISING_REMOVED = 0x0024,
    BH_MGMT_MONITOR_REMOVED = 0x002c,
    BH_MGMT_MONITOR_DEVICE_FOUND = 0x002f,
} BhMgmtEventCode;

#define BH_MGMT_STATUS_SUCCESS 0x00
#define BH_MGMT_STATUS_NOT_CONNECTED 0x02
#define BH_MGMT_STATUS_BUSY 0x0a
#define BH_MGMT_STATUS_REJECTED 0x0b
#define BH_MGMT_STATUS_NOT_SUPPORTED 0x0c
#define BH_MGMT_STATUS_INVALID_PARAMETERS 0x0d
#define BH_MGMT_STATUS_NOT_POWERED 0x0f
#define BH_MGMT_STATUS_INVALID_INDEX 0x11
#define BH_MGMT_STATUS_PERMISSION_DENIED 0x14

/* Flags of a device found or connected. */
#define BH_MGMT_FLAG_NOT_CONNECTABLE (1u << 2)
#define BH_MGMT_FLAG_INITIATED_HERE (1u << 3)
#define BH_MGMT_FLAG_SCAN_RESPONSE (1u << 5)

/* The answer to a command. data is borrowed from the packet; empty for a bare status. */
typedef struct {
    guint16 opcode;
    guint8 status;
    const guint8 *data;
    gsize size;
} BhMgmtReply;

typedef struct {
    gboolean is_le; /* else the address has no meaning for us */
    BhAddress address;
} BhMgmtPeer;

typedef struct {
    BhMgmtPeer peer;
    gint8 rssi; /* dBm; BH_RSSI_UNKNOWN also for what no controller can measure */
    guint32 flags;
    guint16 monitor;    /* handle, of BH_MGMT_MONITOR_DEVICE_FOUND; 0 = heard by a passive scan */
    const guint8 *data; /* borrowed from the packet */
    gsize size;
} BhMgmtFound;

typedef struct {
    BhMgmtPeer peer;
    guint32 flags; /* of a connection made */
    guint8 code;   /* reason of a disconnection, status of a failed connection */
} BhMgmtLink;

/* How often a link is served; intervals in units of 1.25 ms, the timeout in units of 10 ms. */
typedef struct {
    guint16 min_interval;
    guint16 max_interval;
    guint16 latency; /* events that the other side may skip */
    guint16 timeout;
} BhMgmtConnectionParameters;

typedef struct {
    BhMgmtPeer peer;
    BhMgmtConnectionParameters parameters;
} BhMgmtNewParameters;

typedef struct {
    guint16 code; /* BhMgmtEventCode says which of the following is set */
    guint16 index;
    union {
        BhMgmtReply reply;
        BhMgmtFound found;
        BhMgmtLink link;
        BhMgmtNewParameters new_parameters;
        BhMgmtPeer peer; /* of a pairing */
        gboolean discovering;
        guint16 monitor;      /* handle */
        guint8 advertisement; /* instance */
    };
} BhMgmtEvent;

typedef enum {
    BH_MGMT_PARSED,
    BH_MGMT_OTHER, /* well-formed, and nothing to us */
    BH_MGMT_MALFORMED,
} BhMgmtParsed;

/* Reads a packet from the kernel. */
BhMgmtParsed bh_mgmt_event_parse(const guint8 *bytes, gsize size, BhMgmtEvent *event);

/* What a status means, as the protocol names it ("Busy"). */
const char *bh_mgmt_status_to_string(guint8 status);

/* Commands */

#define BH_MGMT_PARAMETERS_MAX 65 /* two full packets of advertising data and their head */

typedef struct {
    guint8 bytes[BH_MGMT_HEADER_SIZE + BH_MGMT_PARAMETERS_MAX];
    gsize size;
} BhMgmtPacket;

/* A command without parameters; those that have some are filled in by one of the following. */
void bh_mgmt_packet_init(BhMgmtPacket *self, BhMgmtOpcode opcode, guint16 index);

/* One pattern without a single byte: every advertisement matches. */
void bh_mgmt_packet_put_any_pattern(BhMgmtPacket *self);
void bh_mgmt_packet_put_monitor(BhMgmtPacket *self, guint16 handle);
/* The device of BH_MGMT_DISCONNECT, BH_MGMT_CANCEL_PAIR_DEVICE and
 * BH_MGMT_GET_CONNECTION_INFORMATION. */
void bh_mgmt_packet_put_peer(BhMgmtPacket *self, const BhAddress *address);
/* io_capability: Core 5.4 Vol 3 Part H 2.3.2, 0 to 4. */
void bh_mgmt_packet_put_pairing(BhMgmtPacket *self, const BhAddress *address, guint8 io_capability);
/* One entry, always: a list without any would clear what others loaded. */
void bh_mgmt_packet_put_parameters(BhMgmtPacket *self,
                                   const BhAddress *address,
                                   const BhMgmtConnectionParameters *parameters);

/* How long of each interval the controller listens, for one purpose. Units of 0.625 ms. */
typedef struct {
    guint16 interval;
    guint16 window;
} BhMgmtDuty;

/* Of the controller's defaults: scans of a discovery, and those for advertisement monitors alone.
 */
typedef struct {
    BhMgmtDuty discovery;
    BhMgmtDuty monitors;
} BhMgmtDefaults;

void bh_mgmt_packet_put_defaults(BhMgmtPacket *self, const BhMgmtDefaults *defaults);

/* Answers: FALSE if the data is not what the command's answer has to be. */

gboolean bh_mgmt_reply_get_version(const BhMgmtReply *reply, guint8 *version, guint16 *revision);
gboolean bh_mgmt_reply_get_monitor(const BhMgmtReply *reply, guint16 *handle);
/* FALSE also if one of the four values is not there. */
gboolean bh_mgmt_reply_get_defaults(const BhMgmtReply *reply, BhMgmtDefaults *defaults);

/* rssi: dBm, BH_RSSI_UNKNOWN if the controller does not know. */
gboolean bh_mgmt_reply_get_rssi(const BhMgmtReply *reply, BhMgmtPeer *peer, gint8 *rssi);

/* Handles of all monitors of a controller, whosever they are. */
typedef struct {
    guint16 max; /* monitors the controller can have */
    guint16 handles[BH_MGMT_MONITORS_MAX];
    gsize n_handles;
} BhMgmtMonitors;

gboolean bh_mgmt_reply_get_monitors(const BhMgmtReply *reply, BhMgmtMonitors *monitors);

G_END_DECLS
