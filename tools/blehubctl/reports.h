/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A scan of our own that lives as long as we do, and what it reports, as it comes. Without a radio
 * it says on stderr what it waits for.
 */
#include "ctl.h"

#include "bh-stream-reader.h"

G_BEGIN_DECLS

/** record is borrowed for the call. */
typedef void (*BhReportFunc)(const BhPackedRecord *record, gpointer user_data);

typedef struct {
    gint64 duration_ms; /* 0 = no bound */
    BhReportFunc on_report;
    gpointer user_data;

    BhDbusHub1 *hub;
    BhDbusScan1 *scan;
    BhStreamReader *reader;
    GMainLoop *loop;
    GCancellable *cancellable;
    GError *error;    /* why it broke off */
    gboolean reading; /* a read is out */
    gboolean ended;   /* bh_reports_end() */
    gboolean ready;   /* of the radio, as last told */
    gint64 begin_us;  /* monotonic */
} BhReports;

/** Begins the scan with options of Hub1.Scan() (floating is taken). */
gboolean bh_reports_open(BhReports *self, const BhCtl *ctl, GVariant *options, GError **error);

/** Runs until the user, the duration, the end of the stream or bh_reports_end() stops it;
 * afterwards nothing of it is pending. TRUE unless it broke off, see error. */
gboolean bh_reports_run(BhReports *self);

/** Ends bh_reports_run(); what came later in the same packet is not told. */
void bh_reports_end(BhReports *self);

/** How many reports came faster than they were read. */
guint64 bh_reports_get_lost(const BhReports *self);

/** Complains about the lost ones and about error, and says how to exit; found: something was. */
BhExit bh_reports_conclude(const BhReports *self, gboolean found);

void bh_reports_clear(BhReports *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhReports, bh_reports_clear)

G_END_DECLS
