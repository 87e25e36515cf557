/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One filter answers every call by its member's name, as the bus suite's puppet does; the devices
 * are numbers, so that ten thousand of them cost nothing here.
 */
#include "bench-bluez.h"

#include <stdio.h>
#include <string.h>

#include "bench-advert.h"

struct BhBenchBluez {
    sd_bus *bus;
    guint devices;
    gboolean discovering;
};

typedef struct {
    char text[18];
    char path[64];
} DeviceName;

static DeviceName
name_device(guint device)
{
    guint8 octets[6];
    DeviceName name;

    bh_bench_get_address(device, octets);
    g_snprintf(name.text,
               sizeof name.text,
               "%02X:%02X:%02X:%02X:%02X:%02X",
               octets[0],
               octets[1],
               octets[2],
               octets[3],
               octets[4],
               octets[5]);
    g_snprintf(name.path, sizeof name.path, "%s/dev_%s", BH_BENCH_ADAPTER, name.text);
    g_strdelimit(name.path, ":", '_');
    return name;
}

/* Answers */

static void
append_adapter(BhBenchBluez *self, sd_bus_message *message)
{
    sd_bus_message_append(message,
                          "a{sv}",
                          5,
                          "Address",
                          "s",
                          BH_BENCH_ADAPTER_ADDRESS,
                          "AddressType",
                          "s",
                          "public",
                          "Powered",
                          "b",
                          TRUE,
                          "Discovering",
                          "b",
                          (int)self->discovering,
                          "Roles",
                          "as",
                          2,
                          "central",
                          "peripheral");
}

static void
append_flags(sd_bus_message *message)
{
    static const char *const unset[] =
        {"Paired", "Trusted", "Blocked", "LegacyPairing", "Connected", "ServicesResolved"};

    for (guint i = 0; i < G_N_ELEMENTS(unset); i++)
        sd_bus_message_append(message, "{sv}", unset[i], "b", FALSE);
}

static void
append_manufacturer(sd_bus_message *message)
{
    guint8 data[BH_BENCH_DATA_SIZE];

    bh_bench_fill_data(data);
    sd_bus_message_open_container(message, 'e', "sv");
    sd_bus_message_append(message, "s", "ManufacturerData");
    sd_bus_message_open_container(message, 'v', "a{qv}");
    sd_bus_message_open_container(message, 'a', "{qv}");
    sd_bus_message_open_container(message, 'e', "qv");
    sd_bus_message_append(message, "q", BH_BENCH_COMPANY);
    sd_bus_message_open_container(message, 'v', "ay");
    sd_bus_message_append_array(message, 'y', data, sizeof data);
    for (guint i = 0; i < 5; i++)
        sd_bus_message_close_container(message);
}

/* What bluetoothd lists of a device that was heard and never connected. */
static void
append_device(sd_bus_message *message, guint device)
{
    DeviceName name = name_device(device);

    sd_bus_message_open_container(message, 'a', "{sv}");
    sd_bus_message_append(message, "{sv}", "Address", "s", name.text);
    sd_bus_message_append(message, "{sv}", "AddressType", "s", "random");
    sd_bus_message_append(message, "{sv}", "Alias", "s", name.text);
    sd_bus_message_append(message, "{sv}", "Adapter", "o", BH_BENCH_ADAPTER);
    sd_bus_message_append(message, "{sv}", "RSSI", "n", -60);
    sd_bus_message_append(message, "{sv}", "UUIDs", "as", 0);
    append_flags(message);
    append_manufacturer(message);
    sd_bus_message_close_container(message);
}

static void
open_object(sd_bus_message *message, const char *path, const char *interface)
{
    sd_bus_message_open_container(message, 'e', "oa{sa{sv}}");
    sd_bus_message_append(message, "o", path);
    sd_bus_message_open_container(message, 'a', "{sa{sv}}");
    sd_bus_message_open_container(message, 'e', "sa{sv}");
    sd_bus_message_append(message, "s", interface);
}

static void
close_object(sd_bus_message *message)
{
    for (guint i = 0; i < 3; i++)
        sd_bus_message_close_container(message);
}

static void
answer_objects(BhBenchBluez *self, sd_bus_message *reply)
{
    sd_bus_message_open_container(reply, 'a', "{oa{sa{sv}}}");
    open_object(reply, BH_BENCH_ADAPTER, "org.bluez.Adapter1");
    append_adapter(self, reply);
    close_object(reply);
    for (guint device = 0; device < self->devices; device++) {
        DeviceName name = name_device(device);
        open_object(reply, name.path, "org.bluez.Device1");
        append_device(reply, device);
        close_object(reply);
    }
    sd_bus_message_close_container(reply);
}

static void
set_discovering(BhBenchBluez *self, gboolean discovering)
{
    self->discovering = discovering;
    sd_bus_emit_signal(self->bus,
                       BH_BENCH_ADAPTER,
                       "org.freedesktop.DBus.Properties",
                       "PropertiesChanged",
                       "sa{sv}as",
                       "org.bluez.Adapter1",
                       1,
                       "Discovering",
                       "b",
                       (int)discovering,
                       0);
}

static int
on_message(sd_bus_message *message, void *data, sd_bus_error *error)
{
    BhBenchBluez *self = data;
    g_autoptr(sd_bus_message) reply = NULL;
    const char *member = sd_bus_message_get_member(message);
    guint8 type = 0;

    if (sd_bus_message_get_type(message, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL ||
        sd_bus_message_new_method_return(message, &reply) < 0)
        return 0;
    if (g_str_equal(member, "GetManagedObjects"))
        answer_objects(self, reply);
    else if (g_str_equal(member, "GetAll"))
        append_adapter(self, reply);
    else if (g_str_equal(member, "StartDiscovery"))
        set_discovering(self, TRUE);
    else if (g_str_equal(member, "StopDiscovery"))
        set_discovering(self, FALSE);
    sd_bus_send(self->bus, reply, NULL);
    return 1;
}

/* Advertisements */

void
bh_bench_bluez_emit(BhBenchBluez *self, guint device, guint sent)
{
    g_autoptr(sd_bus_message) signal = NULL;
    DeviceName name = name_device(device);

    if (sd_bus_message_new_signal(self->bus,
                                  &signal,
                                  name.path,
                                  "org.freedesktop.DBus.Properties",
                                  "PropertiesChanged") < 0)
        return;
    sd_bus_message_append(signal, "s", "org.bluez.Device1");
    sd_bus_message_open_container(signal, 'a', "{sv}");
    sd_bus_message_append(signal, "{sv}", "RSSI", "n", (int)bh_bench_get_rssi(sent));
    append_manufacturer(signal);
    sd_bus_message_close_container(signal);
    sd_bus_message_append(signal, "as", 0);
    sd_bus_send(self->bus, signal, NULL);
}

void
bh_bench_bluez_flush(BhBenchBluez *self)
{
    sd_bus_flush(self->bus);
}

struct pollfd
bh_bench_bluez_get_poll(BhBenchBluez *self)
{
    return (struct pollfd){
        .fd = sd_bus_get_fd(self->bus),
        .events = (short)sd_bus_get_events(self->bus),
    };
}

gboolean
bh_bench_bluez_serve(BhBenchBluez *self)
{
    int result;

    do {
        result = sd_bus_process(self->bus, NULL);
    } while (result > 0);
    return result == 0 && sd_bus_flush(self->bus) >= 0;
}

/* Life */

static int
connect_bus(BhBenchBluez *self, const char *address)
{
    int result;

    if ((result = sd_bus_new(&self->bus)) < 0 ||
        (result = sd_bus_set_address(self->bus, address)) < 0 ||
        (result = sd_bus_set_bus_client(self->bus, TRUE)) < 0 ||
        (result = sd_bus_start(self->bus)) < 0 ||
        (result = sd_bus_add_filter(self->bus, NULL, on_message, self)) < 0)
        return result;
    return sd_bus_request_name(self->bus, "org.bluez", 0);
}

BhBenchBluez *
bh_bench_bluez_new(const char *address, guint devices)
{
    g_autoptr(BhBenchBluez) self = g_new0(BhBenchBluez, 1);
    int result = connect_bus(self, address);

    if (result < 0) {
        fprintf(stderr, "bench-air: %s: %s\n", address, g_strerror(-result));
        return NULL;
    }
    self->devices = devices;
    return g_steal_pointer(&self);
}

void
bh_bench_bluez_free(BhBenchBluez *self)
{
    sd_bus_flush_close_unref(self->bus);
    g_free(self);
}
