/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The interface is added to the device's object when the level is known. */
#include "battery.h"

#include "bh-bluez.h"
#include "interface.h"

#define LEVEL_UUID "2a19"
#define CONFIGURE_NOTIFY 0x0001

struct _BhBattery {
    const BhGattShared *shared; /* borrowed: outlives the object */
    BhAtt *att;                 /* borrowed: outlives the object */
    BhPeerAttribute *level;     /* borrowed: outlives the object */
    BhSimInterface *interface;  /* NULL = the level is not known yet */
};

static BhPeerAttribute *
find_level(BhPeer *peer)
{
    const GPtrArray *attributes = bh_peer_peek_attributes(peer);
    BhUuid uuid;

    bh_uuid_parse(LEVEL_UUID, &uuid, NULL);
    for (guint i = 0; i < attributes->len; i++) {
        BhPeerAttribute *attribute = attributes->pdata[i];

        if (attribute->handle != 0 && bh_uuid_equal(&attribute->config->uuid, &uuid))
            return attribute;
    }
    return NULL;
}

static GDBusObjectSkeleton *
get_object(const BhBattery *battery)
{
    GDBusObjectManager *manager = G_DBUS_OBJECT_MANAGER(battery->shared->manager);

    return (GDBusObjectSkeleton *)g_dbus_object_manager_get_object(manager,
                                                                   battery->shared->device_path);
}

static void
show(BhBattery *battery, guint8 percentage)
{
    g_autoptr(GDBusObjectSkeleton) object = get_object(battery);
    BhProps *props = NULL;
    gboolean is_new = battery->interface == NULL;

    if (is_new)
        battery->interface = bh_sim_interface_new(bh_bluez_battery1_interface_info(), NULL, NULL);
    props = bh_sim_interface_get_props(battery->interface);
    bh_props_set(props, "Percentage", g_variant_new_byte(percentage));
    if (!is_new)
        return;
    bh_props_set(props, "Source", g_variant_new_string("GATT Battery Service"));
    g_dbus_object_skeleton_add_interface(object, G_DBUS_INTERFACE_SKELETON(battery->interface));
}

static void
on_read(guint8 status, const GByteArray *value, gpointer user_data)
{
    BhBattery *battery = user_data;

    if (status != BH_ATT_SUCCESS || value->len == 0)
        return;
    show(battery, value->data[0]);
    if (battery->level->config->flags & BH_GATT_NOTIFY)
        bh_att_configure(battery->att, battery->level, CONFIGURE_NOTIFY, NULL, NULL);
}

BhBattery *
bh_battery_new(const BhGattShared *shared)
{
    BhPeerAttribute *level = find_level(bh_att_get_peer(shared->att));
    BhBattery *battery = NULL;

    if (level == NULL)
        return NULL;
    battery = g_new0(BhBattery, 1);
    battery->shared = shared;
    battery->att = shared->att;
    battery->level = level;
    bh_att_read(battery->att, level, 0, on_read, battery);
    return battery;
}

void
bh_battery_free(BhBattery *battery)
{
    g_autoptr(GDBusObjectSkeleton) object = get_object(battery);

    bh_att_cancel(battery->att, battery);
    if (battery->interface != NULL && object != NULL)
        g_dbus_object_skeleton_remove_interface(object,
                                                G_DBUS_INTERFACE_SKELETON(battery->interface));
    g_clear_object(&battery->interface);
    g_free(battery);
}

const BhPeerAttribute *
bh_battery_peek_level(const BhBattery *battery)
{
    return battery != NULL ? battery->level : NULL;
}

void
bh_battery_notified(BhBattery *battery, const BhPeerAttribute *attribute, GBytes *value)
{
    const guint8 *bytes = g_bytes_get_data(value, NULL);

    if (attribute == battery->level && battery->interface != NULL && g_bytes_get_size(value) > 0)
        show(battery, bytes[0]);
}
