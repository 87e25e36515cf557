/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * When a central without a bond leaves, BlueZ closes the socket that it made first, whoever's that
 * is, and then that central's own. Both ends are seen at about the same time. So a socket that is
 * closed while its central stays is doubted for a moment: if another subscriber left, it may be
 * that, and its central counts as subscribed without a socket; else it unsubscribed.
 *
 * Two mistakes remain, and neither does harm, because BlueZ tells a value only to those whose
 * descriptor says so: who unsubscribes in that moment stays on the list, and so does one of several
 * where BlueZ tells only of the last.
 */
#include "bh-bluez-subscriber.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bh-bluez-app.h"
#include "bh-bluez-links.h"
#include "bh-bluez-notification.h"
#include "bh-bluez-peers.h"

#define REFUSAL "org.bluez.Error.NotSupported" /* after Failed BlueZ would not go on without */
#define ANYBODY G_MAXUINT8

/* The list */

static void
tell(BhBluezApp *app, guint attribute)
{
    BhBluezServer *server = app->server;

    if (server->sink != NULL)
        server->sink->subscribers_changed(server->sink_data, app->id, attribute);
}

static void
close_socket(BhBluezSubscriber *self)
{
    g_clear_handle_id(&self->source, g_source_remove);
    g_clear_handle_id(&self->doubt, g_source_remove);
    if (self->fd >= 0)
        close(self->fd);
    self->fd = -1;
    self->owes_bytes = 0;
}

void
bh_bluez_subscriber_free(gpointer subscriber)
{
    close_socket(subscriber);
    g_free(subscriber);
}

static BhBluezSubscriber *
find_on(BhBluezApp *app, guint8 slot, guint attribute, const BhLinkKey *key)
{
    for (guint i = 0; i < app->subscribers->len; i++) {
        BhBluezSubscriber *self = app->subscribers->pdata[i];
        if (self->slot == slot && self->attribute == attribute &&
            bh_bluez_links_equal_keys(&self->key, key))
            return self;
    }
    return NULL;
}

BhBluezSubscriber *
bh_bluez_subscribers_find(BhBluezApp *app, guint attribute, const BhLinkKey *key)
{
    BhBluezSubscriber *self = find_on(app, key->slot, attribute, key);

    return self != NULL && !self->away ? self : NULL;
}

static BhBluezSubscriber *
ensure(const BhBluezPlace *place, const BhLinkKey *key)
{
    BhBluezSubscriber *self = find_on(place->app, place->slot, place->attribute, key);

    if (self != NULL) {
        self->away = FALSE;
        close_socket(self);
        return self;
    }
    self = g_new0(BhBluezSubscriber, 1);
    self->app = place->app;
    self->slot = place->slot;
    self->attribute = place->attribute;
    self->key = *key;
    self->fd = -1;
    g_ptr_array_add(place->app->subscribers, self);
    return self;
}

static gboolean
counts(const BhBluezSubscriber *self, guint attribute, guint8 slot)
{
    return self->attribute == attribute && !self->away && (slot == ANYBODY || self->slot == slot);
}

guint
bh_bluez_subscribers_count(BhBluezApp *app, guint attribute, guint8 slot)
{
    guint n = 0;

    for (guint i = 0; i < app->subscribers->len; i++)
        n += counts(app->subscribers->pdata[i], attribute, slot);
    return n;
}

/* One who is away may be back under another address; and BlueZ may say that the last one left when
 * it lost count of those who left while it was asking. */
gboolean
bh_bluez_subscribers_has_any(BhBluezApp *app, guint attribute, guint8 slot)
{
    if (bh_bluez_peers_has_any(app->server, slot))
        return TRUE;
    for (guint i = 0; i < app->subscribers->len; i++) {
        const BhBluezSubscriber *self = app->subscribers->pdata[i];
        if (self->attribute == attribute && self->slot == slot)
            return TRUE;
    }
    return FALSE;
}

void
bh_bluez_subscribers_get(BhBluezApp *app, guint attribute, BhPeripheralSubscribers *list)
{
    GArray *centrals = app->server->listed;

    g_array_set_size(centrals, 0);
    *list = (BhPeripheralSubscribers){
        .certain = bh_bluez_server_can_direct(app->server),
        .centrals = centrals,
    };
    for (guint i = 0; i < app->subscribers->len; i++) {
        const BhBluezSubscriber *self = app->subscribers->pdata[i];
        if (!counts(self, attribute, ANYBODY))
            continue;
        list->n++;
        list->certain &= self->fd >= 0;
        if (self->key.slot != ANYBODY)
            g_array_append_val(centrals, self->key);
    }
}

/* Sockets */

static gboolean
on_doubt_is_over(gpointer data)
{
    BhBluezSubscriber *self = data;
    BhBluezApp *app = self->app;
    guint attribute = self->attribute;
    gint64 around_us = (gint64)app->server->bluez->timing.doubt_ms * 2 * 1000;

    self->doubt = 0;
    if (g_get_monotonic_time() - app->left_us[self->slot] > around_us)
        g_ptr_array_remove(app->subscribers, self);
    tell(app, attribute);
    return G_SOURCE_REMOVE;
}

static void
lose_socket(BhBluezSubscriber *self)
{
    close_socket(self);
    self->doubt = g_timeout_add(self->app->server->bluez->timing.doubt_ms, on_doubt_is_over, self);
}

static gboolean
on_socket(gint fd, GIOCondition condition, gpointer data)
{
    BhBluezSubscriber *self = data;
    guint8 bytes[16];
    gssize n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

    if (n > 0) {
        bh_bluez_notification_confirmed(self);
        return G_SOURCE_CONTINUE;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR) && (condition & (G_IO_HUP | G_IO_ERR)) == 0)
        return G_SOURCE_CONTINUE;
    self->source = 0;
    lose_socket(self);
    return G_SOURCE_REMOVE;
}

static int
reply_socket(sd_bus_message *call, int theirs, guint16 mtu)
{
    return sd_bus_reply_method_return(call, "hq", theirs, mtu);
}

static int
give_socket(BhBluezSubscriber *self, sd_bus_message *call, guint16 mtu)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
        return sd_bus_reply_method_errorf(call, REFUSAL, "no socket: %s", g_strerror(errno));
    self->fd = ends[0];
    self->source = g_unix_fd_add(ends[0], G_IO_IN | G_IO_HUP | G_IO_ERR, on_socket, self);
    int result = reply_socket(call, ends[1], mtu);
    close(ends[1]);
    return result;
}

/* Calls of BlueZ */

int
bh_bluez_subscriber_acquire(const BhBluezPlace *place, sd_bus_message *call)
{
    BhBluezServer *server = place->app->server;
    BhBluezCallOptions options;
    BhPeripheralCentral central;
    int result = bh_bluez_call_options_read(&options, call);

    if (result < 0)
        return result;
    bh_bluez_peers_identify(server, place->slot, &options, &central);
    BhBluezSubscriber *self = ensure(place, &central.key);
    if (bh_bluez_server_can_direct(server))
        result = give_socket(self, call, options.mtu);
    else
        result = sd_bus_reply_method_errorf(call, REFUSAL, "all of them are told by one signal");
    tell(place->app, place->attribute);
    return result;
}

/* Who it is was told by the call that was refused before. */
int
bh_bluez_subscriber_start(const BhBluezPlace *place, sd_bus_message *call)
{
    return sd_bus_reply_method_return(call, NULL);
}

typedef gboolean (*Matches)(const BhBluezSubscriber *self, gconstpointer what);

static gboolean
remove_if(BhBluezApp *app, Matches matches, gconstpointer what)
{
    guint former = app->subscribers->len;

    for (guint i = former; i > 0; i--)
        if (matches(app->subscribers->pdata[i - 1], what))
            g_ptr_array_remove_index(app->subscribers, i - 1);
    return app->subscribers->len != former;
}

static gboolean
has_no_socket_at(const BhBluezSubscriber *self, gconstpointer place)
{
    const BhBluezPlace *at = place;

    return self->fd < 0 && self->slot == at->slot && self->attribute == at->attribute;
}

int
bh_bluez_subscriber_stop(const BhBluezPlace *place, sd_bus_message *call)
{
    if (remove_if(place->app, has_no_socket_at, place))
        tell(place->app, place->attribute);
    return sd_bus_reply_method_return(call, NULL);
}

/* Links */

/* One at a time, since who is told may do anything. */
static BhBluezSubscriber *
find_of(BhBluezApp *app, const BhLinkKey *key, gboolean away)
{
    for (guint i = 0; i < app->subscribers->len; i++) {
        BhBluezSubscriber *self = app->subscribers->pdata[i];
        if (self->away == away && bh_bluez_links_equal_keys(&self->key, key))
            return self;
    }
    return NULL;
}

static void
come_back(BhBluezSubscriber *self, gboolean unused)
{
    self->away = FALSE;
    tell(self->app, self->attribute);
}

static void
leave(BhBluezSubscriber *self, gboolean bonded)
{
    BhBluezApp *app = self->app;
    guint attribute = self->attribute;
    guint8 slot = self->slot;

    app->left_us[slot] = g_get_monotonic_time();
    close_socket(self);
    self->owes_calls = 0;
    if (bonded)
        self->away = TRUE;
    else
        g_ptr_array_remove(app->subscribers, self);
    tell(app, attribute);
}

/* All subscriptions of a central that are away or not. */
static void
each_of(BhBluezServer *server,
        const BhLinkKey *key,
        gboolean away,
        void (*func)(BhBluezSubscriber *, gboolean),
        gboolean data)
{
    g_autoptr(GPtrArray) apps = bh_bluez_apps_list(server);

    for (guint i = 0; i < apps->len; i++) {
        BhBluezSubscriber *self;
        while ((self = find_of(apps->pdata[i], key, away)) != NULL)
            func(self, data);
    }
}

void
bh_bluez_subscribers_link_made(BhBluezServer *server, const BhLinkKey *key)
{
    each_of(server, key, TRUE, come_back, FALSE);
}

static gboolean
is_away_of(const BhBluezSubscriber *self, gconstpointer key)
{
    return self->away && bh_bluez_links_equal_keys(&self->key, key);
}

/* BlueZ keeps what a central subscribed to as long as the bond. */
static void
forget_away(BhBluezServer *server, const BhLinkKey *key)
{
    g_autoptr(GPtrArray) apps = bh_bluez_apps_list(server);

    for (guint i = 0; i < apps->len; i++)
        remove_if(apps->pdata[i], is_away_of, key);
}

void
bh_bluez_subscribers_link_gone(BhBluezServer *server, const BhLinkKey *key, gboolean bonded)
{
    each_of(server, key, FALSE, leave, bonded);
    if (!bonded)
        forget_away(server, key);
    bh_bluez_notifications_left(server, key);
}

void
bh_bluez_subscribers_link_renamed(BhBluezServer *server,
                                  const BhLinkKey *former,
                                  const BhLinkKey *key)
{
    g_autoptr(GPtrArray) apps = bh_bluez_apps_list(server);

    for (guint i = 0; i < apps->len; i++) {
        BhBluezApp *app = apps->pdata[i];
        for (guint j = 0; j < app->subscribers->len; j++) {
            BhBluezSubscriber *self = app->subscribers->pdata[j];
            if (bh_bluez_links_equal_keys(&self->key, former))
                self->key = *key;
        }
    }
    bh_bluez_notifications_renamed(server, former, key);
}

static gboolean
is_on(const BhBluezSubscriber *self, gconstpointer slot)
{
    return self->slot == *(const guint8 *)slot;
}

void
bh_bluez_subscribers_reset(BhBluezApp *app, guint8 slot)
{
    remove_if(app, is_on, &slot);
}
