/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The match rule is there before StartNotify is called, and the bus handles both in order, so the
 * first value is not lost. BlueZ keeps a session over the end of a link; ours is stopped then,
 * because it may not be wanted any more.
 *
 * BlueZ never answers a StartNotify that it is told to stop meanwhile, and the bus allows so many
 * calls without an answer (128) and then no more. So the answer is waited for, wanted or not.
 */
#include "bh-bluez-notify-private.h"

#include "bh-bluez-att.h"
#include "bh-bluez-error.h"
#include "bh-bluez-gatt-call.h"
#include "bh-bluez-links.h"
#include "bh-bluez-names.h"
#include "bh-error.h"

#define RETRY_MAX_MS 100

static void
free_subscription(gpointer data)
{
    BhBluezSubscription *self = data;

    if (self->rule != NULL)
        bh_bluez_bus_remove_match(self->central->bluez->bus, self->rule);
    sd_bus_slot_unref(self->match);
    sd_bus_slot_unref(self->slot);
    sd_bus_slot_unref(self->barrier);
    g_clear_handle_id(&self->timer, g_source_remove);
    g_clear_error(&self->doubt);
    g_queue_clear_full(&self->held, bh_bluez_value_free);
    g_free(self->path);
    g_free(self->device);
    g_free(self->rule);
    g_free(self);
}

static sd_bus_message *
new_call(BhBluezSubscription *self, const char *method)
{
    return bh_bluez_bus_new_call(self->central->bluez->bus,
                                 self->path,
                                 BH_BLUEZ_GATT_CHARACTERISTIC_INTERFACE,
                                 method);
}

/* Forgets it, here and in BlueZ if that is still there; takes error, for who may wait. */
static void
end(BhBluezSubscription *self, gboolean stop, GError *error)
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

static void start(BhBluezSubscription *self);

static gboolean
on_retry(gpointer data)
{
    BhBluezSubscription *self = data;

    self->timer = 0;
    start(self);
    return G_SOURCE_REMOVE;
}

/* The news that the link is gone would have come before this, and ended the subscription. */
static int
on_answer_to_doubt(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezSubscription *self = data;

    end(self, FALSE, g_steal_pointer(&self->doubt));
    return 1;
}

static void
take_refusal(BhBluezSubscription *self, const sd_bus_error *cause)
{
    BhBluez *bluez = self->central->bluez;
    g_autoptr(sd_bus_message) message = NULL;

    self->doubt =
        bh_bluez_links_judge_refusal(self->central, self->device, bh_bluez_att_new_error(cause));
    if (bh_bluez_att_may_be_lost_link(self->doubt)) {
        message = bh_bluez_gatt_call_new_question(bluez->bus, self->device);
        self->slot =
            bh_bluez_bus_send(bluez->bus, message, bluez->timing.call_ms, on_answer_to_doubt, self);
    }
    if (self->slot == NULL)
        end(self, FALSE, g_steal_pointer(&self->doubt));
}

/* BlueZ sends values, and the bus passes them on. */
static void
succeed_if_heard(BhBluezSubscription *self)
{
    if (self->slot == NULL && self->timer == 0 && self->match == NULL)
        bh_bluez_waiter_succeed(&self->waiter);
}

static int
on_started(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezSubscription *self = data;
    const sd_bus_error *error = sd_bus_message_get_error(message);

    g_clear_pointer(&self->slot, sd_bus_slot_unref);
    if (self->unwanted) {
        end(self, error == NULL, g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "cancelled"));
    } else if (error == NULL) {
        succeed_if_heard(self);
    } else if (bh_bluez_error_is_in_progress(error)) {
        guint wait_ms = self->central->bluez->timing.retry_ms * ++self->retries;
        self->timer = g_timeout_add(MIN(wait_ms, RETRY_MAX_MS), on_retry, self);
    } else {
        take_refusal(self, error);
    }
    return 1;
}

static void
start(BhBluezSubscription *self)
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

/* Takes error. */
static void
take_back(BhBluezSubscription *self, GError *error)
{
    if (self->slot == NULL) {
        end(self, TRUE, error);
        return;
    }
    self->unwanted = TRUE;
    g_clear_pointer(&self->barrier, sd_bus_slot_unref);
    g_queue_clear_full(&self->held, bh_bluez_value_free);
    bh_bluez_waiter_fail(&self->waiter, error);
}

static gboolean
on_cancelled(gpointer data)
{
    take_back(data, g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "cancelled"));
    return G_SOURCE_REMOVE;
}

static int
on_match(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezSubscription *self = data;
    GError *error = NULL;

    g_clear_pointer(&self->match, sd_bus_slot_unref);
    if (bh_bluez_bus_refused_match(message, &error)) {
        g_clear_pointer(&self->rule, g_free);
        take_back(self, error);
    } else {
        succeed_if_heard(self);
    }
    return 1;
}

static void
add_rule(BhBluezSubscription *self)
{
    self->rule = g_strdup_printf(BH_MATCH_OBJECT_FORMAT, self->path);
    self->match = bh_bluez_bus_ask_match(self->central->bluez->bus, self->rule, on_match, self);
}

/* Takes the place's path and the task. */
static BhBluezSubscription *
add(BhBluezCentral *central, const BhBluezLink *link, BhBluezGattPlace *place, guint16 handle)
{
    BhBluezSubscription *self = g_new0(BhBluezSubscription, 1);

    self->central = central;
    self->path = place->path;
    self->device = g_strdup(link->path);
    self->key = link->key;
    self->handle = handle;
    self->battery = place->kind == BH_BLUEZ_GATT_BATTERY;
    add_rule(self);
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
    BhBluezSubscription *self = bh_bluez_subscription_find(central, place.path);
    if (self != NULL && self->unwanted) {
        self->unwanted = FALSE;
        if (self->rule == NULL)
            add_rule(self);
        bh_bluez_waiter_begin(&self->waiter, g_steal_pointer(&task), on_cancelled, self);
        g_free(place.path);
        return;
    }
    if (self != NULL)
        end(self, FALSE, g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "subscribed anew"));
    self = add(central, link, &place, handle);
    bh_bluez_waiter_begin(&self->waiter, g_steal_pointer(&task), on_cancelled, self);
    if (!self->battery)
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
    BhBluezSubscription *self = bh_bluez_subscription_find(central, path);
    if (self != NULL)
        take_back(self, g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "unsubscribed"));
}

void
bh_bluez_notify_removed(BhBluezCentral *central, const char *path)
{
    bh_bluez_notify_read_failed(central, path);
    BhBluezSubscription *self = bh_bluez_subscription_find(central, path);
    if (self != NULL)
        end(self,
            FALSE,
            g_error_new_literal(BH_ERROR, BH_ERROR_NOT_FOUND, "the characteristic is gone"));
}

static BhBluezSubscription *
find_of(BhBluezCentral *central, const char *device)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, central->subscriptions);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (device == NULL || g_str_equal(((BhBluezSubscription *)value)->device, device))
            return value;
    return NULL;
}

void
bh_bluez_notify_link_gone(BhBluezCentral *central, const BhBluezLink *link)
{
    BhBluezSubscription *self;

    while (link->path != NULL && (self = find_of(central, link->path)) != NULL) {
        g_autofree char *path = g_strdup(self->path);
        bh_bluez_notify_read_failed(central, path); /* what is held came in time */
        if ((self = bh_bluez_subscription_find(central, path)) != NULL)
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
    BhBluezSubscription *self;

    while ((self = find_of(central, NULL)) != NULL)
        end(self, TRUE, g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "stopped"));
}
