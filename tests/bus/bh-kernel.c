/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One GSource reads commands; a table says what each does and what its answer is.
 */
#include "bh-kernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test-main.h"

#define MONITORS_MAX 8
#define ADVERTS_MAX 5
#define CHOSEN_POWER (-5) /* whatever is wanted */

/* Discoveries listen always, monitors half of the time: what Linux starts with. */
static const BhMgmtDefaults linux_defaults = {.discovery = {18, 18}, .monitors = {96, 48}};

struct BhKernel {
    guint16 revision; /* of the management interface */
    int fd;           /* -1 = not connected */
    guint source;
    GString *log;
    GString *monitors_text;
    GString *defaults_text;
    gboolean monitors[MONITORS_MAX + 1]; /* by handle, from 1 */
    enum {
        ABSENT,
        EMPTY,
        ON_AIR
    } adverts[ADVERTS_MAX + 1]; /* by instance, from 1 */
    gboolean can_tx_power;
    GString *adverts_text;
    BhMgmtDefaults defaults;
    guint16 refused_opcode;
    guint8 refused_status;
    guint refused_count;
    guint16 held_opcode;
    GPtrArray *held; /* GByteArray: the answers not given, oldest first */
};

/* Packets */

static void
put_u16(GByteArray *packet, guint16 value)
{
    guint8 bytes[] = {value & 0xff, value >> 8};

    g_byte_array_append(packet, bytes, sizeof(bytes));
}

static void
put_u32(GByteArray *packet, guint32 value)
{
    put_u16(packet, value & 0xffff);
    put_u16(packet, value >> 16);
}

static void
put_u8(GByteArray *packet, guint8 value)
{
    g_byte_array_append(packet, &value, 1);
}

static GByteArray *
new_packet(guint16 code, guint16 index)
{
    GByteArray *packet = g_byte_array_new();

    put_u16(packet, code);
    put_u16(packet, index);
    put_u16(packet, 0);
    return packet;
}

/* A daemon that stops does not wait for its last answers. */
static void
send_bytes(BhKernel *self, const guint8 *bytes, gsize size)
{
    gssize sent = send(self->fd, bytes, size, MSG_NOSIGNAL);

    ck_assert(sent == (gssize)size || errno == EPIPE || errno == ECONNRESET);
}

static void
send_packet(BhKernel *self, GByteArray *packet)
{
    gsize size = packet->len - BH_MGMT_HEADER_SIZE;

    packet->data[4] = (guint8)(size & 0xff);
    packet->data[5] = (guint8)(size >> 8);
    if (self->fd >= 0)
        send_bytes(self, packet->data, packet->len);
}

/* Commands */

typedef struct {
    guint16 opcode;
    guint16 index;
    const guint8 *data;
    gsize size;
} Command;

static guint16
u16_at(const guint8 *at)
{
    return (guint16)(at[0] | at[1] << 8);
}

static guint8
read_version(BhKernel *self, const Command *command, GByteArray *answer)
{
    g_string_append(self->log, "ReadVersion");
    put_u8(answer, 1);
    put_u16(answer, self->revision);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
get_connections(BhKernel *self, const Command *command, GByteArray *answer)
{
    g_string_append(self->log, "GetConnections");
    put_u16(answer, 0);
    return command->index == 0 ? BH_MGMT_STATUS_SUCCESS : BH_MGMT_STATUS_INVALID_INDEX;
}

static guint8
read_monitors(BhKernel *self, const Command *command, GByteArray *answer)
{
    guint16 n = 0;

    g_string_append(self->log, "Monitors");
    put_u32(answer, 0);
    put_u32(answer, 0);
    put_u16(answer, MONITORS_MAX);
    put_u8(answer, 16);
    for (guint16 handle = 1; handle <= MONITORS_MAX; handle++)
        n += self->monitors[handle];
    put_u16(answer, n);
    for (guint16 handle = 1; handle <= MONITORS_MAX; handle++)
        if (self->monitors[handle])
            put_u16(answer, handle);
    return BH_MGMT_STATUS_SUCCESS;
}

guint16
bh_kernel_add_monitor(BhKernel *self)
{
    for (guint16 handle = 1; handle <= MONITORS_MAX; handle++) {
        if (!self->monitors[handle]) {
            self->monitors[handle] = TRUE;
            return handle;
        }
    }
    ck_abort_msg("no handle left");
}

static guint8
add_monitor(BhKernel *self, const Command *command, GByteArray *answer)
{
    static const guint8 any_pattern[35] = {1, 1};

    ck_assert_uint_eq(command->size, sizeof(any_pattern));
    ck_assert_mem_eq(command->data, any_pattern, sizeof(any_pattern));
    guint16 handle = bh_kernel_add_monitor(self);
    g_string_append_printf(self->log, "Add:%u", handle);
    put_u16(answer, handle);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
remove_monitor(BhKernel *self, const Command *command, GByteArray *answer)
{
    ck_assert_uint_eq(command->size, 2);
    guint16 handle = u16_at(command->data);
    g_string_append_printf(self->log, "Remove:%u", handle);
    ck_assert_uint_ne(handle, 0); /* would be everybody's */
    if (handle > MONITORS_MAX || !self->monitors[handle])
        return BH_MGMT_STATUS_INVALID_PARAMETERS;
    self->monitors[handle] = FALSE;
    put_u16(answer, handle);
    return BH_MGMT_STATUS_SUCCESS;
}

/* In the order of their types, from 0x0011. */
static guint16 *
default_at(BhKernel *self, guint i)
{
    guint16 *all[] = {&self->defaults.discovery.interval,
                      &self->defaults.discovery.window,
                      &self->defaults.monitors.interval,
                      &self->defaults.monitors.window};

    return all[i];
}

static guint8
read_defaults(BhKernel *self, const Command *command, GByteArray *answer)
{
    g_string_append(self->log, "ReadDefaults");
    put_u16(answer, 0x001e); /* others are there, too */
    put_u8(answer, 1);
    put_u8(answer, 1);
    for (guint i = 0; i < 4; i++) {
        put_u16(answer, (guint16)(0x0011 + i));
        put_u8(answer, 2);
        put_u16(answer, *default_at(self, i));
    }
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
set_defaults(BhKernel *self, const Command *command, GByteArray *answer)
{
    ck_assert_uint_eq(command->size, 4 * 5);
    for (guint i = 0; i < 4; i++) {
        const guint8 *at = command->data + i * 5;
        ck_assert_uint_eq(u16_at(at), 0x0011 + i);
        ck_assert_uint_eq(at[2], 2);
        *default_at(self, i) = u16_at(at + 3);
    }
    g_string_append_printf(self->log, "SetDefaults:%s", bh_kernel_peek_defaults(self));
    return BH_MGMT_STATUS_SUCCESS;
}

/* The address with its type that a command begins with, in its order on the wire. */
static const char *
format_peer(const guint8 *at, char text[BH_ADDRESS_TEXT_SIZE])
{
    BhAddress address;

    for (gsize i = 0; i < sizeof(address.octets); i++)
        address.octets[i] = at[sizeof(address.octets) - 1 - i];
    bh_address_format(&address, text);
    return text;
}

static guint8
disconnect(BhKernel *self, const Command *command, GByteArray *answer)
{
    char text[BH_ADDRESS_TEXT_SIZE];

    ck_assert_uint_eq(command->size, 7);
    g_string_append_printf(self->log, "Disconnect:%s", format_peer(command->data, text));
    g_byte_array_append(answer, command->data, 7);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
pair(BhKernel *self, const Command *command, GByteArray *answer)
{
    char text[BH_ADDRESS_TEXT_SIZE];

    ck_assert_uint_eq(command->size, 8);
    g_string_append_printf(self->log,
                           "Pair:%s,%u",
                           format_peer(command->data, text),
                           command->data[7]);
    g_byte_array_append(answer, command->data, 7);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
cancel_pairing(BhKernel *self, const Command *command, GByteArray *answer)
{
    char text[BH_ADDRESS_TEXT_SIZE];

    ck_assert_uint_eq(command->size, 7);
    g_string_append_printf(self->log, "CancelPair:%s", format_peer(command->data, text));
    g_byte_array_append(answer, command->data, 7);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
tell_connection(BhKernel *self, const Command *command, GByteArray *answer)
{
    char text[BH_ADDRESS_TEXT_SIZE];

    ck_assert_uint_eq(command->size, 7);
    g_string_append_printf(self->log, "Information:%s", format_peer(command->data, text));
    g_byte_array_append(answer, command->data, 7);
    put_u8(answer, (guint8)BH_KERNEL_LINK_RSSI);
    put_u8(answer, 4);
    put_u8(answer, 127);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
load_parameters(BhKernel *self, const Command *command, GByteArray *answer)
{
    char text[BH_ADDRESS_TEXT_SIZE];

    ck_assert_uint_eq(command->size, 2 + 15);
    ck_assert_uint_eq(u16_at(command->data), 1); /* none would clear everybody's */
    g_string_append_printf(self->log,
                           "Parameters:%s,%u-%u,%u,%u",
                           format_peer(command->data + 2, text),
                           u16_at(command->data + 9),
                           u16_at(command->data + 11),
                           u16_at(command->data + 13),
                           u16_at(command->data + 15));
    return BH_MGMT_STATUS_SUCCESS;
}

/* Of n instances Linux 6.1 lists only those up to n. */
static guint8
read_adverts(BhKernel *self, const Command *command, GByteArray *answer)
{
    guint8 all = 0, n = 0;

    g_string_append(self->log, "Adverts");
    put_u32(answer, 0x1f07f | (self->can_tx_power ? 1u << 10 : 0));
    put_u8(answer, 31);
    put_u8(answer, 31);
    put_u8(answer, ADVERTS_MAX);
    for (guint8 instance = 1; instance <= ADVERTS_MAX; instance++)
        all += self->adverts[instance] != ABSENT;
    for (guint8 instance = 1; instance <= all; instance++)
        n += self->adverts[instance] != ABSENT;
    put_u8(answer, n);
    for (guint8 instance = 1; instance <= all; instance++)
        if (self->adverts[instance] != ABSENT)
            put_u8(answer, instance);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
add_parameters(BhKernel *self, const Command *command, GByteArray *answer)
{
    const guint8 *data = command->data;

    ck_assert_uint_eq(command->size, 18);
    ck_assert_uint_ge(data[0], 1);
    ck_assert_uint_le(data[0], ADVERTS_MAX);
    ck_assert_uint_eq(u16_at(data + 5), 0); /* turn */
    ck_assert_uint_eq(u16_at(data + 7), 0); /* timeout */
    ck_assert_mem_eq(data + 9, data + 13, 4);
    g_string_append_printf(self->log,
                           "Advert:%u,%s%u,%d",
                           data[0],
                           (data[1] & 1) != 0 ? "c," : "",
                           u16_at(data + 9),
                           (gint8)data[17]);
    self->adverts[data[0]] = EMPTY;
    put_u8(answer, data[0]);
    put_u8(answer, (guint8)CHOSEN_POWER);
    put_u16(answer, 0x1f1f);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
add_data(BhKernel *self, const Command *command, GByteArray *answer)
{
    const guint8 *data = command->data;
    g_autofree char *advertising = bh_test_hex(data + 3, data[1]);
    g_autofree char *response = bh_test_hex(data + 3 + data[1], data[2]);

    ck_assert_uint_eq(command->size, 3u + data[1] + data[2]);
    ck_assert_uint_ge(data[0], 1);
    ck_assert_uint_le(data[0], ADVERTS_MAX);
    g_string_append_printf(self->log, "AdvertData:%u,%s/%s", data[0], advertising, response);
    if (self->adverts[data[0]] == ABSENT)
        return BH_MGMT_STATUS_INVALID_PARAMETERS;
    self->adverts[data[0]] = ON_AIR;
    put_u8(answer, data[0]);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
remove_advert(BhKernel *self, const Command *command, GByteArray *answer)
{
    ck_assert_uint_eq(command->size, 1);
    guint8 instance = command->data[0];
    g_string_append_printf(self->log, "RemoveAdvert:%u", instance);
    ck_assert_uint_ne(instance, 0); /* would be everybody's */
    if (instance > ADVERTS_MAX || self->adverts[instance] == ABSENT)
        return BH_MGMT_STATUS_INVALID_PARAMETERS;
    self->adverts[instance] = ABSENT;
    put_u8(answer, instance);
    return BH_MGMT_STATUS_SUCCESS;
}

static const struct {
    guint16 opcode;
    guint8 (*run)(BhKernel *self, const Command *command, GByteArray *answer);
} commands[] = {
    {BH_MGMT_READ_VERSION, read_version},
    {BH_MGMT_DISCONNECT, disconnect},
    {BH_MGMT_GET_CONNECTIONS, get_connections},
    {BH_MGMT_PAIR_DEVICE, pair},
    {BH_MGMT_CANCEL_PAIR_DEVICE, cancel_pairing},
    {BH_MGMT_GET_CONNECTION_INFORMATION, tell_connection},
    {BH_MGMT_LOAD_CONNECTION_PARAMETERS, load_parameters},
    {BH_MGMT_READ_MONITOR_FEATURES, read_monitors},
    {BH_MGMT_ADD_PATTERNS_MONITOR, add_monitor},
    {BH_MGMT_REMOVE_MONITOR, remove_monitor},
    {BH_MGMT_READ_DEFAULTS, read_defaults},
    {BH_MGMT_SET_DEFAULTS, set_defaults},
    {BH_MGMT_READ_ADVERTISING_FEATURES, read_adverts},
    {BH_MGMT_ADD_ADVERTISING_PARAMETERS, add_parameters},
    {BH_MGMT_ADD_ADVERTISING_DATA, add_data},
    {BH_MGMT_REMOVE_ADVERTISING, remove_advert},
};

static guint8
run_command(BhKernel *self, const Command *command, GByteArray *answer)
{
    if (command->opcode == self->refused_opcode && self->refused_count > 0) {
        self->refused_count--;
        g_string_append_printf(self->log, "%04x:!%02x", command->opcode, self->refused_status);
        return self->refused_status;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (commands[i].opcode == command->opcode)
            return commands[i].run(self, command, answer);
    ck_abort_msg("command 0x%04x is not one that may be sent", command->opcode);
}

static void
answer_command(BhKernel *self, const Command *command)
{
    g_autoptr(GByteArray) answer = g_byte_array_new();

    if (self->log->len > 0)
        g_string_append_c(self->log, ' ');
    guint8 status = run_command(self, command, answer);
    g_autoptr(GByteArray) packet = new_packet(
        status == BH_MGMT_STATUS_SUCCESS ? BH_MGMT_COMMAND_COMPLETE : BH_MGMT_COMMAND_STATUS,
        command->index);
    put_u16(packet, command->opcode);
    put_u8(packet, status);
    if (status == BH_MGMT_STATUS_SUCCESS)
        g_byte_array_append(packet, answer->data, answer->len);
    if (command->opcode != self->held_opcode)
        send_packet(self, packet);
    else
        g_ptr_array_add(self->held, g_steal_pointer(&packet));
}

/* A daemon that ends with answers unread resets the connection, and that is told before the last
 * commands it sent: those count all the same. */
static gboolean
on_command(gint fd, GIOCondition condition, gpointer data)
{
    BhKernel *self = data;
    guint8 bytes[256];
    gssize n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

    if (n < 0)
        return G_SOURCE_CONTINUE;
    if (n == 0) { /* the daemon is gone */
        self->source = 0;
        return G_SOURCE_REMOVE;
    }
    ck_assert_int_ge(n, BH_MGMT_HEADER_SIZE);
    Command command = {
        .opcode = u16_at(bytes),
        .index = u16_at(bytes + 2),
        .data = bytes + BH_MGMT_HEADER_SIZE,
        .size = (gsize)n - BH_MGMT_HEADER_SIZE,
    };
    ck_assert_uint_eq(u16_at(bytes + 4), command.size);
    answer_command(self, &command);
    return G_SOURCE_CONTINUE;
}

/* What was told */

const char *
bh_kernel_peek_log(BhKernel *self)
{
    return self->log->str;
}

void
bh_kernel_clear_log(BhKernel *self)
{
    g_string_truncate(self->log, 0);
}

gboolean
bh_kernel_was_told(BhKernel *self, const char *command)
{
    g_auto(GStrv) words = g_strsplit(self->log->str, " ", -1);

    return g_strv_contains((const char *const *)words, command);
}

void
bh_kernel_refuse(BhKernel *self, guint16 opcode, guint8 status, guint count)
{
    self->refused_opcode = opcode;
    self->refused_status = status;
    self->refused_count = count;
}

void
bh_kernel_hold(BhKernel *self, guint16 opcode)
{
    self->held_opcode = opcode;
    for (guint i = 0; i < self->held->len; i++)
        send_packet(self, self->held->pdata[i]);
    g_ptr_array_set_size(self->held, 0);
}

const char *
bh_kernel_peek_monitors(BhKernel *self)
{
    g_string_truncate(self->monitors_text, 0);
    for (guint16 handle = 1; handle <= MONITORS_MAX; handle++)
        if (self->monitors[handle])
            g_string_append_printf(self->monitors_text,
                                   "%s%u",
                                   self->monitors_text->len > 0 ? " " : "",
                                   handle);
    return self->monitors_text->str;
}

const char *
bh_kernel_peek_defaults(BhKernel *self)
{
    g_string_printf(self->defaults_text,
                    "%u/%u,%u/%u",
                    self->defaults.discovery.interval,
                    self->defaults.discovery.window,
                    self->defaults.monitors.interval,
                    self->defaults.monitors.window);
    return self->defaults_text->str;
}

void
bh_kernel_set_can_tx_power(BhKernel *self, gboolean can)
{
    self->can_tx_power = can;
}

void
bh_kernel_add_advert(BhKernel *self, guint8 instance)
{
    self->adverts[instance] = ON_AIR;
}

const char *
bh_kernel_peek_adverts(BhKernel *self)
{
    g_string_truncate(self->adverts_text, 0);
    for (guint instance = 1; instance <= ADVERTS_MAX; instance++)
        if (self->adverts[instance] == ON_AIR)
            g_string_append_printf(self->adverts_text,
                                   "%s%u",
                                   self->adverts_text->len > 0 ? " " : "",
                                   instance);
    return self->adverts_text->str;
}

/* Events */

static void
put_address(GByteArray *packet, const char *text, BhAddressType type)
{
    BhAddress address;

    ck_assert(bh_address_parse(text, type, &address, NULL));
    for (gsize i = sizeof(address.octets); i > 0; i--)
        put_u8(packet, address.octets[i - 1]);
    put_u8(packet, type == BH_ADDRESS_RANDOM ? 2 : 1);
}

static void
put_found(GByteArray *packet,
          const char *address,
          BhAddressType type,
          gint8 rssi,
          guint32 flags,
          const char *hex)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);

    put_address(packet, address, type);
    put_u8(packet, (guint8)rssi);
    put_u32(packet, flags);
    put_u16(packet, (guint16)size);
    g_byte_array_append(packet, bytes, (guint)size);
}

void
bh_kernel_found(BhKernel *self,
                const char *address,
                BhAddressType type,
                gint8 rssi,
                guint32 flags,
                const char *hex)
{
    g_autoptr(GByteArray) packet = new_packet(BH_MGMT_DEVICE_FOUND, 0);

    put_found(packet, address, type, rssi, flags, hex);
    send_packet(self, packet);
}

void
bh_kernel_found_by_monitor(BhKernel *self, guint16 handle, const char *address, const char *hex)
{
    g_autoptr(GByteArray) packet = new_packet(BH_MGMT_MONITOR_DEVICE_FOUND, 0);

    put_u16(packet, handle);
    put_found(packet, address, BH_ADDRESS_PUBLIC, -50, 0, hex);
    send_packet(self, packet);
}

void
bh_kernel_set_discovering(BhKernel *self, gboolean discovering)
{
    g_autoptr(GByteArray) packet = new_packet(BH_MGMT_DISCOVERING, 0);

    put_u8(packet, 6); /* LE, public and random */
    put_u8(packet, discovering);
    send_packet(self, packet);
}

void
bh_kernel_link(BhKernel *self, guint16 code, const char *address, guint32 value)
{
    g_autoptr(GByteArray) packet = new_packet(code, 0);

    put_address(packet, address, BH_ADDRESS_RANDOM);
    if (code == BH_MGMT_DEVICE_CONNECTED) {
        put_u32(packet, value);
        put_u16(packet, 0);
    } else {
        put_u8(packet, (guint8)value);
    }
    send_packet(self, packet);
}

void
bh_kernel_set_revision(BhKernel *self, guint16 revision)
{
    self->revision = revision;
}

void
bh_kernel_parameters(BhKernel *self, const char *address, const BhMgmtConnectionParameters *now)
{
    g_autoptr(GByteArray) packet = new_packet(BH_MGMT_NEW_CONNECTION_PARAMETER, 0);

    put_address(packet, address, BH_ADDRESS_RANDOM);
    put_u8(packet, 0);
    put_u16(packet, now->min_interval);
    put_u16(packet, now->max_interval);
    put_u16(packet, now->latency);
    put_u16(packet, now->timeout);
    send_packet(self, packet);
}

void
bh_kernel_drop_monitor(BhKernel *self, guint16 handle)
{
    g_autoptr(GByteArray) packet = new_packet(BH_MGMT_MONITOR_REMOVED, 0);

    if (handle == 0)
        memset(self->monitors, 0, sizeof(self->monitors));
    else
        self->monitors[handle] = FALSE;
    put_u16(packet, handle);
    send_packet(self, packet);
}

void
bh_kernel_drop_advert(BhKernel *self, guint8 instance)
{
    for (guint8 i = 1; i <= ADVERTS_MAX; i++) {
        g_autoptr(GByteArray) packet = new_packet(BH_MGMT_ADVERTISING_REMOVED, 0);
        if (self->adverts[i] == ABSENT || (instance != 0 && instance != i))
            continue;
        self->adverts[i] = ABSENT;
        put_u8(packet, i);
        send_packet(self, packet);
    }
}

void
bh_kernel_unplug(BhKernel *self)
{
    g_autoptr(GByteArray) packet = new_packet(BH_MGMT_INDEX_REMOVED, 0);

    memset(self->adverts, 0, sizeof(self->adverts));
    memset(self->monitors, 0, sizeof(self->monitors));
    self->defaults = linux_defaults;
    send_packet(self, packet);
}

void
bh_kernel_send(BhKernel *self, const char *hex)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);

    send_bytes(self, bytes, size);
}

/* Sockets */

void
bh_kernel_disconnect(BhKernel *self)
{
    g_clear_handle_id(&self->source, g_source_remove);
    if (self->fd >= 0)
        close(self->fd);
    self->fd = -1;
}

static void
take_socket(BhKernel *self, int fd)
{
    bh_kernel_disconnect(self);
    self->fd = fd;
    self->source = g_unix_fd_add(fd, G_IO_IN, on_command, self);
}

int
bh_kernel_connect(BhKernel *self)
{
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
    take_socket(self, fds[0]);
    return fds[1];
}

static int
new_udp_socket(struct sockaddr_in *address)
{
    socklen_t size = sizeof(*address);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    *address = (struct sockaddr_in){.sin_family = AF_INET};
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)address, size), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)address, &size), 0);
    return fd;
}

int
bh_kernel_connect_lossy(BhKernel *self)
{
    struct sockaddr_in ours, theirs;
    int near = new_udp_socket(&ours), far = new_udp_socket(&theirs);

    ck_assert_int_eq(connect(near, (struct sockaddr *)&theirs, sizeof(theirs)), 0);
    ck_assert_int_eq(connect(far, (struct sockaddr *)&ours, sizeof(ours)), 0);
    take_socket(self, near);
    return far;
}

BhKernel *
bh_kernel_new(void)
{
    BhKernel *self = g_new0(BhKernel, 1);

    self->fd = -1;
    self->revision = BH_KERNEL_REVISION;
    self->defaults = linux_defaults;
    self->held = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    self->log = g_string_new(NULL);
    self->monitors_text = g_string_new(NULL);
    self->defaults_text = g_string_new(NULL);
    self->adverts_text = g_string_new(NULL);
    return self;
}

void
bh_kernel_free(BhKernel *self)
{
    bh_kernel_disconnect(self);
    g_ptr_array_unref(self->held);
    g_string_free(self->log, TRUE);
    g_string_free(self->monitors_text, TRUE);
    g_string_free(self->defaults_text, TRUE);
    g_string_free(self->adverts_text, TRUE);
    g_free(self);
}
