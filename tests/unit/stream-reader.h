/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The reading end of a stream in the unit tests: never waits, and checks that numbers and losses
 * add up from record to record.
 */
#include "hub-fixture.h"

/* What a reader got. All 0 at first. */
typedef struct {
    guint packets;
    guint64 records;
    guint64 dropped;  /* as told */
    guint64 sequence; /* of the last record */
    gint8 rssi;       /* of the last record */
    gsize longest;    /* line */
    gboolean end;
} StreamReader;

/* The reader's descriptor; must succeed. */
int stream_reader_open(BhScan *scan, const BhStreamSpec *spec, BhClient *client);

/* Reads the packets that are there, without waiting. */
void stream_reader_read(int fd, StreamReader *self);

/* Reads all there is to come: turns the loop as a slow reader becomes a fast one. */
void stream_reader_read_all(int fd, StreamReader *self);

/* Counts one line of JSON, without the end of the line. */
void stream_reader_count_line(const char *line, StreamReader *self);
