/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One filter answers every call by its member's name; the path only matters where objects differ.
 */
#include "bh-puppet-private.h"

#include <check.h>
#include <string.h>

#include "bh-sdbus-source.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define ADAPTER "org.bluez.Adapter1"
#define DEVICE "org.bluez.Device1"

typedef struct {
    char *error; /* NULL = hang */
    char *text;
    guint count;
} Fault;

static void
free_object(gpointer data)
{
    BhPuppetObject *object = data;

    g_free(object->path);
    g_free(object->address);
    g_free(object->interface);
    g_free(object->uuid);
    g_free(object->modalias);
    g_free(object->flags);
    g_clear_pointer(&object->value, g_byte_array_unref);
    g_free(object);
}

static void
free_fault(gpointer data)
{
    Fault *fault = data;

    g_free(fault->error);
    g_free(fault->text);
    g_free(fault);
}

BhPuppetObject *
bh_puppet_find(BhPuppet *self, const char *path)
{
    for (guint i = 0; i < self->objects->len; i++) {
        BhPuppetObject *object = self->objects->pdata[i];
        if (g_str_equal(object->path, path))
            return object;
    }
    return NULL;
}

/* Answers */

static void
append_adapter(sd_bus_message *message, const BhPuppetObject *object)
{
    sd_bus_message_append(message,
                          "a{sv}",
                          object->modalias != NULL ? 6 : 5,
                          "Address",
                          "s",
                          object->address,
                          "AddressType",
                          "s",
                          "public",
                          "Powered",
                          "b",
                          (int)object->flag,
                          "Discovering",
                          "b",
                          FALSE,
                          "Roles",
                          "as",
                          2,
                          "central",
                          "peripheral",
                          "Modalias",
                          "s",
                          object->modalias);
}

static void
append_properties(sd_bus_message *message, const BhPuppetObject *object)
{
    if (object->is_adapter)
        append_adapter(message, object);
    else
        bh_puppet_append_object(message, object);
}

static void
append_object(sd_bus_message *message, const BhPuppetObject *object)
{
    sd_bus_message_open_container(message, 'e', "oa{sa{sv}}");
    sd_bus_message_append(message, "o", object->path);
    sd_bus_message_open_container(message, 'a', "{sa{sv}}");
    sd_bus_message_append(message,
                          "{sa{sv}}",
                          "org.freedesktop.DBus.Introspectable",
                          1,
                          "Odd",
                          "u",
                          1u);
    sd_bus_message_open_container(message, 'e', "sa{sv}");
    sd_bus_message_append(message, "s", object->is_adapter ? ADAPTER : object->interface != NULL ? object->interface : DEVICE);
    append_properties(message, object);
    sd_bus_message_close_container(message);
    sd_bus_message_close_container(message);
    sd_bus_message_close_container(message);
}

static void
answer_objects(BhPuppet *self, sd_bus_message *reply)
{
    sd_bus_message_open_container(reply, 'a', "{oa{sa{sv}}}");
    for (guint i = 0; i < self->objects->len; i++)
        append_object(reply, self->objects->pdata[i]);
    sd_bus_message_close_container(reply);
}

/* Reads "ssb" in a variant: the value of Properties.Set. */
static gboolean
read_set_value(sd_bus_message *call)
{
    int value = FALSE;

    sd_bus_message_skip(call, "ss");
    ck_assert_int_ge(sd_bus_message_read(call, "v", "b", &value), 0);
    return value;
}

static void
act(BhPuppet *self, sd_bus_message *call, sd_bus_message *reply)
{
    const char *path = sd_bus_message_get_path(call);
    const char *member = sd_bus_message_get_member(call);
    BhPuppetObject *object = bh_puppet_find(self, path);

    if (g_str_equal(member, "GetManagedObjects"))
        answer_objects(self, reply);
    else if (g_str_equal(member, "GetAll"))
        append_properties(reply, object);
    else if (g_str_equal(member, "StartDiscovery"))
        bh_puppet_set_adapter(self, path, "Discovering", TRUE);
    else if (g_str_equal(member, "StopDiscovery"))
        bh_puppet_set_adapter(self, path, "Discovering", FALSE);
    else if (g_str_equal(member, "Set") && !self->stuck)
        bh_puppet_set_adapter(self, path, "Powered", read_set_value(call));
    else
        bh_puppet_act_on_device(self, call, reply);
}

/* The value that comes next, as "=le", "=-70", "=0000180d=0000180f"; nothing for other types. */
static void
log_value(GString *text, sd_bus_message *call)
{
    const char *type, *string;
    gint16 number = 0;
    char kind;

    sd_bus_message_peek_type(call, &kind, &type);
    sd_bus_message_enter_container(call, 'v', type);
    if (g_str_equal(type, "s") && sd_bus_message_read(call, "s", &string) > 0) {
        g_string_append_printf(text, "=%s", string);
    } else if (g_str_equal(type, "n") && sd_bus_message_read(call, "n", &number) > 0) {
        g_string_append_printf(text, "=%d", number);
    } else if (g_str_equal(type, "as") && sd_bus_message_enter_container(call, 'a', "s") > 0) {
        while (sd_bus_message_read(call, "s", &string) > 0)
            g_string_append_printf(text, "=%.8s", string);
        sd_bus_message_exit_container(call);
    } else {
        sd_bus_message_skip(call, type);
    }
    sd_bus_message_exit_container(call);
}

/* The entries of a discovery filter as "Transport=le,RSSI=-70". */
static void
log_filter(GString *text, sd_bus_message *call)
{
    const char *key;

    sd_bus_message_enter_container(call, 'a', "{sv}");
    while (sd_bus_message_enter_container(call, 'e', "sv") > 0) {
        sd_bus_message_read(call, "s", &key);
        g_string_append_printf(text, "%s%s", g_str_has_suffix(text->str, ":") ? "" : ",", key);
        log_value(text, call);
        sd_bus_message_exit_container(call);
    }
    sd_bus_message_exit_container(call);
    sd_bus_message_rewind(call, TRUE);
}

static void
log_call(BhPuppet *self, sd_bus_message *call)
{
    const char *member = sd_bus_message_get_member(call);

    g_free(self->caller);
    self->caller = g_strdup(sd_bus_message_get_sender(call));
    g_string_append_printf(self->calls, "%s%s", self->calls->len > 0 ? " " : "", member);
    if (g_str_equal(member, "SetDiscoveryFilter")) {
        g_string_append_c(self->calls, ':');
        log_filter(self->calls, call);
    } else {
        bh_puppet_log_arguments(self, call);
    }
}

static gboolean
is_unknown(BhPuppet *self, sd_bus_message *call)
{
    static const char *const of_objects[] =
        {"GetAll", "Get", "Connect", "Disconnect", "Pair", NULL};
    const char *member = sd_bus_message_get_member(call);

    if (g_str_equal(member, "ConnectDevice"))
        return !self->knows_connect_device;
    return g_strv_contains(of_objects, member) &&
           bh_puppet_find(self, sd_bus_message_get_path(call)) == NULL;
}

/* Whether the call is not to be answered with success; then it has been dealt with. */
static gboolean
meets_fault(BhPuppet *self, sd_bus_message *call)
{
    const char *member = sd_bus_message_get_member(call);
    Fault *fault = g_hash_table_lookup(self->faults, member);

    if (is_unknown(self, call)) {
        sd_bus_reply_method_errorf(call, SD_BUS_ERROR_UNKNOWN_OBJECT, "no such object or method");
        return TRUE;
    }
    if (fault == NULL || fault->count == 0)
        return FALSE;
    fault->count--;
    if (fault->error != NULL)
        sd_bus_reply_method_errorf(call, fault->error, "%s", fault->text);
    return TRUE;
}

static void
answer(BhPuppet *self, sd_bus_message *call)
{
    g_autoptr(sd_bus_message) reply = NULL;

    ck_assert_int_ge(sd_bus_message_new_method_return(call, &reply), 0);
    act(self, call, reply);
    ck_assert_int_ge(sd_bus_send(self->bus, reply, NULL), 0);
}

static void
unref_message(gpointer message)
{
    sd_bus_message_unref(message);
}

void
bh_puppet_hold(BhPuppet *self, const char *method)
{
    GPtrArray *calls = g_ptr_array_new_with_free_func(unref_message);

    g_hash_table_insert(self->held, g_strdup(method), calls);
}

void
bh_puppet_release(BhPuppet *self, const char *method)
{
    g_autoptr(GPtrArray) calls = g_ptr_array_ref(g_hash_table_lookup(self->held, method));

    g_hash_table_remove(self->held, method);
    for (guint i = 0; i < calls->len; i++)
        if (!meets_fault(self, calls->pdata[i]))
            answer(self, calls->pdata[i]);
}

static int
on_message(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhPuppet *self = data;
    guint8 type = 0;

    if (sd_bus_message_get_type(message, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL)
        return 0;
    log_call(self, message);
    GPtrArray *held = g_hash_table_lookup(self->held, sd_bus_message_get_member(message));
    if (held != NULL)
        g_ptr_array_add(held, sd_bus_message_ref(message));
    else if (!meets_fault(self, message))
        answer(self, message);
    return 1;
}

/* What the test says */

void
bh_puppet_add_adapter(BhPuppet *self, const char *path, const char *address, gboolean powered)
{
    BhPuppetObject *object = g_new0(BhPuppetObject, 1);

    *object = (BhPuppetObject){
        .path = g_strdup(path),
        .address = g_strdup(address),
        .is_adapter = TRUE,
        .flag = powered,
    };
    g_ptr_array_add(self->objects, object);
}

static void
set_fault(BhPuppet *self, const char *method, const char *error, const char *text, guint count)
{
    Fault *fault = g_new0(Fault, 1);

    *fault = (Fault){g_strdup(error), g_strdup(text), count};
    g_hash_table_insert(self->faults, g_strdup(method), fault);
}

void
bh_puppet_fail(BhPuppet *self, const char *method, const char *error, guint count)
{
    set_fault(self, method, error, "as told", count);
}

void
bh_puppet_fail_with(BhPuppet *self,
                    const char *method,
                    const char *error,
                    const char *text,
                    guint count)
{
    set_fault(self, method, error, text, count);
}

void
bh_puppet_hang(BhPuppet *self, const char *method, guint count)
{
    set_fault(self, method, NULL, NULL, count);
}

void
bh_puppet_set_stuck(BhPuppet *self, gboolean stuck)
{
    self->stuck = stuck;
}

void
bh_puppet_set_adapter(BhPuppet *self, const char *path, const char *property, gboolean value)
{
    BhPuppetObject *object = bh_puppet_find(self, path);

    if (object != NULL && g_str_equal(property, "Powered"))
        object->flag = value;
    ck_assert_int_ge(sd_bus_emit_signal(self->bus,
                                        path,
                                        PROPERTIES,
                                        "PropertiesChanged",
                                        "sa{sv}as",
                                        ADAPTER,
                                        1,
                                        property,
                                        "b",
                                        (int)value,
                                        0),
                     0);
}

void
bh_puppet_remove(BhPuppet *self, const char *path, const char *interface)
{
    ck_assert_int_ge(sd_bus_emit_signal(self->bus,
                                        "/",
                                        "org.freedesktop.DBus.ObjectManager",
                                        "InterfacesRemoved",
                                        "oas",
                                        path,
                                        1,
                                        interface),
                     0);
}

void
bh_puppet_plug(BhPuppet *self, const char *path, const char *address)
{
    ck_assert_int_ge(sd_bus_emit_signal(self->bus,
                                        "/",
                                        "org.freedesktop.DBus.ObjectManager",
                                        "InterfacesAdded",
                                        "oa{sa{sv}}",
                                        path,
                                        1,
                                        ADAPTER,
                                        3,
                                        "Address",
                                        "s",
                                        address,
                                        "AddressType",
                                        "s",
                                        "public",
                                        "Powered",
                                        "b",
                                        TRUE),
                     0);
}

void
bh_puppet_set_version(BhPuppet *self, const char *path, guint version)
{
    bh_puppet_find(self, path)->modalias = g_strdup_printf("usb:v1D6Bp0246d%04X", version);
}

const char *
bh_puppet_peek_calls(BhPuppet *self)
{
    return self->calls->str;
}

void
bh_puppet_clear_calls(BhPuppet *self)
{
    g_string_truncate(self->calls, 0);
}

guint
bh_puppet_count_calls(BhPuppet *self, const char *method)
{
    g_auto(GStrv) calls = g_strsplit(self->calls->str, " ", -1);
    guint count = 0;

    for (char **call = calls; *call != NULL; call++) {
        g_auto(GStrv) parts = g_strsplit(*call, ":", 2);
        count += g_str_equal(parts[0], method);
    }
    return count;
}

/* Life */

sd_bus *
bh_puppet_peek_bus(BhPuppet *self)
{
    return self->bus;
}

const char *
bh_puppet_peek_name(BhPuppet *self)
{
    const char *name = NULL;

    ck_assert_int_ge(sd_bus_get_unique_name(self->bus, &name), 0);
    return name;
}

const char *
bh_puppet_peek_caller(BhPuppet *self)
{
    return self->caller != NULL ? self->caller : "";
}

static void
on_lost(gpointer data)
{
    ck_abort_msg("the puppet lost its bus");
}

BhPuppet *
bh_puppet_new_stranger(const char *address)
{
    BhPuppet *self = g_new0(BhPuppet, 1);

    self->objects = g_ptr_array_new_with_free_func(free_object);
    self->faults = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_fault);
    self->held =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    self->calls = g_string_new(NULL);
    ck_assert_int_ge(sd_bus_new(&self->bus), 0);
    ck_assert_int_ge(sd_bus_set_address(self->bus, address), 0);
    ck_assert_int_ge(sd_bus_set_bus_client(self->bus, TRUE), 0);
    ck_assert_int_ge(sd_bus_start(self->bus), 0);
    ck_assert_int_ge(sd_bus_add_filter(self->bus, NULL, on_message, self), 0);
    self->source = bh_sdbus_source_new(self->bus, 0, on_lost, self);
    g_source_attach(self->source, NULL);
    return self;
}

BhPuppet *
bh_puppet_new(const char *address)
{
    BhPuppet *self = bh_puppet_new_stranger(address);

    ck_assert_int_ge(sd_bus_request_name(self->bus, "org.bluez", 0), 0);
    return self;
}

void
bh_puppet_detach(BhPuppet *self)
{
    g_source_destroy(self->source);
}

void
bh_puppet_free(BhPuppet *self)
{
    bh_puppet_detach(self);
    g_source_unref(self->source);
    g_hash_table_unref(self->held);
    sd_bus_flush_close_unref(self->bus);
    g_ptr_array_unref(self->objects);
    g_hash_table_unref(self->faults);
    g_string_free(self->calls, TRUE);
    g_free(self->caller);
    g_free(self);
}
