/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who BlueZ is now. Each owner of org.bluez begins a new generation: first everything of the old
 * one goes (adapters, paths, calls without an answer), then the new one's objects are read once,
 * then its signals count. Signals that arrive before the objects are older than these and ignored.
 */
#include "bh-bluez-central.h"
#include "bh-bluez-error.h"
#include "bh-bluez-made.h"
#include "bh-bluez-names.h"
#include "bh-bluez-private.h"

static void
set_synced(BhBluez *self)
{
    if (!self->synced) {
        self->synced = TRUE;
        self->sink->synced(self->sink_data);
    }
}

static gboolean
on_load_timer(gpointer data)
{
    BhBluez *self = data;

    self->load_timer = 0;
    bh_bluez_owner_load(self);
    return G_SOURCE_REMOVE;
}

static void
retry_load(BhBluez *self, const char *reason)
{
    guint wait_ms = bh_bluez_timing_backoff_ms(&self->timing, self->load_failures++);

    g_message("BlueZ's objects could not be read, trying again in %u ms: %s", wait_ms, reason);
    g_clear_handle_id(&self->load_timer, g_source_remove);
    self->load_timer = g_timeout_add(wait_ms, on_load_timer, self);
    set_synced(self);
}

void
bh_bluez_owner_end(BhBluez *self)
{
    g_clear_pointer(&self->load_slot, sd_bus_slot_unref);
    g_clear_handle_id(&self->load_timer, g_source_remove);
    self->load_failures = 0;
    bh_bluez_tree_drop(self);
    bh_bluez_central_owner_gone(self->central);
    if (self->loaded) {
        self->loaded = FALSE;
        g_clear_pointer(&self->version, g_free);
        self->sink->bluez_changed(self->sink_data, FALSE, NULL);
    }
}

static int
on_objects(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluez *self = data;
    const sd_bus_error *error = sd_bus_message_get_error(message);

    g_clear_pointer(&self->load_slot, sd_bus_slot_unref);
    if (error != NULL) {
        g_autofree char *text = bh_bluez_error_dup_text(error);
        retry_load(self, text);
        return 1;
    }
    if (bh_bluez_tree_load(self, message) < 0) {
        bh_bluez_tree_drop(self);
        retry_load(self, "the answer is malformed");
        return 1;
    }
    self->loaded = TRUE;
    bh_bluez_made_drop_former(self->central);
    self->sink->bluez_changed(self->sink_data, TRUE, self->version);
    set_synced(self);
    return 1;
}

static void
set_owner(BhBluez *self, const char *owner)
{
    if (g_strcmp0(self->bus->owner, owner) == 0)
        return;
    if (self->bus->owner != NULL)
        bh_bluez_owner_end(self);
    g_free(self->bus->owner);
    self->bus->owner = g_strdup(owner);
    if (owner != NULL)
        bh_bluez_owner_load(self);
}

static int
on_owner(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluez *self = data;
    const sd_bus_error *error = sd_bus_message_get_error(message);
    const char *owner = NULL;

    g_clear_pointer(&self->load_slot, sd_bus_slot_unref);
    if (error != NULL && !sd_bus_error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER)) {
        g_autofree char *text = bh_bluez_error_dup_text(error);
        retry_load(self, text);
        return 1;
    }
    if (error == NULL && sd_bus_message_read_basic(message, 's', &owner) < 0)
        owner = NULL;
    set_owner(self, owner);
    if (owner == NULL)
        set_synced(self);
    return 1;
}

/* Asks who BlueZ is or, once that is known, what it has. */
void
bh_bluez_owner_load(BhBluez *self)
{
    gboolean has_owner = self->bus->owner != NULL;
    g_autoptr(sd_bus_message) message =
        has_owner
            ? bh_bluez_bus_new_call(self->bus, "/", BH_DBUS_OBJECT_MANAGER, "GetManagedObjects")
            : bh_bluez_bus_new_driver_call(self->bus, "GetNameOwner");

    g_clear_pointer(&self->load_slot, sd_bus_slot_unref);
    if (message != NULL && (has_owner || sd_bus_message_append(message, "s", BH_BLUEZ_NAME) >= 0)) {
        self->load_slot =
            bh_bluez_bus_send(self->bus,
                              message,
                              has_owner ? self->timing.tree_ms : self->timing.check_ms,
                              has_owner ? on_objects : on_owner,
                              self);
    }
    if (self->load_slot == NULL)
        retry_load(self, "the call could not be sent");
}

void
bh_bluez_owner_changed(BhBluez *self, sd_bus_message *message)
{
    const char *name, *former, *owner;

    if (sd_bus_message_read(message, "sss", &name, &former, &owner) < 0 ||
        !g_str_equal(name, BH_BLUEZ_NAME))
        return;
    g_clear_handle_id(&self->load_timer, g_source_remove);
    set_owner(self, owner[0] != '\0' ? owner : NULL);
}
