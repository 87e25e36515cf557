/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The methods of Application1, one file per kind, and what a call of one of them keeps while it is
 * under way.
 */
#include "bh-export-application.h"

G_BEGIN_DECLS

typedef struct {
    BhDbusApplication1 *object;
    GDBusMethodInvocation *invocation; /* owned: answering it consumes it */
    gboolean hex;                      /* the answer's value is text */
} BhApplicationCall;

BhApplicationCall *bh_application_call_new(BhDbusApplication1 *object,
                                           GDBusMethodInvocation *invocation);
void bh_application_call_free(BhApplicationCall *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhApplicationCall, bh_application_call_free)

BhApplication *bh_application_call_peek_application(BhDbusApplication1 *object);
const BhExportContext *bh_application_call_peek_context(BhDbusApplication1 *object);
/* Who calls. */
BhClient *bh_application_call_peek_client(BhDbusApplication1 *object,
                                          GDBusMethodInvocation *invocation);

/* Each fills in its handlers. */
void bh_application_values_implement(BhDbusApplication1Iface *iface);
void bh_application_written_implement(BhDbusApplication1Iface *iface);
void bh_application_centrals_implement(BhDbusApplication1Iface *iface);

/* Arguments of the signal Written, a BhValueSignalFunc: value is a BhWritten, user_data the
 * BhExportApplication. */
GVariant *
bh_application_build_written_signal(gconstpointer value, guint32 merged, gpointer user_data);

G_END_DECLS
