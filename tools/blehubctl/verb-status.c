/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * status: the hub's properties and the adapters, as they are. Properties are asked for directly
 * instead of through a proxy, so that an absent blehubd is an error and not a hub full of defaults.
 */
#include "status-text.h"
#include "verbs.h"

static GVariant *
get_hub(GDBusConnection *bus, GError **error)
{
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(bus,
                                                            BH_CTL_BUS_NAME,
                                                            BH_CTL_ROOT_PATH,
                                                            "org.freedesktop.DBus.Properties",
                                                            "GetAll",
                                                            g_variant_new("(s)", "org.blehub.Hub1"),
                                                            G_VARIANT_TYPE("(a{sv})"),
                                                            G_DBUS_CALL_FLAGS_NONE,
                                                            BH_CTL_TIMEOUT_MS,
                                                            NULL,
                                                            error);

    return reply ? g_variant_get_child_value(reply, 0) : NULL;
}

static GVariant *
get_objects(GDBusConnection *bus, GError **error)
{
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(bus,
                                                            BH_CTL_BUS_NAME,
                                                            BH_CTL_ROOT_PATH,
                                                            "org.freedesktop.DBus.ObjectManager",
                                                            "GetManagedObjects",
                                                            NULL,
                                                            G_VARIANT_TYPE("(a{oa{sa{sv}}})"),
                                                            G_DBUS_CALL_FLAGS_NONE,
                                                            BH_CTL_TIMEOUT_MS,
                                                            NULL,
                                                            error);

    return reply ? g_variant_get_child_value(reply, 0) : NULL;
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GDBusConnection) bus = NULL;
    g_autoptr(GVariant) hub = NULL, objects = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    BhExit code = BH_EXIT_OK;

    if (!bh_ctl_parse(ctl, verb, context, args, &code))
        return code;
    if (!(bus = bh_ctl_connect(ctl, &error)) || !(hub = get_hub(bus, &error)) ||
        !(objects = get_objects(bus, &error)))
        return bh_ctl_fail(error);
    text =
        ctl->json ? bh_status_json(hub, objects) : bh_status_text(hub, objects, g_get_real_time());
    bh_ctl_print(text);
    return BH_EXIT_OK;
}

const BhVerb bh_verb_status = {
    .name = "status",
    .summary = "Show the state of blehubd, its adapters, limits and counters",
    .description = "The exit code is 0 also when the radio is not ready: the state was shown.\n",
    .run = run,
};
