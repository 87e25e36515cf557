/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.blehub.Application1 of one application: it is there until it is released.
 */
#include "bh-call.h"
#include "bh-export-context.h"
#include "bh-local-options.h"

#include "bh-dbus.h"

G_BEGIN_DECLS

#define BH_TYPE_EXPORT_APPLICATION (bh_export_application_get_type())
G_DECLARE_FINAL_TYPE(BhExportApplication,
                     bh_export_application,
                     BH,
                     EXPORT_APPLICATION,
                     BhDbusApplication1Skeleton)

/* Serves application until it is released; returns its path, to be freed. options is a{sv}, for the
 * property. What context points to is borrowed: outlives the application. */
char *bh_export_application_publish(BhApplication *application,
                                    GVariant *options,
                                    gboolean signals,
                                    const BhExportContext *context);

BhApplication *bh_export_application_peek_application(BhDbusApplication1 *object);
const BhExportContext *bh_export_application_peek_context(BhDbusApplication1 *object);
/* Who calls. */
BhClient *bh_export_application_peek_client(BhDbusApplication1 *object,
                                            GDBusMethodInvocation *invocation);

/* The methods have files of their own; each fills in its handlers. */
void bh_application_values_implement(BhDbusApplication1Iface *iface);
void bh_application_written_implement(BhDbusApplication1Iface *iface);
void bh_application_centrals_implement(BhDbusApplication1Iface *iface);

/* Arguments of the signal Written, a BhValueSignalFunc: value is a BhWritten, user_data the
 * BhExportApplication. */
GVariant *
bh_application_build_written_signal(gconstpointer value, guint32 merged, gpointer user_data);

G_END_DECLS
