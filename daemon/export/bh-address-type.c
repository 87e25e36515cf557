/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * To listen is a scan of the client's like any other, but counts as the hold that is to follow:
 * whoever has no scan left connects all the same. What it hears is in the table of devices then.
 * For one device it ends as soon as that is heard.
 */
#include "bh-address-type.h"

#include "bh-discover.h"

#define LISTEN_MS 2000

static gint64
last_heard_us(BhHub *hub, const BhAddress *address)
{
    const BhDevice *device = bh_device_table_lookup(bh_hub_peek_table(hub), address);

    return device != NULL ? device->last_seen_us : -1;
}

static gboolean
is_linked(BhHub *hub, const BhAddress *address)
{
    BhRemotes *remotes = bh_hub_peek_remotes(hub);

    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++) {
        const BhLinkKey key = {slot, *address};

        if (bh_remotes_is_linked(remotes, &key))
            return TRUE;
    }
    return FALSE;
}

gboolean
bh_address_type_recall(BhHub *hub, BhAddress *address)
{
    BhAddress public = *address, random = *address;

    public.type = BH_ADDRESS_PUBLIC;
    random.type = BH_ADDRESS_RANDOM;
    if (is_linked(hub, &random) != is_linked(hub, &public))
        *address = is_linked(hub, &random) ? random : public;
    else
        *address = last_heard_us(hub, &random) > last_heard_us(hub, &public) ? random : public;
    return is_linked(hub, address) || last_heard_us(hub, address) >= 0;
}

/* Listening */

/* How many are not known; the last of these is in unknown. */
static guint
recall_all(BhHub *hub, GArray *addresses, BhAddress *unknown)
{
    guint n = 0;

    for (guint i = 0; i < addresses->len; i++) {
        BhAddress *address = &g_array_index(addresses, BhAddress, i);

        if (bh_address_type_recall(hub, address))
            continue;
        *unknown = *address;
        n++;
    }
    return n;
}

static void
on_listened(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    g_autoptr(BhScan) scan = bh_discover_finish(BH_HUB(source), result, NULL);
    BhAddress unknown;

    recall_all(BH_HUB(source), g_task_get_task_data(task), &unknown);
    g_task_return_boolean(task, TRUE);
}

static void
listen(GTask *task, const BhAddress *only, const BhAddress *adapter, gint64 ms, BhClient *client)
{
    char pattern[BH_ADDRESS_TEXT_SIZE];
    BhScanSpec spec = {
        .duration_ms = ms,
        .has_adapter = adapter != NULL,
        .quota = BH_QUOTA_HOLDS,
    };

    if (adapter != NULL)
        spec.adapter = *adapter;
    if (only != NULL) {
        bh_address_format(only, pattern);
        spec.filter.address_pattern = pattern;
    }
    bh_discover_async(g_task_get_source_object(task),
                      &spec,
                      only != NULL ? 1 : 0,
                      client,
                      on_listened,
                      task);
}

void
bh_address_type_find_async(BhHub *hub,
                           GArray *addresses,
                           const BhAddress *adapter,
                           gint64 timeout_ms,
                           BhClient *client,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(hub, NULL, callback, user_data);
    gint64 listen_ms = CLAMP(timeout_ms / 2, 1, LISTEN_MS);
    BhAddress unknown;
    guint n;

    g_task_set_source_tag(task, bh_address_type_find_async);
    g_task_set_task_data(task, addresses, (GDestroyNotify)g_array_unref);
    n = recall_all(hub, addresses, &unknown);
    if (n == 0)
        g_task_return_boolean(task, TRUE);
    else
        listen(g_steal_pointer(&task), n == 1 ? &unknown : NULL, adapter, listen_ms, client);
}

const GArray *
bh_address_type_find_finish(GAsyncResult *result)
{
    return g_task_get_task_data(G_TASK(result));
}
