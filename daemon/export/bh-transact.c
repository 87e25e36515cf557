/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Transact(): steps in order under one deadline. All of them are read before the first is begun;
 * the first that fails ends it, and then nothing stays of it that the caller would not know of.
 */
#include "bh-device-call.h"
#include "bh-device-pairing.h"
#include "bh-device-rows.h"
#include "bh-error.h"
#include "bh-export-subscription.h"

#define MAX_STEPS 64

typedef struct _Transaction Transaction;
typedef struct _Step Step;

typedef struct {
    const char *name;
    gboolean (*parse)(Step *step, GVariant *dict, gint64 default_lease_ms, GError **error);
    void (*start)(Transaction *self, const Step *step, gint64 left_ms);
} Verb;

struct _Step {
    const Verb *verb;
    BhGattOptions options;
    BhGattName name;
    GBytes *value; /* of a write */
    BhPairOptions pair;
};

struct _Transaction {
    BhDeviceCall *call;
    BhClient *client;
    BhClock *clock; /* borrowed: outlives us */
    gint64 deadline_us;
    GArray *steps; /* Step */
    guint next;
    GVariantBuilder results;  /* a(sa{sv}) */
    GPtrArray *subscriptions; /* BhSubscription, made here */
};

static void
step_clear(gpointer data)
{
    Step *self = data;

    bh_gatt_options_clear(&self->options);
    g_clear_pointer(&self->value, g_bytes_unref);
}

static void
transaction_free(Transaction *self)
{
    g_clear_pointer(&self->call, bh_device_call_free);
    g_clear_object(&self->client);
    g_array_unref(self->steps);
    g_variant_builder_clear(&self->results);
    g_ptr_array_unref(self->subscriptions);
    g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transaction, transaction_free)

/* The end of a step */

static void proceed(Transaction *self);

static const Step *
peek_step(const Transaction *self)
{
    return &g_array_index(self->steps, Step, self->next);
}

static void
say_which(guint index, const Verb *verb, GError **error)
{
    g_prefix_error(error, "step %u (%s): ", index + 1, verb->name);
}

/* Takes over the transaction. */
static void
fail(Transaction *owned, GError *error)
{
    g_autoptr(Transaction) self = owned;

    for (guint i = 0; i < self->subscriptions->len; i++)
        bh_owned_release(g_ptr_array_index(self->subscriptions, i), BH_RELEASE_ASKED);
    say_which(self->next, peek_step(self)->verb, &error);
    g_dbus_method_invocation_take_error(self->call->invocation, error);
}

/* The same; takes a floating result, an a{sv}. */
static void
succeed(Transaction *self, GVariant *result)
{
    g_variant_builder_add(&self->results, "(s@a{sv})", peek_step(self)->verb->name, result);
    self->next++;
    proceed(self);
}

static void
succeed_with(Transaction *self, const char *key, GVariant *value)
{
    g_auto(GVariantDict) result = G_VARIANT_DICT_INIT(NULL);

    if (key != NULL)
        g_variant_dict_insert_value(&result, key, value);
    succeed(self, g_variant_dict_end(&result));
}

static BhRemote *
peek_remote(Transaction *self)
{
    return bh_device_call_peek_remote(self->call->object);
}

/* The verbs, each with what it reads and does */

static gboolean
parse_options(Step *step, GVariant *dict, gint64 default_lease_ms, GError **error)
{
    return bh_gatt_options_parse(dict,
                                 BH_GATT_OPTIONS_STEP,
                                 default_lease_ms,
                                 &step->options,
                                 error);
}

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static gboolean
parse_attribute(Step *step, GVariant *dict, gint64 default_lease_ms, GError **error)
{
    const BhGattOptions *options = &step->options;

    return parse_options(step, dict, default_lease_ms, error) &&
           bh_gatt_name_parse(or_empty(options->service),
                              or_empty(options->characteristic),
                              options->descriptor,
                              options->instance,
                              &step->name,
                              error);
}

static gboolean
parse_write(Step *step, GVariant *dict, gint64 default_lease_ms, GError **error)
{
    if (!parse_attribute(step, dict, default_lease_ms, error))
        return FALSE;
    step->value = bh_gatt_options_dup_value(&step->options, error);
    return step->value != NULL;
}

static gboolean
parse_pair(Step *step, GVariant *dict, gint64 default_lease_ms, GError **error)
{
    return bh_pair_options_parse(dict, &step->pair, error);
}

static void
start_find(Transaction *self, const Step *step, gint64 left_ms)
{
    GError *error = NULL;
    GVariant *row = bh_device_row_of_attribute(peek_remote(self),
                                               or_empty(step->options.service),
                                               or_empty(step->options.characteristic),
                                               step->options.instance,
                                               &error);

    if (row != NULL)
        succeed(self, row);
    else
        fail(self, error);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GError *error = NULL;
    g_autoptr(GBytes) value = bh_remote_read_finish(BH_REMOTE(source), result, &error);

    if (value != NULL)
        succeed_with(user_data,
                     "Value",
                     g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, value, TRUE));
    else
        fail(user_data, error);
}

static void
start_read(Transaction *self, const Step *step, gint64 left_ms)
{
    bh_remote_read_async(peek_remote(self),
                         self->client,
                         &step->name,
                         (guint16)step->options.offset,
                         left_ms,
                         on_read,
                         self);
}

static void
on_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GError *error = NULL;

    if (bh_remote_finish(BH_REMOTE(source), result, &error))
        succeed_with(user_data, NULL, NULL);
    else
        fail(user_data, error);
}

static void
start_write(Transaction *self, const Step *step, gint64 left_ms)
{
    bh_remote_write_async(peek_remote(self),
                          self->client,
                          &step->name,
                          step->value,
                          (guint16)step->options.offset,
                          bh_gatt_options_get_response(&step->options),
                          left_ms,
                          on_written,
                          self);
}

static char *
publish(Transaction *self, BhSubscription *subscription)
{
    const Step *step = peek_step(self);
    BhSubscriptionTerms terms;
    char *path;

    bh_subscription_terms_init(&terms, &step->name, &step->options);
    path = bh_export_subscription_publish(subscription,
                                          &terms,
                                          bh_device_call_peek_context(self->call->object));
    bh_subscription_terms_clear(&terms);
    return path;
}

static void
on_subscribed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Transaction *self = user_data;
    GError *error = NULL;
    BhSubscription *subscription = bh_remote_subscribe_finish(BH_REMOTE(source), result, &error);
    g_autofree char *path = NULL;

    if (subscription == NULL) {
        fail(self, error);
        return;
    }
    g_ptr_array_add(self->subscriptions, subscription);
    path = publish(self, subscription);
    succeed_with(self, "Subscription", g_variant_new_object_path(path));
}

static void
start_subscribe(Transaction *self, const Step *step, gint64 left_ms)
{
    const BhSubscriptionSpec spec = {.name = step->name, .queue = (guint)step->options.queue};

    bh_remote_subscribe_async(peek_remote(self),
                              self->client,
                              &spec,
                              (BhLifetime)step->options.life.lifetime,
                              step->options.life.lease_ms,
                              left_ms,
                              on_subscribed,
                              self);
}

static void
on_paired(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GError *error = NULL;

    if (bh_device_pair_finish(result, &error))
        succeed_with(user_data, NULL, NULL);
    else
        fail(user_data, error);
}

static void
start_pair(Transaction *self, const Step *step, gint64 left_ms)
{
    BhPairOptions options = step->pair;

    options.timeout_ms = MIN(options.timeout_ms, left_ms);
    bh_device_pair_async(self->call->object, self->client, &options, on_paired, self);
}

static void
on_mtu_known(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GError *error = NULL;
    guint16 mtu = bh_remote_exchange_mtu_finish(BH_REMOTE(source), result, &error);

    if (error == NULL)
        succeed_with(user_data, "MTU", g_variant_new_uint16(mtu));
    else
        fail(user_data, error);
}

static void
start_mtu(Transaction *self, const Step *step, gint64 left_ms)
{
    bh_remote_exchange_mtu_async(peek_remote(self), self->client, left_ms, on_mtu_known, self);
}

static const Verb verbs[] = {
    {"find", parse_options, start_find},
    {"read", parse_attribute, start_read},
    {"write", parse_write, start_write},
    {"subscribe", parse_attribute, start_subscribe},
    {"pair", parse_pair, start_pair},
    {"mtu", parse_options, start_mtu},
};

/* The walk */

static void
answer(Transaction *owned)
{
    g_autoptr(Transaction) self = owned;

    bh_dbus_device1_complete_transact(self->call->object,
                                      self->call->invocation,
                                      g_variant_builder_end(&self->results));
}

/* Takes over the transaction. */
static void
proceed(Transaction *self)
{
    gint64 left_ms = (self->deadline_us - bh_clock_now_us(self->clock)) / 1000;
    const Step *step;

    if (self->next == self->steps->len) {
        answer(self);
        return;
    }
    step = peek_step(self);
    if (left_ms > 0)
        step->verb->start(self, step, left_ms);
    else
        fail(self, g_error_new(BH_ERROR, BH_ERROR_TIMEOUT, "no time left"));
}

static const Verb *
find_verb(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (g_str_equal(verbs[i].name, name))
            return &verbs[i];
    return NULL;
}

static gboolean
add_step(GArray *steps, GVariant *pair, gint64 default_lease_ms, GError **error)
{
    g_autoptr(GVariant) dict = NULL;
    const char *name = NULL;
    Step *step;

    g_array_set_size(steps, steps->len + 1);
    step = &g_array_index(steps, Step, steps->len - 1);
    g_variant_get(pair, "(&s@a{sv})", &name, &dict);
    step->verb = find_verb(name);
    if (step->verb == NULL) {
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_INVALID_ARGUMENTS,
                    "step %u (%s): unknown verb",
                    steps->len,
                    name);
        return FALSE;
    }
    if (step->verb->parse(step, dict, default_lease_ms, error))
        return TRUE;
    say_which(steps->len - 1, step->verb, error);
    return FALSE;
}

static gboolean
add_steps(GArray *steps, GVariant *list, gint64 default_lease_ms, GError **error)
{
    if (g_variant_n_children(list) > MAX_STEPS) {
        g_set_error(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, "Steps: more than %d", MAX_STEPS);
        return FALSE;
    }
    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) pair = g_variant_get_child_value(list, i);

        if (!add_step(steps, pair, default_lease_ms, error))
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
    self->steps = g_array_new(FALSE, TRUE, sizeof(Step));
    g_array_set_clear_func(self->steps, step_clear);
    g_variant_builder_init(&self->results, G_VARIANT_TYPE("a(sa{sv})"));
    self->subscriptions = g_ptr_array_new_with_free_func(g_object_unref);
    if (!bh_timeout_options_parse(dict, BH_GATT_TRANSACT_MS, 1, &timeout_ms, error) ||
        !add_steps(self->steps, list, context->defaults->lease_ms, error))
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
    Transaction *self = transaction_new(bh_device_call_peek_context(object), list, dict, &error);

    if (self == NULL) {
        g_dbus_method_invocation_take_error(invocation, error);
        return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
    self->call = bh_device_call_new(object, invocation);
    self->client = g_object_ref(bh_device_call_peek_client(object, invocation));
    proceed(self);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
bh_transact_implement(BhDbusDevice1Iface *iface)
{
    iface->handle_transact = handle_transact;
}
