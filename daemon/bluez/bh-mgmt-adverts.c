/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which instances are ours is what the memory says, which is written before the kernel is asked.
 * Whenever the kernel's side may have changed (power, BlueZ, the socket) all that is known here is
 * thrown away: those that are ours are removed, there or not, and what is wanted is added again. So
 * the same steps clean up after an earlier process.
 */
#include "bh-mgmt-adverts-private.h"

/* What is known */

void
bh_mgmt_adverts_forget_kernel(BhMgmtAdverts *self)
{
    g_clear_pointer(&self->call, bh_mgmt_call_forget);
    g_clear_handle_id(&self->timer, g_source_remove);
    g_byte_array_set_size(self->stale, 0);
    self->step = BH_MGMT_ADVERT_IDLE;
    self->paused = FALSE;
    self->listed = FALSE;
    self->fresh = FALSE;
    for (guint i = 0; i < self->entries->len; i++) {
        bh_mgmt_advert_leave_instance(bh_mgmt_adverts_entry(self, i));
        bh_mgmt_adverts_entry(self, i)->full = FALSE;
        bh_mgmt_adverts_entry(self, i)->refused = FALSE;
    }
}

static void
begin_anew(BhMgmtAdverts *self)
{
    bh_mgmt_adverts_forget_kernel(self);
    self->failures = 0;
}

void
bh_mgmt_adverts_set_mgmt(BhMgmtAdverts *self, BhMgmt *mgmt)
{
    begin_anew(self);
    self->mgmt = mgmt;
    self->observer->changed(self->data);
}

void
bh_mgmt_adverts_set_controller(BhMgmtAdverts *self,
                               guint16 index,
                               const BhAddress *address,
                               gboolean ready)
{
    BhMgmtController controller = self->controller;

    if (index != BH_MGMT_INDEX_NONE)
        controller = (BhMgmtController){*address, bh_mgmt_memory_get_instance(index)};
    else
        index = self->index;
    gboolean same = self->index == index && self->controller.instance == controller.instance &&
                    bh_address_equal(&self->controller.address, &controller.address);
    if (same && self->ready == ready)
        return;
    begin_anew(self);
    self->met = self->met && same;
    self->index = index;
    self->controller = controller;
    self->ready = ready;
    self->observer->changed(self->data);
}

void
bh_mgmt_adverts_leave_stale(BhMgmtAdverts *self, guint8 instance)
{
    for (guint i = self->stale->len; i > 0; i--)
        if (self->stale->data[i - 1] == instance)
            g_byte_array_remove_index(self->stale, i - 1);
}

void
bh_mgmt_adverts_forget_instance(BhMgmtAdverts *self, guint8 instance)
{
    bh_mgmt_memory_remove_advert(self->memory, &self->controller, instance);
    bh_mgmt_adverts_leave_stale(self, instance);
}

static gboolean
on_timer(gpointer data)
{
    BhMgmtAdverts *self = data;

    self->timer = 0;
    self->paused = FALSE;
    for (guint i = 0; i < self->entries->len; i++)
        bh_mgmt_adverts_entry(self, i)->refused = FALSE;
    self->observer->changed(self->data);
    return G_SOURCE_REMOVE;
}

void
bh_mgmt_adverts_back_off(BhMgmtAdverts *self)
{
    guint wait_ms = bh_bluez_timing_register_ms(self->timing, self->failures++);

    g_clear_handle_id(&self->timer, g_source_remove);
    self->timer = g_timeout_add(wait_ms, on_timer, self);
}

void
bh_mgmt_adverts_pause(BhMgmtAdverts *self)
{
    self->paused = TRUE;
    bh_mgmt_adverts_back_off(self);
}

static void
lose(BhMgmtAdverts *self, BhMgmtAdvertEntry *entry, BhError code, const char *text)
{
    guint id = entry->id;
    gboolean was_there = entry->there;

    bh_mgmt_advert_leave_instance(entry);
    if (was_there)
        bh_mgmt_adverts_tell(self, id, code, text);
}

static BhMgmtAdvertEntry *
find_instance(const BhMgmtAdverts *self, guint8 instance)
{
    for (guint i = 0; i < self->entries->len; i++)
        if (bh_mgmt_adverts_entry(self, i)->instance == instance)
            return bh_mgmt_adverts_entry(self, i);
    return NULL;
}

void
bh_mgmt_adverts_removed(BhMgmtAdverts *self, guint8 instance)
{
    BhMgmtAdvertEntry *entry = instance != 0 ? find_instance(self, instance) : NULL;

    bh_mgmt_adverts_forget_instance(self, instance);
    if (entry != NULL) {
        bh_mgmt_adverts_pause(self);
        lose(self, entry, BH_ERROR_DISCONNECTED, "somebody has removed it in the kernel");
    }
    bh_mgmt_adverts_retry(self);
}

void
bh_mgmt_adverts_retry(BhMgmtAdverts *self)
{
    for (guint i = 0; i < self->entries->len; i++)
        bh_mgmt_adverts_entry(self, i)->full = FALSE;
    self->observer->changed(self->data);
}

/* The lowest is the first that BlueZ writes over. */
static BhMgmtAdvertEntry *
find_lowest(const BhMgmtAdverts *self)
{
    BhMgmtAdvertEntry *lowest = NULL;

    for (guint i = 0; i < self->entries->len; i++) {
        BhMgmtAdvertEntry *entry = bh_mgmt_adverts_entry(self, i);
        if (entry->instance != 0 && (lowest == NULL || entry->instance < lowest->instance))
            lowest = entry;
    }
    return lowest;
}

void
bh_mgmt_adverts_set_taken(BhMgmtAdverts *self, guint taken, guint total)
{
    BhMgmtAdvertEntry *entry;

    self->taken = taken;
    while (taken + bh_mgmt_adverts_count(self) > total && (entry = find_lowest(self)) != NULL) {
        bh_mgmt_adverts_forget_instance(self, entry->instance);
        entry->full = TRUE;
        lose(self, entry, BH_ERROR_LIMIT_EXCEEDED, "BlueZ has taken its place");
    }
}

/* What is wanted */

void
bh_mgmt_adverts_want(BhMgmtAdverts *self, guint id, const BhAdvertSpec *spec)
{
    BhMgmtAdvertEntry entry = {.id = id};

    if (bh_mgmt_adverts_find(self, id) != NULL)
        return;
    bh_mgmt_advert_from_spec(&entry.advert, spec);
    g_array_append_val(self->entries, entry);
    self->observer->changed(self->data);
}

void
bh_mgmt_adverts_drop(BhMgmtAdverts *self, guint id)
{
    BhMgmtAdvertEntry *entry = bh_mgmt_adverts_find(self, id);

    if (entry == NULL)
        return;
    if (entry->instance != 0)
        g_byte_array_append(self->stale, &entry->instance, 1);
    g_array_remove_index(self->entries, (guint)(entry - bh_mgmt_adverts_entry(self, 0)));
    self->observer->changed(self->data);
}

guint
bh_mgmt_adverts_count(const BhMgmtAdverts *self)
{
    guint n = 0;

    for (guint i = 0; i < self->entries->len; i++)
        n += bh_mgmt_adverts_entry(self, i)->instance != 0;
    return n;
}

BhMgmtAdvertsAbility
bh_mgmt_adverts_get_ability(const BhMgmtAdverts *self, guint32 flags)
{
    if (self->mgmt == NULL)
        return BH_MGMT_ADVERTS_REFUSED;
    if (!self->listed)
        return BH_MGMT_ADVERTS_UNKNOWN;
    return (self->seen.flags & flags) == flags ? BH_MGMT_ADVERTS_GOOD : BH_MGMT_ADVERTS_REFUSED;
}

/* Life */

static void
on_undone(gpointer data, guint status, const BhMgmtReply *reply)
{
    *(guint *)data = status;
}

void
bh_mgmt_adverts_undo(BhMgmtAdverts *self, gint64 deadline_us)
{
    guint8 ours[BH_MGMT_ADVERTS_MAX];
    gsize n = bh_mgmt_memory_get_adverts(self->memory, &self->controller, ours, G_N_ELEMENTS(ours));

    g_clear_pointer(&self->call, bh_mgmt_call_forget);
    for (gsize i = 0; i < n && self->mgmt != NULL && self->index != BH_MGMT_INDEX_NONE; i++) {
        guint status = BH_MGMT_STATUS_NO_ANSWER;
        BhMgmtPacket packet;
        self->instance = ours[i];
        bh_mgmt_adverts_fill_packet(self, BH_MGMT_ADVERT_CLEAN, NULL, &packet);
        BhMgmtCall *call =
            bh_mgmt_call(self->mgmt, &packet, self->timing->mgmt_ms, on_undone, &status);
        bh_mgmt_settle(self->mgmt, deadline_us);
        if (status == BH_MGMT_STATUS_SUCCESS || status == BH_MGMT_STATUS_INVALID_PARAMETERS)
            bh_mgmt_memory_remove_advert(self->memory, &self->controller, ours[i]);
        else if (status == BH_MGMT_STATUS_NO_ANSWER)
            bh_mgmt_call_forget(call);
    }
}

BhMgmtAdverts *
bh_mgmt_adverts_new(BhMgmtMemory *memory,
                    const BhBluezTiming *timing,
                    guint8 slot,
                    const BhMgmtAdvertsObserver *observer,
                    gpointer data)
{
    BhMgmtAdverts *self = g_new0(BhMgmtAdverts, 1);

    self->memory = memory;
    self->timing = timing;
    self->slot = slot;
    self->observer = observer;
    self->data = data;
    self->index = BH_MGMT_INDEX_NONE;
    self->entries = g_array_new(FALSE, FALSE, sizeof(BhMgmtAdvertEntry));
    self->stale = g_byte_array_new();
    return self;
}

void
bh_mgmt_adverts_free(BhMgmtAdverts *self)
{
    bh_mgmt_adverts_forget_kernel(self);
    g_array_unref(self->entries);
    g_byte_array_unref(self->stale);
    g_free(self);
}
