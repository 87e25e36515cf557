/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "bh-property-changes.h"

static void
tell_difference(BhObjectManager *manager,
                BhExported *exported,
                GVariant *before,
                GVariant *now,
                const char *property)
{
    g_autoptr(GVariant) old = g_variant_lookup_value(before, property, NULL);
    g_autoptr(GVariant) new = g_variant_lookup_value(now, property, NULL);

    if (!g_variant_equal(old, new))
        bh_object_manager_tell_changed(manager, exported, property, new);
}

void
bh_property_changes_tell(BhObjectManager *manager,
                         BhExported *exported,
                         const char *const *properties)
{
    GDBusInterfaceSkeleton *skeleton = G_DBUS_INTERFACE_SKELETON(exported);
    g_autoptr(GVariant) before = g_dbus_interface_skeleton_get_properties(skeleton);
    g_autoptr(GVariant) now = NULL;

    bh_exported_refresh(exported);
    now = g_dbus_interface_skeleton_get_properties(skeleton);
    for (; *properties != NULL; properties++)
        tell_difference(manager, exported, before, now, *properties);
}
