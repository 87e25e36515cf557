/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The hold is never released by a call of its own: the end of the connection to the bus does it,
 * also when we are killed.
 */
#include "peer.h"

#include "bh-address.h"
#include "filter-options.h"
#include "progress.h"

void
bh_peer_options_add(BhPeerOptions *self, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"adapter",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->adapter,
         "Only by this controller",
         "ADDRESS|hciN"},
        {"address-type",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->address_type,
         "public or random (default: as it is known or heard, else public)",
         "TYPE"},
        {"connect-timeout",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->connect_timeout,
         "How long connecting may take (default 10)",
         "SECONDS"},
        {"linger",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->linger,
         "Keep the link so long when nobody holds it any more (default 0)",
         "SECONDS"},
        G_OPTION_ENTRY_NULL,
    };

    g_option_context_add_main_entries(context, entries, NULL);
}

gboolean
bh_peer_options_fill(const BhPeerOptions *self, GVariantDict *dict, GError **error)
{
    gint64 timeout_ms = 0, linger_ms = 0;

    if (!bh_option_read_seconds("connect-timeout", self->connect_timeout, 0, &timeout_ms, error) ||
        !bh_option_read_seconds("linger", self->linger, 0, &linger_ms, error))
        return FALSE;
    if (self->connect_timeout)
        g_variant_dict_insert(dict, "TimeoutMs", "u", (guint32)timeout_ms);
    if (self->linger)
        g_variant_dict_insert(dict, "LingerMs", "u", (guint32)linger_ms);
    if (self->adapter)
        g_variant_dict_insert(dict, "Adapter", "s", self->adapter);
    if (self->address_type)
        g_variant_dict_insert(dict, "AddressType", "s", self->address_type);
    return TRUE;
}

void
bh_peer_options_clear(BhPeerOptions *self)
{
    g_clear_pointer(&self->adapter, g_free);
    g_clear_pointer(&self->address_type, g_free);
    g_clear_pointer(&self->connect_timeout, g_free);
    g_clear_pointer(&self->linger, g_free);
}

gboolean
bh_peer_check_words(const BhVerb *verb, char *const *words, guint min, guint max, BhExit *code)
{
    guint n = g_strv_length((char **)words);
    BhAddress address;

    *code = BH_EXIT_USAGE;
    if (n < min || (max > 0 && n > max)) {
        bh_ctl_complain("%s takes %s", verb->name, verb->arguments);
        return FALSE;
    }
    if (!bh_address_parse(words[0], BH_ADDRESS_PUBLIC, &address, NULL)) {
        bh_ctl_complain("\"%s\" is not an address, as C4:7C:8D:6A:11:02", words[0]);
        return FALSE;
    }
    *code = BH_EXIT_OK;
    return TRUE;
}

/* Takes options. */
static gboolean
hold(BhPeer *self, GVariant *options, char **path, GError **error)
{
    g_autofree char *what = g_strdup_printf("connecting to %s", self->address);
    g_autoptr(GVariant) reply = bh_progress_call(G_DBUS_PROXY(self->hub),
                                                 what,
                                                 "Connect",
                                                 g_variant_new("(s@a{sv})", self->address, options),
                                                 error);

    if (!reply)
        return FALSE;
    g_variant_get(reply, "(oo)", path, &self->hold);
    return TRUE;
}

gboolean
bh_peer_open(BhPeer *self, const BhCtl *ctl, const char *address, GVariant *options, GError **error)
{
    g_autoptr(GVariant) owned = g_variant_ref_sink(options);
    g_autofree char *path = NULL;

    self->address = address;
    if (!(self->bus = bh_ctl_connect(ctl, error)) ||
        !(self->hub = bh_ctl_hub(self->bus, FALSE, error)) || !hold(self, owned, &path, error))
        return FALSE;
    self->device = bh_dbus_device1_proxy_new_sync(self->bus,
                                                  G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                                                      G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                                                  BH_CTL_BUS_NAME,
                                                  path,
                                                  NULL,
                                                  error);
    return self->device != NULL;
}

gboolean
bh_peer_open_plain(BhPeer *self,
                   const BhCtl *ctl,
                   const char *address,
                   const BhPeerOptions *options,
                   GError **error)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);

    return bh_peer_options_fill(options, dict, error) &&
           bh_peer_open(self, ctl, address, g_variant_dict_end(dict), error);
}

GVariant *
bh_peer_call(BhPeer *self,
             const char *what,
             const char *method,
             GVariant *parameters,
             GError **error)
{
    return bh_progress_call(G_DBUS_PROXY(self->device), what, method, parameters, error);
}

GVariant *
bh_peer_get_properties(BhPeer *self, GError **error)
{
    const char *path = g_dbus_proxy_get_object_path(G_DBUS_PROXY(self->device));
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_sync(self->bus,
                                    BH_CTL_BUS_NAME,
                                    path,
                                    "org.freedesktop.DBus.Properties",
                                    "GetAll",
                                    g_variant_new("(s)", "org.blehub.Device1"),
                                    G_VARIANT_TYPE("(a{sv})"),
                                    G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                    BH_CTL_TIMEOUT_MS,
                                    NULL,
                                    error);

    return reply ? g_variant_get_child_value(reply, 0) : NULL;
}

void
bh_peer_clear(BhPeer *self)
{
    g_clear_object(&self->device);
    g_clear_object(&self->hub);
    g_clear_object(&self->bus);
    g_clear_pointer(&self->hold, g_free);
}
