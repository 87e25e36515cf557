/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Requests wait in one list, in the order they came or came back. An attempt belongs to its adapter
 * and outlives its request: an adapter is free again only when the central says that the attempt is
 * over, also of one that was cancelled.
 */
#include "bh-connector-private.h"

#include "bh-error.h"

#define LOOK_AGAIN_MS 500 /* at attempts that may have to give way */

static void queue_look(BhConnector *self);

/* Attempts */

static gboolean
is_linked(BhConnector *self, const BhLinkKey *key)
{
    BhLinkState state = {0};

    return bh_central_peek(self->central, key, &state) && state.connected;
}

static gboolean
is_our_link(BhConnector *self, const BhLinkKey *key)
{
    BhLinkState state = {0};

    return bh_central_peek(self->central, key, &state) && state.connected && state.ours;
}

static void
attempt_free(BhConnectAttempt *attempt)
{
    g_object_unref(attempt->cancellable);
    g_free(attempt);
}

void
bh_connect_request_end(BhConnectRequest *self, const GError *error)
{
    const BhConnectAsker *asker = self->asker;
    gpointer data = self->data;

    g_free(self);
    asker->end(data, error);
}

/* The request of who wants the device again since its attempt was cancelled, out of the queue. */
static BhConnectRequest *
take_successor(BhConnector *self, const BhConnectAttempt *attempt)
{
    for (GList *it = self->waiting.head; it != NULL; it = it->next) {
        BhConnectRequest *request = it->data;
        guint8 slot = 0;

        if (bh_address_equal(&request->address, &attempt->key.address) &&
            request->asker->choose(request->data, &slot, NULL) && slot == attempt->key.slot) {
            g_queue_delete_link(&self->waiting, it);
            return request;
        }
    }
    return NULL;
}

/* The link was quicker than taking the attempt back. */
static void
take_late_link(BhConnector *self, const BhConnectAttempt *attempt)
{
    BhConnectRequest *successor = take_successor(self, attempt);

    if (successor != NULL) {
        successor->asker->inherit(successor->data, &attempt->key, &attempt->parameters);
        bh_connect_request_end(successor, NULL);
    } else if (is_our_link(self, &attempt->key)) {
        bh_central_disconnect(self->central, &attempt->key);
    }
}

static void
attempt_end(BhConnectAttempt *attempt, const GError *error)
{
    BhConnector *self = attempt->connector;
    BhConnectRequest *request = attempt->request;

    self->attempts[attempt->key.slot] = NULL;
    queue_look(self);
    if (request == NULL) {
        if (error == NULL)
            take_late_link(self, attempt);
        return;
    }
    request->attempt = NULL;
    if (error != NULL && attempt->gives_way) {
        request->gave_way++;
        g_queue_push_tail(&self->waiting, request);
        return;
    }
    bh_connect_request_end(request, error);
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhConnectAttempt *attempt = user_data;
    g_autoptr(GError) error = NULL;

    bh_central_connect_finish(BH_CENTRAL(source), result, &error);
    if (error != NULL && attempt->blind_over) {
        g_clear_error(&error);
        g_set_error_literal(&error, BH_ERROR, BH_ERROR_TIMEOUT, "the device was not there");
    }
    if (attempt->connector != NULL)
        attempt_end(attempt, error);
    attempt_free(attempt);
}

static void on_watch(gpointer user_data);

static void
queue_watch(BhConnector *self)
{
    if (self->watch == NULL)
        self->watch = bh_clock_call_in(self->clock, LOOK_AGAIN_MS, on_watch, self);
}

static void
begin(BhConnector *self, BhConnectRequest *request, guint8 slot)
{
    BhConnectAttempt *attempt = g_new0(BhConnectAttempt, 1);

    attempt->connector = self;
    attempt->request = request;
    attempt->key = (BhLinkKey){.slot = slot, .address = request->address};
    attempt->cancellable = g_cancellable_new();
    attempt->begun_us = bh_clock_now_us(self->clock);
    attempt->to_heard = bh_connect_request_is_heard(request);
    request->attempt = attempt;
    request->tried_us = attempt->begun_us;
    self->attempts[slot] = attempt;
    self->n_attempts++;
    queue_watch(self);
    request->asker->begin(request->data, &attempt->key, &attempt->parameters);
    bh_central_connect_async(self->central,
                             &attempt->key,
                             &attempt->parameters,
                             attempt->cancellable,
                             on_connected,
                             attempt);
}

/* Looking for who may begin */

static gboolean
begin_next(BhConnector *self)
{
    guint8 slot = 0;
    BhConnectRequest *request = bh_connector_take_next(self, &slot);

    if (request != NULL)
        begin(self, request, slot);
    return request != NULL;
}

static gboolean
is_idle(BhConnector *self)
{
    for (guint i = 0; i < G_N_ELEMENTS(self->attempts); i++)
        if (self->attempts[i] != NULL)
            return FALSE;
    return g_queue_is_empty(&self->waiting);
}

static void
on_look(gpointer user_data)
{
    BhConnector *self = user_data;

    bh_clear_timer(&self->look);
    while (begin_next(self))
        ;
    if (is_idle(self))
        bh_turns_forget(self->turns);
}

static void
queue_look(BhConnector *self)
{
    if (self->look == NULL)
        self->look = bh_clock_call_in(self->clock, 0, on_look, self);
}

/* What takes long */

static void
watch_attempt(BhConnector *self, BhConnectAttempt *attempt)
{
    gint64 age_ms = (bh_clock_now_us(self->clock) - attempt->begun_us) / 1000;

    if (attempt->request == NULL || g_cancellable_is_cancelled(attempt->cancellable))
        return;
    if (age_ms >= BH_CONNECTOR_BLIND_MS && !bh_connect_request_is_called(attempt->request))
        attempt->blind_over = TRUE;
    else if (age_ms >= bh_connector_get_turn_ms(self, attempt) && !is_linked(self, &attempt->key))
        attempt->gives_way = TRUE;
    if (attempt->blind_over || attempt->gives_way)
        g_cancellable_cancel(attempt->cancellable);
}

static void
on_watch(gpointer user_data)
{
    BhConnector *self = user_data;

    bh_clear_timer(&self->watch);
    for (guint i = 0; i < G_N_ELEMENTS(self->attempts); i++)
        if (self->attempts[i] != NULL)
            watch_attempt(self, self->attempts[i]);
    for (guint i = 0; i < G_N_ELEMENTS(self->attempts); i++)
        if (self->attempts[i] != NULL)
            queue_watch(self);
}

/* The rest of the interface */

BhConnectRequest *
bh_connector_add(BhConnector *self,
                 const BhAddress *address,
                 const BhConnectAsker *asker,
                 gpointer data)
{
    BhConnectRequest *request = g_new0(BhConnectRequest, 1);

    request->connector = self;
    request->address = *address;
    request->asker = asker;
    request->data = data;
    g_queue_push_tail(&self->waiting, request);
    queue_look(self);
    return request;
}

void
bh_connector_cancel(BhConnectRequest **request)
{
    BhConnectRequest *mine = g_steal_pointer(request);
    BhConnectAttempt *attempt;

    if (mine == NULL)
        return;
    attempt = mine->attempt;
    g_queue_remove(&mine->connector->waiting, mine);
    g_free(mine);
    if (attempt == NULL)
        return;
    attempt->request = NULL;
    g_cancellable_cancel(attempt->cancellable);
}

void
bh_connector_look(BhConnector *self)
{
    if (!g_queue_is_empty(&self->waiting))
        queue_look(self);
}

gboolean
bh_connector_is_busy(BhConnector *self, guint8 slot)
{
    return self->attempts[slot] != NULL;
}

gboolean
bh_connector_is_trying(BhConnector *self, const BhLinkKey *key)
{
    const BhConnectAttempt *attempt = self->attempts[key->slot];

    return attempt != NULL && bh_address_equal(&attempt->key.address, &key->address);
}

guint64
bh_connector_get_attempts(BhConnector *self)
{
    return self->n_attempts;
}

BhConnector *
bh_connector_new(BhCentral *central, BhClock *clock)
{
    BhConnector *self = g_new0(BhConnector, 1);

    self->central = central;
    self->clock = clock;
    self->turns = bh_turns_new();
    g_queue_init(&self->waiting);
    return self;
}

void
bh_connector_free(BhConnector *self)
{
    bh_clear_timer(&self->look);
    bh_clear_timer(&self->watch);
    for (guint i = 0; i < G_N_ELEMENTS(self->attempts); i++) {
        BhConnectAttempt *attempt = self->attempts[i];

        if (attempt == NULL)
            continue;
        attempt->connector = NULL;
        g_cancellable_cancel(attempt->cancellable);
    }
    g_queue_clear_full(&self->waiting, g_free);
    bh_turns_free(self->turns);
    g_free(self);
}
