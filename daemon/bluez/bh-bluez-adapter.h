/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One adapter's slot: what BlueZ says of the adapter (as long as it is there) and the discovery
 * that is wanted on it (also while it is not).
 */
#include "bh-bluez-discovery.h"
#include "bh-bluez-switch.h"
#include "bh-mgmt-adverts.h"
#include "bh-mgmt-scan.h"

G_BEGIN_DECLS

typedef struct BhBluezCycle BhBluezCycle;

typedef struct {
    guint8 slot;
    gboolean assigned; /* address belongs to this slot, for good */
    BhAddress address;
    char *path; /* NULL = not there */
    gboolean powered;
    gboolean
        going_off; /* BlueZ is about to switch it off, and ends its links; 5.66 does not tell */
    gboolean discovering;
    char **roles;
    BhRadioScanState told_scan; /* what the sink was told last */
    char *told_error;
    char *told_power_error;
    BhMgmtDuty told_duty;
    gboolean wanted; /* a scan of any kind, and then of which */
    gboolean passive;
    gboolean every_report;
    guint32 interval_us;
    guint32 window_us;
    BhBluezDiscovery *discovery; /* owned */
    BhMgmtScan *mgmt_scan;       /* owned; while the radio is started */
    BhMgmtAdverts *mgmt_adverts; /* the same */
    guint changes;               /* of mgmt_scan that the discovery knows of */
    gboolean kernel_discovering; /* as the kernel told; FALSE without the socket */
    BhBluezSwitch *power;        /* owned */
    BhBluezCycle *cycle;         /* borrowed: power-cycle under way, clears this when it ends */
} BhBluezAdapter;

/* An Adapter1's a{sv}. Fields without a flag are not there. */
typedef struct {
    gboolean has_address, has_powered, has_going_off, has_discovering;
    char *address; /* owned */
    BhAddressType type;
    gboolean powered;
    gboolean going_off;
    gboolean discovering;
    char **roles;        /* owned; NULL = not there */
    char *bluez_version; /* owned; NULL = not there, or not BlueZ's own */
    guint malformed;
} BhBluezAdapterProperties;

/* Reads the a{sv} that comes next. A negative errno if the message is broken. */
int bh_bluez_adapter_properties_read(BhBluezAdapterProperties *self, sd_bus_message *message);
void bh_bluez_adapter_properties_clear(BhBluezAdapterProperties *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhBluezAdapterProperties, bh_bluez_adapter_properties_clear)

/* Takes over what is there. Returns whether anything changed. */
gboolean bh_bluez_adapter_apply(BhBluezAdapter *self, BhBluezAdapterProperties *properties);

/* The kernel's number of it, out of the path; BH_MGMT_INDEX_NONE if it does not say. */
guint16 bh_bluez_adapter_get_index(const BhBluezAdapter *self);

/* "hci0"; only while there is a path. */
const char *bh_bluez_adapter_peek_name(const BhBluezAdapter *self);

G_END_DECLS
