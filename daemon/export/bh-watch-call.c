/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Watch(): parse, ask the hub, publish what it made.
 */
#include "bh-export-hub.h"
#include "bh-export-watch.h"

static char *
start_watch(const BhExportContext *context, BhClient *client, GVariant *dict, GError **error)
{
    g_auto(BhWatchOptions) options = {0};
    g_auto(BhPresenceSelection) selection = {0};
    g_autoptr(BhWatch) watch = NULL;
    BhWatchSpec spec;

    if (!bh_watch_options_parse(dict, context->defaults, &options, error) ||
        !bh_watch_options_to_spec(&options,
                                  context->hub,
                                  &context->defaults->watch,
                                  &spec,
                                  &selection,
                                  error))
        return NULL;
    watch = bh_hub_add_watch(context->hub,
                             &spec,
                             &selection,
                             client,
                             (BhLifetime)options.life.lifetime,
                             options.life.lease_ms,
                             error);
    return watch != NULL ? bh_export_watch_publish(watch, &options, context) : NULL;
}

static gboolean
handle_watch(BhDbusHub1 *object, GDBusMethodInvocation *invocation, GVariant *options)
{
    const BhExportContext *context = bh_export_hub_peek_context(object);
    BhClient *client = bh_gate_peek_client(context->gate, invocation);
    GError *error = NULL;
    g_autofree char *path = start_watch(context, client, options, &error);

    if (path != NULL)
        bh_dbus_hub1_complete_watch(object, invocation, path);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
bh_export_watch_implement(BhDbusHub1Iface *iface)
{
    iface->handle_watch = handle_watch;
}
