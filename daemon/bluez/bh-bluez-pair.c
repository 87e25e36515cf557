/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A link that ends during a pairing is often the consequence of its failure, and BlueZ's answer,
 * which knows more, right behind: it gets the time of one round trip to come.
 */
#include "bh-bluez-pair.h"

#include "bh-bluez-agent.h"
#include "bh-bluez-error.h"
#include "bh-bluez-links.h"
#include "bh-bluez-names.h"
#include "bh-error.h"

#define PREFIX "org.bluez.Error."

typedef struct {
    BhBluezCentral *central; /* borrowed: owns this */
    GList node;              /* in pairings */
    BhBluezLink *link;       /* used by this */
    BhIoCapability capability;
    BhPairingAskFunc ask;
    gpointer ask_data;
    BhBluezWaiter waiter;
    BhBluezAgent *agent;  /* NULL = waits its turn */
    sd_bus_slot *slot;    /* Pair */
    sd_bus_slot *barrier; /* the link ended: a question behind which no answer comes any more */
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

/* Takes error; NULL = success. */
static void
end(Pairing *pairing, GError *error)
{
    BhBluezCentral *self = pairing->central;
    BhBluezWaiter waiter = pairing->waiter;

    g_queue_unlink(&self->pairings, &pairing->node);
    sd_bus_slot_unref(pairing->slot);
    sd_bus_slot_unref(pairing->barrier);
    g_clear_handle_id(&pairing->doubt_timer, g_source_remove);
    g_clear_error(&pairing->doubt);
    g_clear_pointer(&pairing->agent, bh_bluez_agent_free);
    bh_bluez_link_unuse(self, pairing->link);
    g_free(pairing);
    bh_bluez_central_update_pace(self);
    if (error != NULL)
        bh_bluez_waiter_fail(&waiter, error);
    else
        bh_bluez_waiter_succeed(&waiter);
    begin_next(self);
}

static gboolean
is_adapter_on(const Pairing *pairing)
{
    const BhBluezAdapter *adapter =
        bh_bluez_central_peek_adapter(pairing->central, pairing->link->key.slot);

    return adapter->path != NULL && adapter->powered;
}

static gboolean
on_doubt_over(gpointer data)
{
    Pairing *pairing = data;

    pairing->doubt_timer = 0;
    if (is_adapter_on(pairing))
        end(pairing, g_steal_pointer(&pairing->doubt));
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

static int
on_paired(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    Pairing *pairing = data;
    const sd_bus_error *error = sd_bus_message_get_error(message);

    g_clear_pointer(&pairing->slot, sd_bus_slot_unref);
    if (error != NULL) {
        take_failure(pairing, error);
        return 1;
    }
    pairing->done = TRUE;
    bh_bluez_link_refresh(pairing->central, pairing->link);
    if (pairing->link->refresh == NULL)
        end(pairing, NULL);
    return 1;
}

/* The adapter and BlueZ are there, and the device has an object. */
static void
begin(Pairing *pairing)
{
    BhBluez *bluez = pairing->central->bluez;
    const char *path = pairing->link->path;

    pairing->agent =
        bh_bluez_agent_new(bluez->bus, path, pairing->capability, pairing->ask, pairing->ask_data);
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(bluez->bus, path, BH_BLUEZ_DEVICE, "Pair");
    pairing->slot =
        bh_bluez_bus_send(bluez->bus, message, bluez->timing.gatt_ms, on_paired, pairing);
    if (pairing->agent == NULL || pairing->slot == NULL)
        end(pairing, g_error_new_literal(BH_ERROR, BH_ERROR_NOT_READY, "the bus is gone"));
}

/* BlueZ would go and pair a device that has a bond over classic Bluetooth. */
static void
begin_next(BhBluezCentral *self)
{
    Pairing *pairing = self->pairings.head != NULL ? self->pairings.head->data : NULL;

    if (pairing == NULL || pairing->agent != NULL)
        return;
    if (!pairing->link->connected || pairing->link->path == NULL)
        end(pairing, g_error_new_literal(BH_ERROR, BH_ERROR_DISCONNECTED, "there is no link"));
    else if (pairing->link->bonded)
        end(pairing,
            g_error_new_literal(BH_ERROR, BH_ERROR_ALREADY_EXISTS, "the device is paired"));
    else
        begin(pairing);
}

/* Links that end */

static int
on_barrier(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    Pairing *pairing = data;

    if (pairing->doubt == NULL)
        end(pairing, bh_bluez_link_new_error(pairing->link));
    return 1;
}

static void
wait_for_answer(Pairing *pairing)
{
    BhBluez *bluez = pairing->central->bluez;
    g_autofree char *path = bh_bluez_link_dup_path(pairing->central, pairing->link);

    if (pairing->barrier != NULL)
        return;
    if (path != NULL && bluez->bus->owner != NULL) {
        g_autoptr(sd_bus_message) message =
            bh_bluez_bus_new_call(bluez->bus, path, BH_DBUS_PROPERTIES, "Get");
        if (message != NULL &&
            sd_bus_message_append(message, "ss", BH_BLUEZ_DEVICE, "Connected") >= 0)
            pairing->barrier =
                bh_bluez_bus_send(bluez->bus, message, bluez->timing.call_ms, on_barrier, pairing);
    }
    if (pairing->barrier == NULL)
        end(pairing, bh_bluez_link_new_error(pairing->link));
}

static Pairing *
find(BhBluezCentral *self, const BhBluezLink *link)
{
    for (GList *node = self->pairings.head; node != NULL; node = node->next)
        if (((Pairing *)node->data)->link == link)
            return node->data;
    return NULL;
}

void
bh_bluez_pairings_link_changed(BhBluezCentral *self, BhBluezLink *link)
{
    Pairing *pairing = find(self, link);

    if (pairing == NULL || link->refresh != NULL || pairing->doubt != NULL)
        return;
    if (pairing->done)
        end(pairing, NULL);
    else if (!link->connected && pairing->agent != NULL)
        wait_for_answer(pairing);
    else if (!link->connected)
        end(pairing, bh_bluez_link_new_error(link));
}

static gboolean
on_cancelled(gpointer data)
{
    Pairing *pairing = data;
    BhBluezBus *bus = pairing->central->bluez->bus;

    if (pairing->slot != NULL && pairing->link->path != NULL) {
        g_autoptr(sd_bus_message) message =
            bh_bluez_bus_new_call(bus, pairing->link->path, BH_BLUEZ_DEVICE, "CancelPairing");
        bh_bluez_bus_send_only(bus, message);
    }
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
}
