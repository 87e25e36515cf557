/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The whole of what is served on one bus connection: the root object, the adapters as they come and
 * go, the log control, and at last the name.
 */
#include "bh-export-hub.h"
#include "bh-log.h"

G_BEGIN_DECLS

typedef struct BhService BhService;

typedef struct {
    BhExportDefaults defaults;
    guint max_clients;
} BhServiceSettings;

/* hub, connection and log are borrowed: outlive the service. */
BhService *bh_service_new(GDBusConnection *connection,
                          BhHub *hub,
                          BhLogSettings *log,
                          const BhServiceSettings *settings,
                          BhReloadFunc reload,
                          gpointer reload_data);
void bh_service_free(BhService *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhService, bh_service_free)

void bh_service_configure(BhService *self, const BhServiceSettings *settings);

/* Exports everything, then asks for the name org.blehub; done when it is owned. Error:
 * AlreadyExists if somebody has it, NotAuthorized if the bus policy refuses it. */
void bh_service_start_async(BhService *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean bh_service_start_finish(BhService *self, GAsyncResult *result, GError **error);

/* Withdraws everything and gives the name back. */
void bh_service_stop(BhService *self);

G_END_DECLS
