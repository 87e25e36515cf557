/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a beacon is called stands last in the table, because only it may be of any width. All that
 * is printed comes from numbers, hex and URLs, which have no character that a terminal obeys.
 */
#include "beacon-text.h"

#include "row-text.h"

#include "bh-distance.h"

/* Telemetry by itself is called by its address. */
static void
append_name(GString *out, const BhListedBeacon *beacon)
{
    char name[BH_IDENTITY_TEXT_SIZE];

    bh_identity_format(&beacon->identity, name);
    if (bh_listed_beacon_is_bare(beacon))
        g_string_append_printf(out, "%s of ", bh_beacon_type_to_name(beacon->beacon.type));
    g_string_append(out, name);
}

/* Telemetry */

static void
append_plain_telemetry(GString *out, const BhBeacon *telemetry)
{
    if (telemetry->battery_mv != 0)
        g_string_append_printf(out, "%u mV, ", telemetry->battery_mv);
    if (telemetry->temperature != BH_BEACON_NO_TEMPERATURE)
        g_string_append_printf(out, "%.2f C, ", telemetry->temperature / 256.0);
    g_string_append_printf(out,
                           "%u packets, %.1f s",
                           telemetry->advertising_count,
                           telemetry->uptime / 10.0);
}

static void
append_telemetry(GString *out, const BhBeacon *telemetry)
{
    if (telemetry->type == BH_BEACON_EDDYSTONE_TLM)
        append_plain_telemetry(out, telemetry);
    else
        g_string_append(out, "encrypted telemetry");
}

static const BhBeacon *
peek_telemetry(const BhListedBeacon *beacon)
{
    if (bh_listed_beacon_is_bare(beacon))
        return &beacon->beacon;
    return beacon->has_telemetry ? &beacon->telemetry : NULL;
}

char *
bh_beacon_telemetry_text(const BhListedBeacon *beacon)
{
    GString *out = g_string_new(NULL);
    const BhBeacon *telemetry = peek_telemetry(beacon);

    append_name(out, beacon);
    g_string_append(out, ": ");
    if (telemetry != NULL)
        append_telemetry(out, telemetry);
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

/* Lines */

static void
append_distance(GString *out, const BhListedBeacon *beacon)
{
    gint power = BH_DISTANCE_DEFAULT_POWER_DBM;

    if (beacon->rssi == BH_RSSI_UNKNOWN) {
        g_string_append_c(out, '-');
        return;
    }
    bh_beacon_get_power_at_1m(&beacon->beacon, &power);
    bh_row_append_distance(out, bh_distance_m(beacon->rssi, power, BH_DISTANCE_DEFAULT_EXPONENT));
}

static void
append_rssi(GString *out, const BhListedBeacon *beacon)
{
    if (beacon->rssi == BH_RSSI_UNKNOWN)
        g_string_append_c(out, '-');
    else
        g_string_append_printf(out, "%d", beacon->rssi);
}

static void
append_address(GString *out, const BhListedBeacon *beacon)
{
    char address[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(&beacon->address, address);
    g_string_append(out, address);
}

char *
bh_beacon_text(const BhListedBeacon *beacon)
{
    GString *out = g_string_new(NULL);
    const BhBeacon *telemetry = peek_telemetry(beacon);

    append_name(out, beacon);
    g_string_append(out, "  ");
    append_rssi(out, beacon);
    g_string_append(out, " dBm  ");
    append_distance(out, beacon);
    g_string_append(out, "  ");
    append_address(out, beacon);
    if (telemetry != NULL) {
        g_string_append(out, "  ");
        append_telemetry(out, telemetry);
    }
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

char *
bh_beacon_totals(const BhBeaconList *list)
{
    GString *out = g_string_new(NULL);
    guint counts[BH_N_BEACON_TYPES];
    guint size = bh_beacon_list_size(list);
    const char *separator = ": ";

    bh_beacon_list_count(list, counts);
    g_string_append_printf(out, "%u beacon%s", size, size == 1 ? "" : "s");
    for (guint i = 0; i < BH_N_BEACON_TYPES; i++) {
        if (counts[i] == 0)
            continue;
        g_string_append_printf(out, "%s%u %s", separator, counts[i], bh_beacon_type_to_name(i));
        separator = ", ";
    }
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

/* The table */

/* Right-aligned. */
static void
append_cell(GString *out, int width, const GString *cell)
{
    g_string_append_printf(out, "%*s  ", width, cell->str);
}

static void
append_row(GString *out, const BhListedBeacon *beacon, gint64 now_us)
{
    g_autoptr(GString) rssi = g_string_new(NULL);
    g_autoptr(GString) distance = g_string_new(NULL);
    g_autoptr(GString) age = g_string_new(NULL);
    const BhBeacon *telemetry = peek_telemetry(beacon);

    append_rssi(rssi, beacon);
    append_distance(distance, beacon);
    bh_row_append_age(age, now_us - beacon->heard_us);
    append_cell(out, 4, rssi);
    append_cell(out, 8, distance);
    append_cell(out, 6, age);
    append_name(out, beacon);
    if (telemetry != NULL) {
        g_string_append(out, "  ");
        append_telemetry(out, telemetry);
    }
    g_string_append_c(out, '\n');
}

#define HEADING_LINES 2

char *
bh_beacon_picture(const BhBeaconList *list, guint lines, gint64 now_us)
{
    g_autofree char *totals = bh_beacon_totals(list);
    g_autoptr(GPtrArray) sorted = bh_beacon_list_sort(list);
    GString *out = g_string_new(totals);

    if (sorted->len > 0 && lines > HEADING_LINES)
        g_string_append_printf(out, "%4s  %8s  %6s  %s\n", "RSSI", "DISTANCE", "AGE", "BEACON");
    for (guint i = 0; i < sorted->len && i + HEADING_LINES < lines; i++)
        append_row(out, sorted->pdata[i], now_us);
    return g_string_free(out, FALSE);
}
