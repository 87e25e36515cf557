/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A list of services, each with a list of its attributes, in the order of their handles. */
#include "gatt.h"

#include "bh-bluez.h"
#include "discovery.h"
#include "gatt-attribute.h"

typedef struct {
    const BhGattShared *shared;       /* borrowed: outlives the object */
    const BhPeerAttribute *attribute; /* borrowed: the peer's */
    guint16 handle;
    char *path;
    BhSimInterface *interface;
    GPtrArray *attributes; /* BhGattAttribute */
} Service;

struct _BhGatt {
    const BhGattShared *shared; /* borrowed: outlives the object */
    BhPeer *peer;               /* whose services these are; NULL = none yet */
    GPtrArray *services;        /* Service */
};

void
bh_gatt_refuse(GDBusMethodInvocation *invocation, guint8 status)
{
    static const struct {
        guint8 status;
        const char *name;
        const char *message;
    } known[] = {{0x02, "NotPermitted", "Read not permitted"},
                 {0x03, "NotPermitted", "Write not permitted"},
                 {0x05, "NotPermitted", "Not paired"},
                 {0x0c, "NotPermitted", "Not paired"},
                 {0x0f, "NotPermitted", "Not paired"},
                 {0x06, "NotSupported", "Operation is not supported"},
                 {0x07, "InvalidArguments", "Invalid offset"},
                 {0x08, "NotAuthorized", "Operation Not Authorized"},
                 {0x0d, "InvalidArguments", "Invalid Length"}};
    g_autofree char *other =
        g_strdup_printf("Operation failed with ATT error: 0x%02x", (guint)status);

    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        if (known[i].status == status) {
            bh_bluez_refuse(invocation, known[i].name, known[i].message);
            return;
        }
    }
    bh_bluez_refuse(invocation, "Failed", other);
}

static void
service_free(gpointer data)
{
    Service *service = data;

    g_ptr_array_unref(service->attributes);
    g_dbus_object_manager_server_unexport(service->shared->manager, service->path);
    g_object_unref(service->interface);
    g_free(service->path);
    g_free(service);
}

BhGatt *
bh_gatt_new(const BhGattShared *shared)
{
    BhGatt *gatt = g_new0(BhGatt, 1);

    gatt->shared = shared;
    gatt->services = g_ptr_array_new_with_free_func(service_free);
    return gatt;
}

void
bh_gatt_free(BhGatt *gatt)
{
    g_ptr_array_unref(gatt->services);
    g_clear_pointer(&gatt->peer, bh_peer_unref);
    g_free(gatt);
}

static void
for_each(BhGatt *gatt, void (*func)(BhGattAttribute *attribute))
{
    for (guint i = 0; i < gatt->services->len; i++) {
        Service *service = gatt->services->pdata[i];

        for (guint k = 0; k < service->attributes->len; k++)
            func(service->attributes->pdata[k]);
    }
}

void
bh_gatt_connected(BhGatt *gatt)
{
    for_each(gatt, bh_gatt_attribute_connected);
}

void
bh_gatt_disconnected(BhGatt *gatt)
{
    for_each(gatt, bh_gatt_attribute_disconnected);
}

/* What a plug-in of bluetoothd takes for itself: 5.66 hides it, 5.82 lets it be read only. */
static gboolean
is_claimed(const BhGattShared *shared, const BhScenarioAttribute *config)
{
    static const char *const claimed[] = {"00001800-0000-1000-8000-00805f9b34fb", NULL};
    static const char *const battery = "0000180f-0000-1000-8000-00805f9b34fb";
    char uuid[BH_UUID_TEXT_SIZE];

    if (config->claimed != BH_CLAIMED_BY_UUID)
        return config->claimed;
    bh_uuid_format(&config->uuid, uuid);
    return g_strv_contains(claimed, uuid) || (shared->is_5_82 && g_str_equal(uuid, battery));
}

static Service *
service_new(const BhGattShared *shared, const BhPeerAttribute *attribute)
{
    Service *service = g_new0(Service, 1);
    char uuid[BH_UUID_TEXT_SIZE];
    BhProps *props = NULL;

    service->shared = shared;
    service->attribute = attribute;
    service->handle = attribute->handle;
    service->path = g_strdup_printf("%s/service%04x", shared->device_path, service->handle);
    service->attributes = g_ptr_array_new_with_free_func((GDestroyNotify)bh_gatt_attribute_free);
    service->interface = bh_sim_interface_new(bh_bluez_gatt_service1_interface_info(), NULL, NULL);
    props = bh_sim_interface_get_props(service->interface);
    bh_uuid_format(&attribute->config->uuid, uuid);
    bh_props_set(props, "UUID", g_variant_new_string(uuid));
    bh_props_set(props, "Device", g_variant_new_object_path(shared->device_path));
    bh_props_set(props, "Primary", g_variant_new_boolean(attribute->config->primary));
    bh_props_set(props, "Includes", g_variant_new_objv(NULL, 0));
    if (shared->is_5_82)
        bh_props_set(props, "Handle", g_variant_new_uint16(service->handle));
    bh_sim_interface_export(service->interface, shared->manager, service->path);
    return service;
}

static void
set_peer(BhGatt *gatt, BhPeer *peer)
{
    if (gatt->peer == peer)
        return;
    g_ptr_array_set_size(gatt->services, 0);
    g_clear_pointer(&gatt->peer, bh_peer_unref);
    gatt->peer = bh_peer_ref(peer);
}

static void
remove_stale(BhGatt *gatt)
{
    for (guint i = gatt->services->len; i > 0; i--) {
        const Service *service = gatt->services->pdata[i - 1];

        if (service->attribute->handle != service->handle)
            g_ptr_array_remove_index(gatt->services, i - 1);
    }
}

static gboolean
has_service(const BhGatt *gatt, guint16 handle)
{
    for (guint i = 0; i < gatt->services->len; i++) {
        if (((Service *)gatt->services->pdata[i])->handle == handle)
            return TRUE;
    }
    return FALSE;
}

/* The attributes that follow the service at this index. */
static void
fill_service(Service *service, BhPeer *peer, guint index, gboolean claimed)
{
    const GPtrArray *all = bh_peer_peek_attributes(peer);
    const char *characteristic = NULL;

    for (guint i = index + 1; i < all->len; i++) {
        BhPeerAttribute *attribute = all->pdata[i];
        gboolean is_characteristic = attribute->config->kind == BH_ATTRIBUTE_CHARACTERISTIC;
        BhGattAttribute *object = NULL;

        if (attribute->config->kind == BH_ATTRIBUTE_SERVICE)
            return;
        object = bh_gatt_attribute_new(service->shared,
                                       peer,
                                       attribute,
                                       is_characteristic ? service->path : characteristic,
                                       claimed);
        g_ptr_array_add(service->attributes, object);
        if (is_characteristic)
            characteristic = object->path;
    }
}

void
bh_gatt_update(BhGatt *gatt)
{
    BhPeer *peer = bh_att_get_peer(gatt->shared->att);
    const GPtrArray *all = bh_peer_peek_attributes(peer);

    set_peer(gatt, peer);
    remove_stale(gatt);
    for (guint i = 0; i < all->len; i++) {
        const BhPeerAttribute *attribute = all->pdata[i];
        gboolean claimed = FALSE;
        Service *service = NULL;

        if (attribute->config->kind != BH_ATTRIBUTE_SERVICE || attribute->handle == 0 ||
            has_service(gatt, attribute->handle))
            continue;
        claimed = is_claimed(gatt->shared, attribute->config);
        if (claimed && !gatt->shared->is_5_82)
            continue;
        service = service_new(gatt->shared, attribute);
        g_ptr_array_add(gatt->services, service);
        fill_service(service, peer, i, claimed);
    }
}

GStrv
bh_gatt_dup_uuids(BhGatt *gatt)
{
    const GPtrArray *attributes = bh_peer_peek_attributes(gatt->peer);
    g_autoptr(GStrvBuilder) uuids = g_strv_builder_new();

    for (guint i = 0; i < attributes->len; i++) {
        const BhPeerAttribute *attribute = attributes->pdata[i];
        char uuid[BH_UUID_TEXT_SIZE];

        if (attribute->config->kind != BH_ATTRIBUTE_SERVICE || attribute->handle == 0)
            continue;
        bh_uuid_format(&attribute->config->uuid, uuid);
        g_strv_builder_add(uuids, uuid);
    }
    return g_strv_builder_end(uuids);
}

/* BlueZ signals it once for each session. */
void
bh_gatt_notified(BhGatt *gatt, const BhPeerAttribute *attribute, GBytes *value)
{
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(value, &size);

    for (guint i = 0; i < gatt->services->len; i++) {
        Service *service = gatt->services->pdata[i];

        for (guint k = 0; k < service->attributes->len; k++) {
            BhGattAttribute *object = service->attributes->pdata[k];
            guint sessions = object->attribute == attribute && object->notify != NULL
                                 ? bh_notify_count(object->notify)
                                 : 0;

            for (guint n = 0; n < sessions; n++)
                bh_gatt_attribute_signal_value(object, bytes, size);
        }
    }
}
