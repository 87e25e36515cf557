/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Nothing is decided here: signals of BlueZ and of the kernel go to the part they concern.
 */
#include "bh-bluez-central.h"

#include "bh-bluez-agent.h"
#include "bh-bluez-bonds.h"
#include "bh-bluez-central-private.h"
#include "bh-bluez-connect.h"
#include "bh-bluez-links.h"
#include "bh-bluez-mgmt-link.h"
#include "bh-bluez-notify.h"
#include "bh-bluez-operation.h"
#include "bh-bluez-pair.h"
#include "bh-bluez-parameters.h"
#include "bh-bluez-server.h"
#include "bh-error.h"

/* What BlueZ and the kernel say */

void
bh_bluez_central_device(BhBluezCentral *self,
                        const char *path,
                        guint8 slot,
                        const BhBluezProperties *properties,
                        const BhAddress *known)
{
    bh_bluez_links_take(self, path, slot, properties, known);
}

gboolean
bh_bluez_central_knows(const BhBluezCentral *self, const char *path)
{
    return g_hash_table_contains(self->paths, path);
}

void
bh_bluez_central_disconnected(BhBluezCentral *self, const char *path, const char *reason)
{
    bh_bluez_links_disconnected(self, path, reason);
}

gboolean
bh_bluez_central_wants(const char *interface)
{
    BhBluezGattKind kind;

    return bh_bluez_gatt_kind_of(interface, &kind);
}

static void
attributes_changed(BhBluezCentral *self, const char *path, BhBluezGattKind kind)
{
    g_autofree char *device =
        kind == BH_BLUEZ_GATT_BATTERY ? g_strdup(path) : bh_bluez_gatt_dup_device(path);

    if (device != NULL)
        bh_bluez_links_attributes_changed(self, device);
}

int
bh_bluez_central_object(BhBluezCentral *self,
                        const char *path,
                        const char *interface,
                        sd_bus_message *message)
{
    BhBluezGattKind kind = BH_BLUEZ_GATT_SERVICE;

    bh_bluez_gatt_kind_of(interface, &kind);
    int result =
        bh_bluez_gatt_read(self->gatt, path, kind, message, &self->bluez->counters.malformed);
    if (result >= 0)
        attributes_changed(self, path, kind);
    return result;
}

int
bh_bluez_central_changed(BhBluezCentral *self,
                         const char *path,
                         const char *interface,
                         sd_bus_message *message)
{
    return bh_bluez_notify_changed(self, path, message);
}

void
bh_bluez_central_removed(BhBluezCentral *self, const char *path, const char *interface)
{
    BhBluezGattKind kind;

    if (!bh_bluez_gatt_kind_of(interface, &kind)) {
        bh_bluez_links_removed(self, path);
        bh_bluez_gatt_remove_device(self->gatt, path);
        return;
    }
    bh_bluez_operations_removed(self, path);
    bh_bluez_notify_removed(self, path);
    bh_bluez_gatt_remove(self->gatt, path, kind);
    attributes_changed(self, path, kind);
}

void
bh_bluez_central_adapter_added(BhBluezCentral *self, guint8 slot)
{
    bh_bluez_links_adapter_added(self, slot);
}

void
bh_bluez_central_adapter_removed(BhBluezCentral *self, guint8 slot, const char *path)
{
    bh_bluez_attempts_adapter_changed(self, slot);
    bh_bluez_links_adapter_removed(self, slot);
    bh_bluez_gatt_remove_under(self->gatt, path);
}

void
bh_bluez_central_adapter_changed(BhBluezCentral *self, guint8 slot)
{
    bh_bluez_attempts_adapter_changed(self, slot);
}

void
bh_bluez_central_owner_gone(BhBluezCentral *self)
{
    self->no_connect_device = FALSE;
    bh_bluez_bonds_end(self, BH_ERROR_NOT_READY, "no-bluez");
}

void
bh_bluez_central_kernel(BhBluezCentral *self, const BhLinkEvent *event)
{
    bh_bluez_links_kernel(self, event);
}

void
bh_bluez_central_refused(BhBluezCentral *self, const BhLinkKey *key)
{
    bh_bluez_links_refused(self, key);
}

void
bh_bluez_central_pairing(BhBluezCentral *self, const BhLinkKey *key, gboolean under_way)
{
    bh_bluez_links_pairing(self, key, under_way);
}

void
bh_bluez_central_parameters(BhBluezCentral *self,
                            const BhLinkKey *key,
                            const BhMgmtConnectionParameters *parameters)
{
    bh_bluez_links_parameters(self, key, parameters);
}

/* Pace */

gboolean
bh_bluez_central_is_busy(const BhBluezCentral *self)
{
    return g_hash_table_size(self->lines) > 0 || g_hash_table_size(self->subscriptions) > 0 ||
           self->attempts.head != NULL || self->pairings.head != NULL ||
           bh_bluez_server_is_busy(self->bluez->server);
}

void
bh_bluez_central_update_pace(BhBluezCentral *self)
{
    guint batch_ms = bh_bluez_central_is_busy(self) ? 0 : self->bluez->batch_ms;

    bh_bluez_bus_set_batch(self->bluez->bus, batch_ms);
}

/* Life */

void
bh_bluez_central_stop(BhBluezCentral *self)
{
    self->sink = NULL;
    bh_bluez_pairings_clear(self);
    bh_bluez_attempts_clear(self);
    bh_bluez_notify_clear(self);
    bh_bluez_operations_clear(self);
    bh_bluez_rssi_clear(self);
    bh_bluez_parameters_clear(self);
    bh_bluez_bonds_end(self, BH_ERROR_CANCELLED, "stopped");
    bh_bluez_links_clear(self);
}

BhBluezCentral *
bh_bluez_central_new(BhBluez *bluez)
{
    BhBluezCentral *self = g_new0(BhBluezCentral, 1);

    self->bluez = bluez;
    self->gatt = bh_bluez_gatt_new();
    bh_bluez_links_init(self);
    bh_bluez_operations_init(self);
    bh_bluez_notify_init(self);
    return self;
}

void
bh_bluez_central_free(BhBluezCentral *self)
{
    bh_bluez_central_stop(self);
    g_hash_table_unref(self->links);
    g_hash_table_unref(self->paths);
    g_hash_table_unref(self->lines);
    g_hash_table_unref(self->subscriptions);
    bh_bluez_gatt_free(self->gatt);
    g_free(self);
}
