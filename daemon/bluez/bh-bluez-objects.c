/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two nested dictionaries, a loop each.
 */
#include "bh-bluez-objects.h"

#include "bh-bluez-names.h"

static int
walk_interface(sd_bus_message *message,
               const char *path,
               const BhBluezVisitor *visitor,
               gpointer data)
{
    const char *interface;
    int result = sd_bus_message_read_basic(message, 's', &interface);

    if (result < 0)
        return result;
    if (g_str_equal(interface, BH_BLUEZ_DEVICE) && visitor->device != NULL)
        return visitor->device(data, path, message);
    if (g_str_equal(interface, BH_BLUEZ_ADAPTER) && visitor->adapter != NULL)
        return visitor->adapter(data, path, message);
    if (visitor->other != NULL && g_str_has_prefix(interface, BH_BLUEZ_NAME "."))
        return visitor->other(data, path, interface, message);
    return sd_bus_message_skip(message, "a{sv}");
}

int
bh_bluez_walk_interfaces(sd_bus_message *message,
                         const char *path,
                         const BhBluezVisitor *visitor,
                         gpointer data)
{
    int result = sd_bus_message_enter_container(message, 'a', "{sa{sv}}");

    while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "sa{sv}")) > 0)
        if ((result = walk_interface(message, path, visitor, data)) >= 0)
            result = sd_bus_message_exit_container(message);
    return result < 0 ? result : sd_bus_message_exit_container(message);
}

static int
walk_object(sd_bus_message *message, const BhBluezVisitor *visitor, gpointer data)
{
    const char *path;
    int result = sd_bus_message_read_basic(message, 'o', &path);

    return result < 0 ? result : bh_bluez_walk_interfaces(message, path, visitor, data);
}

int
bh_bluez_walk_objects(sd_bus_message *message, const BhBluezVisitor *visitor, gpointer data)
{
    int result = sd_bus_message_enter_container(message, 'a', "{oa{sa{sv}}}");

    while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "oa{sa{sv}}")) > 0)
        if ((result = walk_object(message, visitor, data)) >= 0)
            result = sd_bus_message_exit_container(message);
    return result < 0 ? result : sd_bus_message_exit_container(message);
}
