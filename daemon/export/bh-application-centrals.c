/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who is there, and who is subscribed.
 */
#include "bh-error.h"
#include "bh-export-application.h"
#include "bh-local-rows.h"

/* Subscribers */

static gboolean
find_subscribers(BhDbusApplication1 *object,
                 const char *service,
                 const char *characteristic,
                 GVariant *dict,
                 BhPeripheralSubscribers *subscribers,
                 GError **error)
{
    g_auto(BhAttributeOptions) options = {0};
    BhGattName name;

    return bh_attribute_options_parse(dict,
                                      BH_ATTRIBUTE_OPTIONS_SUBSCRIBERS,
                                      service,
                                      characteristic,
                                      &options,
                                      &name,
                                      error) &&
           bh_application_get_subscribers(bh_export_application_peek_application(object),
                                          &name,
                                          subscribers,
                                          error);
}

static void
answer_subscribers(BhDbusApplication1 *object,
                   GDBusMethodInvocation *invocation,
                   const BhPeripheralSubscribers *subscribers)
{
    const GArray *centrals = subscribers->centrals;
    g_autoptr(GStrvBuilder) addresses = g_strv_builder_new();
    g_autoptr(GPtrArray) types = g_ptr_array_new();
    g_auto(GVariantDict) details = G_VARIANT_DICT_INIT(NULL);
    g_auto(GStrv) list = NULL;

    for (guint i = 0; centrals != NULL && i < centrals->len; i++) {
        const BhLinkKey *key = &g_array_index(centrals, BhLinkKey, i);
        char text[BH_ADDRESS_TEXT_SIZE];

        bh_central_format(key, text);
        g_strv_builder_add(addresses, text);
        g_ptr_array_add(types, (char *)bh_address_type_to_string((BhAddressType)key->address.type));
    }
    list = g_strv_builder_end(addresses);
    g_variant_dict_insert(&details, "Count", "u", subscribers->n);
    g_variant_dict_insert(&details, "Certain", "b", subscribers->certain);
    g_variant_dict_insert_value(
        &details,
        "AddressTypes",
        g_variant_new_strv((const char *const *)types->pdata, (gssize)types->len));
    bh_dbus_application1_complete_subscribers(object,
                                              invocation,
                                              (const char *const *)list,
                                              g_variant_dict_end(&details));
}

static gboolean
handle_subscribers(BhDbusApplication1 *object,
                   GDBusMethodInvocation *invocation,
                   const char *service,
                   const char *characteristic,
                   GVariant *options)
{
    BhPeripheralSubscribers subscribers = {0};
    GError *error = NULL;

    if (find_subscribers(object, service, characteristic, options, &subscribers, &error))
        answer_subscribers(object, invocation, &subscribers);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Centrals */

typedef struct {
    BhHub *hub;
    GVariantBuilder *rows;
} RowsBuilding;

static void
add_row(const BhPeripheralCentral *central, gpointer data)
{
    RowsBuilding *building = data;

    g_variant_builder_add_value(building->rows, bh_central_build_row(central, building->hub));
}

static gboolean
handle_centrals(BhDbusApplication1 *object, GDBusMethodInvocation *invocation)
{
    GVariantBuilder rows;
    RowsBuilding building = {bh_export_application_peek_context(object)->hub, &rows};

    g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
    bh_application_foreach_central(bh_export_application_peek_application(object),
                                   add_row,
                                   &building);
    bh_dbus_application1_complete_centrals(object, invocation, g_variant_builder_end(&rows));
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* DisconnectCentral */

static gboolean
refuse(const char *message, GError **error)
{
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_AUTHORIZED, message);
    return FALSE;
}

/* The link of other users' applications, or the one they hold, would go, too. */
static gboolean
check_others(BhDbusApplication1 *object, BhClient *client, const BhAddress *address, GError **error)
{
    BhHub *hub = bh_export_application_peek_context(object)->hub;
    BhRemote *remote = bh_remotes_find(bh_hub_peek_remotes(hub), address);
    guint32 uid = bh_client_get_uid(client);
    BhLinkKey key;

    if (uid == 0 || !bh_central_find(bh_export_application_peek_application(object), address, &key))
        return TRUE; /* what is not there is said by who looks for it */
    if (bh_local_serves_others(bh_hub_peek_local(hub), key.slot, uid))
        return refuse("other users serve applications on its adapter", error);
    if (remote != NULL && !bh_remote_is_held_only_by(remote, uid))
        return refuse("other users hold this device", error);
    return TRUE;
}

static gboolean
disconnect_central(BhDbusApplication1 *object,
                   BhClient *client,
                   const char *device,
                   GVariant *dict,
                   GError **error)
{
    BhApplication *application = bh_export_application_peek_application(object);
    BhCentralOptions options;
    BhAddress address;

    if (!bh_central_options_parse(dict, &options, error) ||
        !bh_central_resolve(application, device, options.has_type, options.type, &address, error))
        return FALSE;
    return check_others(object, client, &address, error) &&
           bh_application_disconnect_central(application, &address, error);
}

static gboolean
handle_disconnect_central(BhDbusApplication1 *object,
                          GDBusMethodInvocation *invocation,
                          const char *device,
                          GVariant *options)
{
    BhClient *client = bh_export_application_peek_client(object, invocation);
    GError *error = NULL;

    if (disconnect_central(object, client, device, options, &error))
        bh_dbus_application1_complete_disconnect_central(object, invocation);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
bh_application_centrals_implement(BhDbusApplication1Iface *iface)
{
    iface->handle_subscribers = handle_subscribers;
    iface->handle_centrals = handle_centrals;
    iface->handle_disconnect_central = handle_disconnect_central;
}
