/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Each parser reads what it needs and says at the end whether that was all there.
 */
#include "bh-mgmt-bytes.h"

/* Types of the controller's defaults. */
#define DEFAULT_DISCOVERY_INTERVAL 0x0011
#define DEFAULT_DISCOVERY_WINDOW 0x0012
#define DEFAULT_MONITORS_INTERVAL 0x0013
#define DEFAULT_MONITORS_WINDOW 0x0014

#define ADDRESS_LE_PUBLIC 1
#define ADDRESS_LE_RANDOM 2

#define PATTERN_TYPE 0x01
#define PATTERN_SIZE 34 /* type, offset, length, and always 31 bytes of value */

/* Peers */

/* The least significant octet comes first on this wire. */
static BhMgmtPeer
take_peer(BhMgmtCursor *self)
{
    BhMgmtPeer peer = {0};
    const guint8 *octets = bh_mgmt_take_bytes(self, sizeof(peer.address.octets));
    guint8 type = bh_mgmt_take_u8(self);

    for (gsize i = 0; octets != NULL && i < sizeof(peer.address.octets); i++)
        peer.address.octets[i] = octets[sizeof(peer.address.octets) - 1 - i];
    peer.is_le = type == ADDRESS_LE_PUBLIC || type == ADDRESS_LE_RANDOM;
    peer.address.type = type == ADDRESS_LE_RANDOM ? BH_ADDRESS_RANDOM : BH_ADDRESS_PUBLIC;
    return peer;
}

/* Some kernels tell of a device 00:00:00:00:00:00, which is nobody's address. */
static gboolean
is_nobody(const BhMgmtPeer *peer)
{
    static const guint8 zeros[6];

    return memcmp(peer->address.octets, zeros, sizeof(zeros)) == 0;
}

static gint8
take_rssi(BhMgmtCursor *self)
{
    gint8 rssi = (gint8)bh_mgmt_take_u8(self);

    return rssi >= -127 && rssi <= 20 ? rssi : BH_RSSI_UNKNOWN;
}

/* Events */

/* TRUE if bytes of exactly the length that stands before them are all that is left. */
static gboolean
take_rest(BhMgmtCursor *self, const guint8 **data, gsize *size)
{
    *size = bh_mgmt_take_u16(self);
    *data = bh_mgmt_take_bytes(self, *size);
    return !self->short_of && self->left == 0;
}

static gboolean
parse_found(BhMgmtCursor *cursor, BhMgmtFound *found)
{
    found->peer = take_peer(cursor);
    found->rssi = take_rssi(cursor);
    found->flags = bh_mgmt_take_u32(cursor);
    return take_rest(cursor, &found->data, &found->size) && !is_nobody(&found->peer);
}

static gboolean
parse_device_found(BhMgmtCursor *cursor, BhMgmtEvent *event)
{
    event->found.monitor = 0;
    return parse_found(cursor, &event->found);
}

static gboolean
parse_monitor_device_found(BhMgmtCursor *cursor, BhMgmtEvent *event)
{
    event->found.monitor = bh_mgmt_take_u16(cursor);
    return parse_found(cursor, &event->found);
}

static gboolean
parse_connected(BhMgmtCursor *cursor, BhMgmtEvent *event)
{
    const guint8 *data;
    gsize size;

    event->link.peer = take_peer(cursor);
    event->link.flags = bh_mgmt_take_u32(cursor);
    return take_rest(cursor, &data, &size);
}

/* Disconnected and connect failed are alike. */
static gboolean
parse_link_code(BhMgmtCursor *cursor, BhMgmtEvent *event)
{
    event->link.peer = take_peer(cursor);
    event->link.code = bh_mgmt_take_u8(cursor);
    return !cursor->short_of;
}

/* Of a pairing it matters with whom, never a number or a key. */
static gboolean
parse_pairing(BhMgmtCursor *cursor, BhMgmtEvent *event)
{
    event->peer = take_peer(cursor);
    return !cursor->short_of;
}

static gboolean
parse_key(BhMgmtCursor *cursor, BhMgmtEvent *event)
{
    bh_mgmt_take_u8(cursor); /* whether to store it */
    return parse_pairing(cursor, event);
}

static gboolean
parse_discovering(BhMgmtCursor *cursor, BhMgmtEvent *event)
{
    bh_mgmt_take_u8(cursor); /* of which kinds of devices */
    event->discovering = bh_mgmt_take_u8(cursor) != 0;
    return !cursor->short_of;
}

static BhMgmtConnectionParameters
take_parameters(BhMgmtCursor *cursor)
{
    BhMgmtConnectionParameters parameters = {.min_interval = bh_mgmt_take_u16(cursor)};

    parameters.max_interval = bh_mgmt_take_u16(cursor);
    parameters.latency = bh_mgmt_take_u16(cursor);
    parameters.timeout = bh_mgmt_take_u16(cursor);
    return parameters;
}

static gboolean
parse_new_parameters(BhMgmtCursor *cursor, BhMgmtEvent *event)
{
    event->new_parameters.peer = take_peer(cursor);
    bh_mgmt_take_u8(cursor); /* whether to store them */
    event->new_parameters.parameters = take_parameters(cursor);
    return !cursor->short_of;
}

static gboolean
parse_monitor_removed(BhMgmtCursor *cursor, BhMgmtEvent *event)
{
    event->monitor = bh_mgmt_take_u16(cursor);
    return !cursor->short_of;
}

static gboolean
parse_advertising_removed(BhMgmtCursor *cursor, BhMgmtEvent *event)
{
    event->advertisement = bh_mgmt_take_u8(cursor);
    return !cursor->short_of;
}

static gboolean
parse_reply(BhMgmtCursor *cursor, BhMgmtEvent *event)
{
    event->reply.opcode = bh_mgmt_take_u16(cursor);
    event->reply.status = bh_mgmt_take_u8(cursor);
    event->reply.data = cursor->at;
    event->reply.size = cursor->left;
    return !cursor->short_of;
}

static gboolean
parse_nothing(BhMgmtCursor *cursor, BhMgmtEvent *event)
{
    return TRUE;
}

/* Most frequent first. */
static const struct {
    guint16 code;
    gboolean (*parse)(BhMgmtCursor *cursor, BhMgmtEvent *event);
} parsers[] = {
    {BH_MGMT_DEVICE_FOUND, parse_device_found},
    {BH_MGMT_MONITOR_DEVICE_FOUND, parse_monitor_device_found},
    {BH_MGMT_COMMAND_COMPLETE, parse_reply},
    {BH_MGMT_COMMAND_STATUS, parse_reply},
    {BH_MGMT_INDEX_REMOVED, parse_nothing},
    {BH_MGMT_DEVICE_CONNECTED, parse_connected},
    {BH_MGMT_DEVICE_DISCONNECTED, parse_link_code},
    {BH_MGMT_CONNECT_FAILED, parse_link_code},
    {BH_MGMT_DISCOVERING, parse_discovering},
    {BH_MGMT_NEW_CONNECTION_PARAMETER, parse_new_parameters},
    {BH_MGMT_USER_CONFIRMATION_REQUEST, parse_pairing},
    {BH_MGMT_USER_PASSKEY_REQUEST, parse_pairing},
    {BH_MGMT_PASSKEY_NOTIFY, parse_pairing},
    {BH_MGMT_AUTHENTICATION_FAILED, parse_pairing},
    {BH_MGMT_NEW_LONG_TERM_KEY, parse_key},
    {BH_MGMT_MONITOR_REMOVED, parse_monitor_removed},
    {BH_MGMT_ADVERTISING_REMOVED, parse_advertising_removed},
};

BhMgmtParsed
bh_mgmt_event_parse(const guint8 *bytes, gsize size, BhMgmtEvent *event)
{
    BhMgmtCursor cursor = {bytes, size, FALSE};

    *event = (BhMgmtEvent){.code = bh_mgmt_take_u16(&cursor)};
    event->index = bh_mgmt_take_u16(&cursor);
    gsize announced = bh_mgmt_take_u16(&cursor);
    if (cursor.short_of || cursor.left != announced)
        return BH_MGMT_MALFORMED;
    for (gsize i = 0; i < G_N_ELEMENTS(parsers); i++)
        if (parsers[i].code == event->code)
            return parsers[i].parse(&cursor, event) ? BH_MGMT_PARSED : BH_MGMT_MALFORMED;
    return BH_MGMT_OTHER;
}

const char *
bh_mgmt_status_to_string(guint8 status)
{
    static const char *const names[] = {
        "Success",           "Unknown Command",    "Not Connected", "Failed",
        "Connect Failed",    "Auth Failed",        "Not Paired",    "No Resources",
        "Timeout",           "Already Connected",  "Busy",          "Rejected",
        "Not Supported",     "Invalid Parameters", "Disconnected",  "Not Powered",
        "Cancelled",         "Invalid Index",      "RFKilled",      "Already Paired",
        "Permission Denied",
    };

    return status < G_N_ELEMENTS(names) ? names[status] : "Unknown Status";
}

/* Commands */

void
bh_mgmt_packet_init(BhMgmtPacket *self, BhMgmtOpcode opcode, guint16 index)
{
    self->size = 0;
    bh_mgmt_put_u16(self, (guint16)opcode);
    bh_mgmt_put_u16(self, index);
    bh_mgmt_put_u16(self, 0);
}

void
bh_mgmt_packet_put_any_pattern(BhMgmtPacket *self)
{
    bh_mgmt_put_u8(self, 1); /* patterns */
    bh_mgmt_put_u8(self, PATTERN_TYPE);
    for (guint i = 1; i < PATTERN_SIZE; i++)
        bh_mgmt_put_u8(self, 0);
    bh_mgmt_close_packet(self);
}

void
bh_mgmt_packet_put_monitor(BhMgmtPacket *self, guint16 handle)
{
    bh_mgmt_put_u16(self, handle);
    bh_mgmt_close_packet(self);
}

static void
put_address(BhMgmtPacket *self, const BhAddress *address)
{
    for (gsize i = sizeof(address->octets); i > 0; i--)
        bh_mgmt_put_u8(self, address->octets[i - 1]);
    bh_mgmt_put_u8(self,
                   address->type == BH_ADDRESS_RANDOM ? ADDRESS_LE_RANDOM : ADDRESS_LE_PUBLIC);
}

void
bh_mgmt_packet_put_peer(BhMgmtPacket *self, const BhAddress *address)
{
    put_address(self, address);
    bh_mgmt_close_packet(self);
}

void
bh_mgmt_packet_put_pairing(BhMgmtPacket *self, const BhAddress *address, guint8 io_capability)
{
    put_address(self, address);
    bh_mgmt_put_u8(self, io_capability);
    bh_mgmt_close_packet(self);
}

void
bh_mgmt_packet_put_parameters(BhMgmtPacket *self,
                              const BhAddress *address,
                              const BhMgmtConnectionParameters *parameters)
{
    bh_mgmt_put_u16(self, 1); /* entries */
    put_address(self, address);
    bh_mgmt_put_u16(self, parameters->min_interval);
    bh_mgmt_put_u16(self, parameters->max_interval);
    bh_mgmt_put_u16(self, parameters->latency);
    bh_mgmt_put_u16(self, parameters->timeout);
    bh_mgmt_close_packet(self);
}

static void
put_default(BhMgmtPacket *self, guint16 type, guint16 value)
{
    bh_mgmt_put_u16(self, type);
    bh_mgmt_put_u8(self, 2);
    bh_mgmt_put_u16(self, value);
}

void
bh_mgmt_packet_put_defaults(BhMgmtPacket *self, const BhMgmtDefaults *defaults)
{
    put_default(self, DEFAULT_DISCOVERY_INTERVAL, defaults->discovery.interval);
    put_default(self, DEFAULT_DISCOVERY_WINDOW, defaults->discovery.window);
    put_default(self, DEFAULT_MONITORS_INTERVAL, defaults->monitors.interval);
    put_default(self, DEFAULT_MONITORS_WINDOW, defaults->monitors.window);
    bh_mgmt_close_packet(self);
}

/* Answers */

gboolean
bh_mgmt_reply_get_version(const BhMgmtReply *reply, guint8 *version, guint16 *revision)
{
    BhMgmtCursor cursor = {reply->data, reply->size, FALSE};

    *version = bh_mgmt_take_u8(&cursor);
    *revision = bh_mgmt_take_u16(&cursor);
    return !cursor.short_of;
}

gboolean
bh_mgmt_reply_get_monitor(const BhMgmtReply *reply, guint16 *handle)
{
    BhMgmtCursor cursor = {reply->data, reply->size, FALSE};

    *handle = bh_mgmt_take_u16(&cursor);
    return !cursor.short_of && *handle != 0;
}

static guint16 *
find_default(BhMgmtDefaults *self, guint16 type)
{
    switch (type) {
    case DEFAULT_DISCOVERY_INTERVAL:
        return &self->discovery.interval;
    case DEFAULT_DISCOVERY_WINDOW:
        return &self->discovery.window;
    case DEFAULT_MONITORS_INTERVAL:
        return &self->monitors.interval;
    case DEFAULT_MONITORS_WINDOW:
        return &self->monitors.window;
    default:
        return NULL;
    }
}

/* One value with its type and length before it. */
static void
take_default(BhMgmtCursor *cursor, BhMgmtDefaults *defaults)
{
    guint16 *value = find_default(defaults, bh_mgmt_take_u16(cursor));
    guint8 size = bh_mgmt_take_u8(cursor);

    if (value != NULL && size == 2)
        *value = bh_mgmt_take_u16(cursor);
    else
        bh_mgmt_take_bytes(cursor, size);
}

gboolean
bh_mgmt_reply_get_defaults(const BhMgmtReply *reply, BhMgmtDefaults *defaults)
{
    BhMgmtCursor cursor = {reply->data, reply->size, FALSE};

    *defaults = (BhMgmtDefaults){0};
    while (cursor.left > 0)
        take_default(&cursor, defaults);
    return !cursor.short_of && defaults->discovery.interval != 0 &&
           defaults->discovery.window != 0 && defaults->monitors.interval != 0 &&
           defaults->monitors.window != 0;
}

gboolean
bh_mgmt_reply_get_rssi(const BhMgmtReply *reply, BhMgmtPeer *peer, gint8 *rssi)
{
    BhMgmtCursor cursor = {reply->data, reply->size, FALSE};

    *peer = take_peer(&cursor);
    *rssi = take_rssi(&cursor);
    return !cursor.short_of;
}

gboolean
bh_mgmt_reply_get_monitors(const BhMgmtReply *reply, BhMgmtMonitors *monitors)
{
    BhMgmtCursor cursor = {reply->data, reply->size, FALSE};

    *monitors = (BhMgmtMonitors){0};
    bh_mgmt_take_u32(&cursor); /* supported features */
    bh_mgmt_take_u32(&cursor); /* enabled features */
    monitors->max = bh_mgmt_take_u16(&cursor);
    bh_mgmt_take_u8(&cursor); /* patterns of one monitor */
    gsize n = bh_mgmt_take_u16(&cursor);
    for (gsize i = 0; i < n && !cursor.short_of; i++) {
        guint16 handle = bh_mgmt_take_u16(&cursor);
        if (!cursor.short_of && monitors->n_handles < BH_MGMT_MONITORS_MAX)
            monitors->handles[monitors->n_handles++] = handle;
    }
    return !cursor.short_of;
}
