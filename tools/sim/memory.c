/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Devices by object path. The path has no address type, so of two devices that differ in nothing
 * else bluetoothd can show only the first.
 */
#include "memory.h"

#include <string.h>

typedef struct {
    BhMemory *memory; /* borrowed: owns this */
    char *path;
    BhSimDevice *device;
    gboolean exported;
    gint64 last_seen_us;
    guint timer;
} Known;

struct _BhMemory {
    GDBusObjectManagerServer *manager; /* borrowed: outlives the object */
    BhTimeline *timeline;              /* borrowed: outlives the object */
    char *adapter_path;
    gint64 temporary_us;
    GHashTable *devices; /* path -> Known */
};

static void
known_free(gpointer data)
{
    Known *known = data;

    bh_timeline_clear(known->memory->timeline, &known->timer);
    if (known->exported)
        g_dbus_object_manager_server_unexport(known->memory->manager, known->path);
    g_object_unref(known->device);
    g_free(known->path);
    g_free(known);
}

static void
on_timeout(gpointer user_data)
{
    Known *known = user_data;
    BhMemory *memory = known->memory;
    gint64 due = known->last_seen_us + memory->temporary_us;

    known->timer = 0;
    if (due <= bh_timeline_now(memory->timeline))
        g_hash_table_remove(memory->devices, known->path);
    else
        known->timer = bh_timeline_add(memory->timeline, due, on_timeout, known);
}

static char *
make_path(BhMemory *memory, const BhAddress *address)
{
    char text[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(address, text);
    g_strdelimit(text, ":", '_');
    return g_strconcat(memory->adapter_path, "/dev_", text, NULL);
}

static Known *
add_device(BhMemory *memory, const BhAddress *address)
{
    Known *known = g_new0(Known, 1);

    known->memory = memory;
    known->path = make_path(memory, address);
    known->device = bh_sim_device_new(address, memory->adapter_path);
    known->timer = bh_timeline_add(memory->timeline,
                                   bh_timeline_now(memory->timeline) + memory->temporary_us,
                                   on_timeout,
                                   known);
    g_hash_table_insert(memory->devices, known->path, known);
    return known;
}

static void
export_device(Known *known)
{
    g_autoptr(GDBusObjectSkeleton) object = g_dbus_object_skeleton_new(known->path);

    g_dbus_object_skeleton_add_interface(object, G_DBUS_INTERFACE_SKELETON(known->device));
    g_dbus_object_manager_server_export(known->memory->manager, object);
    known->exported = TRUE;
}

static Known *
find_device(BhMemory *memory, const BhAddress *address)
{
    g_autofree char *path = make_path(memory, address);

    return g_hash_table_lookup(memory->devices, path);
}

BhMemory *
bh_memory_new(GDBusObjectManagerServer *manager,
              BhTimeline *timeline,
              const char *adapter_path,
              gint64 temporary_us)
{
    BhMemory *memory = g_new0(BhMemory, 1);

    memory->manager = manager;
    memory->timeline = timeline;
    memory->adapter_path = g_strdup(adapter_path);
    memory->temporary_us = temporary_us;
    memory->devices = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, known_free);
    return memory;
}

void
bh_memory_free(BhMemory *memory)
{
    g_hash_table_unref(memory->devices);
    g_free(memory->adapter_path);
    g_free(memory);
}

gboolean
bh_memory_knows(BhMemory *memory, const BhAddress *address)
{
    return find_device(memory, address) != NULL;
}

void
bh_memory_hear(BhMemory *memory,
               const BhFound *found,
               const BhEir *eir,
               const BhSimDeviceRules *rules)
{
    Known *known = find_device(memory, &found->address);

    if (known == NULL)
        known = add_device(memory, &found->address);
    if (!bh_address_equal(bh_sim_device_peek_address(known->device), &found->address))
        return;
    known->last_seen_us = bh_timeline_now(memory->timeline);
    bh_sim_device_set_connectable(known->device, found->connectable);
    if (eir != NULL)
        bh_sim_device_update(known->device, eir, found, rules);
    if (!known->exported)
        export_device(known);
}

static gboolean
forget_after_scan(gpointer path, gpointer data, gpointer user_data)
{
    Known *known = data;

    bh_sim_device_forget_signal(known->device);
    return !bh_sim_device_is_connectable(known->device);
}

void
bh_memory_end_scan(BhMemory *memory)
{
    g_hash_table_foreach_remove(memory->devices, forget_after_scan, NULL);
}

gboolean
bh_memory_remove(BhMemory *memory, const char *path)
{
    return g_hash_table_remove(memory->devices, path);
}
