/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Writes of centrals, as a reply to who waits for one and as a signal: a device, an attribute, a
 * value, and what else is known of it.
 */
#include "bh-export-application.h"
#include "bh-gatt-options.h"
#include "bh-hex.h"
#include "bh-local-rows.h"

/* What the arguments are made of. */
typedef struct {
    char device[BH_ADDRESS_TEXT_SIZE];
    BhAttributeText attribute;
    GVariantDict details;
} Telling;

static void
telling_clear(Telling *self)
{
    g_variant_dict_clear(&self->details);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Telling, telling_clear)

static void
telling_init(Telling *self, BhDbusApplication1 *object, const BhWritten *written)
{
    BhApplication *application = bh_export_application_peek_application(object);
    GVariantDict *details = &self->details;

    bh_central_format(&written->central, self->device);
    bh_attribute_text_init(&self->attribute,
                           bh_application_peek_spec(application)->definition,
                           written->attribute);
    g_variant_dict_init(details, NULL);
    bh_central_add_details(&written->central,
                           bh_export_application_peek_context(object)->hub,
                           details);
    bh_attribute_text_add_details(&self->attribute, details);
    g_variant_dict_insert(details, "Timestamp", "x", written->realtime_us);
    g_variant_dict_insert(details, "TimestampMonotonic", "x", written->monotonic_us);
    if (written->dropped > 0)
        g_variant_dict_insert(details, "Dropped", "t", written->dropped);
}

/* WaitWritten */

/* With hex the value is text among the details, and the array is empty. */
static GVariant *
take_value(const BhWritten *written, gboolean hex, GVariantDict *details)
{
    gsize size;
    const guint8 *bytes = g_bytes_get_data(written->value, &size);
    g_autofree char *text = hex ? bh_hex_from_bytes(bytes, size) : NULL;
    g_autoptr(GBytes) value = hex ? g_bytes_new_static("", 0) : g_bytes_ref(written->value);

    if (hex)
        g_variant_dict_insert(details, "Value", "s", text);
    return g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, value, TRUE);
}

static void
answer(BhCall *call, const BhWritten *written)
{
    g_auto(Telling) telling = {0};
    GVariant *value;

    telling_init(&telling, call->object, written);
    value = take_value(written, call->hex, &telling.details);
    bh_dbus_application1_complete_wait_written(call->object,
                                               call->invocation,
                                               telling.device,
                                               telling.attribute.service,
                                               telling.attribute.characteristic,
                                               value,
                                               g_variant_dict_end(&telling.details));
}

static void
on_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    GError *error = NULL;
    g_autoptr(BhWritten) written =
        bh_application_wait_written_finish(BH_APPLICATION(source), result, &error);

    if (written != NULL)
        answer(call, written);
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static gboolean
handle_wait_written(BhDbusApplication1 *object, GDBusMethodInvocation *invocation, GVariant *dict)
{
    BhValueOptions options;
    GError *error = NULL;

    if (bh_value_options_parse(dict, &options, &error))
        bh_application_wait_written_async(bh_export_application_peek_application(object),
                                          bh_export_application_peek_client(object, invocation),
                                          options.timeout_ms,
                                          on_written,
                                          bh_call_new_hex(object, invocation, options.hex));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* The signal */

GVariant *
bh_application_build_written_signal(gconstpointer value, guint32 merged, gpointer user_data)
{
    const BhWritten *written = value;
    g_auto(Telling) telling = {0};

    telling_init(&telling, BH_DBUS_APPLICATION1(user_data), written);
    g_variant_dict_insert(&telling.details, "Merged", "u", merged);
    return g_variant_new("(sss@ay@a{sv})",
                         telling.device,
                         telling.attribute.service,
                         telling.attribute.characteristic,
                         g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, written->value, TRUE),
                         g_variant_dict_end(&telling.details));
}

void
bh_application_written_implement(BhDbusApplication1Iface *iface)
{
    iface->handle_wait_written = handle_wait_written;
}
