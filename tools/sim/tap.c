/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A message filter, a log of bounded length, and one fault per method. */
#include "tap.h"

#define CALLS_MAX 10000

typedef struct {
    char *error_name; /* NULL = no answer */
    char *message;
    guint count;
} Fault;

struct _BhTap {
    BhTapCalled called;
    gpointer user_data;
    GMutex lock;                 /* of all below */
    GDBusConnection *connection; /* the one that may pass; borrowed: outlives the attachment */
    guint64 n_calls;
    GQueue calls;       /* GVariant */
    GHashTable *faults; /* method -> Fault */
};

static void
fault_free(gpointer data)
{
    Fault *fault = data;

    g_free(fault->error_name);
    g_free(fault->message);
    g_free(fault);
}

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static GVariantBuilder *
new_arguments(GDBusMessage *message)
{
    GVariantBuilder *arguments = g_variant_builder_new(G_VARIANT_TYPE("av"));
    GVariant *body = g_dbus_message_get_body(message);

    for (gsize i = 0; body != NULL && i < g_variant_n_children(body); i++) {
        g_autoptr(GVariant) argument = g_variant_get_child_value(body, i);

        g_variant_builder_add(arguments, "v", argument);
    }
    return arguments;
}

/* Called with the lock held. */
static GVariant *
log_call(BhTap *tap, GDBusMessage *message)
{
    g_autoptr(GVariantBuilder) arguments = new_arguments(message);
    GVariant *call = g_variant_new("(tssssav)",
                                   ++tap->n_calls,
                                   or_empty(g_dbus_message_get_sender(message)),
                                   or_empty(g_dbus_message_get_path(message)),
                                   or_empty(g_dbus_message_get_interface(message)),
                                   or_empty(g_dbus_message_get_member(message)),
                                   arguments);

    g_queue_push_tail(&tap->calls, g_variant_ref_sink(call));
    if (tap->calls.length > CALLS_MAX)
        g_variant_unref(g_queue_pop_head(&tap->calls));
    return g_variant_ref(call);
}

/* Called with the lock held: what to answer, if anything. */
static gboolean
take_fault(BhTap *tap, GDBusMessage *message, GDBusMessage **answer)
{
    const char *method = or_empty(g_dbus_message_get_member(message));
    Fault *fault = g_hash_table_lookup(tap->faults, method);

    if (fault == NULL)
        return FALSE;
    if (fault->error_name != NULL)
        *answer =
            g_dbus_message_new_method_error_literal(message, fault->error_name, fault->message);
    if (--fault->count == 0)
        g_hash_table_remove(tap->faults, method);
    return TRUE;
}

/* TRUE if the call goes on to whoever implements it. */
static gboolean
pass_call(BhTap *tap, GDBusConnection *connection, GDBusMessage *message)
{
    g_autoptr(GVariant) call = NULL;
    g_autoptr(GDBusMessage) answer = NULL;
    gboolean spoilt = FALSE;

    g_mutex_lock(&tap->lock);
    if (connection == tap->connection) {
        call = log_call(tap, message);
        spoilt = take_fault(tap, message, &answer);
    }
    g_mutex_unlock(&tap->lock);

    if (call == NULL)
        return FALSE;
    tap->called(call, tap->user_data);
    if (answer != NULL)
        g_dbus_connection_send_message(connection,
                                       answer,
                                       G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                       NULL,
                                       NULL);
    return !spoilt;
}

static GDBusMessage *
on_message(GDBusConnection *connection,
           GDBusMessage *message,
           gboolean incoming,
           gpointer user_data)
{
    if (!incoming || g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL ||
        pass_call(user_data, connection, message))
        return message;
    g_object_unref(message);
    return NULL;
}

BhTap *
bh_tap_new(BhTapCalled called, gpointer user_data)
{
    BhTap *tap = g_new0(BhTap, 1);

    tap->called = called;
    tap->user_data = user_data;
    g_mutex_init(&tap->lock);
    tap->faults = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, fault_free);
    return tap;
}

void
bh_tap_free(BhTap *tap)
{
    bh_tap_clear_calls(tap);
    g_hash_table_unref(tap->faults);
    g_mutex_clear(&tap->lock);
    g_free(tap);
}

void
bh_tap_attach(BhTap *tap, GDBusConnection *connection)
{
    g_mutex_lock(&tap->lock);
    tap->connection = connection;
    g_mutex_unlock(&tap->lock);
    g_dbus_connection_add_filter(connection, on_message, tap, NULL);
}

void
bh_tap_detach(BhTap *tap)
{
    g_mutex_lock(&tap->lock);
    tap->connection = NULL;
    g_mutex_unlock(&tap->lock);
}

static void
set_fault(BhTap *tap, const char *method, Fault *fault)
{
    g_mutex_lock(&tap->lock);
    if (fault->count > 0) {
        g_hash_table_replace(tap->faults, g_strdup(method), fault);
    } else {
        g_hash_table_remove(tap->faults, method);
        fault_free(fault);
    }
    g_mutex_unlock(&tap->lock);
}

void
bh_tap_fail(BhTap *tap,
            const char *method,
            const char *error_name,
            const char *message,
            guint count)
{
    Fault *fault = g_new0(Fault, 1);

    fault->error_name = g_strdup(error_name);
    fault->message = g_strdup(message);
    fault->count = count;
    set_fault(tap, method, fault);
}

void
bh_tap_hang(BhTap *tap, const char *method, guint count)
{
    Fault *fault = g_new0(Fault, 1);

    fault->count = count;
    set_fault(tap, method, fault);
}

GVariant *
bh_tap_dup_calls(BhTap *tap)
{
    GVariantBuilder calls = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a(tssssav)"));

    g_mutex_lock(&tap->lock);
    for (GList *link = tap->calls.head; link != NULL; link = link->next)
        g_variant_builder_add_value(&calls, link->data);
    g_mutex_unlock(&tap->lock);
    return g_variant_ref_sink(g_variant_builder_end(&calls));
}

void
bh_tap_clear_calls(BhTap *tap)
{
    g_mutex_lock(&tap->lock);
    g_queue_clear_full(&tap->calls, (GDestroyNotify)g_variant_unref);
    g_mutex_unlock(&tap->lock);
}
