/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is left of an old value after n samples is (1 - alpha)^n; all the formulas are that one,
 * solved for something else.
 */
#include "bh-ema.h"

#include <math.h>

#define RESPONSE_LEFT 0.05

double
bh_ema_add(BhEma *self, double sample, double alpha)
{
    double step = sample - self->average;

    if (!self->begun) {
        *self = (BhEma){.average = sample, .begun = TRUE};
        return sample;
    }
    self->average += alpha * step;
    self->variance = (float)((1.0 - alpha) * ((double)self->variance + alpha * step * step));
    return self->average;
}

double
bh_ema_deviation(const BhEma *self)
{
    return sqrt((double)self->variance);
}

double
bh_ema_alpha_for(gint64 dt_us, gint64 half_life_us)
{
    return 1.0 - exp2(-(double)MAX(dt_us, 0) / (double)half_life_us);
}

double
bh_ema_window(double alpha)
{
    return 2.0 / alpha - 1.0;
}

double
bh_ema_response(double alpha)
{
    return alpha < 1.0 ? MAX(1.0, log(RESPONSE_LEFT) / log1p(-alpha)) : 1.0;
}
