/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What every object we serve needs of the others. All of it is borrowed, and outlives the objects.
 */
#include "bh-bulk.h"
#include "bh-hub.h"
#include "bh-object-manager.h"

G_BEGIN_DECLS

/* Reads the configuration anew; FALSE if it is wrong and nothing changed. */
typedef gboolean (*BhReloadFunc)(gpointer user_data, GError **error);

typedef struct {
    BhHub *hub;
    BhPeers *peers;
    BhGate *gate;
    BhObjectManager *manager;
    BhBulk *bulk;
    BhReloadFunc reload;
    gpointer reload_data;
} BhExportContext;

G_END_DECLS
