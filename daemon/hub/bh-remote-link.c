/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a remote device knows of its link, and what begins and ends with it.
 */
#include "bh-remote-private.h"

#include "bh-ad.h"

static void
tell_operations(BhRemote *self, gboolean was_pairing)
{
    gboolean pairing = bh_remote_is_pairing(self);

    if (pairing && !was_pairing)
        bh_operations_pairing_began(self->operations);
    else if (!pairing && was_pairing)
        bh_operations_pairing_ended(self->operations);
}

gboolean
bh_remote_is_pairing(BhRemote *self)
{
    return self->pairing || self->pairings > 0;
}

void
bh_remote_count_pairing(BhRemote *self, gboolean begins)
{
    gboolean was_pairing = bh_remote_is_pairing(self);

    if (begins)
        self->pairings++;
    else
        self->pairings--;
    tell_operations(self, was_pairing);
}

/* A bond that is there all at once came of a pairing that nobody told us of. */
static void
take_pairing(BhRemote *self, const BhLinkState *state)
{
    gboolean was_pairing = bh_remote_is_pairing(self) || (!self->paired && state->paired);

    self->pairing = state->pairing;
    self->paired = state->paired;
    tell_operations(self, was_pairing);
}

/* Other attributes than before, if they are. Whoever is told that his are gone may let go of the
 * device, and so of the link. */
static void
take_database(BhRemote *self, BhGattDatabase *told)
{
    g_autoptr(BhGattDatabase) database = NULL;

    if (told == NULL || told == self->database)
        return;
    database = bh_gatt_database_ref(told);
    g_clear_pointer(&self->database, bh_gatt_database_unref);
    self->database = bh_gatt_database_ref(database);
    bh_operations_resolve(self->operations);
    if (self->database == database)
        bh_registrations_set_link(self->registrations, &self->key, database);
}

static void
take_name(BhRemote *self, const char *name)
{
    if (name == NULL || g_strcmp0(name, self->name) == 0)
        return;
    g_free(self->name);
    self->name = g_strdup(name);
}

/* What it advertises is newer than what was read of it when the link came up. */
char *
bh_remote_dup_name(BhRemote *self)
{
    const BhDevice *device = bh_device_table_lookup(self->context->hub.table, &self->address);
    char *name = NULL;

    if (device != NULL)
        name = bh_ad_dup_name(device->payload, device->payload_size);
    return name != NULL ? name : g_strdup(self->name);
}

/* Takes what is told of a link that is there. */
static void
take_facts(BhRemote *self, const BhLinkState *state)
{
    self->mtu = state->mtu;
    take_name(self, state->name);
    take_pairing(self, state);
    self->parameters = (BhLinkParameters){
        .min_interval_us = state->interval_us,
        .max_interval_us = state->interval_us,
        .latency = state->latency,
        .has_latency = state->interval_us != 0,
        .supervision_ms = state->supervision_ms,
    };
    take_database(self, state->database);
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

void
bh_remote_link_ready(BhRemote *self, const BhLinkState *state)
{
    bh_remote_set_key(self, &state->key);
    self->ours = state->ours;
    self->ready_us = bh_clock_now_us(self->context->hub.clock);
    self->attempts = 0;
    self->context->counters.links++;
    bh_remote_set_error(self, "");
    bh_reconnect_succeeded(&self->reconnect);
    take_facts(self, state);
    bh_remote_set_state(self, BH_REMOTE_READY);
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
    self->parameters = self->requested = (BhLinkParameters){0};
    self->pairing = FALSE;
    self->asked = FALSE;
}

static gint64
link_age_ms(BhRemote *self)
{
    return (bh_clock_now_us(self->context->hub.clock) - self->ready_us) / 1000;
}

void
bh_remote_link_lost(BhRemote *self, BhLinkCause cause)
{
    g_autofree char *message = g_strdup_printf("the link is lost: %s", cause_text(cause));

    self->last_cause = cause_text(cause);
    self->context->counters.links_lost += bh_remote_is_wanted(self);
    bh_remote_set_error(self, message);
    clear_facts(self);
    bh_reconnect_lost(&self->reconnect, link_age_ms(self), g_random_double());
    bh_remote_set_unlinked(self);
    end_calls(self, message);
}

void
bh_remote_link_released(BhRemote *self)
{
    if (self->state == BH_REMOTE_READY) {
        self->last_cause = cause_text(BH_LINK_CAUSE_LOCAL);
        clear_facts(self);
    }
    bh_remote_set_state(self, BH_REMOTE_DISCONNECTED);
    end_calls(self, "the device was released");
    bh_waits_fail(self->once, BH_ERROR_CANCELLED, "the hold was released");
    bh_waits_fail(self->patient, BH_ERROR_CANCELLED, "the hold was released");
}

void
bh_remote_link_update(BhRemote *self, const BhLinkState *state)
{
    take_facts(self, state);
    answer_mtu_waits(self);
    bh_remote_emit_changed(self);
}
