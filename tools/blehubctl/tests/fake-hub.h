/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An org.blehub without a radio on a private bus: it answers what a test tells it to and remembers
 * what it was asked. One scan, one adapter. blehubctl runs beside it as a process of its own.
 */
#include "bh-dbus.h"

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

typedef struct FakeHub FakeHub;

typedef void (*FakeHubFunc)(FakeHub *self, GSubprocess *process);

struct FakeHub {
    GTestDBus *dbus;
    GDBusConnection *bus; /* NULL = blehubd is not there */
    GDBusObjectManagerServer *manager;
    BhDbusHub1 *hub;
    BhDbusScan1 *scan;
    GVariant *rows;           /* aa{sv}: answer to ListDevices, Discover, GetDevices */
    GByteArray *packet;       /* what a stream begins with: packed records */
    guint n_reports;          /* in packet */
    guint lost;               /* reports that the stream says it lost before them */
    const char *error;        /* D-Bus name, see fake_hub_fail(); NULL = nothing fails */
    const char *message;      /* of that error */
    const char *fails;        /* the method; NULL = every one that can */
    FakeHubFunc when_starved; /* called once when the stream's reader has read all there is */
    int stream;               /* our end of it; -1 = not open */
    guint starved_watch;
    GVariant *options; /* of the last ListDevices, Discover, Scan or Watch */
    guint releases;
    const char *input;     /* of the next runs, on stdin; NULL = nothing */
    gboolean nobody_types; /* instead: stdin stays open */
    GSubprocess *process;  /* borrowed: while fake_hub_run() */
};

/** Starts a bus, and blehubd on it if present. */
FakeHub *fake_hub_new(gboolean present);
void fake_hub_free(FakeHub *self);

void fake_hub_set_rows(FakeHub *self, const char *rows);
/** Of row's fields Address, AddressType, Name and RSSI go into the stream. */
void fake_hub_add_report(FakeHub *self, const char *row);

/** A stream that begins with packet (NULL = nothing); when_starved is called for it. */
GUnixFDList *fake_hub_open_stream(FakeHub *self, const GByteArray *packet);
/** Ends the stream as a finished scan does. */
void fake_hub_finish_scan(FakeHub *self, GSubprocess *process);
/** Leaves the bus without a word. */
void fake_hub_vanish(FakeHub *self, GSubprocess *process);

/** From now on the method fails so; NULL: every one that can. */
void fake_hub_fail(FakeHub *self, const char *method, const char *error, const char *message);

/** Ends the program as a user would. */
void fake_hub_interrupt(FakeHub *self, GSubprocess *process);

/** The options of the last call are these, a{sv} as text, and no others. */
void fake_hub_assert_options(FakeHub *self, const char *expected);

/* For what else stands on the hub */

/** Whether the call was answered with the error that was ordered. */
gboolean fake_hub_refuses(FakeHub *self, const char *method, GDBusMethodInvocation *call);
void fake_hub_remember_options(FakeHub *self, GVariant *options);
/** Returns what ends it: an id for g_dbus_connection_unregister_object(). */
guint fake_hub_export(FakeHub *self,
                      const char *path,
                      GDBusInterfaceInfo *info,
                      const GDBusInterfaceVTable *table,
                      gpointer user_data);
/** arguments: a tuple, floating is taken. */
void fake_hub_emit(FakeHub *self,
                   const char *path,
                   const char *interface,
                   const char *signal,
                   GVariant *arguments);
/** RequestName or ReleaseName, which must do it. */
void fake_hub_call_bus(FakeHub *self, const char *method, GVariant *arguments);

G_END_DECLS
