/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * RegisterApplication() and Advertise(): parse, ask the hub, publish what it made.
 */
#include "bh-error.h"
#include "bh-export-advertisement.h"
#include "bh-export-application.h"
#include "bh-export-hub.h"

/* A call under way. */
typedef struct {
    BhDbusHub1 *object;
    GDBusMethodInvocation *invocation; /* owned: answering it consumes it */
    GVariant *options;                 /* in force */
    gboolean signals;
} Call;

static Call *
call_new(BhDbusHub1 *object, GDBusMethodInvocation *invocation, GVariant *options)
{
    Call *self = g_new0(Call, 1);

    self->object = g_object_ref(object);
    self->invocation = invocation;
    self->options = g_variant_ref_sink(options);
    return self;
}

static void
call_free(Call *self)
{
    g_object_unref(self->object);
    g_variant_unref(self->options);
    g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Call, call_free)

/* Its client may have left while the answer was on its way. */
static gboolean
is_wanted(gpointer owned, GError **error)
{
    if (owned == NULL)
        return FALSE;
    if (bh_owned_is_released(owned))
        g_set_error_literal(error, BH_ERROR, BH_ERROR_CANCELLED, "its owner left");
    return !bh_owned_is_released(owned);
}

/* RegisterApplication */

static void
on_registered(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(Call) self = user_data;
    GError *error = NULL;
    g_autoptr(BhApplication) application =
        bh_local_register_finish(BH_LOCAL(source), result, &error);
    g_autofree char *path = NULL;

    if (!is_wanted(application, &error)) {
        g_dbus_method_invocation_take_error(self->invocation, error);
        return;
    }
    path = bh_export_application_publish(application,
                                         self->options,
                                         self->signals,
                                         bh_export_hub_peek_context(self->object));
    bh_dbus_hub1_complete_register_application(self->object, self->invocation, path);
}

static void
register_application(BhDbusHub1 *object,
                     GDBusMethodInvocation *invocation,
                     const BhApplicationOptions *options,
                     BhApplicationDefinition *definition)
{
    const BhExportContext *context = bh_export_hub_peek_context(object);
    const BhApplicationSpec spec = {
        .definition = definition,
        .adapter = options->adapter,
        .queue = (guint)options->queue,
        .on_restart = (BhOnRestart)options->on_restart,
        .read_ms = options->read_ms,
    };
    Call *call = call_new(object, invocation, bh_application_options_to_variant(options));

    call->signals = options->signals;
    bh_local_register_async(bh_hub_peek_local(context->hub),
                            &spec,
                            bh_gate_peek_client(context->gate, invocation),
                            (BhLifetime)options->life.lifetime,
                            options->life.lease_ms,
                            on_registered,
                            call);
}

static gboolean
handle_register_application(BhDbusHub1 *object,
                            GDBusMethodInvocation *invocation,
                            GVariant *services,
                            GVariant *dict)
{
    const BhExportContext *context = bh_export_hub_peek_context(object);
    g_auto(BhApplicationOptions) options = {0};
    g_autoptr(BhApplicationDefinition) definition = NULL;
    GError *error = NULL;

    if (bh_application_options_parse(dict, context->defaults->lease_ms, &options, &error))
        definition = bh_application_options_make_definition(&options, services, &error);
    if (definition != NULL)
        register_application(object, invocation, &options, definition);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Advertise */

static void
on_advertised(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(Call) self = user_data;
    GError *error = NULL;
    g_autoptr(BhAdvertisement) advertisement =
        bh_local_advertise_finish(BH_LOCAL(source), result, &error);
    g_autofree char *path = NULL;

    if (!is_wanted(advertisement, &error)) {
        g_dbus_method_invocation_take_error(self->invocation, error);
        return;
    }
    path = bh_export_advertisement_publish(advertisement,
                                           self->options,
                                           bh_export_hub_peek_context(self->object));
    bh_dbus_hub1_complete_advertise(self->object, self->invocation, path);
}

static gboolean
advertise(BhDbusHub1 *object, GDBusMethodInvocation *invocation, GVariant *dict, GError **error)
{
    const BhExportContext *context = bh_export_hub_peek_context(object);
    g_auto(BhAdvertiseOptions) options = {0};
    g_auto(BhAdvertSpec) spec = {0};
    g_autoptr(GVariant) rest = NULL;

    if (!bh_advertise_options_parse(dict, context->defaults->lease_ms, &options, &rest, error) ||
        !bh_advert_spec_parse(rest, &spec, error))
        return FALSE;
    bh_local_advertise_async(
        bh_hub_peek_local(context->hub),
        &spec,
        options.adapter,
        bh_gate_peek_client(context->gate, invocation),
        (BhLifetime)options.life.lifetime,
        options.life.lease_ms,
        on_advertised,
        call_new(object, invocation, bh_advertise_options_to_variant(&options, rest)));
    return TRUE;
}

static gboolean
handle_advertise(BhDbusHub1 *object, GDBusMethodInvocation *invocation, GVariant *options)
{
    GError *error = NULL;

    if (!advertise(object, invocation, options, &error))
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
bh_export_serve_implement(BhDbusHub1Iface *iface)
{
    iface->handle_register_application = handle_register_application;
    iface->handle_advertise = handle_advertise;
}
