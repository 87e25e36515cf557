/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Whatever happens ends in one function, reconcile(): who wants the link against whether it is
 * there. An attempt is asked of the connector; a link is taken when the connector says so, or when
 * it is there without us.
 */
#include "bh-remote-private.h"

#include "bh-error.h"
#include "bh-hold-private.h"
#include "bh-subscription-private.h"

#define DROP_MS 5000 /* a link that was to go counts as gone after so long */

enum {
    SIGNAL_STATE_CHANGED,
    SIGNAL_DISCONNECTED,
    SIGNAL_CHANGED,
    SIGNAL_GONE,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhRemote, bh_remote, G_TYPE_OBJECT)

static const char *const state_names[] = {
    [BH_REMOTE_DISCONNECTED] = "disconnected",
    [BH_REMOTE_CONNECTING] = "connecting",
    [BH_REMOTE_READY] = "ready",
    [BH_REMOTE_WAITING] = "waiting",
};

const char *
bh_remote_state_to_string(BhRemoteState state)
{
    return state_names[state];
}

static void reconcile(BhRemote *self);

/* State */

static void
set_state(BhRemote *self, BhRemoteState state)
{
    if (self->state == state)
        return;
    self->state = state;
    self->context->listening_changed(self->context->user_data);
    g_signal_emit(self, signals[SIGNAL_STATE_CHANGED], 0);
}

static void
set_error(BhRemote *self, const char *message)
{
    g_free(self->last_error);
    self->last_error = g_strdup(message);
}

static void
set_key(BhRemote *self, const BhLinkKey *key)
{
    BhCentral *central = self->context->hub.central;

    if (self->has_key && self->key.slot == key->slot)
        return;
    if (self->has_key)
        bh_central_unwatch(central, &self->key);
    self->key = *key;
    self->has_key = TRUE;
    bh_central_watch(central, &self->key);
}

static gboolean
is_wanted(BhRemote *self)
{
    return self->holds->len > 0 || self->subscriptions->len > 0;
}

static void
forget(BhRemote *self)
{
    g_signal_emit(self, signals[SIGNAL_GONE], 0);
}

/* The link */

/* Takes what is told of a link that is there. */
static void
take_facts(BhRemote *self, const BhLinkState *state)
{
    BhGattDatabase *before = self->database;

    self->mtu = state->mtu;
    self->paired = state->paired;
    self->parameters = (BhLinkParameters){
        .min_interval_us = state->interval_us,
        .max_interval_us = state->interval_us,
        .latency = state->latency,
        .has_latency = state->interval_us != 0,
        .supervision_ms = state->supervision_ms,
    };
    if (state->database == NULL || state->database == before)
        return;
    self->database = bh_gatt_database_ref(state->database);
    g_clear_pointer(&before, bh_gatt_database_unref);
    bh_operations_resolve(self->operations);
    bh_registrations_set_link(self->registrations, &self->key, self->database);
}

static void
answer_mtu_waits(BhRemote *self)
{
    GTask *task;

    while (self->mtu != 0 && (task = bh_waits_pop(self->mtu_waits)) != NULL) {
        g_task_return_int(task, self->mtu);
        g_object_unref(task);
    }
}

static void
serve(BhWaits *waits)
{
    GTask *task;

    while ((task = bh_waits_pop(waits)) != NULL) {
        g_task_return_boolean(task, TRUE);
        g_object_unref(task);
    }
}

static void
link_ready(BhRemote *self, const BhLinkState *state, gboolean ours)
{
    set_key(self, &state->key);
    self->ours = ours;
    self->ready_us = bh_clock_now_us(self->context->hub.clock);
    self->attempts = 0;
    self->context->counters.links++;
    set_error(self, "");
    bh_reconnect_succeeded(&self->reconnect);
    take_facts(self, state);
    set_state(self, BH_REMOTE_READY);
    answer_mtu_waits(self);
    serve(self->once);
    serve(self->patient);
}

static const char *
cause_text(BhLinkCause cause)
{
    if (cause == BH_LINK_CAUSE_NONE || cause == BH_LINK_CAUSE_UNSPECIFIED)
        return "unknown";
    return bh_link_cause_to_string(cause);
}

/* Ends all that needs the link, which is not there any more for whoever asks now. */
static void
end_calls(BhRemote *self, const char *message)
{
    GTask *task;

    bh_operations_end(self->operations, BH_ERROR_DISCONNECTED, message);
    bh_registrations_set_link(self->registrations, NULL, NULL);
    bh_waits_fail(self->mtu_waits, BH_ERROR_DISCONNECTED, message);
    while ((task = bh_waits_pop(self->leaving)) != NULL) {
        g_task_return_pointer(task, g_strdup(self->last_cause), g_free);
        g_object_unref(task);
    }
}

static void
clear_facts(BhRemote *self)
{
    g_clear_pointer(&self->database, bh_gatt_database_unref);
    self->mtu = 0;
    self->parameters = (BhLinkParameters){0};
    self->asked = FALSE;
}

static gint64
link_age_ms(BhRemote *self)
{
    return (bh_clock_now_us(self->context->hub.clock) - self->ready_us) / 1000;
}

static void
link_lost(BhRemote *self, BhLinkCause cause)
{
    g_autofree char *message = g_strdup_printf("the link is lost: %s", cause_text(cause));

    self->last_cause = cause_text(cause);
    self->context->counters.links_lost++;
    set_error(self, message);
    clear_facts(self);
    bh_reconnect_lost(&self->reconnect, link_age_ms(self), g_random_double());
    set_state(self, self->reconnect.policy.wanted ? BH_REMOTE_WAITING : BH_REMOTE_DISCONNECTED);
    g_signal_emit(self, signals[SIGNAL_DISCONNECTED], 0, self->last_cause);
    end_calls(self, message);
    bh_clear_timer(&self->linger);
    if (is_wanted(self))
        reconcile(self);
    else
        forget(self);
}

/* Attempts */

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

/* The parameters of the hold that wants the shortest interval. */
static void
choose_parameters(BhRemote *self, BhLinkParameters *parameters)
{
    for (guint i = 0; i < self->holds->len; i++) {
        const BhLinkParameters *its = &bh_hold_peek_spec(self->holds->pdata[i])->parameters;
        gboolean has_any =
            its->max_interval_us != 0 || its->has_latency || its->supervision_ms != 0;

        if (has_any &&
            (parameters->max_interval_us == 0 ||
             (its->max_interval_us != 0 && its->max_interval_us < parameters->max_interval_us)))
            *parameters = *its;
    }
}

static void
on_attempt(gpointer data, const BhLinkKey *key, BhLinkParameters *parameters)
{
    BhRemote *self = data;
    BhLinkState state = {0};

    set_key(self, key);
    self->ours = !bh_central_peek(self->context->hub.central, key, &state) || !state.connected;
    self->attempts++;
    choose_parameters(self, parameters);
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

static void
attempt_failed(BhRemote *self, const GError *error)
{
    gboolean hopeless = g_error_matches(error, BH_ERROR, BH_ERROR_NOT_READY);
    BhError code = error->domain == BH_ERROR ? (BhError)error->code : BH_ERROR_FAILED;

    set_error(self, error->message);
    bh_reconnect_failed(&self->reconnect, g_random_double());
    set_state(self, self->reconnect.policy.wanted ? BH_REMOTE_WAITING : BH_REMOTE_DISCONNECTED);
    bh_waits_fail(self->once, code, error->message);
    if (hopeless)
        bh_waits_fail(self->patient, code, error->message);
    reconcile(self);
}

static void
on_attempt_end(gpointer data, const GError *error)
{
    g_autoptr(BhRemote) self = g_object_ref(data);
    g_autoptr(GError) lost = NULL;
    BhLinkState state = {0};

    self->request = NULL;
    if (error != NULL) {
        attempt_failed(self, error);
        return;
    }
    if (bh_central_peek(self->context->hub.central, &self->key, &state) && state.connected &&
        state.resolved && state.database != NULL) {
        link_ready(self, &state, self->ours);
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
    .begin = on_attempt,
    .end = on_attempt_end,
};

/* Wanted against there */

static gboolean
wants_attempt(BhRemote *self)
{
    return bh_waits_count(self->once) + bh_waits_count(self->patient) > 0 || self->reconnect.due;
}

static void
reconcile(BhRemote *self)
{
    if (self->state == BH_REMOTE_READY || self->dropping != NULL || !is_wanted(self))
        return;
    if (wants_attempt(self)) {
        if (self->request == NULL)
            self->request =
                bh_connector_add(self->context->connector, &self->address, &asker, self);
        set_state(self, BH_REMOTE_CONNECTING);
        return;
    }
    bh_connector_cancel(&self->request);
    set_state(self, self->reconnect.policy.wanted ? BH_REMOTE_WAITING : BH_REMOTE_DISCONNECTED);
}

void
bh_remote_reconsider(BhRemote *self)
{
    BhReconnectPolicy policy;

    bh_reconnect_policy_of(self->holds, &policy);
    bh_reconnect_set_policy(&self->reconnect, &policy);
    if (self->state == BH_REMOTE_READY)
        bh_reconnect_succeeded(&self->reconnect);
    reconcile(self);
}

static void
on_reconnect_due(gpointer user_data)
{
    reconcile(user_data);
}

/* A call for the link ended by itself. What it has done to the state comes with its hold's end. */
static void
on_call_left(gpointer user_data)
{
    BhRemote *self = user_data;

    if (!wants_attempt(self) && self->last_error[0] == '\0')
        set_error(self, "no link came up in time");
    reconcile(self);
}

void
bh_remote_wait_ready_async(BhRemote *self,
                           BhClient *client,
                           gboolean patient,
                           gint64 timeout_ms,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
    GTask *task = g_task_new(self, NULL, callback, user_data);

    g_task_set_source_tag(task, bh_remote_wait_ready_async);
    if (self->state == BH_REMOTE_READY) {
        g_task_return_boolean(task, TRUE);
        g_object_unref(task);
        return;
    }
    bh_waits_add(patient ? self->patient : self->once, task, client, timeout_ms);
    reconcile(self);
}

/* Going */

static void
on_dropped(gpointer user_data)
{
    BhRemote *self = user_data;

    bh_clear_timer(&self->dropping);
    if (is_wanted(self))
        reconcile(self);
    else
        forget(self);
}

/* Nobody wants it any more. */
static void
let_go(BhRemote *self)
{
    gboolean drops = self->state == BH_REMOTE_READY && self->ours;

    bh_clear_timer(&self->linger);
    bh_connector_cancel(&self->request);
    if (self->state == BH_REMOTE_READY) {
        self->last_cause = cause_text(BH_LINK_CAUSE_LOCAL);
        clear_facts(self);
    }
    if (drops) {
        self->dropping = bh_clock_call_in(self->context->hub.clock, DROP_MS, on_dropped, self);
        bh_central_disconnect(self->context->hub.central, &self->key);
    }
    set_state(self, BH_REMOTE_DISCONNECTED);
    end_calls(self, "the device was released");
    bh_waits_fail(self->once, BH_ERROR_CANCELLED, "the hold was released");
    bh_waits_fail(self->patient, BH_ERROR_CANCELLED, "the hold was released");
    if (self->dropping == NULL && !is_wanted(self))
        forget(self);
}

static void
on_lingered(gpointer user_data)
{
    g_autoptr(BhRemote) self = g_object_ref(user_data);

    let_go(self);
}

static void
lose_one(BhRemote *self, gint64 linger_ms)
{
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
    if (is_wanted(self))
        bh_remote_reconsider(self);
    else if (self->dropping != NULL)
        return;
    else if (self->state == BH_REMOTE_READY && linger_ms > 0)
        self->linger = bh_clock_call_in(self->context->hub.clock, linger_ms, on_lingered, self);
    else
        let_go(self);
}

static void
count_release(BhRemote *self, BhReleaseReason reason)
{
    self->context->counters.orphans_released += reason == BH_RELEASE_CLIENT_GONE;
    self->context->counters.leases_expired += reason == BH_RELEASE_LEASE_OVER;
}

static void
on_hold_released(BhHold *hold, BhReleaseReason reason, BhRemote *remote)
{
    g_autoptr(BhRemote) self = g_object_ref(remote);
    gint64 linger_ms = reason == BH_RELEASE_SHUTDOWN ? 0 : bh_hold_peek_spec(hold)->linger_ms;

    g_signal_handlers_disconnect_by_data(hold, self);
    bh_quota_give(self->context->hub.quota, bh_owned_get_uid(BH_OWNED(hold)), BH_QUOTA_HOLDS);
    count_release(self, reason);
    g_ptr_array_remove(self->holds, hold);
    lose_one(self, linger_ms);
}

void
bh_remote_add_hold(BhRemote *self, BhHold *hold)
{
    bh_clear_timer(&self->linger);
    g_ptr_array_add(self->holds, g_object_ref(hold));
    g_signal_connect_after(hold, "released", G_CALLBACK(on_hold_released), self);
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
    bh_remote_reconsider(self);
}

static void
on_subscription_released(BhSubscription *subscription, BhReleaseReason reason, BhRemote *remote)
{
    g_autoptr(BhRemote) self = g_object_ref(remote);

    g_signal_handlers_disconnect_by_data(subscription, self);
    bh_quota_give(self->context->hub.quota,
                  bh_owned_get_uid(BH_OWNED(subscription)),
                  BH_QUOTA_SUBSCRIPTIONS);
    count_release(self, reason);
    self->context->counters.stream_records += bh_subscription_get_streamed(subscription);
    self->context->counters.stream_losses += bh_subscription_get_stream_losses(subscription);
    bh_registrations_remove(self->registrations, subscription);
    g_ptr_array_remove(self->subscriptions, subscription);
    lose_one(self, 0);
}

void
bh_remote_add_subscription(BhRemote *self, BhSubscription *subscription)
{
    bh_clear_timer(&self->linger);
    g_ptr_array_add(self->subscriptions, g_object_ref(subscription));
    g_signal_connect_after(subscription, "released", G_CALLBACK(on_subscription_released), self);
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

/* What others tell */

static void
update_link(BhRemote *self, const BhLinkState *state)
{
    take_facts(self, state);
    answer_mtu_waits(self);
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

/* A link that somebody else made while none of our attempts was under way. */
static gboolean
may_adopt(BhRemote *self, const BhLinkState *state)
{
    return state->connected && state->resolved && state->database != NULL &&
           (self->request == NULL || !bh_connect_request_has_begun(self->request));
}

void
bh_remote_take_link_state(BhRemote *remote, const BhLinkState *state)
{
    g_autoptr(BhRemote) self = g_object_ref(remote);

    if (!self->has_key || state->key.slot != self->key.slot)
        return;
    if (self->dropping != NULL) {
        if (!state->connected)
            on_dropped(self);
    } else if (self->state != BH_REMOTE_READY) {
        self->paired = state->paired;
        if (may_adopt(self, state)) {
            bh_connector_cancel(&self->request);
            link_ready(self, state, FALSE);
        }
    } else if (!state->connected) {
        link_lost(self, state->cause);
    } else {
        update_link(self, state);
    }
}

void
bh_remote_adapter_ready(BhRemote *self, guint8 slot)
{
    if (self->state == BH_REMOTE_WAITING && bh_reconnect_at_once(&self->reconnect))
        reconcile(self);
}

void
bh_remote_adapter_gone(BhRemote *remote, guint8 slot, BhLinkCause cause)
{
    g_autoptr(BhRemote) self = g_object_ref(remote);

    if (!self->has_key || self->key.slot != slot)
        return;
    if (self->dropping != NULL)
        on_dropped(self);
    else if (self->state == BH_REMOTE_READY)
        link_lost(self, cause);
}

void
bh_remote_heard(BhRemote *self)
{
    if (self->state == BH_REMOTE_WAITING && bh_reconnect_heard(&self->reconnect))
        reconcile(self);
}

/* The rest of the interface */

const BhAddress *
bh_remote_peek_address(BhRemote *self)
{
    return &self->address;
}

guint8
bh_remote_get_slot(BhRemote *self)
{
    return self->has_key ? self->key.slot : G_MAXUINT8;
}

BhRemoteState
bh_remote_get_state(BhRemote *self)
{
    return self->state;
}

guint16
bh_remote_get_mtu(BhRemote *self)
{
    return self->mtu;
}

gboolean
bh_remote_is_paired(BhRemote *self)
{
    return self->paired;
}

guint
bh_remote_count_holds(BhRemote *self)
{
    return self->holds->len;
}

guint32
bh_remote_get_attempts(BhRemote *self)
{
    return self->attempts;
}

const char *
bh_remote_peek_last_error(BhRemote *self)
{
    return self->last_error;
}

BhGattDatabase *
bh_remote_peek_database(BhRemote *self)
{
    return self->database;
}

void
bh_remote_get_parameters(BhRemote *self, BhLinkParameters *parameters)
{
    *parameters = self->parameters;
}

const GPtrArray *
bh_remote_peek_holds(BhRemote *self)
{
    return self->holds;
}

const GPtrArray *
bh_remote_peek_subscriptions(BhRemote *self)
{
    return self->subscriptions;
}

static gboolean
are_all_of(const GPtrArray *owned, guint32 uid)
{
    for (guint i = 0; i < owned->len; i++)
        if (bh_owned_get_uid(owned->pdata[i]) != uid)
            return FALSE;
    return TRUE;
}

gboolean
bh_remote_is_held_only_by(BhRemote *self, guint32 uid)
{
    return are_all_of(self->holds, uid) && are_all_of(self->subscriptions, uid);
}

void
bh_remote_stop(BhRemote *self)
{
    bh_clear_timer(&self->linger);
    bh_clear_timer(&self->dropping);
    bh_reconnect_clear(&self->reconnect);
    bh_connector_cancel(&self->request);
    if (self->has_key)
        bh_central_unwatch(self->context->hub.central, &self->key);
    self->has_key = FALSE;
}

static void
bh_remote_dispose(GObject *object)
{
    bh_remote_stop(BH_REMOTE(object));
    G_OBJECT_CLASS(bh_remote_parent_class)->dispose(object);
}

static void
bh_remote_finalize(GObject *object)
{
    BhRemote *self = BH_REMOTE(object);

    bh_registrations_free(self->registrations);
    bh_operations_free(self->operations);
    bh_waits_free(self->once);
    bh_waits_free(self->patient);
    bh_waits_free(self->leaving);
    bh_waits_free(self->mtu_waits);
    g_ptr_array_unref(self->holds);
    g_ptr_array_unref(self->subscriptions);
    g_clear_pointer(&self->database, bh_gatt_database_unref);
    g_free(self->last_error);
    G_OBJECT_CLASS(bh_remote_parent_class)->finalize(object);
}

static guint
new_signal(const char *name, guint n_params, GType param)
{
    return g_signal_new(name,
                        BH_TYPE_REMOTE,
                        G_SIGNAL_RUN_LAST,
                        0,
                        NULL,
                        NULL,
                        NULL,
                        G_TYPE_NONE,
                        n_params,
                        param);
}

static void
bh_remote_class_init(BhRemoteClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = bh_remote_dispose;
    G_OBJECT_CLASS(klass)->finalize = bh_remote_finalize;
    signals[SIGNAL_STATE_CHANGED] = new_signal("state-changed", 0, G_TYPE_NONE);
    signals[SIGNAL_DISCONNECTED] = new_signal("disconnected", 1, G_TYPE_STRING);
    signals[SIGNAL_CHANGED] = new_signal("changed", 0, G_TYPE_NONE);
    signals[SIGNAL_GONE] = new_signal("gone", 0, G_TYPE_NONE);
}

static void
bh_remote_init(BhRemote *self)
{
    self->holds = g_ptr_array_new_with_free_func(g_object_unref);
    self->subscriptions = g_ptr_array_new_with_free_func(g_object_unref);
    self->last_error = g_strdup("");
    self->last_cause = "unknown";
}

BhRemote *
bh_remote_new(BhRemotesContext *context, const BhAddress *address)
{
    BhRemote *self = g_object_new(BH_TYPE_REMOTE, NULL);
    BhQuota *quota = context->hub.quota;
    BhClock *clock = context->hub.clock;

    self->context = context;
    self->address = *address;
    self->once = bh_waits_new(quota, clock, "no link came up in time", on_call_left, self);
    self->patient = bh_waits_new(quota, clock, "no link came up in time", on_call_left, self);
    self->leaving = bh_waits_new(quota, clock, "the link is still there", NULL, NULL);
    self->mtu_waits = bh_waits_new(quota, clock, "the MTU is not known yet", NULL, NULL);
    self->operations = bh_operations_new(quota, clock);
    self->registrations = bh_registrations_new(&context->hub);
    bh_reconnect_init(&self->reconnect, clock, on_reconnect_due, self);
    return self;
}
