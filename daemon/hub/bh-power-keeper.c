/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One decision, off or not, of the votes and of who has anything; each adapter follows it, except
 * one that carries a link of a program that knows nothing of us.
 */
#include "bh-power-keeper.h"

#include "bh-waits.h"

struct BhPowerKeeper {
    BhRadio *radio; /* borrowed: outlives us; and so the next three */
    BhClock *clock;
    BhQuota *quota;
    const BhAdapterSlots *adapters;
    BhPowerKeeperFuncs funcs;
    gpointer user_data;
    BhRadioVotes *votes;
    gboolean off; /* as decided */
    BhRadioPower stated[BH_RADIO_MAX_ADAPTERS];
    gboolean coming[BH_RADIO_MAX_ADAPTERS]; /* stated on, and has not been since */
    BhWaits *offs;
    BhWaits *ons;
    BhTimer *timer; /* to decide again */
    gboolean stopped;
};

static void decide(BhPowerKeeper *self, gboolean may_drop);

/* Stating */

static void
state(BhPowerKeeper *self, guint8 slot, BhRadioPower power)
{
    self->stated[slot] = power;
    self->coming[slot] = power == BH_RADIO_POWER_ON;
    bh_radio_set_power(self->radio, slot, power);
}

static BhRadioPower
choose(BhPowerKeeper *self, guint8 slot)
{
    BhRadioPower stated = self->stated[slot];

    if (!self->off)
        return stated == BH_RADIO_POWER_OFF ? BH_RADIO_POWER_ON : stated;
    if (stated == BH_RADIO_POWER_OFF || bh_radio_votes_is_forced(self->votes) ||
        self->funcs.count_foreign(self->user_data, slot) == 0)
        return BH_RADIO_POWER_OFF;
    return stated;
}

static void
state_all(BhPowerKeeper *self)
{
    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++) {
        BhAdapter *adapter = self->adapters->slots[slot].adapter;
        BhRadioPower power;

        if (adapter == NULL)
            continue;
        power = bh_adapter_slots_is_used(self->adapters, adapter) ? choose(self, slot)
                                                                  : BH_RADIO_POWER_ANY;
        if (power != self->stated[slot])
            state(self, slot, power);
    }
}

/* Answers */

typedef struct {
    guint on;          /* adapters that are on */
    guint going_off;   /* of these: that are to go */
    guint going_on;    /* that are off and to come */
    const char *error; /* why one of those that go or come does not; borrowed */
} Survey;

static void
survey(BhPowerKeeper *self, Survey *found)
{
    *found = (Survey){0};
    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++) {
        BhAdapter *adapter = bh_adapter_slots_peek(self->adapters, slot);
        gboolean powered = adapter != NULL && bh_adapter_get_powered(adapter);
        gboolean goes = powered && self->stated[slot] == BH_RADIO_POWER_OFF;
        gboolean comes = adapter != NULL && !powered && self->coming[slot];

        self->coming[slot] &= !powered;
        found->on += powered;
        found->going_off += goes;
        found->going_on += comes;
        if (goes || comes)
            found->error = bh_adapter_get_power_error(adapter);
    }
}

static GArray *
list_against(BhPowerKeeper *self)
{
    g_autoptr(GArray) users = bh_quota_list_users(self->quota);

    return bh_radio_votes_list_against(self->votes, users);
}

static GArray *
list_foreign(void)
{
    const guint32 foreign = BH_POWER_FOREIGN;
    GArray *users = g_array_new(FALSE, FALSE, sizeof(guint32));

    return g_array_append_val(users, foreign);
}

static void
answer_offs(BhPowerKeeper *self, const Survey *found)
{
    GTask *task;

    while ((task = bh_waits_pop(self->offs)) != NULL) {
        GArray *users;

        if (!self->off)
            users = list_against(self);
        else if (found->on > 0)
            users = list_foreign();
        else
            users = g_array_new(FALSE, FALSE, sizeof(guint32));
        g_task_return_pointer(task, users, (GDestroyNotify)g_array_unref);
        g_object_unref(task);
    }
}

static void
answer_ons(BhPowerKeeper *self)
{
    GTask *task;

    while ((task = bh_waits_pop(self->ons)) != NULL) {
        g_task_return_boolean(task, TRUE);
        g_object_unref(task);
    }
}

/* Whoever waits for something that has happened, or will not. */
static void
answer(BhPowerKeeper *self)
{
    BhHubState seen = bh_adapter_slots_get_state(self->adapters, NULL);
    Survey found;

    survey(self, &found);
    if (!self->off || found.going_off == 0)
        answer_offs(self, &found);
    else if (found.error != NULL)
        bh_waits_fail(self->offs, BH_ERROR_FAILED, found.error);
    if (found.on > 0 && !self->off)
        answer_ons(self);
    else if (seen != BH_HUB_RADIO_OFF || self->off)
        bh_waits_fail(self->ons, BH_ERROR_NOT_READY, bh_hub_state_to_string(seen));
    else if (found.error != NULL)
        bh_waits_fail(self->ons, BH_ERROR_NOT_READY, found.error);
}

/* Deciding */

static void
on_timer(gpointer user_data)
{
    BhPowerKeeper *self = user_data;

    bh_clear_timer(&self->timer);
    decide(self, TRUE);
}

static void
decide_later(BhPowerKeeper *self)
{
    bh_clear_timer(&self->timer);
    self->timer = bh_clock_call_in(self->clock, BH_POWER_LAST_MS, on_timer, self);
}

/* Takes a decision over. */
static void
follow(BhPowerKeeper *self, gboolean off)
{
    self->off = off;
    state_all(self);
    answer(self);
}

static void
decide(BhPowerKeeper *self, gboolean may_drop)
{
    g_autoptr(GArray) users = bh_quota_list_users(self->quota);
    gboolean off = bh_radio_votes_is_off(self->votes, users);

    if (self->stopped)
        return;
    if (off && !self->off && !may_drop)
        decide_later(self);
    else
        follow(self, off);
}

/* A user does not want it any more. */
static void
on_user_idle(gpointer user_data)
{
    BhPowerKeeper *self = user_data;

    if (!self->off && !self->stopped)
        decide_later(self);
}

void
bh_power_keeper_forget(BhPowerKeeper *self, guint8 slot)
{
    self->stated[slot] = BH_RADIO_POWER_ANY;
    self->coming[slot] = FALSE;
}

void
bh_power_keeper_look(BhPowerKeeper *self)
{
    if (!self->stopped)
        follow(self, self->off);
}

/* What clients ask for */

gboolean
bh_power_keeper_is_off_for(BhPowerKeeper *self, guint32 uid)
{
    return bh_radio_votes_is_forced(self->votes) || bh_radio_votes_has(self->votes, uid);
}

static gboolean
check_bluez(BhPowerKeeper *self, GError **error)
{
    BhHubState seen = bh_adapter_slots_get_state(self->adapters, NULL);

    if (seen != BH_HUB_NO_BLUEZ && seen != BH_HUB_NO_ADAPTER)
        return TRUE;
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_READY, bh_hub_state_to_string(seen));
    return FALSE;
}

void
bh_power_keeper_off(BhPowerKeeper *self,
                    GTask *task,
                    BhClient *client,
                    gboolean force,
                    gint64 timeout_ms)
{
    guint32 uid = bh_client_get_uid(client);
    gboolean is_new = bh_radio_votes_off(self->votes, uid, force);

    if (is_new || force)
        self->funcs.went_off(self->user_data, force ? G_MAXUINT32 : uid);
    bh_waits_add(self->offs, task, client, timeout_ms);
    decide(self, TRUE);
}

/* Also an adapter that somebody else has switched off. */
static void
switch_on(BhPowerKeeper *self)
{
    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++) {
        BhAdapter *adapter = bh_adapter_slots_peek(self->adapters, slot);

        if (adapter != NULL && !bh_adapter_get_powered(adapter))
            state(self, slot, BH_RADIO_POWER_ON);
    }
}

void
bh_power_keeper_on(BhPowerKeeper *self,
                   GTask *task,
                   BhClient *client,
                   gboolean lifts_force,
                   gint64 timeout_ms)
{
    g_autoptr(GTask) mine = task;
    guint32 uid = bh_client_get_uid(client);
    gboolean changed;
    GError *error = NULL;

    if (bh_radio_votes_is_forced(self->votes) && !lifts_force) {
        g_task_return_new_error(mine,
                                BH_ERROR,
                                BH_ERROR_NOT_AUTHORIZED,
                                "the radio was forced off");
        return;
    }
    changed = bh_radio_votes_on(self->votes, uid, lifts_force);
    bh_radio_votes_keep_on(self->votes, uid);
    follow(self, FALSE);
    if (changed)
        self->funcs.came_back(self->user_data);
    switch_on(self);
    if (!check_bluez(self, &error)) {
        g_task_return_error(mine, error);
        return;
    }
    bh_waits_add(self->ons, g_steal_pointer(&mine), client, timeout_ms);
    answer(self);
}

void
bh_power_keeper_wake(BhPowerKeeper *self, guint32 uid)
{
    gboolean changed = bh_radio_votes_on(self->votes, uid, FALSE);

    if (self->off && !bh_radio_votes_is_forced(self->votes)) {
        follow(self, FALSE);
        decide_later(self); /* the call may come to nothing */
    }
    if (changed)
        self->funcs.came_back(self->user_data);
}

gboolean
bh_power_keeper_may_wake(BhPowerKeeper *self)
{
    return self->off && !bh_radio_votes_is_forced(self->votes);
}

gboolean
bh_power_keeper_is_waking(BhPowerKeeper *self)
{
    Survey found;

    survey(self, &found);
    return !self->off && found.on == 0 && found.going_on > 0 && found.error == NULL;
}

void
bh_power_keeper_wait_awake(BhPowerKeeper *self, GTask *task, BhClient *client, gint64 timeout_ms)
{
    bh_waits_add(self->ons, task, client, timeout_ms);
    answer(self);
}

void
bh_power_keeper_stop(BhPowerKeeper *self)
{
    self->stopped = TRUE;
    bh_clear_timer(&self->timer);
    bh_waits_fail(self->offs, BH_ERROR_CANCELLED, "blehubd stops");
    bh_waits_fail(self->ons, BH_ERROR_CANCELLED, "blehubd stops");
}

BhPowerKeeper *
bh_power_keeper_new(BhRadio *radio,
                    BhClock *clock,
                    BhQuota *quota,
                    const BhAdapterSlots *adapters,
                    const BhPowerKeeperFuncs *funcs,
                    gpointer user_data)
{
    BhPowerKeeper *self = g_new0(BhPowerKeeper, 1);

    self->radio = radio;
    self->clock = clock;
    self->quota = quota;
    self->adapters = adapters;
    self->funcs = *funcs;
    self->user_data = user_data;
    self->votes = bh_radio_votes_new();
    self->offs = bh_waits_new(quota, clock, "the radio is still on", NULL, NULL);
    self->ons = bh_waits_new(quota, clock, "the radio did not come on in time", NULL, NULL);
    bh_quota_set_idle(quota, on_user_idle, self);
    return self;
}

void
bh_power_keeper_free(BhPowerKeeper *self)
{
    bh_quota_set_idle(self->quota, NULL, NULL);
    self->stopped = TRUE;
    bh_clear_timer(&self->timer);
    bh_waits_free(self->offs);
    bh_waits_free(self->ons);
    bh_radio_votes_free(self->votes);
    g_free(self);
}
