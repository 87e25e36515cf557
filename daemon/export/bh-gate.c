/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * GDBus hands property access to the method handler when the vtable has no property functions; that
 * is what lets one function see everything, with its sender, and answer later.
 *
 * GDBus takes a call below a subtree in two steps and any other in one, so that a call of the hub
 * overtakes one of an owned object that its caller sent before. So each call that has come waits
 * for a turn of its own, which comes after the second steps that are under way, and a turn is for
 * whichever call is first then, those of one caller being in the order in which it sent them.
 */
#include "bh-gate.h"

#include "bh-access.h"
#include "bh-error.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"

struct BhGate {
    BhPeers *peers; /* borrowed: outlives us */
    GQueue arrived; /* Call, a turn for each: of one sender in the order of its serials */
    guint64 denied;
    guint64 refused;
};

typedef struct {
    BhGate *gate;         /* borrowed: outlives the call */
    BhExported *exported; /* NULL: nothing is at the path */
    BhGateFindFunc find;  /* NULL: exported is known */
    gpointer data;        /* borrowed: of find */
    GDBusMethodInvocation *invocation;
} Call;

static Call *
call_new(BhGate *gate, GDBusMethodInvocation *invocation)
{
    Call *call = g_new0(Call, 1);

    call->gate = gate;
    call->invocation = invocation; /* owned: answering it consumes it */
    return call;
}

static void
call_free(Call *call)
{
    g_clear_object(&call->exported);
    g_free(call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Call, call_free)

/* Properties */

static void
answer_get(Call *call, const char *property)
{
    g_autoptr(GVariant) all = NULL;
    g_autoptr(GVariant) value = NULL;

    bh_exported_refresh(call->exported);
    all = g_dbus_interface_skeleton_get_properties(G_DBUS_INTERFACE_SKELETON(call->exported));
    value = g_variant_lookup_value(all, property, NULL);
    if (value == NULL)
        g_dbus_method_invocation_return_error(call->invocation,
                                              G_DBUS_ERROR,
                                              G_DBUS_ERROR_UNKNOWN_PROPERTY,
                                              "No such property “%s”",
                                              property);
    else
        g_dbus_method_invocation_return_value(call->invocation, g_variant_new("(v)", value));
}

static void
answer_get_all(Call *call)
{
    g_autoptr(GVariant) all = NULL;

    bh_exported_refresh(call->exported);
    all = g_dbus_interface_skeleton_get_properties(G_DBUS_INTERFACE_SKELETON(call->exported));
    g_dbus_method_invocation_return_value(call->invocation, g_variant_new("(@a{sv})", all));
}

static void
answer_set(Call *call, const char *property, GVariant *parameters)
{
    g_autoptr(GVariant) value = NULL;
    GError *error = NULL;

    g_variant_get(parameters, "(&s&sv)", NULL, NULL, &value);
    if (bh_exported_write(call->exported, property, value, &error))
        g_dbus_method_invocation_return_value(call->invocation, NULL);
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static void
answer_property(Call *call)
{
    const char *method = g_dbus_method_invocation_get_method_name(call->invocation);
    GVariant *parameters = g_dbus_method_invocation_get_parameters(call->invocation);
    const char *property = NULL;

    if (g_str_equal(method, "GetAll")) {
        answer_get_all(call);
        return;
    }
    g_variant_get_child(parameters, 1, "&s", &property);
    if (g_str_equal(method, "Get"))
        answer_get(call, property);
    else
        answer_set(call, property, parameters);
}

/* Decision */

static gboolean
is_property_call(GDBusMethodInvocation *invocation)
{
    return g_str_equal(g_dbus_method_invocation_get_interface_name(invocation), PROPERTIES);
}

static BhAccess
look_up_property(Call *call)
{
    const char *method = g_dbus_method_invocation_get_method_name(call->invocation);
    GVariant *parameters = g_dbus_method_invocation_get_parameters(call->invocation);
    const char *property = NULL;

    if (g_str_equal(method, "GetAll")) /* reading all of an object is for whom it is visible */
        return BH_ACCESS_OWNER;
    g_variant_get_child(parameters, 1, "&s", &property);
    return bh_access_lookup(bh_exported_get_interface(call->exported),
                            g_str_equal(method, "Set") ? BH_MEMBER_WRITE : BH_MEMBER_READ,
                            property);
}

static BhAccess
look_up(Call *call)
{
    if (is_property_call(call->invocation))
        return look_up_property(call);
    return bh_access_lookup(bh_exported_get_interface(call->exported),
                            BH_MEMBER_METHOD,
                            g_dbus_method_invocation_get_method_name(call->invocation));
}

static gboolean
is_allowed(Call *call, BhClient *client)
{
    switch (look_up(call)) {
    case BH_ACCESS_ANYONE:
    case BH_ACCESS_OWNER: /* visible, so the caller is the owner or root */
        return TRUE;
    case BH_ACCESS_ROOT:
        return bh_client_get_uid(client) == 0;
    case BH_ACCESS_DENIED:
        break;
    }
    return FALSE;
}

static void
pass(Call *call)
{
    GDBusMethodInvocation *invocation = call->invocation;
    const GDBusInterfaceVTable *vtable = bh_exported_peek_vtable(call->exported);

    if (is_property_call(invocation)) {
        answer_property(call);
        return;
    }
    vtable->method_call(g_dbus_method_invocation_get_connection(invocation),
                        g_dbus_method_invocation_get_sender(invocation),
                        g_dbus_method_invocation_get_object_path(invocation),
                        g_dbus_method_invocation_get_interface_name(invocation),
                        g_dbus_method_invocation_get_method_name(invocation),
                        g_dbus_method_invocation_get_parameters(invocation),
                        invocation,
                        call->exported);
}

/* One answer for what is not there and for what is another user's, so that the two cannot be told
 * apart. */
static void
hide(Call *call)
{
    g_dbus_method_invocation_return_error(
        call->invocation,
        BH_ERROR,
        BH_ERROR_NOT_FOUND,
        "no such object: %s",
        g_dbus_method_invocation_get_object_path(call->invocation));
}

static void
on_client_known(BhClient *client, const GError *error, gpointer user_data)
{
    g_autoptr(Call) call = user_data;

    if (client == NULL) {
        call->gate->refused += g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT_EXCEEDED);
        call->gate->denied += g_error_matches(error, BH_ERROR, BH_ERROR_NOT_AUTHORIZED);
        g_dbus_method_invocation_return_gerror(call->invocation, error);
    } else if (call->exported == NULL) {
        hide(call);
    } else if (!bh_exported_is_visible(call->exported, bh_client_get_uid(client))) {
        call->gate->denied++;
        hide(call);
    } else if (!is_allowed(call, client)) {
        call->gate->denied++;
        g_dbus_method_invocation_return_error_literal(call->invocation,
                                                      BH_ERROR,
                                                      BH_ERROR_NOT_AUTHORIZED,
                                                      "not allowed for this user");
    } else
        pass(call);
}

/* Arrival */

static gboolean
is_of_same_sender(const Call *a, const Call *b)
{
    return g_str_equal(g_dbus_method_invocation_get_sender(a->invocation),
                       g_dbus_method_invocation_get_sender(b->invocation));
}

/* Serials wrap. */
static gboolean
is_before(const Call *a, const Call *b)
{
    guint32 serial = g_dbus_message_get_serial(g_dbus_method_invocation_get_message(a->invocation));
    guint32 other = g_dbus_message_get_serial(g_dbus_method_invocation_get_message(b->invocation));

    return (gint32)(serial - other) < 0;
}

/* The first that the sender sent after this one; NULL = none. */
static GList *
find_later(BhGate *self, const Call *call)
{
    GList *later = NULL;

    for (GList *it = self->arrived.tail; it != NULL; it = it->prev) {
        if (!is_of_same_sender(it->data, call))
            continue;
        if (!is_before(call, it->data))
            break;
        later = it;
    }
    return later;
}

static void
take(Call *call)
{
    GDBusMethodInvocation *invocation = call->invocation;

    if (call->find != NULL)
        g_set_object(&call->exported,
                     call->find(call->data, g_dbus_method_invocation_get_object_path(invocation)));
    bh_peers_with_client(call->gate->peers,
                         g_dbus_method_invocation_get_sender(invocation),
                         on_client_known,
                         call);
}

static gboolean
on_turn(gpointer user_data)
{
    BhGate *self = user_data;

    take(g_queue_pop_head(&self->arrived));
    return G_SOURCE_REMOVE;
}

/* call is taken. */
static void
arrive(BhGate *self, Call *call)
{
    g_queue_insert_before(&self->arrived, find_later(self, call), call);
    g_idle_add_full(G_PRIORITY_DEFAULT, on_turn, self, NULL);
}

void
bh_gate_call(BhGate *self,
             BhGateFindFunc find,
             gpointer user_data,
             GDBusMethodInvocation *invocation)
{
    Call *call = call_new(self, invocation);

    call->find = find;
    call->data = user_data;
    arrive(self, call);
}

static void
on_method_call(GDBusConnection *connection,
               const char *sender,
               const char *path,
               const char *interface,
               const char *method,
               GVariant *parameters,
               GDBusMethodInvocation *invocation,
               gpointer user_data)
{
    BhExported *exported = BH_EXPORTED(user_data);
    BhGate *self;
    Call *call;

    g_return_if_fail(bh_exported_is_public(exported)); /* owned ones are in the tree */
    self = bh_exported_peek_gate(exported);
    call = call_new(self, invocation);
    g_set_object(&call->exported, exported);
    arrive(self, call);
}

GDBusInterfaceVTable *
bh_gate_get_vtable(GDBusInterfaceSkeleton *skeleton)
{
    static GDBusInterfaceVTable vtable = {on_method_call, NULL, NULL, {NULL}};

    return &vtable;
}

BhClient *
bh_gate_peek_client(BhGate *self, GDBusMethodInvocation *invocation)
{
    return bh_peers_peek_client(self->peers, g_dbus_method_invocation_get_sender(invocation));
}

guint64
bh_gate_get_denied(BhGate *self)
{
    return self->denied;
}

guint64
bh_gate_get_refused(BhGate *self)
{
    return self->refused;
}

BhGate *
bh_gate_new(BhPeers *peers)
{
    BhGate *self = g_new0(BhGate, 1);

    self->peers = peers;
    return self;
}

static void
turn_away(gpointer data)
{
    g_autoptr(Call) call = data;

    g_dbus_method_invocation_return_error_literal(call->invocation,
                                                  BH_ERROR,
                                                  BH_ERROR_CANCELLED,
                                                  "blehubd stops");
}

void
bh_gate_free(BhGate *self)
{
    while (g_idle_remove_by_data(self))
        continue;
    g_queue_clear_full(&self->arrived, turn_away);
    g_free(self);
}
