/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * blehubd and a simulated BlueZ with a few devices that can be connected, and calls that tests of
 * links, attributes and subscriptions make again and again.
 */
#include "bh-caller.h"

G_BEGIN_DECLS

#define BH_LINK_DEVICE "org.blehub.Device1"
#define BH_LINK_HOLD "org.blehub.Hold1"
#define BH_LINK_SUBSCRIPTION "org.blehub.Subscription1"

/* The device of most tests, in the scenario "strap", and what it has. */
#define BH_LINK_ADDRESS "C8:5A:11:00:01:02"
#define BH_LINK_PATH "/org/blehub/device/random_C8_5A_11_00_01_02"
#define BH_LINK_SERVICE "180d"
#define BH_LINK_RATE "2a37"                                   /* notify */
#define BH_LINK_LOCATION "2a38"                               /* read: 01 */
#define BH_LINK_CONTROL "2a39"                                /* write, at most 1 byte */
#define BH_LINK_NOTE "5a1b0001-7c1e-4a53-9e61-3f2c3a5d0001"   /* read, write, both kinds */
#define BH_LINK_SECRET "5a1b0002-7c1e-4a53-9e61-3f2c3a5d0001" /* refuses with 0x80 */

/* Another one, "thermometer". */
#define BH_LINK_OTHER_ADDRESS "C8:5A:11:00:01:01"

/* A bus with BlueZ and blehubd on it. */
void bh_link_scene_init(BhFixture *f);
/* The same on a bus that is there; argument is one of blehubd, or NULL. */
void bh_link_scene_start(BhFixture *f, const char *argument);

/* Connects as connection's program; it must succeed. Returns the hold's path. options is text, its
 * AddressType is added. */
char *bh_link_scene_connect(GDBusConnection *connection, const char *address, const char *options);

/* Arguments of calls, floating. */
GVariant *
bh_link_scene_attribute(const char *service, const char *characteristic, const char *options);

/* The bytes that a read gives, as hex; it must succeed. */
char *bh_link_scene_read(GDBusConnection *connection, const char *characteristic);
/* The path of a subscription to BH_LINK_RATE; it must succeed. */
char *bh_link_scene_subscribe(GDBusConnection *connection, const char *options);
/* The device sends one byte as notification of BH_LINK_RATE. */
void bh_link_scene_notify(BhFixture *f, guint8 byte);

/* The state a device has for connection. */
char *bh_link_scene_dup_state(GDBusConnection *connection);

G_END_DECLS
