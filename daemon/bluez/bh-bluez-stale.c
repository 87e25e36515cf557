/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * That the link could not be made safer is known by the kernel's word on a pairing that failed.
 * What was not under way then did not wait for that one.
 */
#include "bh-bluez-stale.h"

#include "bh-bluez-links.h"
#include "bh-bluez-names.h"
#include "bh-bluez-operation.h"
#include "bh-bluez-version.h"

/* The first BlueZ that forgets. */
#define FORGETS_MAJOR 5
#define FORGETS_MINOR 67

gboolean
bh_bluez_stale_is(BhBluezCentral *self, const BhBluezLink *link)
{
    return link->path != NULL && !link->paired && !link->bonded &&
           bh_bluez_version_is_since(self->bluez, FORGETS_MAJOR, FORGETS_MINOR) &&
           bh_bluez_operations_are_refused(self, link->path);
}

void
bh_bluez_stale_remove(BhBluezCentral *self, BhBluezLink *link)
{
    const char *adapter = bh_bluez_central_peek_adapter(self, link->key.slot)->path;
    BhBluez *bluez = self->bluez;

    if (adapter == NULL || bluez->bus->owner == NULL)
        return;
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(bluez->bus, adapter, BH_BLUEZ_ADAPTER, "RemoveDevice");
    if (message != NULL && sd_bus_message_append(message, "o", link->path) >= 0)
        bh_bluez_link_drop_by(self, link, message);
}
