/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One table holds every path asked for or waiting, so that a device that goes on speaking is asked
 * for once. A request without a slot waits, in the order of the queue.
 */
#include "bh-bluez-fetch.h"

#include "bh-bluez-names.h"

typedef struct {
    BhBluezFetch *fetch; /* borrowed: owns this */
    char *path;
    sd_bus_slot *slot; /* NULL = waits */
    GList link;        /* in waiting */
} Request;

struct BhBluezFetch {
    BhBluezBus *bus; /* borrowed: outlives this */
    guint timeout_ms;
    BhBluezFetchedFunc fetched;
    gpointer data;
    GHashTable *requests; /* path -> Request, owned */
    GQueue waiting;
    guint active;
    guint dropped; /* since the last clear */
};

static void
free_request(gpointer data)
{
    Request *request = data;

    if (request->slot != NULL) {
        sd_bus_slot_unref(request->slot);
        request->fetch->active--;
    } else {
        g_queue_unlink(&request->fetch->waiting, &request->link);
    }
    g_free(request->path);
    g_free(request);
}

static int on_reply(sd_bus_message *message, void *data, sd_bus_error *error);

static sd_bus_slot *
send_request(Request *request)
{
    BhBluezBus *bus = request->fetch->bus;
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(bus, request->path, BH_DBUS_PROPERTIES, "GetAll");

    if (message == NULL || sd_bus_message_append(message, "s", BH_BLUEZ_DEVICE) < 0)
        return NULL;
    return bh_bluez_bus_send(bus, message, request->fetch->timeout_ms, on_reply, request);
}

static void
send_waiting(BhBluezFetch *self)
{
    while (self->active < BH_BLUEZ_FETCH_ACTIVE_MAX && self->waiting.head != NULL) {
        Request *request = self->waiting.head->data;
        sd_bus_slot *slot = send_request(request);
        if (slot == NULL) {
            g_hash_table_remove(self->requests, request->path);
            continue;
        }
        g_queue_unlink(&self->waiting, &request->link);
        request->slot = slot;
        self->active++;
    }
}

static int
on_reply(sd_bus_message *message, void *data, sd_bus_error *error)
{
    Request *request = data;
    BhBluezFetch *self = request->fetch;
    g_autofree char *path = g_strdup(request->path);

    g_hash_table_remove(self->requests, path);
    if (sd_bus_message_get_error(message) == NULL)
        self->fetched(self->data, path, message);
    send_waiting(self);
    return 1;
}

void
bh_bluez_fetch_add(BhBluezFetch *self, const char *path)
{
    if (g_hash_table_contains(self->requests, path))
        return;
    if (self->waiting.length >= BH_BLUEZ_FETCH_WAITING_MAX) {
        const Request *oldest = self->waiting.head->data;
        g_hash_table_remove(self->requests, oldest->path);
        self->dropped++;
    }
    Request *request = g_new0(Request, 1);
    request->fetch = self;
    request->path = g_strdup(path);
    request->link.data = request;
    g_queue_push_tail_link(&self->waiting, &request->link);
    g_hash_table_insert(self->requests, request->path, request);
    send_waiting(self);
}

void
bh_bluez_fetch_remove(BhBluezFetch *self, const char *path)
{
    g_hash_table_remove(self->requests, path);
    send_waiting(self);
}

void
bh_bluez_fetch_clear(BhBluezFetch *self)
{
    g_hash_table_remove_all(self->requests);
    if (self->dropped > 0)
        g_message("%u devices spoke and were not asked for: too many at once", self->dropped);
    self->dropped = 0;
}

BhBluezFetch *
bh_bluez_fetch_new(BhBluezBus *bus, guint timeout_ms, BhBluezFetchedFunc fetched, gpointer data)
{
    BhBluezFetch *self = g_new0(BhBluezFetch, 1);

    self->bus = bus;
    self->timeout_ms = timeout_ms;
    self->fetched = fetched;
    self->data = data;
    self->requests = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_request);
    g_queue_init(&self->waiting);
    return self;
}

void
bh_bluez_fetch_free(BhBluezFetch *self)
{
    g_hash_table_unref(self->requests);
    g_free(self);
}
