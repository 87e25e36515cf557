/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Transact(): steps in order under one deadline. All of them are read before the first is begun;
 * the first that fails ends it, and then nothing stays of it that the caller would not know of.
 */
#include "bh-error.h"
#include "bh-export-device.h"
#include "bh-step.h"

#define MAX_STEPS 64

typedef struct {
    BhCall *call; /* NULL until it is begun */
    BhClient *client;
    BhClock *clock; /* borrowed: outlives us */
    gint64 deadline_us;
    GPtrArray *steps; /* BhStep */
    guint next;
    GVariantBuilder results;  /* a(sa{sv}) */
    GPtrArray *subscriptions; /* BhSubscription, made by the steps done */
} Transaction;

static void
transaction_free(Transaction *self)
{
    g_clear_pointer(&self->call, bh_call_free);
    g_clear_object(&self->client);
    g_ptr_array_unref(self->steps);
    g_variant_builder_clear(&self->results);
    g_ptr_array_unref(self->subscriptions);
    g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transaction, transaction_free)

/* The end */

static void
fail(Transaction *owned, GError *error)
{
    g_autoptr(Transaction) self = owned;
    const BhStep *step = g_ptr_array_index(self->steps, self->next);

    for (guint i = 0; i < self->subscriptions->len; i++)
        bh_owned_release(g_ptr_array_index(self->subscriptions, i), BH_RELEASE_ASKED);
    g_prefix_error(&error, "step %u (%s): ", self->next + 1, bh_step_get_verb(step));
    g_dbus_method_invocation_take_error(self->call->invocation, error);
}

static void
answer(Transaction *owned)
{
    g_autoptr(Transaction) self = owned;

    bh_dbus_device1_complete_transact(self->call->object,
                                      self->call->invocation,
                                      g_variant_builder_end(&self->results));
}

/* The walk */

static void proceed(Transaction *self);

static void
on_step_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Transaction *self = user_data;
    GError *error = NULL;
    g_autoptr(GVariant) row = bh_step_run_finish(result, &error);
    const BhStep *step = g_ptr_array_index(self->steps, self->next);

    if (row == NULL) {
        fail(self, error);
        return;
    }
    g_variant_builder_add(&self->results, "(s@a{sv})", bh_step_get_verb(step), row);
    self->next++;
    proceed(self);
}

/* Takes over the transaction. */
static void
proceed(Transaction *self)
{
    gint64 left_ms = (self->deadline_us - bh_clock_now_us(self->clock)) / 1000;

    if (self->next == self->steps->len)
        answer(self);
    else if (left_ms <= 0)
        fail(self, g_error_new(BH_ERROR, BH_ERROR_TIMEOUT, "no time left"));
    else
        bh_step_run_async(g_ptr_array_index(self->steps, self->next),
                          self->call->object,
                          self->client,
                          left_ms,
                          self->subscriptions,
                          on_step_done,
                          self);
}

/* The beginning */

static gboolean
add_step(GPtrArray *steps, GVariant *pair, const BhExportDefaults *defaults, GError **error)
{
    BhStep *step = bh_step_new(pair, defaults, error);
    const char *verb = NULL;

    if (step != NULL) {
        g_ptr_array_add(steps, step);
        return TRUE;
    }
    g_variant_get_child(pair, 0, "&s", &verb);
    g_prefix_error(error, "step %u (%s): ", steps->len + 1, verb);
    return FALSE;
}

static gboolean
add_steps(GPtrArray *steps, GVariant *list, const BhExportDefaults *defaults, GError **error)
{
    if (g_variant_n_children(list) > MAX_STEPS) {
        g_set_error(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, "Steps: more than %d", MAX_STEPS);
        return FALSE;
    }
    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) pair = g_variant_get_child_value(list, i);

        if (!add_step(steps, pair, defaults, error))
            return FALSE;
    }
    return TRUE;
}

static Transaction *
transaction_new(const BhExportContext *context, GVariant *list, GVariant *dict, GError **error)
{
    g_autoptr(Transaction) self = g_new0(Transaction, 1);
    gint64 timeout_ms;

    self->clock = bh_hub_peek_clock(context->hub);
    self->steps = g_ptr_array_new_with_free_func((GDestroyNotify)bh_step_free);
    g_variant_builder_init(&self->results, G_VARIANT_TYPE("a(sa{sv})"));
    self->subscriptions = g_ptr_array_new_with_free_func(g_object_unref);
    if (!bh_timeout_options_parse(dict, context->defaults->transact_ms, 1, &timeout_ms, error) ||
        !add_steps(self->steps, list, context->defaults, error))
        return NULL;
    self->deadline_us = bh_clock_now_us(self->clock) + timeout_ms * 1000;
    return g_steal_pointer(&self);
}

static gboolean
handle_transact(BhDbusDevice1 *object,
                GDBusMethodInvocation *invocation,
                GVariant *list,
                GVariant *dict)
{
    GError *error = NULL;
    Transaction *self = transaction_new(bh_export_device_peek_context(object), list, dict, &error);

    if (self == NULL) {
        g_dbus_method_invocation_take_error(invocation, error);
        return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
    self->call = bh_call_new(object, invocation);
    self->client = g_object_ref(bh_export_device_peek_client(object, invocation));
    proceed(self);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
bh_transact_implement(BhDbusDevice1Iface *iface)
{
    iface->handle_transact = handle_transact;
}
