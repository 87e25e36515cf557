/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * After RadioOff nobody is waited for until the advertisement is on the air again: a call would
 * bring the radio back.
 */
#include "on-air.h"

#include "bh-error.h"
#include "bh-hex.h"
#include "event.h"
#include "progress.h"

/* State */

static void
tell_state(BhOnAir *self)
{
    const char *state = bh_dbus_advertisement1_get_state(self->advertisement);
    const char *reason = bh_dbus_advertisement1_get_last_error(self->advertisement);
    const char *const *paths = bh_dbus_advertisement1_get_adapters(self->advertisement);
    g_autofree char *adapters = bh_event_dup_adapters(paths);
    g_autofree char *prose = NULL;
    JsonObject *event = bh_event_new("state");

    json_object_set_string_member(event, "State", state);
    if (paths && paths[0]) {
        json_object_set_string_member(event, "Adapters", adapters);
        prose = g_strdup_printf("advertising on %s", adapters);
    } else if (g_str_equal(state, "waiting") && reason && reason[0]) {
        json_object_set_string_member(event, "LastError", reason);
        prose = g_strdup_printf("advertising waits: %s", reason);
    } else {
        prose = g_strdup_printf("advertising %s", g_str_equal(state, "waiting") ? "waits" : state);
    }
    bh_event_tell(self->ctl, event, prose);
}

/* Centrals */

static void wait_connected(BhOnAir *self);

static void
tell_connected(BhOnAir *self, GVariant *reply)
{
    g_autoptr(GVariant) details = g_variant_get_child_value(reply, 1);
    JsonObject *event = bh_event_new("connected");
    g_autofree char *prose = NULL;
    const char *device;

    g_variant_get_child(reply, 0, "&s", &device);
    prose = g_strdup_printf("%s connected", device);
    json_object_set_string_member(event, "Address", device);
    bh_event_add(event, details);
    bh_event_tell(self->ctl, event, prose);
}

static gboolean
is_error(const GError *error, BhError code)
{
    g_autofree char *name = g_dbus_error_get_remote_error(error);

    return g_strcmp0(name, bh_error_to_dbus_name(code)) == 0;
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhOnAir *self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

    self->waiting = FALSE;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (reply)
        tell_connected(self, reply);
    if ((reply && self->until_connected) || (error && is_error(error, BH_ERROR_TIMEOUT)))
        bh_stay_end(self->stay, NULL);
    else if (reply)
        wait_connected(self);
    else if (is_error(error, BH_ERROR_NOT_SUPPORTED))
        self->lonely = TRUE;
    else if (!is_error(error, BH_ERROR_DISCONNECTED))
        bh_stay_end(self->stay, g_steal_pointer(&error));
}

static void
wait_connected(BhOnAir *self)
{
    self->waiting = TRUE;
    g_dbus_proxy_call(G_DBUS_PROXY(self->advertisement),
                      "WaitConnected",
                      g_variant_new_parsed("({'TimeoutMs': <uint32 0>},)"),
                      G_DBUS_CALL_FLAGS_NONE,
                      G_MAXINT,
                      self->cancellable,
                      on_connected,
                      self);
}

static void
on_state(BhOnAir *self)
{
    const char *state = bh_dbus_advertisement1_get_state(self->advertisement);

    if (!state) /* blehubd went away */
        return;
    tell_state(self);
    if (!self->stay || self->waiting)
        return;
    if (g_str_equal(state, "ended"))
        bh_stay_end(self->stay, NULL);
    else if (g_str_equal(state, "active") && !self->lonely)
        wait_connected(self);
}

/* Beginning */

static void
append_packet(GString *out, JsonObject *event, GVariant *packets, const char *key, const char *name)
{
    g_autoptr(GVariant) packet = g_variant_lookup_value(packets, key, G_VARIANT_TYPE_BYTESTRING);
    gsize size = 0;
    const guint8 *bytes = packet ? g_variant_get_fixed_array(packet, &size, 1) : NULL;
    g_autofree char *hex = bh_hex_from_bytes(bytes, size);

    if (size == 0)
        return;
    json_object_set_string_member(event, key, hex);
    g_string_append_printf(out, "%s%s %s (%zu)", out->len > 0 ? ", " : "", name, hex, size);
}

static void
tell_packets(BhOnAir *self)
{
    GVariant *packets = bh_dbus_advertisement1_get_packets(self->advertisement);
    g_autoptr(GString) prose = g_string_new(NULL);
    JsonObject *event = bh_event_new("packets");

    append_packet(prose, event, packets, "AdvertisingData", "advertising data");
    append_packet(prose, event, packets, "ScanResponse", "scan response");
    bh_event_tell(self->ctl, event, prose->len > 0 ? prose->str : "no data");
}

gboolean
bh_on_air_begin(BhOnAir *self, const BhCtl *ctl, BhDbusHub1 *hub, GVariant *options, GError **error)
{
    g_autoptr(GVariant) reply = bh_progress_call(G_DBUS_PROXY(hub),
                                                 "advertising",
                                                 "Advertise",
                                                 g_variant_new("(@a{sv})", options),
                                                 error);
    const char *path;

    if (!reply)
        return FALSE;
    self->ctl = ctl;
    self->cancellable = g_cancellable_new();
    g_variant_get(reply, "(&o)", &path);
    self->advertisement =
        bh_dbus_advertisement1_proxy_new_sync(g_dbus_proxy_get_connection(G_DBUS_PROXY(hub)),
                                              G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                                              BH_CTL_BUS_NAME,
                                              path,
                                              NULL,
                                              error);
    return self->advertisement != NULL;
}

void
bh_on_air_follow(BhOnAir *self, BhStay *stay, gboolean tell_centrals)
{
    self->stay = tell_centrals ? stay : NULL;
    tell_packets(self);
    tell_state(self);
    g_signal_connect_swapped(self->advertisement, "notify::state", G_CALLBACK(on_state), self);
    if (tell_centrals)
        wait_connected(self);
}

void
bh_on_air_clear(BhOnAir *self)
{
    if (self->advertisement)
        g_signal_handlers_disconnect_by_data(self->advertisement, self);
    if (self->cancellable)
        g_cancellable_cancel(self->cancellable);
    while (self->waiting)
        g_main_context_iteration(NULL, TRUE);
    g_clear_object(&self->advertisement);
    g_clear_object(&self->cancellable);
}
