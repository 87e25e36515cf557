/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Devices by object path. The path has no address type, so of two devices that differ in nothing
 * else bluetoothd can show only the first.
 */
#include "memory.h"

#include "discovery.h"

#include <string.h>

typedef struct {
    BhMemory *memory; /* borrowed: owns this */
    char *path;
    BhSimDevice *device;
    BhLink *link;
    gboolean exported;
    gboolean temporary; /* forgotten when it is not heard */
    gboolean removing;  /* as soon as the link is down */
    gint64 last_seen_us;
    guint timer;
} Known;

struct _BhMemory {
    BhBluezContext *context; /* borrowed: outlives the object */
    BhPlug *plug;            /* borrowed: outlives the object */
    char *adapter_path;
    GHashTable *devices; /* path -> Known */
};

static void
known_free(gpointer data)
{
    Known *known = data;

    bh_timeline_clear(known->memory->context->timeline, &known->timer);
    bh_link_free(known->link);
    if (known->exported)
        g_dbus_object_manager_server_unexport(known->memory->context->manager, known->path);
    g_object_unref(known->device);
    g_free(known->path);
    g_free(known);
}

static void
on_timeout(gpointer user_data)
{
    Known *known = user_data;
    BhMemory *memory = known->memory;
    gint64 due = known->last_seen_us + memory->context->temporary_us;

    known->timer = 0;
    if (!known->temporary)
        return;
    if (due <= bh_timeline_now(memory->context->timeline))
        g_hash_table_remove(memory->devices, known->path);
    else
        known->timer = bh_timeline_add(memory->context->timeline, due, on_timeout, known);
}

static char *
make_path(BhMemory *memory, const BhAddress *address)
{
    char text[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(address, text);
    g_strdelimit(text, ":", '_');
    return g_strconcat(memory->adapter_path, "/dev_", text, NULL);
}

static BhStored *
store(Known *known)
{
    BhMemory *memory = known->memory;
    BhStored *stored = bh_storage_add(memory->context->storage,
                                      &memory->plug->config->address,
                                      bh_sim_device_peek_address(known->device));

    g_free(stored->name);
    stored->name = g_strdup(bh_sim_device_peek_name(known->device));
    return stored;
}

static void
on_kept(gpointer user_data)
{
    Known *known = user_data;

    known->temporary = FALSE;
    store(known);
}

static void
forget_stored(Known *known)
{
    BhMemory *memory = known->memory;

    bh_storage_remove(memory->context->storage,
                      &memory->plug->config->address,
                      bh_sim_device_peek_address(known->device));
}

/* Its time runs although there may be a link, which goes with it. */
static void
on_unkept(gpointer user_data)
{
    Known *known = user_data;
    BhTimeline *timeline = known->memory->context->timeline;

    if (known->temporary)
        return;
    known->temporary = TRUE;
    known->last_seen_us = bh_timeline_now(timeline);
    forget_stored(known);
    bh_timeline_clear(timeline, &known->timer);
    known->timer = bh_timeline_add(timeline,
                                   known->last_seen_us + known->memory->context->temporary_us,
                                   on_timeout,
                                   known);
}

static void export_device(Known *known);

static void
on_up(gpointer user_data)
{
    Known *known = user_data;

    if (!known->exported)
        export_device(known);
    on_kept(known);
}

static void
on_resolved(GStrv uuids, gpointer user_data)
{
    bh_sim_device_add_uuids(((Known *)user_data)->device, uuids);
}

/* Also one that ConnectDevice did not find. */
static void
on_down(gpointer user_data)
{
    Known *known = user_data;
    BhMemory *memory = known->memory;

    if (known->removing)
        forget_stored(known);
    if (known->removing)
        bh_props_flush(bh_sim_device_get_props(known->device));
    if (known->removing || !known->exported)
        g_hash_table_remove(memory->devices, known->path);
}

static const BhLinkEvents LINK_EVENTS = {.kept = on_kept,
                                         .unkept = on_unkept,
                                         .up = on_up,
                                         .resolved = on_resolved,
                                         .down = on_down};

static void
add_link(Known *known, const BhAddress *address)
{
    BhLinkSetup setup = {.context = known->memory->context,
                         .plug = known->memory->plug,
                         .path = known->path,
                         .address = *address,
                         .props = bh_sim_device_get_props(known->device),
                         .events = &LINK_EVENTS,
                         .user_data = known};

    known->link = bh_link_new(&setup);
    bh_sim_device_set_link(known->device, known->link);
}

static Known *
add_device(BhMemory *memory, const BhAddress *address)
{
    Known *known = g_new0(Known, 1);

    known->memory = memory;
    known->path = make_path(memory, address);
    known->temporary = TRUE;
    known->device = bh_sim_device_new(address, memory->adapter_path);
    add_link(known, address);
    known->timer =
        bh_timeline_add(memory->context->timeline,
                        bh_timeline_now(memory->context->timeline) + memory->context->temporary_us,
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
    g_dbus_object_manager_server_export(known->memory->context->manager, object);
    known->exported = TRUE;
}

static Known *
find_device(BhMemory *memory, const BhAddress *address)
{
    g_autofree char *path = make_path(memory, address);

    return g_hash_table_lookup(memory->devices, path);
}

static void
restore_devices(BhMemory *memory)
{
    const GPtrArray *all = bh_storage_peek_all(memory->context->storage);

    for (guint i = 0; i < all->len; i++) {
        const BhStored *stored = all->pdata[i];
        Known *known = NULL;

        if (!bh_address_equal(&stored->adapter, &memory->plug->config->address))
            continue;
        known = add_device(memory, &stored->address);
        known->temporary = FALSE;
        bh_sim_device_restore(known->device, stored->name, stored->keys != BH_SECURITY_NONE);
        export_device(known);
    }
}

BhMemory *
bh_memory_new(BhBluezContext *context, BhPlug *plug, const char *adapter_path)
{
    BhMemory *memory = g_new0(BhMemory, 1);

    memory->context = context;
    memory->plug = plug;
    memory->adapter_path = g_strdup(adapter_path);
    memory->devices = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, known_free);
    restore_devices(memory);
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
    known->last_seen_us = bh_timeline_now(memory->context->timeline);
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
    return known->temporary && !bh_sim_device_is_connectable(known->device);
}

void
bh_memory_end_scan(BhMemory *memory)
{
    g_hash_table_foreach_remove(memory->devices, forget_after_scan, NULL);
}

gboolean
bh_memory_has(BhMemory *memory, const char *path)
{
    return g_hash_table_contains(memory->devices, path);
}

void
bh_memory_remove(BhMemory *memory, const char *path, GDBusMethodInvocation *invocation)
{
    Known *known = g_hash_table_lookup(memory->devices, path);

    known->removing = TRUE;
    if (bh_link_is_up(known->link)) {
        bh_link_disconnect(known->link, invocation);
    } else {
        on_down(known);
        g_dbus_method_invocation_return_value(invocation, NULL);
    }
}

static gboolean
parse_address(GVariant *properties, BhAddress *address)
{
    const char *text = NULL;
    const char *type = NULL;
    BhAddressType parsed = BH_ADDRESS_PUBLIC;

    return g_variant_lookup(properties, "Address", "&s", &text) &&
           g_variant_lookup(properties, "AddressType", "&s", &type) &&
           bh_address_type_from_string(type, &parsed) &&
           bh_address_parse(text, parsed, address, NULL);
}

/* 5.66 does it for unknown devices only. */
void
bh_memory_connect_device(BhMemory *memory, GVariant *properties, GDBusMethodInvocation *invocation)
{
    BhAddress address;
    Known *known = NULL;

    if (!parse_address(properties, &address)) {
        bh_bluez_refuse(invocation, "InvalidArguments", "Invalid arguments in method call");
        return;
    }
    known = find_device(memory, &address);
    if (known != NULL && !memory->context->is_5_82) {
        bh_bluez_refuse(invocation, "AlreadyExists", "Already Exists");
        return;
    }
    if (known == NULL)
        known = add_device(memory, &address);
    bh_link_connect_device(known->link, invocation);
}

void
bh_memory_hear_connectable(BhMemory *memory, const BhAddress *address)
{
    Known *known = find_device(memory, address);

    if (known != NULL && bh_address_equal(bh_sim_device_peek_address(known->device), address))
        bh_link_hear(known->link);
}

const char *
bh_memory_come(BhMemory *memory,
               const BhAddress *address,
               gboolean bonded,
               BhLinkGone gone,
               gpointer user_data)
{
    Known *known = find_device(memory, address);

    if (known == NULL)
        known = add_device(memory, address);
    if (!bh_link_is_up(known->link))
        bh_sim_device_restore(known->device, NULL, bonded);
    return bh_link_come(known->link, gone, user_data) ? known->path : NULL;
}

gboolean
bh_memory_identify(BhMemory *memory, const BhAddress *address, const char *identity)
{
    Known *known = find_device(memory, address);

    if (known != NULL)
        bh_sim_device_identify(known->device, identity);
    return known != NULL;
}

void
bh_memory_leave(BhMemory *memory, const BhAddress *address)
{
    Known *known = find_device(memory, address);

    if (known != NULL)
        bh_link_leave(known->link);
}

/* Devices may go meanwhile. */
void
bh_memory_cut_links(BhMemory *memory)
{
    g_autofree char **paths = (char **)g_hash_table_get_keys_as_array(memory->devices, NULL);

    for (guint i = 0; paths[i] != NULL; i++) {
        Known *known = g_hash_table_lookup(memory->devices, paths[i]);

        bh_link_cut(known->link); /* may free it */
    }
}
