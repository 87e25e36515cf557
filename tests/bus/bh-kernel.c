/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One GSource reads commands and sends their answers; events are sent as a test orders them. */
#include "bh-kernel-private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test-main.h"

/* Discoveries listen always, monitors half of the time: what Linux starts with. */
static const BhMgmtDefaults linux_defaults = {.discovery = {18, 18}, .monitors = {96, 48}};

/* Packets */

void
bh_kernel_put_u16(GByteArray *packet, guint16 value)
{
    guint8 bytes[] = {value & 0xff, value >> 8};

    g_byte_array_append(packet, bytes, sizeof(bytes));
}

void
bh_kernel_put_u32(GByteArray *packet, guint32 value)
{
    bh_kernel_put_u16(packet, value & 0xffff);
    bh_kernel_put_u16(packet, value >> 16);
}

void
bh_kernel_put_u8(GByteArray *packet, guint8 value)
{
    g_byte_array_append(packet, &value, 1);
}

guint16
bh_kernel_u16_at(const guint8 *at)
{
    return (guint16)(at[0] | at[1] << 8);
}

static GByteArray *
new_packet(guint16 code, guint16 index)
{
    GByteArray *packet = g_byte_array_new();

    bh_kernel_put_u16(packet, code);
    bh_kernel_put_u16(packet, index);
    bh_kernel_put_u16(packet, 0);
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

static void
answer_command(BhKernel *self, const BhKernelCommand *command)
{
    g_autoptr(GByteArray) answer = g_byte_array_new();

    if (self->log->len > 0)
        g_string_append_c(self->log, ' ');
    guint8 status = bh_kernel_run_command(self, command, answer);
    g_autoptr(GByteArray) packet = new_packet(
        status == BH_MGMT_STATUS_SUCCESS ? BH_MGMT_COMMAND_COMPLETE : BH_MGMT_COMMAND_STATUS,
        command->index);
    bh_kernel_put_u16(packet, command->opcode);
    bh_kernel_put_u8(packet, status);
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
    BhKernelCommand command = {
        .opcode = bh_kernel_u16_at(bytes),
        .index = bh_kernel_u16_at(bytes + 2),
        .data = bytes + BH_MGMT_HEADER_SIZE,
        .size = (gsize)n - BH_MGMT_HEADER_SIZE,
    };
    ck_assert_uint_eq(bh_kernel_u16_at(bytes + 4), command.size);
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
        bh_kernel_put_u8(packet, address.octets[i - 1]);
    bh_kernel_put_u8(packet, type == BH_ADDRESS_RANDOM ? 2 : 1);
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
    bh_kernel_put_u8(packet, (guint8)rssi);
    bh_kernel_put_u32(packet, flags);
    bh_kernel_put_u16(packet, (guint16)size);
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

    bh_kernel_put_u16(packet, handle);
    put_found(packet, address, BH_ADDRESS_PUBLIC, -50, 0, hex);
    send_packet(self, packet);
}

void
bh_kernel_set_discovering(BhKernel *self, gboolean discovering)
{
    g_autoptr(GByteArray) packet = new_packet(BH_MGMT_DISCOVERING, 0);

    bh_kernel_put_u8(packet, 6); /* LE, public and random */
    bh_kernel_put_u8(packet, discovering);
    send_packet(self, packet);
}

void
bh_kernel_link(BhKernel *self, guint16 code, const char *address, guint32 value)
{
    g_autoptr(GByteArray) packet = new_packet(code, 0);

    put_address(packet, address, BH_ADDRESS_RANDOM);
    if (code == BH_MGMT_DEVICE_CONNECTED) {
        bh_kernel_put_u32(packet, value);
        bh_kernel_put_u16(packet, 0);
    } else {
        bh_kernel_put_u8(packet, (guint8)value);
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
    bh_kernel_put_u8(packet, 0);
    bh_kernel_put_u16(packet, now->min_interval);
    bh_kernel_put_u16(packet, now->max_interval);
    bh_kernel_put_u16(packet, now->latency);
    bh_kernel_put_u16(packet, now->timeout);
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
    bh_kernel_put_u16(packet, handle);
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
        bh_kernel_put_u8(packet, i);
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
