/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An indication to all waits for as many confirmations as there were subscribers on each adapter;
 * one that leaves is not waited for any more.
 */
#include "bh-bluez-notification.h"

#include <errno.h>
#include <sys/socket.h>

#include "bh-bluez-app.h"
#include "bh-bluez-links.h"
#include "bh-bluez-names.h"
#include "bh-bluez-served.h"
#include "bh-bluez-waiter.h"
#include "bh-error.h"

/* Messages to BlueZ that are not yet sent; a bus that is slow holds back whoever tells. */
#define QUEUED_MAX 512

typedef struct {
    BhBluezApp *app; /* borrowed: owns this */
    GList node;      /* in indications */
    guint attribute;
    gboolean to_all;
    BhLinkKey central;                      /* unless to_all */
    guint waits_for[BH_RADIO_MAX_ADAPTERS]; /* confirmations still to come */
    guint confirmed;
    BhBluezWaiter waiter;
} BhBluezIndication;

/* Sending */

static gboolean
fail_full(GError **error)
{
    g_set_error_literal(error,
                        BH_ERROR,
                        BH_ERROR_LIMIT_EXCEEDED,
                        "BlueZ does not keep up: too many values are waiting to be sent");
    return FALSE;
}

static gboolean
fail_gone(GError **error)
{
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_READY, "BlueZ cannot be reached");
    return FALSE;
}

static int
put_value(sd_bus_message *signal, GBytes *value)
{
    gsize size = 0;
    gconstpointer bytes = g_bytes_get_data(value, &size);

    sd_bus_message_append(signal, "s", BH_BLUEZ_GATT_CHARACTERISTIC_INTERFACE);
    sd_bus_message_open_container(signal, 'a', "{sv}");
    sd_bus_message_open_container(signal, 'e', "sv");
    sd_bus_message_append(signal, "s", "Value");
    sd_bus_message_open_container(signal, 'v', "ay");
    sd_bus_message_append_array(signal, 'y', bytes, size);
    sd_bus_message_close_container(signal);
    sd_bus_message_close_container(signal);
    sd_bus_message_close_container(signal);
    return sd_bus_message_append(signal, "as", 0);
}

static gboolean
send_signal(const BhBluezPlace *place, GBytes *value, GError **error)
{
    BhBluezBus *bus = place->app->server->bluez->bus;
    g_autofree char *path = bh_bluez_served_dup_path(place);
    g_autoptr(sd_bus_message) signal = NULL;
    guint64 queued = 0;

    if (sd_bus_get_n_queued_write(bus->bus, &queued) >= 0 && queued > QUEUED_MAX)
        return fail_full(error);
    if (bus->owner == NULL ||
        sd_bus_message_new_signal(bus->bus,
                                  &signal,
                                  path,
                                  BH_DBUS_PROPERTIES,
                                  "PropertiesChanged") < 0 ||
        sd_bus_message_set_destination(signal, bus->owner) < 0 || put_value(signal, value) < 0 ||
        sd_bus_send(bus->bus, signal, NULL) < 0)
        return fail_gone(error);
    return TRUE;
}

static gboolean
send_packet(BhBluezSubscriber *subscriber, GBytes *value, GError **error)
{
    gsize size = 0;
    gconstpointer bytes = g_bytes_get_data(value, &size);

    if (send(subscriber->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
        return TRUE;
    if (errno == EAGAIN || errno == ENOBUFS)
        return fail_full(error);
    g_set_error_literal(error, BH_ERROR, BH_ERROR_DISCONNECTED, "the central is going");
    return FALSE;
}

static gboolean
send_to_all(BhBluezApp *app, guint attribute, GBytes *value, GError **error)
{
    BhBluezPlace place = {.app = app, .attribute = attribute};

    for (; place.slot < BH_RADIO_MAX_ADAPTERS; place.slot++)
        if (bh_bluez_registration_is_there(&app->registrations[place.slot]) &&
            bh_bluez_subscribers_has_any(app, attribute, place.slot) &&
            !send_signal(&place, value, error))
            return FALSE;
    return TRUE;
}

/* An empty packet would be the end of the socket to BlueZ. */
static gboolean
send_to_one(BhBluezApp *app, guint attribute, BhBluezSubscriber *to, GBytes *value, GError **error)
{
    BhBluezPlace place = {app, to->slot, attribute};

    if (to->fd >= 0 && g_bytes_get_size(value) > 0)
        return send_packet(to, value, error);
    if (bh_bluez_server_can_direct(app->server) &&
        bh_bluez_subscribers_count(app, attribute, to->slot) == 1)
        return send_signal(&place, value, error);
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_NOT_SUPPORTED,
                "%s",
                !bh_bluez_server_can_direct(app->server)
                    ? "BlueZ before 5.76 tells a value to all subscribers or to none"
                    : "BlueZ can tell it to this central together with all others only");
    return FALSE;
}

static gboolean
is_registered(const BhBluezApp *app, guint8 slot)
{
    for (guint8 i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        if ((slot == G_MAXUINT8 || slot == i) &&
            bh_bluez_registration_is_there(&app->registrations[i]))
            return TRUE;
    return FALSE;
}

gboolean
bh_bluez_notification_send(BhBluezApp *app,
                           guint attribute,
                           const BhLinkKey *central,
                           GBytes *value,
                           GError **error)
{
    if (!is_registered(app, central != NULL ? central->slot : G_MAXUINT8)) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_READY, "the services are not registered");
        return FALSE;
    }
    if (central == NULL)
        return send_to_all(app, attribute, value, error);
    BhBluezSubscriber *to = bh_bluez_subscribers_find(app, attribute, central);
    if (to != NULL)
        return send_to_one(app, attribute, to, value, error);
    g_set_error_literal(error, BH_ERROR, BH_ERROR_DISCONNECTED, "the central is not subscribed");
    return FALSE;
}

/* Indications */

static BhBluezIndication *
find_indication(BhBluezApp *app, guint attribute)
{
    for (GList *node = app->indications.head; node != NULL; node = node->next)
        if (((BhBluezIndication *)node->data)->attribute == attribute)
            return node->data;
    return NULL;
}

static BhBluezWaiter
take_out(BhBluezIndication *self)
{
    BhBluezWaiter waiter = self->waiter;

    g_queue_unlink(&self->app->indications, &self->node);
    g_free(self);
    return waiter;
}

static void
fail(BhBluezIndication *self, int code, const char *message)
{
    BhBluezWaiter waiter = take_out(self);

    bh_bluez_waiter_fail_literal(&waiter, code, message);
}

/* When nobody is waited for any more. */
static void
finish_if_done(BhBluezIndication *self)
{
    guint left = 0;

    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        left += self->waits_for[i];
    if (left > 0)
        return;
    if (self->confirmed == 0) {
        fail(self, BH_ERROR_DISCONNECTED, "the central went before it confirmed");
        return;
    }
    BhBluezWaiter waiter = take_out(self);
    bh_bluez_waiter_succeed(&waiter);
}

static void
take_confirmation(BhBluezApp *app, guint attribute, guint8 slot)
{
    BhBluezIndication *self = find_indication(app, attribute);

    if (self == NULL || self->waits_for[slot] == 0)
        return;
    self->waits_for[slot]--;
    self->confirmed++;
    finish_if_done(self);
}

int
bh_bluez_notification_confirm(const BhBluezPlace *place, sd_bus_message *call)
{
    int result = sd_bus_reply_method_return(call, NULL);

    take_confirmation(place->app, place->attribute, place->slot);
    return result;
}

void
bh_bluez_notification_confirmed(BhBluezSubscriber *subscriber)
{
    BhBluezIndication *self = find_indication(subscriber->app, subscriber->attribute);

    if (self != NULL &&
        (self->to_all || bh_bluez_links_equal_keys(&self->central, &subscriber->key)))
        take_confirmation(subscriber->app, subscriber->attribute, subscriber->slot);
}

/* Which of them confirmed already is not known: at most all that are left are waited for. */
static void
update_expected(BhBluezIndication *self, const BhLinkKey *gone)
{
    guint *waits_for = &self->waits_for[gone->slot];

    if (self->to_all)
        *waits_for =
            MIN(*waits_for, bh_bluez_subscribers_count(self->app, self->attribute, gone->slot));
    else if (bh_bluez_links_equal_keys(&self->central, gone))
        *waits_for = 0;
    finish_if_done(self);
}

void
bh_bluez_notifications_left(BhBluezServer *server, const BhLinkKey *key)
{
    g_autoptr(GPtrArray) apps = bh_bluez_apps_list(server);

    for (guint i = 0; i < apps->len; i++) {
        BhBluezApp *app = apps->pdata[i];
        for (GList *node = app->indications.head, *next; node != NULL; node = next) {
            next = node->next;
            update_expected(node->data, key);
        }
    }
}

void
bh_bluez_notifications_end(BhBluezApp *app, guint8 slot, int code, const char *message)
{
    for (GList *node = app->indications.head, *next; node != NULL; node = next) {
        BhBluezIndication *self = node->data;
        next = node->next;
        if (slot == G_MAXUINT8 || self->waits_for[slot] > 0)
            fail(self, code, message);
    }
}

static gboolean
on_cancelled(gpointer data)
{
    fail(data, BH_ERROR_CANCELLED, "cancelled");
    return G_SOURCE_REMOVE;
}

static void
count_expected(BhBluezIndication *self, const BhLinkKey *central)
{
    if (central != NULL) {
        self->waits_for[central->slot] = 1;
        return;
    }
    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++)
        self->waits_for[slot] = bh_bluez_subscribers_count(self->app, self->attribute, slot);
}

static gboolean
may_indicate(BhBluezApp *app, guint attribute, const BhLinkKey *central, GError **error)
{
    if (find_indication(app, attribute) != NULL) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_FAILED, "one is under way");
        return FALSE;
    }
    if (central != NULL || bh_bluez_subscribers_count(app, attribute, G_MAXUINT8) > 0)
        return TRUE;
    g_set_error_literal(error, BH_ERROR, BH_ERROR_DISCONNECTED, "nobody is subscribed");
    return FALSE;
}

void
bh_bluez_notification_indicate(BhBluezApp *app,
                               guint attribute,
                               const BhLinkKey *central,
                               GBytes *value,
                               GTask *task_in)
{
    g_autoptr(GTask) task = task_in;
    GError *error = NULL;

    if (!may_indicate(app, attribute, central, &error) ||
        !bh_bluez_notification_send(app, attribute, central, value, &error)) {
        g_task_return_error(task, error);
        return;
    }
    BhBluezIndication *self = g_new0(BhBluezIndication, 1);
    self->app = app;
    self->attribute = attribute;
    self->to_all = central == NULL;
    if (central != NULL)
        self->central = *central;
    count_expected(self, central);
    self->node.data = self;
    g_queue_push_tail_link(&app->indications, &self->node);
    bh_bluez_waiter_begin(&self->waiter, g_steal_pointer(&task), on_cancelled, self);
}
