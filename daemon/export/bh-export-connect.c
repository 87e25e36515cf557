/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Connect() and ConnectMany(): one hold, or several under one deadline, each with a result of its
 * own.
 */
#include "bh-export-hub.h"

#include "bh-error.h"
#include "bh-export-device.h"
#include "bh-export-hold.h"
#include "bh-link-options.h"

/* A device wanted, its options read. */
typedef struct {
    BhHoldSpec spec;
    BhLifetimeOptions life;
    GVariant *in_force; /* a{sv}, for Hold1.Options */
} Wish;

static void
wish_clear(gpointer data)
{
    g_clear_pointer(&((Wish *)data)->in_force, g_variant_unref);
}

/* longest_ms: no device waits longer; 0 = as its options say. */
static gboolean
wish_parse(Wish *wish,
           const BhExportContext *context,
           const char *address,
           GVariant *dict,
           const BhManyOptions *many,
           GError **error)
{
    g_auto(BhLinkOptions) options = {0};
    const BhLifetimeOptions life = {BH_LIFETIME_CALLER, context->defaults->lease_ms};

    if (!bh_link_options_parse(dict, many != NULL ? &many->life : &life, &options, error))
        return FALSE;
    if (many != NULL && (!options.has_timeout || options.timeout_ms > many->timeout_ms))
        options.timeout_ms = many->timeout_ms;
    if (!bh_link_options_to_spec(&options, address, context->hub, &wish->spec, error))
        return FALSE;
    wish->life = options.life;
    wish->in_force = g_variant_ref_sink(bh_link_options_to_variant(&options));
    return TRUE;
}

static void
wish_connect(const Wish *wish,
             const BhExportContext *context,
             BhClient *client,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
    bh_remotes_connect_async(bh_hub_peek_remotes(context->hub),
                             &wish->spec,
                             client,
                             (BhLifetime)wish->life.lifetime,
                             wish->life.lease_ms,
                             callback,
                             user_data);
}

/* Connect */

typedef struct {
    BhDbusHub1 *object;
    GDBusMethodInvocation *invocation; /* owned: answering it consumes it */
    Wish wish;
} Connecting;

static void
connecting_free(Connecting *self)
{
    g_object_unref(self->object);
    wish_clear(&self->wish);
    g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Connecting, connecting_free)

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(Connecting) self = user_data;
    GError *error = NULL;
    g_autoptr(BhHold) hold = bh_remotes_connect_finish(BH_REMOTES(source), result, &error);
    g_autofree char *device = NULL;
    g_autofree char *path = NULL;

    if (hold == NULL) {
        g_dbus_method_invocation_take_error(self->invocation, error);
        return;
    }
    device = bh_export_device_dup_path(&self->wish.spec.address);
    path =
        bh_export_hold_publish(hold, self->wish.in_force, bh_export_hub_peek_context(self->object));
    bh_dbus_hub1_complete_connect(self->object, self->invocation, device, path);
}

static gboolean
handle_connect(BhDbusHub1 *object,
               GDBusMethodInvocation *invocation,
               const char *address,
               GVariant *dict)
{
    const BhExportContext *context = bh_export_hub_peek_context(object);
    Wish wish = {0};
    Connecting *connecting;
    GError *error = NULL;

    if (!wish_parse(&wish, context, address, dict, NULL, &error)) {
        g_dbus_method_invocation_take_error(invocation, error);
        return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
    connecting = g_new(Connecting, 1);
    *connecting = (Connecting){g_object_ref(object), invocation, wish};
    wish_connect(&connecting->wish,
                 context,
                 bh_gate_peek_client(context->gate, invocation),
                 on_connected,
                 connecting);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ConnectMany */

#define MAX_DEVICES 64

typedef struct {
    BhDbusHub1 *object;
    GDBusMethodInvocation *invocation; /* owned: answering it consumes it */
    GArray *wishes;                    /* Wish */
    GPtrArray *results;                /* GVariant a{sv}, in the same order; NULL until there */
    guint left;
} Many;

/* One of them. */
typedef struct {
    Many *many;
    guint index;
} Member;

static void
many_free(Many *self)
{
    g_clear_object(&self->object);
    g_array_unref(self->wishes);
    g_ptr_array_unref(self->results);
    g_free(self);
}

static void
many_answer(Many *self)
{
    GVariantBuilder results;

    g_variant_builder_init(&results, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < self->results->len; i++)
        g_variant_builder_add_value(&results, g_ptr_array_index(self->results, i));
    bh_dbus_hub1_complete_connect_many(self->object,
                                       self->invocation,
                                       g_variant_builder_end(&results));
    many_free(self);
}

static void
add_success(GVariantDict *row, BhHold *hold, const Wish *wish, const BhExportContext *context)
{
    g_autofree char *device = bh_export_device_dup_path(&wish->spec.address);
    g_autofree char *path = bh_export_hold_publish(hold, wish->in_force, context);

    g_variant_dict_insert(row, "Device", "o", device);
    g_variant_dict_insert(row, "Hold", "o", path);
}

static void
add_failure(GVariantDict *row, const GError *error)
{
    g_autofree char *name = g_dbus_error_encode_gerror(error);

    g_variant_dict_insert(row, "Error", "s", name);
    g_variant_dict_insert(row, "Message", "s", error->message);
}

static GVariant *
build_result(Many *self, const Wish *wish, BhHold *hold, const GError *error)
{
    g_auto(GVariantDict) row = G_VARIANT_DICT_INIT(NULL);
    char address[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(&wish->spec.address, address);
    g_variant_dict_insert(&row, "Address", "s", address);
    g_variant_dict_insert(&row,
                          "AddressType",
                          "s",
                          bh_address_type_to_string((BhAddressType)wish->spec.address.type));
    if (hold != NULL)
        add_success(&row, hold, wish, bh_export_hub_peek_context(self->object));
    else
        add_failure(&row, error);
    return g_variant_ref_sink(g_variant_dict_end(&row));
}

static void
on_member_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Member *member = user_data;
    Many *self = member->many;
    const Wish *wish = &g_array_index(self->wishes, Wish, member->index);
    g_autoptr(GError) error = NULL;
    g_autoptr(BhHold) hold = bh_remotes_connect_finish(BH_REMOTES(source), result, &error);

    self->results->pdata[member->index] = build_result(self, wish, hold, error);
    if (--self->left == 0)
        many_answer(self);
}

static gboolean
add_wishes(Many *self,
           const BhExportContext *context,
           GVariant *devices,
           const BhManyOptions *options,
           GError **error)
{
    if (g_variant_n_children(devices) > MAX_DEVICES) {
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_INVALID_ARGUMENTS,
                    "Devices: more than %d",
                    MAX_DEVICES);
        return FALSE;
    }
    for (gsize i = 0; i < g_variant_n_children(devices); i++) {
        g_autoptr(GVariant) dict = NULL;
        const char *address = NULL;
        Wish wish = {0};

        g_variant_get_child(devices, i, "(&s@a{sv})", &address, &dict);
        if (!wish_parse(&wish, context, address, dict, options, error))
            return FALSE;
        g_array_append_val(self->wishes, wish);
    }
    return TRUE;
}

static Many *
many_new(const BhExportContext *context, GVariant *devices, GVariant *dict, GError **error)
{
    BhManyOptions options;
    Many *self;

    if (!bh_many_options_parse(dict, context->defaults->lease_ms, &options, error))
        return NULL;
    self = g_new0(Many, 1);
    self->wishes = g_array_new(FALSE, FALSE, sizeof(Wish));
    g_array_set_clear_func(self->wishes, wish_clear);
    self->results = g_ptr_array_new_with_free_func((GDestroyNotify)g_variant_unref);
    if (add_wishes(self, context, devices, &options, error))
        return self;
    many_free(self);
    return NULL;
}

static void
many_start(Many *self, BhDbusHub1 *object, GDBusMethodInvocation *invocation)
{
    const BhExportContext *context = bh_export_hub_peek_context(object);
    BhClient *client = bh_gate_peek_client(context->gate, invocation);

    self->object = g_object_ref(object);
    self->invocation = invocation;
    self->left = self->wishes->len;
    g_ptr_array_set_size(self->results, (gint)self->left);
    for (guint i = 0; i < self->wishes->len; i++) {
        Member *member = g_new(Member, 1);

        *member = (Member){self, i};
        wish_connect(&g_array_index(self->wishes, Wish, i),
                     context,
                     client,
                     on_member_connected,
                     member);
    }
    if (self->left == 0)
        many_answer(self);
}

static gboolean
handle_connect_many(BhDbusHub1 *object,
                    GDBusMethodInvocation *invocation,
                    GVariant *devices,
                    GVariant *dict)
{
    GError *error = NULL;
    Many *many = many_new(bh_export_hub_peek_context(object), devices, dict, &error);

    if (many != NULL)
        many_start(many, object, invocation);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
bh_export_connect_implement(BhDbusHub1Iface *iface)
{
    iface->handle_connect = handle_connect;
    iface->handle_connect_many = handle_connect_many;
}
