/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The clock begins at 0 with the first reading. A period that is not over with the last reading
 * ends all the same.
 */
#include "simulation.h"

#include "bh-distance.h"
#include "bh-ema.h"
#include "bh-tracks.h"

typedef struct {
    const BhPresenceSettings *settings;
    BhTrack track;
    BhZoneState zone;
    GPtrArray *rows;
} Run;

/* Settings */

static gboolean
is_retail(GVariantDict *options, gboolean *retail, GError **error)
{
    const char *preset = "default";

    g_variant_dict_lookup(options, "Preset", "&s", &preset);
    *retail = g_str_equal(preset, "retail");
    if (*retail || g_str_equal(preset, "default"))
        return TRUE;
    g_set_error(error,
                G_OPTION_ERROR,
                G_OPTION_ERROR_BAD_VALUE,
                "--preset takes default or retail, not \"%s\"",
                preset);
    return FALSE;
}

static void
take_ms(GVariantDict *options, const char *key, gint64 *us)
{
    guint32 ms = 0;

    if (g_variant_dict_lookup(options, key, "u", &ms))
        *us = (gint64)ms * 1000;
}

static void
take_dbm(GVariantDict *options, const char *key, double *dbm)
{
    gint16 value = 0;

    if (g_variant_dict_lookup(options, key, "n", &value))
        *dbm = value;
}

static void
take_average(GVariantDict *options, BhPresenceSettings *settings)
{
    g_variant_dict_lookup(options, "Alpha", "d", &settings->alpha);
    g_variant_dict_lookup(options, "MedianWindow", "u", &settings->median_window);
    take_ms(options, "HalfLifeMs", &settings->half_life_us);
    take_ms(options, "SamplePeriodMs", &settings->sample_period_us);
}

static void
take_zones(GVariantDict *options, BhZoneRule *zones)
{
    take_dbm(options, "ImmediateDbm", &zones->immediate_dbm);
    take_dbm(options, "NearDbm", &zones->near_dbm);
    g_variant_dict_lookup(options, "HysteresisDb", "d", &zones->hysteresis_db);
    g_variant_dict_lookup(options, "MinSamples", "u", &zones->min_samples);
    take_ms(options, "DwellMs", &zones->dwell_us);
}

static void
take_powers(GVariantDict *options, BhPresenceSettings *settings)
{
    gint16 dbm = 0;

    if (g_variant_dict_lookup(options, "RSSI", "n", &dbm)) {
        settings->has_floor = TRUE;
        settings->floor = dbm;
    }
    settings->tx_power = BH_DISTANCE_DEFAULT_POWER_DBM;
    if (g_variant_dict_lookup(options, "TxPower", "n", &dbm))
        settings->tx_power = dbm;
    g_variant_dict_lookup(options, "PathLossExponent", "d", &settings->exponent);
}

static gboolean
check(GVariantDict *options, const BhPresenceSettings *settings, GError **error)
{
    const char *reason = NULL;

    if (g_variant_dict_contains(options, "Alpha") && settings->half_life_us > 0)
        reason = "--alpha and --half-life exclude each other";
    else if (settings->zones.immediate_dbm <= settings->zones.near_dbm)
        reason = "--immediate must be above --near";
    if (reason)
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, reason);
    return !reason;
}

gboolean
bh_simulation_init(BhSimulation *self, GVariantDict *options, GError **error)
{
    gboolean retail = FALSE;

    if (!is_retail(options, &retail, error))
        return FALSE;
    *self = (BhSimulation){.interval_us = BH_SIMULATION_INTERVAL_MS * 1000};
    bh_presence_settings_init(&self->settings, retail);
    if (!retail)
        self->settings.zones.min_samples = 1;
    take_average(options, &self->settings);
    take_zones(options, &self->settings.zones);
    take_powers(options, &self->settings);
    return check(options, &self->settings, error);
}

/* What the filter is like */

static void
add(GVariantBuilder *builder, const char *key, GVariant *value)
{
    g_variant_builder_add(builder, "{sv}", key, value);
}

GVariant *
bh_simulation_describe(const BhSimulation *self)
{
    const BhPresenceSettings *settings = &self->settings;
    gint64 gap_us = MAX(self->interval_us, settings->sample_period_us);
    double alpha = settings->half_life_us > 0 ? bh_ema_alpha_for(gap_us, settings->half_life_us)
                                              : settings->alpha;
    double response_ms =
        bh_presence_settings_get_response_ms(settings, (double)self->interval_us / 1000);
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    add(&builder, "Alpha", g_variant_new_double(alpha));
    add(&builder, "Window", g_variant_new_double(bh_ema_window(alpha)));
    add(&builder, "ResponseSamples", g_variant_new_double(bh_ema_response(alpha)));
    add(&builder, "ResponseMs", g_variant_new_double(response_ms));
    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

/* Running */

static void
add_row(Run *self, GVariantBuilder *builder)
{
    g_ptr_array_add(self->rows, g_variant_ref_sink(g_variant_builder_end(builder)));
}

static void
tell_sample(Run *self, gint8 sample)
{
    double smoothed = self->track.ema.average, deviation = bh_ema_deviation(&self->track.ema);
    double power = self->settings->tx_power, exponent = self->settings->exponent, min, max;
    const char *zone = bh_zone_to_string(self->zone.zone);
    GVariantBuilder builder;

    bh_distance_interval_m(smoothed, deviation, power, exponent, &min, &max);
    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    add(&builder, "Zone", g_variant_new_string(zone));
    add(&builder, "RSSI", g_variant_new_int16(sample));
    add(&builder, "Smoothed", g_variant_new_double(smoothed));
    add(&builder, "RSSIStdDev", g_variant_new_double(deviation));
    add(&builder, "TxPower", g_variant_new_int16((gint16)power));
    add(&builder, "DistanceM", g_variant_new_double(bh_distance_m(smoothed, power, exponent)));
    add(&builder, "DistanceMinM", g_variant_new_double(min));
    add(&builder, "DistanceMaxM", g_variant_new_double(max));
    add_row(self, &builder);
}

static void
tell_below_floor(Run *self, gint8 reading)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    add(&builder, "RSSI", g_variant_new_int16(reading));
    add(&builder, "BelowFloor", g_variant_new_boolean(TRUE));
    add_row(self, &builder);
}

static void
take_sample(Run *self, gint8 sample, gint64 now_us)
{
    bh_tracks_sample(&self->track, &self->track, self->settings, sample, now_us);
    bh_zone_add(&self->settings->zones, &self->zone, self->track.ema.average, now_us);
    tell_sample(self, sample);
}

/* The period that is over, if it had a reading. */
static void
end_period(Run *self, gint64 now_us)
{
    gint64 period_us = self->settings->sample_period_us;
    gint8 sample = 0;

    if (bh_sampler_take(&self->track.sampler, now_us, period_us, &sample))
        take_sample(self, sample, now_us);
}

static void
take_reading(Run *self, gint8 reading, gint64 now_us)
{
    const BhPresenceSettings *settings = self->settings;

    if (settings->sample_period_us > 0)
        end_period(self, now_us);
    if (settings->has_floor && reading < settings->floor)
        tell_below_floor(self, reading);
    else if (settings->sample_period_us > 0)
        bh_sampler_add(&self->track.sampler, now_us, settings->sample_period_us, reading);
    else
        take_sample(self, reading, now_us);
}

GPtrArray *
bh_simulation_run(const BhSimulation *self, const gint8 *readings, gsize n)
{
    Run run = {.settings = &self->settings,
               .rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_variant_unref)};
    gint64 now_us = 0;

    for (gsize i = 0; i < n; i++, now_us += self->interval_us)
        take_reading(&run, readings[i], now_us);
    if (self->settings.sample_period_us > 0)
        end_period(&run, bh_sampler_period_end(now_us, self->settings.sample_period_us));
    bh_tracks_clear(&run.track);
    return run.rows;
}
