/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * ListBonds() and RemoveBond(): what BlueZ keeps of devices, held or not.
 */
#include "bh-export-hub.h"

#include "bh-ad.h"
#include "bh-call.h"
#include "bh-error.h"
#include "bh-link-options.h"

/* ListBonds */

static void
add_name(GVariantDict *row, BhHub *hub, const BhAddress *address)
{
    const BhDevice *device = bh_device_table_lookup(bh_hub_peek_table(hub), address);
    g_autofree char *name =
        device != NULL ? bh_ad_dup_name(device->payload, device->payload_size) : NULL;

    if (name != NULL)
        g_variant_dict_insert(row, "Name", "s", name);
}

static GVariant *
build_bond(BhHub *hub, const BhLinkKey *key)
{
    BhAdapter *adapter = bh_hub_peek_adapter(hub, key->slot);
    g_auto(GVariantDict) row = G_VARIANT_DICT_INIT(NULL);
    char address[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(&key->address, address);
    g_variant_dict_insert(&row, "Address", "s", address);
    g_variant_dict_insert(&row,
                          "AddressType",
                          "s",
                          bh_address_type_to_string((BhAddressType)key->address.type));
    if (adapter != NULL)
        g_variant_dict_insert(&row, "Adapter", "s", bh_adapter_get_address_text(adapter));
    g_variant_dict_insert(&row,
                          "Connected",
                          "b",
                          bh_remotes_is_linked(bh_hub_peek_remotes(hub), key));
    add_name(&row, hub, &key->address);
    return g_variant_dict_end(&row);
}

static void
on_listed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    BhHub *hub = bh_export_hub_peek_context(call->object)->hub;
    GError *error = NULL;
    g_autoptr(GArray) keys = bh_remotes_list_bonds_finish(BH_REMOTES(source), result, &error);
    GVariantBuilder bonds;

    if (keys == NULL) {
        g_dbus_method_invocation_take_error(call->invocation, error);
        return;
    }
    g_variant_builder_init(&bonds, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < keys->len; i++)
        g_variant_builder_add_value(&bonds, build_bond(hub, &g_array_index(keys, BhLinkKey, i)));
    bh_dbus_hub1_complete_list_bonds(call->object, call->invocation, g_variant_builder_end(&bonds));
}

static gboolean
handle_list_bonds(BhDbusHub1 *object, GDBusMethodInvocation *invocation)
{
    const BhExportContext *context = bh_export_hub_peek_context(object);

    bh_remotes_list_bonds_async(bh_hub_peek_remotes(context->hub),
                                bh_gate_peek_client(context->gate, invocation),
                                on_listed,
                                bh_call_new(object, invocation));
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* RemoveBond */

typedef struct {
    BhCall *call;
    BhBondOptions options;
    guint8 slot; /* G_MAXUINT8 = of any adapter */
    BhClient *client;
} Removal;

static void
removal_free(Removal *self)
{
    g_clear_pointer(&self->call, bh_call_free);
    g_object_unref(self->client);
    g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Removal, removal_free)

static void
on_removed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    GError *error = NULL;

    if (bh_remotes_remove_bond_finish(BH_REMOTES(source), result, &error))
        bh_dbus_hub1_complete_remove_bond(call->object, call->invocation);
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static gboolean
find_slot(BhHub *hub, const BhBondOptions *options, guint8 *slot, GError **error)
{
    char address[BH_ADDRESS_TEXT_SIZE];
    BhAdapter *adapter = NULL;

    *slot = G_MAXUINT8;
    if (!options->has_adapter)
        return TRUE;
    bh_address_format(&options->adapter, address);
    adapter = bh_hub_find_adapter(hub, address);
    if (adapter != NULL)
        *slot = bh_adapter_get_slot(adapter);
    else
        g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no adapter %s", address);
    return adapter != NULL;
}

static void
remove_now(Removal *owned)
{
    g_autoptr(Removal) self = owned;
    BhHub *hub = bh_export_hub_peek_context(self->call->object)->hub;

    bh_remotes_remove_bond_async(bh_hub_peek_remotes(hub),
                                 &self->options.address,
                                 self->slot,
                                 self->client,
                                 on_removed,
                                 g_steal_pointer(&self->call));
}

static gboolean
is_meant(const Removal *self, const BhLinkKey *bond)
{
    BhAddress address = bond->address;

    address.type = self->options.address.type;
    return bh_address_equal(&address, &self->options.address) &&
           (self->slot == G_MAXUINT8 || self->slot == bond->slot);
}

/* Whose type nobody said is the one that there is a bond with. */
static void
on_searched(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(Removal) self = user_data;
    GError *error = NULL;
    g_autoptr(GArray) bonds = bh_remotes_list_bonds_finish(BH_REMOTES(source), result, &error);

    if (bonds == NULL) {
        g_dbus_method_invocation_take_error(self->call->invocation, error);
        return;
    }
    for (guint i = 0; i < bonds->len; i++) {
        const BhLinkKey *bond = &g_array_index(bonds, BhLinkKey, i);

        if (is_meant(self, bond))
            self->options.address = bond->address;
    }
    remove_now(g_steal_pointer(&self));
}

static void
begin_removal(Removal *self)
{
    BhHub *hub = bh_export_hub_peek_context(self->call->object)->hub;

    if (self->options.has_type)
        remove_now(self);
    else
        bh_remotes_list_bonds_async(bh_hub_peek_remotes(hub), self->client, on_searched, self);
}

static gboolean
handle_remove_bond(BhDbusHub1 *object,
                   GDBusMethodInvocation *invocation,
                   const char *address,
                   GVariant *dict)
{
    const BhExportContext *context = bh_export_hub_peek_context(object);
    Removal *self = g_new0(Removal, 1);
    GError *error = NULL;

    self->client = g_object_ref(bh_gate_peek_client(context->gate, invocation));
    if (bh_bond_options_parse(dict, address, context->hub, &self->options, &error) &&
        find_slot(context->hub, &self->options, &self->slot, &error)) {
        self->call = bh_call_new(object, invocation);
        begin_removal(self);
    } else {
        removal_free(self);
        g_dbus_method_invocation_take_error(invocation, error);
    }
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
bh_export_bonds_implement(BhDbusHub1Iface *iface)
{
    iface->handle_list_bonds = handle_list_bonds;
    iface->handle_remove_bond = handle_remove_bond;
}
