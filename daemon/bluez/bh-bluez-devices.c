/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A hash table over the paths and a queue in the order they were last heard, its links inside the
 * entries, so that hearing a device moves four pointers and allocates nothing.
 */
#include "bh-bluez-devices.h"

#include <string.h>

typedef struct {
    BhBluezDevice device; /* first: what callers see */
    GList link;           /* in order, data = the entry */
    char path[];
} Entry;

struct BhBluezDevices {
    GHashTable *entries; /* path inside the entry -> Entry, owned */
    GQueue order;        /* heard longest ago first */
    guint max;
};

static void
remove_entry(BhBluezDevices *self, Entry *entry)
{
    g_queue_unlink(&self->order, &entry->link);
    g_hash_table_remove(self->entries, entry->path);
}

static Entry *
add_entry(BhBluezDevices *self, const char *path)
{
    gsize size = strlen(path) + 1;

    if (g_hash_table_size(self->entries) >= self->max)
        remove_entry(self, self->order.head->data);
    Entry *entry = g_malloc0(sizeof(Entry) + size);
    memcpy(entry->path, path, size);
    entry->link.data = entry;
    g_hash_table_insert(self->entries, entry->path, entry);
    g_queue_push_tail_link(&self->order, &entry->link);
    return entry;
}

BhBluezDevice *
bh_bluez_devices_lookup(BhBluezDevices *self, const char *path)
{
    Entry *entry = g_hash_table_lookup(self->entries, path);

    if (entry == NULL)
        return NULL;
    g_queue_unlink(&self->order, &entry->link);
    g_queue_push_tail_link(&self->order, &entry->link);
    return &entry->device;
}

BhBluezDevice *
bh_bluez_devices_put(BhBluezDevices *self, const char *path, guint8 slot, const BhAddress *address)
{
    BhBluezDevice *device = bh_bluez_devices_lookup(self, path);

    if (device == NULL)
        device = &add_entry(self, path)->device;
    device->slot = slot;
    device->address = *address;
    return device;
}

void
bh_bluez_devices_remove(BhBluezDevices *self, const char *path)
{
    Entry *entry = g_hash_table_lookup(self->entries, path);

    if (entry != NULL)
        remove_entry(self, entry);
}

static void
remove_if(BhBluezDevices *self, gboolean (*matches)(const BhBluezDevice *, guint8), guint8 slot)
{
    for (GList *link = self->order.head, *next; link != NULL; link = next) {
        Entry *entry = link->data;
        next = link->next;
        if (matches(&entry->device, slot))
            remove_entry(self, entry);
    }
}

static gboolean
is_of_slot(const BhBluezDevice *device, guint8 slot)
{
    return device->slot == slot;
}

void
bh_bluez_devices_remove_slot(BhBluezDevices *self, guint8 slot)
{
    remove_if(self, is_of_slot, slot);
}

/* Core 5.4 Vol 6 Part B 1.3.2.2: the two most significant bits are 01. */
static gboolean
is_resolvable(const BhBluezDevice *device, guint8 unused)
{
    return device->address.type == BH_ADDRESS_RANDOM && (device->address.octets[0] & 0xc0) == 0x40;
}

void
bh_bluez_devices_remove_resolvable(BhBluezDevices *self)
{
    remove_if(self, is_resolvable, 0);
}

guint
bh_bluez_devices_size(const BhBluezDevices *self)
{
    return g_hash_table_size(self->entries);
}

BhBluezDevices *
bh_bluez_devices_new(guint max)
{
    g_return_val_if_fail(max > 0, NULL);
    BhBluezDevices *self = g_new0(BhBluezDevices, 1);

    self->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    g_queue_init(&self->order);
    self->max = max;
    return self;
}

void
bh_bluez_devices_free(BhBluezDevices *self)
{
    g_hash_table_unref(self->entries);
    g_free(self);
}
