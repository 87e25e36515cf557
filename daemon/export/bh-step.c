/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A table of verbs, each with what it reads and what it does.
 */
#include "bh-step.h"

#include "bh-device-pairing.h"
#include "bh-device-rows.h"
#include "bh-error.h"
#include "bh-export-device.h"
#include "bh-export-subscription.h"

/* A step under way: data of its task, whose source is the device. */
typedef struct {
    const BhStep *step; /* borrowed */
    BhClient *client;
    gint64 timeout_ms;
    GPtrArray *subscriptions; /* borrowed */
} Run;

typedef struct {
    const char *name;
    BhGattOptionsFor options; /* of "pair": unused, it has its own */
    gboolean (*parse)(BhStep *self,
                      GVariant *dict,
                      const BhExportDefaults *defaults,
                      GError **error);
    /* Takes over the task. */
    void (*start)(GTask *task, const Run *run);
} Verb;

struct BhStep {
    const Verb *verb;
    BhGattOptions options;
    BhGattName name;
    GBytes *value; /* of a write */
    BhPairOptions pair;
};

static void
run_free(gpointer data)
{
    Run *self = data;

    g_object_unref(self->client);
    g_free(self);
}

static BhRemote *
peek_remote(GTask *task)
{
    return bh_export_device_peek_remote(g_task_get_source_object(task));
}

static void
return_result(GTask *task, GVariant *result)
{
    g_task_return_pointer(task, g_variant_ref_sink(result), (GDestroyNotify)g_variant_unref);
}

/* key NULL: nothing to say but that it is done. */
static void
return_value(GTask *task, const char *key, GVariant *value)
{
    g_auto(GVariantDict) result = G_VARIANT_DICT_INIT(NULL);

    if (key != NULL)
        g_variant_dict_insert_value(&result, key, value);
    return_result(task, g_variant_dict_end(&result));
}

/* Reading */

static gboolean
parse_options(BhStep *self, GVariant *dict, const BhExportDefaults *defaults, GError **error)
{
    return bh_gatt_options_parse(dict, self->verb->options, defaults, &self->options, error);
}

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static gboolean
parse_attribute(BhStep *self, GVariant *dict, const BhExportDefaults *defaults, GError **error)
{
    const BhGattOptions *options = &self->options;

    return parse_options(self, dict, defaults, error) &&
           bh_gatt_name_parse(or_empty(options->service),
                              or_empty(options->characteristic),
                              options->descriptor,
                              options->instance,
                              &self->name,
                              error);
}

/* Descriptors are written whole and with a response, as WriteDescriptor() does it. */
static gboolean
check_descriptor(const BhGattOptions *options, GError **error)
{
    const char *key = options->offset != 0 ? "Offset" : options->has_response ? "Response" : NULL;

    if (options->descriptor == NULL || key == NULL)
        return TRUE;
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, "%s: not of a descriptor", key);
    return FALSE;
}

static gboolean
parse_write(BhStep *self, GVariant *dict, const BhExportDefaults *defaults, GError **error)
{
    if (!parse_attribute(self, dict, defaults, error) || !check_descriptor(&self->options, error))
        return FALSE;
    self->value = bh_gatt_value_choose(self->options.value, self->options.hex, error);
    return self->value != NULL;
}

static gboolean
parse_pair(BhStep *self, GVariant *dict, const BhExportDefaults *defaults, GError **error)
{
    return bh_pair_options_parse(dict, defaults->pair_ms, &self->pair, error);
}

/* Running */

static void
start_find(GTask *owned, const Run *run)
{
    g_autoptr(GTask) task = owned;
    const BhGattOptions *options = &run->step->options;
    GError *error = NULL;
    GVariant *row = bh_device_row_of_attribute(peek_remote(task),
                                               or_empty(options->service),
                                               or_empty(options->characteristic),
                                               options->instance,
                                               &error);

    if (row != NULL)
        return_result(task, row);
    else
        g_task_return_error(task, error);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;
    g_autoptr(GBytes) value = bh_remote_read_finish(BH_REMOTE(source), result, &error);

    if (value != NULL)
        return_value(task,
                     "Value",
                     g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, value, TRUE));
    else
        g_task_return_error(task, error);
}

static void
start_read(GTask *task, const Run *run)
{
    bh_remote_read_async(peek_remote(task),
                         run->client,
                         &run->step->name,
                         (guint16)run->step->options.offset,
                         run->timeout_ms,
                         on_read,
                         task);
}

static void
on_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;

    if (bh_remote_finish(BH_REMOTE(source), result, &error))
        return_value(task, NULL, NULL);
    else
        g_task_return_error(task, error);
}

static void
start_write(GTask *task, const Run *run)
{
    bh_remote_write_async(peek_remote(task),
                          run->client,
                          &run->step->name,
                          run->step->value,
                          (guint16)run->step->options.offset,
                          bh_gatt_options_get_response(&run->step->options),
                          run->timeout_ms,
                          on_written,
                          task);
}

static char *
publish(GTask *task, BhSubscription *subscription)
{
    const Run *run = g_task_get_task_data(task);
    BhSubscriptionTerms terms;
    char *path;

    bh_subscription_terms_init(&terms, &run->step->options);
    path = bh_export_subscription_publish(
        subscription,
        &terms,
        bh_export_device_peek_context(g_task_get_source_object(task)));
    bh_subscription_terms_clear(&terms);
    return path;
}

static void
on_subscribed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    const Run *run = g_task_get_task_data(task);
    GError *error = NULL;
    BhSubscription *subscription = bh_remote_subscribe_finish(BH_REMOTE(source), result, &error);
    g_autofree char *path = NULL;

    if (subscription == NULL) {
        g_task_return_error(task, error);
        return;
    }
    g_ptr_array_add(run->subscriptions, subscription);
    path = publish(task, subscription);
    return_value(task, "Subscription", g_variant_new_object_path(path));
}

static void
start_subscribe(GTask *task, const Run *run)
{
    const BhGattOptions *options = &run->step->options;
    const BhSubscriptionSpec spec = {.name = run->step->name, .queue = (guint)options->queue};

    bh_remote_subscribe_async(peek_remote(task),
                              run->client,
                              &spec,
                              (BhLifetime)options->life.lifetime,
                              options->life.lease_ms,
                              run->timeout_ms,
                              on_subscribed,
                              task);
}

/* Of this program, whoever it asked for them; there may be none. */
static void
start_unsubscribe(GTask *owned, const Run *run)
{
    g_autoptr(GTask) task = owned;
    g_autoptr(GPtrArray) ended = g_ptr_array_new_with_free_func(g_object_unref);
    const GPtrArray *all = bh_remote_peek_subscriptions(peek_remote(task));
    const BhGattName *name = &run->step->name;

    for (guint i = 0; i < all->len; i++) {
        BhSubscription *it = g_ptr_array_index(all, i);

        if (bh_owned_peek_client(BH_OWNED(it)) == run->client &&
            bh_gatt_name_equal(bh_subscription_peek_name(it), name))
            g_ptr_array_add(ended, g_object_ref(it));
    }
    for (guint i = 0; i < ended->len; i++)
        bh_owned_release(g_ptr_array_index(ended, i), BH_RELEASE_ASKED);
    return_value(task, NULL, NULL);
}

static void
on_paired(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;

    if (bh_device_pair_finish(result, &error))
        return_value(task, NULL, NULL);
    else
        g_task_return_error(task, error);
}

static void
start_pair(GTask *task, const Run *run)
{
    BhPairOptions options = run->step->pair;

    options.timeout_ms = MIN(options.timeout_ms, run->timeout_ms);
    bh_device_pair_async(g_task_get_source_object(task), run->client, &options, on_paired, task);
}

static void
on_mtu_known(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;
    guint16 mtu = bh_remote_exchange_mtu_finish(BH_REMOTE(source), result, &error);

    if (error == NULL)
        return_value(task, "MTU", g_variant_new_uint16(mtu));
    else
        g_task_return_error(task, error);
}

static void
start_mtu(GTask *task, const Run *run)
{
    bh_remote_exchange_mtu_async(peek_remote(task),
                                 run->client,
                                 run->timeout_ms,
                                 on_mtu_known,
                                 task);
}

static const Verb verbs[] = {
    {"find", BH_GATT_OPTIONS_STEP_NAME, parse_options, start_find},
    {"read", BH_GATT_OPTIONS_STEP_READ, parse_attribute, start_read},
    {"write", BH_GATT_OPTIONS_STEP_WRITE, parse_write, start_write},
    {"subscribe", BH_GATT_OPTIONS_STEP_SUBSCRIBE, parse_attribute, start_subscribe},
    {"unsubscribe", BH_GATT_OPTIONS_STEP_NAME, parse_attribute, start_unsubscribe},
    {"pair", BH_GATT_OPTIONS_STEP_BARE, parse_pair, start_pair},
    {"mtu", BH_GATT_OPTIONS_STEP_BARE, parse_options, start_mtu},
};

/* Steps */

static const Verb *
find_verb(const char *name, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (g_str_equal(verbs[i].name, name))
            return &verbs[i];
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, "verb: unknown: \"%s\"", name);
    return NULL;
}

BhStep *
bh_step_new(GVariant *pair, const BhExportDefaults *defaults, GError **error)
{
    g_autoptr(BhStep) self = g_new0(BhStep, 1);
    g_autoptr(GVariant) dict = NULL;
    const char *name = NULL;

    g_variant_get(pair, "(&s@a{sv})", &name, &dict);
    self->verb = find_verb(name, error);
    if (self->verb == NULL || !self->verb->parse(self, dict, defaults, error))
        return NULL;
    return g_steal_pointer(&self);
}

void
bh_step_free(BhStep *self)
{
    bh_gatt_options_clear(&self->options);
    g_clear_pointer(&self->value, g_bytes_unref);
    g_free(self);
}

const char *
bh_step_get_verb(const BhStep *self)
{
    return self->verb->name;
}

void
bh_step_run_async(const BhStep *self,
                  BhDbusDevice1 *object,
                  BhClient *client,
                  gint64 timeout_ms,
                  GPtrArray *subscriptions,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
    GTask *task = g_task_new(object, NULL, callback, user_data);
    Run *run = g_new(Run, 1);

    g_task_set_source_tag(task, bh_step_run_async);
    *run = (Run){self, g_object_ref(client), timeout_ms, subscriptions};
    g_task_set_task_data(task, run, run_free);
    self->verb->start(task, run);
}

GVariant *
bh_step_run_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
