/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Scenario files: what they say, what payloads come of it, and how mistakes are refused. */
#include "scenario.h"
#include "test-main.h"

#include "bh-ad.h"
#include "bh-error.h"

#define GATT "[device a]\n[service a/s]\nUUID=180d\n"

static BhScenario *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    BhScenario *scenario = bh_scenario_parse(text, &error);

    ck_assert_msg(scenario != NULL, "%s", error != NULL ? error->message : "");
    return scenario;
}

static const BhScenarioDevice *
first_device(const BhScenario *scenario)
{
    ck_assert_uint_ge(scenario->devices->len, 1);
    return scenario->devices->pdata[0];
}

static char *
hex(const GByteArray *bytes)
{
    return bh_test_hex(bytes->data, bytes->len);
}

static void
assert_refused(const char *text, const char *message)
{
    g_autoptr(GError) error = NULL;
    BhScenario *scenario = bh_scenario_parse(text, &error);

    ck_assert_ptr_null(scenario);
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
    ck_assert_str_eq(error->message, message);
}

START_TEST(payload_is_put_together_from_its_keys)
{
    g_autoptr(BhScenario) scenario = parse("[device a]\n"
                                           "Name=Lamp\n"
                                           "UUIDs=180f;0000feaa-0000-1000-8000-00805f9b34fb\n"
                                           "ManufacturerData=004c:0215\n"
                                           "ServiceData=180f:64\n"
                                           "TxPower=-4\n");
    g_autofree char *bytes = hex(first_device(scenario)->advertising);

    ck_assert_str_eq(bytes,
                     "020106"
                     "05030f18aafe"
                     "04160f1864"
                     "020afc"
                     "05ff4c000215"
                     "05094c616d70");
    ck_assert_uint_eq(first_device(scenario)->scan_response->len, 0);
}
END_TEST

START_TEST(name_that_does_not_fit_moves_to_the_scan_response)
{
    g_autoptr(BhScenario) scenario = parse(
        "[device "
        "a]\nName=ABCDEFGH\nManufacturerData=ffff:000102030405060708090a0b0c0d0e0f10111213\n");
    g_autofree char *response = hex(first_device(scenario)->scan_response);

    ck_assert_uint_eq(first_device(scenario)->advertising->len, 27);
    ck_assert_str_eq(response, "09094142434445464748");
}
END_TEST

START_TEST(nonconnectable_device_has_no_flags_unless_asked_for)
{
    g_autoptr(BhScenario) without = parse("[device a]\nType=nonconnectable\nTxPower=0\n");
    g_autoptr(BhScenario) with = parse("[device a]\nType=nonconnectable\nTxPower=0\nFlags=04\n");
    g_autoptr(BhScenario) none = parse("[device a]\nTxPower=0\nFlags=none\n");
    g_autofree char *bytes = hex(first_device(with)->advertising);

    ck_assert_uint_eq(first_device(without)->advertising->len, 3);
    ck_assert_uint_eq(first_device(none)->advertising->len, 3);
    ck_assert_str_eq(bytes, "020104020a00");
}
END_TEST

START_TEST(raw_bytes_are_kept_even_if_malformed)
{
    g_autoptr(BhScenario) scenario = parse("[device a]\nAdvertising=0201061fff\nScanResponse=ff\n");
    g_autofree char *bytes = hex(first_device(scenario)->advertising);

    ck_assert_str_eq(bytes, "0201061fff");
    ck_assert_uint_eq(first_device(scenario)->scan_response->len, 1);
}
END_TEST

START_TEST(count_makes_clones_with_consecutive_addresses_and_numbered_names)
{
    g_autoptr(BhScenario) scenario =
        parse("[device a]\nAddress=C0:00:00:00:00:FE\nCount=3\nName=n%d\n");
    const BhScenarioDevice *last = scenario->devices->pdata[2];
    char address[BH_ADDRESS_TEXT_SIZE];
    g_autofree char *name = bh_ad_dup_name(last->advertising->data, last->advertising->len);

    ck_assert_uint_eq(scenario->devices->len, 3);
    bh_address_format(&last->address, address);
    ck_assert_str_eq(address, "C0:00:00:00:01:00");
    ck_assert_str_eq(name, "n2");
}
END_TEST

START_TEST(counter_stands_at_the_end_of_the_first_manufacturer_data)
{
    g_autoptr(BhScenario) own =
        parse("[device a]\nManufacturerData=004c:aa;0059:bb\nPayloadCounter=true\n");
    g_autoptr(BhScenario) none = parse("[device a]\nPayloadCounter=true\n");
    g_autofree char *bytes = hex(first_device(own)->advertising);
    g_autofree char *added = hex(first_device(none)->advertising);

    ck_assert_int_eq(first_device(own)->counter_offset, 8);
    ck_assert_str_eq(bytes, "02010608ff4c00aa0000000004ff5900bb");
    ck_assert_int_eq(first_device(none)->counter_offset, 7);
    ck_assert_str_eq(added, "02010607ffffff00000000");
}
END_TEST

START_TEST(adapters_and_faults_are_read)
{
    g_autoptr(BhScenario) scenario =
        parse("[scenario]\nSeed=9\n[adapter a]\nPowered=false\nIndex=3\nDuplicateFilter=data\n"
              "[adapter b]\n[fault f]\nAtMs=1.5\nForMs=10\nKind=radio-stall\nAdapter=b\n");
    const BhScenarioAdapter *first = scenario->adapters->pdata[0];
    const BhScenarioAdapter *second = scenario->adapters->pdata[1];
    const BhScenarioFault *fault = scenario->faults->pdata[0];

    ck_assert_uint_eq(scenario->seed, 9);
    ck_assert(!first->powered && second->powered);
    ck_assert_int_eq(first->index, 3);
    ck_assert_int_eq(first->duplicates, BH_DUPLICATE_DATA);
    ck_assert_int_eq(second->address.octets[5], 2);
    ck_assert_int_eq(fault->at_us, 1500);
    ck_assert_int_eq(fault->for_us, 10000);
    ck_assert_int_eq(fault->kind, BH_FAULT_RADIO_STALL);
}
END_TEST

START_TEST(mistakes_are_refused_with_group_key_and_reason)
{
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"[device a]\nColour=red\n", "[device a] Colour: no such key"},
        {"[device a]\nAddress=12\n", "[device a] Address: must be AA:BB:CC:DD:EE:FF"},
        {"[device a]\nIRK=00112233\n", "[device a] IRK: must be 32 hexadecimal digits"},
        {"[device a]\nIRK=ec0234a357c8ad05341010a60a397d9b\nAddress=C0:00:00:00:00:01\n",
         "[device a] IRK: the addresses are made with it, but one is given too"},
        {"[device a]\nIRK=ec0234a357c8ad05341010a60a397d9b\nAddressType=public\n",
         "[device a] IRK: the addresses are made with it, but one is given too"},
        {"[device a]\nType=shy\n",
         "[device a] Type: must be connectable, scannable or nonconnectable"},
        {"[device a]\nRSSI=21\n", "[device a] RSSI: '21' is not a whole number from -127 to 20"},
        {"[device a]\nRSSI=-60;x\n", "[device a] RSSI: 'x' is not a whole number from -127 to 20"},
        {"[device a]\nRSSIWalk=-60;-50;-40;1\n",
         "[device a] RSSIWalk: START must be from MIN to MAX, STEP at least 1"},
        {"[device a]\nRSSIPath=0:-60\n",
         "[device a] RSSIPath: must have points from 0 ms to when it begins again"},
        {"[device a]\nRSSIPath=5:-60;9:-60\n",
         "[device a] RSSIPath: must have points from 0 ms to when it begins again"},
        {"[device a]\nRSSIPath=0:-60;0:-50\n",
         "[device a] RSSIPath: must have points from 0 ms to when it begins again"},
        {"[device a]\nRSSIPath=0:-60;9:-60;8:-60\n",
         "[device a] RSSIPath: a point is earlier than the one before it"},
        {"[device a]\nRSSIPath=0:-60;9\n", "[device a] RSSIPath: must be MS:DBM, separated by ';'"},
        {"[device a]\nRSSIPath=0:-60;9:21\n",
         "[device a] RSSIPath: '21' is not a whole number from -127 to 20"},
        {"[device a]\nRSSINoise=-1\n",
         "[device a] RSSINoise: a number of dB must be from 0 to 100"},
        {"[device a]\nRSSIDips=10;5;3\n",
         "[device a] RSSIDips: must be EVERY_MS;LASTS_MS;MIN_DB;MAX_DB"},
        {"[device a]\nRSSIDips=10;0;3;4\n",
         "[device a] RSSIDips: '0' is not a number of milliseconds from 1 to 1e+09"},
        {"[device a]\nRSSIDips=10;10;3;4\n",
         "[device a] RSSIDips: LASTS_MS must be below EVERY_MS, MIN_DB not above MAX_DB"},
        {"[device a]\nRSSIDips=10;5;4;3\n",
         "[device a] RSSIDips: LASTS_MS must be below EVERY_MS, MIN_DB not above MAX_DB"},
        {"[device a]\nRSSIDips=10;5;nan;3\n",
         "[device a] RSSIDips: a number of dB must be from 0 to 100"},
        {"[device a]\nIntervalMs=19.9\n",
         "[device a] IntervalMs: '19.9' is not a number of milliseconds from 20 to 10240"},
        {"[device a]\nIntervalMs=nan\n",
         "[device a] IntervalMs: 'nan' is not a number of milliseconds from 20 to 10240"},
        {"[device a]\nAdvertising=0\n",
         "[device a] Advertising: '0' is not pairs of hexadecimal digits"},
        {"[device a]\nAdvertising=00\nName=x\n",
         "[device a] Advertising: raw bytes, but other payload keys are given too"},
        {"[device a]\nManufacturerData=zz:00\n",
         "[device a] ManufacturerData: company identifier must be hexadecimal, 0000 to ffff"},
        {"[device a]\nServiceData=180d\n",
         "[device a] ServiceData: must be KEY:HEX, separated by ';'"},
        {"[device a]\nType=nonconnectable\nName=a name too long for the 31 bytes there are\n",
         "[device a] Advertising: 44 bytes when put together, 31 fit"},
        {"[device a]\nDepartMs=5\nArriveMs=5\n", "[device a] DepartMs: not after ArriveMs"},
        {"[fault a]\nAtMs=5\n", "[fault a] Kind: missing"},
        {"[fault a]\nKind=flood\n", "[fault a] Kind: no such kind of fault"},
        {"[adapter a]\nPowered=yes\n", "[adapter a] Powered: 'yes' is neither true nor false"},
        {"[gadget a]\n", "[gadget a] no such kind of group, or a name is missing"},
        {"[device]\n", "[device] no such kind of group, or a name is missing"},
        {"[device a]\nConnect=maybe\n",
         "[device a] Connect: must be one of accept, silent, lost, phantom"},
        {"[device a]\nMTU=22\n", "[device a] MTU: '22' is not a whole number from 23 to 517"},
        {"[service a/s]\nUUID=180d\n", "[service a/s] no such device before it"},
        {"[device a]\n[service a]\nUUID=180d\n",
         "[service a] the name has not the right number of parts"},
        {"[device a]\n[service a/s]\n", "[service a/s] UUID: missing"},
        {"[device a]\n[characteristic a/s/c]\nUUID=2a37\n",
         "[characteristic a/s/c] does not follow what it is in"},
        {GATT "[characteristic a/s/c]\nUUID=2a37\nFlags=read;fly\n",
         "[characteristic a/s/c] Flags: not a flag of BlueZ's"},
        {GATT "[characteristic a/s/c]\nUUID=2a37\nReadError=0102\n",
         "[characteristic a/s/c] ReadError: must be one byte, hexadecimal"},
        {GATT "[descriptor a/s/c/d]\nUUID=2901\n",
         "[descriptor a/s/c/d] does not follow what it is in"},
        {GATT "[characteristic a/s/c]\nUUID=2a37\n[descriptor a/s/c/d]\nFlags=read\n",
         "[descriptor a/s/c/d] Flags: no such key"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        assert_refused(rows[i].text, rows[i].message);
}
END_TEST

START_TEST(attributes_belong_to_all_clones_in_order)
{
    static const char *const names[] = {"s", "s/c", "s/c/ccc", "s/c/d", "s/e"};
    g_autoptr(GError) error = NULL;
    g_autoptr(BhScenario) scenario =
        bh_scenario_parse("[device a]\nCount=2\nOperationMs=7\n"
                          "[service a/s]\nUUID=180d\n"
                          "[characteristic a/s/c]\nUUID=2a37\nFlags=read;notify\nValue=0102\n"
                          "[descriptor a/s/c/d]\nUUID=2901\n"
                          "[characteristic a/s/e]\nUUID=2a38\n",
                          &error);

    ck_assert_msg(scenario != NULL, "%s", error != NULL ? error->message : "");
    for (guint i = 0; i < 2; i++) {
        const BhScenarioDevice *device = scenario->devices->pdata[i];

        ck_assert_int_eq(device->peer.operation_us, 7000);
        ck_assert_uint_eq(device->attributes->len, G_N_ELEMENTS(names));
        for (guint k = 0; k < G_N_ELEMENTS(names); k++)
            ck_assert_str_eq(((BhScenarioAttribute *)device->attributes->pdata[k])->name, names[k]);
    }
}
END_TEST

START_TEST(shipped_scenarios_are_right)
{
    static const char *const names[] = {"crowd.ini", "gatt.ini", "home.ini", "shop.ini"};

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(g_getenv("SIM_SCENARIOS"), names[i], NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(BhScenario) scenario = bh_scenario_load(path, &error);

        ck_assert_msg(scenario != NULL, "%s", error != NULL ? error->message : "");
        ck_assert_uint_eq(scenario->adapters->len, 1);
    }
}
END_TEST

START_TEST(missing_file_is_an_error)
{
    g_autoptr(GError) error = NULL;

    ck_assert_ptr_null(bh_scenario_load("/nowhere/at/all.ini", &error));
    ck_assert(g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT));
}
END_TEST

START_TEST(options_say_the_same_as_a_file)
{
    static const guint8 bytes[] = {0x02, 0x01, 0x06};
    static const char *const adapters[] = {"00:AA:01:00:00:02", NULL};
    g_autoptr(GError) error = NULL;
    g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);
    g_autoptr(GVariant) value = NULL;
    g_autoptr(GPtrArray) devices = NULL;
    BhAddress other = {.octets = {0x00, 0xaa, 0x01, 0x00, 0x00, 0x01}};
    BhAddress named = {.octets = {0x00, 0xaa, 0x01, 0x00, 0x00, 0x02}};

    g_variant_dict_insert(&options, "RSSI", "n", -44);
    g_variant_dict_insert(&options, "IntervalMs", "d", 100.5);
    g_variant_dict_insert(&options, "Count", "y", 2);
    g_variant_dict_insert_value(&options, "Adapters", g_variant_new_strv(adapters, -1));
    g_variant_dict_insert_value(&options,
                                "Advertising",
                                g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, 3, 1));
    value = g_variant_ref_sink(g_variant_dict_end(&options));
    devices = bh_scenario_devices_from_options("x", value, &error);
    ck_assert_ptr_nonnull(devices);

    const BhScenarioDevice *device = devices->pdata[1];
    ck_assert_int_eq(device->rssi.start, -44);
    ck_assert_int_eq(device->interval_us, 100500);
    ck_assert_uint_eq(device->advertising->len, 3);
    ck_assert(bh_scenario_device_is_heard_by(device, "", &named));
    ck_assert(!bh_scenario_device_is_heard_by(device, "", &other));
}
END_TEST

START_TEST(an_irk_may_be_given_as_octets)
{
    static const guint8 octets[BH_IRK_SIZE] = {0xec,
                                               0x02,
                                               0x34,
                                               0xa3,
                                               0x57,
                                               0xc8,
                                               0xad,
                                               0x05,
                                               0x34,
                                               0x10,
                                               0x10,
                                               0xa6,
                                               0x0a,
                                               0x39,
                                               0x7d,
                                               0x9b};
    g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);
    g_autoptr(BhRpaKey) irk = bh_rpa_key_new_from_octets(octets);
    g_autoptr(GPtrArray) devices = NULL;
    g_autoptr(GVariant) value = NULL;

    g_variant_dict_insert_value(
        &options,
        "IRK",
        g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, octets, sizeof octets, 1));
    value = g_variant_ref_sink(g_variant_dict_end(&options));
    devices = bh_scenario_devices_from_options("x", value, NULL);
    ck_assert_ptr_nonnull(devices);
    ck_assert(bh_rpa_key_resolves(irk, &((const BhScenarioDevice *)devices->pdata[0])->address));
}
END_TEST

START_TEST(options_of_a_useless_type_are_refused_by_their_key)
{
    g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);
    g_autoptr(GVariant) value = NULL;
    g_autoptr(GError) error = NULL;

    g_variant_dict_insert(&options, "RSSI", "(n)", 1);
    value = g_variant_ref_sink(g_variant_dict_end(&options));
    ck_assert_ptr_null(bh_scenario_devices_from_options("x", value, &error));
    ck_assert_str_eq(error->message, "RSSI: a value of type (n) cannot be used here");
}
END_TEST

BH_TEST_MAIN("sim-scenario",
             payload_is_put_together_from_its_keys,
             name_that_does_not_fit_moves_to_the_scan_response,
             nonconnectable_device_has_no_flags_unless_asked_for,
             raw_bytes_are_kept_even_if_malformed,
             count_makes_clones_with_consecutive_addresses_and_numbered_names,
             counter_stands_at_the_end_of_the_first_manufacturer_data,
             adapters_and_faults_are_read,
             mistakes_are_refused_with_group_key_and_reason,
             attributes_belong_to_all_clones_in_order,
             shipped_scenarios_are_right,
             missing_file_is_an_error,
             options_say_the_same_as_a_file,
             an_irk_may_be_given_as_octets,
             options_of_a_useless_type_are_refused_by_their_key)
