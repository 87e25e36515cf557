/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Streams of the real blehubd as the bus tests see them: one adapter, strangers whose payloads are
 * numbered, and readers that check each record against the one before.
 */
#include "bh-caller.h"

G_BEGIN_DECLS

/* Starts BlueZ and blehubd, which refreshes no discovery meanwhile: none misses a report. */
void bh_stream_scene_start(BhFixture *f);

/* The descriptor of a new stream, or -1 with error. */
int bh_stream_scene_open(GDBusConnection *connection,
                         const char *scan,
                         const char *options,
                         GError **error);

/* A number that the scan has as a property. */
guint64 bh_stream_scene_count(BhFixture *f, const char *scan, const char *property);
void bh_stream_scene_await_discovery(BhFixture *f, const char *scan);

/* count strangers speak while readers read; returns how many were heard. */
guint bh_stream_scene_burst(BhFixture *f, guint count, gint16 rssi);

/* A last word that everybody hears, behind all that was heard before. */
#define BH_STREAM_SCENE_MARK G_MAXUINT32
void bh_stream_scene_say_mark(BhFixture *f);

typedef struct {
    int fd;
    gboolean packed;
    guint watch;   /* 0 = it does not read */
    GString *text; /* JSON: the line under way */
    guint64 records;
    guint64 dropped;  /* as told */
    guint64 sequence; /* of the last record */
    guint32 number;   /* at the end of the last payload */
    guint descents;   /* how often the number did not grow: bursts - 1 */
    gboolean end;
} BhStreamReader;

/* Opens a stream, which must succeed; it reads from bh_stream_reader_start() on. */
void bh_stream_reader_open(BhStreamReader *self,
                           GDBusConnection *connection,
                           const char *scan,
                           const char *options);
void bh_stream_reader_start(BhStreamReader *self);
void bh_stream_reader_clear(BhStreamReader *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhStreamReader, bh_stream_reader_clear)

G_END_DECLS
