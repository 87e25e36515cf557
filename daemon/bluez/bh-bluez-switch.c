/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The property says whether it is done; what BlueZ answers is only looked at for errors.
 */
#include "bh-bluez-switch.h"

#include "bh-bluez-error.h"
#include "bh-bluez-names.h"

struct BhBluezSwitch {
    BhBluezBus *bus;
    const BhBluezTiming *timing;
    void (*changed)(gpointer data);
    gpointer data;
    BhRadioPower wanted;
    gboolean seen_on; /* since on was wanted, or the adapter came */
    gboolean cut;     /* off is our doing */
    char *path;       /* NULL = not there */
    gboolean powered;
    sd_bus_slot *call;
    gboolean asked_on; /* what the call under way is for */
    guint timer;
    guint failures;
    char *error;
};

static void reconcile(BhBluezSwitch *self);

/* Calls */

sd_bus_message *
bh_bluez_switch_new_call(BhBluezBus *bus, const char *adapter, gboolean powered)
{
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(bus, adapter, BH_DBUS_PROPERTIES, "Set");

    if (message == NULL ||
        sd_bus_message_append(message, "ssv", BH_BLUEZ_ADAPTER, "Powered", "b", (int)powered) < 0)
        return NULL;
    return g_steal_pointer(&message);
}

static gboolean
on_timer(gpointer data)
{
    BhBluezSwitch *self = data;

    self->timer = 0;
    reconcile(self);
    return G_SOURCE_REMOVE;
}

/* Takes error; NULL = none. */
static void
take_error(BhBluezSwitch *self, char *error)
{
    gboolean same = g_strcmp0(self->error, error) == 0;

    g_free(self->error);
    self->error = error;
    if (!same)
        self->changed(self->data);
}

static void
retry_later(BhBluezSwitch *self)
{
    guint wait_ms = bh_bluez_timing_register_ms(self->timing, self->failures++);

    g_clear_handle_id(&self->timer, g_source_remove);
    self->timer = g_timeout_add(wait_ms, on_timer, self);
}

static gboolean
is_as_wanted(const BhBluezSwitch *self)
{
    if (self->wanted == BH_RADIO_POWER_OFF)
        return !self->powered;
    return self->wanted == BH_RADIO_POWER_ANY || self->seen_on;
}

static int
on_answer(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezSwitch *self = data;
    const sd_bus_error *cause = sd_bus_message_get_error(message);

    g_clear_pointer(&self->call, sd_bus_slot_unref);
    if (self->asked_on == (self->wanted == BH_RADIO_POWER_ON) && !is_as_wanted(self)) {
        retry_later(self);
        take_error(self, cause != NULL ? bh_bluez_error_dup_text(cause) : NULL);
    } else {
        reconcile(self);
    }
    return 1;
}

/* Wanted against seen */

static void
reconcile(BhBluezSwitch *self)
{
    gboolean on = self->wanted == BH_RADIO_POWER_ON;
    g_autoptr(sd_bus_message) message = NULL;

    if (self->path == NULL || self->call != NULL || self->bus->owner == NULL)
        return;
    if (is_as_wanted(self)) {
        g_clear_handle_id(&self->timer, g_source_remove);
        self->failures = 0;
        take_error(self, NULL);
        return;
    }
    if (self->timer != 0)
        return;
    message = bh_bluez_switch_new_call(self->bus, self->path, on);
    self->call =
        bh_bluez_bus_send(self->bus, message, self->timing->power_cycle_ms, on_answer, self);
    self->asked_on = on;
    self->cut |= !on;
    if (self->call == NULL)
        retry_later(self);
}

void
bh_bluez_switch_want(BhBluezSwitch *self, BhRadioPower power)
{
    self->wanted = power;
    self->seen_on = self->powered;
    g_clear_handle_id(&self->timer, g_source_remove);
    self->failures = 0;
    reconcile(self);
}

void
bh_bluez_switch_set_adapter(BhBluezSwitch *self, const char *path, gboolean powered)
{
    if (g_strcmp0(self->path, path) != 0) {
        g_free(self->path);
        self->path = g_strdup(path);
        self->seen_on = self->cut = FALSE;
        g_clear_pointer(&self->call, sd_bus_slot_unref);
        g_clear_handle_id(&self->timer, g_source_remove);
    }
    self->powered = powered;
    self->seen_on |= powered;
    if (powered)
        self->cut = FALSE;
    reconcile(self);
}

const char *
bh_bluez_switch_peek_error(const BhBluezSwitch *self)
{
    return self->error;
}

/* Life */

void
bh_bluez_switch_stop(BhBluezSwitch *self)
{
    gboolean was_off = self->wanted == BH_RADIO_POWER_OFF && self->cut;

    self->wanted = BH_RADIO_POWER_ANY;
    g_clear_handle_id(&self->timer, g_source_remove);
    g_clear_pointer(&self->call, sd_bus_slot_unref);
    if (!was_off || self->path == NULL || self->bus->owner == NULL)
        return;
    g_autoptr(sd_bus_message) message = bh_bluez_switch_new_call(self->bus, self->path, TRUE);
    bh_bluez_bus_send_only(self->bus, message);
}

BhBluezSwitch *
bh_bluez_switch_new(BhBluezBus *bus,
                    const BhBluezTiming *timing,
                    void (*changed)(gpointer data),
                    gpointer data)
{
    BhBluezSwitch *self = g_new0(BhBluezSwitch, 1);

    self->bus = bus;
    self->timing = timing;
    self->changed = changed;
    self->data = data;
    return self;
}

void
bh_bluez_switch_free(BhBluezSwitch *self)
{
    g_clear_handle_id(&self->timer, g_source_remove);
    g_clear_pointer(&self->call, sd_bus_slot_unref);
    g_free(self->path);
    g_free(self->error);
    g_free(self);
}
