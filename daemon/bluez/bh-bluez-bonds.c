/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Both calls begin with the same question for all objects: which device has the bond is a matter of
 * its address, which need not be the one in its path.
 */
#include "bh-bluez-bonds.h"

#include <string.h>

#include "bh-bluez-error.h"
#include "bh-bluez-names.h"
#include "bh-bluez-objects.h"
#include "bh-error.h"

typedef struct {
    BhBluezCentral *central; /* borrowed: owns this */
    GList node;              /* in bond_calls */
    gboolean removes;
    BhLinkKey key; /* of the bond to remove */
    sd_bus_slot *slot;
    BhBluezWaiter waiter;
} Call;

/* What a walk over BlueZ's objects is for. */
typedef struct {
    BhBluezCentral *central;
    BhBluezProperties properties;
    GArray *bonds;       /* BhLinkKey */
    const BhLinkKey *of; /* NULL = nobody in particular */
    char *path;          /* of the device with that bond; owned */
} Walk;

static BhBluezWaiter
free_call(Call *call)
{
    BhBluezWaiter waiter = call->waiter;

    g_queue_unlink(&call->central->bond_calls, &call->node);
    sd_bus_slot_unref(call->slot);
    g_free(call);
    return waiter;
}

/* Takes error. */
static void
fail(Call *call, GError *error)
{
    BhBluezWaiter waiter = free_call(call);

    bh_bluez_waiter_fail(&waiter, error);
}

/* The slot of the adapter that a device's path lies under; G_MAXUINT8 if it is not known. */
static guint8
slot_of(BhBluezCentral *self, const char *path)
{
    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++) {
        const char *prefix = bh_bluez_central_peek_adapter(self, slot)->path;
        gsize size = prefix != NULL ? strlen(prefix) : 0;
        if (size > 0 && strncmp(path, prefix, size) == 0 && path[size] == '/')
            return slot;
    }
    return G_MAXUINT8;
}

static gboolean
is_bonded(const BhBluezProperties *properties)
{
    return properties->has_bonded ? properties->bonded : properties->paired;
}

static int
on_device(gpointer data, const char *path, sd_bus_message *message)
{
    Walk *walk = data;
    BhLinkKey key = {.slot = slot_of(walk->central, path)};
    int result = bh_bluez_properties_read(&walk->properties, message, TRUE);

    if (result < 0 || key.slot == G_MAXUINT8 || !is_bonded(&walk->properties) ||
        !bh_bluez_properties_has_identity(&walk->properties))
        return result;
    key.address = walk->properties.address;
    g_array_append_val(walk->bonds, key);
    const BhBluezLink *link = g_hash_table_lookup(walk->central->paths, path);
    if (walk->of != NULL && walk->of->slot == key.slot &&
        (bh_address_equal(&walk->of->address, &key.address) ||
         (link != NULL && bh_address_equal(&walk->of->address, &link->key.address)))) {
        g_free(walk->path);
        walk->path = g_strdup(path);
    }
    return result;
}

static gboolean
walk_objects(Walk *walk, sd_bus_message *message)
{
    static const BhBluezVisitor visitor = {.device = on_device};

    walk->bonds = g_array_new(FALSE, FALSE, sizeof(BhLinkKey));
    bh_bluez_properties_init(&walk->properties);
    gboolean good = bh_bluez_walk_objects(message, &visitor, walk) >= 0;
    bh_bluez_properties_clear(&walk->properties);
    return good;
}

static int
on_removed(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    Call *call = data;
    const sd_bus_error *error = sd_bus_message_get_error(message);
    GError *translated = NULL;

    if (error != NULL) {
        bh_bluez_error_set(&translated, error, "bond");
        fail(call, translated);
    } else {
        BhBluezWaiter waiter = free_call(call);
        bh_bluez_waiter_succeed(&waiter);
    }
    return 1;
}

static void
remove_device(Call *call, const char *path)
{
    BhBluez *bluez = call->central->bluez;
    const BhBluezAdapter *adapter = bh_bluez_central_peek_adapter(call->central, call->key.slot);
    g_autoptr(sd_bus_message) message = NULL;

    if (path == NULL) {
        fail(call, g_error_new_literal(BH_ERROR, BH_ERROR_NOT_FOUND, "there is no bond"));
        return;
    }
    message = bh_bluez_bus_new_call(bluez->bus, adapter->path, BH_BLUEZ_ADAPTER, "RemoveDevice");
    if (message != NULL && sd_bus_message_append(message, "o", path) < 0)
        g_clear_pointer(&message, sd_bus_message_unref);
    call->slot = bh_bluez_bus_send(bluez->bus, message, bluez->timing.call_ms, on_removed, call);
    if (call->slot == NULL)
        fail(call, g_error_new_literal(BH_ERROR, BH_ERROR_NOT_READY, "the bus is gone"));
}

static void
return_list(Call *call, GArray *bonds)
{
    BhBluezWaiter waiter = free_call(call);
    g_autoptr(GTask) task = bh_bluez_waiter_take(&waiter);

    g_task_return_pointer(task, bonds, (GDestroyNotify)g_array_unref);
}

static int
on_objects(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    Call *call = data;
    const sd_bus_error *error = sd_bus_message_get_error(message);
    Walk walk = {.central = call->central, .of = call->removes ? &call->key : NULL};
    GError *translated = NULL;

    g_clear_pointer(&call->slot, sd_bus_slot_unref);
    if (error != NULL) {
        bh_bluez_error_set(&translated, error, "bonds");
        fail(call, translated);
        return 1;
    }
    if (!walk_objects(&walk, message))
        fail(call, g_error_new_literal(BH_ERROR, BH_ERROR_FAILED, "BlueZ's answer is malformed"));
    else if (call->removes)
        remove_device(call, walk.path);
    else
        return_list(call, g_array_ref(walk.bonds));
    g_array_unref(walk.bonds);
    g_free(walk.path);
    return 1;
}

static gboolean
on_cancelled(gpointer data)
{
    fail(data, g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "cancelled"));
    return G_SOURCE_REMOVE;
}

static void
start(BhBluezCentral *self, const BhLinkKey *key, GTask *task_in)
{
    g_autoptr(GTask) task = task_in;
    BhBluez *bluez = self->bluez;

    if (bluez->bus->owner == NULL || !bluez->loaded ||
        (key != NULL && bh_bluez_central_peek_adapter(self, key->slot)->path == NULL)) {
        g_task_return_new_error(task,
                                BH_ERROR,
                                BH_ERROR_NOT_READY,
                                bluez->loaded ? "no-adapter" : "no-bluez");
        return;
    }
    Call *call = g_new0(Call, 1);
    call->central = self;
    call->removes = key != NULL;
    if (key != NULL)
        call->key = *key;
    call->node.data = call;
    g_queue_push_tail_link(&self->bond_calls, &call->node);
    bh_bluez_waiter_begin(&call->waiter, g_steal_pointer(&task), on_cancelled, call);
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(bluez->bus, "/", BH_DBUS_OBJECT_MANAGER, "GetManagedObjects");
    call->slot = bh_bluez_bus_send(bluez->bus, message, bluez->timing.tree_ms, on_objects, call);
    if (call->slot == NULL)
        fail(call, g_error_new_literal(BH_ERROR, BH_ERROR_NOT_READY, "the bus is gone"));
}

void
bh_bluez_bonds_list(BhBluezCentral *self, GTask *task)
{
    start(self, NULL, task);
}

void
bh_bluez_bonds_remove(BhBluezCentral *self, const BhLinkKey *key, GTask *task)
{
    start(self, key, task);
}

void
bh_bluez_bonds_end(BhBluezCentral *self, int code, const char *message)
{
    while (self->bond_calls.head != NULL)
        fail(self->bond_calls.head->data, g_error_new_literal(BH_ERROR, code, message));
}
