/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The air: order, determinism, intervals, signal strength, arrival and departure, rotating
 * addresses. */
#include "air.h"
#include "test-main.h"

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
             counter_counts_advertisements,
             device_arrives_and_departs_in_time,
             addresses_rotate_by_reports_and_by_time,
             removed_group_goes_with_all_its_clones)
