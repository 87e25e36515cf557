/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * BlueZ's objects of remote attributes: the input is a script that adds and removes objects with
 * paths and properties of any type, as no real BlueZ would. The bus lets only well-formed messages
 * through, so it is what they say that is wrong. What is made of them must be a database whose
 * every attribute can be found again, under the device it belongs to.
 */
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "bh-bluez-gatt.h"
#include "bh-bluez-report.h"
#include "fuzz.h"

#define DEVICE "/org/bluez/hci0/dev_C0_00_00_00_00_01"
#define PROPERTIES_MAX 8

typedef struct {
    const uint8_t *data;
    size_t left;
} Script;

static uint8_t
take(Script *script)
{
    if (script->left == 0)
        return 0;
    script->left--;
    return *script->data++;
}

#define PICK(script, table) (table)[take(script) % G_N_ELEMENTS(table)]

/* Messages */

/* One that goes nowhere; messages need a bus that was started. */
static sd_bus *
new_bus(void)
{
    int fds[2];
    sd_bus *bus = NULL;

    g_assert_cmpint(pipe(fds), ==, 0);
    g_assert_cmpint(sd_bus_new(&bus), >=, 0);
    g_assert_cmpint(sd_bus_set_fd(bus, fds[0], fds[1]), >=, 0);
    g_assert_cmpint(sd_bus_start(bus), >=, 0);
    return bus;
}

static void
append_value(sd_bus_message *message, Script *script)
{
    static const char *const uuids[] = {"180d",
                                        "00002a37-0000-1000-8000-00805f9b34fb",
                                        "",
                                        "no uuid",
                                        "0000180f-0000-1000-8000"};
    static const char *const flags[] = {"read", "notify", "", "extended-properties", "nonsense"};
    uint8_t bytes[16];

    for (gsize i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(take(script) + i);
    switch (take(script) % 7) {
    case 0:
        sd_bus_message_append(message, "v", "s", PICK(script, uuids));
        break;
    case 1:
        sd_bus_message_append(message, "v", "b", bytes[0] & 1);
        break;
    case 2:
        sd_bus_message_append(message, "v", "as", 2, PICK(script, flags), PICK(script, flags));
        break;
    case 3:
        sd_bus_message_append(message, "v", "q", bytes[0] | bytes[1] << 8);
        break;
    case 4:
        sd_bus_message_append(message, "v", "a{sv}", 1, PICK(script, flags), "y", bytes[0]);
        break;
    case 5:
        sd_bus_message_append(message, "v", "v", "s", PICK(script, uuids));
        break;
    default:
        sd_bus_message_open_container(message, 'v', "ay");
        sd_bus_message_append_array(message, 'y', bytes, bytes[0] % sizeof(bytes));
        sd_bus_message_close_container(message);
    }
}

/* The a{sv} of an interface, ready to be read. */
static sd_bus_message *
new_properties(sd_bus *bus, Script *script)
{
    static const char *const names[] =
        {"UUID", "Primary", "Flags", "Value", "UUIDs", "Connected", "Address", "AddressType", ""};
    sd_bus_message *message = NULL;
    guint n = take(script) % PROPERTIES_MAX;

    g_assert_cmpint(sd_bus_message_new_signal(bus, &message, "/", "a.b", "C"), >=, 0);
    sd_bus_message_open_container(message, 'a', "{sv}");
    for (guint i = 0; i < n; i++) {
        sd_bus_message_open_container(message, 'e', "sv");
        sd_bus_message_append(message, "s", PICK(script, names));
        append_value(message, script);
        sd_bus_message_close_container(message);
    }
    sd_bus_message_close_container(message);
    g_assert_cmpint(sd_bus_message_seal(message, 1, 0), >=, 0);
    return message;
}

/* Objects */

static char *
new_path(Script *script)
{
    static const char *const parts[] = {"/service0001",
                                        "/char0002",
                                        "/desc0004",
                                        "/service00",
                                        "/charffff",
                                        "/service",
                                        "/dev_",
                                        "/char000x"};
    GString *path = g_string_new(take(script) % 8 == 0 ? "" : DEVICE);
    guint n = take(script) % 4;

    for (guint i = 0; i < n; i++) {
        guint8 digits = take(script);
        g_string_append(path, PICK(script, parts));
        if (digits % 4 == 0)
            g_string_truncate(path, path->len > 2 ? path->len - 2 : 0);
        if (digits % 4 == 0)
            g_string_append_printf(path, "%02x", digits);
    }
    return g_string_free(path, FALSE);
}

static void
read_twice(BhBluezGatt *gatt, sd_bus_message *message, const char *path, BhBluezGattKind kind)
{
    BhBluezProperties properties;
    guint64 malformed = 0;

    g_assert_cmpint(bh_bluez_gatt_read(gatt, path, kind, message, &malformed), >=, 0);
    g_assert_cmpint(sd_bus_message_rewind(message, TRUE), >=, 0);
    bh_bluez_properties_init(&properties);
    g_assert_cmpint(bh_bluez_properties_read(&properties, message, FALSE), >=, 0);
    bh_bluez_properties_clear(&properties);
}

static void
run_step(sd_bus *bus, BhBluezGatt *gatt, Script *script)
{
    BhBluezGattKind kind = take(script) % (BH_BLUEZ_GATT_BATTERY + 1);
    uint8_t step = take(script);
    g_autofree char *path = new_path(script);

    if (step % 8 == 7) {
        bh_bluez_gatt_remove_device(gatt, path);
    } else if (step % 4 == 3) {
        bh_bluez_gatt_remove(gatt, path, kind);
    } else {
        sd_bus_message *message = new_properties(bus, script);
        read_twice(gatt, message, path, kind);
        sd_bus_message_unref(message);
    }
}

/* Results */

static void
check_found(BhBluezGatt *gatt, guint16 handle)
{
    BhBluezGattPlace place = {0};

    g_assert_true(bh_bluez_gatt_find(gatt, DEVICE, handle, &place));
    g_assert_true(g_str_has_prefix(place.path, DEVICE));
    g_free(place.path);
}

static void
check_service(BhBluezGatt *gatt, const BhGattService *service)
{
    for (guint i = 0; i < service->characteristics->len; i++) {
        const BhGattCharacteristic *characteristic =
            &g_array_index(service->characteristics, BhGattCharacteristic, i);
        check_found(gatt, characteristic->handle);
        for (guint k = 0; k < characteristic->descriptors->len; k++)
            check_found(gatt,
                        g_array_index(characteristic->descriptors, BhGattDescriptor, k).handle);
    }
}

static void
check_database(BhBluezGatt *gatt)
{
    g_autoptr(BhGattDatabase) database = bh_bluez_gatt_build(gatt, DEVICE);
    g_autofree char *any = bh_bluez_gatt_dup_characteristic(gatt, DEVICE);
    const GArray *services = bh_gatt_database_peek_services(database);

    for (guint i = 0; i < services->len; i++)
        check_service(gatt, &g_array_index(services, BhGattService, i));
    g_assert_true(services->len == 0 || bh_bluez_gatt_get_change(gatt, DEVICE) != 0);
    g_assert_true(any == NULL || g_str_has_prefix(any, DEVICE));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sd_bus *bus = new_bus();
    g_autoptr(BhBluezGatt) gatt = bh_bluez_gatt_new();
    Script script = {data, size};

    while (script.left > 0)
        run_step(bus, gatt, &script);
    check_database(gatt);
    sd_bus_close_unref(bus);
    return 0;
}
