/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Whoever is told may take an application back, so it is held while others are told of it.
 */
#include "bh-bluez-app.h"

#include "bh-bluez-names.h"
#include "bh-bluez-notification.h"
#include "bh-bluez-request.h"
#include "bh-bluez-served.h"
#include "bh-error.h"

static const BhBluezManager manager = {
    .interface = BH_BLUEZ_GATT_MANAGER,
    .add = "RegisterApplication",
    .remove = "UnregisterApplication",
    .what = "services",
};

/* The table */

static void
clear_app(gpointer data)
{
    BhBluezApp *self = data;

    g_ptr_array_unref(self->subscribers);
    bh_application_definition_unref(self->definition);
}

static void
release_app(gpointer app)
{
    g_rc_box_release_full(app, clear_app);
}

BhBluezApp *
bh_bluez_app_find(BhBluezServer *self, guint id)
{
    return g_hash_table_lookup(self->apps, GUINT_TO_POINTER(id));
}

GPtrArray *
bh_bluez_apps_list(BhBluezServer *self)
{
    GPtrArray *apps = g_ptr_array_new_with_free_func(release_app);
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->apps);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(apps, g_rc_box_acquire(value));
    return apps;
}

/* Registrations */

static void
on_registered(gpointer data, guint8 slot, const GError *error)
{
    BhBluezApp *self = data;
    BhBluezServer *server = self->server;

    if (server->sink != NULL)
        server->sink->application_changed(server->sink_data, self->id, slot, error);
}

static void
reconcile_on(BhBluezApp *self, guint8 slot)
{
    BhBluezAdapter *adapter = bh_bluez_server_peek_adapter(self->server, slot);
    gboolean wanted = (self->slots & 1u << slot) != 0;
    BhBluezRegistration *registration = &self->registrations[slot];

    if (!wanted && bh_bluez_registration_is_there(registration))
        bh_bluez_subscribers_reset(self, slot);
    bh_bluez_registration_want(registration, wanted ? adapter->path : NULL);
}

void
bh_bluez_apps_reconcile(BhBluezServer *self)
{
    g_autoptr(GPtrArray) apps = bh_bluez_apps_list(self);

    for (guint i = 0; i < apps->len; i++)
        for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++)
            reconcile_on(apps->pdata[i], slot);
}

static void
lose_adapter(BhBluezApp *self, guint8 slot)
{
    BhBluezRegistration *registration = &self->registrations[slot];
    g_autoptr(GError) error = NULL;

    bh_bluez_registration_forget(registration);
    bh_bluez_subscribers_reset(self, slot);
    bh_bluez_notifications_end(self, slot, BH_ERROR_DISCONNECTED, "the adapter is gone");
    if ((self->slots & 1u << slot) == 0)
        return;
    error = g_error_new_literal(BH_ERROR, BH_ERROR_DISCONNECTED, "the adapter is gone");
    on_registered(self, slot, error);
}

void
bh_bluez_apps_adapter_gone(BhBluezServer *self, guint8 slot)
{
    g_autoptr(GPtrArray) apps = bh_bluez_apps_list(self);

    for (guint i = 0; i < apps->len; i++)
        lose_adapter(apps->pdata[i], slot);
}

/* Life */

static void
end_app(gpointer data)
{
    BhBluezApp *self = data;

    for (guint slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++)
        bh_bluez_registration_clear(&self->registrations[slot]);
    bh_bluez_requests_drop(self->server, self);
    g_ptr_array_set_size(self->subscribers, 0);
    bh_bluez_notifications_end(self, G_MAXUINT8, BH_ERROR_CANCELLED, "taken back");
    release_app(self);
}

static BhBluezApp *
new_app(BhBluezServer *server, guint id, BhApplicationDefinition *definition)
{
    BhBluezApp *self = g_rc_box_new0(BhBluezApp);

    self->server = server;
    self->id = id;
    self->definition = bh_application_definition_ref(definition);
    self->subscribers = g_ptr_array_new_with_free_func(bh_bluez_subscriber_free);
    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++) {
        BhBluezRegistration *registration = &self->registrations[slot];
        bh_bluez_registration_init(registration,
                                   &manager,
                                   server->bluez->bus,
                                   &server->bluez->timing,
                                   slot,
                                   bh_bluez_served_dup_root(id, slot));
        registration->told = on_registered;
        registration->data = self;
    }
    return self;
}

void
bh_bluez_app_set(BhBluezServer *self, guint id, BhApplicationDefinition *definition, guint16 slots)
{
    BhBluezApp *app = bh_bluez_app_find(self, id);

    if (app != NULL && app->definition != definition) {
        bh_bluez_app_drop(self, id);
        app = NULL;
    }
    if (app == NULL) {
        app = new_app(self, id, definition);
        g_hash_table_insert(self->apps, GUINT_TO_POINTER(id), app);
    }
    app->slots = slots;
    bh_bluez_server_schedule(self);
}

void
bh_bluez_app_drop(BhBluezServer *self, guint id)
{
    g_hash_table_remove(self->apps, GUINT_TO_POINTER(id));
    bh_bluez_server_schedule(self);
}

void
bh_bluez_apps_clear(BhBluezServer *self)
{
    g_hash_table_remove_all(self->apps);
}

void
bh_bluez_apps_init(BhBluezServer *self)
{
    self->apps = g_hash_table_new_full(NULL, NULL, NULL, end_app);
}
