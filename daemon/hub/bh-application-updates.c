/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the owner does with its values: gets and sets them, and sends them to centrals, all or one.
 * Where BlueZ cannot reach one alone, or not this one, all are told if the caller allows it.
 */
#include "bh-local-private.h"

#define ATT_OVERHEAD 3

static gboolean
find(BhApplication *self, const BhGattName *name, guint *attribute, GError **error)
{
    return bh_application_definition_find(self->spec.definition, name, attribute, error);
}

static const BhAttributeDefinition *
peek_definition(BhApplication *self, guint attribute)
{
    return bh_application_definition_peek_attribute(self->spec.definition, attribute);
}

gboolean
bh_application_check_value(GBytes *value, GError **error)
{
    if (value == NULL || g_bytes_get_size(value) <= BH_GATT_VALUE_MAX)
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "Value: longer than %d bytes",
                BH_GATT_VALUE_MAX);
    return FALSE;
}

GBytes *
bh_application_get_value(BhApplication *self, const BhGattName *name, GError **error)
{
    guint attribute;
    GBytes *value;

    if (!find(self, name, &attribute, error))
        return NULL;
    value = g_bytes_ref(bh_attribute_values_peek(self->values, attribute));
    if (peek_definition(self, attribute)->appends && !peek_definition(self, attribute)->captures)
        bh_written_queue_forget(self->writes, attribute);
    bh_attribute_values_fetched(self->values, attribute);
    return value;
}

/* Whom a value goes to */

typedef struct {
    BhApplication *application;
    guint attribute;
    GBytes *value; /* owned */
    gboolean one;  /* a central alone; else all */
    BhPeripheralCentral central;
    gboolean allow_broadcast;
    gboolean broadcast; /* all were told instead */
} Update;

static void
update_clear(Update *self)
{
    g_clear_pointer(&self->value, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Update, update_clear)

static gboolean
check_flag(BhApplication *self, guint attribute, BhGattFlags flag, GError **error)
{
    const BhAttributeDefinition *definition = peek_definition(self, attribute);

    if (definition->kind == BH_ATTRIBUTE_CHARACTERISTIC && (definition->flags & flag) != 0)
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_NOT_SUPPORTED,
                "the attribute lacks the flag %s",
                flag == BH_GATT_NOTIFY     ? "notify"
                : flag == BH_GATT_INDICATE ? "indicate"
                                           : "notify, and indicate");
    return FALSE;
}

static gboolean
can_direct(BhApplication *self)
{
    return (bh_peripheral_get_capabilities(self->context->hub.peripheral) &
            BH_PERIPHERAL_CAN_DIRECT) != 0;
}

/* ATT_MTU less opcode and handle (Core 5.4 Vol 3 Part F 3.4.7.1): BlueZ would cut it in silence. */
static gboolean
check_room(const Update *self, GError **error)
{
    gsize size = g_bytes_get_size(self->value);
    guint16 mtu = self->central.mtu;

    if (mtu == 0 || size + ATT_OVERHEAD <= mtu)
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "Value: %zu bytes, this central takes %d at a time (ATT_MTU %u)",
                size,
                mtu - ATT_OVERHEAD,
                mtu);
    return FALSE;
}

static gboolean
aim(Update *self, const BhAddress *address, GError **error)
{
    if (address == NULL)
        return TRUE;
    self->one = TRUE;
    if (!bh_application_find_central(self->application, address, &self->central)) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_DISCONNECTED, "the central is not connected");
        return FALSE;
    }
    if (can_direct(self->application))
        return check_room(self, error);
    if (self->allow_broadcast) {
        self->broadcast = TRUE;
        return TRUE;
    }
    g_set_error_literal(error,
                        BH_ERROR,
                        BH_ERROR_NOT_SUPPORTED,
                        "this BlueZ notifies all subscribed centrals, never one (before 5.76)");
    return FALSE;
}

static gboolean
prepare(Update *self, GBytes *value, BhGattFlags flag, GError **error)
{
    BhApplication *application = self->application;

    if (bh_owned_is_released(BH_OWNED(application))) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_CANCELLED, "the application was released");
        return FALSE;
    }
    if (!check_flag(application, self->attribute, flag, error) ||
        !bh_application_check_value(value, error))
        return FALSE;
    if (application->serving.active == 0) {
        g_set_error_literal(error,
                            BH_ERROR,
                            BH_ERROR_NOT_READY,
                            "the application is not served at present");
        return FALSE;
    }
    if (value == NULL)
        value = bh_attribute_values_peek(application->values, self->attribute);
    self->value = g_bytes_ref(value);
    return TRUE;
}

static const BhLinkKey *
peek_target(const Update *self)
{
    return self->one && !self->broadcast ? &self->central.key : NULL;
}

/* BlueZ has forgotten the way to a bonded central that came back, but a broadcast reaches it; or it
 * turned out that it cannot tell one alone. */
static gboolean
falls_back(Update *self, const GError *error)
{
    if (!self->one || self->broadcast || !self->allow_broadcast)
        return FALSE;
    self->broadcast =
        g_error_matches(error, BH_ERROR, BH_ERROR_NOT_SUPPORTED) ||
        (g_error_matches(error, BH_ERROR, BH_ERROR_DISCONNECTED) && self->central.bonded &&
         bh_application_find_central(self->application,
                                     &self->central.key.address,
                                     &self->central));
    return self->broadcast;
}

/* Notifications */

static void
count_loss(BhApplication *self, const GError *error)
{
    self->context->counters.notification_losses +=
        g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT_EXCEEDED);
}

static gboolean
send(Update *self, GError **error)
{
    BhApplication *application = self->application;
    GError *failure = NULL;

    if (bh_peripheral_notify(application->context->hub.peripheral,
                             application->serving.id,
                             self->attribute,
                             peek_target(self),
                             self->value,
                             &failure)) {
        application->context->counters.notifications++;
        return TRUE;
    }
    count_loss(application, failure);
    g_propagate_error(error, failure);
    return FALSE;
}

gboolean
bh_application_notify(BhApplication *self,
                      const BhGattName *name,
                      const BhAddress *central,
                      GBytes *value,
                      gboolean allow_broadcast,
                      gboolean *broadcast,
                      GError **error)
{
    g_auto(Update) update = {.application = self, .allow_broadcast = allow_broadcast};
    g_autoptr(GError) failure = NULL;
    gboolean sent;

    if (!find(self, name, &update.attribute, error) ||
        !prepare(&update, value, BH_GATT_NOTIFY, error) || !aim(&update, central, error))
        return FALSE;
    sent = send(&update, &failure);
    if (!sent && falls_back(&update, failure)) {
        g_clear_error(&failure);
        sent = send(&update, &failure);
    }
    if (!sent)
        g_propagate_error(error, g_steal_pointer(&failure));
    *broadcast = update.broadcast;
    return sent;
}

/* Nobody is there to be told: that is no failure of a value that is set. */
static gboolean
is_nobody(const GError *error)
{
    return g_error_matches(error, BH_ERROR, BH_ERROR_NOT_READY) ||
           g_error_matches(error, BH_ERROR, BH_ERROR_DISCONNECTED);
}

static gboolean
tell_subscribed(BhApplication *self, guint attribute, GBytes *value, GError **error)
{
    Update update = {.application = self, .attribute = attribute, .value = value};
    g_autoptr(GError) failure = NULL;

    if (self->serving.active == 0 || send(&update, &failure) || is_nobody(failure))
        return TRUE;
    g_propagate_prefixed_error(error,
                               g_steal_pointer(&failure),
                               "the value is set, but was not told: ");
    return FALSE;
}

gboolean
bh_application_set_value(BhApplication *self,
                         const BhGattName *name,
                         GBytes *value,
                         gboolean update,
                         GError **error)
{
    guint attribute;

    if (!find(self, name, &attribute, error) || !bh_application_check_value(value, error))
        return FALSE;
    if (update && !check_flag(self, attribute, BH_GATT_NOTIFY | BH_GATT_INDICATE, error))
        return FALSE;
    bh_attribute_values_set(self->values, attribute, value);
    return !update || tell_subscribed(self, attribute, value, error);
}

/* Indications */

static void
update_free(gpointer data)
{
    update_clear(data);
    g_free(data);
}

static gboolean
resolve_indication(gpointer data, guint32 *attribute, GError **error)
{
    *attribute = ((Update *)data)->attribute;
    return TRUE;
}

static void send_indication(Update *update, BhOperation *operation);

typedef struct {
    Update *update; /* borrowed: the operation keeps it */
    BhOperation *operation;
} Indication;

static void
on_indicated(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Indication *indication = user_data;
    GError *error = NULL;

    if (bh_peripheral_indicate_finish(BH_PERIPHERAL(source), result, &error)) {
        bh_operation_return_boolean(indication->operation, TRUE);
        return;
    }
    if (!falls_back(indication->update, error)) {
        count_loss(indication->update->application, error);
        bh_operation_return_error(indication->operation, error);
        return;
    }
    g_error_free(error);
    send_indication(indication->update, indication->operation);
}

static void
send_indication(Update *update, BhOperation *operation)
{
    Indication *indication = g_new(Indication, 1);

    *indication = (Indication){update, operation};
    bh_peripheral_indicate_async(update->application->context->hub.peripheral,
                                 update->application->serving.id,
                                 update->attribute,
                                 peek_target(update),
                                 update->value,
                                 bh_operation_peek_cancellable(operation),
                                 on_indicated,
                                 indication);
}

static void
begin_indication(gpointer data, BhOperation *operation)
{
    Update *update = data;

    update->application->context->counters.indications++;
    send_indication(update, operation);
}

static const BhOperationKind indication_kind = {
    .resolve = resolve_indication,
    .begin = begin_indication,
};

void
bh_application_indicate_async(BhApplication *self,
                              const BhGattName *name,
                              const BhAddress *central,
                              GBytes *value,
                              gboolean allow_broadcast,
                              BhClient *client,
                              gint64 timeout_ms,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);
    Update *update = g_new0(Update, 1);
    GError *error = NULL;

    update->application = self;
    update->allow_broadcast = allow_broadcast;
    g_task_set_source_tag(task, bh_application_indicate_async);
    g_task_set_task_data(task, update, update_free);
    if (!find(self, name, &update->attribute, &error) ||
        !prepare(update, value, BH_GATT_INDICATE, &error) || !aim(update, central, &error)) {
        g_task_return_error(task, error);
        return;
    }
    bh_operations_add(self->indications,
                      &indication_kind,
                      g_steal_pointer(&task),
                      client,
                      timeout_ms);
}

gboolean
bh_application_indicate_finish(BhApplication *self,
                               GAsyncResult *result,
                               gboolean *broadcast,
                               GError **error)
{
    *broadcast = ((Update *)g_task_get_task_data(G_TASK(result)))->broadcast;
    return g_task_propagate_boolean(G_TASK(result), error);
}
