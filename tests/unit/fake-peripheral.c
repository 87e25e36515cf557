/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header. Nothing is told from inside a call of the hub: the test says when.
 */
#include "fake-peripheral.h"

#include "bh-error.h"
#include "fake-radio.h"

#include <string.h>

struct BhPeripheralRequest {
    guint number;
};

typedef struct {
    GTask *task;
    gulong on_cancelled;
} Indication;

struct FakePeripheral {
    const BhPeripheralSink *sink;
    gpointer sink_data;
    BhPeripheralCapabilities capabilities;
    GHashTable *applications;   /* id -> slots */
    GHashTable *advertisements; /* id -> slots */
    GArray *centrals;           /* BhPeripheralCentral */
    GPtrArray *requests;        /* BhPeripheralRequest, owned */
    GQueue indications;         /* Indication */
    GHashTable *indicating;     /* attributes: one at a time */
    guint last_request;
    gint code;
    gint direct_code;
    GString *log;
};

static FakePeripheral *
peripheral_of(BhPeripheral *peripheral)
{
    return fake_radio_peek_peripheral(FAKE_RADIO(peripheral));
}

static void
note(FakePeripheral *self, const char *format, ...)
{
    va_list args;

    if (self->log->len > 0)
        g_string_append(self->log, ", ");
    va_start(args, format);
    g_string_append_vprintf(self->log, format, args);
    va_end(args);
}

char *
fake_peripheral_take_log(FakePeripheral *self)
{
    char *text = g_strdup(self->log->str);

    g_string_truncate(self->log, 0);
    return text;
}

static GError *
error_of(gint code)
{
    return code < 0 ? NULL : g_error_new_literal(BH_ERROR, code, "as told");
}

/* What is wanted */

static guint16
get_slots(GHashTable *table, guint id)
{
    return (guint16)GPOINTER_TO_UINT(g_hash_table_lookup(table, GUINT_TO_POINTER(id)));
}

guint16
fake_peripheral_get_application(FakePeripheral *self, guint id)
{
    return get_slots(self->applications, id);
}

guint16
fake_peripheral_get_advertisement(FakePeripheral *self, guint id)
{
    return get_slots(self->advertisements, id);
}

guint
fake_peripheral_count_applications(FakePeripheral *self)
{
    return g_hash_table_size(self->applications);
}

guint
fake_peripheral_count_advertisements(FakePeripheral *self)
{
    return g_hash_table_size(self->advertisements);
}

void
fake_peripheral_set_capabilities(FakePeripheral *self, BhPeripheralCapabilities capabilities)
{
    self->capabilities = capabilities;
}

void
fake_peripheral_serve(FakePeripheral *self, guint id, guint8 slot, gint code)
{
    g_autoptr(GError) error = error_of(code);

    self->sink->application_changed(self->sink_data, id, slot, error);
}

void
fake_peripheral_advertise(FakePeripheral *self, guint id, guint8 slot, gint code)
{
    g_autoptr(GError) error = error_of(code);

    self->sink->advertisement_changed(self->sink_data, id, slot, error);
}

/* Centrals */

static BhPeripheralCentral *
find_central(FakePeripheral *self, guint8 slot, const BhAddress *address)
{
    for (guint i = 0; i < self->centrals->len; i++) {
        BhPeripheralCentral *it = &g_array_index(self->centrals, BhPeripheralCentral, i);

        if (it->key.slot == slot && bh_address_equal(&it->key.address, address))
            return it;
    }
    return NULL;
}

void
fake_peripheral_connect(FakePeripheral *self, guint8 slot, guint number, gboolean bonded)
{
    const BhPeripheralCentral central = {
        .key = {slot, fake_address(number)},
        .mtu = 100,
        .connected = TRUE,
        .bonded = bonded,
    };

    g_array_append_val(self->centrals, central);
    self->sink->central_changed(self->sink_data, &central);
}

void
fake_peripheral_disconnect(FakePeripheral *self, guint8 slot, guint number)
{
    const BhAddress address = fake_address(number);
    BhPeripheralCentral *it = find_central(self, slot, &address);
    BhPeripheralCentral central = *it;

    g_array_remove_index(self->centrals, (guint)(it - (BhPeripheralCentral *)self->centrals->data));
    central.connected = FALSE;
    self->sink->central_changed(self->sink_data, &central);
}

/* Requests */

static BhPeripheralRequest *
new_request(FakePeripheral *self)
{
    BhPeripheralRequest *request = g_new0(BhPeripheralRequest, 1);

    request->number = ++self->last_request;
    g_ptr_array_add(self->requests, request);
    return request;
}

guint
fake_peripheral_read(FakePeripheral *self, guint id, guint attribute, guint number, guint16 offset)
{
    const BhPeripheralCentral central = {.key = {0, fake_address(number)}, .connected = TRUE};
    BhPeripheralRequest *request = new_request(self);
    guint name = request->number;

    self->sink->read(self->sink_data, id, attribute, &central, offset, request);
    return name;
}

guint
fake_peripheral_write(FakePeripheral *self,
                      guint id,
                      guint attribute,
                      guint number,
                      guint16 offset,
                      const char *value)
{
    const BhPeripheralCentral central = {.key = {0, fake_address(number)}, .connected = TRUE};
    g_autoptr(GBytes) bytes = value != NULL ? g_bytes_new(value, strlen(value)) : NULL;
    BhPeripheralRequest *request = new_request(self);
    guint name = request->number;

    self->sink->write(self->sink_data, id, attribute, &central, offset, bytes, request);
    return name;
}

guint
fake_peripheral_count_requests(FakePeripheral *self)
{
    return self->requests->len;
}

void
fake_peripheral_withdraw(FakePeripheral *self, guint request)
{
    for (guint i = 0; i < self->requests->len; i++) {
        BhPeripheralRequest *it = self->requests->pdata[i];

        if (it->number != request)
            continue;
        self->sink->withdrawn(self->sink_data, it);
        g_ptr_array_remove_index(self->requests, i);
        return;
    }
    g_assert_not_reached();
}

/* Its number; a request that is not there is answered for the second time. */
static guint
end_request(FakePeripheral *self, BhPeripheralRequest *request)
{
    guint number;

    g_assert_true(g_ptr_array_find(self->requests, request, NULL));
    number = request->number;
    g_ptr_array_remove(self->requests, request);
    return number;
}

/* Sending */

void
fake_peripheral_set_sending(FakePeripheral *self, gint code)
{
    self->code = code;
}

void
fake_peripheral_set_sending_direct(FakePeripheral *self, gint code)
{
    self->direct_code = code;
}

static void
note_sent(FakePeripheral *self,
          const char *verb,
          guint attribute,
          const BhLinkKey *central,
          GBytes *value)
{
    gsize size;
    const char *text = g_bytes_get_data(value, &size);

    if (central != NULL)
        note(self,
             "%s %u to %u: %.*s",
             verb,
             attribute,
             central->address.octets[5],
             (int)size,
             text);
    else
        note(self, "%s %u all: %.*s", verb, attribute, (int)size, text);
}

static GTask *
take_indication(FakePeripheral *self, Indication *it)
{
    GTask *task = it->task;

    if (it->on_cancelled != 0)
        g_clear_signal_handler(&it->on_cancelled, g_task_get_cancellable(task));
    g_hash_table_remove(self->indicating, g_task_get_task_data(task));
    g_queue_remove(&self->indications, it);
    g_free(it);
    return task;
}

void
fake_peripheral_confirm(FakePeripheral *self, gint code)
{
    g_autoptr(GTask) task = take_indication(self, g_queue_peek_head(&self->indications));

    if (code < 0)
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error_of(code));
}

guint
fake_peripheral_count_indications(FakePeripheral *self)
{
    return self->indications.length;
}

/* The interface */

static void
set_sink(BhPeripheral *peripheral, const BhPeripheralSink *sink, gpointer data)
{
    FakePeripheral *self = peripheral_of(peripheral);

    self->sink = sink;
    self->sink_data = data;
}

static BhPeripheralCapabilities
get_capabilities(BhPeripheral *peripheral)
{
    return peripheral_of(peripheral)->capabilities;
}

static void
set_application(BhPeripheral *peripheral,
                guint id,
                BhApplicationDefinition *definition,
                guint16 slots)
{
    g_assert_cmpuint(slots, !=, 0);
    g_hash_table_insert(peripheral_of(peripheral)->applications,
                        GUINT_TO_POINTER(id),
                        GUINT_TO_POINTER((guint)slots));
}

static void
drop_application(BhPeripheral *peripheral, guint id)
{
    g_assert_true(
        g_hash_table_remove(peripheral_of(peripheral)->applications, GUINT_TO_POINTER(id)));
}

static void
set_advertisement(BhPeripheral *peripheral, guint id, const BhAdvertSpec *spec, guint16 slots)
{
    g_assert_cmpuint(slots, !=, 0);
    g_hash_table_insert(peripheral_of(peripheral)->advertisements,
                        GUINT_TO_POINTER(id),
                        GUINT_TO_POINTER((guint)slots));
}

static void
drop_advertisement(BhPeripheral *peripheral, guint id)
{
    g_assert_true(
        g_hash_table_remove(peripheral_of(peripheral)->advertisements, GUINT_TO_POINTER(id)));
}

static void
return_value(BhPeripheral *peripheral, BhPeripheralRequest *request, GBytes *value)
{
    FakePeripheral *self = peripheral_of(peripheral);
    gsize size;
    const char *text = g_bytes_get_data(value, &size);

    note(self, "%u: %.*s", end_request(self, request), (int)size, text != NULL ? text : "");
}

static void
return_done(BhPeripheral *peripheral, BhPeripheralRequest *request)
{
    FakePeripheral *self = peripheral_of(peripheral);

    note(self, "%u: ok", end_request(self, request));
}

static void
return_error(BhPeripheral *peripheral, BhPeripheralRequest *request, guint8 status)
{
    FakePeripheral *self = peripheral_of(peripheral);

    note(self, "%u: error 0x%02x", end_request(self, request), status);
}

static void
get_subscribers(BhPeripheral *peripheral,
                guint id,
                guint attribute,
                BhPeripheralSubscribers *subscribers)
{
    *subscribers = (BhPeripheralSubscribers){.n = peripheral_of(peripheral)->centrals->len};
}

static gboolean
notify(BhPeripheral *peripheral,
       guint id,
       guint attribute,
       const BhLinkKey *central,
       GBytes *value,
       GError **error)
{
    FakePeripheral *self = peripheral_of(peripheral);
    gint code = central != NULL ? self->direct_code : self->code;

    if (code >= 0) {
        g_propagate_error(error, error_of(code));
        return FALSE;
    }
    note_sent(self, "notify", attribute, central, value);
    return TRUE;
}

static void
on_cancelled(GCancellable *cancellable, Indication *it)
{
    FakePeripheral *self = peripheral_of(g_task_get_source_object(it->task));
    g_autoptr(GTask) task = take_indication(self, it);

    g_task_return_new_error(task, BH_ERROR, BH_ERROR_CANCELLED, "cancelled");
}

static void
indicate_async(BhPeripheral *peripheral,
               guint id,
               guint attribute,
               const BhLinkKey *central,
               GBytes *value,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
    FakePeripheral *self = peripheral_of(peripheral);
    Indication *it = g_new0(Indication, 1);
    gint code = central != NULL ? self->direct_code : -1;

    it->task = g_task_new(peripheral, cancellable, callback, user_data);
    g_task_set_check_cancellable(it->task, FALSE);
    g_task_set_task_data(it->task, GUINT_TO_POINTER(id << 16 | attribute), NULL);
    g_assert_true(g_hash_table_add(self->indicating, g_task_get_task_data(it->task)));
    g_queue_push_tail(&self->indications, it);
    if (code >= 0) {
        g_autoptr(GTask) task = take_indication(self, it);

        g_task_return_error(task, error_of(code));
        return;
    }
    note_sent(self, "indicate", attribute, central, value);
    it->on_cancelled = g_signal_connect(cancellable, "cancelled", G_CALLBACK(on_cancelled), it);
}

static gboolean
indicate_finish(BhPeripheral *peripheral, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

static void
foreach_central(BhPeripheral *peripheral,
                void (*func)(const BhPeripheralCentral *central, gpointer data),
                gpointer data)
{
    FakePeripheral *self = peripheral_of(peripheral);

    for (guint i = 0; i < self->centrals->len; i++)
        func(&g_array_index(self->centrals, BhPeripheralCentral, i), data);
}

static guint
count_sets(BhPeripheral *peripheral, guint8 slot, guint *free_sets)
{
    *free_sets = 4;
    return 5;
}

void
fake_peripheral_iface_init(BhPeripheralInterface *iface)
{
    iface->set_sink = set_sink;
    iface->get_capabilities = get_capabilities;
    iface->set_application = set_application;
    iface->drop_application = drop_application;
    iface->set_advertisement = set_advertisement;
    iface->drop_advertisement = drop_advertisement;
    iface->return_value = return_value;
    iface->return_done = return_done;
    iface->return_error = return_error;
    iface->get_subscribers = get_subscribers;
    iface->notify = notify;
    iface->indicate_async = indicate_async;
    iface->indicate_finish = indicate_finish;
    iface->foreach_central = foreach_central;
    iface->count_sets = count_sets;
}

FakePeripheral *
fake_peripheral_new(void)
{
    FakePeripheral *self = g_new0(FakePeripheral, 1);

    self->applications = g_hash_table_new(NULL, NULL);
    self->advertisements = g_hash_table_new(NULL, NULL);
    self->centrals = g_array_new(FALSE, FALSE, sizeof(BhPeripheralCentral));
    self->requests = g_ptr_array_new_with_free_func(g_free);
    self->indicating = g_hash_table_new(NULL, NULL);
    g_queue_init(&self->indications);
    self->log = g_string_new(NULL);
    self->code = self->direct_code = -1;
    return self;
}

void
fake_peripheral_free(FakePeripheral *self)
{
    g_assert_cmpuint(self->requests->len, ==, 0); /* each was answered or withdrawn */
    g_assert_true(g_queue_is_empty(&self->indications));
    g_hash_table_unref(self->applications);
    g_hash_table_unref(self->advertisements);
    g_hash_table_unref(self->indicating);
    g_array_unref(self->centrals);
    g_ptr_array_unref(self->requests);
    g_string_free(self->log, TRUE);
    g_free(self);
}
