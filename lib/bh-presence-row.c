/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Presence as clients see it.
 */
#include "bh-presence.h"

static void
add(GVariantBuilder *builder, const char *key, GVariant *value)
{
    g_variant_builder_add(builder, "{sv}", key, value);
}

static void
add_identity(const BhPresenceState *state, GVariantBuilder *builder)
{
    char text[BH_IDENTITY_TEXT_SIZE];

    bh_identity_format(state->identity, text);
    add(builder, "Id", g_variant_new_string(text));
    if (state->alias != NULL)
        add(builder, "Alias", g_variant_new_string(state->alias));
    add(builder, "Type", g_variant_new_string(bh_identity_kind_to_string(state->identity->kind)));
}

static void
add_signal(const BhPresenceState *state, GVariantBuilder *builder)
{
    add(builder, "RSSI", g_variant_new_int16(state->rssi));
    add(builder, "Smoothed", g_variant_new_double(state->smoothed));
    add(builder, "RSSIStdDev", g_variant_new_double(state->deviation_db));
    add(builder, "TxPower", g_variant_new_int16((gint16)state->tx_power));
    add(builder, "DistanceM", g_variant_new_double(state->distance_m));
    add(builder, "DistanceMinM", g_variant_new_double(state->min_m));
    add(builder, "DistanceMaxM", g_variant_new_double(state->max_m));
    if (state->interval_ms > 0.0)
        add(builder, "IntervalMs", g_variant_new_double(state->interval_ms));
    if (state->response_ms > 0.0)
        add(builder, "ResponseMs", g_variant_new_double(state->response_ms));
    add(builder, "Samples", g_variant_new_uint32(state->samples));
}

static void
add_last_heard(const BhPresenceState *state,
               gint64 now_us,
               gint64 realtime_us,
               GVariantBuilder *builder)
{
    const char *type = bh_address_type_to_string((BhAddressType)state->address.type);
    char address[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(&state->address, address);
    add(builder, "Address", g_variant_new_string(address));
    add(builder, "AddressType", g_variant_new_string(type));
    add(builder, "Timestamp", g_variant_new_int64(realtime_us - (now_us - state->last_us)));
    add(builder, "AgeMs", g_variant_new_int64((now_us - state->last_us) / 1000));
}

void
bh_presence_state_add_to_row(const BhPresenceState *state,
                             gint64 now_us,
                             gint64 realtime_us,
                             GVariantBuilder *builder)
{
    add_identity(state, builder);
    add(builder, "Zone", g_variant_new_string(bh_zone_to_string(state->zone)));
    if (state->since_us > 0)
        add(builder, "ZoneSince", g_variant_new_int64(realtime_us - (now_us - state->since_us)));
    if (state->last_us > 0)
        add_last_heard(state, now_us, realtime_us, builder);
    if (state->heard)
        add_signal(state, builder);
}

static void
add_ms(GVariantBuilder *builder, const char *key, gint64 us)
{
    add(builder, key, g_variant_new_uint64((guint64)us / 1000));
}

void
bh_presence_statistics_add_to_row(const BhPresenceStatistics *statistics, GVariantBuilder *builder)
{
    add(builder, "Visits", g_variant_new_uint32(statistics->visits));
    add(builder, "Transitions", g_variant_new_uint32(statistics->transitions));
    add_ms(builder, "ImmediateMs", statistics->zone_us[BH_ZONE_IMMEDIATE]);
    add_ms(builder, "NearMs", statistics->zone_us[BH_ZONE_NEAR]);
    add_ms(builder, "FarMs", statistics->zone_us[BH_ZONE_FAR]);
    add(builder,
        "VisitLengths",
        g_variant_new_fixed_array(G_VARIANT_TYPE_UINT32,
                                  statistics->lengths,
                                  G_N_ELEMENTS(statistics->lengths),
                                  sizeof(guint32)));
    add(builder, "Readings", g_variant_new_uint32(statistics->readings));
    add(builder, "BelowFloor", g_variant_new_uint32(statistics->below_floor));
}
