/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Connect, ConnectDevice and Disconnect, each with its way to fail. */
#include "link-calls.h"

#include "discovery.h"

void
bh_link_calls_init(BhLinkCalls *calls, BhProps *props, const char *path)
{
    calls->props = props;
    calls->path = path;
    calls->disconnects = g_ptr_array_new_with_free_func(g_object_unref);
}

void
bh_link_calls_clear(BhLinkCalls *calls)
{
    g_clear_object(&calls->connect);
    g_ptr_array_unref(calls->disconnects);
}

void
bh_link_calls_answer_connect(BhLinkCalls *calls, const char *error)
{
    GDBusMethodInvocation *invocation = g_steal_pointer(&calls->connect);
    gboolean by_address = calls->by_address;

    calls->by_address = FALSE;
    if (invocation == NULL)
        return;
    bh_props_flush(calls->props);
    if (error != NULL && by_address)
        g_dbus_method_invocation_return_dbus_error(invocation, "org.bluez.Failed", "");
    else if (error != NULL)
        bh_bluez_refuse(invocation, "Failed", error);
    else if (by_address)
        g_dbus_method_invocation_return_value(invocation, g_variant_new("(o)", calls->path));
    else
        g_dbus_method_invocation_return_value(invocation, NULL);
}

void
bh_link_calls_answer_disconnects(BhLinkCalls *calls)
{
    if (calls->disconnects->len > 0)
        bh_props_flush(calls->props);
    while (calls->disconnects->len > 0)
        g_dbus_method_invocation_return_value(g_ptr_array_steal_index(calls->disconnects, 0), NULL);
}
