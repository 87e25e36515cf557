/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a client asks to be served or advertised: checked, counted, told to the radio; the call ends
 * with the first result.
 */
#include "bh-local-private.h"

static gboolean
check(BhLocal *self, const char *adapter, BhClient *client, BhQuotaKind kind, GError **error)
{
    const BhLocalShared *hub = &self->context.hub;

    if (bh_client_is_gone(client) || self->context.stopped)
        g_set_error_literal(error, BH_ERROR, BH_ERROR_CANCELLED, "the caller left");
    else if (hub->peripheral == NULL)
        g_set_error_literal(error,
                            BH_ERROR,
                            BH_ERROR_NOT_SUPPORTED,
                            "this radio has no peripheral role");
    else if (adapter != NULL && hub->adapters->bluez &&
             bh_adapter_slots_find(hub->adapters, adapter) == NULL)
        g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "Adapter: it is not there");
    else
        return bh_quota_take(hub->quota, bh_client_get_uid(client), kind, error);
    return FALSE;
}

/* The call that made it: its task keeps it until it is answered. FALSE if that is so already. It
 * has its number before the radio wakes, which tells the radio all that is wanted. */
static gboolean
begin(BhLocal *self, BhServing *serving, GTask *task, BhClient *client)
{
    serving->id = ++self->last_id;
    bh_power_keeper_wake(self->context.hub.power, bh_client_get_uid(client));
    g_task_set_task_data(task, g_object_ref(serving->owner), g_object_unref);
    bh_serving_begin(serving, task, client);
    return !bh_owned_is_released(serving->owner);
}

void
bh_local_register_async(BhLocal *self,
                        const BhApplicationSpec *spec,
                        BhClient *client,
                        BhLifetime lifetime,
                        gint64 lease_ms,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);
    g_autoptr(BhApplication) application = NULL;
    GError *error = NULL;

    g_task_set_source_tag(task, bh_local_register_async);
    if (!check(self, spec->adapter, client, BH_QUOTA_APPLICATIONS, &error)) {
        g_task_return_error(task, error);
        return;
    }
    application = bh_application_new(spec, &self->context);
    bh_owned_claim(BH_OWNED(application), client, lifetime, lease_ms, self->context.hub.clock);
    bh_local_add_application(self, application);
    if (!begin(self, &application->serving, g_steal_pointer(&task), client))
        return;
    bh_local_publish_application(self, application);
}

BhApplication *
bh_local_register_finish(BhLocal *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void
bh_local_advertise_async(BhLocal *self,
                         const BhAdvertSpec *spec,
                         const char *adapter,
                         BhClient *client,
                         BhLifetime lifetime,
                         gint64 lease_ms,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);
    g_autoptr(BhAdvertisement) advertisement = NULL;
    BhAdvertPackets packets;
    GError *error = NULL;

    g_task_set_source_tag(task, bh_local_advertise_async);
    if (!bh_advert_compute_packets(spec, &packets, &error) ||
        !check(self, adapter, client, BH_QUOTA_ADVERTISEMENTS, &error)) {
        g_task_return_error(task, error);
        return;
    }
    advertisement = bh_advertisement_new(spec, &packets, adapter, &self->context);
    bh_owned_claim(BH_OWNED(advertisement), client, lifetime, lease_ms, self->context.hub.clock);
    bh_local_add_advertisement(self, advertisement);
    if (!begin(self, &advertisement->serving, g_steal_pointer(&task), client))
        return;
    bh_local_publish_advertisement(self, advertisement);
}

BhAdvertisement *
bh_local_advertise_finish(BhLocal *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
