/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every few milliseconds what is due by then. */
#include "burst.h"

#include "prng.h"

#include <string.h>

#define TICK_US 2000
#define PER_TURN 200 /* without a rate: advertisements per turn of the main loop */

struct _BhBurst {
    BhTimeline *timeline; /* borrowed: outlives the object */
    BhWorld *world;       /* borrowed: outlives the object */
    BhBurstPlan plan;
    BhBurstFunc done;
    gpointer user_data;
    BhPrng prng;
    gint64 started_us;
    guint32 sent;
    guint heard;
    guint timer;
};

static void
set_random_address(BhAddress *address, BhPrng *prng)
{
    for (guint i = 0; i < sizeof address->octets; i++)
        address->octets[i] = (guint8)bh_prng_next(prng);
    address->octets[0] |= 0xc0; /* random static */
    address->type = BH_ADDRESS_RANDOM;
}

static void
set_new_address(BhScenarioDevice *device, BhPrng *prng)
{
    if (device->irk == NULL)
        set_random_address(&device->address, prng);
    else
        bh_rpa_key_make_address(device->irk,
                                bh_prng_below(prng, BH_SCENARIO_PRANDS) + 1,
                                &device->address);
}

static void
send_one(BhBurst *burst)
{
    const GPtrArray *devices = burst->plan.devices;
    BhScenarioDevice *device = devices->pdata[burst->sent % devices->len];
    guint32 number = GUINT32_TO_LE(burst->sent);

    set_new_address(device, &burst->prng);
    if (device->counter_offset >= 0)
        memcpy(device->advertising->data + device->counter_offset, &number, sizeof number);
    burst->heard += bh_world_advertise(burst->world, device);
    burst->sent++;
}

static guint32
count_due(const BhBurst *burst)
{
    gint64 elapsed = bh_timeline_now(burst->timeline) - burst->started_us;
    gint64 due = burst->plan.rate == 0 ? burst->sent + PER_TURN
                                       : elapsed * burst->plan.rate / G_USEC_PER_SEC;

    return (guint32)MIN(due, burst->plan.count);
}

static void
on_tick(gpointer user_data)
{
    BhBurst *burst = user_data;
    gint64 wait = burst->plan.rate == 0 ? 0 : TICK_US;

    burst->timer = 0;
    for (guint32 due = count_due(burst); burst->sent < due;)
        send_one(burst);
    if (burst->sent < burst->plan.count)
        burst->timer = bh_timeline_add(burst->timeline,
                                       bh_timeline_now(burst->timeline) + wait,
                                       on_tick,
                                       burst);
    else
        burst->done(burst, burst->heard, burst->user_data);
}

BhBurst *
bh_burst_new(BhTimeline *timeline,
             BhWorld *world,
             const BhBurstPlan *plan,
             BhBurstFunc done,
             gpointer user_data)
{
    BhBurst *burst = g_new0(BhBurst, 1);

    burst->timeline = timeline;
    burst->world = world;
    burst->plan = *plan;
    burst->done = done;
    burst->user_data = user_data;
    burst->started_us = bh_timeline_now(timeline);
    /* Another burst has other addresses. */
    bh_prng_init(&burst->prng, (guint32)burst->started_us, "burst", plan->count);
    burst->timer = bh_timeline_add(timeline, burst->started_us, on_tick, burst);
    return burst;
}

void
bh_burst_free(BhBurst *burst)
{
    bh_timeline_clear(burst->timeline, &burst->timer);
    g_ptr_array_unref(burst->plan.devices);
    g_free(burst);
}
