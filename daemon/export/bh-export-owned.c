/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The exported object has a reference to what it shows, and that, by the handler here, one to the
 * exported object; the release parts them.
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

char *
bh_export_owned_publish(BhExported *exported,
                        BhOwned *owned,
                        const char *kind,
                        BhObjectManager *manager)
{
    Publication *publication = g_new(Publication, 1);
    char *path = bh_object_manager_dup_new_path(manager, kind);

    *publication = (Publication){g_object_ref(exported), manager};
    bh_object_manager_add(manager, exported, path, NULL); /* only of public ones can it fail */
    g_signal_connect_data(owned,
                          "released",
                          G_CALLBACK(on_released),
                          publication,
                          publication_free,
                          (GConnectFlags)0);
    return path;
}
