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
    GVariant *rows;     /* aa{sv}: answer to ListDevices, Discover, GetDevices */
    GByteArray *packet; /* what a stream begins with: packed records */
    guint n_reports;    /* in packet */
    guint lost;         /* reports that the stream says it lost before them */
    const char
        *error; /* D-Bus name: what ListDevices, Discover and Scan fail with; NULL = they do not */
    const char *message;      /* of that error */
    FakeHubFunc when_starved; /* called once when the stream's reader has read all there is */
    int stream;               /* our end of it; -1 = not open */
    guint starved_watch;
    GVariant *options; /* of the last ListDevices, Discover or Scan */
    guint releases;
    const char *input;     /* of the next runs, on stdin; NULL = nothing */
    gboolean nobody_types; /* instead: stdin stays open */
    GSubprocess *process;  /* borrowed: while fake_hub_run() */
};

/** How blehubctl ended and what it wrote. */
typedef struct {
    char *out;
    char *err;
    int code; /* exit code, or -signal */
} FakeRun;

void fake_run_clear(FakeRun *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FakeRun, fake_run_clear)

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

/** Runs blehubctl --bus=<the bus> with arguments (NULL ends them) until it ends. */
void fake_hub_run(FakeHub *self, FakeRun *run, const char *argument, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
