/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Walks what ObjectManager sends, straight out of the message: the answer of GetManagedObjects may
 * hold thousands of devices with all their services, of which little is wanted.
 */
#include "bh-sdbus.h"

G_BEGIN_DECLS

/* Each function must read the a{sv} of its interface wholly, and returns a negative errno if it
 * cannot. A function that is NULL skips. */
typedef struct {
    int (*adapter)(gpointer data, const char *path, sd_bus_message *message);
    int (*device)(gpointer data, const char *path, sd_bus_message *message);
    /* Any of BlueZ's other interfaces. */
    int (*other)(gpointer data, const char *path, const char *interface, sd_bus_message *message);
} BhBluezVisitor;

/* a{oa{sa{sv}}}: all objects. A negative errno if the message is broken. */
int bh_bluez_walk_objects(sd_bus_message *message, const BhBluezVisitor *visitor, gpointer data);

/* a{sa{sv}}: the interfaces of one object. */
int bh_bluez_walk_interfaces(sd_bus_message *message,
                             const char *path,
                             const BhBluezVisitor *visitor,
                             gpointer data);

G_END_DECLS
