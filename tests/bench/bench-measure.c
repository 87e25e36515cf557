/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The process's clock, and the allocator's own account. */
#include "bench-measure.h"

#include <malloc.h>
#include <stdlib.h>
#include <time.h>

gint64
bench_cpu_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * G_GINT64_CONSTANT(1000000000) + now.tv_nsec;
}

static int
compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

double
bench_median(double times[BENCH_RUNS])
{
    qsort(times, BENCH_RUNS, sizeof times[0], compare_doubles);
    return times[BENCH_RUNS / 2];
}

double
bench_time(guint count, BenchFunc run, gpointer user_data)
{
    double times[BENCH_RUNS];

    for (guint i = 0; i < BENCH_RUNS; i++)
        times[i] = (double)run(count, user_data) / count;
    return bench_median(times);
}

gsize
bench_allocated_bytes(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}
