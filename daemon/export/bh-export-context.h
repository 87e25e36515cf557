/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What every object we serve needs of the others. All of it is borrowed, and outlives the objects.
 */
#include "bh-bulk.h"
#include "bh-common-options.h"
#include "bh-object-manager.h"
#include "bh-rows.h"

G_BEGIN_DECLS

/* Reads the configuration anew; FALSE if it is wrong and nothing changed. */
typedef gboolean (*BhReloadFunc)(gpointer user_data, GError **error);

typedef struct {
    BhHub *hub;
    BhPeers *peers;
    BhGate *gate;
    BhObjectManager *manager;
    BhBulk *bulk;
    GDBusConnection *connection;
    const BhExportDefaults *defaults; /* of the configuration that is in force */
    BhReloadFunc reload;
    gpointer reload_data;
} BhExportContext;

/* Answers with the rows, which it takes over, in its own time. */
void bh_export_context_answer_rows(const BhExportContext *self,
                                   GDBusMethodInvocation *invocation,
                                   BhRowList *rows);

G_END_DECLS
