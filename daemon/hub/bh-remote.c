/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Whatever happens ends in one function, reconcile(): who wants the link against whether it is
 * there. An attempt is asked of the connector; a link is taken when the connector says so, or when
 * it is there without us.
 */
#include "bh-remote-private.h"

#include "bh-signal.h"

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

void
bh_remote_set_state(BhRemote *self, BhRemoteState state)
{
    gboolean lost = self->state == BH_REMOTE_READY;

    if (self->state == state)
        return;
    self->state = state;
    bh_remote_look_after_watches(self);
    self->context->listening_changed(self->context->user_data);
    if (lost)
        g_signal_emit(self, signals[SIGNAL_DISCONNECTED], 0, self->last_cause);
    g_signal_emit(self, signals[SIGNAL_STATE_CHANGED], 0);
}

void
bh_remote_set_error(BhRemote *self, const char *message)
{
    g_free(self->last_error);
    self->last_error = g_strdup(message);
}

void
bh_remote_set_key(BhRemote *self, const BhLinkKey *key)
{
    self->key = *key;
    self->has_key = TRUE;
    bh_remote_look_after_watches(self);
}

static gboolean
wants_watch(BhRemote *self, guint8 slot)
{
    if (self->stopped)
        return FALSE;
    if (self->has_key && self->key.slot == slot)
        return TRUE;
    return self->state != BH_REMOTE_READY && self->dropping == NULL &&
           bh_remote_may_use(self, slot);
}

void
bh_remote_look_after_watches(BhRemote *self)
{
    BhCentral *central = self->context->hub.central;

    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++) {
        const BhLinkKey key = {.slot = slot, .address = self->address};
        gboolean wanted = wants_watch(self, slot);

        if (wanted == self->watched[slot])
            continue;
        self->watched[slot] = wanted;
        if (wanted)
            bh_central_watch(central, &key);
        else
            bh_central_unwatch(central, &key);
    }
}

void
bh_remote_set_unlinked(BhRemote *self)
{
    bh_remote_set_state(self,
                        self->reconnect.policy.wanted ? BH_REMOTE_WAITING : BH_REMOTE_DISCONNECTED);
}

void
bh_remote_emit_changed(BhRemote *self)
{
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

gboolean
bh_remote_is_wanted(BhRemote *self)
{
    return self->holds->len > 0 || self->subscriptions->len > 0;
}

void
bh_remote_forget(BhRemote *self)
{
    g_signal_emit(self, signals[SIGNAL_GONE], 0);
}

/* Wanted against there */

/* Without an adapter only a call gets an attempt: it is told why there is none. */
static gboolean
wants_attempt(BhRemote *self)
{
    if (bh_waits_count(self->once) > 0)
        return TRUE;
    return self->reconnect.due &&
           (bh_waits_count(self->patient) > 0 || bh_remote_has_adapter(self));
}

static void
reconcile(BhRemote *self)
{
    if (self->state == BH_REMOTE_READY || self->dropping != NULL || !bh_remote_is_wanted(self))
        return;
    if (wants_attempt(self) && bh_remote_is_wanted_now(self)) {
        bh_remote_begin_attempt(self);
        return;
    }
    bh_connector_cancel(&self->request);
    bh_remote_set_unlinked(self);
}

void
bh_remote_reconsider(BhRemote *self)
{
    BhReconnectPolicy policy;

    bh_reconnect_policy_of(self->holds, &policy);
    bh_reconnect_set_policy(&self->reconnect, &policy);
    if (self->state == BH_REMOTE_READY)
        bh_reconnect_succeeded(&self->reconnect);
    bh_remote_look_after_watches(self);
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
        bh_remote_set_error(self, "no link came up in time");
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
    if (patient)
        bh_reconnect_at_once(&self->reconnect);
    reconcile(self);
}

/* What others tell */

static void
lose_link(BhRemote *self, BhLinkCause cause)
{
    bh_remote_link_lost(self, cause);
    bh_clear_timer(&self->linger);
    if (bh_remote_is_wanted(self))
        reconcile(self);
    else
        bh_remote_forget(self);
}

/* A link that somebody else made: none of our attempts at it is under way, and it is none that we
 * let go of before and that is still there. */
static gboolean
may_adopt(BhRemote *self, const BhLinkState *state)
{
    return state->connected && !state->ending && state->resolved && state->database != NULL &&
           bh_remote_may_use(self, state->key.slot) &&
           !bh_connector_is_trying(self->context->connector, &state->key);
}

static gboolean
is_of_link(BhRemote *self, const BhLinkState *state)
{
    return self->has_key && state->key.slot == self->key.slot;
}

/* Of a device without a link. */
static void
take_bond(BhRemote *self, gboolean paired)
{
    if (self->paired == paired)
        return;
    self->paired = paired;
    bh_remote_emit_changed(self);
}

void
bh_remote_take_link_state(BhRemote *remote, const BhLinkState *state)
{
    g_autoptr(BhRemote) self = g_object_ref(remote);

    if (self->dropping == NULL && self->state != BH_REMOTE_READY) {
        if (is_of_link(self, state))
            take_bond(self, state->paired);
        if (may_adopt(self, state)) {
            bh_connector_cancel(&self->request);
            self->requested = (BhLinkParameters){0};
            bh_remote_link_ready(self, state);
        }
    } else if (!is_of_link(self, state)) {
        return;
    } else if (self->dropping != NULL) {
        if (!state->connected)
            bh_remote_dropped(self);
    } else if (!state->connected) {
        lose_link(self, state->cause);
    } else {
        bh_remote_link_update(self, state);
    }
}

void
bh_remote_adapter_ready(BhRemote *self, guint8 slot)
{
    bh_remote_look_after_watches(self);
    if (self->state != BH_REMOTE_WAITING || !bh_remote_may_use(self, slot))
        return;
    bh_reconnect_at_once(&self->reconnect);
    reconcile(self);
}

void
bh_remote_adapter_gone(BhRemote *remote, guint8 slot, BhLinkCause cause)
{
    g_autoptr(BhRemote) self = g_object_ref(remote);

    if (!self->has_key || self->key.slot != slot)
        return;
    if (self->dropping != NULL)
        bh_remote_dropped(self);
    else if (self->state == BH_REMOTE_READY)
        lose_link(self, cause);
}

void
bh_remote_heard(BhRemote *self, guint8 slot)
{
    if (self->state == BH_REMOTE_WAITING && bh_remote_may_use(self, slot) &&
        bh_reconnect_heard(&self->reconnect))
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
    self->stopped = TRUE;
    bh_remote_look_after_watches(self);
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
    g_free(self->name);
    g_free(self->last_error);
    G_OBJECT_CLASS(bh_remote_parent_class)->finalize(object);
}

static void
bh_remote_class_init(BhRemoteClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = bh_remote_dispose;
    G_OBJECT_CLASS(klass)->finalize = bh_remote_finalize;
    signals[SIGNAL_STATE_CHANGED] = bh_signal_new(BH_TYPE_REMOTE, "state-changed", 0);
    signals[SIGNAL_DISCONNECTED] = bh_signal_new(BH_TYPE_REMOTE, "disconnected", 1, G_TYPE_STRING);
    signals[SIGNAL_CHANGED] = bh_signal_new(BH_TYPE_REMOTE, "changed", 0);
    signals[SIGNAL_GONE] = bh_signal_new(BH_TYPE_REMOTE, "gone", 0);
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
    bh_remote_look_after_watches(self);
    return self;
}
