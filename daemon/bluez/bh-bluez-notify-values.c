/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Values on their way to the hub: at once, unless one may be the echo of a read of ours; then it is
 * held until BlueZ's answers tell which it is.
 */
#include "bh-bluez-notify-private.h"

#include <errno.h>
#include <string.h>

#include "bh-bluez-gatt-call.h"
#include "bh-bluez-names.h"
#include "bh-bluez-operation.h"

void
bh_bluez_value_free(gpointer data)
{
    BhBluezValue *value = data;

    g_bytes_unref(value->bytes);
    g_free(value);
}

static void
tell(BhBluezSubscription *self, const BhBluezValue *value)
{
    BhBluezCentral *central = self->central;
    BhLinkKey key = self->key;
    gsize size;
    const guint8 *bytes = g_bytes_get_data(value->bytes, &size);

    if (central->sink != NULL)
        central->sink->value(central->sink_data,
                             &key,
                             self->handle,
                             bytes,
                             size,
                             value->monotonic_us,
                             value->realtime_us);
}

/* The first n; the subscription may be gone afterwards. */
static void
release(BhBluezSubscription *self, guint n)
{
    BhBluezCentral *central = self->central;
    g_autofree char *path = g_strdup(self->path);

    while (n-- > 0 && g_hash_table_lookup(central->subscriptions, path) == self) {
        BhBluezValue *value = g_queue_pop_head(&self->held);
        if (value == NULL)
            return;
        tell(self, value);
        bh_bluez_value_free(value);
    }
}

static void ask_barrier(BhBluezSubscription *self);

static int
on_barrier(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezSubscription *self = data;
    BhBluezCentral *central = self->central;
    g_autofree char *path = g_strdup(self->path);

    g_clear_pointer(&self->barrier, sd_bus_slot_unref);
    release(self, self->behind);
    if (g_hash_table_lookup(central->subscriptions, path) == self && self->held.length > 0)
        ask_barrier(self);
    return 1;
}

/* Any question that BlueZ answers from its main loop. */
static void
ask_barrier(BhBluezSubscription *self)
{
    BhBluezBus *bus = self->central->bluez->bus;
    g_autoptr(sd_bus_message) message = bh_bluez_gatt_call_new_question(bus, self->device);

    self->behind = self->held.length;
    self->barrier =
        bh_bluez_bus_send(bus, message, self->central->bluez->timing.call_ms, on_barrier, self);
    if (self->barrier == NULL)
        release(self, self->held.length);
}

static void
take_value(BhBluezSubscription *self, GBytes *bytes)
{
    BhBluezValue value = {.bytes = bytes};

    bh_drain_pace_get_time(bh_sdbus_source_peek_pace(self->central->bluez->bus->source),
                           &value.monotonic_us,
                           &value.realtime_us);
    if (self->held.length == 0 && !bh_bluez_operations_is_reading(self->central, self->path)) {
        tell(self, &value);
        return;
    }
    value.bytes = g_bytes_ref(bytes);
    g_queue_push_tail(&self->held, g_memdup2(&value, sizeof(value)));
    if (self->barrier == NULL)
        ask_barrier(self);
}

static gboolean
is_echo(const BhBluezValue *value, guint16 offset, GBytes *read)
{
    gsize size, read_size;
    const guint8 *bytes = g_bytes_get_data(value->bytes, &size);
    gconstpointer wanted = g_bytes_get_data(read, &read_size);

    return size == offset + read_size &&
           (read_size == 0 || memcmp(bytes + offset, wanted, read_size) == 0);
}

BhBluezSubscription *
bh_bluez_subscription_find(BhBluezCentral *self, const char *path)
{
    return g_hash_table_lookup(self->subscriptions, path);
}

void
bh_bluez_notify_read_done(BhBluezCentral *central, const char *path, guint16 offset, GBytes *read)
{
    BhBluezSubscription *self = bh_bluez_subscription_find(central, path);

    if (self == NULL)
        return;
    if (self->held.tail != NULL && is_echo(self->held.tail->data, offset, read))
        bh_bluez_value_free(g_queue_pop_tail(&self->held));
    bh_bluez_notify_read_failed(central, path);
}

void
bh_bluez_notify_read_failed(BhBluezCentral *central, const char *path)
{
    BhBluezSubscription *self = bh_bluez_subscription_find(central, path);

    if (self == NULL)
        return;
    g_clear_pointer(&self->barrier, sd_bus_slot_unref);
    release(self, self->held.length);
}

/* Messages */

static int
read_bytes(sd_bus_message *message, gboolean battery, GBytes **value)
{
    gconstpointer bytes = NULL;
    gsize size = 0;
    int result = sd_bus_message_enter_container(message, 'v', battery ? "y" : "ay");

    g_clear_pointer(value, g_bytes_unref);
    if (result == -ENXIO)
        return sd_bus_message_skip(message, "v");
    if (result < 0)
        return result;
    guint8 percentage = 0;
    result = battery ? sd_bus_message_read_basic(message, 'y', &percentage)
                     : sd_bus_message_read_array(message, 'y', &bytes, &size);
    if (result < 0)
        return result;
    if (battery)
        *value = g_bytes_new(&percentage, 1);
    else if (size <= BH_GATT_VALUE_MAX)
        *value = g_bytes_new(bytes, size);
    return sd_bus_message_exit_container(message);
}

/* *told: there was a value, *value: one that makes sense. */
static int
read_value(sd_bus_message *message, gboolean battery, gboolean *told, GBytes **value)
{
    const char *name;
    int result = sd_bus_message_enter_container(message, 'a', "{sv}");

    while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
        if ((result = sd_bus_message_read_basic(message, 's', &name)) < 0)
            return result;
        gboolean is_value = g_str_equal(name, battery ? "Percentage" : "Value");
        *told |= is_value;
        result = is_value ? read_bytes(message, battery, value) : sd_bus_message_skip(message, "v");
        if (result >= 0)
            result = sd_bus_message_exit_container(message);
    }
    return result;
}

int
bh_bluez_notify_changed(BhBluezCentral *central, const char *path, sd_bus_message *message)
{
    BhBluezSubscription *self = bh_bluez_subscription_find(central, path);
    g_autoptr(GBytes) value = NULL;
    gboolean told = FALSE;

    if (self == NULL || self->unwanted)
        return 0;
    int result = read_value(message, self->battery, &told, &value);
    if (result >= 0 && value != NULL)
        take_value(self, value);
    else if (result >= 0 && told)
        central->bluez->counters.malformed++;
    return result;
}
