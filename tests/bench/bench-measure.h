/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How the library's figures are measured: CPU time of the process, memory, the median of runs. */
#include <glib.h>

G_BEGIN_DECLS

#define BENCH_RUNS 7

/** CPU time of the process. */
gint64 bench_cpu_ns(void);

/** Sorts the times. */
double bench_median(double times[BENCH_RUNS]);

/** Does all of count operations; returns the CPU time that matters, ns. */
typedef gint64 (*BenchFunc)(guint count, gpointer user_data);

/** The median time of one operation over BENCH_RUNS runs of count, ns. */
double bench_time(guint count, BenchFunc run, gpointer user_data);

/** Bytes allocated, small ones and those mapped one by one. */
gsize bench_allocated_bytes(void);

G_END_DECLS
