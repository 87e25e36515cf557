/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A subscription of one central to one attribute is a Configuration; it stays while the central is
 * away if there is a bond.
 */
#include "centrals.h"

#include "bh-error.h"

#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHARACTERISTIC "org.bluez.GattCharacteristic1"
#define CALL_TIMEOUT_MS 30000
#define ATT_OVERHEAD 3 /* of a notification: opcode and handle */

#define READ_NOT_PERMITTED 0x02
#define WRITE_NOT_PERMITTED 0x03
#define REQUEST_NOT_SUPPORTED 0x06
#define INVALID_OFFSET 0x07
#define NOT_AUTHORIZED 0x08
#define INVALID_LENGTH 0x0d
#define UNLIKELY 0x0e
#define IMPROPERLY_CONFIGURED 0xfd
#define IN_PROGRESS 0xfe

struct _BhCentrals {
    BhCentralsSetup setup;
    BhServed *served;
    GPtrArray *all; /* Central */
};

typedef struct {
    BhCentrals *centrals; /* borrowed: owns this */
    BhAddress address;
    BhCentralOptions options;
    char *path;                /* NULL = away */
    GPtrArray *configurations; /* Configuration */
    GQueue unconfirmed;        /* Confirmation */
    GCancellable *link;        /* cancelled with it */
} Central;

typedef struct {
    BhServedAttribute *attribute;
    guint16 value;
    GPtrArray *told; /* GBytes */
} Configuration;

/* A socket that the owner of an attribute gave for one central. */
typedef struct {
    BhCentrals *centrals;
    BhServedAttribute *attribute;
    Central *central;
    int fd;
    guint source;
} BhServedSocket;

/* Who wants to know that an indication was confirmed. */
typedef struct {
    BhServedAttribute *attribute;
    gboolean by_socket;
} Confirmation;

/* Calls to the owner of an attribute */

static GDBusConnection *
dup_connection(BhCentrals *self)
{
    return g_dbus_object_manager_server_get_connection(self->setup.context->manager);
}

static void
call_owner(BhCentrals *self, const BhServedAttribute *attribute, const char *method)
{
    g_autoptr(GDBusConnection) connection = dup_connection(self);

    g_dbus_connection_call(connection,
                           attribute->sender,
                           attribute->path,
                           CHARACTERISTIC,
                           method,
                           NULL,
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           CALL_TIMEOUT_MS,
                           NULL,
                           NULL,
                           NULL);
}

static GVariant *
new_options(const Central *central, guint16 offset, gboolean authorize)
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
        return IMPROPERLY_CONFIGURED;
    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (g_strcmp0(name, statuses[i].name) == 0)
            return statuses[i].status;
    return UNLIKELY;
}

/* Centrals */

static Central *
find_known(BhCentrals *self, const BhAddress *address)
{
    for (guint i = 0; i < self->all->len; i++) {
        Central *central = self->all->pdata[i];
        if (memcmp(central->address.octets, address->octets, sizeof address->octets) == 0)
            return central;
    }
    return NULL;
}

static Central *
find_connected(BhCentrals *self, const BhAddress *address, GError **error)
{
    Central *central = find_known(self, address);
    char text[BH_ADDRESS_TEXT_SIZE];

    if (central != NULL && central->path != NULL)
        return central;
    bh_address_format(address, text);
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "central %s is not connected", text);
    return NULL;
}

static void
configuration_free(gpointer data)
{
    Configuration *configuration = data;

    g_ptr_array_unref(configuration->told);
    g_free(configuration);
}

static Configuration *
find_configuration(const Central *central, const BhServedAttribute *attribute)
{
    for (guint i = 0; i < central->configurations->len; i++) {
        Configuration *configuration = central->configurations->pdata[i];
        if (configuration->attribute == attribute)
            return configuration;
    }
    return NULL;
}

static Configuration *
ensure_configuration(Central *central, BhServedAttribute *attribute)
{
    Configuration *configuration = find_configuration(central, attribute);

    if (configuration != NULL)
        return configuration;
    configuration = g_new0(Configuration, 1);
    configuration->attribute = attribute;
    configuration->told = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(central->configurations, configuration);
    return configuration;
}

static void
central_free(gpointer data)
{
    Central *central = data;

    g_cancellable_cancel(central->link);
    g_object_unref(central->link);
    g_ptr_array_unref(central->configurations);
    g_queue_clear_full(&central->unconfirmed, g_free);
    g_free(central->path);
    g_free(central);
}

/* Sockets */

static void
socket_free(BhServedSocket *one)
{
    g_ptr_array_remove(one->attribute->sockets, one);
    g_clear_handle_id(&one->source, g_source_remove);
    close(one->fd);
    g_free(one);
}

/* The one that a central uses; central NULL: the first, as in BlueZ. */
static BhServedSocket *
find_socket(const BhServedAttribute *attribute, const Central *central)
{
    for (guint i = 0; i < attribute->sockets->len; i++) {
        BhServedSocket *one = attribute->sockets->pdata[i];
        if (central == NULL || one->central == central || !one->centrals->setup.context->is_5_82)
            return one;
    }
    return NULL;
}

/* Telling */

static void
confirm(Central *central, const Confirmation *confirmation)
{
    BhServedSocket *one = find_socket(confirmation->attribute, central);
    const guint8 byte = 1;

    if (confirmation->by_socket && one != NULL)
        send(one->fd, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    else if (!confirmation->by_socket)
        call_owner(central->centrals, confirmation->attribute, "Confirm");
}

/* As many bytes as fit into a packet are sent. */
static GBytes *
cut(const Central *central, GBytes *value)
{
    gsize room = MAX(central->options.mtu, ATT_OVERHEAD) - ATT_OVERHEAD;

    return g_bytes_new_from_bytes(value, 0, MIN(g_bytes_get_size(value), room));
}

static void
tell(Central *central, Configuration *configuration, GBytes *value, gboolean by_socket)
{
    Confirmation confirmation = {configuration->attribute,
                                 by_socket && central->centrals->setup.context->is_5_82};

    g_ptr_array_add(configuration->told, cut(central, value));
    if (configuration->value != 2)
        return;
    if (central->options.confirms)
        confirm(central, &confirmation);
    else
        g_queue_push_tail(&central->unconfirmed, g_memdup2(&confirmation, sizeof confirmation));
}

static void
tell_all(BhCentrals *self, BhServedAttribute *attribute, GBytes *value, gboolean by_socket)
{
    for (guint i = 0; i < self->all->len; i++) {
        Central *central = self->all->pdata[i];
        Configuration *configuration = find_configuration(central, attribute);
        if (central->path != NULL && configuration != NULL && configuration->value != 0)
            tell(central, configuration, value, by_socket);
    }
}

static void
take_packet(BhServedSocket *one, GBytes *value)
{
    Configuration *configuration = find_configuration(one->central, one->attribute);

    if (!one->centrals->setup.context->is_5_82)
        tell_all(one->centrals, one->attribute, value, TRUE);
    else if (configuration != NULL && configuration->value != 0 && one->central->path != NULL)
        tell(one->central, configuration, value, TRUE);
}

static gboolean
on_socket(gint fd, GIOCondition condition, gpointer user_data)
{
    BhServedSocket *one = user_data;
    guint8 bytes[512];
    gssize n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);

    if (n > 0) {
        g_autoptr(GBytes) value = g_bytes_new(bytes, (gsize)n);
        take_packet(one, value);
        return G_SOURCE_CONTINUE;
    }
    one->source = 0;
    socket_free(one);
    return G_SOURCE_REMOVE;
}

/* Subscribing */

typedef struct {
    BhCentrals *centrals;
    Central *central;
    BhServedAttribute *attribute;
    BhCentralsDone done;
    gpointer user_data;
} Acquiring;

static void
add_socket(const Acquiring *acquiring, int fd)
{
    BhServedSocket *one = g_new0(BhServedSocket, 1);

    one->centrals = acquiring->centrals;
    one->central = acquiring->central;
    one->attribute = acquiring->attribute;
    one->fd = fd;
    one->source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_socket, one);
    g_ptr_array_add(acquiring->attribute->sockets, one);
    acquiring->attribute->subscriptions++;
}

/* After Failed BlueZ goes on without anything. */
static void
do_without(const Acquiring *acquiring, const GError *error)
{
    g_autofree char *name = g_dbus_error_get_remote_error(error);

    if (g_strcmp0(name, "org.bluez.Error.Failed") == 0 ||
        g_strcmp0(name, "org.freedesktop.DBus.Error.NoReply") == 0)
        return;
    call_owner(acquiring->centrals, acquiring->attribute, "StartNotify");
    acquiring->attribute->subscriptions++;
}

static void
on_acquired(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Acquiring *acquiring = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GUnixFDList) fds = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_with_unix_fd_list_finish(G_DBUS_CONNECTION(source),
                                                        &fds,
                                                        result,
                                                        &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        acquiring->done(BH_CENTRALS_LINK_GONE, NULL, acquiring->user_data);
        return;
    }
    acquiring->done(0, NULL, acquiring->user_data);
    if (reply == NULL) {
        if (bh_served_has(acquiring->centrals->served, acquiring->attribute))
            do_without(acquiring, error);
        return;
    }
    int fd = fds != NULL ? g_unix_fd_list_get(fds, 0, NULL) : -1;
    if (fd >= 0 && bh_served_has(acquiring->centrals->served, acquiring->attribute))
        add_socket(acquiring, fd);
}

static void
acquire(Central *central, BhServedAttribute *attribute, BhCentralsDone done, gpointer user_data)
{
    g_autoptr(GDBusConnection) connection = dup_connection(central->centrals);
    Acquiring *acquiring = g_new0(Acquiring, 1);

    *acquiring = (Acquiring){central->centrals, central, attribute, done, user_data};
    g_dbus_connection_call_with_unix_fd_list(
        connection,
        attribute->sender,
        attribute->path,
        CHARACTERISTIC,
        "AcquireNotify",
        g_variant_new("(@a{sv})", new_options(central, 0, FALSE)),
        G_VARIANT_TYPE("(hq)"),
        G_DBUS_CALL_FLAGS_NO_AUTO_START,
        CALL_TIMEOUT_MS,
        NULL,
        central->link,
        on_acquired,
        acquiring);
}

static void
subscribe(Central *central, BhServedAttribute *attribute, BhCentralsDone done, gpointer user_data)
{
    if (find_socket(attribute, central) == NULL && attribute->acquires) {
        acquire(central, attribute, done, user_data);
        return;
    }
    if (find_socket(attribute, central) == NULL)
        call_owner(central->centrals, attribute, "StartNotify");
    attribute->subscriptions++;
    done(0, NULL, user_data);
}

/* central NULL: its link is gone. */
static void
unsubscribe(BhCentrals *self, BhServedAttribute *attribute, const Central *central)
{
    BhServedSocket *one = find_socket(attribute, central);

    if (attribute->subscriptions == 0)
        return;
    attribute->subscriptions--;
    if (self->setup.context->is_5_82 && one != NULL) {
        socket_free(one);
    } else if (attribute->subscriptions == 0 && one != NULL) {
        socket_free(one);
    } else if (attribute->subscriptions == 0) {
        call_owner(self, attribute, "StopNotify");
    }
}

static gboolean
may_configure(const BhServedAttribute *attribute, guint16 value)
{
    return value == 0 || (value == 1 && bh_served_attribute_has(attribute, "notify")) ||
           (value == 2 && bh_served_attribute_has(attribute, "indicate"));
}

gboolean
bh_centrals_configure(BhCentrals *centrals,
                      const BhAddress *address,
                      const char *name,
                      guint16 value,
                      BhCentralsDone done,
                      gpointer user_data,
                      GError **error)
{
    Central *central = find_connected(centrals, address, error);
    BhServedAttribute *attribute =
        central != NULL ? bh_served_find(centrals->served, name, error) : NULL;

    if (attribute == NULL)
        return FALSE;
    Configuration *configuration = ensure_configuration(central, attribute);
    gboolean changes = may_configure(attribute, value) && configuration->value != value;
    if (changes)
        configuration->value = value;
    if (changes && value != 0) {
        subscribe(central, attribute, done, user_data);
        return TRUE;
    }
    if (changes)
        unsubscribe(centrals, attribute, central);
    done(may_configure(attribute, value) ? 0 : IMPROPERLY_CONFIGURED, NULL, user_data);
    return TRUE;
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
ask_owner(Central *central,
          const BhServedAttribute *attribute,
          const char *method,
          GVariant *arguments,
          Request *request)
{
    g_autoptr(GDBusConnection) connection = dup_connection(central->centrals);

    g_dbus_connection_call(connection,
                           attribute->sender,
                           attribute->path,
                           attribute->interface,
                           method,
                           arguments,
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           CALL_TIMEOUT_MS,
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
    Central *central = find_connected(centrals, address, error);
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
                  g_variant_new("(@a{sv})", new_options(central, offset, FALSE)),
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
    Central *central = find_connected(centrals, address, error);
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
    ask_owner(
        central,
        attribute,
        "WriteValue",
        g_variant_new("(@ay@a{sv})", value, new_options(central, how->offset, how->authorize)),
        answers ? NULL : new_request(centrals, WRITE_NOT_PERMITTED, done, user_data));
    if (answers)
        done(0, NULL, user_data);
    return TRUE;
}

gboolean
bh_centrals_confirm(BhCentrals *centrals, const BhAddress *address, GError **error)
{
    Central *central = find_connected(centrals, address, error);

    if (central == NULL)
        return FALSE;
    g_autofree Confirmation *confirmation = g_queue_pop_head(&central->unconfirmed);
    if (confirmation != NULL) {
        confirm(central, confirmation);
        return TRUE;
    }
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "nothing is to be confirmed");
    return FALSE;
}

GVariant *
bh_centrals_take(BhCentrals *centrals, const BhAddress *address, const char *name, GError **error)
{
    Central *central = find_connected(centrals, address, error);
    BhServedAttribute *attribute =
        central != NULL ? bh_served_find(centrals->served, name, error) : NULL;
    GVariantBuilder values = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aay"));

    if (attribute == NULL)
        return NULL;
    Configuration *configuration = ensure_configuration(central, attribute);
    for (guint i = 0; i < configuration->told->len; i++)
        g_variant_builder_add_value(&values,
                                    g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING,
                                                             configuration->told->pdata[i],
                                                             TRUE));
    g_ptr_array_set_size(configuration->told, 0);
    return g_variant_builder_end(&values);
}

/* Links */

const char *
bh_centrals_connect(BhCentrals *centrals,
                    const BhAddress *address,
                    const BhCentralOptions *options,
                    GError **error)
{
    Central *central = find_known(centrals, address);
    const char *path = centrals->setup.up(address, options->bonded, centrals->setup.user_data);

    if (path == NULL) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_ALREADY_EXISTS, "it has a link");
        return NULL;
    }
    if (central == NULL) {
        central = g_new0(Central, 1);
        central->centrals = centrals;
        central->address = *address;
        central->configurations = g_ptr_array_new_with_free_func(configuration_free);
        central->link = g_cancellable_new();
        g_ptr_array_add(centrals->all, central);
    }
    central->options = *options;
    central->path = g_strdup(path);
    return central->path;
}

/* In BlueZ's order: its descriptors are cleared, each of which closes the socket made first, and
 * then its own sockets are. */
static void
close_its_sockets(Central *central, BhServedAttribute *attribute)
{
    for (guint i = attribute->sockets->len; i > 0; i--) {
        BhServedSocket *one = attribute->sockets->pdata[i - 1];
        if (one->central == central && central->centrals->setup.context->is_5_82)
            socket_free(one);
    }
}

static void
leave(Central *central, Configuration *configuration)
{
    if (!central->options.bonded && configuration->value != 0)
        unsubscribe(central->centrals, configuration->attribute, NULL);
    close_its_sockets(central, configuration->attribute);
}

gboolean
bh_centrals_bond(BhCentrals *centrals, const BhAddress *address)
{
    Central *central = find_known(centrals, address);

    if (central == NULL || central->path == NULL)
        return FALSE;
    central->options.bonded = TRUE;
    return TRUE;
}

void
bh_centrals_gone(BhCentrals *centrals, const BhAddress *address)
{
    Central *central = find_known(centrals, address);

    if (central == NULL || central->path == NULL)
        return;
    g_cancellable_cancel(central->link);
    g_clear_object(&central->link);
    central->link = g_cancellable_new();
    g_clear_pointer(&central->path, g_free);
    g_queue_clear_full(&central->unconfirmed, g_free);
    for (guint i = 0; i < central->configurations->len; i++)
        leave(central, central->configurations->pdata[i]);
    if (!central->options.bonded)
        g_ptr_array_remove(centrals->all, central);
}

/* Life */

static void
on_told(BhServedAttribute *attribute, GBytes *value, gpointer user_data)
{
    tell_all(user_data, attribute, value, FALSE);
}

static void
forget_unconfirmed(Central *central, const BhServedAttribute *attribute)
{
    for (GList *link = central->unconfirmed.head, *next; link != NULL; link = next) {
        Confirmation *confirmation = link->data;

        next = link->next;
        if (confirmation->attribute != attribute)
            continue;
        g_queue_delete_link(&central->unconfirmed, link);
        g_free(confirmation);
    }
}

static void
on_removed(BhServedAttribute *attribute, gpointer user_data)
{
    BhCentrals *self = user_data;

    while (attribute->sockets->len > 0)
        socket_free(attribute->sockets->pdata[0]);
    for (guint i = 0; i < self->all->len; i++) {
        Central *central = self->all->pdata[i];
        Configuration *configuration = find_configuration(central, attribute);
        if (configuration != NULL)
            g_ptr_array_remove(central->configurations, configuration);
        forget_unconfirmed(central, attribute);
    }
}

BhCentrals *
bh_centrals_new(const BhCentralsSetup *setup)
{
    static const BhServedEvents events = {.told = on_told, .removed = on_removed};
    BhCentrals *self = g_new0(BhCentrals, 1);

    self->setup = *setup;
    self->all = g_ptr_array_new_with_free_func(central_free);
    self->served = bh_served_new(setup->context, &events, self);
    return self;
}

void
bh_centrals_free(BhCentrals *centrals)
{
    bh_served_free(centrals->served);
    g_ptr_array_unref(centrals->all);
    g_free(centrals);
}

BhServed *
bh_centrals_get_served(BhCentrals *centrals)
{
    return centrals->served;
}
