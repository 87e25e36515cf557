/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How long to wait before trying again: first a while, then twice as long after each failure, up to
 * a bound. What lasted long enough begins anew. All zero is a fresh one.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    gint64 initial_ms; /* at least 1 */
    gint64 max_ms;     /* less than initial_ms counts as initial_ms */
    gint64 stable_ms;  /* a success that lasted so long makes up for all failures */
} BhBackoffPolicy;

typedef struct {
    gint64 last_ms; /* delay of the failure before; 0 = there was none */
} BhBackoff;

/** Counts a failure; how long to wait now. chance, from 0 up to 1, makes it up to a tenth longer,
 * so that those who failed together do not try together. */
gint64 bh_backoff_fail(BhBackoff *self, const BhBackoffPolicy *policy, double chance);

/** Counts a success that ended after lasted_ms. */
void bh_backoff_succeed(BhBackoff *self, const BhBackoffPolicy *policy, gint64 lasted_ms);

G_END_DECLS
