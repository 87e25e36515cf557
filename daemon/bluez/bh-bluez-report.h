/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A Device1's properties read back into what was on the air: BlueZ took the advertising data apart,
 * this puts it together again, so that the rest of blehub knows one form only. What BlueZ does not
 * pass on (which name was short, which UUID list was incomplete, the order) cannot be restored:
 * names become complete ones, UUIDs incomplete lists, since BlueZ never says that there are no
 * others.
 */
#include "bh-report.h"
#include "bh-sdbus.h"

G_BEGIN_DECLS

typedef struct {
    gboolean has_address;
    gboolean has_type;
    BhAddress address;      /* octets and type as far as known by the flags above */
    gboolean has_connected; /* and then whether it is */
    gboolean connected;
    gboolean has_resolved;
    gboolean resolved;
    gboolean has_paired;
    gboolean paired;
    gboolean has_bonded;
    gboolean bonded;
    gboolean has_gap;    /* GAP is among its services: BlueZ has found out which there are */
    gint8 rssi;          /* BH_RSSI_UNKNOWN if not there */
    BhAdGroups groups;   /* groups whose property was there */
    gboolean advertised; /* there was a property that comes from an advertisement */
    guint malformed;     /* values left out because they make no sense */
    GByteArray *payload; /* owned; of the groups */
} BhBluezProperties;

void bh_bluez_properties_init(BhBluezProperties *self);
void bh_bluez_properties_clear(BhBluezProperties *self);

/* Reads the a{sv} that comes next in message; what was read before is forgotten. identity: only who
 * it is, its name and what its link is like, the rest is skipped. A negative errno if the message
 * is broken (it cannot be read on then). */
int bh_bluez_properties_read(BhBluezProperties *self, sd_bus_message *message, gboolean identity);

/* Whether both parts of the identity are known. */
gboolean bh_bluez_properties_has_identity(const BhBluezProperties *self);
/* Whether anything says what its link is like, or the name, which BlueZ reads over it. */
gboolean bh_bluez_properties_has_link(const BhBluezProperties *self);

G_END_DECLS
