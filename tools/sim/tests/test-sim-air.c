/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The air: order, determinism, intervals, signal strength, arrival and departure, rotating
 * addresses. */
#include "air.h"
#include "test-main.h"

#include <math.h>
#include <string.h>

#define SECOND G_GINT64_CONSTANT(1000000)

static BhAir *
air_of(const char *text)
{
    g_autoptr(BhScenario) scenario = bh_scenario_parse(text, NULL);
    BhAir *air = bh_air_new(scenario->seed);

    for (guint i = 0; i < scenario->devices->len; i++)
        bh_air_add(air, scenario->devices->pdata[i], 0);
    return air;
}

/* Everything heard until a time, one line each. */
static char *
diary(const char *text, gint64 until_us)
{
    g_autoptr(BhAir) air = air_of(text);
    GString *lines = g_string_new(NULL);
    BhAdvertisement heard;

    while (bh_air_take(air, until_us, &heard)) {
        char address[BH_ADDRESS_TEXT_SIZE];

        bh_address_format(&heard.address, address);
        g_string_append_printf(lines,
                               "%" G_GINT64_FORMAT " %s %d %02x\n",
                               heard.time_us,
                               address,
                               heard.rssi,
                               heard.advertising[heard.advertising_size - 4]);
    }
    return g_string_free(lines, FALSE);
}

#define TWO                                                                                        \
    "[device a]\nRSSIWalk=-60;-90;-40;3\nPayloadCounter=true\n"                                    \
    "[device b]\nAddressEveryReports=2\nPayloadCounter=true\nIntervalMs=30\n"

START_TEST(same_seed_gives_the_same_air)
{
    g_autofree char *first = diary("[scenario]\nSeed=7\n" TWO, 5 * SECOND);
    g_autofree char *again = diary("[scenario]\nSeed=7\n" TWO, 5 * SECOND);
    g_autofree char *other = diary("[scenario]\nSeed=8\n" TWO, 5 * SECOND);

    ck_assert_str_eq(first, again);
    ck_assert_str_ne(first, other);
}
END_TEST

START_TEST(asking_often_or_once_gives_the_same_air)
{
    g_autofree char *once = diary(TWO, SECOND);
    g_autoptr(BhAir) air = air_of(TWO);
    BhAdvertisement heard;
    guint lines = 0;

    for (gint64 now = 0; now <= SECOND; now += 777) {
        while (bh_air_take(air, now, &heard)) {
            ck_assert_int_le(heard.time_us, now);
            lines++;
        }
    }
    for (const char *at = once; (at = strchr(at, '\n')) != NULL; at++)
        lines--;
    ck_assert_uint_eq(lines, 0);
}
END_TEST

START_TEST(another_device_does_not_change_what_a_device_does)
{
    g_autofree char *alone =
        diary("[device a]\nRSSIWalk=-60;-90;-40;3\nPayloadCounter=true\n", SECOND);
    g_autofree char *both = diary(TWO, SECOND);
    g_auto(GStrv) lines = g_strsplit(alone, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++)
        ck_assert_ptr_nonnull(strstr(both, lines[i]));
}
END_TEST

START_TEST(interval_has_up_to_ten_milliseconds_added)
{
    g_autoptr(BhAir) air = air_of("[device a]\nIntervalMs=100\n");
    BhAdvertisement heard;
    gint64 last = -1;
    guint different = 0;
    gint64 gap_before = 0;

    while (bh_air_take(air, 100 * SECOND, &heard)) {
        gint64 gap = heard.time_us - last;

        if (last >= 0) {
            ck_assert_int_ge(gap, 100000);
            ck_assert_int_le(gap, 110000);
            different += gap != gap_before;
        }
        gap_before = gap;
        last = heard.time_us;
    }
    ck_assert_uint_gt(different, 900);
}
END_TEST

START_TEST(trace_repeats_and_walk_stays_in_its_range)
{
    static const gint8 trace[] = {-50, -60, -70};
    g_autoptr(BhAir) traced = air_of("[device a]\nRSSI=-50;-60;-70\n");
    g_autoptr(BhAir) walking = air_of("[device a]\nRSSIWalk=-50;-55;-45;4\n");
    BhAdvertisement heard;
    gint last = -50;

    for (guint i = 0; i < 10; i++) {
        ck_assert(bh_air_take(traced, 100 * SECOND, &heard));
        ck_assert_int_eq(heard.rssi, trace[i % 3]);
    }
    while (bh_air_take(walking, 100 * SECOND, &heard)) {
        ck_assert(heard.rssi >= -55 && heard.rssi <= -45);
        ck_assert_int_le(ABS(heard.rssi - last), 4);
        last = heard.rssi;
    }
}
END_TEST

/* The next advertisement of the only device at or after a time. */
static gint8
rssi_at(BhAir *air, gint64 at_us)
{
    BhAdvertisement heard = {0};

    do
        ck_assert(bh_air_take(air, G_MAXINT64 - 1, &heard));
    while (heard.time_us < at_us);
    return heard.rssi;
}

START_TEST(path_goes_straight_from_point_to_point_and_begins_again)
{
    g_autoptr(BhAir) air =
        air_of("[device a]\nIntervalMs=20\nRSSIPath=0:-50;10000:-70;10000:-40;15000:-40\n");
    static const struct {
        gint64 at_ms;
        gint rssi;
    } rows[] = {{0, -50}, {5100, -60}, {9900, -70}, {10001, -40}, {14900, -40}, {15001, -50}};

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        ck_assert_int_eq(rssi_at(air, rows[i].at_ms * 1000), rows[i].rssi);
    ck_assert_int_eq(rssi_at(air, 150 * SECOND + 5100 * 1000), -60);
}
END_TEST

START_TEST(path_begins_when_the_device_arrives)
{
    g_autoptr(BhAir) air = air_of(
        "[device a]\nIntervalMs=20\nArriveMs=7000\nRSSIPath=0:-40;1000:-40;1000:-90;2000:-90\n");

    ck_assert_int_eq(rssi_at(air, 7900 * 1000), -40);
    ck_assert_int_eq(rssi_at(air, 8000 * 1000), -90);
}
END_TEST

START_TEST(clones_are_spread_along_their_path)
{
    g_autoptr(BhAir) air = air_of("[device a]\nCount=4\nIntervalMs=20\nPathOffsetMs=1000\n"
                                  "RSSIPath=0:-40;1000:-40;1000:-50;2000:-50;2000:-60;3000:-60\n");
    static const gint expected[] = {-40, -50, -60, -40};
    BhAdvertisement heard;

    while (bh_air_take(air, 900 * 1000, &heard))
        ck_assert_int_eq(heard.rssi, expected[heard.device->index]);
    ck_assert_int_eq(bh_air_remove(air, "a"), 4);
}
END_TEST

START_TEST(noise_has_the_deviation_asked_for_and_moves_nothing_else)
{
    g_autoptr(BhAir) noisy = air_of("[device a]\nRSSI=-60\nRSSINoise=4\nPayloadCounter=true\n");
    g_autoptr(BhAir) silent = air_of("[device a]\nRSSI=-60\nPayloadCounter=true\n");
    BhAdvertisement heard;
    double sum = 0;
    double squares = 0;
    guint outside = 0;

    for (guint i = 0; i < 20000; i++) {
        ck_assert(bh_air_take(silent, G_MAXINT64 - 1, &heard));
        gint64 time_us = heard.time_us;

        ck_assert(bh_air_take(noisy, G_MAXINT64 - 1, &heard));
        ck_assert_int_eq(heard.time_us, time_us);
        sum += heard.rssi + 60;
        squares += (heard.rssi + 60) * (heard.rssi + 60);
        outside += ABS(heard.rssi + 60) > 8;
    }
    ck_assert_double_lt(fabs(sum / 20000), 0.15);
    ck_assert_double_eq_tol(sqrt(squares / 20000), 4.0, 0.15);
    /* Beyond 8.5 dB, which is 2.125 standard deviations: 3.4 % of a normal distribution. */
    ck_assert_double_eq_tol(outside / 20000.0, 0.034, 0.006);
}
END_TEST

typedef struct {
    guint dips;
    gint64 dipped_us;
    gint64 shortest_us;
    gint64 longest_us;
} Dips;

/* What a device of -60 dBm does for a time; a dip has one depth, from 10 to 15 dB. */
static Dips
count_dips(BhAir *air, gint64 until_us)
{
    Dips dips = {.shortest_us = G_MAXINT64};
    BhAdvertisement heard;
    gint before = -60;
    gint64 since_us = 0;

    while (bh_air_take(air, until_us, &heard)) {
        ck_assert(heard.rssi == -60 || (heard.rssi <= -70 && heard.rssi >= -75));
        if (heard.rssi == before)
            continue;
        if (before != -60) {
            dips.dipped_us += heard.time_us - since_us;
            dips.shortest_us = MIN(dips.shortest_us, heard.time_us - since_us);
            dips.longest_us = MAX(dips.longest_us, heard.time_us - since_us);
        }
        dips.dips += heard.rssi != -60;
        since_us = heard.time_us;
        before = heard.rssi;
    }
    return dips;
}

START_TEST(dips_are_as_often_as_long_and_as_deep_as_asked_for)
{
    g_autoptr(BhAir) air =
        air_of("[device a]\nIntervalMs=20\nRSSI=-60\nRSSIDips=10000;2000;10;15\n");
    Dips dips = count_dips(air, 3000 * SECOND);

    ck_assert_uint_ge(dips.dips, 260);
    ck_assert_uint_le(dips.dips, 340);
    ck_assert_double_eq_tol((double)dips.dipped_us / dips.dips, 2e6, 1.5e5);
    ck_assert_int_ge(dips.shortest_us, 950 * 1000);
    ck_assert_int_le(dips.longest_us, 3050 * 1000);
}
END_TEST

START_TEST(each_clone_has_dips_of_its_own)
{
    g_autoptr(BhAir) air =
        air_of("[device a]\nCount=20\nIntervalMs=20\nRSSI=-60\nRSSIDips=10000;5000;10;15\n");
    BhAdvertisement heard;
    gboolean dipped[20] = {FALSE};
    guint begun_together = 0;

    while (bh_air_take(air, 100 * SECOND, &heard)) {
        gboolean now = heard.rssi < -60;
        guint together = 0;

        for (guint i = 0; i < G_N_ELEMENTS(dipped); i++)
            together += dipped[i];
        begun_together += together == G_N_ELEMENTS(dipped);
        dipped[heard.device->index] = now;
    }
    ck_assert_uint_eq(begun_together, 0);
}
END_TEST

START_TEST(what_fades_follows_from_the_seed)
{
    static const char fading[] = "[device a]\nCount=3\nPayloadCounter=true\nRSSINoise=3\n"
                                 "RSSIDips=1000;300;10;15\nRSSIPath=0:-50;4000:-80;8000:-50\n";
    g_autofree char *one = g_strconcat("[scenario]\nSeed=1\n", fading, NULL);
    g_autofree char *two = g_strconcat("[scenario]\nSeed=2\n", fading, NULL);
    g_autofree char *first = diary(one, 20 * SECOND);
    g_autofree char *again = diary(one, 20 * SECOND);
    g_autofree char *other = diary(two, 20 * SECOND);

    ck_assert_str_eq(first, again);
    ck_assert_str_ne(first, other);
}
END_TEST

START_TEST(what_fades_stays_what_a_controller_can_say)
{
    g_autoptr(BhAir) weak = air_of("[device a]\nRSSI=-120\nRSSIDips=2;1;100;100\n");
    g_autoptr(BhAir) strong = air_of("[device a]\nRSSI=20\nRSSINoise=90\n");
    gboolean weakest = FALSE;
    gboolean strongest = FALSE;
    BhAdvertisement heard;

    while (bh_air_take(weak, 100 * SECOND, &heard)) {
        ck_assert(heard.rssi == -120 || heard.rssi == -127);
        weakest |= heard.rssi == -127;
    }
    while (bh_air_take(strong, 100 * SECOND, &heard)) {
        ck_assert(heard.rssi >= -127 && heard.rssi <= 20);
        strongest |= heard.rssi == 20;
    }
    ck_assert(weakest && strongest);
}
END_TEST

START_TEST(counter_counts_advertisements)
{
    g_autoptr(BhAir) air = air_of("[device a]\nPayloadCounter=true\n");
    BhAdvertisement heard;

    for (guint i = 0; i < 300; i++) {
        guint32 counter = 0;

        ck_assert(bh_air_take(air, 100 * SECOND, &heard));
        memcpy(&counter, heard.advertising + heard.device->counter_offset, sizeof counter);
        ck_assert_uint_eq(GUINT32_FROM_LE(counter), i);
    }
}
END_TEST

START_TEST(device_arrives_and_departs_in_time)
{
    g_autoptr(BhAir) air = air_of("[device a]\nArriveMs=2000\nDepartMs=5000\n");
    BhAdvertisement heard;
    gint64 last = 0;

    ck_assert_int_ge(bh_air_next_time(air), 2 * SECOND);
    while (bh_air_take(air, 100 * SECOND, &heard))
        last = heard.time_us;
    ck_assert(last > 4800000 && last < 5 * SECOND);
    ck_assert_int_eq(bh_air_next_time(air), G_MAXINT64);
    ck_assert(!bh_air_has(air, "a"));
}
END_TEST

START_TEST(addresses_rotate_by_reports_and_by_time)
{
    g_autoptr(BhAir) by_reports = air_of("[device a]\nAddressEveryReports=5\n");
    g_autoptr(BhAir) by_time = air_of("[device a]\nAddressEveryMs=1000\n");
    BhAdvertisement heard;
    BhAddress last = {0};
    guint changes = 0;

    for (guint i = 0; i < 20; i++) {
        ck_assert(bh_air_take(by_reports, 100 * SECOND, &heard));
        ck_assert_int_eq(!bh_address_equal(&last, &heard.address), i % 5 == 0);
        last = heard.address;
    }
    while (bh_air_take(by_time, 10 * SECOND, &heard)) {
        changes += !bh_address_equal(&last, &heard.address);
        last = heard.address;
    }
    ck_assert_uint_eq(changes, 10);
}
END_TEST

START_TEST(addresses_of_a_device_with_an_irk_are_all_resolved_by_it)
{
    g_autoptr(BhAir) air =
        air_of("[device a]\nIRK=ec0234a357c8ad05341010a60a397d9b\nAddressEveryReports=1\n");
    g_autoptr(BhRpaKey) irk = bh_rpa_key_new("ec0234a357c8ad05341010a60a397d9b", NULL);
    g_autoptr(BhRpaKey) other = bh_rpa_key_new("ec0234a357c8ad05341010a60a397d9c", NULL);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    BhAdvertisement heard;

    for (guint i = 0; i < 1000; i++) {
        char *text = g_malloc(BH_ADDRESS_TEXT_SIZE);

        ck_assert(bh_air_take(air, G_MAXINT64 - 1, &heard));
        ck_assert(bh_rpa_key_resolves(irk, &heard.address));
        ck_assert(!bh_rpa_key_resolves(other, &heard.address));
        bh_address_format(&heard.address, text);
        ck_assert(g_hash_table_add(seen, text));
    }
}
END_TEST

START_TEST(clones_have_the_irks_that_follow)
{
    g_autoptr(BhAir) air = air_of("[device a]\nIRK=ec0234a357c8ad05341010a60a39fffe\nCount=4\n"
                                  "AddressEveryMs=500\n");
    static const char *const texts[] = {"ec0234a357c8ad05341010a60a39fffe",
                                        "ec0234a357c8ad05341010a60a39ffff",
                                        "ec0234a357c8ad05341010a60a3a0000",
                                        "ec0234a357c8ad05341010a60a3a0001"};
    BhAddress first[G_N_ELEMENTS(texts)] = {0};
    guint changed[G_N_ELEMENTS(texts)] = {0};
    BhAdvertisement heard;

    while (bh_air_take(air, SECOND, &heard)) {
        guint index = heard.device->index;
        g_autoptr(BhRpaKey) irk = bh_rpa_key_new(texts[index], NULL);

        ck_assert(bh_rpa_key_resolves(irk, &heard.address));
        changed[index] += !bh_address_equal(&first[index], &heard.address);
        first[index] = heard.address;
    }
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        ck_assert_uint_eq(changed[i], 2);
}
END_TEST

START_TEST(removed_group_goes_with_all_its_clones)
{
    g_autoptr(BhAir) air = air_of("[device a]\nCount=5\n[device b]\n");
    BhAdvertisement heard;

    ck_assert_uint_eq(bh_air_remove(air, "a"), 5);
    ck_assert_uint_eq(bh_air_remove(air, "a"), 0);
    while (bh_air_take(air, SECOND, &heard))
        ck_assert_str_eq(heard.device->group, "b");
}
END_TEST

BH_TEST_MAIN("sim-air",
             same_seed_gives_the_same_air,
             asking_often_or_once_gives_the_same_air,
             another_device_does_not_change_what_a_device_does,
             interval_has_up_to_ten_milliseconds_added,
             trace_repeats_and_walk_stays_in_its_range,
             path_goes_straight_from_point_to_point_and_begins_again,
             path_begins_when_the_device_arrives,
             clones_are_spread_along_their_path,
             noise_has_the_deviation_asked_for_and_moves_nothing_else,
             dips_are_as_often_as_long_and_as_deep_as_asked_for,
             each_clone_has_dips_of_its_own,
             what_fades_follows_from_the_seed,
             what_fades_stays_what_a_controller_can_say,
             counter_counts_advertisements,
             device_arrives_and_departs_in_time,
             addresses_rotate_by_reports_and_by_time,
             addresses_of_a_device_with_an_irk_are_all_resolved_by_it,
             clones_have_the_irks_that_follow,
             removed_group_goes_with_all_its_clones)
