/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The kernel takes connection parameters as entries of devices. One for the next link is loaded
 * just before each attempt, one entry at a time: kernels before 2024 forget all others with each
 * loading, and there is one attempt at a time.
 *
 * A link that is there is changed by an entry that the kernel had before already, so it is loaded
 * twice. The kernel's answer is waited for; changes wait for each other, because only one of them
 * can have its answer.
 */
#include "bh-bluez-parameters.h"

#include "bh-bluez-mgmt-link.h"
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

#define LOADINGS 2 /* of a change */

/* In the kernel's units */

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
bh_bluez_parameters_to_kernel(const BhLinkParameters *wanted)
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

/* Loading */

static void
init_packet(BhBluez *bluez,
            const BhLinkKey *key,
            const BhLinkParameters *wanted,
            BhMgmtPacket *packet)
{
    BhMgmtConnectionParameters kernel = bh_bluez_parameters_to_kernel(wanted);

    bh_mgmt_packet_init(packet,
                        BH_MGMT_LOAD_CONNECTION_PARAMETERS,
                        bh_bluez_mgmt_get_index(bluez, key->slot));
    bh_mgmt_packet_put_parameters(packet, &key->address, &kernel);
}

static GError *
new_unsupported(const BhBluez *bluez)
{
    return g_error_new(BH_ERROR,
                       BH_ERROR_NOT_SUPPORTED,
                       "connection parameters need the management socket: %s",
                       bluez->mgmt == NULL ? bluez->no_mgmt : "the kernel does not take them");
}

gboolean
bh_bluez_parameters_load(BhBluez *bluez,
                         const BhLinkKey *key,
                         const BhLinkParameters *wanted,
                         GError **error)
{
    BhMgmtPacket packet;

    if (wants_nothing(wanted))
        return TRUE;
    init_packet(bluez, key, wanted, &packet);
    if (bh_bluez_mgmt_get_index(bluez, key->slot) != BH_MGMT_INDEX_NONE &&
        bh_mgmt_send_only(bluez->mgmt, &packet))
        return TRUE;
    g_propagate_error(error, new_unsupported(bluez));
    return FALSE;
}

/* Changes */

typedef struct {
    BhBluezCentral *central; /* borrowed: owns this */
    GList link;              /* in changes */
    BhLinkKey key;
    BhLinkParameters wanted;
    guint loaded;     /* how often, by the kernel's answers */
    BhMgmtCall *call; /* NULL = waits */
    BhBluezWaiter waiter;
} Change;

static void go_on(BhBluezCentral *self);

/* Takes the change out. */
static BhBluezWaiter
end(Change *change)
{
    BhBluezWaiter waiter = change->waiter;

    bh_mgmt_call_forget(change->call);
    g_queue_unlink(&change->central->changes, &change->link);
    g_free(change);
    return waiter;
}

/* The next one is begun. Takes error; NULL = it is done. */
static void
finish(Change *change, GError *error)
{
    BhBluezCentral *self = change->central;
    BhBluezWaiter waiter = end(change);

    if (error != NULL)
        bh_bluez_waiter_fail(&waiter, error);
    else
        bh_bluez_waiter_succeed(&waiter);
    go_on(self);
}

static GError *
new_refusal(guint status)
{
    if (status == BH_MGMT_STATUS_NO_ANSWER)
        return g_error_new_literal(BH_ERROR, BH_ERROR_TIMEOUT, "the kernel does not answer");
    if (status == BH_MGMT_STATUS_GONE)
        return g_error_new_literal(BH_ERROR,
                                   BH_ERROR_NOT_SUPPORTED,
                                   "the management socket is lost");
    return g_error_new(BH_ERROR,
                       BH_ERROR_FAILED,
                       "the kernel refuses the connection parameters (status 0x%02x)",
                       status);
}

static GError *
new_cancelled(void)
{
    return g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "cancelled");
}

static void
on_loaded(gpointer data, guint status, const BhMgmtReply *reply)
{
    Change *change = data;

    change->call = NULL;
    if (status != BH_MGMT_STATUS_SUCCESS)
        finish(change, new_refusal(status));
    else if (++change->loaded == LOADINGS)
        finish(change, NULL);
    else if (!bh_bluez_waiter_is_wanted(&change->waiter))
        finish(change, new_cancelled());
    else
        go_on(change->central);
}

static void
go_on(BhBluezCentral *self)
{
    Change *change = self->changes.head != NULL ? self->changes.head->data : NULL;
    BhBluez *bluez = self->bluez;
    BhMgmtPacket packet;

    if (change == NULL || change->call != NULL)
        return;
    init_packet(bluez, &change->key, &change->wanted, &packet);
    if (bh_bluez_mgmt_get_index(bluez, change->key.slot) != BH_MGMT_INDEX_NONE)
        change->call = bh_mgmt_call(bluez->mgmt, &packet, bluez->timing.mgmt_ms, on_loaded, change);
    if (change->call == NULL)
        finish(change,
               g_error_new_literal(BH_ERROR,
                                   BH_ERROR_FAILED,
                                   "the kernel cannot be asked at present"));
}

/* One that was sent stays until it is answered, as the next one could not be sent before; it is not
 * sent again. */
static gboolean
on_cancelled(gpointer data)
{
    Change *change = data;

    if (change->call == NULL)
        finish(change, new_cancelled());
    else
        bh_bluez_waiter_fail_literal(&change->waiter, BH_ERROR_CANCELLED, "cancelled");
    return G_SOURCE_REMOVE;
}

static gboolean
check_kernel(BhBluez *bluez, const BhLinkKey *key, GError **error)
{
    if (bh_bluez_mgmt_get_index(bluez, key->slot) == BH_MGMT_INDEX_NONE) {
        g_propagate_error(error, new_unsupported(bluez));
        return FALSE;
    }
    if (bh_mgmt_get_revision(bluez->mgmt) >= REVISION_CHANGES_LINKS)
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_NOT_SUPPORTED,
                "this kernel changes them for the next link only (management revision %u, "
                "needed %u)",
                bh_mgmt_get_revision(bluez->mgmt),
                REVISION_CHANGES_LINKS);
    return FALSE;
}

void
bh_bluez_parameters_change(BhBluezCentral *self,
                           const BhLinkKey *key,
                           const BhLinkParameters *wanted,
                           GTask *task_in)
{
    g_autoptr(GTask) task = task_in;
    GError *error = NULL;

    if (!check_kernel(self->bluez, key, &error)) {
        g_task_return_error(task, error);
        return;
    }
    Change *change = g_new0(Change, 1);
    change->central = self;
    change->key = *key;
    change->wanted = *wanted;
    change->link.data = change;
    g_queue_push_tail_link(&self->changes, &change->link);
    bh_bluez_waiter_begin(&change->waiter, g_steal_pointer(&task), on_cancelled, change);
    go_on(self);
}

void
bh_bluez_parameters_clear(BhBluezCentral *self)
{
    while (self->changes.head != NULL) {
        BhBluezWaiter waiter = end(self->changes.head->data);
        bh_bluez_waiter_fail_literal(&waiter, BH_ERROR_CANCELLED, "stopped");
    }
}
