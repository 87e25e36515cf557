/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Bonds are BlueZ's: they are asked for when somebody wants to know, and forgotten one after the
 * other.
 */
#include "bh-remote-private.h"

typedef struct {
    BhAddress address;
    guint8 slot;
    GArray *bonds; /* BhLinkKey; NULL until they are known */
    guint next;
    guint removed;
} Removal;

static void
removal_free(Removal *removal)
{
    g_clear_pointer(&removal->bonds, g_array_unref);
    g_free(removal);
}

static gboolean
is_meant(const Removal *removal, const BhLinkKey *bond)
{
    return bh_address_equal(&bond->address, &removal->address) &&
           (removal->slot == G_MAXUINT8 || removal->slot == bond->slot);
}

static void remove_next(GTask *task);

static void
on_removed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    Removal *removal = g_task_get_task_data(task);
    GError *error = NULL;

    if (!bh_central_finish(BH_CENTRAL(source), result, &error)) {
        g_task_return_error(task, error);
        return;
    }
    removal->removed++;
    remove_next(g_steal_pointer(&task));
}

/* Takes the task over. */
static void
remove_next(GTask *task)
{
    g_autoptr(GTask) mine = task;
    Removal *removal = g_task_get_task_data(task);

    while (removal->next < removal->bonds->len) {
        const BhLinkKey *bond = &g_array_index(removal->bonds, BhLinkKey, removal->next++);

        if (!is_meant(removal, bond))
            continue;
        bh_central_remove_bond_async(g_task_get_source_object(mine),
                                     bond,
                                     g_task_get_cancellable(mine),
                                     on_removed,
                                     mine);
        g_steal_pointer(&mine);
        return;
    }
    if (removal->removed > 0)
        g_task_return_boolean(mine, TRUE);
    else
        g_task_return_new_error(mine, BH_ERROR, BH_ERROR_NOT_FOUND, "there is no bond");
}

static void
on_listed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    Removal *removal = g_task_get_task_data(task);
    GError *error = NULL;

    removal->bonds = bh_central_list_bonds_finish(BH_CENTRAL(source), result, &error);
    if (removal->bonds == NULL)
        g_task_return_error(task, error);
    else
        remove_next(g_steal_pointer(&task));
}

void
bh_bonds_remove_async(BhCentral *central,
                      const BhAddress *address,
                      guint8 slot,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
    GTask *task = g_task_new(central, cancellable, callback, user_data);
    Removal *removal = g_new0(Removal, 1);

    g_task_set_source_tag(task, bh_bonds_remove_async);
    g_task_set_check_cancellable(task, FALSE); /* a bond removed is a bond removed */
    removal->address = *address;
    removal->slot = slot;
    g_task_set_task_data(task, removal, (GDestroyNotify)removal_free);
    bh_central_list_bonds_async(central, cancellable, on_listed, task);
}

gboolean
bh_bonds_remove_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

/* Of the remotes */

static gboolean
check_central(BhRemotes *self, GTask *task)
{
    if (bh_remotes_peek_context(self)->hub.central != NULL)
        return TRUE;
    g_task_return_new_error(task,
                            BH_ERROR,
                            BH_ERROR_NOT_SUPPORTED,
                            "this radio has no central role");
    return FALSE;
}

static void
on_bonds(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;
    GArray *bonds = bh_central_list_bonds_finish(BH_CENTRAL(source), result, &error);

    if (bonds != NULL)
        g_task_return_pointer(task, bonds, (GDestroyNotify)g_array_unref);
    else
        g_task_return_error(task, error);
}

void
bh_remotes_list_bonds_async(BhRemotes *self,
                            BhClient *client,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);

    g_task_set_source_tag(task, bh_remotes_list_bonds_async);
    if (check_central(self, task))
        bh_central_list_bonds_async(bh_remotes_peek_context(self)->hub.central,
                                    bh_client_peek_cancellable(client),
                                    on_bonds,
                                    g_steal_pointer(&task));
}

GArray *
bh_remotes_list_bonds_finish(BhRemotes *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void
on_bond_removed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;

    if (bh_bonds_remove_finish(result, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

void
bh_remotes_remove_bond_async(BhRemotes *self,
                             const BhAddress *address,
                             guint8 slot,
                             BhClient *client,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);

    g_task_set_source_tag(task, bh_remotes_remove_bond_async);
    if (check_central(self, task))
        bh_bonds_remove_async(bh_remotes_peek_context(self)->hub.central,
                              address,
                              slot,
                              bh_client_peek_cancellable(client),
                              on_bond_removed,
                              g_steal_pointer(&task));
}

gboolean
bh_remotes_remove_bond_finish(BhRemotes *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
