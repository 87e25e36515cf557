/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The exported object has a reference to what it shows, and that, by a handler here, one to the
 * exported object; the release parts them. Renew and Release are handlers of the signals that the
 * generated classes have for their methods: the same names in each, and nothing of their own.
 */
#include "bh-export-owned.h"

typedef struct {
    BhExported *exported;
    BhObjectManager *manager;
} Publication;

static void
publication_free(gpointer data, GClosure *closure)
{
    Publication *self = data;

    g_object_unref(self->exported);
    g_free(self);
}

static void
on_released(BhOwned *owned, BhReleaseReason reason, gpointer user_data)
{
    Publication *self = user_data;

    bh_object_manager_remove(self->manager, self->exported);
    g_signal_handlers_disconnect_by_data(owned, self);
}

/* Renew, Release */

static gboolean
handle_renew(BhExported *exported, GDBusMethodInvocation *invocation, BhOwned *owned)
{
    bh_owned_renew(owned);
    g_dbus_method_invocation_return_value(invocation, NULL);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_release(BhExported *exported, GDBusMethodInvocation *invocation, BhOwned *owned)
{
    bh_owned_release(owned, BH_RELEASE_ASKED);
    g_dbus_method_invocation_return_value(invocation, NULL);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

char *
bh_export_owned_publish(BhExported *exported,
                        BhOwned *owned,
                        const char *kind,
                        BhObjectManager *manager)
{
    Publication *publication = g_new(Publication, 1);
    char *path = bh_object_manager_dup_new_path(manager, kind);

    *publication = (Publication){g_object_ref(exported), manager};
    g_signal_connect(exported, "handle-renew", G_CALLBACK(handle_renew), owned);
    g_signal_connect(exported, "handle-release", G_CALLBACK(handle_release), owned);
    bh_object_manager_add(manager, exported, path, NULL); /* only of public ones can it fail */
    g_signal_connect_data(owned,
                          "released",
                          G_CALLBACK(on_released),
                          publication,
                          publication_free,
                          (GConnectFlags)0);
    return path;
}
