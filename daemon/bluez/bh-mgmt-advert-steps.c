/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Steps, in the order they matter: see which instances there are; remove those of ours that are not
 * wanted, which an earlier process may have left; for each one that is wanted choose an instance
 * that was free just before, give its parameters, and its data, which puts it on the air.
 *
 * What the kernel may do later is tried again after a while, and everything else waits, too. What
 * it understood and refused is told, and does not keep others waiting.
 */
#include "bh-log.h"
#include "bh-mgmt-adverts-private.h"

/* Ends of commands */

static void
log_unclear(BhMgmtAdverts *self)
{
    char address[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(&self->controller.address, address);
    bh_log_adapter(G_LOG_LEVEL_MESSAGE,
                   BH_MESSAGE_MGMT,
                   address,
                   "adapter %s: an advertisement may have been left behind, and it may have become "
                   "another program's since: it stays",
                   address);
}

/* What is written down has to go, if it is there: the kernel's list does not tell, see below. What
 * an earlier process left may have become BlueZ's since, which takes the lowest instances. */
static void
take_left(BhMgmtAdverts *self)
{
    guint8 ours[BH_MGMT_ADVERTS_MAX];
    gsize n = bh_mgmt_memory_get_adverts(self->memory, &self->controller, ours, G_N_ELEMENTS(ours));

    for (gsize i = 0; i < n; i++) {
        if (self->met || ours[i] > self->taken) {
            g_byte_array_append(self->stale, &ours[i], 1);
        } else {
            bh_mgmt_memory_remove_advert(self->memory, &self->controller, ours[i]);
            log_unclear(self);
        }
    }
    self->met = TRUE;
}

static gboolean
is_passing(guint status)
{
    return status == BH_MGMT_STATUS_BUSY || status == BH_MGMT_STATUS_REJECTED ||
           status == BH_MGMT_STATUS_NOT_POWERED || status == BH_MGMT_STATUS_INVALID_INDEX ||
           status > 0xff;
}

static void
end_list(BhMgmtAdverts *self, guint status, const BhMgmtReply *reply)
{
    gboolean first = !self->listed;

    if (is_passing(status)) {
        bh_mgmt_adverts_pause(self);
        return;
    }
    self->fresh =
        status == BH_MGMT_STATUS_SUCCESS && bh_mgmt_reply_get_advertising(reply, &self->seen);
    if (!self->fresh)
        self->seen = (BhMgmtAdvertising){0};
    self->listed = TRUE;
    if (first)
        take_left(self);
}

/* That there is no such instance is as good as having removed it. One that stays is left to the
 * next start. */
static void
end_clean(BhMgmtAdverts *self, guint status, const BhMgmtReply *reply)
{
    if (is_passing(status)) {
        bh_mgmt_adverts_pause(self);
        return;
    }
    if (status != BH_MGMT_STATUS_SUCCESS && status != BH_MGMT_STATUS_INVALID_PARAMETERS)
        bh_mgmt_adverts_leave_stale(self, self->instance);
    else
        bh_mgmt_adverts_forget_instance(self, self->instance);
    bh_mgmt_adverts_retry(self);
}

/* Of a command without an answer it is not known whether it was done. */
static void
fail(BhMgmtAdverts *self, BhMgmtAdvertEntry *entry, guint status)
{
    g_autofree char *text = NULL;

    if (status > 0xff) {
        bh_mgmt_adverts_forget_kernel(self);
    } else if (entry->instance != 0) {
        g_byte_array_append(self->stale, &entry->instance, 1);
        bh_mgmt_advert_leave_instance(entry);
    }
    if (is_passing(status)) {
        bh_mgmt_adverts_pause(self);
        return;
    }
    bh_mgmt_adverts_back_off(self);
    entry->refused = TRUE;
    text = g_strdup_printf("the kernel refuses the advertisement: %s",
                           bh_mgmt_status_to_string((guint8)status));
    bh_mgmt_adverts_tell(self, entry->id, BH_ERROR_FAILED, text);
}

/* NULL if it is not wanted any more, or not as it was; its instance is among the stale ones. */
static BhMgmtAdvertEntry *
find_current(BhMgmtAdverts *self)
{
    BhMgmtAdvertEntry *entry = bh_mgmt_adverts_find(self, self->id);

    return entry != NULL && entry->instance == self->instance ? entry : NULL;
}

static void
end_parameters(BhMgmtAdverts *self, guint status, const BhMgmtReply *reply)
{
    BhMgmtAdvertEntry *entry = find_current(self);

    if (entry == NULL)
        return;
    if (status == BH_MGMT_STATUS_SUCCESS && bh_mgmt_reply_get_tx_power(reply, &entry->tx_power))
        entry->has_params = TRUE;
    else
        fail(self, entry, status == BH_MGMT_STATUS_SUCCESS ? BH_MGMT_STATUS_NOT_SUPPORTED : status);
}

static void
end_data(BhMgmtAdverts *self, guint status, const BhMgmtReply *reply)
{
    BhMgmtAdvertEntry *entry = find_current(self);

    if (entry == NULL)
        return;
    if (status != BH_MGMT_STATUS_SUCCESS) {
        fail(self, entry, status);
        return;
    }
    self->failures = 0;
    entry->there = TRUE;
    self->observer->told(self->data, self->slot, entry->id, NULL);
}

static void
on_done(gpointer data, guint status, const BhMgmtReply *reply)
{
    static void (*const ends[])(BhMgmtAdverts *, guint, const BhMgmtReply *) = {
        [BH_MGMT_ADVERT_LIST] = end_list,
        [BH_MGMT_ADVERT_CLEAN] = end_clean,
        [BH_MGMT_ADVERT_PARAMETERS] = end_parameters,
        [BH_MGMT_ADVERT_DATA] = end_data,
    };
    BhMgmtAdverts *self = data;
    BhMgmtAdvertStep step = self->step;

    self->call = NULL;
    self->step = BH_MGMT_ADVERT_IDLE;
    self->fresh = FALSE;
    ends[step](self, status, reply);
    self->observer->changed(self->data);
}

/* The next command */

static const BhMgmtOpcode opcodes[] = {
    [BH_MGMT_ADVERT_LIST] = BH_MGMT_READ_ADVERTISING_FEATURES,
    [BH_MGMT_ADVERT_CLEAN] = BH_MGMT_REMOVE_ADVERTISING,
    [BH_MGMT_ADVERT_PARAMETERS] = BH_MGMT_ADD_ADVERTISING_PARAMETERS,
    [BH_MGMT_ADVERT_DATA] = BH_MGMT_ADD_ADVERTISING_DATA,
};

static gboolean
is_taken(const BhMgmtAdverts *self, guint8 instance)
{
    for (guint i = 0; i < self->entries->len; i++)
        if (bh_mgmt_adverts_entry(self, i)->instance == instance)
            return TRUE;
    return memchr(self->seen.instances, instance, self->seen.n_instances) != NULL;
}

/* The highest that is free; 0 = none. Linux 6.1 lists of n instances only those up to n. */
static guint8
find_free(const BhMgmtAdverts *self)
{
    guint8 instance = self->seen.max;

    if (bh_mgmt_adverts_count(self) + self->taken >= self->seen.max)
        return 0;
    while (instance > 0 && is_taken(self, instance))
        instance--;
    return instance;
}

/* FALSE if there is no room. */
static gboolean
prepare_parameters(BhMgmtAdverts *self, BhMgmtAdvertEntry *entry)
{
    guint8 instance = find_free(self);

    if (instance == 0) {
        entry->full = TRUE;
        bh_mgmt_adverts_tell(self,
                             entry->id,
                             BH_ERROR_LIMIT_EXCEEDED,
                             "the controller has no advertising set free");
        return FALSE;
    }
    entry->instance = instance;
    bh_mgmt_memory_add_advert(self->memory, &self->controller, instance);
    return TRUE;
}

static BhMgmtAdvertStep
choose_step(BhMgmtAdverts *self, BhMgmtAdvertEntry **chosen)
{
    if (self->mgmt == NULL || self->index == BH_MGMT_INDEX_NONE || !self->ready)
        return BH_MGMT_ADVERT_IDLE;
    if (!self->listed)
        return BH_MGMT_ADVERT_LIST;
    if (self->stale->len > 0)
        return BH_MGMT_ADVERT_CLEAN;
    for (guint i = 0; i < self->entries->len; i++) {
        *chosen = bh_mgmt_adverts_entry(self, i);
        if (!(*chosen)->there && !(*chosen)->full && !(*chosen)->refused && self->seen.max > 0)
            return (*chosen)->has_params ? BH_MGMT_ADVERT_DATA
                   : self->fresh         ? BH_MGMT_ADVERT_PARAMETERS
                                         : BH_MGMT_ADVERT_LIST;
    }
    return BH_MGMT_ADVERT_IDLE;
}

void
bh_mgmt_adverts_fill_packet(const BhMgmtAdverts *self,
                            BhMgmtAdvertStep step,
                            const BhMgmtAdvertEntry *entry,
                            BhMgmtPacket *packet)
{
    bh_mgmt_packet_init(packet, opcodes[step], self->index);
    if (step == BH_MGMT_ADVERT_CLEAN)
        bh_mgmt_packet_put_advert_instance(packet, self->instance);
    else if (step == BH_MGMT_ADVERT_PARAMETERS)
        bh_mgmt_packet_put_advert_parameters(packet, self->instance, &entry->advert);
    else if (step == BH_MGMT_ADVERT_DATA)
        bh_mgmt_packet_put_advert_data(packet, self->instance, &entry->advert, entry->tx_power);
}

static void
make_call(BhMgmtAdverts *self, BhMgmtAdvertStep step, const BhMgmtAdvertEntry *entry)
{
    BhMgmtPacket packet;

    self->id = entry != NULL ? entry->id : 0;
    self->instance = step == BH_MGMT_ADVERT_CLEAN ? self->stale->data[0]
                     : entry != NULL              ? entry->instance
                                                  : 0;
    bh_mgmt_adverts_fill_packet(self, step, entry, &packet);
    self->call = bh_mgmt_call(self->mgmt, &packet, self->timing->mgmt_ms, on_done, self);
    if (self->call != NULL) {
        self->step = step;
        return;
    }
    bh_mgmt_adverts_forget_kernel(self); /* an instance may be written down, and not used */
    bh_mgmt_adverts_pause(self);
}

void
bh_mgmt_adverts_reconcile(BhMgmtAdverts *self)
{
    BhMgmtAdvertEntry *entry = NULL;
    BhMgmtAdvertStep step;

    if (self->step != BH_MGMT_ADVERT_IDLE || self->paused)
        return;
    step = choose_step(self, &entry);
    self->fresh = FALSE;
    if (step == BH_MGMT_ADVERT_PARAMETERS && !prepare_parameters(self, entry))
        self->observer->changed(self->data);
    else if (step != BH_MGMT_ADVERT_IDLE)
        make_call(self, step, entry);
}
