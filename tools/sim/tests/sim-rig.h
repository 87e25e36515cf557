/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A private bus, blehub-sim on it, and a client that writes down every signal of org.bluez. One per
 * test, made inside the test: libcheck forks first, and only then may threads be started.
 */
#include <check.h>
#include <gio/gio.h>

G_BEGIN_DECLS

#define ADAPTER "/org/bluez/hci0"
#define DEVICE(address) ADAPTER "/dev_" address

typedef struct {
    char *path;
    char *member;
    GVariant *arguments;
} Signal;

typedef struct {
    GTestDBus *bus;
    GSubprocess *sim;
    GDBusConnection *client;
    guint subscription;
    GPtrArray *signals; /* Signal */
} Rig;

/** Starts blehub-sim with one adapter (unless scenario text is given) and these arguments. */
void rig_init(Rig *rig, const char *scenario, const char *argument);
void rig_clear(Rig *rig);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rig, rig_clear)

GDBusConnection *rig_connect(Rig *rig);
void rig_disconnect(GDBusConnection *connection);

/** Calls org.blehub.Sim1; must succeed. */
GVariant *rig_tell(Rig *rig, const char *method, GVariant *arguments);
/** The same, and the D-Bus error name is compared. */
void rig_tell_refused(Rig *rig, const char *method, GVariant *arguments, const char *error);

/** Calls Adapter1 of hci0 as the client; NULL or the error's D-Bus name. */
char *rig_adapter(Rig *rig, GDBusConnection *connection, const char *method, GVariant *arguments);
/** Must succeed. */
void rig_start(Rig *rig, const char *filter);

/** How many adapters' bluetoothd heard it. bytes: hexadecimal. */
guint rig_advertise(Rig *rig, const char *address, const char *bytes, gint16 rssi);
/** The same with options in GVariant text. */
guint rig_advertise_with(Rig *rig,
                         const char *address,
                         const char *bytes,
                         gint16 rssi,
                         const char *options);

/** Current value as text, or NULL if the object or the property is not there. */
char *rig_property(Rig *rig, const char *path, const char *interface, const char *name);

/** How often a property was in a PropertiesChanged, with a value or invalidated. */
guint rig_count_changes(Rig *rig, const char *path, const char *name, gboolean invalidated);
/** How often InterfacesAdded or InterfacesRemoved named the object. */
guint rig_count_objects(Rig *rig, const char *member, const char *path);
/** Forgets the signals so far. */
void rig_forget(Rig *rig);

/** Hears another device and waits until it shows: what was signalled before has arrived. */
void rig_settle(Rig *rig);

#define AWAIT(condition)                                                                           \
    do {                                                                                           \
        gint64 deadline_us = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;                         \
        while (!(condition))                                                                       \
            rig_turn(deadline_us, #condition);                                                     \
    } while (0)

/** One turn of the main loop; fails the test after the deadline. */
void rig_turn(gint64 deadline_us, const char *what);

G_END_DECLS
