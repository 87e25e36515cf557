/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What BlueZ's call is answered with when the link is gone does not matter, but that it is: BlueZ
 * and the bus keep it until then.
 */
#include "bh-bluez-request.h"

#include <errno.h>

#include "bh-bluez-att.h"
#include "bh-bluez-links.h"
#include "bh-bluez-peers.h"
#include "bh-bluez-version.h"

#define GONE 0x0e /* Unlikely Error */

struct BhPeripheralRequest {
    BhBluezServer *server; /* borrowed: owns this */
    GList node;            /* in requests */
    sd_bus_message *call;
    const BhBluezApp *app; /* borrowed: ends this when it goes */
    guint8 slot;
    BhLinkKey central;
    gboolean reads;
};

/* Options */

static int
read_option(BhBluezCallOptions *self, sd_bus_message *message, const char *name)
{
    int authorize = FALSE, result;

    if (g_str_equal(name, "device"))
        return sd_bus_message_read(message, "v", "o", &self->device);
    if (g_str_equal(name, "offset"))
        return sd_bus_message_read(message, "v", "q", &self->offset);
    if (g_str_equal(name, "mtu"))
        return sd_bus_message_read(message, "v", "q", &self->mtu);
    if (!g_str_equal(name, "prepare-authorize"))
        return sd_bus_message_skip(message, "v");
    result = sd_bus_message_read(message, "v", "b", &authorize);
    self->authorize = authorize;
    return result;
}

int
bh_bluez_call_options_read(BhBluezCallOptions *self, sd_bus_message *message)
{
    const char *name;
    int result = sd_bus_message_enter_container(message, 'a', "{sv}");

    *self = (BhBluezCallOptions){0};
    while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "sv")) > 0)
        if ((result = sd_bus_message_read_basic(message, 's', &name)) >= 0 &&
            (result = read_option(self, message, name)) >= 0)
            result = sd_bus_message_exit_container(message);
    return result < 0 ? result : sd_bus_message_exit_container(message);
}

/* Requests */

static BhPeripheralRequest *
new_request(const BhBluezPlace *place,
            sd_bus_message *call,
            const BhPeripheralCentral *central,
            gboolean reads)
{
    BhPeripheralRequest *self = g_new0(BhPeripheralRequest, 1);

    self->server = place->app->server;
    self->call = sd_bus_message_ref(call);
    self->app = place->app;
    self->slot = place->slot;
    self->central = central->key;
    self->reads = reads;
    self->node.data = self;
    g_queue_push_tail_link(&self->server->requests, &self->node);
    return self;
}

/* Of one that is taken out. */
static void
free_request(BhPeripheralRequest *self)
{
    sd_bus_message_unref(self->call);
    g_free(self);
}

static void
refuse(BhPeripheralRequest *self, guint8 status)
{
    gboolean knows_misconfigured = bh_bluez_version_is_since(self->server->bluez, 5, 76);

    bh_bluez_att_reply_error(self->call, status, self->reads, knows_misconfigured);
    free_request(self);
}

int
bh_bluez_request_read(const BhBluezPlace *place, sd_bus_message *call)
{
    BhBluezServer *self = place->app->server;
    BhBluezCallOptions options;
    BhPeripheralCentral central;
    int result = bh_bluez_call_options_read(&options, call);

    if (result < 0)
        return result;
    bh_bluez_peers_identify(self, place->slot, &options, &central);
    self->sink->read(self->sink_data,
                     place->app->id,
                     place->attribute,
                     &central,
                     options.offset,
                     new_request(place, call, &central, TRUE));
    return 1;
}

int
bh_bluez_request_write(const BhBluezPlace *place, sd_bus_message *call)
{
    BhBluezServer *self = place->app->server;
    BhBluezCallOptions options;
    BhPeripheralCentral central;
    g_autoptr(GBytes) value = NULL;
    gconstpointer bytes = NULL;
    gsize size = 0;
    int result = sd_bus_message_read_array(call, 'y', &bytes, &size);

    if (result < 0 || (result = bh_bluez_call_options_read(&options, call)) < 0)
        return result;
    if (size > BH_GATT_VALUE_MAX)
        return -EMSGSIZE;
    bh_bluez_peers_identify(self, place->slot, &options, &central);
    if (!options.authorize)
        value = g_bytes_new(bytes, size);
    self->sink->write(self->sink_data,
                      place->app->id,
                      place->attribute,
                      &central,
                      options.offset,
                      value,
                      new_request(place, call, &central, FALSE));
    return 1;
}

/* Answers */

/* FALSE if it is over already. */
static gboolean
take_out(BhBluezServer *self, const BhPeripheralRequest *request)
{
    for (GList *node = self->requests.head; node != NULL; node = node->next)
        if (node->data == request) {
            g_queue_unlink(&self->requests, node);
            return TRUE;
        }
    return FALSE;
}

static int
reply_value(sd_bus_message *call, GBytes *value)
{
    g_autoptr(sd_bus_message) reply = NULL;
    gsize size = 0;
    gconstpointer bytes = g_bytes_get_data(value, &size);
    int result = sd_bus_message_new_method_return(call, &reply);

    if (result < 0 || (result = sd_bus_message_append_array(reply, 'y', bytes, size)) < 0)
        return result;
    return sd_bus_send(NULL, reply, NULL);
}

void
bh_bluez_request_return_value(BhBluezServer *self, BhPeripheralRequest *request, GBytes *value)
{
    if (!take_out(self, request))
        return;
    reply_value(request->call, value);
    free_request(request);
}

void
bh_bluez_request_return_done(BhBluezServer *self, BhPeripheralRequest *request)
{
    if (!take_out(self, request))
        return;
    sd_bus_reply_method_return(request->call, NULL);
    free_request(request);
}

void
bh_bluez_request_return_error(BhBluezServer *self, BhPeripheralRequest *request, guint8 status)
{
    if (take_out(self, request))
        refuse(request, status);
}

/* The end */

typedef gboolean (*Matches)(const BhPeripheralRequest *request, gconstpointer what);

static gboolean
is_of_central(const BhPeripheralRequest *request, gconstpointer key)
{
    return bh_bluez_links_equal_keys(&request->central, key);
}

static gboolean
is_on_adapter(const BhPeripheralRequest *request, gconstpointer slot)
{
    return request->slot == *(const guint8 *)slot;
}

static gboolean
is_of_app(const BhPeripheralRequest *request, gconstpointer app)
{
    return app == NULL || request->app == app;
}

/* One at a time, since who is told may answer others. */
static BhPeripheralRequest *
take_next(BhBluezServer *self, Matches matches, gconstpointer what)
{
    for (GList *node = self->requests.head; node != NULL; node = node->next)
        if (matches(node->data, what)) {
            g_queue_unlink(&self->requests, node);
            return node->data;
        }
    return NULL;
}

static void
withdraw_all(BhBluezServer *self, Matches matches, gconstpointer what)
{
    BhPeripheralRequest *request;

    while ((request = take_next(self, matches, what)) != NULL) {
        if (self->sink != NULL)
            self->sink->withdrawn(self->sink_data, request);
        refuse(request, GONE);
    }
}

void
bh_bluez_requests_link_gone(BhBluezServer *self, const BhLinkKey *key)
{
    withdraw_all(self, is_of_central, key);
}

void
bh_bluez_requests_link_renamed(BhBluezServer *self, const BhLinkKey *former, const BhLinkKey *key)
{
    for (GList *node = self->requests.head; node != NULL; node = node->next) {
        BhPeripheralRequest *request = node->data;
        if (is_of_central(request, former))
            request->central = *key;
    }
}

void
bh_bluez_requests_adapter_gone(BhBluezServer *self, guint8 slot)
{
    withdraw_all(self, is_on_adapter, &slot);
}

void
bh_bluez_requests_drop(BhBluezServer *self, const BhBluezApp *app)
{
    BhPeripheralRequest *request;

    while ((request = take_next(self, is_of_app, app)) != NULL)
        refuse(request, GONE);
}
