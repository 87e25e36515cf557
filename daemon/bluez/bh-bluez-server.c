/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Nothing is decided here: what is wanted and what happens goes to the part it concerns, and what
 * this BlueZ can do is said in one place.
 */
#include "bh-bluez-server.h"

#include "bh-bluez-advert.h"
#include "bh-bluez-app.h"
#include "bh-bluez-names.h"
#include "bh-bluez-peers.h"
#include "bh-bluez-served.h"
#include "bh-bluez-sets.h"
#include "bh-bluez-version.h"

/* What BlueZ can do */

gboolean
bh_bluez_server_can_direct(const BhBluezServer *self)
{
    return bh_bluez_version_is_since(self->bluez, 5, 76);
}

/* Before 5.77 only with --experimental, and then it tells its capabilities. */
gboolean
bh_bluez_server_takes_interval(const BhBluezServer *self, guint8 slot)
{
    return self->sets[slot].capable || bh_bluez_version_is_since(self->bluez, 5, 77);
}

gboolean
bh_bluez_server_takes_tx_power(const BhBluezServer *self, guint8 slot)
{
    return self->sets[slot].sets_power && bh_bluez_server_takes_interval(self, slot);
}

/* What happens */

void
bh_bluez_server_adapter_changed(BhBluezServer *self)
{
    bh_bluez_server_schedule(self);
}

void
bh_bluez_server_adapter_removed(BhBluezServer *self, guint8 slot)
{
    bh_bluez_requests_adapter_gone(self, slot);
    bh_bluez_sets_forget(self, slot);
    bh_bluez_apps_adapter_gone(self, slot);
    bh_bluez_adverts_adapter_gone(self, slot);
}

int
bh_bluez_server_take_sets(BhBluezServer *self, guint8 slot, sd_bus_message *message)
{
    return bh_bluez_sets_take(self, slot, message);
}

void
bh_bluez_server_link_changed(BhBluezServer *self, const BhBluezLink *link)
{
    bh_bluez_peers_link_changed(self, link);
}

void
bh_bluez_server_link_renamed(BhBluezServer *self, const BhBluezLink *link, const BhLinkKey *former)
{
    bh_bluez_peers_link_renamed(self, link, former);
}

gboolean
bh_bluez_server_is_busy(const BhBluezServer *self)
{
    return g_hash_table_size(self->apps) > 0 && g_hash_table_size(self->centrals) > 0;
}

/* What is wanted */

/* The kernel tells of links; without it BlueZ is listened to, as long as there is something that a
 * central may come for. */
static void
reconcile_listening(BhBluezServer *self)
{
    gboolean serves = g_hash_table_size(self->apps) > 0 || g_hash_table_size(self->adverts) > 0;
    gboolean wanted = serves && self->bluez->mgmt == NULL;

    if (wanted && !self->listening)
        bh_bluez_bus_add_match(self->bluez->bus, BH_MATCH_DEVICES);
    else if (!wanted && self->listening)
        bh_bluez_bus_remove_match(self->bluez->bus, BH_MATCH_DEVICES);
    self->listening = wanted;
}

void
bh_bluez_server_reconcile(BhBluezServer *self)
{
    reconcile_listening(self);
    if (!self->changed)
        return;
    self->changed = FALSE;
    bh_bluez_apps_reconcile(self);
    bh_bluez_adverts_reconcile(self);
    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++)
        bh_mgmt_adverts_reconcile(bh_bluez_server_peek_adapter(self, slot)->mgmt_adverts);
}

void
bh_bluez_server_schedule(BhBluezServer *self)
{
    self->changed = TRUE;
    bh_bluez_schedule_reconcile(self->bluez);
}

/* Life */

static void
on_kernel_changed(gpointer data)
{
    bh_bluez_server_schedule(data);
}

BhMgmtAdverts *
bh_bluez_server_new_mgmt_adverts(BhBluezServer *self, guint8 slot)
{
    static const BhMgmtAdvertsObserver observer = {bh_bluez_advert_told, on_kernel_changed};

    return bh_mgmt_adverts_new(self->bluez->memory, &self->bluez->timing, slot, &observer, self);
}

void
bh_bluez_server_start(BhBluezServer *self)
{
    bh_bluez_served_start(self);
    bh_bluez_adverts_start(self);
    bh_bluez_bus_add_match(self->bluez->bus, BH_MATCH_ADVERTISING);
}

void
bh_bluez_server_stop(BhBluezServer *self)
{
    self->sink = NULL;
    bh_bluez_requests_drop(self, NULL);
    bh_bluez_apps_clear(self);
    bh_bluez_adverts_clear(self);
    g_hash_table_remove_all(self->centrals);
    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++)
        bh_bluez_sets_forget(self, slot);
    g_clear_pointer(&self->served, sd_bus_slot_unref);
    g_clear_pointer(&self->advertised, sd_bus_slot_unref);
}

BhBluezServer *
bh_bluez_server_new(BhBluez *bluez)
{
    BhBluezServer *self = g_new0(BhBluezServer, 1);

    self->bluez = bluez;
    self->listed = g_array_new(FALSE, FALSE, sizeof(BhLinkKey));
    bh_bluez_apps_init(self);
    bh_bluez_adverts_init(self);
    bh_bluez_peers_init(self);
    return self;
}

void
bh_bluez_server_free(BhBluezServer *self)
{
    bh_bluez_server_stop(self);
    g_hash_table_unref(self->apps);
    g_hash_table_unref(self->adverts);
    g_hash_table_unref(self->centrals);
    g_array_unref(self->listed);
    g_free(self);
}
