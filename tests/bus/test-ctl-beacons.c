/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * blehubctl beacons against the real blehubd: what it prints as beacons come, on a terminal, and as
 * JSON, with beacons that change their addresses, telemetry, and malformed ones between them.
 */
#include "bh-caller.h"
#include "bh-ctl-run.h"
#include "test-main.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define IBEACON "1aff4c000215e2c56db5dffb48d2b060d0f5a71096e000010203c5"
#define IBEACON_LINE "iBeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0-1-515  -60 dBm  ~1.1 m  "
#define EID "0d16aafe30f60102030405060708"
#define EID_CUT "0c16aafe30f601020304050607"
#define TLM "1116aafe20000bb815c00000006400000c80"

static const char silence[] = "[adapter main]\n"
                              "Address=00:AA:01:00:00:01\n"
                              "Powered=true\n"
                              "Monitor=true\n";

/* One iBeacon that takes a new address 20 times a second (of its own), others, and a lamp. */
static const char crowd[] = "[adapter main]\n"
                            "Address=00:AA:01:00:00:01\n"
                            "Powered=true\n"
                            "Monitor=true\n"
                            "[device rotating]\n"
                            "Advertising=" IBEACON "\n"
                            "IntervalMs=20\n"
                            "AddressEveryMs=50\n"
                            "[device second]\n"
                            "Address=D0:00:00:00:00:02\n"
                            "Advertising="
                            "1aff4c000215e2c56db5dffb48d2b060d0f5a71096e000010204c5\n"
                            "[device url]\n"
                            "Address=D0:00:00:00:00:03\n"
                            "Advertising=0303aafe0d16aafe10eb01626c6568756207\n"
                            "[device broken]\n"
                            "Address=D0:00:00:00:00:04\n"
                            "Advertising=0303aafe" EID_CUT "\n"
                            "[device lamp]\n"
                            "Address=D0:00:00:00:00:05\n"
                            "Name=Lamp\n"
                            "[device lamps]\n"
                            "Count=50\n"
                            "PayloadCounter=true\n";

static void
scene_init(BhFixture *f, const char *scenario)
{
    bh_fixture_init(f);
    bh_fixture_start_sim(f, scenario);
    bh_fixture_tell_sim(f, "SetSpeed", g_variant_new("(d)", 10.0));
    bh_fixture_start_hub(f, NULL);
}

static gboolean
is_heard(BhFixture *f, const char *address, const char *hex)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);
    GVariant *payload = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, size, 1);
    g_autoptr(GVariant) reply =
        bh_fixture_call_sim(f,
                            "Advertise",
                            g_variant_new("(s@ayna{sv})", address, payload, -60, NULL));
    guint heard = 0;

    g_variant_get(reply, "(u)", &heard);
    return heard > 0;
}

/* As soon as somebody scans. */
static void
advertise(BhFixture *f, const char *address, const char *hex)
{
    BH_POLL(is_heard(f, address, hex));
}

START_TEST(unknown_type_is_wrong_usage)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) run = {0};

    scene_init(&f, silence);
    BH_CTL_RUN(&f, &run, "beacons", "--beacons=iBeacon,Bluebeacon");
    ck_assert_int_eq(run.code, 2);
    ck_assert_str_eq(run.out, "");
    ck_assert(g_str_has_prefix(run.err, "blehubctl: Beacons: 'Bluebeacon' is none of any, "));
}
END_TEST

START_TEST(lines_come_as_beacons_do_and_totals_at_the_end)
{
    static const char *const words[] = {"beacons", "--duration=0", NULL};
    g_auto(BhFixture) f = {0};
    g_autoptr(GSubprocess) process = NULL;

    scene_init(&f, silence);
    process = bh_ctl_start(&f, words);
    advertise(&f, "D0:00:00:00:00:01", IBEACON);
    bh_ctl_assert_line(process, IBEACON_LINE "D0:00:00:00:00:01");
    advertise(&f, "D0:00:00:00:00:02", IBEACON); /* the same by another address */
    advertise(&f, "D0:00:00:00:00:03", EID_CUT);
    advertise(&f, "D0:00:00:00:00:04", "020106");
    advertise(&f, "D0:00:00:00:00:05", TLM); /* of whom? */
    advertise(&f, "D0:00:00:00:00:06", EID);
    bh_ctl_assert_line(process,
                       "Eddystone-EID:0102030405060708  -60 dBm  ~2.3 m  "
                       "D0:00:00:00:00:06");
    advertise(&f, "D0:00:00:00:00:06", TLM);
    bh_ctl_assert_line(process,
                       "Eddystone-EID:0102030405060708: "
                       "3000 mV, 21.75 C, 100 packets, 320.0 s");
    g_subprocess_send_signal(process, SIGINT);
    bh_ctl_assert_line(process,
                       "Eddystone-TLM of random:D0:00:00:00:00:05  -60 dBm  ~1.1 m  "
                       "D0:00:00:00:00:05  3000 mV, 21.75 C, 100 packets, 320.0 s");
    bh_ctl_assert_line(process, "3 beacons: 1 iBeacon, 1 Eddystone-TLM, 1 Eddystone-EID");
    ck_assert(g_subprocess_wait_check(process, NULL, NULL));
}
END_TEST

/* Numbers and texts as they are in JSON: "key=value". */
static void
assert_member(JsonObject *object, const char *key, const char *value)
{
    JsonNode *node = json_object_get_member(object, key);
    g_autofree char *text = node != NULL ? json_to_string(node, FALSE) : NULL;

    ck_assert_msg(g_strcmp0(text, value) == 0, "%s: %s", key, text);
}

START_TEST(json_counts_each_beacon_once)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) run = {0};
    g_autoptr(JsonNode) node = NULL;
    JsonObject *object;
    JsonArray *beacons;

    scene_init(&f, crowd);
    BH_CTL_RUN(&f, &run, "beacons", "--json", "--duration=2");
    ck_assert_str_eq(run.err, "");
    ck_assert_int_eq(run.code, 0);
    ck_assert_ptr_eq(strchr(run.out, '\n'), run.out + strlen(run.out) - 1);
    node = json_from_string(run.out, NULL);
    object = json_node_get_object(node);
    ck_assert_uint_eq(json_object_get_size(object), 3);
    assert_member(object, "total_beacons", "3");
    assert_member(object, "by_type", "{\"iBeacon\":2,\"Eddystone-URL\":1}");
    beacons = json_object_get_array_member(object, "beacons");
    ck_assert_uint_eq(json_array_get_length(beacons), 3);
    object = json_array_get_object_element(beacons, 0);
    assert_member(object, "type", "\"iBeacon\"");
    assert_member(object, "tx_power", "-59");
    assert_member(object, "uuid", "\"E2C56DB5-DFFB-48D2-B060-D0F5A71096E0\"");
    assert_member(object, "major", "1");
    assert_member(object, "minor", "515");
    object = json_array_get_object_element(beacons, 2);
    assert_member(object, "url", "\"https://www.blehub.com\"");
    assert_member(object, "address", "\"D0:00:00:00:00:03\"");
    ck_assert_uint_eq(bh_caller_counter(f.connection, "MalformedBeacons"), 1);
}
END_TEST

/* What the filter keeps out does not even come here. */
START_TEST(filters_say_which_beacons_are_meant)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) run = {0};

    scene_init(&f, crowd);
    BH_CTL_RUN(&f, &run, "beacons", "-b", "eddystone", "--json", "--duration=1");
    ck_assert_int_eq(run.code, 0);
    ck_assert_msg(strstr(run.out, "{\"total_beacons\":1,\"by_type\":{\"Eddystone-URL\":1},") ==
                      run.out,
                  "%s",
                  run.out);
}
END_TEST

START_TEST(list_is_drawn_over_itself_on_a_terminal)
{
    static const char *const words[] = {"beacons", "--duration=0", NULL};
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlTerminal) terminal = {0};
    g_autoptr(GSubprocess) process = NULL;

    scene_init(&f, silence);
    process = bh_ctl_start_at_terminal(&f, &terminal, words);
    advertise(&f, "D0:00:00:00:00:01", EID);
    bh_ctl_await_shown(&terminal, "1 beacon: 1 Eddystone-EID\033[K\r\n");
    bh_ctl_await_shown(&terminal, "  Eddystone-EID:0102030405060708\033[K\r\n");
    advertise(&f, "D0:00:00:00:00:02", IBEACON);
    bh_ctl_await_shown(&terminal, "\033[3A\r2 beacons: 1 iBeacon, 1 Eddystone-EID\033[K\r\n");
    g_subprocess_send_signal(process, SIGINT);
    ck_assert(g_subprocess_wait_check(process, NULL, NULL));
}
END_TEST

BH_TEST_MAIN("ctl-beacons",
             unknown_type_is_wrong_usage,
             lines_come_as_beacons_do_and_totals_at_the_end,
             json_counts_each_beacon_once,
             filters_say_which_beacons_are_meant,
             list_is_drawn_over_itself_on_a_terminal)
