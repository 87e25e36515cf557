/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Look for links, off, wait for Powered to be false, on, wait for it to be true. What BlueZ answers
 * to Properties.Set is only looked at for errors: the property itself says when the step is done.
 * One function ends the cycle, whatever the reason, and switches the adapter on if the cycle may
 * have switched it off.
 */
#include "bh-bluez-power.h"

#include "bh-bluez-error.h"
#include "bh-bluez-names.h"
#include "bh-bluez-objects.h"
#include "bh-bluez-report.h"

typedef enum {
    STEP_LOOK,
    STEP_OFF,
    STEP_ON,
} Step;

struct BhBluezCycle {
    BhBluezBus *bus;             /* borrowed: outlives this */
    const BhBluezTiming *timing; /* borrowed: outlives this */
    BhBluezAdapter *adapter;     /* borrowed: outlives this */
    GTask *task;
    Step step;
    sd_bus_slot *slot; /* the call under way */
    guint deadline;
    GSource *cancelled; /* NULL = cannot be cancelled */
};

/* What a look at BlueZ's objects is for. */
typedef struct {
    char *prefix; /* of the paths of the adapter's devices */
    gboolean has_link;
    BhBluezProperties properties;
} Look;

static sd_bus_message *
new_set_powered(BhBluezCycle *self, gboolean powered)
{
    return bh_bluez_switch_new_call(self->bus, self->adapter->path, powered);
}

/* Takes error; NULL = success. */
static void
end_cycle(BhBluezCycle *self, GError *error)
{
    g_autoptr(GTask) task = g_steal_pointer(&self->task);

    if (error != NULL && self->step != STEP_LOOK && self->adapter->path != NULL) {
        g_autoptr(sd_bus_message) message = new_set_powered(self, TRUE);
        bh_bluez_bus_send_only(self->bus, message);
    }
    self->adapter->cycle = NULL;
    sd_bus_slot_unref(self->slot);
    g_clear_handle_id(&self->deadline, g_source_remove);
    if (self->cancelled != NULL) {
        g_source_destroy(self->cancelled);
        g_source_unref(self->cancelled);
    }
    g_free(self);
    if (error != NULL)
        g_task_return_error(task, error);
    else
        g_task_return_boolean(task, TRUE);
}

static gboolean
on_deadline(gpointer data)
{
    BhBluezCycle *self = data;

    self->deadline = 0;
    end_cycle(self,
              g_error_new(BH_ERROR,
                          BH_ERROR_TIMEOUT,
                          "power-cycle: the adapter did not go %s in time",
                          self->step == STEP_ON ? "on" : "off"));
    return G_SOURCE_REMOVE;
}

void
bh_bluez_cycle_cancel(BhBluezCycle *self)
{
    if (self != NULL) {
        end_cycle(self,
                  g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "power-cycle: cancelled"));
    }
}

static gboolean
on_cancelled(GCancellable *cancellable, gpointer data)
{
    bh_bluez_cycle_cancel(data);
    return G_SOURCE_REMOVE;
}

static int on_set(sd_bus_message *message, void *data, sd_bus_error *unused);

static void
set_powered(BhBluezCycle *self, gboolean powered)
{
    g_autoptr(sd_bus_message) message = new_set_powered(self, powered);

    self->step = powered ? STEP_ON : STEP_OFF;
    self->slot = bh_bluez_bus_send(self->bus, message, self->timing->power_cycle_ms, on_set, self);
    if (self->slot == NULL) {
        end_cycle(self,
                  g_error_new_literal(BH_ERROR, BH_ERROR_NOT_READY, "power-cycle: bus is gone"));
    }
}

/* Goes on when the step's call is answered and the property is what it was set to. */
static void
advance(BhBluezCycle *self)
{
    if (self->slot != NULL)
        return;
    if (self->step == STEP_OFF && !self->adapter->powered)
        set_powered(self, TRUE);
    else if (self->step == STEP_ON && self->adapter->powered)
        end_cycle(self, NULL);
}

static int
on_set(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezCycle *self = data;
    const sd_bus_error *cause = sd_bus_message_get_error(message);
    GError *error = NULL;

    g_clear_pointer(&self->slot, sd_bus_slot_unref);
    if (cause != NULL) {
        bh_bluez_error_set(&error, cause, "power-cycle");
        end_cycle(self, error);
    } else {
        advance(self);
    }
    return 1;
}

static int
look_at_device(gpointer data, const char *path, sd_bus_message *message)
{
    Look *look = data;
    int result = bh_bluez_properties_read(&look->properties, message, TRUE);

    look->has_link |= look->properties.connected && g_str_has_prefix(path, look->prefix);
    return result;
}

/* A message that cannot be read counts as a link: better deaf than a link cut. */
static gboolean
has_link(const BhBluezCycle *self, sd_bus_message *message)
{
    static const BhBluezVisitor visitor = {.device = look_at_device};
    g_autofree char *prefix = g_strconcat(self->adapter->path, "/", NULL);
    Look look = {.prefix = prefix};

    bh_bluez_properties_init(&look.properties);
    int result = bh_bluez_walk_objects(message, &visitor, &look);
    bh_bluez_properties_clear(&look.properties);
    return result < 0 || look.has_link;
}

static int
on_objects(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezCycle *self = data;
    const sd_bus_error *cause = sd_bus_message_get_error(message);
    GError *error = NULL;

    g_clear_pointer(&self->slot, sd_bus_slot_unref);
    if (cause != NULL)
        bh_bluez_error_set(&error, cause, "power-cycle");
    else if (has_link(self, message))
        g_set_error(&error, BH_ERROR, BH_ERROR_NOT_SUPPORTED, "power-cycle: there is a link");
    else if (!self->adapter->powered)
        g_set_error(&error, BH_ERROR, BH_ERROR_NOT_READY, "power-cycle: radio-off");
    if (error != NULL)
        end_cycle(self, error);
    else
        set_powered(self, FALSE);
    return 1;
}

void
bh_bluez_cycle_adapter_changed(BhBluezCycle *self)
{
    if (self == NULL)
        return;
    if (self->adapter->path == NULL) {
        end_cycle(self,
                  g_error_new_literal(BH_ERROR, BH_ERROR_NOT_READY, "power-cycle: no-adapter"));
    } else {
        advance(self);
    }
}

static gboolean
may_start(const BhBluezAdapter *adapter, GTask *task)
{
    if (adapter->path == NULL || !adapter->powered) {
        g_task_return_new_error(task,
                                BH_ERROR,
                                BH_ERROR_NOT_READY,
                                "power-cycle: %s",
                                adapter->path == NULL ? "no-adapter" : "radio-off");
        return FALSE;
    }
    if (adapter->cycle != NULL) {
        g_task_return_new_error(task,
                                BH_ERROR,
                                BH_ERROR_ALREADY_EXISTS,
                                "power-cycle: one is under way");
        return FALSE;
    }
    return TRUE;
}

static void
watch_cancellable(BhBluezCycle *self)
{
    GCancellable *cancellable = g_task_get_cancellable(self->task);

    if (cancellable != NULL) {
        self->cancelled = g_cancellable_source_new(cancellable);
        g_source_set_callback(self->cancelled, G_SOURCE_FUNC(on_cancelled), self, NULL);
        g_source_attach(self->cancelled, NULL);
    }
}

void
bh_bluez_cycle_start(BhBluezBus *bus,
                     const BhBluezTiming *timing,
                     BhBluezAdapter *adapter,
                     GTask *task_in)
{
    g_autoptr(GTask) task = task_in;

    if (!may_start(adapter, task))
        return;
    BhBluezCycle *self = g_new0(BhBluezCycle, 1);
    self->bus = bus;
    self->timing = timing;
    self->adapter = adapter;
    self->task = g_steal_pointer(&task);
    self->deadline = g_timeout_add(timing->power_cycle_ms, on_deadline, self);
    watch_cancellable(self);
    adapter->cycle = self;

    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(bus, "/", BH_DBUS_OBJECT_MANAGER, "GetManagedObjects");
    self->slot = bh_bluez_bus_send(bus, message, timing->power_cycle_ms, on_objects, self);
    if (self->slot == NULL) {
        end_cycle(self,
                  g_error_new_literal(BH_ERROR, BH_ERROR_NOT_READY, "power-cycle: bus is gone"));
    }
}
