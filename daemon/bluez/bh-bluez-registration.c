/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A call without an answer in time may have succeeded, and AlreadyExists says that one did: both
 * take the object back first, so that what BlueZ has is what was read last.
 */
#include "bh-bluez-registration.h"

#include "bh-bluez-error.h"
#include "bh-bluez-names.h"
#include "bh-error.h"

static void reconcile(BhBluezRegistration *self);

/* Calls */

static sd_bus_message *
new_call(BhBluezRegistration *self, const char *adapter, const char *method)
{
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(self->bus, adapter, self->manager->interface, method);

    if (message == NULL || sd_bus_message_append(message, "o", self->path) < 0)
        return NULL;
    return g_steal_pointer(&message);
}

/* BlueZ does this at once, in the order of the calls. */
static void
take_back(BhBluezRegistration *self, const char *adapter)
{
    g_autoptr(sd_bus_message) message = NULL;

    if (self->bus->owner == NULL)
        return;
    message = new_call(self, adapter, self->manager->remove);
    bh_bluez_bus_send_only(self->bus, message);
}

static gboolean
on_timer(gpointer data)
{
    BhBluezRegistration *self = data;

    self->timer = 0;
    reconcile(self);
    return G_SOURCE_REMOVE;
}

static void
retry_later(BhBluezRegistration *self)
{
    guint wait_ms = bh_bluez_timing_register_ms(self->timing, self->failures++);

    g_clear_handle_id(&self->timer, g_source_remove);
    self->timer = g_timeout_add(wait_ms, on_timer, self);
}

static void
fail(BhBluezRegistration *self, const GError *error)
{
    self->full = g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT_EXCEEDED);
    if (!self->full)
        retry_later(self);
    self->told(self->data, self->slot, error);
}

/* BlueZ has one word for what it does not allow; here it stands for one reason. */
static GError *
new_error(BhBluezRegistration *self, const sd_bus_error *cause)
{
    GError *error = NULL;

    bh_bluez_error_set(&error, cause, self->manager->what);
    if (sd_bus_error_has_name(cause, BH_BLUEZ_ERROR_NOT_PERMITTED))
        error->code = BH_ERROR_LIMIT_EXCEEDED;
    return error;
}

static int
on_registered(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezRegistration *self = data;
    const sd_bus_error *cause = sd_bus_message_get_error(message);
    g_autofree char *asked = g_steal_pointer(&self->asked);
    g_autoptr(GError) error = NULL;

    g_clear_pointer(&self->call, sd_bus_slot_unref);
    if (cause == NULL) {
        self->failures = 0;
        self->there = g_steal_pointer(&asked);
    } else {
        error = new_error(self, cause);
        if (bh_bluez_error_is_timeout(cause) || error->code == BH_ERROR_ALREADY_EXISTS)
            take_back(self, asked);
    }
    if (g_strcmp0(self->adapter, cause == NULL ? self->there : asked) != 0 || self->renew)
        reconcile(self);
    else if (error != NULL)
        fail(self, error);
    else
        self->told(self->data, self->slot, NULL);
    return 1;
}

static void
ask(BhBluezRegistration *self)
{
    g_autoptr(sd_bus_message) message = new_call(self, self->adapter, self->manager->add);
    g_autoptr(GError) error = NULL;

    self->renew = FALSE;
    if (message != NULL && sd_bus_message_append(message, "a{sv}", 0) >= 0)
        self->call =
            bh_bluez_bus_send(self->bus, message, self->timing->call_ms, on_registered, self);
    if (self->call != NULL)
        self->asked = g_strdup(self->adapter);
    else
        retry_later(self);
}

/* Wanted against seen */

static void
reconcile(BhBluezRegistration *self)
{
    if (self->call != NULL)
        return;
    if (self->there != NULL && (self->renew || g_strcmp0(self->there, self->adapter) != 0)) {
        take_back(self, self->there);
        g_clear_pointer(&self->there, g_free);
    }
    if (self->adapter != NULL && self->there == NULL && self->timer == 0 && !self->full &&
        self->bus->owner != NULL)
        ask(self);
}

/* A new chance for what failed before. */
static void
begin_anew(BhBluezRegistration *self)
{
    g_clear_handle_id(&self->timer, g_source_remove);
    self->failures = 0;
    self->full = FALSE;
}

void
bh_bluez_registration_want(BhBluezRegistration *self, const char *adapter)
{
    if (g_strcmp0(self->adapter, adapter) == 0)
        return;
    g_free(self->adapter);
    self->adapter = g_strdup(adapter);
    begin_anew(self);
    reconcile(self);
}

void
bh_bluez_registration_renew(BhBluezRegistration *self)
{
    self->renew = self->there != NULL || self->call != NULL;
    begin_anew(self);
    reconcile(self);
}

static void
lose(BhBluezRegistration *self)
{
    g_clear_pointer(&self->there, g_free);
    g_clear_pointer(&self->asked, g_free);
    g_clear_pointer(&self->call, sd_bus_slot_unref);
    self->renew = FALSE;
}

void
bh_bluez_registration_forget(BhBluezRegistration *self)
{
    lose(self);
    begin_anew(self);
    g_clear_pointer(&self->adapter, g_free);
}

void
bh_bluez_registration_dropped(BhBluezRegistration *self)
{
    g_autoptr(GError) error = NULL;

    if (self->there == NULL)
        return;
    lose(self);
    retry_later(self);
    error = g_error_new(BH_ERROR,
                        BH_ERROR_DISCONNECTED,
                        "%s: BlueZ has dropped it",
                        self->manager->what);
    self->told(self->data, self->slot, error);
}

void
bh_bluez_registration_retry(BhBluezRegistration *self)
{
    if (!self->full)
        return;
    self->full = FALSE;
    reconcile(self);
}

gboolean
bh_bluez_registration_is_there(const BhBluezRegistration *self)
{
    return self->there != NULL;
}

/* Life */

void
bh_bluez_registration_init(BhBluezRegistration *self,
                           const BhBluezManager *manager,
                           BhBluezBus *bus,
                           const BhBluezTiming *timing,
                           guint8 slot,
                           char *path)
{
    *self = (BhBluezRegistration){
        .manager = manager,
        .bus = bus,
        .timing = timing,
        .slot = slot,
        .path = path,
    };
}

void
bh_bluez_registration_clear(BhBluezRegistration *self)
{
    if (self->there != NULL || self->asked != NULL)
        take_back(self, self->there != NULL ? self->there : self->asked);
    g_clear_handle_id(&self->timer, g_source_remove);
    g_clear_pointer(&self->call, sd_bus_slot_unref);
    g_clear_pointer(&self->adapter, g_free);
    g_clear_pointer(&self->there, g_free);
    g_clear_pointer(&self->asked, g_free);
    g_clear_pointer(&self->path, g_free);
}
