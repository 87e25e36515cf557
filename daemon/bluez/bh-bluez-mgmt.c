/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which part of a device's data an event carries is never guessed. The kernel says of some events
 * that they are a scan response alone. Of a passive scan it tells by another event than of an
 * active one; there is no scan response then. What is left comes from an active scan, in which the
 * kernel joins a scan response to the advertising data it holds back for that, and does not say
 * whether there was one: such data "may be joined".
 *
 * With a monitor the kernel may tell of one advertisement twice, once for the discovery and once
 * for the monitor: during a discovery the latter does not count, unless the kernel says by handle 0
 * that there was no discovery.
 */
#include "bh-bluez-mgmt.h"

#include "bh-bluez-central.h"
#include "bh-bluez-mgmt-pair.h"
#include "bh-error.h"
#include "bh-log.h"

#define UNIT_US 625
#define SETTLE_US 300000 /* at the end, for answers under way */
#define UNDO_US 1000000  /* and for all that is to be undone */
#define RETRY_US 10000   /* while the kernel is busy; nothing tells when it no longer is */

static BhBluezAdapter *
find_adapter(BhBluez *self, guint16 index)
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        if (bh_mgmt_scan_get_index(self->adapters[i].mgmt_scan) == index &&
            index != BH_MGMT_INDEX_NONE)
            return &self->adapters[i];
    return NULL;
}

void
bh_bluez_mgmt_set_adapter(BhBluez *self, BhBluezAdapter *adapter)
{
    guint16 index = bh_bluez_adapter_get_index(adapter);

    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        if (&self->adapters[i] != adapter)
            bh_mgmt_scan_index_taken(self->adapters[i].mgmt_scan, index);
    bh_mgmt_scan_set_adapter(adapter->mgmt_scan, index, &adapter->address, adapter->powered);
}

/* Reports */

static BhReportPart
part_of(const BhMgmtEvent *event)
{
    if ((event->found.flags & BH_MGMT_FLAG_SCAN_RESPONSE) != 0)
        return BH_REPORT_SCAN_RESPONSE;
    return event->code == BH_MGMT_MONITOR_DEVICE_FOUND ? BH_REPORT_ADVERTISING : BH_REPORT_MERGED;
}

static BhConnectable
connectable_of(const BhMgmtFound *found)
{
    if ((found->flags & BH_MGMT_FLAG_SCAN_RESPONSE) != 0)
        return BH_CONNECTABLE_UNKNOWN;
    return (found->flags & BH_MGMT_FLAG_NOT_CONNECTABLE) != 0 ? BH_CONNECTABLE_NO
                                                              : BH_CONNECTABLE_YES;
}

static gboolean
is_told_once(const BhBluezAdapter *adapter, const BhMgmtEvent *event)
{
    if (event->code != BH_MGMT_MONITOR_DEVICE_FOUND || event->found.monitor == 0)
        return TRUE;
    return !adapter->kernel_discovering &&
           bh_mgmt_scan_is_own_monitor(adapter->mgmt_scan, event->found.monitor);
}

static void
on_found(BhBluez *self, BhBluezAdapter *adapter, const BhMgmtEvent *event)
{
    const BhMgmtFound *found = &event->found;

    if (!self->hears_kernel || !adapter->wanted || adapter->path == NULL || !found->peer.is_le ||
        !is_told_once(adapter, event))
        return;
    BhReport report = {
        .address = found->peer.address,
        .adapter = adapter->slot,
        .rssi = found->rssi,
        .replaced = BH_AD_GROUP_ALL,
        .data = found->data,
        .size = found->size,
        .raw = TRUE,
        .part = part_of(event),
        .connectable = connectable_of(found),
    };
    bh_mgmt_get_time(self->mgmt, &report.monotonic_us, &report.realtime_us);
    self->sink->report(self->sink_data, &report);
}

/* Links */

static BhLinkCause
cause_of_reason(guint8 reason)
{
    static const BhLinkCause causes[] = {
        BH_LINK_CAUSE_UNSPECIFIED,
        BH_LINK_CAUSE_TIMEOUT,
        BH_LINK_CAUSE_LOCAL,
        BH_LINK_CAUSE_REMOTE,
        BH_LINK_CAUSE_AUTHENTICATION,
        BH_LINK_CAUSE_SUSPEND,
    };

    return reason < G_N_ELEMENTS(causes) ? causes[reason] : BH_LINK_CAUSE_UNSPECIFIED;
}

static BhLinkCause
cause_of_status(guint8 status)
{
    static const BhLinkCause causes[] = {
        [0x02] = BH_LINK_CAUSE_REMOTE, /* Not Connected: gone before it was up */
        [0x05] = BH_LINK_CAUSE_AUTHENTICATION,
        [0x06] = BH_LINK_CAUSE_AUTHENTICATION, /* Not Paired */
        [0x07] = BH_LINK_CAUSE_NO_RESOURCES,
        [0x08] = BH_LINK_CAUSE_TIMEOUT,
        [0x0a] = BH_LINK_CAUSE_BUSY,
        [0x0b] = BH_LINK_CAUSE_REFUSED,
        [0x0e] = BH_LINK_CAUSE_REMOTE, /* Disconnected */
        [0x0f] = BH_LINK_CAUSE_POWER,
        [0x10] = BH_LINK_CAUSE_CANCELLED,
        [0x12] = BH_LINK_CAUSE_POWER, /* RFKilled */
    };

    if (status < G_N_ELEMENTS(causes) && causes[status] != BH_LINK_CAUSE_NONE)
        return causes[status];
    return BH_LINK_CAUSE_UNSPECIFIED;
}

static void
on_link(BhBluez *self, BhBluezAdapter *adapter, const BhMgmtEvent *event)
{
    BhLinkEvent told = {
        .adapter = adapter->slot,
        .address = event->link.peer.address,
        .code = event->link.code,
    };
    gint64 realtime_us;

    if (!event->link.peer.is_le)
        return;
    bh_mgmt_get_time(self->mgmt, &told.monotonic_us, &realtime_us);
    if (event->code == BH_MGMT_DEVICE_CONNECTED) {
        told.happened = BH_LINK_CONNECTED;
        told.initiated_here = (event->link.flags & BH_MGMT_FLAG_INITIATED_HERE) != 0;
    } else if (event->code == BH_MGMT_DEVICE_DISCONNECTED) {
        told.happened = BH_LINK_DISCONNECTED;
        told.cause = cause_of_reason(event->link.code);
    } else {
        told.happened = BH_LINK_CONNECT_FAILED;
        told.cause = cause_of_status(event->link.code);
    }
    bh_bluez_central_kernel(self->central, &told);
    self->sink->link(self->sink_data, &told);
}

static void
on_parameters(BhBluez *self, BhBluezAdapter *adapter, const BhMgmtEvent *event)
{
    const BhMgmtNewParameters *told = &event->new_parameters;
    BhLinkKey key = {.slot = adapter->slot, .address = told->peer.address};

    if (told->peer.is_le)
        bh_bluez_central_parameters(self->central, &key, &told->parameters);
}

/* Somebody is asked something, or it is over; that it begins nobody tells. */
static void
on_pairing(BhBluez *self, BhBluezAdapter *adapter, const BhMgmtEvent *event)
{
    gboolean over =
        event->code == BH_MGMT_AUTHENTICATION_FAILED || event->code == BH_MGMT_NEW_LONG_TERM_KEY;
    BhLinkKey key = {.slot = adapter->slot, .address = event->peer.address};

    if (!event->peer.is_le)
        return;
    if (event->code == BH_MGMT_AUTHENTICATION_FAILED)
        bh_bluez_central_refused(self->central, &key);
    bh_bluez_central_pairing(self->central, &key, !over);
}

/* Events */

static void
on_discovering(BhBluez *self, BhBluezAdapter *adapter, const BhMgmtEvent *event)
{
    adapter->kernel_discovering = event->discovering;
}

static void
on_index_removed(BhBluez *self, BhBluezAdapter *adapter, const BhMgmtEvent *event)
{
    adapter->kernel_discovering = FALSE;
    bh_mgmt_scan_index_removed(adapter->mgmt_scan);
}

static void
on_monitor_removed(BhBluez *self, BhBluezAdapter *adapter, const BhMgmtEvent *event)
{
    bh_mgmt_scan_monitor_removed(adapter->mgmt_scan, event->monitor);
}

static void
on_advertising_removed(BhBluez *self, BhBluezAdapter *adapter, const BhMgmtEvent *event)
{
    bh_mgmt_adverts_removed(adapter->mgmt_adverts, event->advertisement);
}

static void
on_late_reply(BhBluez *self, BhBluezAdapter *adapter, const BhMgmtEvent *event)
{
    bh_mgmt_scan_late_reply(adapter->mgmt_scan, &event->reply);
}

/* Most frequent first. */
static const struct {
    guint16 code;
    void (*handle)(BhBluez *self, BhBluezAdapter *adapter, const BhMgmtEvent *event);
} handlers[] = {
    {BH_MGMT_DEVICE_FOUND, on_found},
    {BH_MGMT_MONITOR_DEVICE_FOUND, on_found},
    {BH_MGMT_DISCOVERING, on_discovering},
    {BH_MGMT_DEVICE_CONNECTED, on_link},
    {BH_MGMT_DEVICE_DISCONNECTED, on_link},
    {BH_MGMT_CONNECT_FAILED, on_link},
    {BH_MGMT_NEW_CONNECTION_PARAMETER, on_parameters},
    {BH_MGMT_USER_CONFIRMATION_REQUEST, on_pairing},
    {BH_MGMT_USER_PASSKEY_REQUEST, on_pairing},
    {BH_MGMT_PASSKEY_NOTIFY, on_pairing},
    {BH_MGMT_AUTHENTICATION_FAILED, on_pairing},
    {BH_MGMT_NEW_LONG_TERM_KEY, on_pairing},
    {BH_MGMT_INDEX_REMOVED, on_index_removed},
    {BH_MGMT_MONITOR_REMOVED, on_monitor_removed},
    {BH_MGMT_ADVERTISING_REMOVED, on_advertising_removed},
    {BH_MGMT_COMMAND_COMPLETE, on_late_reply},
    {BH_MGMT_COMMAND_STATUS, on_late_reply},
};

static gboolean
is_reply(const BhMgmtEvent *event)
{
    return event->code == BH_MGMT_COMMAND_COMPLETE || event->code == BH_MGMT_COMMAND_STATUS;
}

static void
on_event(gpointer data, const BhMgmtEvent *event)
{
    BhBluez *self = data;
    BhBluezAdapter *adapter = find_adapter(self, event->index);

    if (self->sink == NULL && !is_reply(event))
        return; /* being stopped */
    for (gsize i = 0; adapter != NULL && i < G_N_ELEMENTS(handlers); i++) {
        if (handlers[i].code == event->code) {
            handlers[i].handle(self, adapter, event);
            return;
        }
    }
}

/* The socket */

static void
set_mgmt(BhBluez *self, BhMgmt *mgmt)
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        self->adapters[i].kernel_discovering = FALSE;
        bh_mgmt_scan_set_mgmt(self->adapters[i].mgmt_scan, mgmt);
        bh_mgmt_adverts_set_mgmt(self->adapters[i].mgmt_adverts, mgmt);
    }
}

/* It is freed by the next reconcile. */
static void
on_lost(gpointer data, const char *reason)
{
    BhBluez *self = data;

    bh_log_adapter(G_LOG_LEVEL_MESSAGE,
                   BH_MESSAGE_MGMT,
                   "",
                   "the management socket is lost (%s): going on with BlueZ's signals",
                   reason);
    self->hears_kernel = FALSE;
    self->no_mgmt = g_strdup_printf("it was lost: %s", reason);
    self->dead_mgmt = g_steal_pointer(&self->mgmt);
    self->lost_malformed = bh_mgmt_get_malformed(self->dead_mgmt);
    self->lost_drops = bh_mgmt_get_drops(self->dead_mgmt);
    set_mgmt(self, NULL);
    bh_bluez_central_kernel(self->central, NULL);
}

void
bh_bluez_mgmt_start(BhBluez *self)
{
    static const BhMgmtObserver observer = {.event = on_event, .lost = on_lost};

    if (self->mgmt == NULL) {
        bh_log_adapter(G_LOG_LEVEL_INFO,
                       BH_MESSAGE_MGMT,
                       "",
                       "no management socket: %s",
                       self->no_mgmt);
        return;
    }
    bh_log_adapter(G_LOG_LEVEL_INFO,
                   BH_MESSAGE_MGMT,
                   "",
                   "management socket of revision %u: reports come from %s",
                   bh_mgmt_get_revision(self->mgmt),
                   self->hears_kernel ? "it" : "BlueZ's signals");
    bh_mgmt_start(self->mgmt, self->timing.batch_ms, &observer, self);
    set_mgmt(self, self->mgmt);
}

/* Every adapter gets its turn before one that is busy is asked again. */
static void
undo_all(BhBluez *self)
{
    gint64 deadline_us = g_get_monotonic_time() + UNDO_US;
    gboolean busy = FALSE;

    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        bh_mgmt_adverts_undo(self->adapters[i].mgmt_adverts, deadline_us);
    do {
        if (busy)
            g_usleep(RETRY_US);
        busy = FALSE;
        for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
            busy |= bh_mgmt_scan_undo(self->adapters[i].mgmt_scan, deadline_us);
    } while (busy && g_get_monotonic_time() < deadline_us);
}

void
bh_bluez_mgmt_stop(BhBluez *self)
{
    if (self->mgmt != NULL)
        bh_mgmt_settle(self->mgmt, g_get_monotonic_time() + SETTLE_US);
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        bh_mgmt_scan_abandon(self->adapters[i].mgmt_scan);
    undo_all(self);
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        g_clear_pointer(&self->adapters[i].mgmt_scan, bh_mgmt_scan_free);
        g_clear_pointer(&self->adapters[i].mgmt_adverts, bh_mgmt_adverts_free);
    }
    g_clear_pointer(&self->mgmt, bh_mgmt_free);
    g_clear_pointer(&self->dead_mgmt, bh_mgmt_free);
}

/* Wanted against seen */

static guint16
units_of(guint32 us)
{
    return (guint16)MIN((us + UNIT_US / 2) / UNIT_US, G_MAXUINT16);
}

/* A passive scan that can be none any more, because the socket was lost or the kernel refuses its
 * monitor, becomes an active one rather than none. */
gboolean
bh_bluez_mgmt_is_passive(const BhBluez *self, const BhBluezAdapter *adapter)
{
    return adapter->passive && self->hears_kernel &&
           bh_mgmt_scan_get_monitor_ability(adapter->mgmt_scan) != BH_MGMT_SCAN_REFUSED;
}

void
bh_bluez_mgmt_set_scan(BhBluez *self, BhBluezAdapter *adapter)
{
    BhMgmtScanDemand demand = {
        .monitor = adapter->wanted && (adapter->every_report || adapter->passive),
        .passive = adapter->passive,
        .duty = {units_of(adapter->interval_us), units_of(adapter->window_us)},
    };

    bh_mgmt_scan_set_demand(adapter->mgmt_scan, adapter->wanted ? &demand : NULL);
}

void
bh_bluez_mgmt_reconcile(BhBluez *self, BhBluezAdapter *adapter)
{
    BhMgmtScan *scan = adapter->mgmt_scan;

    bh_mgmt_scan_reconcile(scan);
    gboolean busy = bh_mgmt_scan_is_busy(scan);
    gboolean must_cycle = adapter->every_report && !busy && !bh_mgmt_scan_has_monitor(scan);

    bh_bluez_discovery_set_held(adapter->discovery, busy);
    bh_bluez_discovery_set_refresh(adapter->discovery, must_cycle ? self->refresh_ms : 0);
    if (!busy && adapter->changes != bh_mgmt_scan_get_changes(scan)) {
        adapter->changes = bh_mgmt_scan_get_changes(scan);
        bh_bluez_discovery_refresh(adapter->discovery);
    }
}

void
bh_bluez_mgmt_reconcile_all(BhBluez *self)
{
    gboolean wanted = FALSE;

    g_clear_pointer(&self->dead_mgmt, bh_mgmt_free);
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        BhBluezAdapter *adapter = &self->adapters[i];
        wanted |= adapter->wanted;
        bh_bluez_discovery_set_spared(adapter->discovery, bh_bluez_mgmt_is_passive(self, adapter));
    }
    if (self->mgmt != NULL)
        bh_mgmt_set_bulk(self->mgmt, self->hears_kernel && wanted);
}

/* What can be done */

/* The adapters that are there: TRUE if one can and none cannot. */
static gboolean
all_can(const BhBluez *self, BhMgmtScanAbility (*ability)(const BhMgmtScan *))
{
    gboolean one = FALSE;

    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        const BhBluezAdapter *adapter = &self->adapters[i];
        if (adapter->path == NULL)
            continue;
        if (ability(adapter->mgmt_scan) == BH_MGMT_SCAN_REFUSED)
            return FALSE;
        one |= ability(adapter->mgmt_scan) == BH_MGMT_SCAN_GOOD;
    }
    return one;
}

static gboolean
none_refuses(const BhBluez *self, BhMgmtScanAbility (*ability)(const BhMgmtScan *))
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        if (self->adapters[i].path != NULL &&
            ability(self->adapters[i].mgmt_scan) == BH_MGMT_SCAN_REFUSED)
            return FALSE;
    return TRUE;
}

BhRadioCapabilities
bh_bluez_mgmt_get_capabilities(const BhBluez *self)
{
    BhRadioCapabilities can =
        bh_bluez_mgmt_pair_can(self) ? BH_RADIO_CAN_PAIR_CAPABILITY : BH_RADIO_CAN_NOTHING_MORE;

    if (self->mgmt == NULL)
        return can;
    can |= BH_RADIO_CAN_LINK_DETAILS;
    if (self->hears_kernel)
        can |= BH_RADIO_CAN_RAW_DATA;
    if (none_refuses(self, bh_mgmt_scan_get_duty_ability))
        can |= BH_RADIO_CAN_SCAN_DUTY;
    if (!all_can(self, bh_mgmt_scan_get_monitor_ability))
        return can;
    can |= BH_RADIO_CAN_EVERY_REPORT;
    if (self->hears_kernel)
        can |= BH_RADIO_CAN_PASSIVE_SCAN;
    return can;
}

/* NULL = nothing; while no adapter is there none refuses. */
static const char *
why_not(const BhBluez *self, BhMgmtScanAbility (*ability)(const BhMgmtScan *))
{
    if (self->mgmt == NULL)
        return self->no_mgmt;
    return none_refuses(self, ability) ? NULL : "the kernel or a controller refuses it";
}

gboolean
bh_bluez_mgmt_check_scan(const BhBluez *self, const BhRadioScanDemand *demand, GError **error)
{
    const char *no_monitor = why_not(self, bh_mgmt_scan_get_monitor_ability);
    const char *no_duty = why_not(self, bh_mgmt_scan_get_duty_ability);

    if (no_monitor == NULL && !self->hears_kernel)
        no_monitor = "reports are taken from BlueZ's signals";
    if (demand->passive && no_monitor != NULL) {
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_NOT_SUPPORTED,
                    "a passive scan needs the management socket: %s",
                    no_monitor);
        return FALSE;
    }
    if (demand->interval_us != 0 && no_duty != NULL) {
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_NOT_SUPPORTED,
                    "a duty cycle needs the management socket: %s",
                    no_duty);
        return FALSE;
    }
    return TRUE;
}

void
bh_bluez_mgmt_add_counters(const BhBluez *self, BhRadioCounters *counters)
{
    counters->malformed += self->lost_malformed;
    counters->kernel_drops += self->lost_drops;
    if (self->mgmt == NULL)
        return;
    counters->malformed += bh_mgmt_get_malformed(self->mgmt);
    counters->kernel_drops += bh_mgmt_get_drops(self->mgmt);
}
