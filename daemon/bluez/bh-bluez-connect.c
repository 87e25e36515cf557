/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One step at a time, chosen by advance() from what is known. BlueZ hides why an attempt failed
 * ("le-connection-abort-by-local" stands for everything), so the kernel's word is looked up first.
 *
 * Giving up means Disconnect, which takes back an attempt, too; but not if somebody else's attempt
 * or link would go with it.
 */
#include "bh-bluez-connect.h"

#include "bh-bluez-error.h"
#include "bh-bluez-links.h"
#include "bh-bluez-mgmt-link.h"
#include "bh-bluez-names.h"
#include "bh-error.h"

#define BUSY_RETRY_MS 250

typedef struct {
    BhBluezCentral *central; /* borrowed: owns this */
    GList node;              /* in attempts */
    BhBluezLink *link;       /* used by this */
    BhBluezWaiter waiter;
    gint64 since_us;
    gboolean asked;      /* BlueZ, to connect: what comes of it is ours */
    gboolean answered;   /* that succeeded */
    gboolean connected;  /* there was a link since */
    gboolean finding;    /* by a discovery */
    gboolean by_address; /* ConnectDevice is under way, which cannot be taken back */
    sd_bus_slot *slot;
    guint timer; /* BlueZ was busy */
} Attempt;

/* The end */

static void
stop_finding(Attempt *attempt)
{
    BhBluezCentral *self = attempt->central;
    guint8 slot = attempt->link->key.slot;
    gboolean others = FALSE;

    attempt->finding = FALSE;
    for (GList *node = self->attempts.head; node != NULL; node = node->next) {
        const Attempt *other = node->data;
        others |= other->finding && other->link->key.slot == slot;
    }
    bh_bluez_discovery_set_finding(bh_bluez_central_peek_adapter(self, slot)->discovery, others);
}

static BhBluezWaiter
free_attempt(Attempt *attempt)
{
    BhBluezCentral *self = attempt->central;
    BhBluezWaiter waiter = attempt->waiter;

    if (attempt->finding)
        stop_finding(attempt);
    g_queue_unlink(&self->attempts, &attempt->node);
    sd_bus_slot_unref(attempt->slot);
    g_clear_handle_id(&attempt->timer, g_source_remove);
    bh_bluez_link_unuse(self, attempt->link);
    g_free(attempt);
    bh_bluez_central_update_pace(self);
    return waiter;
}

/* Takes error. */
static void
fail(Attempt *attempt, GError *error)
{
    BhBluezWaiter waiter = free_attempt(attempt);

    bh_bluez_waiter_fail(&waiter, error);
}

static void
succeed(Attempt *attempt)
{
    BhBluezWaiter waiter = free_attempt(attempt);

    bh_bluez_waiter_succeed(&waiter);
}

/* What was asked of BlueZ is taken back. */
static void
give_up(Attempt *attempt)
{
    if (attempt->asked)
        bh_bluez_link_drop(attempt->central, attempt->link);
}

/* Failures */

/* The kernel's word on this attempt; NULL if it said nothing. */
static const BhLinkEvent *
find_failure(const Attempt *attempt)
{
    BhBluezCentral *self = attempt->central;
    const BhLinkKey *key = &attempt->link->key;

    bh_bluez_mgmt_drain(self->bluez);
    const BhLinkEvent *event =
        bh_link_log_find(&self->log, key->slot, &key->address, attempt->since_us);
    return event != NULL && event->happened != BH_LINK_CONNECTED ? event : NULL;
}

static int
code_of_cause(BhLinkCause cause)
{
    switch (cause) {
    case BH_LINK_CAUSE_TIMEOUT:
        return BH_ERROR_TIMEOUT;
    case BH_LINK_CAUSE_REMOTE:
        return BH_ERROR_DISCONNECTED;
    case BH_LINK_CAUSE_NO_RESOURCES:
        return BH_ERROR_LIMIT_EXCEEDED;
    case BH_LINK_CAUSE_POWER:
    case BH_LINK_CAUSE_SUSPEND:
        return BH_ERROR_NOT_READY;
    default:
        return BH_ERROR_FAILED;
    }
}

static GError *
new_error(const Attempt *attempt, const char *said)
{
    const BhLinkEvent *event = find_failure(attempt);

    if (event == NULL)
        return g_error_new(BH_ERROR, BH_ERROR_FAILED, "BlueZ says \"%s\"", said);
    g_autofree char *text = bh_link_event_dup_text(event);
    return g_error_new(BH_ERROR, code_of_cause(event->cause), "%s; BlueZ says \"%s\"", text, said);
}

/* Before 5.82 another attempt under way is only told by a text. */
static gboolean
is_busy(const sd_bus_error *error)
{
    return bh_bluez_error_is_in_progress(error) ||
           g_strcmp0(error->message, "Operation already in progress") == 0;
}

/* Steps */

static void advance(Attempt *attempt);

static gboolean
on_timer(gpointer data)
{
    Attempt *attempt = data;

    attempt->timer = 0;
    advance(attempt);
    return G_SOURCE_REMOVE;
}

static void
wait_and_retry(Attempt *attempt)
{
    attempt->asked = FALSE;
    attempt->timer =
        g_timeout_add(MIN(BUSY_RETRY_MS, attempt->central->bluez->timing.backoff_max_ms),
                      on_timer,
                      attempt);
}

static void
on_connect_failed(Attempt *attempt, const sd_bus_error *error)
{
    BhError code = bh_bluez_error_code(error);

    if (is_busy(error)) {
        wait_and_retry(attempt);
        return;
    }
    if (code == BH_ERROR_NOT_FOUND ||
        sd_bus_error_has_name(error, "org.bluez.Error.AlreadyConnected")) {
        bh_bluez_link_refresh(attempt->central, attempt->link);
        return;
    }
    g_autofree char *text = bh_bluez_error_dup_text(error);
    fail(attempt,
         code != BH_ERROR_FAILED ? g_error_new_literal(BH_ERROR, code, text)
                                 : new_error(attempt, text));
}

static int
on_connected(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    Attempt *attempt = data;
    const sd_bus_error *error = sd_bus_message_get_error(message);

    g_clear_pointer(&attempt->slot, sd_bus_slot_unref);
    if (error != NULL) {
        on_connect_failed(attempt, error);
        return 1;
    }
    attempt->answered = TRUE;
    bh_bluez_link_refresh(attempt->central, attempt->link);
    return 1;
}

/* ConnectDevice is there only in a bluetoothd that was started with --experimental. */
static void
on_connect_device_failed(Attempt *attempt, const sd_bus_error *error)
{
    BhError code = bh_bluez_error_code(error);

    if (code == BH_ERROR_NOT_FOUND || code == BH_ERROR_NOT_SUPPORTED) {
        attempt->central->no_connect_device = TRUE;
        advance(attempt);
    } else if (code == BH_ERROR_ALREADY_EXISTS) {
        bh_bluez_link_refresh(attempt->central, attempt->link);
    } else {
        on_connect_failed(attempt, error);
    }
}

static int
on_device_connected(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    Attempt *attempt = data;
    const sd_bus_error *error = sd_bus_message_get_error(message);

    if (error == NULL) {
        attempt->by_address = FALSE;
        return on_connected(message, data, unused);
    }
    g_clear_pointer(&attempt->slot, sd_bus_slot_unref);
    attempt->by_address = FALSE;
    if (!bh_bluez_waiter_waits(&attempt->waiter))
        free_attempt(attempt);
    else
        on_connect_device_failed(attempt, error);
    return 1;
}

static void
send_call(Attempt *attempt, sd_bus_message *message, sd_bus_message_handler_t on_reply)
{
    BhBluez *bluez = attempt->central->bluez;

    attempt->asked = TRUE;
    attempt->slot =
        bh_bluez_bus_send(bluez->bus, message, bluez->timing.gatt_ms, on_reply, attempt);
    if (attempt->slot == NULL)
        fail(attempt, g_error_new_literal(BH_ERROR, BH_ERROR_NOT_READY, "the bus is gone"));
}

static void
connect_known(Attempt *attempt)
{
    g_autoptr(sd_bus_message) message = bh_bluez_bus_new_call(attempt->central->bluez->bus,
                                                              attempt->link->path,
                                                              BH_BLUEZ_DEVICE,
                                                              "Connect");

    send_call(attempt, message, on_connected);
    if (attempt->finding)
        stop_finding(attempt);
}

static void
connect_by_address(Attempt *attempt, const char *adapter)
{
    const BhAddress *address = &attempt->link->key.address;
    char text[BH_ADDRESS_TEXT_SIZE];
    g_autoptr(sd_bus_message) message = bh_bluez_bus_new_call(attempt->central->bluez->bus,
                                                              adapter,
                                                              BH_BLUEZ_ADAPTER,
                                                              "ConnectDevice");

    bh_address_format(address, text);
    if (message != NULL && sd_bus_message_append(message,
                                                 "a{sv}",
                                                 2,
                                                 "Address",
                                                 "s",
                                                 text,
                                                 "AddressType",
                                                 "s",
                                                 bh_address_type_to_string(address->type)) < 0)
        g_clear_pointer(&message, sd_bus_message_unref);
    attempt->by_address = TRUE;
    send_call(attempt, message, on_device_connected);
}

static void
find(Attempt *attempt, BhBluezAdapter *adapter)
{
    attempt->finding = TRUE;
    bh_bluez_discovery_set_finding(adapter->discovery, TRUE);
}

static gboolean
is_usable(const BhBluezAdapter *adapter)
{
    return adapter->path != NULL && adapter->powered;
}

/* There is no link: what to do about it. */
static void
make_link(Attempt *attempt)
{
    BhBluezCentral *self = attempt->central;
    BhBluezAdapter *adapter = bh_bluez_central_peek_adapter(self, attempt->link->key.slot);

    if (attempt->connected) {
        fail(attempt, bh_bluez_link_new_error(attempt->link));
    } else if (attempt->answered) {
        give_up(attempt);
        fail(attempt, new_error(attempt, "success, but there is no link"));
    } else if (attempt->link->path != NULL) {
        connect_known(attempt);
    } else if (!self->no_connect_device) {
        connect_by_address(attempt, adapter->path);
    } else if (!attempt->finding) {
        find(attempt, adapter);
    }
}

static gboolean
is_alone(const Attempt *attempt)
{
    for (GList *node = attempt->central->attempts.head; node != NULL; node = node->next)
        if (node->data != attempt && ((Attempt *)node->data)->link == attempt->link)
            return FALSE;
    return TRUE;
}

/* Nobody waits any more for what ConnectDevice may bring. */
static void
advance_orphan(Attempt *attempt)
{
    if (attempt->link->connected && is_alone(attempt))
        bh_bluez_link_drop(attempt->central, attempt->link);
    if (attempt->link->connected || !attempt->by_address)
        free_attempt(attempt);
}

static void
advance(Attempt *attempt)
{
    const BhBluezLink *link = attempt->link;

    if (!bh_bluez_waiter_waits(&attempt->waiter)) {
        advance_orphan(attempt);
        return;
    }
    if (link->ready && link->dropping == NULL) {
        succeed(attempt);
        return;
    }
    if (!is_usable(bh_bluez_central_peek_adapter(attempt->central, link->key.slot))) {
        fail(attempt, g_error_new_literal(BH_ERROR, BH_ERROR_NOT_READY, "the adapter is off"));
        return;
    }
    if (link->refresh != NULL || link->dropping != NULL || attempt->timer != 0)
        return;
    if (link->connected)
        attempt->connected = TRUE;
    else if (attempt->slot == NULL)
        make_link(attempt);
    else if (attempt->connected)
        fail(attempt, bh_bluez_link_new_error(link));
}

/* What happens */

typedef gboolean (*Matches)(const Attempt *attempt, gconstpointer what);

static gboolean
is_of_link(const Attempt *attempt, gconstpointer link)
{
    return attempt->link == link;
}

static gboolean
is_of_slot(const Attempt *attempt, gconstpointer slot)
{
    return attempt->link->key.slot == *(const guint8 *)slot;
}

/* Those that are there now; each may end others. */
static void
advance_all(BhBluezCentral *self, Matches matches, gconstpointer what)
{
    g_autoptr(GPtrArray) attempts = g_ptr_array_new();

    for (GList *node = self->attempts.head; node != NULL; node = node->next)
        if (matches(node->data, what))
            g_ptr_array_add(attempts, node->data);
    for (guint i = 0; i < attempts->len; i++)
        if (g_queue_find(&self->attempts, attempts->pdata[i]) != NULL)
            advance(attempts->pdata[i]);
}

void
bh_bluez_attempts_link_changed(BhBluezCentral *self, BhBluezLink *link)
{
    advance_all(self, is_of_link, link);
}

void
bh_bluez_attempts_adapter_changed(BhBluezCentral *self, guint8 slot)
{
    advance_all(self, is_of_slot, &slot);
}

static gboolean
on_cancelled(gpointer data)
{
    Attempt *attempt = data;

    give_up(attempt);
    if (attempt->by_address)
        bh_bluez_waiter_fail_literal(&attempt->waiter, BH_ERROR_CANCELLED, "cancelled");
    else
        fail(attempt, g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "cancelled"));
    return G_SOURCE_REMOVE;
}

void
bh_bluez_attempt_start(BhBluezCentral *self,
                       const BhLinkKey *key,
                       const BhLinkParameters *parameters,
                       GTask *task_in)
{
    g_autoptr(GTask) task = task_in;
    BhBluezAdapter *adapter = bh_bluez_central_peek_adapter(self, key->slot);
    GError *error = NULL;

    if (!is_usable(adapter)) {
        g_task_return_new_error(task,
                                BH_ERROR,
                                BH_ERROR_NOT_READY,
                                adapter->path == NULL ? "no-adapter" : "radio-off");
        return;
    }
    if (!bh_bluez_mgmt_load_parameters(self->bluez, key, parameters, &error)) {
        g_task_return_error(task, error);
        return;
    }
    Attempt *attempt = g_new0(Attempt, 1);
    attempt->central = self;
    attempt->link = bh_bluez_link_use(self, key);
    attempt->since_us = g_get_monotonic_time();
    attempt->node.data = attempt;
    g_queue_push_tail_link(&self->attempts, &attempt->node);
    bh_bluez_waiter_begin(&attempt->waiter, g_steal_pointer(&task), on_cancelled, attempt);
    attempt->timer = g_idle_add_full(G_PRIORITY_DEFAULT, on_timer, attempt, NULL);
    bh_bluez_central_update_pace(self);
}

void
bh_bluez_attempts_clear(BhBluezCentral *self)
{
    while (self->attempts.head != NULL) {
        Attempt *attempt = self->attempts.head->data;
        give_up(attempt);
        fail(attempt, g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "stopped"));
    }
}
