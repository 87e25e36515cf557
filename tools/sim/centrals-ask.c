/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the owner of an attribute is asked for a central, and what BlueZ makes of its answer. */
#include "centrals-private.h"

#include <stdlib.h>

#define READ_NOT_PERMITTED 0x02
#define WRITE_NOT_PERMITTED 0x03
#define REQUEST_NOT_SUPPORTED 0x06
#define INVALID_OFFSET 0x07
#define NOT_AUTHORIZED 0x08
#define INVALID_LENGTH 0x0d
#define UNLIKELY 0x0e
#define IN_PROGRESS 0xfe

GDBusConnection *
bh_centrals_dup_connection(BhCentrals *self)
{
    return g_dbus_object_manager_server_get_connection(self->setup.context->manager);
}

void
bh_centrals_call_owner(BhCentrals *self, const BhServedAttribute *attribute, const char *method)
{
    g_autoptr(GDBusConnection) connection = bh_centrals_dup_connection(self);

    g_dbus_connection_call(connection,
                           attribute->sender,
                           attribute->path,
                           BH_CENTRALS_CHARACTERISTIC,
                           method,
                           NULL,
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           BH_CENTRALS_CALL_TIMEOUT_MS,
                           NULL,
                           NULL,
                           NULL);
}

GVariant *
bh_central_new_options(const BhSimCentral *central, guint16 offset, gboolean authorize)
{
    GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    g_variant_builder_add(&options, "{sv}", "device", g_variant_new_object_path(central->path));
    if (offset != 0)
        g_variant_builder_add(&options, "{sv}", "offset", g_variant_new_uint16(offset));
    g_variant_builder_add(&options, "{sv}", "link", g_variant_new_string("LE"));
    if (authorize)
        g_variant_builder_add(&options, "{sv}", "prepare-authorize", g_variant_new_boolean(TRUE));
    g_variant_builder_add(&options, "{sv}", "mtu", g_variant_new_uint16(central->options.mtu));
    return g_variant_builder_end(&options);
}

/* What BlueZ makes of an error. */
static const struct {
    const char *name;
    guint8 status;
} statuses[] = {
    {"org.bluez.Error.NotSupported", REQUEST_NOT_SUPPORTED},
    {"org.bluez.Error.NotAuthorized", NOT_AUTHORIZED},
    {"org.bluez.Error.InvalidValueLength", INVALID_LENGTH},
    {"org.bluez.Error.InvalidOffset", INVALID_OFFSET},
    {"org.bluez.Error.InProgress", IN_PROGRESS},
};

static guint8
status_of_number(const char *text)
{
    char *end = NULL;
    long number = strtol(text, &end, 0);

    if (*end != '\0')
        return 0x80;
    return number < 0x80 || number > 0x9f ? UNLIKELY : (guint8)number;
}

static guint8
status_of_error(BhCentrals *self, GError *error, guint8 not_permitted)
{
    g_autofree char *name = g_dbus_error_get_remote_error(error);

    g_dbus_error_strip_remote_error(error);
    if (g_strcmp0(name, "org.bluez.Error.Failed") == 0)
        return status_of_number(error->message);
    if (g_strcmp0(name, "org.bluez.Error.NotPermitted") == 0)
        return not_permitted;
    if (g_strcmp0(name, "org.bluez.Error.ImproperlyConfigured") == 0 &&
        self->setup.context->is_5_82)
        return BH_SIM_ATT_IMPROPERLY_CONFIGURED;
    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (g_strcmp0(name, statuses[i].name) == 0)
            return statuses[i].status;
    return UNLIKELY;
}

/* Reading and writing */

typedef struct {
    BhCentrals *centrals;
    guint8 not_permitted;
    BhCentralsDone done;
    gpointer user_data;
} Request;

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Request *request = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_autoptr(GVariant) value = reply != NULL && g_variant_n_children(reply) > 0
                                    ? g_variant_get_child_value(reply, 0)
                                    : NULL;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        request->done(BH_CENTRALS_LINK_GONE, NULL, request->user_data);
    else if (error != NULL)
        request->done(status_of_error(request->centrals, error, request->not_permitted),
                      NULL,
                      request->user_data);
    else
        request->done(0, value, request->user_data);
}

static void
ask_owner(BhSimCentral *central,
          const BhServedAttribute *attribute,
          const char *method,
          GVariant *arguments,
          Request *request)
{
    g_autoptr(GDBusConnection) connection = bh_centrals_dup_connection(central->centrals);

    g_dbus_connection_call(connection,
                           attribute->sender,
                           attribute->path,
                           attribute->interface,
                           method,
                           arguments,
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           BH_CENTRALS_CALL_TIMEOUT_MS,
                           central->link,
                           request != NULL ? on_answer : NULL,
                           request);
}

static Request *
new_request(BhCentrals *self, guint8 not_permitted, BhCentralsDone done, gpointer user_data)
{
    Request *request = g_new0(Request, 1);

    *request = (Request){self, not_permitted, done, user_data};
    return request;
}

gboolean
bh_centrals_read(BhCentrals *centrals,
                 const BhAddress *address,
                 const char *name,
                 guint16 offset,
                 BhCentralsDone done,
                 gpointer user_data,
                 GError **error)
{
    BhSimCentral *central = bh_centrals_find_connected(centrals, address, error);
    BhServedAttribute *attribute =
        central != NULL ? bh_served_find(centrals->served, name, error) : NULL;

    if (attribute == NULL)
        return FALSE;
    if (!bh_served_attribute_has(attribute, "read"))
        done(READ_NOT_PERMITTED, NULL, user_data);
    else
        ask_owner(central,
                  attribute,
                  "ReadValue",
                  g_variant_new("(@a{sv})", bh_central_new_options(central, offset, FALSE)),
                  new_request(centrals, READ_NOT_PERMITTED, done, user_data));
    return TRUE;
}

/* Where a characteristic can be written without response, BlueZ confirms every write itself. */
gboolean
bh_centrals_write(BhCentrals *centrals,
                  const BhAddress *address,
                  const char *name,
                  GVariant *value,
                  const BhCentralWrite *how,
                  BhCentralsDone done,
                  gpointer user_data,
                  GError **error)
{
    BhSimCentral *central = bh_centrals_find_connected(centrals, address, error);
    BhServedAttribute *attribute =
        central != NULL ? bh_served_find(centrals->served, name, error) : NULL;
    gboolean answers = FALSE;

    if (attribute == NULL)
        return FALSE;
    if (!bh_served_attribute_has(attribute, how->command ? "write-without-response" : "write")) {
        done(how->command ? 0 : WRITE_NOT_PERMITTED, NULL, user_data);
        return TRUE;
    }
    answers = bh_served_attribute_has(attribute, "write-without-response");
    ask_owner(central,
              attribute,
              "WriteValue",
              g_variant_new("(@ay@a{sv})",
                            value,
                            bh_central_new_options(central, how->offset, how->authorize)),
              answers ? NULL : new_request(centrals, WRITE_NOT_PERMITTED, done, user_data));
    if (answers)
        done(0, NULL, user_data);
    return TRUE;
}
