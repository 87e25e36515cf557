/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.bluez.GattManager1 of one adapter: the services that other programs have registered, read
 * once from their object managers, as attributes that a central can use.
 */
#include "context.h"
#include "interface.h"

G_BEGIN_DECLS

/** A characteristic or descriptor. */
typedef struct {
    char *sender; /* whose it is */
    char *path;
    const char *interface;
    char *service; /* UUIDs, long */
    char *characteristic;
    char *descriptor; /* NULL = it is the characteristic */
    GStrv flags;
    gboolean acquires;   /* NotifyAcquired is there */
    guint subscriptions; /* as BlueZ counts them */
    GPtrArray *sockets;  /* BhServedSocket, in the order they were made */
} BhServedAttribute;

typedef struct _BhServed BhServed;

typedef struct {
    /* A value for subscribers; from the signal of the attribute's owner. */
    void (*told)(BhServedAttribute *attribute, GBytes *value, gpointer user_data);
    /* It is about to go. */
    void (*removed)(BhServedAttribute *attribute, gpointer user_data);
} BhServedEvents;

/** Borrowed; must outlive it. */
BhServed *bh_served_new(BhBluezContext *context, const BhServedEvents *events, gpointer user_data);
void bh_served_free(BhServed *served);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhServed, bh_served_free)

/** To be put on the adapter's object. Borrowed. */
GDBusInterfaceSkeleton *bh_served_get_interface(BhServed *served);

/** Whether it is still there. */
gboolean bh_served_has(BhServed *served, const BhServedAttribute *attribute);
gboolean bh_served_attribute_has(const BhServedAttribute *attribute, const char *flag);
/** "SERVICE/CHARACTERISTIC" or "SERVICE/CHARACTERISTIC/DESCRIPTOR" in UUIDs of any form. Borrowed.
 * Errors: InvalidArguments, NotFound. */
BhServedAttribute *bh_served_find(BhServed *served, const char *name, GError **error);
/** as: the names of all attributes, in the order of their handles. Floating. */
GVariant *bh_served_describe(BhServed *served);

G_END_DECLS
