/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The list of beacons that "blehubctl beacons" keeps, and what it prints of it, from payloads made
 * here: addresses that change, telemetry that comes before, behind and alone, a list that is full.
 */
#include "beacon-text.h"
#include "test-main.h"
#include "test-words.h"

#define IBEACON "1aff4c000215e2c56db5dffb48d2b060d0f5a71096e0000102%02xc5"
#define ALTBEACON "1bff1801beac000102030405060708090a0b0c0d0e0f10111213c42a"
#define UID "1716aafe00ee8b0ca750095477cb3e770123456789ab0000"
#define URL "0d16aafe10eb01626c6568756207"
#define EID "0d16aafe30f60102030405060708"
#define TLM "1116aafe20000bb815c00000006400000c80"
#define TLM_OF_NOTHING "1116aafe2000000080000000000200000005"
#define ETLM "1516aafe2001000102030405060708090a0b12345678"

static const BhListedBeacon *
hear_at(BhBeaconList *list, guint8 n, const char *hex, gint64 time_us, BhBeaconNews *news)
{
    gsize size;
    g_autofree guint8 *payload = bh_test_bytes(hex, &size);
    BhDevice report = {
        .address = {{0xd0, 0, 0, 0, 0, n}, BH_ADDRESS_RANDOM},
        .rssi = -60,
        .payload = payload,
        .payload_size = (guint16)size,
        .last_seen_us = time_us,
    };
    BhBeacon beacon;

    if (bh_beacon_find(payload, report.payload_size, &beacon))
        report.beacon = BH_BEACON_BIT(beacon.type);
    return bh_beacon_list_add(list, &report, news);
}

/* Hears it from device n; what is new about that. */
static BhBeaconNews
hear(BhBeaconList *list, guint8 n, const char *hex)
{
    BhBeaconNews news;

    ck_assert_ptr_nonnull(hear_at(list, n, hex, 0, &news));
    return news;
}

static BhBeaconNews
hear_minor(BhBeaconList *list, guint8 n, guint8 minor)
{
    g_autofree char *hex = g_strdup_printf(IBEACON, minor);

    return hear(list, n, hex);
}

/* The only beacon of a list. */
static const BhListedBeacon *
only_of(BhBeaconList *list)
{
    g_autoptr(GPtrArray) sorted = bh_beacon_list_sort(list);

    ck_assert_uint_eq(sorted->len, 1);
    return sorted->pdata[0];
}

/* The list */

START_TEST(what_is_no_beacon_is_not_listed)
{
    g_autoptr(BhBeaconList) list = bh_beacon_list_new(10);
    BhBeaconNews news;

    ck_assert_ptr_null(hear_at(list, 1, "020106", 0, &news));
    ck_assert_int_eq(news, BH_BEACON_NEWS_NONE);
    ck_assert_ptr_null(hear_at(list, 1, "0c16aafe30f601020304050607", 0, &news));
    ck_assert_uint_eq(bh_beacon_list_size(list), 0);
}
END_TEST

START_TEST(beacon_is_one_whatever_its_address)
{
    g_autoptr(BhBeaconList) list = bh_beacon_list_new(10);

    ck_assert_int_eq(hear_minor(list, 1, 7), BH_BEACON_NEWS_BEACON);
    for (guint8 n = 1; n < 200; n++)
        ck_assert_int_eq(hear_minor(list, n, 7), BH_BEACON_NEWS_NONE);
    ck_assert_uint_eq(only_of(list)->address.octets[5], 199);
    ck_assert_int_eq(hear_minor(list, 199, 8), BH_BEACON_NEWS_BEACON);
    ck_assert_uint_eq(bh_beacon_list_size(list), 2);
}
END_TEST

/* The power is not who it is. */
START_TEST(beacon_of_another_power_is_the_same)
{
    g_autoptr(BhBeaconList) list = bh_beacon_list_new(10);

    hear(list, 1, EID);
    ck_assert_int_eq(hear(list, 1, "0d16aafe30f70102030405060708"), BH_BEACON_NEWS_NONE);
    ck_assert_int_eq(only_of(list)->beacon.power, -9);
}
END_TEST

START_TEST(telemetry_belongs_to_the_beacons_of_its_address)
{
    g_autoptr(BhBeaconList) list = bh_beacon_list_new(10);

    hear(list, 1, UID);
    hear(list, 1, URL);
    hear(list, 2, EID);
    ck_assert_int_eq(hear(list, 1, TLM), BH_BEACON_NEWS_TELEMETRY);
    ck_assert_int_eq(hear(list, 1, TLM), BH_BEACON_NEWS_NONE);
    ck_assert_int_eq(hear(list, 2, ETLM), BH_BEACON_NEWS_TELEMETRY);

    g_autoptr(GPtrArray) sorted = bh_beacon_list_sort(list);
    const BhListedBeacon *const *beacons = (gpointer)sorted->pdata;
    ck_assert_uint_eq(sorted->len, 3);
    ck_assert_int_eq(beacons[0]->beacon.type, BH_BEACON_EDDYSTONE_UID);
    ck_assert_uint_eq(beacons[0]->telemetry.battery_mv, 3000);
    ck_assert_int_eq(beacons[1]->beacon.type, BH_BEACON_EDDYSTONE_URL);
    ck_assert_uint_eq(beacons[1]->telemetry.battery_mv, 3000);
    ck_assert_int_eq(beacons[2]->beacon.type, BH_BEACON_EDDYSTONE_EID);
    ck_assert_uint_eq(beacons[2]->telemetry.salt, 0x1234);
}
END_TEST

START_TEST(telemetry_is_kept_when_the_address_changes)
{
    g_autoptr(BhBeaconList) list = bh_beacon_list_new(10);

    hear(list, 1, UID);
    hear(list, 1, TLM);
    hear(list, 2, UID);
    ck_assert(only_of(list)->has_telemetry);
    hear(list, 1, TLM); /* somebody else has that address now */
    ck_assert_uint_eq(bh_beacon_list_size(list), 2);
}
END_TEST

START_TEST(telemetry_by_itself_waits_for_its_beacon)
{
    g_autoptr(BhBeaconList) list = bh_beacon_list_new(10);

    ck_assert_int_eq(hear(list, 1, TLM), BH_BEACON_NEWS_TELEMETRY);
    ck_assert_int_eq(hear(list, 1, TLM_OF_NOTHING), BH_BEACON_NEWS_NONE);
    ck_assert(bh_listed_beacon_is_bare(only_of(list)));
    ck_assert_uint_eq(only_of(list)->beacon.battery_mv, 0);
    hear(list, 1, TLM);
    ck_assert_int_eq(hear(list, 1, UID), BH_BEACON_NEWS_BEACON);
    ck_assert(!bh_listed_beacon_is_bare(only_of(list)));
    ck_assert_uint_eq(only_of(list)->telemetry.battery_mv, 3000);
}
END_TEST

/* Its telemetry was heard from the new address before it was itself. */
START_TEST(beacon_that_moves_finds_its_telemetry_there)
{
    g_autoptr(BhBeaconList) list = bh_beacon_list_new(10);

    hear(list, 1, UID);
    hear(list, 2, TLM);
    ck_assert_uint_eq(bh_beacon_list_size(list), 2);
    hear(list, 2, UID);
    ck_assert_uint_eq(only_of(list)->telemetry.battery_mv, 3000);
}
END_TEST

START_TEST(full_list_forgets_the_beacon_unheard_for_longest)
{
    g_autoptr(BhBeaconList) list = bh_beacon_list_new(3);

    for (guint8 n = 1; n <= 3; n++)
        hear_minor(list, n, n);
    hear_minor(list, 9, 1); /* from another address */
    ck_assert_uint_eq(bh_beacon_list_forgotten(list), 0);
    hear_minor(list, 4, 4);
    ck_assert_uint_eq(bh_beacon_list_size(list), 3);
    ck_assert_uint_eq(bh_beacon_list_forgotten(list), 1);
    ck_assert_int_eq(hear_minor(list, 1, 1), BH_BEACON_NEWS_NONE);
    ck_assert_int_eq(hear_minor(list, 2, 2), BH_BEACON_NEWS_BEACON);
    ck_assert_uint_eq(bh_beacon_list_forgotten(list), 2);
}
END_TEST

START_TEST(one_address_may_say_it_is_many)
{
    g_autoptr(BhBeaconList) list = bh_beacon_list_new(100);

    for (guint minor = 0; minor < 250; minor++)
        hear_minor(list, 1, (guint8)minor);
    ck_assert_uint_eq(bh_beacon_list_size(list), 100);
    ck_assert_uint_eq(bh_beacon_list_forgotten(list), 150);
    hear(list, 1, TLM);
    ck_assert_uint_eq(bh_beacon_list_size(list), 100);
}
END_TEST

/* Words */

static void
assert_line(const char *hex, const char *expected)
{
    g_autoptr(BhBeaconList) list = bh_beacon_list_new(1);
    BhBeaconNews news;

    ctl_assert_text(bh_beacon_text(hear_at(list, 1, hex, 0, &news)), expected);
}

START_TEST(each_type_has_its_line)
{
    g_autofree char *ibeacon = g_strdup_printf(IBEACON, 7);

    assert_line(ibeacon,
                "iBeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0-1-519  -60 dBm  ~1.1 m  "
                "D0:00:00:00:00:01\n");
    assert_line(ALTBEACON,
                "AltBeacon:0118-000102030405060708090a0b0c0d0e0f10111213  -60 dBm  ~1.0 m  "
                "D0:00:00:00:00:01\n");
    assert_line(UID,
                "Eddystone-UID:8b0ca750095477cb3e77-0123456789ab  -60 dBm  ~1.1 m  "
                "D0:00:00:00:00:01\n");
    assert_line(URL, "Eddystone-URL:https://www.blehub.com  -60 dBm  ~0.8 m  D0:00:00:00:00:01\n");
    assert_line(EID, "Eddystone-EID:0102030405060708  -60 dBm  ~2.3 m  D0:00:00:00:00:01\n");
    assert_line(TLM,
                "Eddystone-TLM of random:D0:00:00:00:00:01  -60 dBm  ~1.1 m  D0:00:00:00:00:01  "
                "3000 mV, 21.75 C, 100 packets, 320.0 s\n");
    assert_line(ETLM,
                "Eddystone-eTLM of random:D0:00:00:00:00:01  -60 dBm  ~1.1 m  "
                "D0:00:00:00:00:01  encrypted telemetry\n");
}
END_TEST

START_TEST(telemetry_tells_what_is_measured)
{
    g_autoptr(BhBeaconList) list = bh_beacon_list_new(10);

    hear(list, 1, EID);
    hear(list, 1, TLM_OF_NOTHING);
    ctl_assert_text(bh_beacon_telemetry_text(only_of(list)),
                    "Eddystone-EID:0102030405060708: 2 packets, 0.5 s\n");
}
END_TEST

START_TEST(totals_count_by_type)
{
    g_autoptr(BhBeaconList) list = bh_beacon_list_new(10);

    ctl_assert_text(bh_beacon_totals(list), "0 beacons\n");
    hear(list, 1, URL);
    ctl_assert_text(bh_beacon_totals(list), "1 beacon: 1 Eddystone-URL\n");
    hear_minor(list, 2, 1);
    hear_minor(list, 3, 2);
    ctl_assert_text(bh_beacon_totals(list), "3 beacons: 2 iBeacon, 1 Eddystone-URL\n");
}
END_TEST

START_TEST(picture_has_as_many_beacons_as_there_is_room_for)
{
    g_autoptr(BhBeaconList) list = bh_beacon_list_new(10);

    ctl_assert_text(bh_beacon_picture(list, 24, 0), "0 beacons\n");
    hear(list, 1, URL);
    hear(list, 2, EID);
    hear(list, 2, TLM);
    ctl_assert_text(bh_beacon_picture(list, 24, 5 * G_USEC_PER_SEC),
                    "2 beacons: 1 Eddystone-URL, 1 Eddystone-EID\n"
                    "RSSI  DISTANCE     AGE  BEACON\n"
                    " -60    ~0.8 m     5 s  Eddystone-URL:https://www.blehub.com\n"
                    " -60    ~2.3 m     5 s  Eddystone-EID:0102030405060708  "
                    "3000 mV, 21.75 C, 100 packets, 320.0 s\n");
    ctl_assert_text(bh_beacon_picture(list, 3, 0),
                    "2 beacons: 1 Eddystone-URL, 1 Eddystone-EID\n"
                    "RSSI  DISTANCE     AGE  BEACON\n"
                    " -60    ~0.8 m     0 s  Eddystone-URL:https://www.blehub.com\n");
    ctl_assert_text(bh_beacon_picture(list, 1, 0), "2 beacons: 1 Eddystone-URL, 1 Eddystone-EID\n");
}
END_TEST

/* JSON */

START_TEST(no_beacon_is_an_object_too)
{
    g_autoptr(BhBeaconList) list = bh_beacon_list_new(10);

    ctl_assert_text(bh_beacon_json(list), "{\"total_beacons\":0,\"by_type\":{},\"beacons\":[]}\n");
}
END_TEST

START_TEST(json_has_what_each_type_has)
{
    g_autoptr(BhBeaconList) list = bh_beacon_list_new(10);

    hear_minor(list, 1, 7);
    hear_minor(list, 2, 8);
    hear(list, 3, ALTBEACON);
    hear(list, 4, UID);
    hear(list, 4, TLM);
    hear(list, 5, URL);
    hear(list, 6, TLM_OF_NOTHING);
    hear(list, 7, ETLM);
    hear(list, 7, EID);
    ctl_assert_text(
        bh_beacon_json(list),
        "{\"total_beacons\":7,\"by_type\":{\"iBeacon\":2,\"AltBeacon\":1,\"Eddystone-UID\":1,"
        "\"Eddystone-URL\":1,\"Eddystone-TLM\":1,\"Eddystone-EID\":1},\"beacons\":["
        "{\"type\":\"iBeacon\",\"tx_power\":-59,"
        "\"uuid\":\"E2C56DB5-DFFB-48D2-B060-D0F5A71096E0\",\"major\":1,\"minor\":519,"
        "\"rssi\":-60,\"address\":\"D0:00:00:00:00:01\"},"
        "{\"type\":\"iBeacon\",\"tx_power\":-59,"
        "\"uuid\":\"E2C56DB5-DFFB-48D2-B060-D0F5A71096E0\",\"major\":1,\"minor\":520,"
        "\"rssi\":-60,\"address\":\"D0:00:00:00:00:02\"},"
        "{\"type\":\"AltBeacon\",\"tx_power\":-60,\"company\":280,"
        "\"id\":\"000102030405060708090a0b0c0d0e0f10111213\",\"reserved\":42,"
        "\"rssi\":-60,\"address\":\"D0:00:00:00:00:03\"},"
        "{\"type\":\"Eddystone-UID\",\"tx_power\":-18,\"namespace\":\"8b0ca750095477cb3e77\","
        "\"instance\":\"0123456789ab\",\"battery_mv\":3000,\"temperature_c\":21.75,"
        "\"advertising_count\":100,\"uptime_ms\":320000,"
        "\"rssi\":-60,\"address\":\"D0:00:00:00:00:04\"},"
        "{\"type\":\"Eddystone-URL\",\"tx_power\":-21,\"url\":\"https://www.blehub.com\","
        "\"rssi\":-60,\"address\":\"D0:00:00:00:00:05\"},"
        "{\"type\":\"Eddystone-TLM\",\"advertising_count\":2,\"uptime_ms\":500,"
        "\"rssi\":-60,\"address\":\"D0:00:00:00:00:06\"},"
        "{\"type\":\"Eddystone-EID\",\"tx_power\":-10,\"eid\":\"0102030405060708\","
        "\"encrypted\":\"000102030405060708090a0b\",\"salt\":4660,\"mic\":22136,"
        "\"rssi\":-60,\"address\":\"D0:00:00:00:00:07\"}]}\n");
}
END_TEST

BH_TEST_MAIN("blehubctl-beacons",
             what_is_no_beacon_is_not_listed,
             beacon_is_one_whatever_its_address,
             beacon_of_another_power_is_the_same,
             telemetry_belongs_to_the_beacons_of_its_address,
             telemetry_is_kept_when_the_address_changes,
             telemetry_by_itself_waits_for_its_beacon,
             beacon_that_moves_finds_its_telemetry_there,
             full_list_forgets_the_beacon_unheard_for_longest,
             one_address_may_say_it_is_many,
             each_type_has_its_line,
             telemetry_tells_what_is_measured,
             totals_count_by_type,
             picture_has_as_many_beacons_as_there_is_room_for,
             no_beacon_is_an_object_too,
             json_has_what_each_type_has)
