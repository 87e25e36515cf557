/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Match rules are added by plain calls to the bus instead of sd-bus's own matches: one filter then
 * sees every message, and sd-bus need not search its tree of matches for each advertisement.
 */
#include "bh-bluez-bus.h"

#include "bh-bluez-error.h"
#include "bh-bluez-names.h"
#include "bh-error.h"

#define MATCH_MS 60000 /* the bus answers when it gets to it */

static int
open_bus(const char *address, sd_bus **bus)
{
    int result;

    if (address == NULL || g_str_equal(address, "system"))
        return sd_bus_open_system(bus);
    if (g_str_equal(address, "session"))
        return sd_bus_open_user(bus);
    if ((result = sd_bus_new(bus)) < 0 || (result = sd_bus_set_address(*bus, address)) < 0 ||
        (result = sd_bus_set_bus_client(*bus, TRUE)) < 0)
        return result;
    return sd_bus_start(*bus);
}

BhBluezBus *
bh_bluez_bus_new(const char *address, GError **error)
{
    g_autoptr(sd_bus) bus = NULL;
    int result = open_bus(address, &bus);

    if (result < 0) {
        bh_bluez_error_set_errno(error, result, "bus");
        return NULL;
    }
    sd_bus_set_exit_on_disconnect(bus, FALSE);
    BhBluezBus *self = g_new0(BhBluezBus, 1);
    self->bus = g_steal_pointer(&bus);
    return self;
}

void
bh_bluez_bus_close(BhBluezBus *self)
{
    if (self->source != NULL) {
        g_source_destroy(self->source);
        g_clear_pointer(&self->source, g_source_unref);
    }
    g_clear_pointer(&self->filter, sd_bus_slot_unref);
    sd_bus_close(self->bus);
}

void
bh_bluez_bus_free(BhBluezBus *self)
{
    bh_bluez_bus_close(self);
    sd_bus_unref(self->bus);
    g_free(self->owner);
    g_free(self);
}

void
bh_bluez_bus_attach(BhBluezBus *self,
                    guint batch_ms,
                    sd_bus_message_handler_t filter,
                    BhSdbusLostFunc lost,
                    gpointer data)
{
    sd_bus_add_filter(self->bus, &self->filter, filter, data);
    self->source = bh_sdbus_source_new(self->bus, batch_ms, lost, data);
    g_source_attach(self->source, NULL);
}

void
bh_bluez_bus_set_batch(BhBluezBus *self, guint batch_ms)
{
    if (self->source != NULL)
        bh_drain_pace_set_batch(bh_sdbus_source_peek_pace(self->source), batch_ms);
}

static sd_bus_message *
new_call(BhBluezBus *self,
         const char *destination,
         const char *path,
         const char *interface,
         const char *member)
{
    g_autoptr(sd_bus_message) message = NULL;

    if (sd_bus_message_new_method_call(self->bus, &message, destination, path, interface, member) <
            0 ||
        sd_bus_message_set_auto_start(message, FALSE) < 0)
        return NULL;
    return g_steal_pointer(&message);
}

sd_bus_message *
bh_bluez_bus_new_call(BhBluezBus *self, const char *path, const char *interface, const char *member)
{
    g_return_val_if_fail(self->owner != NULL, NULL);
    return new_call(self, self->owner, path, interface, member);
}

sd_bus_message *
bh_bluez_bus_new_driver_call(BhBluezBus *self, const char *member)
{
    return new_call(self, BH_DBUS_NAME, BH_DBUS_PATH, BH_DBUS_NAME, member);
}

sd_bus_slot *
bh_bluez_bus_send(BhBluezBus *self,
                  sd_bus_message *message,
                  guint timeout_ms,
                  sd_bus_message_handler_t handler,
                  gpointer data)
{
    sd_bus_slot *slot = NULL;

    if (message == NULL ||
        sd_bus_call_async(self->bus, &slot, message, handler, data, (guint64)timeout_ms * 1000) < 0)
        return NULL;
    return slot;
}

void
bh_bluez_bus_send_only(BhBluezBus *self, sd_bus_message *message)
{
    if (message != NULL && sd_bus_message_set_expect_reply(message, FALSE) >= 0)
        sd_bus_send(self->bus, message, NULL);
}

static sd_bus_message *
new_match_call(BhBluezBus *self, const char *member, const char *rule)
{
    g_autoptr(sd_bus_message) message = bh_bluez_bus_new_driver_call(self, member);

    if (message == NULL || sd_bus_message_append(message, "s", rule) < 0)
        return NULL;
    return g_steal_pointer(&message);
}

static void
change_match(BhBluezBus *self, const char *member, const char *rule)
{
    g_autoptr(sd_bus_message) message = new_match_call(self, member, rule);

    bh_bluez_bus_send_only(self, message);
}

void
bh_bluez_bus_add_match(BhBluezBus *self, const char *rule)
{
    change_match(self, "AddMatch", rule);
}

sd_bus_slot *
bh_bluez_bus_ask_match(BhBluezBus *self,
                       const char *rule,
                       sd_bus_message_handler_t handler,
                       gpointer data)
{
    g_autoptr(sd_bus_message) message = new_match_call(self, "AddMatch", rule);

    return bh_bluez_bus_send(self, message, MATCH_MS, handler, data);
}

gboolean
bh_bluez_bus_refused_match(sd_bus_message *answer, GError **error)
{
    const sd_bus_error *cause = sd_bus_message_get_error(answer);

    if (cause == NULL || bh_bluez_error_is_timeout(cause))
        return FALSE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_LIMIT_EXCEEDED,
                "the bus takes no more match rules of blehubd: %s",
                cause->message != NULL ? cause->message : cause->name);
    return TRUE;
}

void
bh_bluez_bus_remove_match(BhBluezBus *self, const char *rule)
{
    change_match(self, "RemoveMatch", rule);
}

gboolean
bh_bluez_bus_is_from_owner(const BhBluezBus *self, sd_bus_message *message)
{
    return self->owner != NULL && g_strcmp0(sd_bus_message_get_sender(message), self->owner) == 0;
}
