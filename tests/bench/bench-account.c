/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An answer is written at once: who asked waits for it. */
#include "bench-account.h"

#include <stdio.h>
#include <string.h>

static guint64
lost(const BhBenchAccount *self)
{
    return self->lost - self->lost_before;
}

void
bh_bench_account_answer_waiting(BhBenchAccount *self)
{
    if (self->wanted == 0 || self->count + lost(self) < self->wanted)
        return;
    self->wanted = 0;
    printf("%" G_GUINT64_FORMAT "\n", self->count);
    fflush(stdout);
}

static int
compare_delays(gconstpointer a, gconstpointer b)
{
    guint32 left = *(const guint32 *)a, right = *(const guint32 *)b;
    return (left > right) - (left < right);
}

static guint32
percentile(const GArray *sorted, guint percent)
{
    return sorted->len > 0 ? g_array_index(sorted, guint32, (sorted->len - 1) * percent / 100) : 0;
}

static void
report(BhBenchAccount *self)
{
    g_array_sort(self->delays_us, compare_delays);
    printf("%" G_GUINT64_FORMAT " %u %u %" G_GUINT64_FORMAT "\n",
           self->count,
           percentile(self->delays_us, 50),
           percentile(self->delays_us, 99),
           lost(self));
}

static void
start_count(BhBenchAccount *self, gboolean timing)
{
    self->timing = timing;
    self->count = 0;
    self->lost_before = self->lost;
    g_array_set_size(self->delays_us, 0);
    puts("ok");
}

gboolean
bh_bench_account_obey(BhBenchAccount *self)
{
    char line[128];

    if (fgets(line, sizeof line, stdin) == NULL)
        return FALSE;
    if (g_str_has_prefix(line, "wait ")) {
        self->wanted = g_ascii_strtoull(line + strlen("wait "), NULL, 10);
        bh_bench_account_answer_waiting(self);
    } else if (g_str_has_prefix(line, "report")) {
        report(self);
    } else {
        start_count(self, g_str_has_prefix(line, "time"));
    }
    fflush(stdout);
    return TRUE;
}

void
bh_bench_account_init(BhBenchAccount *self)
{
    *self = (BhBenchAccount){.delays_us = g_array_new(FALSE, FALSE, sizeof(guint32))};
}

void
bh_bench_account_clear(BhBenchAccount *self)
{
    g_clear_pointer(&self->delays_us, g_array_unref);
}
