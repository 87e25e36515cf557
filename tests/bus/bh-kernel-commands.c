/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A table says what each command does and what its answer is. */
#include "bh-kernel-private.h"

#include <string.h>

#include "test-main.h"

#define CHOSEN_POWER (-5) /* whatever is wanted */

static guint8
read_version(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
{
    g_string_append(self->log, "ReadVersion");
    bh_kernel_put_u8(answer, 1);
    bh_kernel_put_u16(answer, self->revision);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
get_connections(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
{
    g_string_append(self->log, "GetConnections");
    bh_kernel_put_u16(answer, 0);
    return command->index == 0 ? BH_MGMT_STATUS_SUCCESS : BH_MGMT_STATUS_INVALID_INDEX;
}

static guint8
read_monitors(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
{
    guint16 n = 0;

    g_string_append(self->log, "Monitors");
    bh_kernel_put_u32(answer, 0);
    bh_kernel_put_u32(answer, 0);
    bh_kernel_put_u16(answer, MONITORS_MAX);
    bh_kernel_put_u8(answer, 16);
    for (guint16 handle = 1; handle <= MONITORS_MAX; handle++)
        n += self->monitors[handle];
    bh_kernel_put_u16(answer, n);
    for (guint16 handle = 1; handle <= MONITORS_MAX; handle++)
        if (self->monitors[handle])
            bh_kernel_put_u16(answer, handle);
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
add_monitor(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
{
    static const guint8 any_pattern[35] = {1, 1};

    ck_assert_uint_eq(command->size, sizeof(any_pattern));
    ck_assert_mem_eq(command->data, any_pattern, sizeof(any_pattern));
    guint16 handle = bh_kernel_add_monitor(self);
    g_string_append_printf(self->log, "Add:%u", handle);
    bh_kernel_put_u16(answer, handle);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
remove_monitor(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
{
    ck_assert_uint_eq(command->size, 2);
    guint16 handle = bh_kernel_u16_at(command->data);
    g_string_append_printf(self->log, "Remove:%u", handle);
    ck_assert_uint_ne(handle, 0); /* would be everybody's */
    if (handle > MONITORS_MAX || !self->monitors[handle])
        return BH_MGMT_STATUS_INVALID_PARAMETERS;
    self->monitors[handle] = FALSE;
    bh_kernel_put_u16(answer, handle);
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
read_defaults(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
{
    g_string_append(self->log, "ReadDefaults");
    bh_kernel_put_u16(answer, 0x001e); /* others are there, too */
    bh_kernel_put_u8(answer, 1);
    bh_kernel_put_u8(answer, 1);
    for (guint i = 0; i < 4; i++) {
        bh_kernel_put_u16(answer, (guint16)(0x0011 + i));
        bh_kernel_put_u8(answer, 2);
        bh_kernel_put_u16(answer, *default_at(self, i));
    }
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
set_defaults(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
{
    ck_assert_uint_eq(command->size, 4 * 5);
    for (guint i = 0; i < 4; i++) {
        const guint8 *at = command->data + i * 5;
        ck_assert_uint_eq(bh_kernel_u16_at(at), 0x0011 + i);
        ck_assert_uint_eq(at[2], 2);
        *default_at(self, i) = bh_kernel_u16_at(at + 3);
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
disconnect(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
{
    char text[BH_ADDRESS_TEXT_SIZE];

    ck_assert_uint_eq(command->size, 7);
    g_string_append_printf(self->log, "Disconnect:%s", format_peer(command->data, text));
    g_byte_array_append(answer, command->data, 7);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
pair(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
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
cancel_pairing(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
{
    char text[BH_ADDRESS_TEXT_SIZE];

    ck_assert_uint_eq(command->size, 7);
    g_string_append_printf(self->log, "CancelPair:%s", format_peer(command->data, text));
    g_byte_array_append(answer, command->data, 7);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
tell_connection(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
{
    char text[BH_ADDRESS_TEXT_SIZE];

    ck_assert_uint_eq(command->size, 7);
    g_string_append_printf(self->log, "Information:%s", format_peer(command->data, text));
    g_byte_array_append(answer, command->data, 7);
    bh_kernel_put_u8(answer, (guint8)BH_KERNEL_LINK_RSSI);
    bh_kernel_put_u8(answer, 4);
    bh_kernel_put_u8(answer, 127);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
load_parameters(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
{
    char text[BH_ADDRESS_TEXT_SIZE];

    ck_assert_uint_eq(command->size, 2 + 15);
    ck_assert_uint_eq(bh_kernel_u16_at(command->data), 1); /* none would clear everybody's */
    g_string_append_printf(self->log,
                           "Parameters:%s,%u-%u,%u,%u",
                           format_peer(command->data + 2, text),
                           bh_kernel_u16_at(command->data + 9),
                           bh_kernel_u16_at(command->data + 11),
                           bh_kernel_u16_at(command->data + 13),
                           bh_kernel_u16_at(command->data + 15));
    return BH_MGMT_STATUS_SUCCESS;
}

/* Of n instances Linux 6.1 lists only those up to n. */
static guint8
read_adverts(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
{
    guint8 all = 0, n = 0;

    g_string_append(self->log, "Adverts");
    bh_kernel_put_u32(answer, 0x1f07f | (self->can_tx_power ? 1u << 10 : 0));
    bh_kernel_put_u8(answer, 31);
    bh_kernel_put_u8(answer, 31);
    bh_kernel_put_u8(answer, ADVERTS_MAX);
    for (guint8 instance = 1; instance <= ADVERTS_MAX; instance++)
        all += self->adverts[instance] != ABSENT;
    for (guint8 instance = 1; instance <= all; instance++)
        n += self->adverts[instance] != ABSENT;
    bh_kernel_put_u8(answer, n);
    for (guint8 instance = 1; instance <= all; instance++)
        if (self->adverts[instance] != ABSENT)
            bh_kernel_put_u8(answer, instance);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
add_parameters(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
{
    const guint8 *data = command->data;

    ck_assert_uint_eq(command->size, 18);
    ck_assert_uint_ge(data[0], 1);
    ck_assert_uint_le(data[0], ADVERTS_MAX);
    ck_assert_uint_eq(bh_kernel_u16_at(data + 5), 0); /* turn */
    ck_assert_uint_eq(bh_kernel_u16_at(data + 7), 0); /* timeout */
    ck_assert_mem_eq(data + 9, data + 13, 4);
    g_string_append_printf(self->log,
                           "Advert:%u,%s%u,%d",
                           data[0],
                           (data[1] & 1) != 0 ? "c," : "",
                           bh_kernel_u16_at(data + 9),
                           (gint8)data[17]);
    self->adverts[data[0]] = EMPTY;
    bh_kernel_put_u8(answer, data[0]);
    bh_kernel_put_u8(answer, (guint8)CHOSEN_POWER);
    bh_kernel_put_u16(answer, 0x1f1f);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
add_data(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
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
    bh_kernel_put_u8(answer, data[0]);
    return BH_MGMT_STATUS_SUCCESS;
}

static guint8
remove_advert(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
{
    ck_assert_uint_eq(command->size, 1);
    guint8 instance = command->data[0];
    g_string_append_printf(self->log, "RemoveAdvert:%u", instance);
    ck_assert_uint_ne(instance, 0); /* would be everybody's */
    if (instance > ADVERTS_MAX || self->adverts[instance] == ABSENT)
        return BH_MGMT_STATUS_INVALID_PARAMETERS;
    self->adverts[instance] = ABSENT;
    bh_kernel_put_u8(answer, instance);
    return BH_MGMT_STATUS_SUCCESS;
}

static const struct {
    guint16 opcode;
    guint8 (*run)(BhKernel *self, const BhKernelCommand *command, GByteArray *answer);
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

guint8
bh_kernel_run_command(BhKernel *self, const BhKernelCommand *command, GByteArray *answer)
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
