/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Bit masks of slots. Only while the first call waits does a refusal matter for more than its
 * words: afterwards what BlueZ refuses is tried again by those below.
 */
#include "bh-serving.h"

#define BIT(slot) ((guint16)(1u << (slot)))

/* Waiting may mend it: nothing is wrong with what was asked, only no radio or no set is free. */
static gboolean
is_passing(const GError *error)
{
    return g_error_matches(error, BH_ERROR, BH_ERROR_NOT_READY) ||
           g_error_matches(error, BH_ERROR, BH_ERROR_DISCONNECTED) ||
           g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT_EXCEEDED);
}

static void
set_error(BhServing *self, const GError *error)
{
    g_free(self->last_error);
    self->last_error = error != NULL ? g_strdup(error->message) : NULL;
}

/* Adapters */

/* A name is of an adapter that is there; from then on it is meant, whatever its name. */
static void
find_only(BhServing *self, const BhAdapterSlots *adapters)
{
    BhAdapter *adapter = bh_adapter_slots_find(adapters, self->adapter);

    if (adapter == NULL)
        return;
    self->only = *bh_adapter_get_address(adapter);
    self->has_only = TRUE;
}

static gboolean
may_be_on(const BhServing *self, const BhAdapterSlots *adapters, BhAdapter *adapter)
{
    if (adapter == NULL) /* never seen */
        return self->adapter == NULL && (adapters->used == NULL || adapters->used[0] == NULL);
    if (!bh_adapter_slots_is_used(adapters, adapter))
        return FALSE;
    return self->adapter == NULL ||
           (self->has_only && bh_address_equal(&self->only, bh_adapter_get_address(adapter)));
}

guint16
bh_serving_choose(BhServing *self, const BhAdapterSlots *adapters)
{
    guint16 slots = 0;

    if (self->adapter != NULL && !self->has_only)
        find_only(self, adapters);
    for (guint slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++)
        if (may_be_on(self, adapters, adapters->slots[slot].adapter))
            slots |= BIT(slot);
    return slots;
}

gboolean
bh_serving_want(BhServing *self, guint16 slots)
{
    guint16 before = self->active;

    self->wanted = slots;
    self->active &= slots;
    self->answered &= slots;
    return before != 0 && self->active == 0;
}

gboolean
bh_serving_take_result(BhServing *self, guint8 slot, const GError *error)
{
    guint16 before = self->active;

    if ((self->wanted & BIT(slot)) == 0)
        return FALSE; /* it was about what was wanted before */
    self->answered |= BIT(slot);
    if (error == NULL)
        self->active |= BIT(slot);
    else
        self->active &= (guint16)~BIT(slot);
    if (error == NULL || self->active == 0)
        set_error(self, error);
    if (error != NULL && self->refusal == NULL && !is_passing(error) &&
        bh_waits_count(self->first) > 0)
        self->refusal = g_error_copy(error);
    return before != self->active;
}

gboolean
bh_serving_lose(BhServing *self, guint8 slot)
{
    gboolean was = (self->active & BIT(slot)) != 0;

    self->active &= (guint16)~BIT(slot);
    self->answered &= (guint16)~BIT(slot);
    return was;
}

/* The first call */

static void
succeed(BhServing *self)
{
    GTask *task;

    g_clear_error(&self->refusal);
    while ((task = bh_waits_pop(self->first)) != NULL) {
        bh_owned_renew(self->owner);
        g_task_return_pointer(task, g_object_ref(self->owner), g_object_unref);
        g_object_unref(task);
    }
}

/* error is taken. */
static void
fail(BhServing *self, GError *error)
{
    g_autoptr(GTask) task = bh_waits_pop(self->first);

    if (task != NULL) { /* which keeps owner */
        bh_owned_release(self->owner, BH_RELEASE_ASKED);
        g_task_return_error(task, error);
    } else {
        g_error_free(error);
    }
}

void
bh_serving_fail(BhServing *self, BhError code, const char *message)
{
    fail(self, g_error_new_literal(BH_ERROR, (gint)code, message));
}

void
bh_serving_look(BhServing *self, guint16 ready)
{
    if (bh_waits_count(self->first) == 0)
        return;
    if (self->active != 0)
        succeed(self);
    else if ((self->wanted & ready & (guint16)~self->answered) != 0)
        return;
    else if (self->refusal != NULL)
        fail(self, g_steal_pointer(&self->refusal));
    else
        succeed(self);
}

/* The call ended by itself. */
static void
on_first_left(gpointer user_data)
{
    BhServing *self = user_data;

    bh_owned_release(self->owner, BH_RELEASE_ASKED);
}

void
bh_serving_begin(BhServing *self, GTask *task, BhClient *client)
{
    bh_owned_suspend_lease(self->owner);
    bh_waits_add(self->first, task, client, BH_SERVING_FIRST_MS);
    if (bh_waits_count(self->first) == 0)
        bh_owned_release(self->owner, BH_RELEASE_ASKED);
}

void
bh_serving_init(BhServing *self,
                BhOwned *owner,
                const char *adapter,
                BhQuota *quota,
                BhClock *clock)
{
    self->owner = owner;
    self->adapter = g_strdup(adapter);
    self->first = bh_waits_new(quota, clock, "BlueZ did not answer in time", on_first_left, self);
}

void
bh_serving_clear(BhServing *self)
{
    g_clear_pointer(&self->first, bh_waits_free);
    g_clear_pointer(&self->adapter, g_free);
    g_clear_pointer(&self->last_error, g_free);
    g_clear_error(&self->refusal);
}
