/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A radio under test with short time limits, and a sink that writes down everything it is told.
 */
#include "bh-bluez.h"

G_BEGIN_DECLS

typedef struct {
    gboolean present;
    gboolean powered;
    gboolean discovering;
    BhRadioScanState scan;
    char *name;
    char *error; /* scan_error */
    guint roles;
} BhRecordedAdapter;

typedef struct {
    BhBluez *bluez;
    gboolean bluez_present;
    guint synced;
    gboolean lost;
    BhRadioCapabilities capabilities;
    GString *events; /* "bluez+ bluez- adapter0+ adapter0- synced", separated by spaces */
    BhRecordedAdapter adapters[BH_RADIO_MAX_ADAPTERS];
    /* "AA:BB:CC:DD:EE:FF random 0 -60 <groups hex> <payload hex>" */
    GPtrArray *reports;
    guint drains; /* how many different times the reports have */
    gint64 drained_us;
} BhRecorder;

/* Time limits for tests: failures show within tens of milliseconds. */
extern const BhBluezTiming bh_recorder_timing;

/* Makes the radio on a bus; it is not started. timing NULL = bh_recorder_timing. */
void bh_recorder_init(BhRecorder *self, const char *address, const BhBluezTiming *timing);
void bh_recorder_start(BhRecorder *self);
/* Stops the radio. Does nothing if not initialised. */
void bh_recorder_clear(BhRecorder *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhRecorder, bh_recorder_clear)

/* Wants a scan of everything on a slot. */
void bh_recorder_scan(BhRecorder *self, guint8 slot);
/* Wants a scan of some UUIDs (texts separated by spaces, may be empty), rssi 0 = any. */
void bh_recorder_scan_for(BhRecorder *self, guint8 slot, const char *uuids, gint rssi);
void bh_recorder_stop_scan(BhRecorder *self, guint8 slot);
gboolean bh_recorder_is_running(BhRecorder *self, guint8 slot);

/* The newest report, "" if there is none. */
const char *bh_recorder_peek_report(BhRecorder *self);
guint64 bh_recorder_count_malformed(BhRecorder *self);

/* An asynchronous call of the radio and how it ended. */
typedef struct {
    gboolean done;
    GError *error; /* owned */
} BhOutcome;

void bh_outcome_on_power_cycle(GObject *source, GAsyncResult *result, gpointer outcome);
void bh_outcome_on_check(GObject *source, GAsyncResult *result, gpointer outcome);
void bh_outcome_clear(BhOutcome *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhOutcome, bh_outcome_clear)

G_END_DECLS
