/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the radio tells of the peripheral role, handed to whom it concerns. What it still tells of
 * something that is not there any more is answered for it.
 */
#include "bh-local-private.h"

#define ATT_UNLIKELY_ERROR 0x0e

/* Both keep what they find: whoever hears of something may release it. */

static BhApplication *
ref_application(BhLocal *self, guint id)
{
    for (guint i = 0; i < self->applications->len; i++)
        if (BH_APPLICATION(self->applications->pdata[i])->serving.id == id)
            return g_object_ref(self->applications->pdata[i]);
    return NULL;
}

static BhAdvertisement *
ref_advertisement(BhLocal *self, guint id)
{
    for (guint i = 0; i < self->advertisements->len; i++)
        if (BH_ADVERTISEMENT(self->advertisements->pdata[i])->serving.id == id)
            return g_object_ref(self->advertisements->pdata[i]);
    return NULL;
}

static void
on_application_changed(gpointer data, guint id, guint8 slot, const GError *error)
{
    BhLocal *self = data;
    g_autoptr(BhApplication) application = ref_application(self, id);
    gboolean was_served;

    if (application == NULL)
        return;
    was_served = application->serving.active != 0;
    if (bh_serving_take_result(&application->serving, slot, error))
        bh_application_served(application, was_served && application->serving.active == 0);
    bh_local_look_at_first(self, &application->serving);
}

static void
on_advertisement_changed(gpointer data, guint id, guint8 slot, const GError *error)
{
    BhLocal *self = data;
    g_autoptr(BhAdvertisement) advertisement = ref_advertisement(self, id);
    gboolean was_served;

    if (advertisement == NULL)
        return;
    was_served = advertisement->serving.active != 0;
    if (bh_serving_take_result(&advertisement->serving, slot, error))
        bh_advertisement_served(advertisement, was_served && advertisement->serving.active == 0);
    bh_local_look_at_first(self, &advertisement->serving);
}

static void
on_read(gpointer data,
        guint id,
        guint attribute,
        const BhPeripheralCentral *central,
        guint16 offset,
        BhPeripheralRequest *request)
{
    BhLocal *self = data;
    g_autoptr(BhApplication) application = ref_application(self, id);

    if (application != NULL)
        bh_application_take_read(application, attribute, central, offset, request);
    else
        bh_peripheral_return_error(self->context.hub.peripheral, request, ATT_UNLIKELY_ERROR);
}

static void
on_write(gpointer data,
         guint id,
         guint attribute,
         const BhPeripheralCentral *central,
         guint16 offset,
         GBytes *value,
         BhPeripheralRequest *request)
{
    BhLocal *self = data;
    g_autoptr(BhApplication) application = ref_application(self, id);

    if (application != NULL)
        bh_application_take_write(application, attribute, central, offset, value, request);
    else
        bh_peripheral_return_error(self->context.hub.peripheral, request, ATT_UNLIKELY_ERROR);
}

static void
on_withdrawn(gpointer data, BhPeripheralRequest *request)
{
    BhLocal *self = data;

    for (guint i = 0; i < self->applications->len; i++)
        bh_application_request_withdrawn(self->applications->pdata[i], request);
}

static void
on_subscribers_changed(gpointer data, guint id, guint attribute)
{
    g_autoptr(BhApplication) application = ref_application(data, id);

    if (application != NULL)
        bh_application_subscribers_changed(application, attribute);
}

/* Centrals */

/* Tells those applications that are served by the adapter of the link. */
static void
tell_applications(BhLocal *self, const BhLinkKey *key, gboolean connected)
{
    g_autoptr(GPtrArray) applications = bh_local_copy_list(self->applications);

    for (guint i = 0; i < applications->len; i++) {
        BhApplication *it = applications->pdata[i];

        if ((it->serving.active & (1u << key->slot)) != 0)
            bh_application_central_changed(it, key, connected);
    }
}

static void
central_came(BhLocal *self, const BhLinkKey *key)
{
    g_autoptr(GPtrArray) advertisements = bh_local_copy_list(self->advertisements);

    g_hash_table_add(self->centrals, g_memdup2(key, sizeof *key));
    self->context.counters.centrals++;
    tell_applications(self, key, TRUE);
    for (guint i = 0; i < advertisements->len; i++)
        bh_advertisement_central_came(advertisements->pdata[i], key);
}

void
bh_local_central_gone(BhLocal *self, const BhLinkKey *key)
{
    if (g_hash_table_remove(self->centrals, key))
        tell_applications(self, key, FALSE);
}

static void
on_central_changed(gpointer data, const BhPeripheralCentral *central)
{
    BhLocal *self = data;

    if (central->key.slot >= BH_RADIO_MAX_ADAPTERS)
        return; /* BlueZ did not say which link */
    if (!central->connected)
        bh_local_central_gone(self, &central->key);
    else if (!g_hash_table_contains(self->centrals, &central->key))
        central_came(self, &central->key);
}

static const BhPeripheralSink sink = {
    .application_changed = on_application_changed,
    .advertisement_changed = on_advertisement_changed,
    .read = on_read,
    .write = on_write,
    .withdrawn = on_withdrawn,
    .subscribers_changed = on_subscribers_changed,
    .central_changed = on_central_changed,
};

const BhPeripheralSink *
bh_local_peek_sink(void)
{
    return &sink;
}
