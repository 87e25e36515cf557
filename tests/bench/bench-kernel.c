/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A packet is 16-bit opcode, index and length, then parameters. Commands with parameters to return
 * are in a table; the kernel's answer to one that it does not know is in place for the others.
 */
#include "bench-kernel.h"

#include <string.h>
#include <sys/socket.h>

#include "bench-advert.h"

#define HEADER_SIZE 6
#define COMMAND_MAX 1024
#define ADDRESS_LE_RANDOM 2
#define STATUS_SUCCESS 0
#define STATUS_UNKNOWN_COMMAND 1
#define EVENT_COMMAND_COMPLETE 0x0001
#define EVENT_COMMAND_STATUS 0x0002
#define EVENT_DEVICE_FOUND 0x0012

typedef struct {
    guint8 bytes[512];
    gsize size;
} Packet;

static void
put_le(Packet *packet, guint64 value, gsize size)
{
    for (gsize i = 0; i < size; i++)
        packet->bytes[packet->size++] = (guint8)(value >> 8 * i);
}

static void
put_address(Packet *packet, const guint8 octets[6])
{
    for (guint i = 6; i-- > 0;)
        packet->bytes[packet->size++] = octets[i];
}

static Packet
begin(guint16 event, guint16 index)
{
    Packet packet = {.size = 0};

    put_le(&packet, event, 2);
    put_le(&packet, index, 2);
    put_le(&packet, 0, 2);
    return packet;
}

static gboolean
send_packet(int fd, Packet *packet)
{
    gsize size = packet->size;

    packet->size = 4;
    put_le(packet, size - HEADER_SIZE, 2);
    return send(fd, packet->bytes, size, MSG_NOSIGNAL) == (gssize)size;
}

/* Events */

gboolean
bh_bench_kernel_emit(int fd, guint device, guint sent)
{
    Packet packet = begin(EVENT_DEVICE_FOUND, 0);
    guint8 octets[6], data[BH_BENCH_DATA_SIZE];

    bh_bench_get_address(device, octets);
    bh_bench_fill_data(data);
    put_address(&packet, octets);
    put_le(&packet, ADDRESS_LE_RANDOM, 1);
    put_le(&packet, (guint8)bh_bench_get_rssi(sent), 1);
    put_le(&packet, 0, 4);                          /* flags */
    put_le(&packet, 3 + 4 + BH_BENCH_DATA_SIZE, 2); /* size of the advertising data */
    put_le(&packet, 0x060102, 3);                   /* Flags: general, LE only */
    put_le(&packet, 1 + 2 + BH_BENCH_DATA_SIZE, 1); /* Manufacturer Specific Data */
    put_le(&packet, 0xff | BH_BENCH_COMPANY << 8, 3);
    memcpy(packet.bytes + packet.size, data, sizeof data);
    packet.size += sizeof data;
    return send_packet(fd, &packet);
}

/* Answers */

static void
put_version(Packet *packet)
{
    put_le(packet, 1, 1);
    put_le(packet, 22, 2);
}

static void
put_indexes(Packet *packet)
{
    put_le(packet, 1, 2);
    put_le(packet, 0, 2);
}

static void
put_controller(Packet *packet)
{
    static const guint8 octets[] = BH_BENCH_ADAPTER_OCTETS;

    put_address(packet, octets);
    put_le(packet, 9, 1);          /* Bluetooth 5.0 */
    put_le(packet, 0, 2);          /* manufacturer */
    put_le(packet, 0x0001ffff, 4); /* supported settings */
    put_le(packet, 0x00000201, 4); /* current: powered, low energy */
    packet->size += 3 + 249 + 11;  /* class, name, short name */
}

static void
put_no_connections(Packet *packet)
{
    put_le(packet, 0, 2);
}

static void
put_monitor_features(Packet *packet)
{
    put_le(packet, 1, 4);  /* supported */
    put_le(packet, 1, 4);  /* enabled */
    put_le(packet, 32, 2); /* handles */
    put_le(packet, 16, 1); /* patterns each */
    put_le(packet, 0, 2);  /* in use */
}

static void
put_handle(Packet *packet)
{
    put_le(packet, 1, 2);
}

static const struct {
    guint16 opcode;
    void (*put)(Packet *packet);
} answers[] = {
    {0x0001, put_version},
    {0x0003, put_indexes},
    {0x0004, put_controller},
    {0x0015, put_no_connections},
    {0x0051, put_monitor_features},
    {0x0052, put_handle},
    {0x0053, put_handle},
};

static Packet
answer(guint16 opcode, guint16 index)
{
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        if (answers[i].opcode != opcode)
            continue;
        Packet packet = begin(EVENT_COMMAND_COMPLETE, index);
        put_le(&packet, opcode, 2);
        put_le(&packet, STATUS_SUCCESS, 1);
        answers[i].put(&packet);
        return packet;
    }
    Packet packet = begin(EVENT_COMMAND_STATUS, index);
    put_le(&packet, opcode, 2);
    put_le(&packet, STATUS_UNKNOWN_COMMAND, 1);
    return packet;
}

gboolean
bh_bench_kernel_serve(int fd)
{
    guint8 command[COMMAND_MAX];
    gssize size = recv(fd, command, sizeof command, 0);

    if (size < HEADER_SIZE)
        return FALSE;
    Packet packet =
        answer((guint16)(command[0] | command[1] << 8), (guint16)(command[2] | command[3] << 8));
    return send_packet(fd, &packet);
}
