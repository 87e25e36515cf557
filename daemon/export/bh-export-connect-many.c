/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * ConnectMany(): several holds under one deadline, each with a result of its own. Devices whose
 * address type nobody said or knows are listened for first, all together.
 */
#include "bh-export-hub.h"

#include "bh-address-type.h"
#include "bh-error.h"
#include "bh-export-device.h"
#include "bh-export-hold.h"
#include "bh-wish.h"

#define MAX_DEVICES 64

typedef struct {
    BhDbusHub1 *object;
    GDBusMethodInvocation *invocation; /* owned: answering it consumes it */
    BhClient *client;
    GArray *wishes;     /* BhWish */
    GPtrArray *results; /* GVariant a{sv}, in the same order; NULL until there */
    guint left;
    gint64 timeout_ms; /* of all together */
    gint64 begin_us;
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
    g_clear_object(&self->client);
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

/* Results */

static void
add_success(GVariantDict *row, BhHold *hold, const BhWish *wish, const BhExportContext *context)
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
build_result(Many *self, const BhWish *wish, BhHold *hold, const GError *error)
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
    const BhWish *wish = &g_array_index(self->wishes, BhWish, member->index);
    g_autoptr(GError) error = NULL;
    g_autoptr(BhHold) hold = bh_remotes_connect_finish(BH_REMOTES(source), result, &error);

    self->results->pdata[member->index] = build_result(self, wish, hold, error);
    if (--self->left == 0)
        many_answer(self);
}

/* Reading */

/* The key comes first, as everywhere. */
static void
say_which(GError **error, gsize number, const char *address)
{
    g_autofree char *message = g_strdup((*error)->message);

    g_free((*error)->message);
    (*error)->message =
        g_strdup_printf("%s (device %" G_GSIZE_FORMAT ", %s)", message, number, address);
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
        BhWish wish = {0};

        g_variant_get_child(devices, i, "(&s@a{sv})", &address, &dict);
        if (!bh_wish_parse(&wish, context, address, dict, options, error)) {
            say_which(error, i + 1, address);
            return FALSE;
        }
        g_array_append_val(self->wishes, wish);
    }
    return TRUE;
}

static Many *
many_new(const BhExportContext *context, GVariant *devices, GVariant *dict, GError **error)
{
    BhManyOptions options;
    Many *self;

    if (!bh_many_options_parse(dict, context->defaults, &options, error))
        return NULL;
    self = g_new0(Many, 1);
    self->wishes = g_array_new(FALSE, FALSE, sizeof(BhWish));
    self->timeout_ms = options.timeout_ms;
    g_array_set_clear_func(self->wishes, (GDestroyNotify)bh_wish_clear);
    self->results = g_ptr_array_new_with_free_func((GDestroyNotify)g_variant_unref);
    if (add_wishes(self, context, devices, &options, error))
        return self;
    many_free(self);
    return NULL;
}

/* Beginning */

static gint64
now_us(const Many *self)
{
    return bh_clock_now_us(bh_hub_peek_clock(bh_export_hub_peek_context(self->object)->hub));
}

static void
connect_all(Many *self)
{
    self->left = self->wishes->len;
    g_ptr_array_set_size(self->results, (gint)self->left);
    for (guint i = 0; i < self->wishes->len; i++) {
        Member *member = g_new(Member, 1);

        *member = (Member){self, i};
        bh_wish_connect_async(&g_array_index(self->wishes, BhWish, i),
                              bh_export_hub_peek_context(self->object),
                              self->client,
                              on_member_connected,
                              member);
    }
    if (self->left == 0)
        many_answer(self);
}

static void
on_types_found(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Many *self = user_data;
    const GArray *found = bh_address_type_find_finish(result);
    gint64 spent_ms = (now_us(self) - self->begin_us) / 1000;
    guint next = 0;

    for (guint i = 0; i < self->wishes->len; i++) {
        BhWish *wish = &g_array_index(self->wishes, BhWish, i);

        if (!wish->has_type)
            wish->spec.address = g_array_index(found, BhAddress, next++);
        bh_wish_spend(wish, spent_ms);
    }
    connect_all(self);
}

static GArray *
list_untyped(const Many *self)
{
    GArray *addresses = g_array_new(FALSE, FALSE, sizeof(BhAddress));

    for (guint i = 0; i < self->wishes->len; i++) {
        const BhWish *wish = &g_array_index(self->wishes, BhWish, i);

        if (!wish->has_type)
            g_array_append_val(addresses, wish->spec.address);
    }
    return addresses;
}

static void
many_start(Many *self, BhDbusHub1 *object, GDBusMethodInvocation *invocation)
{
    const BhExportContext *context = bh_export_hub_peek_context(object);
    g_autoptr(GArray) untyped = list_untyped(self);

    self->object = g_object_ref(object);
    self->invocation = invocation;
    self->client = g_object_ref(bh_gate_peek_client(context->gate, invocation));
    self->begin_us = now_us(self);
    if (untyped->len == 0) {
        connect_all(self);
        return;
    }
    bh_address_type_find_async(context->hub,
                               g_steal_pointer(&untyped),
                               NULL,
                               self->timeout_ms,
                               self->client,
                               on_types_found,
                               self);
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
bh_export_connect_many_implement(BhDbusHub1Iface *iface)
{
    iface->handle_connect_many = handle_connect_many;
}
