/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The version is what the first adapter said, "5.82".
 */
#include "bh-bluez-version.h"

#include <stdio.h>

static gboolean
get(const BhBluez *bluez, guint *major, guint *minor)
{
    return bluez->version != NULL && sscanf(bluez->version, "%u.%u", major, minor) == 2;
}

gboolean
bh_bluez_version_is_known(const BhBluez *bluez)
{
    guint major, minor;

    return get(bluez, &major, &minor);
}

gboolean
bh_bluez_version_is_since(const BhBluez *bluez, guint major, guint minor)
{
    guint its_major, its_minor;

    return get(bluez, &its_major, &its_minor) &&
           (its_major > major || (its_major == major && its_minor >= minor));
}
