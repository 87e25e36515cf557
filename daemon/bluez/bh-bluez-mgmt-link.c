/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The kernel holds one answer back for each kind of question to a controller, so questions for the
 * RSSI wait for each other.
 */
#include "bh-bluez-mgmt-link.h"

#include "bh-bluez-links.h"
#include "bh-error.h"

void
bh_bluez_mgmt_drain(BhBluez *bluez)
{
    if (bluez->mgmt != NULL)
        bh_mgmt_drain(bluez->mgmt);
}

guint16
bh_bluez_mgmt_get_index(BhBluez *bluez, guint8 slot)
{
    const BhBluezAdapter *adapter = &bluez->adapters[slot];

    return bluez->mgmt != NULL && adapter->path != NULL ? bh_bluez_adapter_get_index(adapter)
                                                        : BH_MGMT_INDEX_NONE;
}

void
bh_bluez_mgmt_disconnect(BhBluez *bluez, const BhLinkKey *key)
{
    guint16 index = bh_bluez_mgmt_get_index(bluez, key->slot);
    BhMgmtPacket packet;

    if (index == BH_MGMT_INDEX_NONE)
        return;
    bh_mgmt_packet_init(&packet, BH_MGMT_DISCONNECT, index);
    bh_mgmt_packet_put_peer(&packet, &key->address);
    bh_mgmt_send_only(bluez->mgmt, &packet);
}

/* RSSI */

typedef struct {
    BhBluezCentral *central; /* borrowed: owns this */
    GList link;              /* in requests */
    BhLinkKey key;
    BhMgmtCall *call; /* NULL = waits */
    BhBluezWaiter waiter;
} Request;

static void ask_next(BhBluezCentral *self);

/* Takes the request out; the next one is asked. */
static BhBluezWaiter
end_request(Request *request)
{
    BhBluezCentral *self = request->central;
    BhBluezWaiter waiter = request->waiter;

    bh_mgmt_call_forget(request->call);
    g_queue_unlink(&self->requests, &request->link);
    g_free(request);
    return waiter;
}

static void
fail(Request *request, int code, const char *message)
{
    BhBluezCentral *self = request->central;
    BhBluezWaiter waiter = end_request(request);

    bh_bluez_waiter_fail_literal(&waiter, code, message);
    ask_next(self);
}

static void
on_answer(gpointer data, guint status, const BhMgmtReply *reply)
{
    Request *request = data;
    BhBluezCentral *self = request->central;
    BhMgmtPeer peer;
    gint8 rssi = BH_RSSI_UNKNOWN;

    request->call = NULL;
    if (status == BH_MGMT_STATUS_NOT_CONNECTED) {
        fail(request, BH_ERROR_DISCONNECTED, "there is no link");
    } else if (status == BH_MGMT_STATUS_NO_ANSWER) {
        fail(request, BH_ERROR_TIMEOUT, "the kernel does not answer");
    } else if (status == BH_MGMT_STATUS_GONE) {
        fail(request, BH_ERROR_NOT_SUPPORTED, "the management socket is lost");
    } else if (status != BH_MGMT_STATUS_SUCCESS || !bh_mgmt_reply_get_rssi(reply, &peer, &rssi)) {
        fail(request, BH_ERROR_FAILED, "the kernel does not say");
    } else if (rssi == BH_RSSI_UNKNOWN) {
        fail(request, BH_ERROR_NOT_SUPPORTED, "the controller does not know it");
    } else {
        BhBluezWaiter waiter = end_request(request);
        g_autoptr(GTask) task = bh_bluez_waiter_take(&waiter);
        if (task != NULL)
            g_task_return_int(task, rssi);
        ask_next(self);
    }
}

static void
ask_next(BhBluezCentral *self)
{
    Request *request = self->requests.head != NULL ? self->requests.head->data : NULL;
    BhMgmtPacket packet;

    if (request == NULL || request->call != NULL)
        return;
    guint16 index = bh_bluez_mgmt_get_index(self->bluez, request->key.slot);
    bh_mgmt_packet_init(&packet, BH_MGMT_GET_CONNECTION_INFORMATION, index);
    bh_mgmt_packet_put_peer(&packet, &request->key.address);
    if (index != BH_MGMT_INDEX_NONE)
        request->call = bh_mgmt_call(self->bluez->mgmt,
                                     &packet,
                                     self->bluez->timing.mgmt_ms,
                                     on_answer,
                                     request);
    if (request->call == NULL)
        fail(request,
             index == BH_MGMT_INDEX_NONE ? BH_ERROR_NOT_READY : BH_ERROR_FAILED,
             "the kernel cannot be asked at present");
}

/* A question that was asked stays until it is answered: the next one could not be asked before. */
static gboolean
on_cancelled(gpointer data)
{
    Request *request = data;

    if (request->call == NULL)
        fail(request, BH_ERROR_CANCELLED, "cancelled");
    else
        bh_bluez_waiter_fail_literal(&request->waiter, BH_ERROR_CANCELLED, "cancelled");
    return G_SOURCE_REMOVE;
}

void
bh_bluez_rssi_start(BhBluezCentral *self, const BhLinkKey *key, GTask *task_in)
{
    g_autoptr(GTask) task = task_in;
    BhLinkState state = {0};
    BhBluezLink *link = bh_bluez_links_find(self, key);

    if (link != NULL)
        bh_bluez_link_get_state(link, &state);
    if (self->bluez->mgmt == NULL) {
        g_task_return_new_error(task,
                                BH_ERROR,
                                BH_ERROR_NOT_SUPPORTED,
                                "the RSSI of a link needs the management socket: %s",
                                self->bluez->no_mgmt);
        return;
    }
    if (!state.connected) {
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_DISCONNECTED, "there is no link");
        return;
    }
    Request *request = g_new0(Request, 1);
    request->central = self;
    request->key = *key;
    request->link.data = request;
    g_queue_push_tail_link(&self->requests, &request->link);
    bh_bluez_waiter_begin(&request->waiter, g_steal_pointer(&task), on_cancelled, request);
    ask_next(self);
}

void
bh_bluez_rssi_clear(BhBluezCentral *self)
{
    while (self->requests.head != NULL) {
        BhBluezWaiter waiter = end_request(self->requests.head->data);
        bh_bluez_waiter_fail_literal(&waiter, BH_ERROR_CANCELLED, "stopped");
    }
}
