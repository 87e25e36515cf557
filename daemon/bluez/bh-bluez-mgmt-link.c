/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The kernel holds one answer back for each kind of question to a controller, so questions for the
 * RSSI wait for each other.
 *
 * Connection parameters are loaded just before each attempt, one entry at a time: kernels before
 * 2024 forget all others with each loading, and there is one attempt at a time.
 */
#include "bh-bluez-mgmt-link.h"

#include "bh-bluez-links.h"
#include "bh-error.h"

/* Core 5.4 Vol 4 Part E 7.8.12 */
#define INTERVAL_MIN 6
#define INTERVAL_MAX 3200
#define LATENCY_MAX 499
#define TIMEOUT_MIN 10
#define TIMEOUT_MAX 3200
#define REVISION_CHANGES_LINKS 23
/* Linux's own */
#define DEFAULT_MIN_INTERVAL 24
#define DEFAULT_MAX_INTERVAL 40
#define DEFAULT_TIMEOUT 42

void
bh_bluez_mgmt_drain(BhBluez *bluez)
{
    if (bluez->mgmt != NULL)
        bh_mgmt_drain(bluez->mgmt);
}

/* The controller's number; BH_MGMT_INDEX_NONE without a socket, too. */
static guint16
index_of(BhBluez *bluez, guint8 slot)
{
    const BhBluezAdapter *adapter = &bluez->adapters[slot];

    return bluez->mgmt != NULL && adapter->path != NULL ? bh_bluez_adapter_get_index(adapter)
                                                        : BH_MGMT_INDEX_NONE;
}

void
bh_bluez_mgmt_disconnect(BhBluez *bluez, const BhLinkKey *key)
{
    guint16 index = index_of(bluez, key->slot);
    BhMgmtPacket packet;

    if (index == BH_MGMT_INDEX_NONE)
        return;
    bh_mgmt_packet_init(&packet, BH_MGMT_DISCONNECT, index);
    bh_mgmt_packet_put_peer(&packet, &key->address);
    bh_mgmt_send_only(bluez->mgmt, &packet);
}

/* Connection parameters */

static guint16
interval_units(guint32 us)
{
    return (guint16)CLAMP(((guint64)us + 625) / 1250, INTERVAL_MIN, INTERVAL_MAX);
}

/* A link must outlast the events that the other side may skip, twice (Core 5.4 Vol 6 Part B
 * 4.5.2): in units of 10 ms, of an interval in units of 1.25 ms. */
static guint16
shortest_timeout(guint16 interval, guint16 latency)
{
    guint32 units = (1u + latency) * interval * 2 / 8 + 1;

    return (guint16)CLAMP(units, TIMEOUT_MIN, TIMEOUT_MAX);
}

static guint16
longest_latency(guint16 interval, guint16 timeout)
{
    return (guint16)MIN(MAX(timeout * 4 / interval, 1) - 1, LATENCY_MAX);
}

BhMgmtConnectionParameters
bh_bluez_mgmt_to_kernel(const BhLinkParameters *wanted)
{
    BhMgmtConnectionParameters kernel = {
        .min_interval = wanted->min_interval_us != 0 ? interval_units(wanted->min_interval_us)
                                                     : DEFAULT_MIN_INTERVAL,
        .max_interval = wanted->max_interval_us != 0 ? interval_units(wanted->max_interval_us)
                                                     : DEFAULT_MAX_INTERVAL,
    };

    if (wanted->max_interval_us == 0)
        kernel.max_interval = MAX(kernel.max_interval, kernel.min_interval);
    kernel.min_interval = MIN(kernel.min_interval, kernel.max_interval);
    guint16 latency = wanted->has_latency ? MIN(wanted->latency, LATENCY_MAX) : 0;
    kernel.timeout = wanted->supervision_ms != 0
                         ? (guint16)MIN(wanted->supervision_ms / 10, TIMEOUT_MAX)
                         : MAX(shortest_timeout(kernel.max_interval, latency), DEFAULT_TIMEOUT);
    kernel.timeout = MAX(kernel.timeout, shortest_timeout(kernel.max_interval, 0));
    kernel.latency = MIN(latency, longest_latency(kernel.max_interval, kernel.timeout));
    return kernel;
}

static gboolean
wants_nothing(const BhLinkParameters *wanted)
{
    return wanted == NULL || (wanted->min_interval_us == 0 && wanted->max_interval_us == 0 &&
                              !wanted->has_latency && wanted->supervision_ms == 0);
}

static gboolean
load(BhBluez *bluez, const BhLinkKey *key, const BhLinkParameters *wanted, GError **error)
{
    guint16 index = index_of(bluez, key->slot);
    BhMgmtConnectionParameters kernel = bh_bluez_mgmt_to_kernel(wanted);
    BhMgmtPacket packet;

    bh_mgmt_packet_init(&packet, BH_MGMT_LOAD_CONNECTION_PARAMETERS, index);
    bh_mgmt_packet_put_parameters(&packet, &key->address, &kernel);
    if (index != BH_MGMT_INDEX_NONE && bh_mgmt_send_only(bluez->mgmt, &packet))
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_NOT_SUPPORTED,
                "connection parameters need the management socket: %s",
                bluez->mgmt == NULL ? bluez->no_mgmt : "the kernel does not take them");
    return FALSE;
}

gboolean
bh_bluez_mgmt_load_parameters(BhBluez *bluez,
                              const BhLinkKey *key,
                              const BhLinkParameters *wanted,
                              GError **error)
{
    return wants_nothing(wanted) || load(bluez, key, wanted, error);
}

/* The kernel looks at the link only if it had an entry for the device before. */
gboolean
bh_bluez_mgmt_change_parameters(BhBluez *bluez,
                                const BhLinkKey *key,
                                const BhLinkParameters *wanted,
                                GError **error)
{
    if (bluez->mgmt != NULL && bh_mgmt_get_revision(bluez->mgmt) < REVISION_CHANGES_LINKS) {
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_NOT_SUPPORTED,
                    "this kernel changes them for the next link only (management revision %u, "
                    "needed %u)",
                    bh_mgmt_get_revision(bluez->mgmt),
                    REVISION_CHANGES_LINKS);
        return FALSE;
    }
    return load(bluez, key, wanted, error) && load(bluez, key, wanted, error);
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
    guint16 index = index_of(self->bluez, request->key.slot);
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
