/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The match rule is there before StartNotify is called, and the bus handles both in order, so the
 * first value is not lost. BlueZ keeps a session over the end of a link; ours is stopped then,
 * because it may not be wanted any more.
 */
#include "bh-bluez-notify.h"

#include <errno.h>
#include <string.h>

#include "bh-bluez-att.h"
#include "bh-bluez-error.h"
#include "bh-bluez-links.h"
#include "bh-bluez-names.h"
#include "bh-bluez-operation.h"
#include "bh-error.h"

#define RETRY_MAX_MS 100

typedef struct {
    GBytes *bytes;
    gint64 monotonic_us;
    gint64 realtime_us;
} Value;

typedef struct {
    BhBluezCentral *central; /* borrowed: owns this */
    char *path;
    char *device; /* path of the link */
    BhLinkKey key;
    guint16 handle;
    gboolean battery; /* nothing to start: BlueZ tells by itself */
    char *rule;
    BhBluezWaiter waiter; /* for StartNotify */
    sd_bus_slot *slot;    /* StartNotify */
    guint timer;          /* until it is tried again */
    guint retries;
    GQueue held;          /* Value: may be an echo */
    sd_bus_slot *barrier; /* a question asked after the first of them had come */
    guint behind;         /* how many are older than the question */
} Subscription;

/* Values */

static void
free_value(gpointer data)
{
    Value *value = data;

    g_bytes_unref(value->bytes);
    g_free(value);
}

static void
tell(Subscription *self, const Value *value)
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
release(Subscription *self, guint n)
{
    BhBluezCentral *central = self->central;
    g_autofree char *path = g_strdup(self->path);

    while (n-- > 0 && g_hash_table_lookup(central->subscriptions, path) == self) {
        Value *value = g_queue_pop_head(&self->held);
        if (value == NULL)
            return;
        tell(self, value);
        free_value(value);
    }
}

static void ask_barrier(Subscription *self);

static int
on_barrier(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    Subscription *self = data;
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
ask_barrier(Subscription *self)
{
    BhBluezBus *bus = self->central->bluez->bus;
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(bus, self->device, BH_DBUS_PROPERTIES, "Get");

    self->behind = self->held.length;
    if (message != NULL && sd_bus_message_append(message, "ss", BH_BLUEZ_DEVICE, "Connected") >= 0)
        self->barrier =
            bh_bluez_bus_send(bus, message, self->central->bluez->timing.call_ms, on_barrier, self);
    if (self->barrier == NULL)
        release(self, self->held.length);
}

static void
take_value(Subscription *self, GBytes *bytes)
{
    Value value = {.bytes = bytes};

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
is_echo(const Value *value, guint16 offset, GBytes *read)
{
    gsize size, read_size;
    const guint8 *bytes = g_bytes_get_data(value->bytes, &size);
    gconstpointer wanted = g_bytes_get_data(read, &read_size);

    return size == offset + read_size &&
           (read_size == 0 || memcmp(bytes + offset, wanted, read_size) == 0);
}

static Subscription *
find(BhBluezCentral *self, const char *path)
{
    return g_hash_table_lookup(self->subscriptions, path);
}

void
bh_bluez_notify_read_done(BhBluezCentral *central, const char *path, guint16 offset, GBytes *read)
{
    Subscription *self = find(central, path);

    if (self == NULL)
        return;
    if (self->held.tail != NULL && is_echo(self->held.tail->data, offset, read))
        free_value(g_queue_pop_tail(&self->held));
    bh_bluez_notify_read_failed(central, path);
}

void
bh_bluez_notify_read_failed(BhBluezCentral *central, const char *path)
{
    Subscription *self = find(central, path);

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

    if (result == -ENXIO)
        return sd_bus_message_skip(message, "v");
    if (result < 0)
        return result;
    guint8 percentage = 0;
    result = battery ? sd_bus_message_read_basic(message, 'y', &percentage)
                     : sd_bus_message_read_array(message, 'y', &bytes, &size);
    if (result < 0)
        return result;
    g_clear_pointer(value, g_bytes_unref);
    *value = battery ? g_bytes_new(&percentage, 1) : g_bytes_new(bytes, size);
    return sd_bus_message_exit_container(message);
}

static int
read_value(sd_bus_message *message, gboolean battery, GBytes **value)
{
    const char *name;
    int result = sd_bus_message_enter_container(message, 'a', "{sv}");

    while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
        if ((result = sd_bus_message_read_basic(message, 's', &name)) < 0)
            return result;
        result = g_str_equal(name, battery ? "Percentage" : "Value")
                     ? read_bytes(message, battery, value)
                     : sd_bus_message_skip(message, "v");
        if (result >= 0)
            result = sd_bus_message_exit_container(message);
    }
    return result;
}

int
bh_bluez_notify_changed(BhBluezCentral *central, const char *path, sd_bus_message *message)
{
    Subscription *self = find(central, path);
    g_autoptr(GBytes) value = NULL;

    if (self == NULL)
        return 0;
    int result = read_value(message, self->battery, &value);
    if (result >= 0 && value != NULL)
        take_value(self, value);
    return result;
}

/* Subscribing */

static void
free_subscription(gpointer data)
{
    Subscription *self = data;

    bh_bluez_bus_remove_match(self->central->bluez->bus, self->rule);
    sd_bus_slot_unref(self->slot);
    sd_bus_slot_unref(self->barrier);
    g_clear_handle_id(&self->timer, g_source_remove);
    g_queue_clear_full(&self->held, free_value);
    g_free(self->path);
    g_free(self->device);
    g_free(self->rule);
    g_free(self);
}

static sd_bus_message *
new_call(Subscription *self, const char *method)
{
    return bh_bluez_bus_new_call(self->central->bluez->bus,
                                 self->path,
                                 BH_BLUEZ_GATT_CHARACTERISTIC_INTERFACE,
                                 method);
}

/* Forgets it, here and in BlueZ if that is still there; takes error, for who may wait. */
static void
end(Subscription *self, gboolean stop, GError *error)
{
    BhBluezCentral *central = self->central;
    BhBluezWaiter waiter = self->waiter;

    if (stop && !self->battery && central->bluez->bus->owner != NULL) {
        g_autoptr(sd_bus_message) message = new_call(self, "StopNotify");
        bh_bluez_bus_send_only(central->bluez->bus, message);
    }
    g_hash_table_remove(central->subscriptions, self->path);
    bh_bluez_central_update_pace(central);
    bh_bluez_waiter_fail(&waiter, error);
}

static void start(Subscription *self);

static gboolean
on_retry(gpointer data)
{
    Subscription *self = data;

    self->timer = 0;
    start(self);
    return G_SOURCE_REMOVE;
}

static int
on_started(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    Subscription *self = data;
    const sd_bus_error *error = sd_bus_message_get_error(message);

    g_clear_pointer(&self->slot, sd_bus_slot_unref);
    if (error == NULL) {
        bh_bluez_waiter_succeed(&self->waiter);
    } else if (bh_bluez_error_is_in_progress(error)) {
        guint wait_ms = self->central->bluez->timing.retry_ms * ++self->retries;
        self->timer = g_timeout_add(MIN(wait_ms, RETRY_MAX_MS), on_retry, self);
    } else {
        end(self, FALSE, bh_bluez_att_new_error(error));
    }
    return 1;
}

static void
start(Subscription *self)
{
    g_autoptr(sd_bus_message) message = new_call(self, "StartNotify");

    self->slot = bh_bluez_bus_send(self->central->bluez->bus,
                                   message,
                                   self->central->bluez->timing.gatt_ms,
                                   on_started,
                                   self);
    if (self->slot == NULL)
        end(self, FALSE, g_error_new_literal(BH_ERROR, BH_ERROR_NOT_READY, "the bus is gone"));
}

static gboolean
on_cancelled(gpointer data)
{
    end(data, TRUE, g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "cancelled"));
    return G_SOURCE_REMOVE;
}

/* Takes the place's path and the task. */
static Subscription *
add(BhBluezCentral *central, const BhBluezLink *link, BhBluezGattPlace *place, guint16 handle)
{
    Subscription *self = g_new0(Subscription, 1);

    self->central = central;
    self->path = place->path;
    self->device = g_strdup(link->path);
    self->key = link->key;
    self->handle = handle;
    self->battery = place->kind == BH_BLUEZ_GATT_BATTERY;
    self->rule = g_strdup_printf(BH_MATCH_OBJECT_FORMAT, self->path);
    bh_bluez_bus_add_match(central->bluez->bus, self->rule);
    g_hash_table_insert(central->subscriptions, self->path, self);
    bh_bluez_central_update_pace(central);
    return self;
}

void
bh_bluez_notify_start(BhBluezCentral *central, const BhLinkKey *key, guint16 handle, GTask *task_in)
{
    g_autoptr(GTask) task = task_in;
    BhBluezLink *link = bh_bluez_links_find(central, key);
    BhBluezGattPlace place = {0};

    if (link == NULL || !link->connected || link->path == NULL) {
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_DISCONNECTED, "there is no link");
        return;
    }
    if (!bh_bluez_gatt_find(central->gatt, link->path, handle, &place) ||
        place.kind == BH_BLUEZ_GATT_DESCRIPTOR) {
        g_free(place.path);
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_NOT_FOUND, "no handle 0x%04x", handle);
        return;
    }
    Subscription *self = find(central, place.path);
    if (self != NULL)
        end(self, FALSE, g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "subscribed anew"));
    self = add(central, link, &place, handle);
    bh_bluez_waiter_begin(&self->waiter, g_steal_pointer(&task), on_cancelled, self);
    if (self->battery)
        bh_bluez_waiter_succeed(&self->waiter);
    else
        start(self);
}

void
bh_bluez_notify_stop(BhBluezCentral *central, const BhLinkKey *key, guint16 handle)
{
    BhBluezLink *link = bh_bluez_links_find(central, key);
    BhBluezGattPlace place;

    if (link == NULL || link->path == NULL ||
        !bh_bluez_gatt_find(central->gatt, link->path, handle, &place))
        return;
    g_autofree char *path = place.path;
    Subscription *self = find(central, path);
    if (self != NULL)
        end(self, TRUE, g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "unsubscribed"));
}

void
bh_bluez_notify_removed(BhBluezCentral *central, const char *path)
{
    bh_bluez_notify_read_failed(central, path);
    Subscription *self = find(central, path);
    if (self != NULL)
        end(self,
            FALSE,
            g_error_new_literal(BH_ERROR, BH_ERROR_NOT_FOUND, "the characteristic is gone"));
}

static Subscription *
find_of(BhBluezCentral *central, const char *device)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, central->subscriptions);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (device == NULL || g_str_equal(((Subscription *)value)->device, device))
            return value;
    return NULL;
}

void
bh_bluez_notify_link_gone(BhBluezCentral *central, const BhBluezLink *link)
{
    Subscription *self;

    while (link->path != NULL && (self = find_of(central, link->path)) != NULL) {
        g_autofree char *path = g_strdup(self->path);
        bh_bluez_notify_read_failed(central, path); /* what is held came in time */
        if ((self = find(central, path)) != NULL)
            end(self, TRUE, bh_bluez_link_new_error(link));
    }
}

void
bh_bluez_notify_init(BhBluezCentral *central)
{
    central->subscriptions =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_subscription);
}

void
bh_bluez_notify_clear(BhBluezCentral *central)
{
    Subscription *self;

    while ((self = find_of(central, NULL)) != NULL)
        end(self, TRUE, g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "stopped"));
}
