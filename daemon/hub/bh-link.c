/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A ring of events.
 */
#include "bh-link.h"

static const char *const cause_names[] = {
    [BH_LINK_CAUSE_NONE] = "",
    [BH_LINK_CAUSE_UNSPECIFIED] = "unspecified",
    [BH_LINK_CAUSE_TIMEOUT] = "timeout",
    [BH_LINK_CAUSE_LOCAL] = "local",
    [BH_LINK_CAUSE_REMOTE] = "remote",
    [BH_LINK_CAUSE_AUTHENTICATION] = "authentication",
    [BH_LINK_CAUSE_SUSPEND] = "suspend",
    [BH_LINK_CAUSE_NO_RESOURCES] = "no-resources",
    [BH_LINK_CAUSE_BUSY] = "busy",
    [BH_LINK_CAUSE_REFUSED] = "refused",
    [BH_LINK_CAUSE_POWER] = "power",
    [BH_LINK_CAUSE_CANCELLED] = "cancelled",
};

const char *
bh_link_cause_to_string(BhLinkCause cause)
{
    return cause_names[cause];
}

char *
bh_link_event_dup_text(const BhLinkEvent *event)
{
    if (event->happened == BH_LINK_CONNECTED)
        return g_strdup(event->initiated_here ? "connected by this machine"
                                              : "connected by the device");
    return g_strdup_printf("%s: %s (code %u)",
                           event->happened == BH_LINK_DISCONNECTED ? "disconnected"
                                                                   : "connecting failed",
                           bh_link_cause_to_string(event->cause),
                           event->code);
}

void
bh_link_log_add(BhLinkLog *self, const BhLinkEvent *event)
{
    self->events[self->n++ % BH_LINK_LOG_SIZE] = *event;
}

const BhLinkEvent *
bh_link_log_find(const BhLinkLog *self, guint8 adapter, const BhAddress *address, gint64 since_us)
{
    for (guint age = 1; age <= MIN(self->n, BH_LINK_LOG_SIZE); age++) {
        const BhLinkEvent *event = &self->events[(self->n - age) % BH_LINK_LOG_SIZE];
        if (event->monotonic_us < since_us)
            return NULL;
        if (event->adapter == adapter && bh_address_equal(&event->address, address))
            return event;
    }
    return NULL;
}
