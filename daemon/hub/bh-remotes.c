/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header; not built yet.
 */
#include "bh-remotes.h"

#include "bh-error.h"

struct _BhRemotes {
    GObject parent;
};

G_DEFINE_FINAL_TYPE(BhRemotes, bh_remotes, G_TYPE_OBJECT)

static void
not_yet(gpointer source, GAsyncReadyCallback callback, gpointer user_data, gpointer tag)
{
    g_task_report_new_error(source,
                            callback,
                            user_data,
                            tag,
                            BH_ERROR,
                            BH_ERROR_NOT_SUPPORTED,
                            "the central role is not built yet");
}

void
bh_remotes_connect_async(BhRemotes *self,
                         const BhHoldSpec *spec,
                         BhClient *client,
                         BhLifetime lifetime,
                         gint64 lease_ms,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
    not_yet(self, callback, user_data, bh_remotes_connect_async);
}

BhHold *
bh_remotes_connect_finish(BhRemotes *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

BhRemote *
bh_remotes_find(BhRemotes *self, const BhAddress *address)
{
    return NULL;
}

void
bh_remotes_foreach(BhRemotes *self, BhRemoteFunc func, gpointer user_data)
{
}

void
bh_remotes_list_bonds_async(BhRemotes *self,
                            BhClient *client,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
    not_yet(self, callback, user_data, bh_remotes_list_bonds_async);
}

GArray *
bh_remotes_list_bonds_finish(BhRemotes *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void
bh_remotes_remove_bond_async(BhRemotes *self,
                             const BhAddress *address,
                             guint8 slot,
                             BhClient *client,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
    not_yet(self, callback, user_data, bh_remotes_remove_bond_async);
}

gboolean
bh_remotes_remove_bond_finish(BhRemotes *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

static void
new_signal(const char *name, guint n_params, GType param)
{
    g_signal_new(name,
                 bh_remotes_get_type(),
                 G_SIGNAL_RUN_LAST,
                 0,
                 NULL,
                 NULL,
                 NULL,
                 G_TYPE_NONE,
                 n_params,
                 param);
}

static void
bh_remotes_class_init(BhRemotesClass *klass)
{
    new_signal("added", 1, BH_TYPE_REMOTE);
    new_signal("removed", 1, BH_TYPE_REMOTE);
}

static void
bh_remotes_init(BhRemotes *self)
{
}
