/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What centrals ask is answered from the values at once, or by the owner where it wants to be
 * asked; what they write goes to the values, and from there to the queue that WaitWritten empties.
 */
#include "bh-local-private.h"

#include "bh-signal.h"

enum {
    SIGNAL_WRITTEN,
    SIGNAL_READ_REQUESTED,
    SIGNAL_CENTRAL_CONNECTED,
    SIGNAL_CENTRAL_DISCONNECTED,
    SIGNAL_SUBSCRIBERS_CHANGED,
    SIGNAL_STATE_CHANGED,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhApplication, bh_application, BH_TYPE_OWNED)

static const BhAttributeDefinition *
peek_definition(BhApplication *self, guint attribute)
{
    return bh_application_definition_peek_attribute(self->spec.definition, attribute);
}

/* Reads */

static void
answer_read(BhApplication *self, BhPeripheralRequest *request, guint attribute, guint16 offset)
{
    BhPeripheral *peripheral = self->context->hub.peripheral;
    g_autoptr(GBytes) value = NULL;
    guint8 status = bh_attribute_values_read(self->values, attribute, offset, &value);

    if (status != 0)
        bh_peripheral_return_error(peripheral, request, status);
    else
        bh_peripheral_return_value(peripheral, request, value);
}

/* A BhAskedReadLateFunc: what is stored counts. */
static void
on_owner_late(gpointer user_data, BhPeripheralRequest *request, guint attribute)
{
    BhApplication *self = user_data;

    self->context->counters.reads_late++;
    answer_read(self, request, attribute, 0);
}

/* Where a read begins; the rest of a long one is of the same value. An owner whose lease goes on
 * without it hears nothing. */
static gboolean
asks_owner(BhApplication *self, guint attribute, guint16 offset)
{
    return peek_definition(self, attribute)->ask_on_read && offset == 0 &&
           !bh_client_is_gone(bh_owned_peek_client(BH_OWNED(self)));
}

void
bh_application_take_read(BhApplication *self,
                         guint attribute,
                         const BhPeripheralCentral *central,
                         guint16 offset,
                         BhPeripheralRequest *request)
{
    guint64 token = 0;

    if (asks_owner(self, attribute, offset))
        token = bh_asked_reads_add(self->asked, request, attribute);
    if (token == 0) {
        answer_read(self, request, attribute, offset);
        return;
    }
    self->context->counters.reads_asked++;
    g_signal_emit(self,
                  signals[SIGNAL_READ_REQUESTED],
                  0,
                  token,
                  &central->key,
                  attribute,
                  (guint)offset);
}

void
bh_application_request_withdrawn(BhApplication *self, BhPeripheralRequest *request)
{
    bh_asked_reads_forget(self->asked, request);
}

gboolean
bh_application_complete_read(BhApplication *self,
                             guint64 token,
                             GBytes *value,
                             guint8 status,
                             GError **error)
{
    BhPeripheralRequest *request;
    guint attribute;

    if (!bh_application_check_value(value, error))
        return FALSE;
    request = bh_asked_reads_take(self->asked, token, &attribute);
    if (request == NULL) {
        g_set_error_literal(error,
                            BH_ERROR,
                            BH_ERROR_NOT_FOUND,
                            "no read waits for this token (any more)");
        return FALSE;
    }
    if (status != 0) {
        bh_peripheral_return_error(self->context->hub.peripheral, request, status);
        return TRUE;
    }
    if (value != NULL)
        bh_attribute_values_set(self->values, attribute, value);
    answer_read(self, request, attribute, 0);
    return TRUE;
}

/* Writes */

static void
serve_waits(BhApplication *self)
{
    GTask *task;
    BhWritten *written;

    while (!bh_written_queue_is_empty(self->writes) && (task = bh_waits_pop(self->waits)) != NULL) {
        written = bh_written_queue_pop(self->writes);
        if (peek_definition(self, written->attribute)->captures)
            bh_attribute_values_fetched_write(self->values, written->attribute);
        else
            bh_attribute_values_fetched(self->values, written->attribute);
        g_task_return_pointer(task, written, (GDestroyNotify)bh_written_free);
        g_object_unref(task);
    }
}

/* value is taken. */
static BhWritten *
new_written(BhApplication *self, guint attribute, const BhPeripheralCentral *central, GBytes *value)
{
    BhWritten *written = g_new0(BhWritten, 1);

    written->central = central->key;
    written->attribute = attribute;
    written->value = value;
    written->monotonic_us = bh_clock_now_us(self->context->hub.clock);
    written->realtime_us = g_get_real_time();
    return written;
}

/* Of an attribute that joins writes and does not keep each, all that was joined is the last one. */
static void
keep_joined(BhApplication *self, BhWritten *written)
{
    const BhAttributeDefinition *definition = peek_definition(self, written->attribute);

    if (!definition->appends || definition->captures)
        return;
    g_bytes_unref(written->value);
    written->value = g_bytes_ref(bh_attribute_values_peek(self->values, written->attribute));
}

static void
take_value(BhApplication *self,
           guint attribute,
           const BhPeripheralCentral *central,
           gboolean continues,
           GBytes *value)
{
    g_autoptr(BhWritten) written = new_written(self, attribute, central, value);

    self->written++;
    self->context->counters.writes++;
    g_signal_emit(self, signals[SIGNAL_WRITTEN], 0, written);
    if (bh_owned_is_released(BH_OWNED(self)))
        return;
    keep_joined(self, written);
    bh_written_queue_push(self->writes, g_steal_pointer(&written), continues);
    serve_waits(self);
}

void
bh_application_take_write(BhApplication *self,
                          guint attribute,
                          const BhPeripheralCentral *central,
                          guint16 offset,
                          GBytes *value,
                          BhPeripheralRequest *request)
{
    BhPeripheral *peripheral = self->context->hub.peripheral;
    GBytes *written = NULL;
    guint8 status = 0;

    if (value != NULL)
        status = bh_attribute_values_write(self->values, attribute, offset, value, &written);
    if (status != 0) {
        self->context->counters.writes_refused++;
        bh_peripheral_return_error(peripheral, request, status);
        return;
    }
    bh_peripheral_return_done(peripheral, request);
    if (written != NULL)
        take_value(self, attribute, central, offset > 0, written);
}

void
bh_application_wait_written_async(BhApplication *self,
                                  BhClient *client,
                                  gint64 timeout_ms,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);

    g_task_set_source_tag(task, bh_application_wait_written_async);
    if (bh_owned_is_released(BH_OWNED(self))) {
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_CANCELLED, "the application was released");
        return;
    }
    bh_waits_add(self->waits, g_steal_pointer(&task), client, timeout_ms);
    serve_waits(self);
}

BhWritten *
bh_application_wait_written_finish(BhApplication *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

/* What the hub tells */

static void
end_calls(BhApplication *self, BhError code, const char *message)
{
    bh_waits_fail(self->waits, code, message);
    bh_operations_end(self->indications, code, message);
}

void
bh_application_served(BhApplication *self, gboolean lost)
{
    g_autoptr(BhApplication) keep = g_object_ref(self);

    if (lost) {
        if (self->spec.on_restart == BH_RESTART_INITIAL)
            bh_attribute_values_reset(self->values);
        end_calls(self, BH_ERROR_DISCONNECTED, "the application is not served at present");
    }
    g_signal_emit(self, signals[SIGNAL_STATE_CHANGED], 0);
}

void
bh_application_radio_off(BhApplication *self)
{
    bh_asked_reads_end(self->asked);
    if (self->spec.on_restart != BH_RESTART_KEEP)
        bh_attribute_values_reset(self->values);
    end_calls(self, BH_ERROR_DISCONNECTED, "the radio was switched off");
    bh_serving_fail(&self->serving, BH_ERROR_DISCONNECTED, "the radio was switched off");
}

void
bh_application_central_changed(BhApplication *self, const BhLinkKey *key, gboolean connected)
{
    g_signal_emit(self,
                  signals[connected ? SIGNAL_CENTRAL_CONNECTED : SIGNAL_CENTRAL_DISCONNECTED],
                  0,
                  key);
}

void
bh_application_subscribers_changed(BhApplication *self, guint attribute)
{
    g_signal_emit(self, signals[SIGNAL_SUBSCRIBERS_CHANGED], 0, attribute);
}

/* The rest of the interface */

const BhApplicationSpec *
bh_application_peek_spec(BhApplication *self)
{
    return &self->spec;
}

guint16
bh_application_get_registered(BhApplication *self)
{
    return self->serving.active;
}

const char *
bh_application_peek_last_error(BhApplication *self)
{
    return self->serving.last_error;
}

guint64
bh_application_get_written(BhApplication *self)
{
    return self->written;
}

guint64
bh_application_get_dropped(BhApplication *self)
{
    return bh_written_queue_get_dropped(self->writes);
}

void
bh_application_spec_copy(const BhApplicationSpec *self, BhApplicationSpec *copy)
{
    *copy = *self;
    copy->definition = bh_application_definition_ref(self->definition);
    copy->adapter = g_strdup(self->adapter);
}

void
bh_application_spec_clear(BhApplicationSpec *self)
{
    g_clear_pointer(&self->definition, bh_application_definition_unref);
    g_clear_pointer(&self->adapter, g_free);
}

static void
bh_application_released(BhOwned *owned, BhReleaseReason reason)
{
    BhApplication *self = BH_APPLICATION(owned);

    bh_asked_reads_end(self->asked);
    end_calls(self, BH_ERROR_CANCELLED, "the application was released");
    bh_serving_fail(&self->serving, BH_ERROR_CANCELLED, "the application was released");
    BH_OWNED_CLASS(bh_application_parent_class)->released(owned, reason);
}

static void
bh_application_finalize(GObject *object)
{
    BhApplication *self = BH_APPLICATION(object);

    bh_serving_clear(&self->serving);
    bh_operations_free(self->indications);
    bh_waits_free(self->waits);
    bh_asked_reads_free(self->asked);
    bh_written_queue_free(self->writes);
    bh_attribute_values_free(self->values);
    bh_application_spec_clear(&self->spec);
    G_OBJECT_CLASS(bh_application_parent_class)->finalize(object);
}

static void
bh_application_class_init(BhApplicationClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_application_finalize;
    BH_OWNED_CLASS(klass)->released = bh_application_released;
    signals[SIGNAL_WRITTEN] = bh_signal_new(BH_TYPE_APPLICATION, "written", 1, G_TYPE_POINTER);
    signals[SIGNAL_READ_REQUESTED] = bh_signal_new(BH_TYPE_APPLICATION,
                                                   "read-requested",
                                                   4,
                                                   G_TYPE_UINT64,
                                                   G_TYPE_POINTER,
                                                   G_TYPE_UINT,
                                                   G_TYPE_UINT);
    signals[SIGNAL_CENTRAL_CONNECTED] =
        bh_signal_new(BH_TYPE_APPLICATION, "central-connected", 1, G_TYPE_POINTER);
    signals[SIGNAL_CENTRAL_DISCONNECTED] =
        bh_signal_new(BH_TYPE_APPLICATION, "central-disconnected", 1, G_TYPE_POINTER);
    signals[SIGNAL_SUBSCRIBERS_CHANGED] =
        bh_signal_new(BH_TYPE_APPLICATION, "subscribers-changed", 1, G_TYPE_UINT);
    signals[SIGNAL_STATE_CHANGED] = bh_signal_new(BH_TYPE_APPLICATION, "state-changed", 0);
}

static void
bh_application_init(BhApplication *self)
{
}

BhApplication *
bh_application_new(const BhApplicationSpec *spec, BhLocalContext *context)
{
    BhApplication *self = g_object_new(BH_TYPE_APPLICATION, NULL);
    BhClock *clock = context->hub.clock;
    BhQuota *quota = context->hub.quota;

    self->context = context;
    bh_application_spec_copy(spec, &self->spec);
    bh_serving_init(&self->serving, BH_OWNED(self), spec->adapter, quota, clock);
    self->values = bh_attribute_values_new(spec->definition);
    self->writes = bh_written_queue_new(spec->definition, spec->queue);
    self->asked = bh_asked_reads_new(clock, spec->read_ms, on_owner_late, self);
    self->waits = bh_waits_new(quota, clock, "nothing was written in time", NULL, NULL);
    self->indications = bh_operations_new(quota, clock);
    return self;
}
