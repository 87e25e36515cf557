/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How a call ended becomes text, so that a test compares in one line.
 */
#include "bh-mgmt-peer.h"

void
bh_mgmt_call_clear(BhMgmtCall *self)
{
    g_clear_pointer(&self->end, g_free);
    self->done = FALSE;
}

static void
on_reply(GObject *source, GAsyncResult *result, gpointer data)
{
    BhMgmtCall *call = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    call->done = TRUE;
    if (reply != NULL) {
        call->end = g_variant_print(reply, FALSE);
        return;
    }
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    g_dbus_error_strip_remote_error(error);
    call->end = g_strdup_printf("%s: %s", strrchr(name, '.') + 1, error->message);
}

void
bh_mgmt_call_begin(BhMgmtScene *scene,
                   BhMgmtCall *call,
                   const char *path,
                   const char *interface,
                   const char *method,
                   GVariant *arguments)
{
    g_dbus_connection_call(scene->bus.connection,
                           "org.blehub",
                           path,
                           interface,
                           method,
                           arguments,
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           20000,
                           NULL,
                           on_reply,
                           call);
}

void
bh_mgmt_peer_begin(BhMgmtScene *scene, BhMgmtCall *call, const char *method, GVariant *arguments)
{
    bh_mgmt_call_begin(scene, call, BH_MGMT_PEER_PATH, BH_MGMT_PEER_DEVICE, method, arguments);
}

GVariant *
bh_mgmt_options(const char *text)
{
    g_autoptr(GVariant) options = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);

    ck_assert_ptr_nonnull(options);
    return g_variant_new("(@a{sv})", options);
}

void
bh_mgmt_connect(BhMgmtScene *scene, BhMgmtCall *call, const char *address, const char *more)
{
    g_autofree char *text = g_strdup_printf("{'AddressType': <'random'>%s}", more);
    g_autoptr(GVariant) tuple = g_variant_ref_sink(bh_mgmt_options(text));
    g_autoptr(GVariant) options = g_variant_get_child_value(tuple, 0);

    bh_mgmt_call_begin(scene,
                       call,
                       BH_HUB_PATH,
                       BH_HUB,
                       "Connect",
                       g_variant_new("(s@a{sv})", address, options));
}

void
bh_mgmt_peer_connect(BhMgmtScene *scene, BhMgmtCall *call, const char *more)
{
    bh_mgmt_connect(scene, call, BH_MGMT_PEER_ADDRESS, more);
}
