/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Writes are fetched one call after the other, which misses none that is captured; everything else
 * comes by signals. After RadioOff nobody is waited for until the application is registered again:
 * a call would bring the radio back.
 */
#include "served.h"

#include "bh-error.h"
#include "event.h"
#include "progress.h"
#include "uuid-text.h"

#include <string.h>

/* What every line is made of */

static void
append_attribute(GString *out, const char *service, const char *characteristic, GVariant *details)
{
    const char *descriptor = NULL;
    guint32 instance = 0;

    bh_uuid_append_short(out, service);
    g_string_append_c(out, '/');
    bh_uuid_append_short(out, characteristic);
    if (g_variant_lookup(details, "Descriptor", "&s", &descriptor)) {
        g_string_append_c(out, '/');
        bh_uuid_append_short(out, descriptor);
    }
    if (g_variant_lookup(details, "Instance", "u", &instance) && instance > 0)
        g_string_append_printf(out, " (instance %u)", instance);
}

static JsonObject *
event_of_attribute(const char *name, const char *service, const char *characteristic)
{
    JsonObject *event = bh_event_new(name);

    json_object_set_string_member(event, "Service", service);
    json_object_set_string_member(event, "Characteristic", characteristic);
    return event;
}

/* BlueZ may not say who it was. */
static void
append_central(GString *out, const char *device)
{
    g_string_append(out, device[0] ? device : "a central");
}

static void
add_central(JsonObject *event, const char *device)
{
    if (device[0])
        json_object_set_string_member(event, "Address", device);
}

/* State */

static void
tell_state(BhServed *self)
{
    const char *state = bh_dbus_application1_get_state(self->application);
    const char *reason = bh_dbus_application1_get_last_error(self->application);
    const char *const *paths = bh_dbus_application1_get_adapters(self->application);
    g_autofree char *adapters = bh_event_dup_adapters(paths);
    g_autoptr(GString) prose = g_string_new(NULL);
    JsonObject *event = bh_event_new("state");

    json_object_set_string_member(event, "State", state);
    if (paths && paths[0]) {
        json_object_set_string_member(event, "Adapters", adapters);
        g_string_printf(prose, "serving on %s", adapters);
    } else {
        g_string_assign(prose, "serving waits");
    }
    if (reason && reason[0]) {
        json_object_set_string_member(event, "LastError", reason);
        g_string_append_printf(prose, ": %s", reason);
    }
    bh_event_tell(self->ctl, event, prose->str);
}

/* Writes */

static void wait_written(BhServed *self);

static void
tell_written(BhServed *self, GVariant *reply)
{
    g_autoptr(GVariant) value = g_variant_get_child_value(reply, 3);
    g_autoptr(GVariant) details = g_variant_get_child_value(reply, 4);
    g_autoptr(GString) prose = g_string_new(NULL);
    g_autofree char *text = NULL;
    const char *device, *service, *characteristic;
    const guint8 *bytes;
    JsonObject *event;
    gsize size;

    g_variant_get(reply, "(&s&s&s@ay@a{sv})", &device, &service, &characteristic, NULL, NULL);
    bytes = g_variant_get_fixed_array(value, &size, 1);
    text = bh_value_to_text(self->type, bytes, size);
    append_central(prose, device);
    g_string_append(prose, " wrote ");
    append_attribute(prose, service, characteristic, details);
    g_string_append_printf(prose, ": %s", text);
    event = event_of_attribute("written", service, characteristic);
    add_central(event, device);
    bh_value_add_to_json(self->type, bytes, size, event);
    bh_event_add(event, details);
    bh_event_tell(self->ctl, event, prose->str);
}

static gboolean
is_lost_radio(const GError *error)
{
    g_autofree char *name = g_dbus_error_get_remote_error(error);

    return g_strcmp0(name, bh_error_to_dbus_name(BH_ERROR_DISCONNECTED)) == 0;
}

static void
on_waited(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhServed *self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

    self->pending--;
    self->waiting = FALSE;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (reply) {
        tell_written(self, reply);
        wait_written(self);
    } else if (!is_lost_radio(error)) {
        bh_stay_end(self->stay, g_steal_pointer(&error));
    }
}

static void
wait_written(BhServed *self)
{
    self->pending++;
    self->waiting = TRUE;
    g_dbus_proxy_call(G_DBUS_PROXY(self->application),
                      "WaitWritten",
                      g_variant_new_parsed("({'TimeoutMs': <uint32 0>},)"),
                      G_DBUS_CALL_FLAGS_NONE,
                      G_MAXINT,
                      self->cancellable,
                      on_waited,
                      self);
}

static void
on_state(BhServed *self)
{
    const char *state = bh_dbus_application1_get_state(self->application);

    if (!state) /* blehubd went away */
        return;
    tell_state(self);
    if (!self->waiting && g_str_equal(state, "registered"))
        wait_written(self);
}

/* Reads that ask */

typedef struct {
    BhServed *served;
    guint64 token;
} Read;

/* It may have been too late. */
static void
on_completed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhServed *self = user_data;
    g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, NULL);

    self->pending--;
}

static void
on_value(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Read *read = user_data;
    BhServed *self = read->served;
    g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, NULL);
    g_autoptr(GVariant) value = NULL;

    if (!reply) {
        self->pending--;
        return;
    }
    value = g_variant_get_child_value(reply, 0);
    g_dbus_proxy_call(
        G_DBUS_PROXY(source),
        "CompleteRead",
        g_variant_new("(t@ay@a{sv})", read->token, value, g_variant_new("a{sv}", NULL)),
        G_DBUS_CALL_FLAGS_NONE,
        BH_CTL_TIMEOUT_MS,
        self->cancellable,
        on_completed,
        self);
}

/* Instance and Descriptor, which name the attribute. */
static GVariant *
build_name_options(GVariant *details)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    const char *descriptor;
    guint32 instance;

    if (g_variant_lookup(details, "Instance", "u", &instance))
        g_variant_dict_insert(dict, "Instance", "u", instance);
    if (g_variant_lookup(details, "Descriptor", "&s", &descriptor))
        g_variant_dict_insert(dict, "Descriptor", "s", descriptor);
    return g_variant_dict_end(dict);
}

static void
answer_read(BhServed *self,
            guint64 token,
            const char *service,
            const char *characteristic,
            GVariant *details)
{
    Read *read = g_new(Read, 1);

    *read = (Read){self, token};
    self->pending++;
    g_dbus_proxy_call(
        G_DBUS_PROXY(self->application),
        "GetValue",
        g_variant_new("(ss@a{sv})", service, characteristic, build_name_options(details)),
        G_DBUS_CALL_FLAGS_NONE,
        BH_CTL_TIMEOUT_MS,
        self->cancellable,
        on_value,
        read);
}

static void
on_read_requested(BhServed *self,
                  guint64 token,
                  const char *device,
                  const char *service,
                  const char *characteristic,
                  GVariant *details)
{
    g_autoptr(GString) prose = g_string_new(NULL);
    JsonObject *event = event_of_attribute("read", service, characteristic);

    answer_read(self, token, service, characteristic, details);
    append_central(prose, device);
    g_string_append(prose, " reads ");
    append_attribute(prose, service, characteristic, details);
    add_central(event, device);
    bh_event_add(event, details);
    bh_event_tell(self->ctl, event, prose->str);
}

/* Who is there */

static void
tell_central(BhServed *self, const char *name, const char *device, GVariant *details)
{
    g_autofree char *prose = g_strdup_printf("%s %s", device, name);
    JsonObject *event = bh_event_new(name);

    add_central(event, device);
    bh_event_add(event, details);
    bh_event_tell(self->ctl, event, prose);
}

static void
on_central_connected(BhServed *self, const char *device, GVariant *details)
{
    tell_central(self, "connected", device, details);
}

static void
on_central_disconnected(BhServed *self, const char *device, GVariant *details)
{
    tell_central(self, "disconnected", device, details);
}

static void
on_subscribers_changed(BhServed *self,
                       const char *service,
                       const char *characteristic,
                       GVariant *details)
{
    g_autoptr(GString) prose = g_string_new(NULL);
    JsonObject *event = event_of_attribute("subscribers", service, characteristic);
    gboolean certain = FALSE;
    guint32 count = 0;

    g_variant_lookup(details, "Count", "u", &count);
    g_variant_lookup(details, "Certain", "b", &certain);
    append_attribute(prose, service, characteristic, details);
    g_string_append_printf(prose,
                           ": %u subscribed%s",
                           count,
                           certain ? "" : ", as far as BlueZ tells");
    bh_event_add(event, details);
    bh_event_tell(self->ctl, event, prose->str);
}

/* Beginning */

gboolean
bh_served_begin(BhServed *self,
                const BhCtl *ctl,
                BhDbusHub1 *hub,
                GVariant *options,
                const BhValueType *type,
                GError **error)
{
    g_autoptr(GVariant) reply =
        bh_progress_call(G_DBUS_PROXY(hub),
                         "registering",
                         "RegisterApplication",
                         g_variant_new("(@aa{sv}@a{sv})", g_variant_new("aa{sv}", NULL), options),
                         error);
    const char *path;

    if (!reply)
        return FALSE;
    self->ctl = ctl;
    self->type = type;
    self->cancellable = g_cancellable_new();
    g_variant_get(reply, "(&o)", &path);
    self->application =
        bh_dbus_application1_proxy_new_sync(g_dbus_proxy_get_connection(G_DBUS_PROXY(hub)),
                                            G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                                            BH_CTL_BUS_NAME,
                                            path,
                                            NULL,
                                            error);
    return self->application != NULL;
}

void
bh_served_follow(BhServed *self, BhStay *stay)
{
    self->stay = stay;
    tell_state(self);
    g_object_connect(self->application,
                     "swapped-signal::notify::state",
                     on_state,
                     self,
                     "swapped-signal::read-requested",
                     on_read_requested,
                     self,
                     "swapped-signal::central-connected",
                     on_central_connected,
                     self,
                     "swapped-signal::central-disconnected",
                     on_central_disconnected,
                     self,
                     "swapped-signal::subscribers-changed",
                     on_subscribers_changed,
                     self,
                     NULL);
    wait_written(self);
}

void
bh_served_clear(BhServed *self)
{
    if (self->application)
        g_signal_handlers_disconnect_by_data(self->application, self);
    if (self->cancellable)
        g_cancellable_cancel(self->cancellable);
    while (self->pending > 0)
        g_main_context_iteration(NULL, TRUE);
    g_clear_object(&self->application);
    g_clear_object(&self->cancellable);
}
