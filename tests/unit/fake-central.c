/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header. Answers are given by tasks, so that callers hear of them from the main loop.
 */
#include "fake-central.h"

#include "bh-error.h"
#include "fake-radio.h"

#include <string.h>

typedef struct {
    BhLinkKey key;
    gboolean connected;
    guint watched;
    const char *name; /* static */
    guint16 mtu;
    gboolean pairing;
    gboolean paired;
    BhGattDatabase *database;
    gboolean ours;
    gboolean ending;
    GTask *attempt;
    gulong on_cancelled;
} Device;

typedef struct {
    BhLinkKey key;
    guint16 handle;
    GTask *task;
    gulong on_cancelled;
    BhPairingAskFunc ask;
    gpointer ask_data;
} Call;

struct FakeCentral {
    const BhCentralSink *sink;
    gpointer sink_data;
    gboolean disobedient;
    gboolean keeps_back;
    gboolean lacks_parameters;
    GPtrArray *devices; /* owned */
    GPtrArray *calls;   /* owned */
    GString *log;
};

BhAddress
fake_address(guint number)
{
    return (BhAddress){
        .octets = {0xc0, 0, 0, (guint8)(number >> 16), (guint8)(number >> 8), (guint8)number},
        .type = BH_ADDRESS_RANDOM};
}

static FakeCentral *
central_of(BhCentral *central)
{
    return fake_radio_peek_central(FAKE_RADIO(central));
}

/* Devices */

static void
device_free(gpointer data)
{
    Device *it = data;

    g_clear_pointer(&it->database, bh_gatt_database_unref);
    g_assert_null(it->attempt);
    g_free(it);
}

static Device *
peek(FakeCentral *self, const BhLinkKey *key)
{
    Device *it;

    for (guint i = 0; i < self->devices->len; i++) {
        it = self->devices->pdata[i];
        if (it->key.slot == key->slot && bh_address_equal(&it->key.address, &key->address))
            return it;
    }
    it = g_new0(Device, 1);
    it->key = *key;
    g_ptr_array_add(self->devices, it);
    return it;
}

static Device *
device_of(FakeCentral *self, guint8 slot, guint number)
{
    const BhLinkKey key = {slot, fake_address(number)};

    return peek(self, &key);
}

static BhUuid
uuid(const char *text)
{
    BhUuid it = {{0}};

    g_assert_true(bh_uuid_parse(text, &it, NULL));
    return it;
}

static void
add(BhGattDatabase *database, guint16 service, guint16 handle, const char *text, guint flags)
{
    const BhUuid it = uuid(text);

    if (service == 0)
        bh_gatt_database_add_service(database, handle, &it, TRUE);
    else
        bh_gatt_database_add_characteristic(database, service, handle, &it, (BhGattFlags)flags);
}

static BhGattDatabase *
make_database(guint16 base)
{
    BhGattDatabase *database = bh_gatt_database_new();
    const BhUuid description = uuid("2901");

    add(database, 0, base + 10, "180d", 0);
    add(database, base + 10, base + 12, "2a37", BH_GATT_NOTIFY);
    add(database, base + 10, base + 14, "2a38", BH_GATT_READ | BH_GATT_WRITE);
    bh_gatt_database_add_descriptor(database, base + 14, base + 15, &description);
    add(database, base + 10, base + 16, "2a39", BH_GATT_WRITE | BH_GATT_WRITE_WITHOUT_RESPONSE);
    add(database, 0, base + 20, "180f", 0);
    add(database, base + 20, base + 22, "2a19", BH_GATT_READ | BH_GATT_NOTIFY);
    return database;
}

static void
fill_state(const Device *it, BhLinkCause cause, BhLinkState *state)
{
    *state = (BhLinkState){.key = it->key,
                           .connected = it->connected,
                           .ours = it->ours,
                           .ending = it->ending,
                           .resolved = it->connected,
                           .name = it->name,
                           .pairing = it->pairing,
                           .paired = it->paired,
                           .mtu = it->mtu,
                           .database = it->database,
                           .cause = cause};
}

static void
tell(FakeCentral *self, const Device *it, BhLinkCause cause)
{
    BhLinkState state;

    fill_state(it, cause, &state);
    if (it->watched > 0)
        self->sink->link_changed(self->sink_data, &state);
}

static GTask *
take_attempt(Device *it)
{
    GTask *task = g_steal_pointer(&it->attempt);

    g_assert_nonnull(task);
    if (it->on_cancelled != 0)
        g_clear_signal_handler(&it->on_cancelled, g_task_get_cancellable(task));
    return task;
}

static void
bring_up(Device *it)
{
    it->connected = TRUE;
    it->mtu = 100;
    g_clear_pointer(&it->database, bh_gatt_database_unref);
    it->database = make_database(0);
}

gboolean
fake_central_is_trying(FakeCentral *self, guint8 slot, guint number)
{
    return device_of(self, slot, number)->attempt != NULL;
}

guint
fake_central_count_attempts(FakeCentral *self, guint8 slot)
{
    guint n = 0;

    for (guint i = 0; i < self->devices->len; i++) {
        const Device *it = self->devices->pdata[i];

        n += it->key.slot == slot && it->attempt != NULL;
    }
    return n;
}

void
fake_central_accept(FakeCentral *self, guint8 slot, guint number)
{
    Device *it = device_of(self, slot, number);
    g_autoptr(GTask) task = take_attempt(it);

    it->ours = !it->connected;
    bring_up(it);
    tell(self, it, BH_LINK_CAUSE_NONE);
    g_task_return_boolean(task, TRUE);
}

void
fake_central_refuse(FakeCentral *self, guint8 slot, guint number, gint code)
{
    g_autoptr(GTask) task = take_attempt(device_of(self, slot, number));

    g_task_return_new_error(task, BH_ERROR, code, "as told");
}

void
fake_central_set_obedient(FakeCentral *self, gboolean obedient)
{
    self->disobedient = !obedient;
}

void
fake_central_link(FakeCentral *self, guint8 slot, guint number)
{
    Device *it = device_of(self, slot, number);

    bring_up(it);
    tell(self, it, BH_LINK_CAUSE_NONE);
}

static void
call_free(gpointer data)
{
    Call *call = data;

    g_assert_null(call->task);
    g_free(call);
}

static GTask *
take_call(FakeCentral *self, guint index)
{
    Call *call = self->calls->pdata[index];
    GTask *task = g_steal_pointer(&call->task);

    if (call->on_cancelled != 0)
        g_clear_signal_handler(&call->on_cancelled, g_task_get_cancellable(task));
    g_ptr_array_remove_index(self->calls, index);
    return task;
}

void
fake_central_drop(FakeCentral *self, guint8 slot, guint number, BhLinkCause cause)
{
    Device *it = device_of(self, slot, number);

    it->connected = it->ours = it->ending = FALSE;
    it->mtu = 0;
    g_clear_pointer(&it->database, bh_gatt_database_unref);
    for (guint i = self->calls->len; i > 0; i--) {
        const Call *call = self->calls->pdata[i - 1];

        if (call->key.slot == slot && bh_address_equal(&call->key.address, &it->key.address)) {
            g_autoptr(GTask) task = take_call(self, i - 1);
            g_task_return_new_error(task, BH_ERROR, BH_ERROR_DISCONNECTED, "the link went");
        }
    }
    tell(self, it, cause);
}

void
fake_central_set_mtu(FakeCentral *self, guint8 slot, guint number, guint16 mtu)
{
    Device *it = device_of(self, slot, number);

    it->mtu = mtu;
    tell(self, it, BH_LINK_CAUSE_NONE);
}

void
fake_central_set_pairing(FakeCentral *self, guint8 slot, guint number, gboolean under_way)
{
    Device *it = device_of(self, slot, number);

    it->pairing = under_way;
    tell(self, it, BH_LINK_CAUSE_NONE);
}

void
fake_central_set_name(FakeCentral *self, guint8 slot, guint number, const char *name)
{
    Device *it = device_of(self, slot, number);

    it->name = name;
    tell(self, it, BH_LINK_CAUSE_NONE);
}

void
fake_central_set_paired(FakeCentral *self, guint8 slot, guint number)
{
    Device *it = device_of(self, slot, number);

    it->paired = TRUE;
    tell(self, it, BH_LINK_CAUSE_NONE);
}

void
fake_central_change_services(FakeCentral *self, guint8 slot, guint number)
{
    Device *it = device_of(self, slot, number);

    bh_gatt_database_unref(it->database);
    it->database = make_database(100);
    tell(self, it, BH_LINK_CAUSE_NONE);
}

void
fake_central_lose_services(FakeCentral *self, guint8 slot, guint number)
{
    Device *it = device_of(self, slot, number);

    bh_gatt_database_unref(it->database);
    it->database = bh_gatt_database_new();
    tell(self, it, BH_LINK_CAUSE_NONE);
}

gboolean
fake_central_is_watched(FakeCentral *self, guint8 slot, guint number)
{
    return device_of(self, slot, number)->watched > 0;
}

/* Calls */

static void
note(FakeCentral *self, const char *format, ...)
{
    va_list args;

    if (self->log->len > 0)
        g_string_append(self->log, ", ");
    va_start(args, format);
    g_string_append_vprintf(self->log, format, args);
    va_end(args);
}

char *
fake_central_take_log(FakeCentral *self)
{
    char *text = g_strdup(self->log->str);

    g_string_truncate(self->log, 0);
    return text;
}

static GTask *
take_oldest(FakeCentral *self, guint16 handle)
{
    for (guint i = 0; i < self->calls->len; i++)
        if (((Call *)self->calls->pdata[i])->handle == handle)
            return take_call(self, i);
    g_assert_not_reached();
}

void
fake_central_answer(FakeCentral *self, guint16 handle, const char *value)
{
    g_autoptr(GTask) task = take_oldest(self, handle);

    if (value != NULL)
        g_task_return_pointer(task,
                              g_bytes_new(value, strlen(value)),
                              (GDestroyNotify)g_bytes_unref);
    else
        g_task_return_boolean(task, TRUE);
}

void
fake_central_fail(FakeCentral *self, guint16 handle, gint code)
{
    g_autoptr(GTask) task = take_oldest(self, handle);

    g_task_return_new_error(task, BH_ERROR, code, "as told");
}

void
fake_central_notify(FakeCentral *self, guint8 slot, guint number, guint16 handle, char value)
{
    const Device *it = device_of(self, slot, number);

    self->sink->value(self->sink_data, &it->key, handle, (const guint8 *)&value, 1, 7, 8);
}

void
fake_central_keep_back(FakeCentral *self, gboolean keep)
{
    self->keeps_back = keep;
}

void
fake_central_set_parameters(FakeCentral *self, gboolean can)
{
    self->lacks_parameters = !can;
}

void
fake_central_ask(FakeCentral *self, BhPairingQuestionKind kind, guint32 passkey)
{
    const BhPairingQuestion question = {kind, passkey};
    const Call *call = self->calls->pdata[self->calls->len - 1];

    call->ask(call->ask_data, &question);
}

static Call *
add_call(FakeCentral *self, const BhLinkKey *key, guint16 handle, GTask *task)
{
    Call *call = g_new0(Call, 1);

    call->key = *key;
    call->handle = handle;
    call->task = task;
    g_ptr_array_add(self->calls, call);
    return call;
}

static GTask *
new_task(BhCentral *central, GAsyncReadyCallback callback, gpointer user_data)
{
    return g_task_new(central, NULL, callback, user_data);
}

/* The interface */

static void
set_sink(BhCentral *central, const BhCentralSink *sink, gpointer data)
{
    FakeCentral *self = central_of(central);

    self->sink = sink;
    self->sink_data = data;
}

static void
watch(BhCentral *central, const BhLinkKey *key)
{
    peek(central_of(central), key)->watched++;
}

static void
unwatch(BhCentral *central, const BhLinkKey *key)
{
    Device *it = peek(central_of(central), key);

    g_assert_cmpuint(it->watched, >, 0);
    it->watched--;
}

static gboolean
peek_state(BhCentral *central, const BhLinkKey *key, BhLinkState *state)
{
    fill_state(peek(central_of(central), key), BH_LINK_CAUSE_NONE, state);
    return TRUE;
}

static guint
count_links(BhCentral *central, guint8 slot)
{
    FakeCentral *self = central_of(central);
    guint n = 0;

    for (guint i = 0; i < self->devices->len; i++) {
        const Device *it = self->devices->pdata[i];

        n += it->key.slot == slot && it->connected;
    }
    return n;
}

static void
on_attempt_cancelled(GCancellable *cancellable, Device *it)
{
    g_autoptr(GTask) task = take_attempt(it);

    g_task_return_new_error(task, BH_ERROR, BH_ERROR_CANCELLED, "cancelled");
}

static void
connect_async(BhCentral *central,
              const BhLinkKey *key,
              const BhLinkParameters *parameters,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
    FakeCentral *self = central_of(central);
    Device *it = peek(self, key);
    GTask *task = g_task_new(central, cancellable, callback, user_data);

    g_task_set_check_cancellable(task, FALSE);
    g_assert_null(it->attempt);
    g_assert_cmpuint(fake_central_count_attempts(self, key->slot), ==, 0);
    if (it->connected && !it->ending) {
        g_task_return_boolean(task, TRUE);
        g_object_unref(task);
        return;
    }
    it->attempt = task;
    if (!self->disobedient)
        it->on_cancelled =
            g_signal_connect(cancellable, "cancelled", G_CALLBACK(on_attempt_cancelled), it);
}

static gboolean
finish(BhCentral *central, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

static void
disconnect(BhCentral *central, const BhLinkKey *key)
{
    FakeCentral *self = central_of(central);
    Device *it = peek(self, key);

    it->ending = it->connected;
    note(self, "disconnect %u", key->address.octets[5]);
}

static void
on_operation_cancelled(GCancellable *cancellable, Call *call)
{
    FakeCentral *self = central_of(g_task_get_source_object(call->task));
    guint index = 0;

    note(self, "take back %u", call->handle);
    g_assert_true(g_ptr_array_find(self->calls, call, &index));
    g_autoptr(GTask) task = take_call(self, index);
    g_task_return_new_error(task, BH_ERROR, BH_ERROR_CANCELLED, "cancelled");
}

static void
add_operation(FakeCentral *self, const BhLinkKey *key, guint16 handle, GTask *task)
{
    Call *call = add_call(self, key, handle, task);

    g_task_set_check_cancellable(task, FALSE);
    if (self->keeps_back)
        call->on_cancelled = g_signal_connect(g_task_get_cancellable(task),
                                              "cancelled",
                                              G_CALLBACK(on_operation_cancelled),
                                              call);
}

static void
read_async(BhCentral *central,
           const BhLinkKey *key,
           guint16 handle,
           guint16 offset,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
    FakeCentral *self = central_of(central);

    note(self, "read %u", handle);
    add_operation(self, key, handle, g_task_new(central, cancellable, callback, user_data));
}

static GBytes *
read_finish(BhCentral *central, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void
write_async(BhCentral *central,
            const BhLinkKey *key,
            guint16 handle,
            GBytes *value,
            guint16 offset,
            BhWriteKind kind,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
    FakeCentral *self = central_of(central);

    note(self,
         "%s %u %.*s",
         kind == BH_WRITE_COMMAND ? "command" : "write",
         handle,
         (int)MIN(g_bytes_get_size(value), 8),
         (const char *)g_bytes_get_data(value, NULL));
    add_operation(self, key, handle, g_task_new(central, cancellable, callback, user_data));
}

static void
subscribe_async(BhCentral *central,
                const BhLinkKey *key,
                guint16 handle,
                GCancellable *cancellable,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
    FakeCentral *self = central_of(central);

    note(self, "subscribe %u", handle);
    add_call(self, key, handle, new_task(central, callback, user_data));
}

static void
unsubscribe(BhCentral *central, const BhLinkKey *key, guint16 handle)
{
    note(central_of(central), "unsubscribe %u", handle);
}

static void
on_pairing_cancelled(GCancellable *cancellable, FakeCentral *self)
{
    note(self, "take back");
    fake_central_fail(self, 0, BH_ERROR_CANCELLED);
}

static void
pair_async(BhCentral *central,
           const BhLinkKey *key,
           BhIoCapability capability,
           BhPairingAskFunc ask,
           gpointer ask_data,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
    FakeCentral *self = central_of(central);
    GTask *task = g_task_new(central, cancellable, callback, user_data);
    Call *call = add_call(self, key, 0, task);

    g_task_set_check_cancellable(task, FALSE);
    note(self, "pair");
    call->ask = ask;
    call->ask_data = ask_data;
    call->on_cancelled =
        g_signal_connect(cancellable, "cancelled", G_CALLBACK(on_pairing_cancelled), self);
}

static void
answer_pairing(BhCentral *central, const BhLinkKey *key, const BhPairingAnswer *answer)
{
    note(central_of(central), "%s %u", answer->accepted ? "yes" : "no", answer->passkey);
}

static void
remove_bond_async(BhCentral *central,
                  const BhLinkKey *key,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
    g_autoptr(GTask) task = new_task(central, callback, user_data);

    note(central_of(central), "forget %u", key->slot);
    g_task_return_boolean(task, TRUE);
}

static void
read_rssi_async(BhCentral *central,
                const BhLinkKey *key,
                GCancellable *cancellable,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
    g_autoptr(GTask) task = new_task(central, callback, user_data);

    g_task_return_int(task, -42);
}

static gint
read_rssi_finish(BhCentral *central, GAsyncResult *result, GError **error)
{
    return (gint)g_task_propagate_int(G_TASK(result), error);
}

static void
set_parameters_async(BhCentral *central,
                     const BhLinkKey *key,
                     const BhLinkParameters *parameters,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
    g_autoptr(GTask) task = new_task(central, callback, user_data);
    FakeCentral *self = central_of(central);

    note(self, "parameters %u", parameters->max_interval_us);
    if (self->lacks_parameters)
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_NOT_SUPPORTED, "as told");
    else
        g_task_return_boolean(task, TRUE);
}

/* Device 1 is bonded, by adapters 0 and 1. */
static void
list_bonds_async(BhCentral *central,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
    g_autoptr(GTask) task = new_task(central, callback, user_data);
    GArray *bonds = g_array_new(FALSE, FALSE, sizeof(BhLinkKey));

    for (guint8 slot = 0; slot < 2; slot++) {
        const BhLinkKey key = {slot, fake_address(1)};
        g_array_append_val(bonds, key);
    }
    g_task_return_pointer(task, bonds, (GDestroyNotify)g_array_unref);
}

static GArray *
list_bonds_finish(BhCentral *central, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void
fake_central_iface_init(BhCentralInterface *iface)
{
    iface->set_sink = set_sink;
    iface->watch = watch;
    iface->unwatch = unwatch;
    iface->peek = peek_state;
    iface->count_links = count_links;
    iface->connect_async = connect_async;
    iface->connect_finish = finish;
    iface->disconnect = disconnect;
    iface->read_async = read_async;
    iface->read_finish = read_finish;
    iface->write_async = write_async;
    iface->subscribe_async = subscribe_async;
    iface->unsubscribe = unsubscribe;
    iface->pair_async = pair_async;
    iface->answer_pairing = answer_pairing;
    iface->remove_bond_async = remove_bond_async;
    iface->read_rssi_async = read_rssi_async;
    iface->read_rssi_finish = read_rssi_finish;
    iface->set_parameters_async = set_parameters_async;
    iface->finish = finish;
    iface->list_bonds_async = list_bonds_async;
    iface->list_bonds_finish = list_bonds_finish;
}

FakeCentral *
fake_central_new(void)
{
    FakeCentral *self = g_new0(FakeCentral, 1);

    self->devices = g_ptr_array_new_with_free_func(device_free);
    self->calls = g_ptr_array_new_with_free_func(call_free);
    self->log = g_string_new(NULL);
    return self;
}

void
fake_central_free(FakeCentral *self)
{
    g_ptr_array_unref(self->devices);
    g_ptr_array_unref(self->calls);
    g_string_free(self->log, TRUE);
    g_free(self);
}
