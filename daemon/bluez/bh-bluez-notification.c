/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An indication to all goes to each by its socket, where all have one that confirms, so that it is
 * known who did. Elsewhere confirmations are counted, and of one who leaves it is taken that it had
 * not confirmed.
 */
#include "bh-bluez-notification.h"

#include <errno.h>
#include <sys/socket.h>

#include "bh-bluez-app.h"
#include "bh-bluez-links.h"
#include "bh-bluez-names.h"
#include "bh-bluez-served.h"
#include "bh-bluez-version.h"
#include "bh-bluez-waiter.h"
#include "bh-error.h"

/* Messages to BlueZ that are not yet sent; a bus that is slow holds back whoever tells. */
#define QUEUED_MAX 512

typedef struct {
    BhBluezApp *app; /* borrowed: owns this */
    GList node;      /* in indications */
    guint attribute;
    GArray *waiting; /* BhLinkKey: who was told and has not left; if named, nor confirmed */
    gboolean named;  /* each confirms by its socket; else it is only known how many did */
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
    g_array_unref(self->waiting);
    g_free(self);
    return waiter;
}

static void
fail(BhBluezIndication *self, int code, const char *message)
{
    BhBluezWaiter waiter = take_out(self);

    bh_bluez_waiter_fail_literal(&waiter, code, message);
}

static void
finish_if_done(BhBluezIndication *self)
{
    if (self->waiting->len > (self->named ? 0 : self->confirmed))
        return;
    if (self->confirmed == 0) {
        fail(self, BH_ERROR_DISCONNECTED, "the central went before it confirmed");
        return;
    }
    BhBluezWaiter waiter = take_out(self);
    bh_bluez_waiter_succeed(&waiter);
}

/* FALSE if it is not waited for. */
static gboolean
stop_waiting(BhBluezIndication *self, const BhLinkKey *key)
{
    for (guint i = 0; i < self->waiting->len; i++)
        if (bh_bluez_links_equal_keys(&g_array_index(self->waiting, BhLinkKey, i), key)) {
            g_array_remove_index_fast(self->waiting, i);
            return TRUE;
        }
    return FALSE;
}

/* The next indication follows only what is confirmed, however late: BlueZ keeps that order. Who
 * confirmed by a call is not known, but how many will. */
static void
note_debts(const BhBluezIndication *self)
{
    guint n = self->waiting->len - (self->named ? 0 : self->confirmed);

    for (guint i = 0; i < n; i++) {
        BhBluezSubscriber *it =
            bh_bluez_subscribers_find(self->app,
                                      self->attribute,
                                      &g_array_index(self->waiting, BhLinkKey, i));
        if (it != NULL)
            *(self->named ? &it->owes_bytes : &it->owes_calls) += 1;
    }
}

static gboolean
is_late(const BhBluezPlace *place)
{
    for (guint i = 0; i < place->app->subscribers->len; i++) {
        BhBluezSubscriber *it = place->app->subscribers->pdata[i];
        if (it->attribute != place->attribute || it->slot != place->slot || it->owes_calls == 0)
            continue;
        it->owes_calls--;
        return TRUE;
    }
    return FALSE;
}

/* One of them may have been the one who owed, and will not confirm any more. */
static void
forgive(BhBluezApp *app, guint8 slot)
{
    for (guint i = 0; i < app->subscribers->len; i++) {
        BhBluezSubscriber *it = app->subscribers->pdata[i];
        if (it->slot == slot)
            it->owes_calls = 0;
    }
}

int
bh_bluez_notification_confirm(const BhBluezPlace *place, sd_bus_message *call)
{
    int result = sd_bus_reply_method_return(call, NULL);
    BhBluezIndication *self = find_indication(place->app, place->attribute);

    if (is_late(place))
        return result;
    if (self != NULL && !self->named) {
        self->confirmed++;
        finish_if_done(self);
    }
    return result;
}

void
bh_bluez_notification_confirmed(BhBluezSubscriber *subscriber)
{
    BhBluezIndication *self = find_indication(subscriber->app, subscriber->attribute);

    if (subscriber->owes_bytes > 0)
        subscriber->owes_bytes--;
    else if (self != NULL && self->named && stop_waiting(self, &subscriber->key)) {
        self->confirmed++;
        finish_if_done(self);
    }
}

void
bh_bluez_notifications_left(BhBluezServer *server, const BhLinkKey *key)
{
    g_autoptr(GPtrArray) apps = bh_bluez_apps_list(server);

    for (guint i = 0; i < apps->len; i++) {
        BhBluezApp *app = apps->pdata[i];
        forgive(app, key->slot);
        for (GList *node = app->indications.head, *next; node != NULL; node = next) {
            next = node->next;
            if (stop_waiting(node->data, key))
                finish_if_done(node->data);
        }
    }
}

void
bh_bluez_notifications_renamed(BhBluezServer *server, const BhLinkKey *former, const BhLinkKey *key)
{
    g_autoptr(GPtrArray) apps = bh_bluez_apps_list(server);

    for (guint i = 0; i < apps->len; i++) {
        BhBluezApp *app = apps->pdata[i];
        for (GList *node = app->indications.head; node != NULL; node = node->next)
            if (stop_waiting(node->data, former))
                g_array_append_val(((BhBluezIndication *)node->data)->waiting, *key);
    }
}

static gboolean
waits_on(const BhBluezIndication *self, guint8 slot)
{
    for (guint i = 0; i < self->waiting->len; i++)
        if (g_array_index(self->waiting, BhLinkKey, i).slot == slot)
            return TRUE;
    return slot == G_MAXUINT8;
}

void
bh_bluez_notifications_end(BhBluezApp *app, guint8 slot, int code, const char *message)
{
    for (GList *node = app->indications.head, *next; node != NULL; node = next) {
        BhBluezIndication *self = node->data;
        next = node->next;
        if (waits_on(self, slot))
            fail(self, code, message);
    }
}

static gboolean
on_cancelled(gpointer data)
{
    note_debts(data);
    fail(data, BH_ERROR_CANCELLED, "cancelled");
    return G_SOURCE_REMOVE;
}

/* Who is to confirm; TRUE if each has a socket that says so. */
static gboolean
list_waiting(BhBluezApp *app, guint attribute, const BhLinkKey *central, GArray *waiting)
{
    gboolean named = bh_bluez_version_is_since(app->server->bluez, 5, 80);

    for (guint i = 0; i < app->subscribers->len; i++) {
        const BhBluezSubscriber *one = app->subscribers->pdata[i];
        if (one->attribute != attribute || one->away ||
            (central != NULL && !bh_bluez_links_equal_keys(&one->key, central)))
            continue;
        g_array_append_val(waiting, one->key);
        named &= one->fd >= 0;
    }
    return named;
}

/* To whoever is waited for: by their sockets, or as values are sent. */
static gboolean
send_to(BhBluezApp *app,
        guint attribute,
        const BhLinkKey *central,
        GBytes *value,
        const GArray *by_sockets,
        GError **error)
{
    gboolean sent = TRUE;

    if (by_sockets == NULL)
        return bh_bluez_notification_send(app, attribute, central, value, error);
    for (guint i = 0; i < by_sockets->len && sent; i++)
        sent = bh_bluez_notification_send(app,
                                          attribute,
                                          &g_array_index(by_sockets, BhLinkKey, i),
                                          value,
                                          error);
    return sent;
}

void
bh_bluez_notification_indicate(BhBluezApp *app,
                               guint attribute,
                               const BhLinkKey *central,
                               GBytes *value,
                               GTask *task_in)
{
    g_autoptr(GTask) task = task_in;
    g_autoptr(GArray) waiting = g_array_new(FALSE, FALSE, sizeof(BhLinkKey));
    gboolean named = list_waiting(app, attribute, central, waiting) && g_bytes_get_size(value) > 0;
    GError *error = NULL;

    if (find_indication(app, attribute) != NULL) {
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_FAILED, "one is under way");
        return;
    }
    if (waiting->len == 0) {
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_DISCONNECTED, "nobody is subscribed");
        return;
    }
    if (!send_to(app, attribute, central, value, named ? waiting : NULL, &error)) {
        g_task_return_error(task, error);
        return;
    }
    BhBluezIndication *self = g_new0(BhBluezIndication, 1);
    self->app = app;
    self->attribute = attribute;
    self->waiting = g_steal_pointer(&waiting);
    self->named = named;
    self->node.data = self;
    g_queue_push_tail_link(&app->indications, &self->node);
    bh_bluez_waiter_begin(&self->waiter, g_steal_pointer(&task), on_cancelled, self);
}
