/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Everything of one process and one thread; GDBus's own thread only carries bytes.
 */
#include "bh-serve-scene.h"

#include "bh-error.h"

#include <string.h>

static const char definition[] = "[service 180d]\n"
                                 "[characteristic 180d/2a37]\n"
                                 "Flags=read;notify\n"
                                 "Value=text:rate\n"
                                 "[descriptor 180d/2a37/2901]\n"
                                 "Flags=read\n"
                                 "Value=text:name\n"
                                 "[characteristic 180d/2a39]\n"
                                 "Flags=write\n"
                                 "Capture=true\n"
                                 "[characteristic 180d/2a38]\n"
                                 "Flags=read\n"
                                 "AskOnRead=true\n"
                                 "Value=text:stored\n"
                                 "[characteristic 180d/2a35]\n"
                                 "Flags=indicate\n"
                                 "Value=text:value\n";

/* Beginning and end */

static gboolean
refuse_reload(gpointer user_data, GError **error)
{
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FAILED, "there is no configuration");
    return FALSE;
}

static void
on_started(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhServeScene *self = user_data;
    g_autoptr(GError) error = NULL;

    ck_assert(bh_service_start_finish(self->service, result, &error));
    g_assert_no_error(error);
    self->client = g_object_ref(self->bus.connection);
}

void
bh_serve_scene_come(BhServeScene *self)
{
    const BhServiceSettings settings = {
        .defaults = {.lease_ms = 60000, .discover_ms = 5000},
        .max_clients = 16,
    };

    self->server = bh_fixture_connect(&self->bus);
    self->service =
        bh_service_new(self->server, self->hub.hub, self->log, &settings, refuse_reload, NULL);
    bh_service_start_async(self->service, on_started, self);
    BH_AWAIT(self->client != NULL);
}

void
bh_serve_scene_leave(BhServeScene *self)
{
    bh_service_stop(self->service);
    g_clear_pointer(&self->service, bh_service_free);
    g_clear_object(&self->client);
    hub_fixture_turn();
    bh_fixture_disconnect(&self->server);
}

void
bh_serve_scene_init(BhServeScene *self)
{
    self->log = bh_log_settings_install(); /* before there are threads */
    bh_fixture_init(&self->bus);
    hub_fixture_init(&self->hub);
    self->peripheral = fake_radio_peek_peripheral(self->hub.radio);
    bh_serve_scene_come(self);
}

void
bh_serve_scene_clear(BhServeScene *self)
{
    if (self->log == NULL)
        return;
    if (self->service != NULL)
        bh_serve_scene_leave(self);
    hub_fixture_clear(&self->hub);
    bh_fixture_clear(&self->bus);
}

void
bh_serve_scene_advance(BhServeScene *self, gint64 ms)
{
    bh_clock_advance(self->hub.clock, ms);
    hub_fixture_turn();
}

/* Calls */

static const char *
interface_of(const char *path)
{
    if (strstr(path, "/application/") != NULL)
        return BH_SERVE_APPLICATION;
    if (strstr(path, "/advertisement/") != NULL)
        return BH_SERVE_ADVERTISEMENT;
    return strstr(path, "/adapter/") != NULL ? "org.blehub.Adapter1" : BH_SERVE_HUB;
}

static void
on_called(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhServeCall *call = user_data;

    call->reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &call->error);
    call->done = TRUE;
}

static void
begin(GDBusConnection *client,
      const char *path,
      const char *interface,
      const char *method,
      GVariant *arguments,
      BhServeCall *call)
{
    *call = (BhServeCall){0};
    g_dbus_connection_call(client,
                           "org.blehub",
                           path,
                           interface,
                           method,
                           arguments,
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           G_MAXINT,
                           NULL,
                           on_called,
                           call);
}

static GVariant *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *value = g_variant_parse(NULL, text, NULL, NULL, &error);

    ck_assert_msg(value != NULL, "%s: %s", text, error != NULL ? error->message : "");
    return value;
}

void
bh_serve_scene_begin(GDBusConnection *client,
                     const char *path,
                     const char *method,
                     const char *arguments,
                     BhServeCall *call)
{
    g_autoptr(GVariant) parsed = parse(arguments);

    begin(client, path, interface_of(path), method, parsed, call);
}

/* "Timeout: message" */
static char *
dup_error(const GError *error)
{
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    g_autoptr(GError) stripped = g_error_copy(error);

    g_dbus_error_strip_remote_error(stripped);
    ck_assert_msg(name != NULL && g_str_has_prefix(name, BH_ERROR_DBUS_PREFIX),
                  "%s: %s",
                  name,
                  stripped->message);
    return g_strdup_printf("%s: %s", name + strlen(BH_ERROR_DBUS_PREFIX), stripped->message);
}

char *
bh_serve_call_dup_end(BhServeCall *self)
{
    char *end;

    BH_AWAIT(self->done);
    end = self->reply != NULL ? g_variant_print(self->reply, FALSE) : dup_error(self->error);
    bh_serve_call_clear(self);
    return end;
}

void
bh_serve_call_clear(BhServeCall *self)
{
    g_clear_pointer(&self->reply, g_variant_unref);
    g_clear_error(&self->error);
    self->done = FALSE;
}

char *
bh_serve_scene_call(GDBusConnection *client,
                    const char *path,
                    const char *method,
                    const char *arguments)
{
    BhServeCall call;

    bh_serve_scene_begin(client, path, method, arguments, &call);
    return bh_serve_call_dup_end(&call);
}

char *
bh_serve_scene_get(GDBusConnection *client, const char *path, const char *property)
{
    g_autoptr(GVariant) value = NULL;
    g_auto(BhServeCall) call = {0};

    begin(client,
          path,
          "org.freedesktop.DBus.Properties",
          "Get",
          g_variant_new("(ss)", interface_of(path), property),
          &call);
    BH_AWAIT(call.done);
    g_assert_no_error(call.error);
    g_variant_get(call.reply, "(v)", &value);
    return g_variant_print(value, FALSE);
}

/* Objects */

static char *
take_path(BhServeCall *call)
{
    char *path = NULL;

    BH_AWAIT(call->done);
    g_assert_no_error(call->error);
    g_variant_get(call->reply, "(o)", &path);
    bh_serve_call_clear(call);
    return path;
}

char *
bh_serve_scene_register(BhServeScene *self, GDBusConnection *client, const char *options)
{
    g_autoptr(GVariant) given = parse(options);
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(given);
    guint id = ++self->last_id;
    BhServeCall call;

    g_variant_dict_insert(&dict, "Definition", "s", definition);
    begin(
        client,
        "/org/blehub",
        BH_SERVE_HUB,
        "RegisterApplication",
        g_variant_new("(@aa{sv}@a{sv})", g_variant_new("aa{sv}", NULL), g_variant_dict_end(&dict)),
        &call);
    BH_AWAIT(fake_peripheral_get_application(self->peripheral, id) != 0 || call.done);
    if (!call.done)
        fake_peripheral_serve(self->peripheral, id, 0, -1);
    return take_path(&call);
}

char *
bh_serve_scene_advertise(BhServeScene *self, GDBusConnection *client, const char *options)
{
    g_autofree char *arguments = g_strdup_printf("(%s,)", options);
    guint id = ++self->last_id;
    BhServeCall call;

    bh_serve_scene_begin(client, "/org/blehub", "Advertise", arguments, &call);
    BH_AWAIT(fake_peripheral_get_advertisement(self->peripheral, id) != 0 || call.done);
    if (!call.done)
        fake_peripheral_advertise(self->peripheral, id, 0, -1);
    return take_path(&call);
}

/* Signals */

static void
on_signal(GDBusConnection *client,
          const char *sender,
          const char *path,
          const char *interface,
          const char *name,
          GVariant *arguments,
          gpointer user_data)
{
    g_autofree char *text = g_variant_print(arguments, FALSE);
    GString *heard = user_data;

    g_string_append_printf(heard, "%s%s%s", heard->len > 0 ? " " : "", name, text);
}

static void
free_heard(gpointer heard)
{
    g_string_free(heard, TRUE);
}

GString *
bh_serve_scene_listen(GDBusConnection *client, const char *path)
{
    GString *heard = g_string_new(NULL);

    g_dbus_connection_signal_subscribe(client,
                                       NULL,
                                       NULL,
                                       NULL,
                                       path,
                                       NULL,
                                       G_DBUS_SIGNAL_FLAGS_NONE,
                                       on_signal,
                                       heard,
                                       free_heard);
    return heard;
}
