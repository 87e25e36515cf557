/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The sink answers nothing: a test does, when it has seen what was asked.
 */
#include "bh-server-scene.h"

#include <string.h>

#include "bh-application-definition.h"

#define SIM_NAME "org.blehub.Sim"
#define SIM_PATH "/org/blehub/sim"
#define SIM_INTERFACE "org.blehub.Sim1"
#define ADAPTER "hci0"
#define PATIENCE_MS 5000 /* with one call to BlueZ */
#define ONE_ADAPTER "[adapter radio]\nAddress=00:AA:01:00:00:01\n"

/* Sink */

static void add(GString *told, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
add(GString *told, const char *format, ...)
{
    va_list arguments;

    if (told->len > 0)
        g_string_append_c(told, ' ');
    va_start(arguments, format);
    g_string_append_vprintf(told, format, arguments);
    va_end(arguments);
}

/* The last digit of its address. */
static const char *
name_of(const BhLinkKey *key, char name[BH_ADDRESS_TEXT_SIZE])
{
    if (key->slot == G_MAXUINT8)
        return "somebody";
    bh_address_format(&key->address, name);
    return name + BH_ADDRESS_TEXT_SIZE - 2;
}

static void
add_registered(BhServerScene *self, const char *what, const GError *error)
{
    if (error == NULL)
        add(self->events, "%s+", what);
    else
        add(self->events, "%s-%d", what, error->code);
}

static void
on_application_changed(gpointer data, guint id, guint8 slot, const GError *error)
{
    add_registered(data, "app", error);
}

static void
on_advertisement_changed(gpointer data, guint id, guint8 slot, const GError *error)
{
    g_autofree char *name = g_strdup_printf("adv%u", id);

    add_registered(data, name, error);
}

static void
on_read(gpointer data,
        guint id,
        guint attribute,
        const BhPeripheralCentral *central,
        guint16 offset,
        BhPeripheralRequest *request)
{
    BhServerScene *self = data;
    char name[BH_ADDRESS_TEXT_SIZE];

    add(self->requests, "%s read %u+%u", name_of(&central->key, name), attribute, offset);
    g_queue_push_tail(&self->open, request);
}

static void
on_write(gpointer data,
         guint id,
         guint attribute,
         const BhPeripheralCentral *central,
         guint16 offset,
         GBytes *value,
         BhPeripheralRequest *request)
{
    BhServerScene *self = data;
    char name[BH_ADDRESS_TEXT_SIZE];
    gsize size = 0;
    gconstpointer bytes = value != NULL ? g_bytes_get_data(value, &size) : NULL;
    g_autofree char *hex = bh_test_hex(bytes, size);

    add(self->requests,
        "%s %s %u+%u%s%s",
        name_of(&central->key, name),
        value != NULL ? "write" : "asks",
        attribute,
        offset,
        value != NULL ? " " : "",
        hex);
    g_queue_push_tail(&self->open, request);
}

static void
on_withdrawn(gpointer data, BhPeripheralRequest *request)
{
    BhServerScene *self = data;

    ck_assert(g_queue_remove(&self->open, request));
    add(self->events, "withdrawn");
}

static void
on_subscribers_changed(gpointer data, guint id, guint attribute)
{
}

static void
on_central_changed(gpointer data, const BhPeripheralCentral *central)
{
    BhServerScene *self = data;
    char name[BH_ADDRESS_TEXT_SIZE];

    if (central->connected && central->mtu != 0)
        return; /* the MTU became known */
    add(self->events,
        "%s%s",
        name_of(&central->key, name),
        !central->connected ? "-"
        : central->bonded   ? "+bonded"
                            : "+");
}

static const BhPeripheralSink sink = {
    .application_changed = on_application_changed,
    .advertisement_changed = on_advertisement_changed,
    .read = on_read,
    .write = on_write,
    .withdrawn = on_withdrawn,
    .subscribers_changed = on_subscribers_changed,
    .central_changed = on_central_changed,
};

void
bh_server_scene_await(GString *told, const char *wanted, const char *file, int line)
{
    gint64 deadline_us = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;

    while (strlen(told->str) < strlen(wanted))
        bh_fixture_turn(deadline_us, wanted, file, line);
    ck_assert_str_eq(told->str, wanted);
    g_string_truncate(told, 0);
}

BhPeripheralRequest *
bh_server_scene_take_open(BhServerScene *self)
{
    return g_queue_pop_head(&self->open);
}

char *
bh_server_scene_dup_subscribers(BhServerScene *self, guint attribute)
{
    BhPeripheralSubscribers list;
    GString *text = g_string_new(NULL);

    bh_peripheral_get_subscribers(self->peripheral, 1, attribute, &list);
    for (guint i = 0; i < list.centrals->len; i++) {
        char name[BH_ADDRESS_TEXT_SIZE];
        add(text, "%s", name_of(&g_array_index(list.centrals, BhLinkKey, i), name));
    }
    if (list.n != list.centrals->len)
        add(text, "of %u", list.n);
    g_string_append(text, list.certain ? ";" : "?");
    return g_string_free(text, FALSE);
}

/* Centrals */

BhLinkKey
bh_server_scene_key(const char *central)
{
    BhLinkKey key = {.slot = 0};

    ck_assert(bh_address_parse(central, BH_ADDRESS_RANDOM, &key.address, NULL));
    return key;
}

/* The simulator asks this process while it does so. */
static void
on_called(GObject *source, GAsyncResult *result, gpointer data)
{
    BhCentralCall *call = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (error != NULL) {
        g_autofree char *name = g_dbus_error_get_remote_error(error);
        call->end = g_strdup(name != NULL ? strrchr(name, '.') + 1 : error->message);
    } else if (g_variant_n_children(reply) == 0) {
        call->end = g_strdup("ok");
    } else {
        g_autoptr(GVariant) value = g_variant_get_child_value(reply, 0);
        gsize size = 0;
        gconstpointer bytes = g_variant_get_fixed_array(value, &size, 1);
        call->end = bh_test_hex(bytes, size);
    }
}

static void
call_sim(BhServerScene *self, const char *method, GVariant *arguments, BhCentralCall *call)
{
    g_dbus_connection_call(self->bus.connection,
                           SIM_NAME,
                           SIM_PATH,
                           SIM_INTERFACE,
                           method,
                           arguments,
                           NULL,
                           G_DBUS_CALL_FLAGS_NONE,
                           -1,
                           NULL,
                           on_called,
                           call);
}

void
bh_server_scene_call_object(BhServerScene *self,
                            const char *name,
                            const char *method,
                            BhCentralCall *call)
{
    g_dbus_connection_call(self->bus.connection,
                           name,
                           "/org/blehub/served/a1/h0/s0/c0",
                           "org.bluez.GattCharacteristic1",
                           method,
                           g_variant_new_parsed("(@a{sv} {},)"),
                           NULL,
                           G_DBUS_CALL_FLAGS_NONE,
                           -1,
                           NULL,
                           on_called,
                           call);
}

void
bh_central_call_clear(BhCentralCall *self)
{
    g_clear_pointer(&self->end, g_free);
}

void
bh_server_scene_read(BhServerScene *self,
                     const char *central,
                     const char *attribute,
                     guint16 offset,
                     BhCentralCall *call)
{
    call_sim(self,
             "CentralRead",
             g_variant_new("(sssq)", ADAPTER, central, attribute, offset),
             call);
}

void
bh_server_scene_write(BhServerScene *self,
                      const char *central,
                      const char *attribute,
                      const char *hex,
                      GVariant *options,
                      BhCentralCall *call)
{
    gsize size = 0;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);

    if (options == NULL)
        options = g_variant_new_parsed("@a{sv} {}");
    call_sim(self,
             "CentralWrite",
             g_variant_new("(sss@ay@a{sv})",
                           ADAPTER,
                           central,
                           attribute,
                           g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, size, 1),
                           options),
             call);
}

void
bh_server_scene_connect(BhServerScene *self, const char *central, gboolean bonded)
{
    g_autoptr(GVariant) options =
        g_variant_ref_sink(g_variant_new_parsed("{'Bonded': <%b>}", bonded));

    bh_fixture_tell_sim(&self->bus,
                        "CentralConnect",
                        g_variant_new("(ss@a{sv})", ADAPTER, central, options));
}

void
bh_server_scene_bond(BhServerScene *self, const char *central, const char *identity)
{
    bh_fixture_tell_sim(&self->bus,
                        "CentralBond",
                        g_variant_new("(sss)", ADAPTER, central, identity));
}

void
bh_server_scene_disconnect(BhServerScene *self, const char *central)
{
    bh_fixture_tell_sim(&self->bus, "CentralDisconnect", g_variant_new("(ss)", ADAPTER, central));
}

void
bh_server_scene_confirm(BhServerScene *self, const char *central)
{
    bh_fixture_tell_sim(&self->bus, "CentralConfirm", g_variant_new("(ss)", ADAPTER, central));
}

/* The application is asked meanwhile. */
void
bh_server_scene_configure(BhServerScene *self,
                          const char *central,
                          const char *attribute,
                          guint16 configuration)
{
    g_auto(BhCentralCall) call = {0};

    call_sim(self,
             "CentralConfigure",
             g_variant_new("(sssq)", ADAPTER, central, attribute, configuration),
             &call);
    BH_ASSERT_CALL(&call, "ok");
}

char *
bh_server_scene_dup_told(BhServerScene *self, const char *central, const char *attribute)
{
    g_autoptr(GVariant) reply =
        bh_fixture_call_sim(&self->bus,
                            "CentralTake",
                            g_variant_new("(sss)", ADAPTER, central, attribute));
    g_autoptr(GVariant) values = g_variant_get_child_value(reply, 0);
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < g_variant_n_children(values); i++) {
        g_autoptr(GVariant) value = g_variant_get_child_value(values, i);
        gsize size = 0;
        gconstpointer bytes = g_variant_get_fixed_array(value, &size, 1);
        g_autofree char *hex = bh_test_hex(bytes, size);
        add(text, "%s", size > 0 ? hex : "-");
    }
    return g_string_free(text, FALSE);
}

/* What is wanted */

static BhApplicationDefinition *
new_definition(void)
{
    static const char text[] =
        "[{'UUID': <'181a'>, 'Characteristics': <["
        "{'UUID': <'2a6e'>, 'Flags': <['read', 'notify']>, 'Descriptors': <["
        "{'UUID': <'2901'>, 'Flags': <['read']>}]>}, "
        "{'UUID': <'2a6f'>, 'Flags': <['read', 'indicate']>}]>}, "
        "{'UUID': <'1815'>, 'Characteristics': <["
        "{'UUID': <'2a58'>, 'Flags': <['read', 'write']>}, "
        "{'UUID': <'2a59'>, 'Flags': <['write', 'write-without-response']>}, "
        "{'UUID': <'2a5a'>, 'Flags': <['notify', 'indicate']>}]>}]";
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) services =
        g_variant_parse(G_VARIANT_TYPE("aa{sv}"), text, NULL, NULL, &error);

    g_assert_no_error(error);
    BhApplicationDefinition *definition = bh_application_definition_from_variant(services, &error);
    g_assert_no_error(error);
    return definition;
}

void
bh_server_scene_serve(BhServerScene *self)
{
    bh_peripheral_set_application(self->peripheral, 1, self->definition, G_MAXUINT16);
}

void
bh_server_scene_advertise(BhServerScene *self, guint id, const char *name)
{
    const BhAdvertSpec spec = {
        .name = (char *)name,
        .connectable = TRUE,
        .discoverable = BH_DISCOVERABLE_GENERAL,
    };

    bh_peripheral_set_advertisement(self->peripheral, id, &spec, G_MAXUINT16);
}

void
bh_server_scene_restart_bluez(BhServerScene *self)
{
    bh_fixture_tell_sim(&self->bus, "Restart", g_variant_new("(u)", 0));
    BH_AWAIT(!self->radio.bluez_present);
    BH_AWAIT(self->radio.bluez_present);
}

/* Life */

void
bh_server_scene_init(BhServerScene *self, const char *version)
{
    bh_server_scene_init_patient(self, version, PATIENCE_MS);
}

void
bh_server_scene_init_patient(BhServerScene *self, const char *version, guint call_ms)
{
    BhBluezTiming timing = bh_recorder_timing;

    timing.call_ms = call_ms;
    bh_fixture_init(&self->bus);
    bh_fixture_start_sim_version(&self->bus, version != NULL ? version : "5.66", ONE_ADAPTER);
    bh_recorder_init(&self->radio, self->bus.address, &timing);
    self->peripheral = BH_PERIPHERAL(self->radio.bluez);
    self->definition = new_definition();
    self->events = g_string_new(NULL);
    self->requests = g_string_new(NULL);
    bh_peripheral_set_sink(self->peripheral, &sink, self);
    bh_recorder_start(&self->radio);
    BH_AWAIT(self->radio.bluez_present);
}

void
bh_server_scene_init_serving(BhServerScene *self, const char *version)
{
    bh_server_scene_init(self, version);
    bh_server_scene_serve(self);
    BH_AWAIT_EVENTS(self, "app+");
}

void
bh_server_scene_clear(BhServerScene *self)
{
    if (self->peripheral == NULL)
        return;
    bh_recorder_clear(&self->radio);
    bh_application_definition_unref(self->definition);
    g_string_free(self->events, TRUE);
    g_string_free(self->requests, TRUE);
    g_queue_clear(&self->open);
    bh_fixture_clear(&self->bus);
}
