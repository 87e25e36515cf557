/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Connect(): one hold. A device whose address type nobody said or knows is listened for first.
 */
#include "bh-export-hub.h"

#include "bh-address-type.h"
#include "bh-export-device.h"
#include "bh-export-hold.h"
#include "bh-wish.h"

typedef struct {
    BhDbusHub1 *object;
    GDBusMethodInvocation *invocation; /* owned: answering it consumes it */
    BhClient *client;
    BhWish wish;
    gint64 begin_us;
} Connecting;

static void
connecting_free(Connecting *self)
{
    g_object_unref(self->object);
    g_object_unref(self->client);
    bh_wish_clear(&self->wish);
    g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Connecting, connecting_free)

static const BhExportContext *
peek_context(const Connecting *self)
{
    return bh_export_hub_peek_context(self->object);
}

static gint64
now_us(const Connecting *self)
{
    return bh_clock_now_us(bh_hub_peek_clock(peek_context(self)->hub));
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(Connecting) self = user_data;
    GError *error = NULL;
    g_autoptr(BhHold) hold = bh_remotes_connect_finish(BH_REMOTES(source), result, &error);
    g_autofree char *device = NULL;
    g_autofree char *path = NULL;

    if (hold == NULL) {
        g_dbus_method_invocation_take_error(self->invocation, error);
        return;
    }
    device = bh_export_device_dup_path(&self->wish.spec.address);
    path = bh_export_hold_publish(hold, self->wish.in_force, peek_context(self));
    bh_dbus_hub1_complete_connect(self->object, self->invocation, device, path);
}

static void
connect_now(Connecting *self)
{
    bh_wish_connect_async(&self->wish, peek_context(self), self->client, on_connected, self);
}

static void
on_type_found(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Connecting *self = user_data;
    const GArray *found = bh_address_type_find_finish(result);

    self->wish.spec.address = g_array_index(found, BhAddress, 0);
    bh_wish_spend(&self->wish, (now_us(self) - self->begin_us) / 1000);
    connect_now(self);
}

static void
find_type(Connecting *self)
{
    const BhHoldSpec *spec = &self->wish.spec;
    GArray *addresses = g_array_new(FALSE, FALSE, sizeof(BhAddress));

    g_array_append_val(addresses, spec->address);
    bh_address_type_find_async(peek_context(self)->hub,
                               addresses,
                               spec->has_adapter ? &spec->adapter : NULL,
                               spec->timeout_ms,
                               self->client,
                               on_type_found,
                               self);
}

static gboolean
handle_connect(BhDbusHub1 *object,
               GDBusMethodInvocation *invocation,
               const char *address,
               GVariant *dict)
{
    const BhExportContext *context = bh_export_hub_peek_context(object);
    BhWish wish = {0};
    Connecting *self;
    GError *error = NULL;

    if (!bh_wish_parse(&wish, context, address, dict, NULL, &error)) {
        g_dbus_method_invocation_take_error(invocation, error);
        return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
    self = g_new0(Connecting, 1);
    self->object = g_object_ref(object);
    self->invocation = invocation;
    self->client = g_object_ref(bh_gate_peek_client(context->gate, invocation));
    self->wish = wish;
    self->begin_us = now_us(self);
    if (wish.has_type)
        connect_now(self);
    else
        find_type(self);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
bh_export_connect_implement(BhDbusHub1Iface *iface)
{
    iface->handle_connect = handle_connect;
}
