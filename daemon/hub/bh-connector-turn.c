/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Clients take turns, but first those that are promising: an attempt at a device that has just been
 * heard takes part of a second, one at a device that is not there takes all the time it is given.
 * Every so often the turn alone decides, so that no crowd of promising ones keeps the others away
 * for ever.
 */
#include "bh-connector-private.h"

/* By what is promising, between two by turn alone. */
#define CHOICES_MAX 4

typedef enum {
    RANK_HEARD,
    RANK_NEW,   /* never tried: nothing speaks against it */
    RANK_TRIED, /* without success, and not heard since */
} Rank;

gboolean
bh_connect_request_is_called(const BhConnectRequest *self)
{
    g_autoptr(GPtrArray) clients = g_ptr_array_new();

    return self->asker->list_clients(self->data, clients);
}

gboolean
bh_connect_request_is_heard(const BhConnectRequest *self)
{
    gint64 heard_us = self->asker->get_heard_us(self->data);
    gint64 now_us = bh_clock_now_us(self->connector->clock);

    return heard_us != 0 && heard_us > self->tried_us &&
           now_us - heard_us <= BH_CONNECTOR_HEARD_MS * 1000;
}

static Rank
rank_of(const BhConnectRequest *request)
{
    if (bh_connect_request_is_heard(request))
        return RANK_HEARD;
    return request->tried_us == 0 ? RANK_NEW : RANK_TRIED;
}

/* Whose turn it is */

typedef struct {
    BhConnectRequest *request;
    guint8 slot;
    Rank rank;
    gsize turn;
    gboolean called; /* a call waits for it */
} Next;

static gboolean
is_before(const Next *it, const Next *best)
{
    if (best->request == NULL || it->rank != best->rank)
        return best->request == NULL || it->rank < best->rank;
    if (it->turn != best->turn)
        return it->turn < best->turn;
    return it->called && !best->called;
}

static void
consider(BhConnector *self, BhConnectRequest *request, Next *next)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) clients = g_ptr_array_new();
    Next it = {.request = request};

    if (!request->asker->choose(request->data, &it.slot, &error)) {
        g_queue_remove(&self->waiting, request);
        bh_connect_request_end(request, error);
        return;
    }
    if (self->attempts[it.slot] != NULL)
        return;
    it.rank = self->choices[it.slot] < CHOICES_MAX ? rank_of(request) : RANK_HEARD;
    it.called = request->asker->list_clients(request->data, clients);
    it.turn = bh_turns_get_oldest(self->turns, clients);
    if (is_before(&it, next))
        *next = it;
}

static GPtrArray *
list_waiting(BhConnector *self)
{
    GPtrArray *list = g_ptr_array_new();

    for (GList *it = self->waiting.head; it != NULL; it = it->next)
        g_ptr_array_add(list, it->data);
    return list;
}

static void
take_turn(BhConnector *self, const Next *next)
{
    g_autoptr(GPtrArray) clients = g_ptr_array_new();
    guint *choices = &self->choices[next->slot];

    *choices = *choices < CHOICES_MAX ? *choices + 1 : 0;
    next->request->asker->list_clients(next->request->data, clients);
    bh_turns_take(self->turns, clients);
}

BhConnectRequest *
bh_connector_take_next(BhConnector *self, guint8 *slot)
{
    g_autoptr(GPtrArray) list = list_waiting(self);
    Next next = {0};

    for (guint i = 0; i < list->len; i++)
        if (g_queue_find(&self->waiting, list->pdata[i]) != NULL) /* an end may cancel others */
            consider(self, list->pdata[i], &next);
    if (next.request == NULL || !g_queue_remove(&self->waiting, next.request))
        return NULL;
    take_turn(self, &next);
    *slot = next.slot;
    return next.request;
}

/* For how long */

/* Before one that is heard: longer each time, so that a device that advertises seldom is met. */
static gint64
get_patience_ms(const BhConnectRequest *request)
{
    gint64 patience_ms = BH_CONNECTOR_YIELD_MS << MIN(request->gave_way, 8);

    return MIN(patience_ms, BH_CONNECTOR_TURN_MS);
}

static gint64
get_turn_before_ms(const BhConnectAttempt *attempt, gboolean called, const BhConnectRequest *other)
{
    gboolean other_called = bh_connect_request_is_called(other);

    if (!called && other_called)
        return BH_CONNECTOR_YIELD_MS;
    if (!attempt->to_heard && (other_called || !called) && bh_connect_request_is_heard(other))
        return get_patience_ms(attempt->request);
    return BH_CONNECTOR_TURN_MS;
}

gint64
bh_connector_get_turn_ms(BhConnector *self, const BhConnectAttempt *attempt)
{
    gboolean called = bh_connect_request_is_called(attempt->request);
    gint64 turn_ms = G_MAXINT64;

    for (GList *it = self->waiting.head; it != NULL; it = it->next) {
        const BhConnectRequest *other = it->data;
        guint8 wanted = 0;

        if (other->asker->choose(other->data, &wanted, NULL) && wanted == attempt->key.slot)
            turn_ms = MIN(turn_ms, get_turn_before_ms(attempt, called, other));
    }
    return turn_ms;
}
