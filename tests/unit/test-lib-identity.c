/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Identities as text and back, and what a beginning of one stands for.
 */
#include "bh-alias.h"
#include "test-main.h"

#include <string.h>

#define UUID "e2c56db5-dffb-48d2-b060-d0f5a71096e0"
#define IRK "ec0234a357c8ad05341010a60a397d9b"

static const char *const texts[] = {
    "public:00:1A:7D:DA:71:13",
    "random:C0:1A:7D:DA:71:13",
    "iBeacon:" UUID "-1-65535",
    "AltBeacon:0118-e2c56db5dffb48d2b060d0f5a71096e000010002",
    "Eddystone-UID:00112233445566778899-aabbccddeeff",
    "Eddystone-URL:https://www.example.com/a",
    "Eddystone-EID:0102030405060708",
};

static BhIdentityPattern
parse(const char *text)
{
    BhIdentityPattern pattern;
    g_autoptr(GError) error = NULL;

    ck_assert_msg(bh_identity_pattern_parse(text, &pattern, &error),
                  "%s",
                  error != NULL ? error->message : "");
    return pattern;
}

START_TEST(identities_are_read_as_they_are_written)
{
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        char text[BH_IDENTITY_TEXT_SIZE];
        BhIdentityPattern pattern = parse(texts[i]);

        ck_assert_msg(pattern.is_whole, "%s", texts[i]);
        bh_identity_format(&pattern.identity, text);
        ck_assert_str_eq(text, texts[i]);
    }
}
END_TEST

START_TEST(whole_ones_match_themselves_alone)
{
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        for (guint j = 0; j < G_N_ELEMENTS(texts); j++) {
            BhIdentityPattern a = parse(texts[i]), b = parse(texts[j]);

            ck_assert(bh_identity_pattern_matches(&a, &b.identity) == (i == j));
            ck_assert(bh_identity_equal(&a.identity, &b.identity) == (i == j));
        }
}
END_TEST

START_TEST(beginnings_match_all_that_begin_so)
{
    static const struct {
        const char *beginning;
        const char *is;
        const char *is_not;
    } table[] = {
        {"ibeacon:" UUID,
         "iBeacon:" UUID "-1-2",
         "iBeacon:f"
         "2c56db5-dffb-48d2-b060-d0f5a71096e0-1-2"},
        {"iBeacon:" UUID "-1", "iBeacon:" UUID "-1-2", "iBeacon:" UUID "-257-2"},
        {"EDDYSTONE-UID:00112233445566778899",
         "Eddystone-UID:00112233445566778899-aabbccddeeff",
         "Eddystone-UID:00112233445566778898-aabbccddeeff"},
        {"AltBeacon:0118",
         "AltBeacon:0118-e2c56db5dffb48d2b060d0f5a71096e000010002",
         "AltBeacon:0119-e2c56db5dffb48d2b060d0f5a71096e000010002"},
        {"00:1a:7d:da:71:13", "random:00:1A:7D:DA:71:13", "random:00:1A:7D:DA:71:14"},
        {"00:1a:7d:da:71:13", "public:00:1A:7D:DA:71:13", "iBeacon:" UUID "-1-2"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        BhIdentityPattern beginning = parse(table[i].beginning);
        BhIdentityPattern is = parse(table[i].is), is_not = parse(table[i].is_not);

        ck_assert(!beginning.is_whole);
        ck_assert_msg(bh_identity_pattern_matches(&beginning, &is.identity), "%s", table[i].is);
        ck_assert_msg(!bh_identity_pattern_matches(&beginning, &is_not.identity),
                      "%s",
                      table[i].is_not);
    }
}
END_TEST

START_TEST(what_is_no_identity_is_refused)
{
    static const char *const wrong[] = {
        "",
        "lobby",
        "iBeacon",
        "iBeacon:",
        "iBeacon:180d",
        "iBeacon:" UUID "-",
        "iBeacon:" UUID "-1-",
        "iBeacon:" UUID "-1-65536",
        "iBeacon:" UUID "-1-2-3",
        "iBeacon:" UUID "-+1",
        "iBeacon:" UUID "x",
        "Eddystone-UID:0011",
        "Eddystone-UID:00112233445566778899-aabb",
        "Eddystone-EID:0102030405060708-01",
        "Eddystone-TLM:00",
        "Eddystone-URL:gopher://a",
        "Eddystone-URL:https://www.a-name-that-is-too-long-for-a-beacon.example/",
        "AltBeacon:0118-e2",
        "public:00:1A:7D:DA:71",
        "00:1A:7D:DA:71:13:00",
        "irk:01234567",
    };

    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        BhIdentityPattern pattern;

        ck_assert_msg(!bh_identity_pattern_parse(wrong[i], &pattern, &error), "%s", wrong[i]);
        ck_assert(strstr(error->message, wrong[i]) != NULL);
    }
}
END_TEST

START_TEST(a_url_is_the_same_however_it_is_shortened)
{
    BhBeacon beacon = {.type = BH_BEACON_EDDYSTONE_URL, .url = "https://example.com/"};
    BhIdentityPattern pattern = parse("Eddystone-URL:https://example.com/");
    BhIdentity identity;

    ck_assert(bh_identity_of_beacon(&beacon, &identity));
    ck_assert(bh_identity_equal(&identity, &pattern.identity));
}
END_TEST

START_TEST(power_and_reserved_bytes_are_not_who_it_is)
{
    BhBeacon beacon = {.type = BH_BEACON_ALTBEACON, .company = 0x118, .power = -59, .reserved = 1};
    BhIdentity a, b;

    ck_assert(bh_identity_of_beacon(&beacon, &a));
    beacon.power = -20;
    beacon.reserved = 2;
    ck_assert(bh_identity_of_beacon(&beacon, &b));
    ck_assert(bh_identity_equal(&a, &b));
    beacon.company = 0x119;
    ck_assert(bh_identity_of_beacon(&beacon, &b));
    ck_assert(!bh_identity_equal(&a, &b));
}
END_TEST

START_TEST(telemetry_is_nobody)
{
    BhBeacon tlm = {.type = BH_BEACON_EDDYSTONE_TLM}, etlm = {.type = BH_BEACON_EDDYSTONE_ETLM};
    BhIdentity identity;

    ck_assert(!bh_identity_of_beacon(&tlm, &identity));
    ck_assert(!bh_identity_of_beacon(&etlm, &identity));
}
END_TEST

START_TEST(a_key_is_told_apart_without_being_told)
{
    g_autoptr(BhAlias) alias = bh_alias_new("phone");
    g_autoptr(BhRpaKey) other = bh_rpa_key_new("00000000000000000000000000000001", NULL);
    char text[BH_IDENTITY_TEXT_SIZE];
    BhIdentity own, of_other;

    bh_alias_take_key(alias, bh_rpa_key_new(IRK, NULL));
    bh_identity_of_key(alias->key, &own);
    bh_identity_of_key(other, &of_other);
    bh_identity_format(&own, text);
    ck_assert_uint_eq(strlen(text), strlen("irk:01234567"));
    ck_assert(strstr(IRK, text + strlen("irk:")) == NULL);
    ck_assert(bh_alias_matches(alias, &own));
    ck_assert(!bh_alias_matches(alias, &of_other));
}
END_TEST

BH_TEST_MAIN("lib-identity",
             identities_are_read_as_they_are_written,
             whole_ones_match_themselves_alone,
             beginnings_match_all_that_begin_so,
             what_is_no_identity_is_refused,
             a_url_is_the_same_however_it_is_shortened,
             power_and_reserved_bytes_are_not_who_it_is,
             telemetry_is_nobody,
             a_key_is_told_apart_without_being_told)
