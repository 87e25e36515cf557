/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The JSON writer held against json-glib, which must read what it wrote, and against the rows of
 * the bus, which must say the same.
 */
#include "bh-json.h"
#include "row-json.h"
#include "test-main.h"

#include <math.h>
#include <string.h>
#include <time.h>

static const BhAddress lamp = {{0xc0, 1, 2, 3, 4, 5}, BH_ADDRESS_RANDOM};

static char *
json_of_string(const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);

    bh_json_append_string(out, text);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

START_TEST(strings_are_escaped_so_that_a_line_stays_a_line)
{
    static const struct {
        const char *text;
        const char *json;
    } cases[] = {
        {"", "\"\""},
        {"Lamp 1", "\"Lamp 1\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"a\nb\tc\x7f", "\"a\\u000ab\\u0009c\\u007f\""},
        {"M\xc3\xbchle", "\"M\xc3\xbchle\""},
        {"\xf0\x9f\x92\xa1", "\"\xf0\x9f\x92\xa1\""},
        {"\xc2\x9b", "\"\\u009b\""},                /* a control sequence introducer */
        {"\xe2\x80\xa8", "\"\\u2028\""},            /* ends a line in JavaScript */
        {"\xe2\x80\xae", "\"\\u202e\""},            /* turns the writing direction */
        {"\xf3\xa0\x81\x81", "\"\\udb40\\udc41\""}, /* a tag, invisible */
        {"a\xff\xc3", "\"a\\ufffd\\ufffd\""},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *json = json_of_string(cases[i].text);

        ck_assert_str_eq(json, cases[i].json);
    }
}
END_TEST

START_TEST(every_character_comes_back_from_a_parser)
{
    for (gunichar c = 1; c < 0x110000; c += c < 0x3000 ? 1 : 97) {
        char text[8] = {0};
        g_autofree char *json = NULL;
        g_autoptr(JsonNode) node = NULL;

        if (!g_unichar_validate(c))
            continue;
        text[g_unichar_to_utf8(c, text)] = '\0';
        json = json_of_string(text);
        node = json_from_string(json, NULL);
        ck_assert_msg(node != NULL, "U+%04x", c);
        ck_assert_str_eq(json_node_get_string(node), text);
    }
}
END_TEST

START_TEST(numbers_are_written_exactly)
{
    static const struct {
        double value;
        const char *json;
    } doubles[] = {
        {0, "0"},
        {-0.0000001, "0"},
        {1.5, "1.5"},
        {-1.25, "-1.25"},
        {100, "100"},
        {0.000001, "0.000001"},
        {0.27542287, "0.275423"},
        {2684354559.375, "2684354559.375"},
        {1e15, "1000000000000000"},
        {INFINITY, "null"},
        {NAN, "null"},
    };
    g_autoptr(GString) out = g_string_new(NULL);

    bh_json_append_int(out, G_MININT64);
    ck_assert_str_eq(out->str, "-9223372036854775808");
    g_string_truncate(out, 0);
    bh_json_append_uint(out, G_MAXUINT64);
    ck_assert_str_eq(out->str, "18446744073709551615");
    for (gsize i = 0; i < G_N_ELEMENTS(doubles); i++) {
        g_string_truncate(out, 0);
        bh_json_append_double(out, doubles[i].value);
        ck_assert_str_eq(out->str, doubles[i].json);
    }
}
END_TEST

START_TEST(bytes_are_lower_case_hex)
{
    static const guint8 bytes[] = {0x00, 0x4C, 0xff};
    g_autoptr(GString) out = g_string_new(NULL);

    bh_json_append_hex(out, bytes, sizeof bytes);
    bh_json_append_hex(out, bytes, 0);
    ck_assert_str_eq(out->str, "\"004cff\"\"\"");
}
END_TEST

/* The device as the writer has it. */
static JsonNode *
node_of_device(const BhDevice *device)
{
    g_autoptr(GString) out = g_string_new("{");
    g_autoptr(GError) error = NULL;
    JsonNode *node;

    bh_json_append_device(out, device, "00:00:00:00:00:01");
    g_string_append_c(out, '}');
    ck_assert(g_utf8_validate(out->str, (gssize)out->len, NULL));
    ck_assert_ptr_null(strchr(out->str, '\n'));
    node = json_from_string(out->str, &error);
    ck_assert_msg(node != NULL, "%s: %s", error != NULL ? error->message : "", out->str);
    return node;
}

/* The same device as its row on the bus is printed by blehubctl. */
static JsonNode *
node_of_row(const BhDevice *device)
{
    GVariantBuilder builder;
    g_autoptr(GVariant) row = NULL;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    bh_device_add_to_row(device, &builder);
    g_variant_builder_add(&builder, "{sv}", "Adapter", g_variant_new_string("00:00:00:00:00:01"));
    row = g_variant_ref_sink(g_variant_builder_end(&builder));
    return bh_json_from_variant(row);
}

static gboolean
is_real(JsonNode *node)
{
    return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_DOUBLE;
}

static void
require_same(const BhDevice *device)
{
    g_autoptr(JsonNode) written = node_of_device(device);
    g_autoptr(JsonNode) expected = node_of_row(device);
    JsonObject *object = json_node_get_object(written);
    JsonObject *row = json_node_get_object(expected);
    g_autoptr(GList) keys = json_object_get_members(row);

    ck_assert_uint_eq(json_object_get_size(object), json_object_get_size(row));
    for (GList *it = keys; it != NULL; it = it->next) {
        JsonNode *mine = json_object_get_member(object, it->data);
        JsonNode *its = json_object_get_member(row, it->data);

        ck_assert_msg(mine != NULL, "%s is missing", (char *)it->data);
        if (is_real(its))
            ck_assert_double_eq_tol(json_node_get_double(mine), json_node_get_double(its), 1e-6);
        else
            ck_assert_msg(json_node_equal(mine, its), "%s differs", (char *)it->data);
    }
}

static BhDevice
device_with(guint8 *payload, gsize size)
{
    return (BhDevice){
        .address = lamp,
        .rssi = -60,
        .payload = payload,
        .payload_size = (guint16)size,
        .realtime_us = 1700000000000000,
        .last_seen_us = 123456789,
    };
}

START_TEST(a_device_has_the_members_of_its_row)
{
    static const char *const payloads[] = {
        "",
        "020106 0409412262 05030d180f18 020af4 03194103",
        "0109 021c02 031aa000 0512 10002000 0324 7f41 0f24 17 2f2f6578616d706c652e6f72 67",
        "05ff4c000215 05ff59000102 05ff4c00ffff 05160918c0ff",
        "05140d180f18 051f0d180000 0620 78563412 02 0330aabb 0200ff 0330cc00",
        "1107 9ecadc240ee5a9e093f3a3b50100406e 1221 9ecadc240ee5a9e093f3a3b50100406e 03",
        "020106 1eff4c00",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(payloads); i++) {
        gsize size;
        g_autofree guint8 *payload = bh_test_bytes(payloads[i], &size);
        BhDevice device = device_with(payload, size);

        require_same(&device);
        device.rssi = BH_RSSI_UNKNOWN;
        device.connectable = BH_CONNECTABLE_NO;
        require_same(&device);
        device.raw = TRUE;
        device.advertising_size = (guint16)size;
        device.merged = TRUE;
        device.connectable = BH_CONNECTABLE_YES;
        require_same(&device);
        device.merged = FALSE;
        device.advertising_size = (guint16)(size > 3 ? 3 : size);
        require_same(&device);
    }
}
END_TEST

START_TEST(a_beacon_has_the_members_of_its_row)
{
    static const char *const payloads[] = {
        "020106 1aff4c000215 e2c56db5dffb48d2b060d0f5a71096e0 0001 0203 c5",
        "1bff1801beac 000102030405060708090a0b0c0d0e0f10111213 c4 2a",
        "1716aafe00ee 8b0ca750095477cb3e77 0123456789ab 0000",
        "0d16aafe10eb 01 626c65687562 07",
        "1116aafe2000 0bb8 15c0 ffffffff ffffffff",
        "1116aafe2000 0000 8000 00000000 00000000",
        "1516aafe2001 000102030405060708090a0b 1234 5678",
        "0d16aafe30f6 0102030405060708",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(payloads); i++) {
        gsize size;
        g_autofree guint8 *payload = bh_test_bytes(payloads[i], &size);
        BhDevice device = device_with(payload, size);
        g_autoptr(JsonNode) node = NULL;

        device.beacon = BH_BEACON_ANY;
        require_same(&device);
        node = node_of_device(&device);
        ck_assert(json_object_has_member(json_node_get_object(node), "Beacon"));
    }
}
END_TEST

/* The longest lines the air can make: lists of short UUIDs that become long, and raw bytes. */
START_TEST(the_longest_line_is_shorter_than_readers_buffers)
{
    g_autoptr(GByteArray) payload = g_byte_array_new();
    g_autoptr(GString) out = g_string_new(NULL);
    guint8 list[254];
    guint16 uuid = 0;
    BhDevice device;

    for (;;) {
        for (gsize i = 0; i < sizeof list; i += 2, uuid++)
            memcpy(list + i, &uuid, 2);
        if (!bh_ad_append(payload, BH_AD_UUID16_ALL, list, sizeof list))
            break;
    }
    device = device_with(payload->data, payload->len);
    device.raw = TRUE;
    device.advertising_size = (guint16)payload->len;
    require_same(&device);
    bh_json_append_device(out, &device, "00:00:00:00:00:01");
    ck_assert_uint_gt(out->len, 32768);
    ck_assert_uint_lt(out->len, 65536 - 256);
}
END_TEST

/* At most size bytes of structures, each with a key of its own. */
static GByteArray *
many_structures(guint8 type, guint8 length, gsize size)
{
    GByteArray *payload = g_byte_array_new();
    guint8 data[4] = {0};

    for (guint16 number = 0; payload->len + length + 2u <= size; number++) {
        memcpy(data, &number, 2);
        g_assert_true(bh_ad_append(payload, length > 0 ? type : (guint8)number, data, length));
    }
    return payload;
}

/* Of the processor, the least of several tries: whatever else the machine does only adds. */
static double
time_to_write(guint8 type, guint8 length, gsize size)
{
    g_autoptr(GByteArray) payload = many_structures(type, length, size);
    g_autoptr(GString) out = g_string_sized_new(65536);
    BhDevice device = device_with(payload->data, payload->len);
    clock_t least = G_MAXINT;

    for (guint try = 0; try < 8; try++) {
        clock_t begin = clock();

        for (guint i = 0; i < 16000 / size; i++) {
            g_string_truncate(out, 0);
            bh_json_append_device(out, &device, "00:00:00:00:00:01");
        }
        least = MIN(least, clock() - begin);
    }
    return (double)least;
}

START_TEST(ten_times_the_structures_cost_some_ten_times_as_much)
{
    static const struct {
        guint8 type, length;
    } cases[] = {
        {BH_AD_MANUFACTURER, 2},
        {BH_AD_SERVICE_DATA16, 2},
        {BH_AD_SERVICE_DATA32, 4},
        {BH_AD_UUID16_ALL, 2},
        {0, 0}, /* of every type, with nothing in them */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        double few = time_to_write(cases[i].type, cases[i].length, 160);
        double many = time_to_write(cases[i].type, cases[i].length, 1600);

        ck_assert_msg(many < 3 * few, "case %zu: %.0f us, then %.0f us", i, few, many);
    }
}
END_TEST

BH_TEST_MAIN("lib-json",
             strings_are_escaped_so_that_a_line_stays_a_line,
             every_character_comes_back_from_a_parser,
             numbers_are_written_exactly,
             bytes_are_lower_case_hex,
             a_device_has_the_members_of_its_row,
             a_beacon_has_the_members_of_its_row,
             the_longest_line_is_shorter_than_readers_buffers,
             ten_times_the_structures_cost_some_ten_times_as_much)
