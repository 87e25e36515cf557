/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Options, the rules of who may begin what, and the answers. */
#include "gatt-attribute.h"

#include "bh-bluez.h"
#include "discovery.h"

#define CLIENT_CONFIGURATION "00002902-0000-1000-8000-00805f9b34fb"
#define MTU_WITHOUT_LINK 23

typedef struct {
    guint16 offset;
    char *type; /* NULL = by the flags */
} Options;

static void
options_clear(Options *options)
{
    g_free(options->type);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean
is_characteristic(const BhGattAttribute *self)
{
    return self->attribute->config->kind == BH_ATTRIBUTE_CHARACTERISTIC;
}

static BhProps *
props_of(BhGattAttribute *self)
{
    return bh_sim_interface_get_props(self->interface);
}

/* Keys in any case; unknown ones are overlooked. FALSE if one has the wrong type. */
static gboolean
parse_options(GVariant *all, Options *options)
{
    GVariantIter iter;
    const char *key = NULL;
    GVariant *value = NULL;
    gboolean ok = TRUE;

    g_variant_iter_init(&iter, all);
    while (g_variant_iter_loop(&iter, "{&sv}", &key, &value)) {
        if (g_ascii_strcasecmp(key, "offset") == 0) {
            ok = ok && g_variant_is_of_type(value, G_VARIANT_TYPE_UINT16);
            options->offset = ok ? g_variant_get_uint16(value) : 0;
        } else if (g_ascii_strcasecmp(key, "type") == 0) {
            ok = ok && g_variant_is_of_type(value, G_VARIANT_TYPE_STRING);
            g_clear_pointer(&options->type, g_free);
            options->type = ok ? g_variant_dup_string(value, NULL) : NULL;
        }
    }
    return ok;
}

static void
refuse_arguments(GDBusMethodInvocation *invocation)
{
    bh_bluez_refuse(invocation, "InvalidArguments", "Invalid arguments in method call");
}

static void
refuse_busy(GDBusMethodInvocation *invocation)
{
    bh_bluez_refuse(invocation, "InProgress", "In Progress");
}

/* FALSE, and the call is refused, without a link. */
static gboolean
check_link(BhGattAttribute *self, GDBusMethodInvocation *invocation)
{
    if (self->shared->att != NULL)
        return TRUE;
    bh_bluez_refuse(invocation, "Failed", "Not connected");
    return FALSE;
}

void
bh_gatt_attribute_signal_value(BhGattAttribute *self, const guint8 *bytes, gsize size)
{
    GVariant *value = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, size, 1);

    if (is_characteristic(self))
        bh_props_set_now(props_of(self), "Value", value);
    else
        bh_props_set(props_of(self), "Value", value);
}

/* A read from an offset changes the value that is known from there on. */
static void
keep_value(BhGattAttribute *self, const GByteArray *read)
{
    g_autoptr(GVariant) known = bh_props_dup(props_of(self), "Value", NULL);
    g_autoptr(GByteArray) all = g_byte_array_new();
    const guint8 zero = 0;
    gsize size = 0;
    const guint8 *bytes =
        known != NULL ? g_variant_get_fixed_array(known, &size, sizeof *bytes) : NULL;

    if (size > 0)
        g_byte_array_append(all, bytes, (guint)MIN(size, self->read_offset));
    while (all->len < self->read_offset)
        g_byte_array_append(all, &zero, 1);
    g_byte_array_append(all, read->data, read->len);
    bh_gatt_attribute_signal_value(self, all->data, all->len);
}

static void
on_read(guint8 status, const GByteArray *value, gpointer user_data)
{
    BhGattAttribute *self = user_data;
    g_autoptr(GPtrArray) readers = g_steal_pointer(&self->readers);

    self->readers = g_ptr_array_new_with_free_func(g_object_unref);
    if (status == BH_ATT_SUCCESS)
        keep_value(self, value);
    bh_props_flush(props_of(self));
    while (readers->len > 0) {
        GDBusMethodInvocation *invocation = g_ptr_array_steal_index(readers, 0);
        GVariant *bytes =
            g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, value->data, value->len, 1);
        g_autoptr(GVariant) result = g_variant_ref_sink(g_variant_new("(@ay)", bytes));

        if (status == BH_ATT_SUCCESS)
            g_dbus_method_invocation_return_value(invocation, result);
        else
            bh_gatt_refuse(invocation, status);
    }
}

static void
read_value(BhGattAttribute *self, GVariant *arguments, GDBusMethodInvocation *invocation)
{
    g_auto(Options) options = {0};
    g_autoptr(GVariant) all = g_variant_get_child_value(arguments, 0);

    if (!check_link(self, invocation))
        return;
    if (!parse_options(all, &options)) {
        refuse_arguments(invocation);
    } else if (self->readers->len > 0 && self->read_offset != options.offset) {
        refuse_busy(invocation);
    } else {
        self->read_offset = options.offset;
        g_ptr_array_add(self->readers, invocation);
        if (self->readers->len == 1)
            bh_att_read(self->shared->att, self->attribute, options.offset, on_read, self);
    }
}

static void
on_written(guint8 status, const GByteArray *value, gpointer user_data)
{
    BhGattAttribute *self = user_data;
    GDBusMethodInvocation *invocation = g_steal_pointer(&self->writer);

    bh_props_flush(props_of(self));
    if (status == BH_ATT_SUCCESS)
        g_dbus_method_invocation_return_value(invocation, NULL);
    else
        bh_gatt_refuse(invocation, status);
}

static gboolean
is_type(const Options *options, const char *type)
{
    return options->type != NULL && g_ascii_strcasecmp(options->type, type) == 0;
}

/* Without a type the flags decide: reliable write, write, write without response. */
static gboolean
wants_answer(const BhGattAttribute *self, const Options *options)
{
    BhGattFlags flags = self->attribute->config->flags;

    if (!is_characteristic(self) || is_type(options, "request") || is_type(options, "reliable"))
        return TRUE;
    return options->type == NULL && (flags & (BH_GATT_WRITE | BH_GATT_RELIABLE_WRITE));
}

static gboolean
can_send(const BhGattAttribute *self, const Options *options)
{
    if (options->offset > 0)
        return FALSE;
    return is_type(options, "command") ||
           (options->type == NULL &&
            (self->attribute->config->flags & BH_GATT_WRITE_WITHOUT_RESPONSE));
}

static void
start_write(BhGattAttribute *self,
            const Options *options,
            GBytes *value,
            GDBusMethodInvocation *invocation)
{
    BhAtt *att = self->shared->att;

    if (wants_answer(self, options)) {
        self->writer = invocation;
        bh_att_write(att, self->attribute, options->offset, value, on_written, self);
    } else if (!can_send(self, options)) {
        bh_bluez_refuse(invocation, "NotSupported", "Operation is not supported");
    } else if (g_bytes_get_size(value) > bh_att_get_mtu(att) - 3u) {
        bh_bluez_refuse(invocation, "Failed", "Failed to initiate write");
    } else {
        bh_att_send(att, self->attribute, value);
        g_dbus_method_invocation_return_value(invocation, NULL);
    }
}

static gboolean
is_client_configuration(const BhGattAttribute *self)
{
    char uuid[BH_UUID_TEXT_SIZE];

    bh_uuid_format(&self->attribute->config->uuid, uuid);
    return g_str_equal(uuid, CLIENT_CONFIGURATION);
}

static void
write_value(BhGattAttribute *self, GVariant *arguments, GDBusMethodInvocation *invocation)
{
    g_auto(Options) options = {0};
    g_autoptr(GVariant) bytes = g_variant_get_child_value(arguments, 0);
    g_autoptr(GVariant) all = g_variant_get_child_value(arguments, 1);
    g_autoptr(GBytes) value = g_variant_get_data_as_bytes(bytes);

    if (!check_link(self, invocation))
        return;
    if (self->writer != NULL)
        refuse_busy(invocation);
    else if (!parse_options(all, &options))
        refuse_arguments(invocation);
    else if (self->claimed)
        bh_bluez_refuse(invocation, "NotAuthorized", "Operation Not Authorized");
    else if (is_client_configuration(self))
        bh_bluez_refuse(invocation, "NotPermitted", "Write not permitted");
    else
        start_write(self, &options, value, invocation);
}

static void
on_call(const char *method,
        GVariant *arguments,
        GDBusMethodInvocation *invocation,
        gpointer user_data)
{
    BhGattAttribute *self = user_data;

    if (g_str_equal(method, "ReadValue"))
        read_value(self, arguments, invocation);
    else if (g_str_equal(method, "WriteValue"))
        write_value(self, arguments, invocation);
    else if (self->notify != NULL && g_str_equal(method, "StartNotify"))
        bh_notify_start(self->notify, invocation);
    else if (self->notify != NULL && g_str_equal(method, "StopNotify"))
        bh_notify_stop(self->notify, invocation);
    else /* AcquireWrite and AcquireNotify are not played */
        bh_bluez_refuse(invocation, "NotSupported", "Operation is not supported");
}

static void
set_mtu(BhGattAttribute *self)
{
    guint16 mtu = self->shared->att != NULL ? bh_att_get_mtu(self->shared->att) : MTU_WITHOUT_LINK;

    bh_props_set(props_of(self), "MTU", g_variant_new_uint16(mtu));
}

static void
set_characteristic_properties(BhGattAttribute *self, const char *parent)
{
    BhGattFlags flags = self->attribute->config->flags;
    g_autofree const char **names = bh_gatt_flags_dup_names(flags);
    BhProps *props = props_of(self);

    bh_props_set(props, "Service", g_variant_new_object_path(parent));
    bh_props_set(props, "Flags", g_variant_new_strv(names, -1));
    if (flags & BH_GATT_WRITE_WITHOUT_RESPONSE)
        bh_props_set(props, "WriteAcquired", g_variant_new_boolean(FALSE));
    if (flags & BH_GATT_NOTIFY)
        bh_props_set(props, "NotifyAcquired", g_variant_new_boolean(FALSE));
    set_mtu(self);
    if (!(flags & (BH_GATT_NOTIFY | BH_GATT_INDICATE)))
        return;
    bh_props_set(props, "Notifying", g_variant_new_boolean(FALSE));
    self->notify = bh_notify_new(self->shared, self->attribute, props);
}

BhGattAttribute *
bh_gatt_attribute_new(const BhGattShared *shared,
                      BhPeer *peer,
                      BhPeerAttribute *attribute,
                      const char *parent,
                      gboolean claimed)
{
    BhGattAttribute *self = g_new0(BhGattAttribute, 1);
    gboolean characteristic = attribute->config->kind == BH_ATTRIBUTE_CHARACTERISTIC;
    const GDBusInterfaceInfo *info = characteristic ? bh_bluez_gatt_characteristic1_interface_info()
                                                    : bh_bluez_gatt_descriptor1_interface_info();
    char uuid[BH_UUID_TEXT_SIZE];

    *self = (BhGattAttribute){.shared = shared,
                              .peer = bh_peer_ref(peer),
                              .attribute = attribute,
                              .handle = attribute->handle,
                              .claimed = claimed,
                              .readers = g_ptr_array_new_with_free_func(g_object_unref)};
    self->path =
        g_strdup_printf("%s/%s%04x", parent, characteristic ? "char" : "desc", self->handle);
    self->interface = bh_sim_interface_new(info, on_call, self);
    bh_uuid_format(&attribute->config->uuid, uuid);
    bh_props_set(props_of(self), "UUID", g_variant_new_string(uuid));
    if (shared->is_5_82)
        bh_props_set(props_of(self), "Handle", g_variant_new_uint16(self->handle));
    if (characteristic)
        set_characteristic_properties(self, parent);
    else
        bh_props_set(props_of(self), "Characteristic", g_variant_new_object_path(parent));
    bh_sim_interface_export(self->interface, shared->manager, self->path);
    return self;
}

void
bh_gatt_attribute_free(BhGattAttribute *self)
{
    if (self->shared->att != NULL)
        bh_att_cancel(self->shared->att, self);
    g_clear_pointer(&self->notify, bh_notify_free);
    bh_sim_interface_detach(self->interface);
    g_dbus_object_manager_server_unexport(self->shared->manager, self->path);
    g_clear_object(&self->interface);
    g_ptr_array_unref(self->readers);
    g_clear_object(&self->writer);
    bh_peer_unref(self->peer);
    g_free(self->path);
    g_free(self);
}

void
bh_gatt_attribute_connected(BhGattAttribute *self)
{
    if (is_characteristic(self))
        set_mtu(self);
    if (self->notify != NULL)
        bh_notify_connected(self->notify);
}

void
bh_gatt_attribute_disconnected(BhGattAttribute *self)
{
    if (self->notify != NULL)
        bh_notify_disconnected(self->notify);
}
