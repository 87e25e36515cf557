/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One step at a time, chosen by advance() from what is known.
 *
 * Giving up means Disconnect, which takes back an attempt, too; but not if somebody else's attempt
 * or link would go with it.
 */
#include "bh-bluez-connect-private.h"

#include "bh-bluez-links.h"
#include "bh-bluez-made.h"
#include "bh-bluez-parameters.h"
#include "bh-error.h"

#define BUSY_RETRY_MS 250

/* The end */

void
bh_bluez_attempt_stop_finding(BhBluezAttempt *attempt)
{
    BhBluezCentral *self = attempt->central;
    guint8 slot = attempt->link->key.slot;
    gboolean others = FALSE;

    attempt->finding = FALSE;
    for (GList *node = self->attempts.head; node != NULL; node = node->next) {
        const BhBluezAttempt *other = node->data;
        others |= other->finding && other->link->key.slot == slot;
    }
    bh_bluez_discovery_set_finding(bh_bluez_central_peek_adapter(self, slot)->discovery, others);
}

BhBluezWaiter
bh_bluez_attempt_free(BhBluezAttempt *attempt)
{
    BhBluezCentral *self = attempt->central;
    BhBluezWaiter waiter = attempt->waiter;

    if (attempt->finding)
        bh_bluez_attempt_stop_finding(attempt);
    g_queue_unlink(&self->attempts, &attempt->node);
    sd_bus_slot_unref(attempt->slot);
    g_clear_handle_id(&attempt->timer, g_source_remove);
    if (attempt->asked && !attempt->link->connected)
        bh_bluez_made_set(self, attempt->link, FALSE);
    bh_bluez_link_unuse(self, attempt->link);
    g_free(attempt);
    bh_bluez_central_update_pace(self);
    return waiter;
}

/* Takes error. */
void
bh_bluez_attempt_fail(BhBluezAttempt *attempt, GError *error)
{
    BhBluezWaiter waiter = bh_bluez_attempt_free(attempt);

    bh_bluez_waiter_fail(&waiter, error);
}

static void
succeed(BhBluezAttempt *attempt)
{
    BhBluezWaiter waiter = bh_bluez_attempt_free(attempt);

    bh_bluez_waiter_succeed(&waiter);
}

/* What was asked of BlueZ is taken back. */
static void
give_up(BhBluezAttempt *attempt)
{
    if (attempt->asked)
        bh_bluez_link_drop(attempt->central, attempt->link);
}

/* Steps */

static gboolean
on_timer(gpointer data)
{
    BhBluezAttempt *attempt = data;

    attempt->timer = 0;
    bh_bluez_attempt_advance(attempt);
    return G_SOURCE_REMOVE;
}

static void
wait_a_little(BhBluezAttempt *attempt)
{
    attempt->timer =
        g_timeout_add(MIN(BUSY_RETRY_MS, attempt->central->bluez->timing.backoff_max_ms),
                      on_timer,
                      attempt);
}

void
bh_bluez_attempt_wait_and_retry(BhBluezAttempt *attempt)
{
    attempt->asked = FALSE;
    bh_bluez_made_set(attempt->central, attempt->link, FALSE);
    wait_a_little(attempt);
}

/* A link whose end we asked for before this attempt, in vain. */
static void
end_former(BhBluezAttempt *attempt)
{
    bh_bluez_link_drop(attempt->central, attempt->link);
    wait_a_little(attempt);
}

static void
find(BhBluezAttempt *attempt, BhBluezAdapter *adapter)
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
make_link(BhBluezAttempt *attempt)
{
    BhBluezCentral *self = attempt->central;
    BhBluezAdapter *adapter = bh_bluez_central_peek_adapter(self, attempt->link->key.slot);

    if (attempt->connected) {
        bh_bluez_attempt_fail(attempt, bh_bluez_link_new_error(attempt->link));
    } else if (attempt->answered) {
        give_up(attempt);
        bh_bluez_attempt_fail(attempt,
                              bh_bluez_attempt_new_error(attempt, "success, but there is no link"));
    } else if (attempt->link->path != NULL) {
        bh_bluez_attempt_connect_known(attempt);
    } else if (!self->no_connect_device) {
        bh_bluez_attempt_connect_by_address(attempt, adapter->path);
    } else if (!attempt->finding) {
        find(attempt, adapter);
    }
}

/* BlueZ does not answer a Connect whose device is forgotten meanwhile, as it is when the kernel
 * fails. To look for the device once more helps, unless the controller has no room. TRUE if that
 * ended the attempt. */
static gboolean
drop_unanswered(BhBluezAttempt *attempt)
{
    if (attempt->slot == NULL || attempt->by_address || attempt->link->path != NULL)
        return FALSE;
    g_clear_pointer(&attempt->slot, sd_bus_slot_unref);
    attempt->asked = FALSE;
    g_autoptr(GError) error = bh_bluez_attempt_new_error(attempt, "nothing");
    if (!g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT_EXCEEDED))
        return FALSE;
    bh_bluez_attempt_fail(attempt, g_steal_pointer(&error));
    return TRUE;
}

static gboolean
is_alone(const BhBluezAttempt *attempt)
{
    for (GList *node = attempt->central->attempts.head; node != NULL; node = node->next)
        if (node->data != attempt && ((BhBluezAttempt *)node->data)->link == attempt->link)
            return FALSE;
    return TRUE;
}

/* Nobody waits any more for what ConnectDevice may bring. */
static void
advance_orphan(BhBluezAttempt *attempt)
{
    if (attempt->link->connected && is_alone(attempt))
        bh_bluez_link_drop(attempt->central, attempt->link);
    if (attempt->link->connected || !attempt->by_address)
        bh_bluez_attempt_free(attempt);
}

/* The end of a link ends the search for services, too, and is told after that. */
static void
fail_undiscovered(BhBluezAttempt *attempt)
{
    if (!attempt->doubted) {
        attempt->doubted = TRUE;
        attempt->connected = TRUE;
        attempt->timer = g_timeout_add(attempt->central->bluez->timing.doubt_ms, on_timer, attempt);
        return;
    }
    gboolean off =
        bh_bluez_central_peek_adapter(attempt->central, attempt->link->key.slot)->going_off;
    give_up(attempt);
    bh_bluez_attempt_fail(
        attempt,
        off ? g_error_new_literal(BH_ERROR, BH_ERROR_NOT_READY, "the adapter is off")
            : g_error_new_literal(BH_ERROR,
                                  BH_ERROR_FAILED,
                                  "there is a link, but BlueZ could not find out the services"));
}

void
bh_bluez_attempt_advance(BhBluezAttempt *attempt)
{
    const BhBluezLink *link = attempt->link;

    if (!bh_bluez_waiter_waits(&attempt->waiter)) {
        advance_orphan(attempt);
        return;
    }
    if (link->match == NULL && link->deaf != NULL) {
        give_up(attempt);
        bh_bluez_attempt_fail(attempt, g_error_copy(link->deaf));
        return;
    }
    if (link->ready && !link->dropped && link->match == NULL) {
        succeed(attempt);
        return;
    }
    if (!is_usable(bh_bluez_central_peek_adapter(attempt->central, link->key.slot))) {
        bh_bluez_attempt_fail(
            attempt,
            g_error_new_literal(BH_ERROR, BH_ERROR_NOT_READY, "the adapter is off"));
        return;
    }
    if (link->refresh != NULL || link->dropping != NULL || attempt->timer != 0)
        return;
    if (drop_unanswered(attempt))
        return;
    if (link->connected && link->dropped)
        end_former(attempt);
    else if (link->connected && link->undiscovered)
        fail_undiscovered(attempt);
    else if (link->connected)
        attempt->connected = TRUE;
    else if (attempt->slot == NULL)
        make_link(attempt);
    else if (attempt->connected && !bh_bluez_attempt_try_again(attempt, NULL))
        bh_bluez_attempt_fail(attempt, bh_bluez_link_new_error(link));
}

/* What happens */

typedef gboolean (*Matches)(const BhBluezAttempt *attempt, gconstpointer what);

static gboolean
is_of_link(const BhBluezAttempt *attempt, gconstpointer link)
{
    return attempt->link == link;
}

static gboolean
is_of_slot(const BhBluezAttempt *attempt, gconstpointer slot)
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
            bh_bluez_attempt_advance(attempts->pdata[i]);
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
    BhBluezAttempt *attempt = data;

    give_up(attempt);
    if (attempt->by_address)
        bh_bluez_waiter_fail_literal(&attempt->waiter, BH_ERROR_CANCELLED, "cancelled");
    else
        bh_bluez_attempt_fail(attempt,
                              g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "cancelled"));
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
    if (!bh_bluez_parameters_load(self->bluez, key, parameters, &error)) {
        g_task_return_error(task, error);
        return;
    }
    BhBluezAttempt *attempt = g_new0(BhBluezAttempt, 1);
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
        BhBluezAttempt *attempt = self->attempts.head->data;
        give_up(attempt);
        bh_bluez_attempt_fail(attempt,
                              g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "stopped"));
    }
}
