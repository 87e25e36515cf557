/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A list of what can be read, made from the database, and a walk along it. Attributes are named as
 * clients name them, because that is what a remote takes.
 */
#include "bh-device-values.h"

#include "bh-error.h"
#include "bh-gatt-options.h"

#define READ_MS 1000 /* of one value */

/* What is to be read. */
typedef struct {
    BhGattName name;
    guint16 handle;
} Target;

typedef struct {
    BhClient *client;
    BhClock *clock;
    gint64 deadline_us;
    GArray *targets; /* Target */
    guint next;
    BhDeviceValues *values;
} Reading;

static void
attribute_value_free(gpointer data)
{
    BhAttributeValue *self = data;

    g_clear_pointer(&self->bytes, g_bytes_unref);
    g_free(self->error);
    g_free(self);
}

BhDeviceValues *
bh_device_values_new(BhGattDatabase *database)
{
    BhDeviceValues *self = g_new(BhDeviceValues, 1);

    self->database = bh_gatt_database_ref(database);
    self->values = g_hash_table_new_full(NULL, NULL, NULL, attribute_value_free);
    return self;
}

void
bh_device_values_free(BhDeviceValues *self)
{
    bh_gatt_database_unref(self->database);
    g_hash_table_unref(self->values);
    g_free(self);
}

const BhAttributeValue *
bh_device_values_peek(const BhDeviceValues *self, guint16 handle)
{
    return g_hash_table_lookup(self->values, GUINT_TO_POINTER(handle));
}

static void
reading_free(gpointer data)
{
    Reading *self = data;

    g_object_unref(self->client);
    bh_clock_unref(self->clock);
    g_array_unref(self->targets);
    g_clear_pointer(&self->values, bh_device_values_free);
    g_free(self);
}

/* What to read */

static void
add_target(GArray *targets, const BhGattName *name, guint16 handle)
{
    const Target target = {*name, handle};

    g_array_append_val(targets, target);
}

static void
add_descriptors(GArray *targets, const BhGattName *of, const GArray *descriptors)
{
    BhGattName name = *of;

    name.has_descriptor = TRUE;
    for (guint i = 0; i < descriptors->len; i++) {
        const BhGattDescriptor *descriptor = &g_array_index(descriptors, BhGattDescriptor, i);

        name.descriptor = descriptor->uuid;
        add_target(targets, &name, descriptor->handle);
    }
}

static void
add_characteristics(GArray *targets, const BhGattDatabase *database, const BhGattService *service)
{
    for (guint i = 0; i < service->characteristics->len; i++) {
        const BhGattCharacteristic *characteristic =
            &g_array_index(service->characteristics, BhGattCharacteristic, i);
        const BhGattName name = {
            .has_service = TRUE,
            .service = service->uuid,
            .characteristic = characteristic->uuid,
            .instance = bh_gatt_database_get_instance(database, characteristic),
        };

        if ((characteristic->flags & BH_GATT_READ) != 0)
            add_target(targets, &name, characteristic->handle);
        add_descriptors(targets, &name, characteristic->descriptors);
    }
}

static GArray *
list_targets(const BhGattDatabase *database)
{
    const GArray *services = bh_gatt_database_peek_services(database);
    GArray *targets = g_array_new(FALSE, FALSE, sizeof(Target));

    for (guint i = 0; i < services->len; i++)
        add_characteristics(targets, database, &g_array_index(services, BhGattService, i));
    return targets;
}

/* Reading */

static void read_next(GTask *task);

/* What ends everything, instead of being the lot of one attribute. */
static gboolean
is_fatal(const GError *error)
{
    static const BhError fatal[] = {BH_ERROR_DISCONNECTED,
                                    BH_ERROR_NOT_READY,
                                    BH_ERROR_CANCELLED,
                                    BH_ERROR_LIMIT_EXCEEDED};

    for (gsize i = 0; i < G_N_ELEMENTS(fatal); i++)
        if (g_error_matches(error, BH_ERROR, (gint)fatal[i]))
            return TRUE;
    return FALSE;
}

static void
store(Reading *self, GBytes *bytes, const char *error)
{
    const Target *target = &g_array_index(self->targets, Target, self->next++);
    BhAttributeValue *value = g_new(BhAttributeValue, 1);

    *value = (BhAttributeValue){bytes != NULL ? g_bytes_ref(bytes) : NULL, g_strdup(error)};
    g_hash_table_insert(self->values->values, GUINT_TO_POINTER(target->handle), value);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = bh_remote_read_finish(BH_REMOTE(source), result, &error);

    if (bytes == NULL && is_fatal(error)) {
        g_task_return_error(task, g_steal_pointer(&error));
        return;
    }
    store(g_task_get_task_data(task), bytes, bytes == NULL ? error->message : NULL);
    read_next(g_steal_pointer(&task));
}

static void
read_target(GTask *task, const Target *target, gint64 left_ms)
{
    Reading *self = g_task_get_task_data(task);

    bh_remote_read_async(g_task_get_source_object(task),
                         self->client,
                         &target->name,
                         0,
                         MIN(left_ms, READ_MS),
                         on_read,
                         task);
}

/* Takes over the task. */
static void
read_next(GTask *owned)
{
    g_autoptr(GTask) task = owned;
    Reading *self = g_task_get_task_data(task);
    gint64 left_ms = (self->deadline_us - bh_clock_now_us(self->clock)) / 1000;

    if (self->next == self->targets->len)
        g_task_return_pointer(task,
                              g_steal_pointer(&self->values),
                              (GDestroyNotify)bh_device_values_free);
    else if (left_ms <= 0)
        g_task_return_new_error(task,
                                BH_ERROR,
                                BH_ERROR_TIMEOUT,
                                "%u of %u values were read in time",
                                self->next,
                                self->targets->len);
    else
        read_target(g_steal_pointer(&task),
                    &g_array_index(self->targets, Target, self->next),
                    left_ms);
}

void
bh_device_values_read_async(BhRemote *remote,
                            BhClient *client,
                            BhClock *clock,
                            gboolean with_values,
                            gint64 timeout_ms,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(remote, NULL, callback, user_data);
    BhGattDatabase *database = bh_remote_peek_database(remote);
    Reading *self;

    g_task_set_source_tag(task, bh_device_values_read_async);
    if (database == NULL) {
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_DISCONNECTED, "there is no link");
        return;
    }
    self = g_new0(Reading, 1);
    self->client = g_object_ref(client);
    self->clock = bh_clock_ref(clock);
    self->deadline_us = bh_clock_now_us(clock) + timeout_ms * 1000;
    self->targets =
        with_values ? list_targets(database) : g_array_new(FALSE, FALSE, sizeof(Target));
    self->values = bh_device_values_new(database);
    g_task_set_task_data(task, self, reading_free);
    read_next(g_steal_pointer(&task));
}

BhDeviceValues *
bh_device_values_read_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
