/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a remote device says to the connector: who wants it, by which adapter and with which
 * parameters; and what follows from the end of an attempt.
 */
#include "bh-remote-private.h"

#include "bh-error.h"

static gboolean
ask_adapter(gpointer data, guint8 *slot, GError **error)
{
    return bh_remote_choose_adapter(data, slot, error);
}

static gboolean
list_clients(gpointer data, GPtrArray *clients)
{
    BhRemote *self = data;
    guint waiting;

    bh_waits_add_clients(self->once, clients);
    bh_waits_add_clients(self->patient, clients);
    waiting = clients->len;
    for (guint i = 0; i < self->holds->len; i++)
        if (bh_hold_peek_spec(self->holds->pdata[i])->reconnect)
            g_ptr_array_add(clients, bh_owned_peek_client(self->holds->pdata[i]));
    return waiting > 0;
}

static gint64
get_heard_us(gpointer data)
{
    BhRemote *self = data;
    const BhDevice *device = bh_device_table_lookup(self->context->hub.table, &self->address);

    return device != NULL && device->connectable != BH_CONNECTABLE_NO ? device->last_seen_us : 0;
}

static gboolean
wants_any(const BhLinkParameters *its)
{
    return its->max_interval_us != 0 || its->has_latency || its->supervision_ms != 0;
}

/* The parameters of the hold that wants the shortest interval. */
static void
choose_parameters(BhRemote *self, BhLinkParameters *parameters)
{
    for (guint i = 0; i < self->holds->len; i++) {
        const BhLinkParameters *its = &bh_hold_peek_spec(self->holds->pdata[i])->parameters;

        if (wants_any(its) &&
            (parameters->max_interval_us == 0 ||
             (its->max_interval_us != 0 && its->max_interval_us < parameters->max_interval_us)))
            *parameters = *its;
    }
}

static gboolean
is_same(const BhLinkParameters *a, const BhLinkParameters *b)
{
    return a->min_interval_us == b->min_interval_us && a->max_interval_us == b->max_interval_us &&
           a->has_latency == b->has_latency && a->latency == b->latency &&
           a->supervision_ms == b->supervision_ms;
}

gboolean
bh_remote_lacks_parameters(BhRemote *self, BhHold *hold, BhLinkParameters *parameters)
{
    *parameters = (BhLinkParameters){0};
    choose_parameters(self, parameters);
    return wants_any(&bh_hold_peek_spec(hold)->parameters) &&
           !is_same(parameters, &self->requested);
}

static void
on_inherit(gpointer data, const BhLinkKey *key, const BhLinkParameters *parameters)
{
    BhRemote *self = data;

    bh_remote_set_key(self, key);
    self->attempts++;
    self->attempting = TRUE;
    self->requested = *parameters;
    bh_remote_emit_changed(self);
}

static void
on_attempt(gpointer data, const BhLinkKey *key, BhLinkParameters *parameters)
{
    choose_parameters(data, parameters);
    on_inherit(data, key, parameters);
}

static void
attempt_failed(BhRemote *self, const GError *error)
{
    gboolean hopeless = g_error_matches(error, BH_ERROR, BH_ERROR_NOT_READY);
    BhError code = error->domain == BH_ERROR ? (BhError)error->code : BH_ERROR_FAILED;

    bh_remote_set_error(self, error->message);
    bh_reconnect_failed(&self->reconnect, bh_waits_count(self->patient) > 0, g_random_double());
    bh_remote_set_unlinked(self);
    bh_waits_fail(self->once, code, error->message);
    if (hopeless)
        bh_waits_fail(self->patient, code, error->message);
    bh_remote_reconsider(self);
}

/* The adapter has no room for another link: perhaps another one has. */
static gboolean
try_elsewhere(BhRemote *self, const GError *error)
{
    BhRemotesContext *context = self->context;
    guint8 slot;

    if (!self->attempting || !g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT_EXCEEDED))
        return FALSE;
    bh_link_room_refused(&context->room,
                         self->key.slot,
                         bh_central_count_links(context->hub.central, self->key.slot),
                         bh_clock_now_us(context->hub.clock));
    if (!bh_remote_choose_adapter(self, &slot, NULL))
        return FALSE;
    self->attempting = FALSE;
    bh_remote_begin_attempt(self);
    return TRUE;
}

static void
on_attempt_end(gpointer data, const GError *error)
{
    g_autoptr(BhRemote) self = g_object_ref(data);
    g_autoptr(GError) lost = NULL;
    BhLinkState state = {0};

    self->request = NULL;
    if (error != NULL && try_elsewhere(self, error))
        return;
    self->attempting = FALSE;
    if (error != NULL) {
        attempt_failed(self, error);
        return;
    }
    if (bh_central_peek(self->context->hub.central, &self->key, &state) && state.connected &&
        state.resolved && state.database != NULL) {
        if (!state.ours)
            self->requested = (BhLinkParameters){0}; /* it was there without the attempt */
        bh_remote_link_ready(self, &state);
        return;
    }
    lost = g_error_new_literal(BH_ERROR,
                               BH_ERROR_DISCONNECTED,
                               "the link was lost before it was ready");
    attempt_failed(self, lost);
}

static const BhConnectAsker asker = {
    .choose = ask_adapter,
    .list_clients = list_clients,
    .get_heard_us = get_heard_us,
    .begin = on_attempt,
    .inherit = on_inherit,
    .end = on_attempt_end,
};

void
bh_remote_begin_attempt(BhRemote *self)
{
    if (self->request == NULL)
        self->request = bh_connector_add(self->context->connector, &self->address, &asker, self);
    bh_remote_set_state(self, BH_REMOTE_CONNECTING);
}
