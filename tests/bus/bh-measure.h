/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What blehubd has that must not grow, whatever is done over and over: descriptors, match rules on
 * the bus and objects, which the sanitizers do not see; and its memory, where figures of it mean
 * something.
 */
#include "bh-caller.h"

G_BEGIN_DECLS

typedef struct {
    gsize descriptors;
    gsize rules;
    gsize objects;
    gsize least_kb; /* resident memory */
    gsize most_kb;
} BhMeasure;

/* As it is now. */
void bh_measure_init(BhMeasure *self, BhFixture *f);
/* Whether there is no more of anything now. What a round left may go a little later than the round
 * ends. */
gboolean bh_measure_holds(const BhMeasure *self, BhFixture *f);

/* Whether this is a run without sanitizers. */
gboolean bh_measure_is_of_memory(void);
/* Looks at the memory of one of the rounds that count. */
void bh_measure_add_memory(BhMeasure *self, BhFixture *f);
/* Requires that the memory of those rounds differed by 1 % at most, in a run where that counts. */
void bh_measure_check_memory(const BhMeasure *self);

G_END_DECLS
