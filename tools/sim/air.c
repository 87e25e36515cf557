/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A sequence of transmitters sorted by the time of their next advertisement. */
#include "air.h"

#include "payload.h"

#include <string.h>

#define ADVERTISING_DELAY_MAX_US 10000

typedef struct {
    BhScenarioDevice *device;
    guint order; /* of arrival: decides between equal times */
    BhPrng prng;
    gint64 arrived_us;
    gint64 next_us;
    gint64 depart_us;
    gint64 rotated_us;
    BhAddress address;
    GByteArray *advertising; /* own copy, the counter runs in it */
    guint sent;
    gint8 rssi; /* where it is, before it fades */
    BhFadingState fading;
} Transmitter;

struct _BhAir {
    guint32 seed;
    guint added;
    GSequence *transmitters;
};

static void
transmitter_free(gpointer data)
{
    Transmitter *self = data;

    bh_scenario_device_unref(self->device);
    g_byte_array_unref(self->advertising);
    g_free(self);
}

static gint
transmitter_compare(gconstpointer a, gconstpointer b, gpointer user_data)
{
    const Transmitter *first = a;
    const Transmitter *second = b;

    if (first->next_us != second->next_us)
        return first->next_us < second->next_us ? -1 : 1;
    return first->order < second->order ? -1 : first->order > second->order;
}

/* A random private address that nobody can resolve (Core 5.4 Vol 6 Part B 1.3.2.2). */
static void
make_address_at_random(BhAddress *address, BhPrng *prng)
{
    for (guint i = 0; i < sizeof address->octets; i++)
        address->octets[i] = (guint8)bh_prng_next(prng);
    address->octets[0] &= 0x3f;
    address->type = BH_ADDRESS_RANDOM;
}

static void
transmitter_rotate(Transmitter *self)
{
    const BhRpaKey *irk = self->device->irk;

    if (irk != NULL)
        bh_rpa_key_make_address(irk,
                                bh_prng_below(&self->prng, BH_SCENARIO_PRANDS) + 1,
                                &self->address);
    else
        make_address_at_random(&self->address, &self->prng);
    self->rotated_us = self->next_us;
}

static void
transmitter_rotate_if_due(Transmitter *self)
{
    const BhScenarioDevice *device = self->device;

    if (device->rotate_us > 0 && self->next_us - self->rotated_us >= device->rotate_us)
        transmitter_rotate(self);
    else if (device->rotate_reports > 0 && self->sent > 0 &&
             self->sent % device->rotate_reports == 0)
        transmitter_rotate(self);
}

static void
transmitter_step_counter(Transmitter *self)
{
    guint32 count = GUINT32_TO_LE(self->sent);

    if (self->device->counter_offset >= 0)
        memcpy(self->advertising->data + self->device->counter_offset, &count, sizeof count);
}

static gint8
transmitter_step_rssi(Transmitter *self)
{
    const BhScenarioDevice *device = self->device;
    BhRssiMoment when = {.n = self->sent,
                         .elapsed_us = self->next_us - self->arrived_us +
                                       device->index * device->path_offset_us};

    self->rssi = bh_rssi_model_step(&device->rssi, &self->prng, &when, self->rssi);
    return bh_fading_apply(&device->fading, &self->fading, self->next_us, self->rssi);
}

static void
transmitter_send(Transmitter *self, BhAdvertisement *advertisement)
{
    transmitter_rotate_if_due(self);
    transmitter_step_counter(self);
    *advertisement = (BhAdvertisement){.time_us = self->next_us,
                                       .device = self->device,
                                       .address = self->address,
                                       .pdu = self->device->pdu,
                                       .advertising = self->advertising->data,
                                       .advertising_size = self->advertising->len,
                                       .scan_response = self->device->scan_response->data,
                                       .scan_response_size = self->device->scan_response->len,
                                       .rssi = transmitter_step_rssi(self)};
    self->sent++;
    self->next_us +=
        self->device->interval_us + bh_prng_below(&self->prng, ADVERTISING_DELAY_MAX_US + 1);
}

static Transmitter *
transmitter_new(BhScenarioDevice *device, guint32 seed, guint order, gint64 now_us)
{
    Transmitter *self = g_new0(Transmitter, 1);

    self->device = g_rc_box_acquire(device);
    self->order = order;
    bh_prng_init(&self->prng, seed, device->group, device->index);
    self->arrived_us = now_us + device->arrive_us;
    bh_fading_state_init(&self->fading, &device->fading, &self->prng, self->arrived_us);
    self->next_us = self->arrived_us + bh_prng_below(&self->prng, (guint32)device->interval_us);
    self->depart_us = device->depart_us == G_MAXINT64 ? G_MAXINT64 : now_us + device->depart_us;
    self->rotated_us = self->next_us;
    self->address = device->address;
    self->advertising = g_byte_array_new();
    g_byte_array_append(self->advertising, device->advertising->data, device->advertising->len);
    self->rssi = device->rssi.start;
    return self;
}

BhAir *
bh_air_new(guint32 seed)
{
    BhAir *air = g_new0(BhAir, 1);

    air->seed = seed;
    air->transmitters = g_sequence_new(transmitter_free);
    return air;
}

void
bh_air_free(BhAir *air)
{
    g_sequence_free(air->transmitters);
    g_free(air);
}

void
bh_air_add(BhAir *air, BhScenarioDevice *device, gint64 now_us)
{
    Transmitter *transmitter = transmitter_new(device, air->seed, air->added++, now_us);

    g_sequence_insert_sorted(air->transmitters, transmitter, transmitter_compare, NULL);
}

guint
bh_air_remove(BhAir *air, const char *group)
{
    GSequenceIter *iter = g_sequence_get_begin_iter(air->transmitters);
    guint removed = 0;

    while (!g_sequence_iter_is_end(iter)) {
        GSequenceIter *next = g_sequence_iter_next(iter);
        Transmitter *transmitter = g_sequence_get(iter);

        if (g_str_equal(transmitter->device->group, group)) {
            g_sequence_remove(iter);
            removed++;
        }
        iter = next;
    }
    return removed;
}

gboolean
bh_air_has(const BhAir *air, const char *group)
{
    GSequenceIter *iter = g_sequence_get_begin_iter(air->transmitters);

    for (; !g_sequence_iter_is_end(iter); iter = g_sequence_iter_next(iter)) {
        Transmitter *transmitter = g_sequence_get(iter);

        if (g_str_equal(transmitter->device->group, group))
            return TRUE;
    }
    return FALSE;
}

gint64
bh_air_next_time(const BhAir *air)
{
    GSequenceIter *first = g_sequence_get_begin_iter(air->transmitters);

    if (g_sequence_iter_is_end(first))
        return G_MAXINT64;
    return ((Transmitter *)g_sequence_get(first))->next_us;
}

gboolean
bh_air_take(BhAir *air, gint64 now_us, BhAdvertisement *advertisement)
{
    while (bh_air_next_time(air) <= now_us && !g_sequence_is_empty(air->transmitters)) {
        GSequenceIter *first = g_sequence_get_begin_iter(air->transmitters);
        Transmitter *transmitter = g_sequence_get(first);

        if (transmitter->next_us < transmitter->depart_us) {
            transmitter_send(transmitter, advertisement);
            g_sequence_sort_changed(first, transmitter_compare, NULL);
            return TRUE;
        }
        g_sequence_remove(first);
    }
    return FALSE;
}
