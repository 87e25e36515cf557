/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One step of a transaction: a verb with its arguments, read before and run later.
 */
#include "bh-gatt-options.h"
#include "bh-subscription.h"

#include "bh-dbus.h"

G_BEGIN_DECLS

typedef struct BhStep BhStep;

/* pair is (sa{sv}). Errors: InvalidArguments with the wrong key, or "verb", first. */
BhStep *bh_step_new(GVariant *pair, const BhExportDefaults *defaults, GError **error);
void bh_step_free(BhStep *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhStep, bh_step_free)

const char *bh_step_get_verb(const BhStep *self);

/* Runs on object, a BhExportDevice, on behalf of client. What is subscribed to is added to
 * subscriptions. self and subscriptions are borrowed: outlive it. Errors: those of the operation.
 */
void bh_step_run_async(const BhStep *self,
                       BhDbusDevice1 *object,
                       BhClient *client,
                       gint64 timeout_ms,
                       GPtrArray *subscriptions,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
/* The result, a{sv}. */
GVariant *bh_step_run_finish(GAsyncResult *result, GError **error);

G_END_DECLS
