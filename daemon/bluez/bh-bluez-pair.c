/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * BlueZ pairs a device once at a time, whoever asks: what it is busy with is waited for, while
 * others have their turn.
 *
 * A link that ends during a pairing is often the consequence of its failure, and BlueZ's answer,
 * which knows more, right behind: it gets the time of one round trip to come.
 *
 * CancelPairing ends whatever pairing BlueZ is busy with. So one that is given up, after BlueZ was
 * busy with another's, is taken back only when BlueZ is known to have begun it: that it has not, it
 * says before it answers a question behind Pair.
 */
#include "bh-bluez-pair.h"

#include "bh-bluez-agent.h"
#include "bh-bluez-error.h"
#include "bh-bluez-links-private.h"
#include "bh-bluez-mgmt-pair.h"
#include "bh-bluez-names.h"
#include "bh-error.h"

#define PREFIX "org.bluez.Error."
#define RETRY_MAX_MS 200

typedef struct {
    BhBluezCentral *central; /* borrowed: owns this */
    GList node;              /* in pairings, or given_up */
    BhBluezLink *link;       /* used by this */
    BhIoCapability capability;
    BhPairingAskFunc ask;
    gpointer ask_data;
    BhBluezWaiter waiter;
    BhBluezAgent *agent;  /* NULL = waits its turn */
    guint timer;          /* and has none before this: BlueZ is busy with the device */
    guint retries;        /* because of that */
    guint16 told;         /* controller for which the kernel was told before BlueZ, or NONE */
    gboolean taken_back;  /* BlueZ was told to cancel it, and tells the kernel */
    sd_bus_slot *slot;    /* Pair */
    sd_bus_slot *barrier; /* the link ended, or it was given up: a question behind Pair */
    gboolean given_up;    /* nobody waits for it any more */
    gboolean done;        /* BlueZ said so: the link's state is asked for */
    GError *doubt;        /* owned: BlueZ says that it failed, perhaps because the adapter goes */
    guint doubt_timer;
} Pairing;

static const struct {
    const char *name;
    const char *text;
} failures[] = {
    {PREFIX "AuthenticationFailed", "authentication failed"},
    {PREFIX "AuthenticationCanceled", "cancelled, or the link was lost"},
    {PREFIX "AuthenticationRejected", "rejected"},
    {PREFIX "AuthenticationTimeout", "the other side did not answer in time"},
    {PREFIX "ConnectionAttemptFailed", "there is no link, and none could be made"},
};

/* BlueZ tells of a question that was declined here as of any other failure. */
static GError *
new_error(const Pairing *pairing, const sd_bus_error *cause)
{
    g_autofree char *said = bh_bluez_error_dup_text(cause);

    if (bh_bluez_agent_has_declined(pairing->agent))
        return g_error_new(BH_ERROR,
                           BH_ERROR_FAILED,
                           "pairing: its question was declined; BlueZ says \"%s\"",
                           said);

    for (gsize i = 0; i < G_N_ELEMENTS(failures); i++)
        if (sd_bus_error_has_name(cause, failures[i].name))
            return g_error_new(BH_ERROR,
                               BH_ERROR_FAILED,
                               "pairing: %s; BlueZ says \"%s\"",
                               failures[i].text,
                               said);
    if (bh_bluez_error_code(cause) == BH_ERROR_ALREADY_EXISTS)
        return g_error_new_literal(BH_ERROR, BH_ERROR_ALREADY_EXISTS, "the device is paired");
    return g_error_new(BH_ERROR, (gint)bh_bluez_error_code(cause), "pairing: %s", said);
}

static void begin_next(BhBluezCentral *self);

static void
free_pairing(Pairing *pairing)
{
    sd_bus_slot_unref(pairing->slot);
    sd_bus_slot_unref(pairing->barrier);
    g_clear_handle_id(&pairing->doubt_timer, g_source_remove);
    g_clear_error(&pairing->doubt);
    g_clear_handle_id(&pairing->timer, g_source_remove);
    g_clear_pointer(&pairing->agent, bh_bluez_agent_free);
    bh_bluez_link_unuse(pairing->central, pairing->link);
    g_free(pairing);
}

static void
cancel_in_kernel(Pairing *pairing)
{
    bh_bluez_mgmt_pair_cancel(pairing->central->bluez, pairing->told, &pairing->link->key.address);
}

/* Takes error; NULL = success. What nobody heard of the link during a doubt is told then. */
static void
end(Pairing *pairing, GError *error)
{
    BhBluezCentral *self = pairing->central;
    BhBluezLink *link = g_rc_box_acquire(pairing->link);
    BhBluezWaiter waiter = pairing->waiter;
    gboolean doubted = pairing->doubt != NULL;

    g_queue_unlink(&self->pairings, &pairing->node);
    if (!pairing->taken_back && error != NULL)
        cancel_in_kernel(pairing);
    free_pairing(pairing);
    bh_bluez_central_update_pace(self);
    if (error != NULL)
        bh_bluez_waiter_fail(&waiter, error);
    else
        bh_bluez_waiter_succeed(&waiter);
    if (doubted)
        bh_bluez_link_tell(self, link);
    bh_bluez_link_release(link);
    begin_next(self);
}

static gboolean
is_adapter_on(const Pairing *pairing)
{
    const BhBluezAdapter *adapter =
        bh_bluez_central_peek_adapter(pairing->central, pairing->link->key.slot);

    return adapter->path != NULL && adapter->powered && !adapter->going_off;
}

static gboolean
on_doubt_over(gpointer data)
{
    Pairing *pairing = data;

    pairing->doubt_timer = 0;
    if (is_adapter_on(pairing))
        end(pairing, g_error_copy(pairing->doubt));
    else
        end(pairing, g_error_new_literal(BH_ERROR, BH_ERROR_NOT_READY, "the adapter is off"));
    return G_SOURCE_REMOVE;
}

/* BlueZ fails a pairing when the adapter goes, and tells that it goes after that. */
static void
take_failure(Pairing *pairing, const sd_bus_error *error)
{
    pairing->doubt = new_error(pairing, error);
    pairing->doubt_timer =
        g_timeout_add(pairing->central->bluez->timing.doubt_ms, on_doubt_over, pairing);
}

static gboolean
on_retry(gpointer data)
{
    Pairing *pairing = data;

    pairing->timer = 0;
    begin_next(pairing->central);
    return G_SOURCE_REMOVE;
}

/* What the kernel was told stays: it is part of the pairing now that BlueZ is busy with. */
static void
wait_and_retry(Pairing *pairing)
{
    BhBluezCentral *self = pairing->central;
    guint wait_ms = self->bluez->timing.retry_ms * ++pairing->retries;

    g_clear_pointer(&pairing->agent, bh_bluez_agent_free);
    pairing->told = BH_MGMT_INDEX_NONE;
    pairing->timer = g_timeout_add(MIN(wait_ms, RETRY_MAX_MS), on_retry, pairing);
    begin_next(self);
}

/* What the kernel began had ended before BlueZ was asked for it. */
static gboolean
is_done_already(const Pairing *pairing, const sd_bus_error *error)
{
    return pairing->told != BH_MGMT_INDEX_NONE &&
           bh_bluez_error_code(error) == BH_ERROR_ALREADY_EXISTS;
}

/* One that was given up: there is nothing left to take back. */
static void
forget(Pairing *pairing)
{
    g_queue_unlink(&pairing->central->given_up, &pairing->node);
    free_pairing(pairing);
}

/* BlueZ is busy with another's, or this one is over. */
static void
take_late_answer(Pairing *pairing, const sd_bus_error *error)
{
    if (error != NULL && !bh_bluez_error_is_in_progress(error))
        cancel_in_kernel(pairing);
    forget(pairing);
}

static int
on_paired(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    Pairing *pairing = data;
    const sd_bus_error *error = sd_bus_message_get_error(message);

    g_clear_pointer(&pairing->slot, sd_bus_slot_unref);
    if (pairing->given_up) {
        take_late_answer(pairing, error);
        return 1;
    }
    if (error != NULL && pairing->barrier == NULL && bh_bluez_error_is_in_progress(error)) {
        wait_and_retry(pairing);
        return 1;
    }
    if (error != NULL && !is_done_already(pairing, error)) {
        take_failure(pairing, error);
        return 1;
    }
    pairing->done = TRUE;
    bh_bluez_link_refresh(pairing->central, pairing->link);
    if (pairing->link->refresh == NULL)
        end(pairing, NULL);
    return 1;
}

/* BlueZ knows the agent, and has nothing else to do: what follows is with it soon. */
static void
on_offered(gpointer data)
{
    Pairing *pairing = data;
    BhBluez *bluez = pairing->central->bluez;
    const BhBluezLink *link = pairing->link;
    GError *error = NULL;

    if (pairing->barrier != NULL)
        return; /* the link has ended meanwhile */
    if (!bh_bluez_mgmt_pair_begin(bluez, &link->key, pairing->capability, &pairing->told, &error)) {
        end(pairing, error);
        return;
    }
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(bluez->bus, link->path, BH_BLUEZ_DEVICE, "Pair");
    pairing->slot =
        bh_bluez_bus_send(bluez->bus, message, bluez->timing.gatt_ms, on_paired, pairing);
    if (pairing->told != BH_MGMT_INDEX_NONE)
        bh_bluez_agent_step_back(pairing->agent);
    if (pairing->slot == NULL)
        end(pairing, g_error_new_literal(BH_ERROR, BH_ERROR_NOT_READY, "the bus is gone"));
}

static void
on_question(gpointer data, const BhPairingQuestion *question)
{
    Pairing *pairing = data;

    pairing->ask(pairing->ask_data, question);
}

/* The adapter and BlueZ are there, and the device has an object. The agent comes first only once:
 * to do so with each retry would keep other programs from questions about their devices. */
static void
begin(Pairing *pairing)
{
    static const BhBluezAgentHandler handler = {.offered = on_offered, .ask = on_question};
    BhBluez *bluez = pairing->central->bluez;
    gboolean first = pairing->retries == 0 && bh_bluez_mgmt_pair_is_needed(bluez);

    pairing->agent = bh_bluez_agent_new(bluez->bus,
                                        pairing->link->path,
                                        pairing->capability,
                                        first,
                                        bluez->timing.call_ms,
                                        &handler,
                                        pairing);
    if (pairing->agent == NULL)
        end(pairing, g_error_new_literal(BH_ERROR, BH_ERROR_NOT_READY, "the bus is gone"));
}

/* NULL if none waits, or one is under way. */
static Pairing *
find_next(BhBluezCentral *self)
{
    Pairing *next = NULL;

    for (GList *node = self->pairings.tail; node != NULL; node = node->prev) {
        Pairing *pairing = node->data;
        if (pairing->agent != NULL)
            return NULL;
        if (pairing->timer == 0)
            next = pairing;
    }
    return next;
}

/* BlueZ would go and pair a device that has a bond over classic Bluetooth. */
static void
begin_next(BhBluezCentral *self)
{
    Pairing *pairing = find_next(self);

    if (pairing == NULL)
        return;
    if (!pairing->link->connected || pairing->link->path == NULL)
        end(pairing, g_error_new_literal(BH_ERROR, BH_ERROR_DISCONNECTED, "there is no link"));
    else if (pairing->link->bonded)
        end(pairing,
            g_error_new_literal(BH_ERROR, BH_ERROR_ALREADY_EXISTS, "the device is paired"));
    else
        begin(pairing);
}

/* Questions behind Pair */

static void
take_back(Pairing *pairing)
{
    BhBluezBus *bus = pairing->central->bluez->bus;

    if (pairing->slot == NULL || pairing->link->path == NULL || bus->owner == NULL)
        return;
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(bus, pairing->link->path, BH_BLUEZ_DEVICE, "CancelPairing");
    bh_bluez_bus_send_only(bus, message);
    pairing->taken_back = TRUE;
}

/* Without an answer to it, that to Pair is still to come. */
static void
take_back_late(Pairing *pairing, const sd_bus_error *error)
{
    g_clear_pointer(&pairing->barrier, sd_bus_slot_unref);
    if (error != NULL)
        return;
    take_back(pairing);
    forget(pairing);
}

static int
on_barrier(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    Pairing *pairing = data;

    if (pairing->given_up)
        take_back_late(pairing, sd_bus_message_get_error(message));
    else if (pairing->doubt == NULL)
        end(pairing, bh_bluez_link_new_error(pairing->link));
    return 1;
}

/* FALSE if BlueZ cannot be asked. */
static gboolean
ask_behind(Pairing *pairing)
{
    BhBluez *bluez = pairing->central->bluez;
    g_autofree char *path = bh_bluez_link_dup_path(pairing->central, pairing->link);

    if (pairing->barrier != NULL)
        return TRUE;
    if (path == NULL || bluez->bus->owner == NULL)
        return FALSE;
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(bluez->bus, path, BH_DBUS_PROPERTIES, "Get");
    if (message != NULL && sd_bus_message_append(message, "ss", BH_BLUEZ_DEVICE, "Connected") >= 0)
        pairing->barrier =
            bh_bluez_bus_send(bluez->bus, message, bluez->timing.call_ms, on_barrier, pairing);
    return pairing->barrier != NULL;
}

/* Links that end */

static Pairing *
find(BhBluezCentral *self, const BhBluezLink *link)
{
    for (GList *node = self->pairings.head; node != NULL; node = node->next)
        if (((Pairing *)node->data)->link == link)
            return node->data;
    return NULL;
}

gboolean
bh_bluez_pairings_are_in_doubt(BhBluezCentral *self, const BhBluezLink *link)
{
    const Pairing *pairing = find(self, link);

    return pairing != NULL && pairing->doubt != NULL;
}

void
bh_bluez_pairings_link_changed(BhBluezCentral *self, BhBluezLink *link)
{
    Pairing *pairing = find(self, link);

    if (pairing == NULL || link->refresh != NULL || pairing->doubt != NULL)
        return;
    if (pairing->done)
        end(pairing, NULL);
    else if (!link->connected && (pairing->agent == NULL || !ask_behind(pairing)))
        end(pairing, bh_bluez_link_new_error(link));
}

/* Giving up */

/* Others have their turn meanwhile. */
static void
give_up(Pairing *pairing)
{
    BhBluezCentral *self = pairing->central;
    BhBluezWaiter waiter = pairing->waiter;

    pairing->given_up = TRUE;
    g_queue_unlink(&self->pairings, &pairing->node);
    g_queue_push_tail_link(&self->given_up, &pairing->node);
    g_clear_pointer(&pairing->agent, bh_bluez_agent_free);
    bh_bluez_central_update_pace(self);
    bh_bluez_waiter_fail_literal(&waiter, BH_ERROR_CANCELLED, "cancelled");
    begin_next(self);
}

static gboolean
on_cancelled(gpointer data)
{
    Pairing *pairing = data;

    if (pairing->slot != NULL && pairing->retries > 0 && ask_behind(pairing)) {
        give_up(pairing);
        return G_SOURCE_REMOVE;
    }
    take_back(pairing);
    end(pairing, g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "cancelled"));
    return G_SOURCE_REMOVE;
}

void
bh_bluez_pairing_start(BhBluezCentral *self,
                       const BhLinkKey *key,
                       BhIoCapability capability,
                       BhPairingAskFunc ask,
                       gpointer ask_data,
                       GTask *task_in)
{
    g_autoptr(GTask) task = task_in;
    BhBluezLink *link = bh_bluez_links_find(self, key);

    if (link == NULL || !link->connected || link->path == NULL) {
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_DISCONNECTED, "there is no link");
        return;
    }
    if (find(self, link) != NULL) {
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_ALREADY_EXISTS, "pairing is under way");
        return;
    }
    Pairing *pairing = g_new0(Pairing, 1);
    pairing->central = self;
    pairing->link = bh_bluez_link_use(self, key);
    pairing->capability = capability;
    pairing->told = BH_MGMT_INDEX_NONE;
    pairing->ask = ask;
    pairing->ask_data = ask_data;
    pairing->node.data = pairing;
    g_queue_push_tail_link(&self->pairings, &pairing->node);
    bh_bluez_waiter_begin(&pairing->waiter, g_steal_pointer(&task), on_cancelled, pairing);
    bh_bluez_central_update_pace(self);
    begin_next(self);
}

void
bh_bluez_pairing_answer(BhBluezCentral *self, const BhLinkKey *key, const BhPairingAnswer *answer)
{
    const BhBluezLink *link = bh_bluez_links_find(self, key);
    Pairing *pairing = link != NULL ? find(self, link) : NULL;

    if (pairing != NULL && pairing->agent != NULL)
        bh_bluez_agent_answer(pairing->agent, answer);
}

void
bh_bluez_pairings_clear(BhBluezCentral *self)
{
    while (self->pairings.tail != NULL)
        on_cancelled(self->pairings.tail->data);
    while (self->given_up.tail != NULL)
        forget(self->given_up.tail->data);
}
