/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Definitions of applications, from dictionaries and from text: what they come to, every mistake
 * with its place, names looked up, and what the manual page says.
 */
#include "bh-application-builder.h"
#include "bh-application-definition.h"
#include "bh-error.h"
#include "test-main.h"

static BhApplicationDefinition *
from_variant(const char *text, GError **error)
{
    g_autoptr(GError) syntax = NULL;
    g_autoptr(GVariant) services =
        g_variant_parse(G_VARIANT_TYPE("aa{sv}"), text, NULL, NULL, &syntax);

    ck_assert_msg(services != NULL, "%s: %s", text, syntax != NULL ? syntax->message : "");
    return bh_application_definition_from_variant(services, error);
}

static BhApplicationDefinition *
need(BhApplicationDefinition *definition, GError **error)
{
    ck_assert_msg(definition != NULL, "%s", *error != NULL ? (*error)->message : "");
    return definition;
}

#define SENSING_TEXT                                                                               \
    "# A weather station\n"                                                                        \
    "[service 181a]\n"                                                                             \
    "\n"                                                                                           \
    "[characteristic 181a/2a6e]\n"                                                                 \
    "Flags=read;notify;encrypt-read\n"                                                             \
    "Value=i16le:2150\n"                                                                           \
    "MaxLength=2\n"                                                                                \
    "AskOnRead=yes\n"                                                                              \
    "[descriptor 181a/2a6e/2901]\n"                                                                \
    "Flags=read\n"                                                                                 \
    "Value=text:Outside\n"                                                                         \
    "[characteristic 181a/2a6e#1]\n"                                                               \
    "Flags=read;write;write-without-response;authorize\n"                                          \
    "TooLong=cut\n"                                                                                \
    "Append=true\n"                                                                                \
    "Capture=true\n"                                                                               \
    "[descriptor 181a/2a6e#1/2901]\n"                                                              \
    "Flags=read;write\n"                                                                           \
    "[service 12345678-1234-5678-1234-56789abcdef0]\n"                                             \
    "Primary=false\n"                                                                              \
    "[service 181a#1]\n"                                                                           \
    "[characteristic 181a#1/2a6e]\n"                                                               \
    "Flags=indicate\n"

#define SENSING_VARIANT                                                                            \
    "[{'UUID': <'181a'>, 'Characteristics': <[{'UUID': <'2a6e'>,"                                  \
    "  'Flags': <['read', 'notify', 'encrypt-read']>, 'Value': <[byte 0x66, 0x08]>,"               \
    "  'MaxLength': <uint32 2>, 'AskOnRead': <true>,"                                              \
    "  'Descriptors': <[{'UUID': <'2901'>, 'Flags': <['read']>,"                                   \
    "   'Hex': <'4f 75 74 73 69 64 65'>}]>},"                                                      \
    "  {'UUID': <'2a6e'>, 'Instance': <uint32 1>,"                                                 \
    "  'Flags': <['read', 'write', 'write-without-response', 'authorize']>, 'TooLong': <'cut'>,"   \
    "  'Append': <true>, 'Capture': <true>,"                                                       \
    "  'Descriptors': <[{'UUID': <'2901'>, 'Flags': <['read', 'write']>}]>}]>},"                   \
    " {'UUID': <'12345678-1234-5678-1234-56789abcdef0'>, 'Primary': <false>},"                     \
    " {'UUID': <'181a'>, 'Instance': <uint32 1>,"                                                  \
    "  'Characteristics': <[{'UUID': <'2a6e'>, 'Flags': <['indicate']>}]>}]"

static void
assert_bytes(GBytes *bytes, const char *expected)
{
    g_autofree char *hex = bh_test_hex(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));

    ck_assert_str_eq(hex, expected);
}

static void
assert_uuid(const BhUuid *uuid, const char *expected)
{
    BhUuid wanted;

    ck_assert(bh_uuid_parse(expected, &wanted, NULL));
    ck_assert(bh_uuid_equal(uuid, &wanted));
}

static void
assert_services(const BhApplicationDefinition *definition)
{
    const struct {
        const char *uuid;
        gboolean primary;
        guint instance;
    } services[] = {
        {"181a", TRUE, 0},
        {"12345678-1234-5678-1234-56789abcdef0", FALSE, 0},
        {"181a", TRUE, 1},
    };

    ck_assert_uint_eq(bh_application_definition_count_services(definition), G_N_ELEMENTS(services));
    for (guint i = 0; i < G_N_ELEMENTS(services); i++) {
        const BhServiceDefinition *it = bh_application_definition_peek_service(definition, i);

        assert_uuid(&it->uuid, services[i].uuid);
        ck_assert_int_eq(it->primary, services[i].primary);
        ck_assert_uint_eq(it->instance, services[i].instance);
    }
}

static void
assert_attributes(const BhApplicationDefinition *definition)
{
    const struct {
        BhAttributeKind kind;
        guint service, characteristic, instance;
        const char *uuid;
        guint flags, permissions;
        const char *initial;
        guint max_length;
        gboolean cuts, appends, captures, ask_on_read;
    } attributes[] = {
        {BH_ATTRIBUTE_CHARACTERISTIC,
         0,
         0,
         0,
         "2a6e",
         BH_GATT_READ | BH_GATT_NOTIFY,
         BH_GATT_ENCRYPT_READ,
         "6608",
         2,
         FALSE,
         FALSE,
         FALSE,
         TRUE},
        {BH_ATTRIBUTE_DESCRIPTOR, 0, 0, 0, "2901", BH_GATT_READ, 0, "4f757473696465", 512},
        {BH_ATTRIBUTE_CHARACTERISTIC,
         0,
         2,
         1,
         "2a6e",
         BH_GATT_READ | BH_GATT_WRITE | BH_GATT_WRITE_WITHOUT_RESPONSE,
         BH_GATT_AUTHORIZE,
         "",
         512,
         TRUE,
         TRUE,
         TRUE,
         FALSE},
        {BH_ATTRIBUTE_DESCRIPTOR, 0, 2, 0, "2901", BH_GATT_READ | BH_GATT_WRITE, 0, "", 512},
        {BH_ATTRIBUTE_CHARACTERISTIC, 2, 4, 0, "2a6e", BH_GATT_INDICATE, 0, "", 512},
    };

    ck_assert_uint_eq(bh_application_definition_count_attributes(definition),
                      G_N_ELEMENTS(attributes));
    for (guint i = 0; i < G_N_ELEMENTS(attributes); i++) {
        const BhAttributeDefinition *it = bh_application_definition_peek_attribute(definition, i);

        ck_assert_int_eq(it->kind, attributes[i].kind);
        ck_assert_uint_eq(it->service, attributes[i].service);
        ck_assert_uint_eq(it->characteristic, attributes[i].characteristic);
        ck_assert_uint_eq(it->instance, attributes[i].instance);
        assert_uuid(&it->uuid, attributes[i].uuid);
        ck_assert_uint_eq(it->flags, attributes[i].flags);
        ck_assert_uint_eq(it->permissions, attributes[i].permissions);
        assert_bytes(it->initial, attributes[i].initial);
        ck_assert_uint_eq(it->max_length, attributes[i].max_length);
        ck_assert_int_eq(it->cuts, attributes[i].cuts);
        ck_assert_int_eq(it->appends, attributes[i].appends);
        ck_assert_int_eq(it->captures, attributes[i].captures);
        ck_assert_int_eq(it->ask_on_read, attributes[i].ask_on_read);
    }
}

START_TEST(dictionaries_become_a_definition)
{
    GError *error = NULL;
    g_autoptr(BhApplicationDefinition) definition =
        need(from_variant(SENSING_VARIANT, &error), &error);

    assert_services(definition);
    assert_attributes(definition);
}
END_TEST

START_TEST(text_becomes_the_same_definition)
{
    GError *error = NULL;
    g_autoptr(BhApplicationDefinition) definition =
        need(bh_application_definition_from_text(SENSING_TEXT, &error), &error);

    assert_services(definition);
    assert_attributes(definition);
}
END_TEST

START_TEST(definition_told_as_dictionaries_is_the_same_again)
{
    GError *error = NULL;
    g_autoptr(BhApplicationDefinition) first =
        need(bh_application_definition_from_text(SENSING_TEXT, &error), &error);
    g_autoptr(GVariant) told = g_variant_ref_sink(bh_application_definition_to_variant(first));
    g_autoptr(BhApplicationDefinition) second =
        need(bh_application_definition_from_variant(told, &error), &error);
    g_autoptr(GVariant) again = g_variant_ref_sink(bh_application_definition_to_variant(second));

    ck_assert_str_eq(g_variant_get_type_string(told), "aa{sv}");
    ck_assert(g_variant_equal(told, again));
    assert_services(second);
    assert_attributes(second);
}
END_TEST

/* As scripting languages send it: variants around everything. */
START_TEST(lists_of_variants_are_lists)
{
    GError *error = NULL;
    g_autoptr(GVariant) services = g_variant_ref_sink(
        g_variant_new_parsed("[<{'UUID': <<'181a'>>, 'Characteristics': <<[<{'UUID': <'2a6e'>, "
                             "'Flags': <'read'>}>]>>}>]"));
    g_autoptr(BhApplicationDefinition) definition =
        need(bh_application_definition_from_variant(services, &error), &error);

    ck_assert_uint_eq(bh_application_definition_count_attributes(definition), 1);
}
END_TEST

START_TEST(reference_keeps_it)
{
    GError *error = NULL;
    BhApplicationDefinition *definition =
        need(bh_application_definition_from_text(SENSING_TEXT, &error), &error);

    bh_application_definition_unref(bh_application_definition_ref(definition));
    assert_attributes(definition);
    bh_application_definition_unref(definition);
}
END_TEST

/* Mistakes in dictionaries */

#define CHARACTERISTIC(rest) "[{'UUID': <'181a'>, 'Characteristics': <[{" rest "}]>}]"
#define DESCRIPTOR(rest)                                                                           \
    CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read']>, 'Descriptors': <[{" rest "}]>")
#define AT_CHARACTERISTIC "Services[0].Characteristics[0]."
#define AT_DESCRIPTOR AT_CHARACTERISTIC "Descriptors[0]."

static const struct {
    const char *services;
    const char *message;
} mistakes[] = {
    {"[]", "Services: there must be one at least"},
    {"[{}]", "Services[0].UUID: must be given"},
    {"[{'UUID': <'18'>}]", "Services[0].UUID: '18' is none"},
    {"[{'UUID': <1>}]", "Services[0].UUID: must be a string"},
    {"[{'UUID': <'180f'>, 'Uuid': <'180d'>}]", "Services[0].Uuid: unknown option"},
    {"[{'UUID': <'180f'>, 'Flags': <['read']>}]", "Services[0].Flags: unknown option"},
    {"[{'UUID': <'1800'>}]", "Services[0].UUID: 1800: GAP is served by BlueZ itself"},
    {"[{'UUID': <'180f'>}, {'UUID': <'00001801-0000-1000-8000-00805F9B34FB'>}]",
     "Services[1].UUID: 1801: GATT is served by BlueZ itself"},
    {"[{'UUID': <'2800'>}]", "Services[0].UUID: 2800: it declares a service"},
    {"[{'UUID': <'180f'>}, {'UUID': <'180f'>}]",
     "Services[1].UUID: 180f stands there already; this one would be instance 1"},
    {"[{'UUID': <'180f'>}, {'UUID': <'0000180f-0000-1000-8000-00805f9b34fb'>}]",
     "Services[1].UUID: 0000180f-0000-1000-8000-00805f9b34fb stands there already"},
    {"[{'UUID': <'180f'>}, {'UUID': <'180f'>, 'Instance': <0>}]",
     "Services[1].Instance: must be 1, which is the next of 180f"},
    {"[{'UUID': <'180f'>}, {'UUID': <'180f'>, 'Instance': <2>}]",
     "Services[1].Instance: must be 1, which is the next of 180f"},
    {"[{'UUID': <'180f'>, 'Instance': <1>}]",
     "Services[0].Instance: must be 0, which is the next of 180f"},
    {"[{'UUID': <'180f'>, 'Primary': <1>}]", "Services[0].Primary: must be a boolean"},
    {"[{'UUID': <'180f'>, 'Characteristics': <'2a19'>}]",
     "Services[0].Characteristics: must be aa{sv}"},
    {"[{'UUID': <'180f'>, 'Characteristics': <[<'2a19'>]>}]",
     "Services[0].Characteristics[0]: must be a{sv}"},
    {"[{'UUID': <'181a'>, 'Characteristics': <[@a{sv} {}]>}]",
     AT_CHARACTERISTIC "UUID: must be given"},
    {CHARACTERISTIC("'UUID': <'2803'>, 'Flags': <'read'>"),
     AT_CHARACTERISTIC "UUID: 2803: it declares a characteristic"},
    {CHARACTERISTIC("'UUID': <'2a6e'>"), AT_CHARACTERISTIC "Flags: must be given"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <@as []>"),
     AT_CHARACTERISTIC "Flags: must be given"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read', 'reed']>"),
     AT_CHARACTERISTIC "Flags: 'reed' is no flag"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['write', 'encrypt-read']>"),
     AT_CHARACTERISTIC "Flags: encrypt-read without read"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['write-without-response', 'encrypt-write']>"),
     AT_CHARACTERISTIC "Flags: encrypt-write without write"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['indicate', 'encrypt-notify']>"),
     AT_CHARACTERISTIC "Flags: encrypt-notify without notify"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['notify', 'encrypt-indicate']>"),
     AT_CHARACTERISTIC "Flags: encrypt-indicate without indicate"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['write', 'encrypt-authenticated-read']>"),
     AT_CHARACTERISTIC "Flags: encrypt-authenticated-read without read"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read', 'secure-write']>"),
     AT_CHARACTERISTIC "Flags: secure-write without write"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read', 'secure-notify']>"),
     AT_CHARACTERISTIC "Flags: secure-notify without notify"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read', 'authorize']>"),
     AT_CHARACTERISTIC "Flags: authorize without write"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read', 'reliable-write']>"),
     AT_CHARACTERISTIC "Flags: reliable-write without write"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read', 'extended-properties']>"),
     AT_CHARACTERISTIC "Flags: extended-properties without reliable-write or writable-auxiliaries"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read']>, 'MaxLength': <1>,"
                    " 'Value': <[byte 1, 2]>"),
     AT_CHARACTERISTIC "Value: 2 bytes, MaxLength is 1"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read']>, 'MaxLength': <0>"),
     AT_CHARACTERISTIC "MaxLength: must be from 1 to 512"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read']>, 'MaxLength': <513>"),
     AT_CHARACTERISTIC "MaxLength: must be from 1 to 512"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read']>, 'Value': <'01'>"),
     AT_CHARACTERISTIC "Value: must be an array of bytes"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read']>, 'Hex': <'010'>"),
     AT_CHARACTERISTIC "Hex: must be hex digits"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read']>, 'Hex': <'0102'>, 'MaxLength': <1>"),
     AT_CHARACTERISTIC "Hex: 2 bytes, MaxLength is 1"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read']>, 'Hex': <'01'>, 'Value': <[byte 1]>"),
     AT_CHARACTERISTIC "Hex: and Value: one of them"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['write']>, 'TooLong': <'keep'>"),
     AT_CHARACTERISTIC "TooLong: must be one of refuse, cut"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['write']>, 'AskOnRead': <true>"),
     AT_CHARACTERISTIC "AskOnRead: without the flag read"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read']>, 'Capture': <true>"),
     AT_CHARACTERISTIC "Capture: without a flag of writing"},
    {CHARACTERISTIC("'UUID': <'2a6e'>, 'Flags': <['read']>, 'Append': <true>"),
     AT_CHARACTERISTIC "Append: without a flag of writing"},
    {"[{'UUID': <'181a'>, 'Characteristics': <[{'UUID': <'2a6e'>, 'Flags': <['read']>},"
     " {'UUID': <'2a6e'>, 'Flags': <['read']>}]>}]",
     "Services[0].Characteristics[1].UUID: 2a6e stands there already; this one would be instance "
     "1"},
    {DESCRIPTOR("'UUID': <'2900'>, 'Flags': <['read']>"),
     AT_DESCRIPTOR "UUID: 2900: BlueZ makes it where"},
    {DESCRIPTOR("'UUID': <'2902'>, 'Flags': <['read']>"),
     AT_DESCRIPTOR "UUID: 2902: BlueZ makes it where"},
    {DESCRIPTOR("'UUID': <'2903'>, 'Flags': <['read']>"),
     AT_DESCRIPTOR "UUID: 2903: BlueZ does not serve broadcasts"},
    {DESCRIPTOR("'UUID': <'2901'>"), AT_DESCRIPTOR "Flags: must be given"},
    {DESCRIPTOR("'UUID': <'2901'>, 'Flags': <['read', 'notify']>"),
     AT_DESCRIPTOR "Flags: notify is not for descriptors"},
    {DESCRIPTOR("'UUID': <'2901'>, 'Flags': <['read', 'encrypt-notify']>"),
     AT_DESCRIPTOR "Flags: encrypt-notify without notify"},
    {DESCRIPTOR("'UUID': <'2901'>, 'Flags': <['read']>, 'Instance': <0>"),
     AT_DESCRIPTOR "Instance: unknown option"},
    {DESCRIPTOR("'UUID': <'2901'>, 'Flags': <['read']>, '': <0>"),
     AT_DESCRIPTOR ": unknown option"},
    {DESCRIPTOR("'UUID': <'2901'>, 'Flags': <['read']>}, {'UUID': <'2901'>, 'Flags': <['read']>"),
     AT_CHARACTERISTIC "Descriptors[1].UUID: the characteristic has a 2901 already"},
};

static void
assert_refused(BhApplicationDefinition *definition, GError **reason, const char *message)
{
    const GError *error = *reason;

    ck_assert_msg(definition == NULL, "is taken: %s", message);
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
    ck_assert_msg(g_str_has_prefix(error->message, message), "%s, not %s", error->message, message);
}

START_TEST(mistake_in_dictionaries_is_told_with_its_path)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autoptr(GError) error = NULL;

        assert_refused(from_variant(mistakes[i].services, &error), &error, mistakes[i].message);
    }
}
END_TEST

START_TEST(services_that_are_no_list_are_refused)
{
    g_autoptr(GVariant) services = g_variant_ref_sink(g_variant_new_string("181a"));
    g_autoptr(GError) error = NULL;

    assert_refused(bh_application_definition_from_variant(services, &error),
                   &error,
                   "Services: must be aa{sv}");
}
END_TEST

/* Limits */

static char *
dup_many(const char *format, guint n)
{
    GString *text = g_string_new("[");

    for (guint i = 0; i < n; i++) {
        g_string_append(text, i > 0 ? ", " : "");
        g_string_append_printf(text, format, 0x3000 + i);
    }
    g_string_append(text, "]");
    return g_string_free(text, FALSE);
}

START_TEST(there_is_a_limit_of_services)
{
    g_autofree char *full = dup_many("{'UUID': <'%04x'>}", BH_APPLICATION_SERVICES_MAX);
    g_autofree char *more = dup_many("{'UUID': <'%04x'>}", BH_APPLICATION_SERVICES_MAX + 1);
    GError *error = NULL;
    g_autoptr(BhApplicationDefinition) definition = need(from_variant(full, &error), &error);

    assert_refused(from_variant(more, &error), &error, "Services[32].UUID: more than 32 services");
    g_error_free(error);
}
END_TEST

START_TEST(there_is_a_limit_of_attributes)
{
    const char *one = "{'UUID': <'%04x'>, 'Flags': <['read']>}";
    g_autofree char *list = dup_many(one, BH_APPLICATION_ATTRIBUTES_MAX);
    g_autofree char *longer = dup_many(one, BH_APPLICATION_ATTRIBUTES_MAX + 1);
    g_autofree char *full = g_strdup_printf("[{'UUID': <'181a'>, 'Characteristics': <%s>}]", list);
    g_autofree char *more =
        g_strdup_printf("[{'UUID': <'181a'>, 'Characteristics': <%s>}]", longer);
    GError *error = NULL;
    g_autoptr(BhApplicationDefinition) definition = need(from_variant(full, &error), &error);

    assert_refused(from_variant(more, &error),
                   &error,
                   "Services[0].Characteristics[256].UUID: more than 256 characteristics");
    g_error_free(error);
}
END_TEST

/* Mistakes in text */

static const struct {
    const char *text;
    const char *message;
} text_mistakes[] = {
    {"", "Services: there must be one at least"},
    {"# nothing\n", "Services: there must be one at least"},
    {"Flags=read\n", "line 1: [] Flags: stands before the first [group]"},
    {"[service 181a\n", "line 1: [] [service 181a: a group is [name] alone on its line"},
    {"\n[servce 181a]\n",
     "line 2: [servce 181a]: a group is a service, characteristic or descriptor"},
    {"[]\n", "line 1: []: a group is a service, characteristic or descriptor"},
    {"[service]\n", "line 1: [service]: must be [service UUID]"},
    {"[service 181a/2a6e]\n", "line 1: [service 181a/2a6e]: must be [service UUID]"},
    {"[service 181]\n", "line 1: [service 181]: '181' is none"},
    {"[service 181a#x]\n", "line 1: [service 181a#x]: behind # comes a number from 0 to 256"},
    {"[service 181a#-1]\n", "line 1: [service 181a#-1]: behind # comes a number"},
    {"[service 181a#1]\n", "line 1: [service 181a#1]: must be 0, which is the next of 181a"},
    {"[service 1800]\n", "line 1: [service 1800]: 1800: GAP is served by BlueZ itself"},
    {"[service 181a]\nPrimry=no\n", "line 2: [service 181a] Primry: unknown option"},
    {"[service 181a]\nPrimary=perhaps\n", "line 2: [service 181a] Primary: must be true or false"},
    {"[service 181a]\nUUID=180d\n", "line 2: [service 181a] UUID: stands in the name of the group"},
    {"[service 181a]\nInstance=0\n",
     "line 2: [service 181a] Instance: stands in the name of the group"},
    {"[service 181a]\nValue=00\n", "line 2: [service 181a] Value: unknown option"},
    {"[service 181a]\n[service 0x181A]\n",
     "line 2: [service 0x181A]: 0x181A stands there already; this one would be instance 1"},
    {"[service 181a]\nPrimary=yes\nPrimary=yes\n", "line 3: [service 181a] Primary: given twice"},
    {"[characteristic 181a/2a6e]\n",
     "line 1: [characteristic 181a/2a6e]: must stand behind its service"},
    {"[service 181a]\n[characteristic 180d/2a37]\n",
     "line 2: [characteristic 180d/2a37]: must stand behind its service"},
    {"[service 181a]\n[characteristic 181a#1/2a37]\n",
     "line 2: [characteristic 181a#1/2a37]: must stand behind its service"},
    {"[service 181a]\n[descriptor 181a/2a6e/2901]\n",
     "line 2: [descriptor 181a/2a6e/2901]: must stand behind its characteristic"},
    {"[service 181a]\n[characteristic 2a6e]\n",
     "line 2: [characteristic 2a6e]: must be [characteristic SERVICE/UUID]"},
    {"[service 181a]\n[characteristic 181a/2a6e/2901/1]\n",
     "line 2: [characteristic 181a/2a6e/2901/1]: must be [characteristic SERVICE/UUID]"},
    {"[service 181a]\n[characteristic 181a/]\n", "line 2: [characteristic 181a/]: '' is none"},
    {"[service 181a]\n[characteristic 181a/2a6e]\n",
     "line 2: [characteristic 181a/2a6e] Flags: must be given"},
    {"[service 181a]\n[characteristic 181a/2a6e]\n\nFlags=read;reed\n",
     "line 4: [characteristic 181a/2a6e] Flags: 'reed' is no flag"},
    {"[service 181a]\n[characteristic 181a/2a6e]\nFlags=read\n"
     "[characteristic 181a/2a6e]\nFlags=read\n",
     "line 4: [characteristic 181a/2a6e]: stands there already; a further one has its number "
     "behind "
     "its UUID, as in 2a00#1"},
    {"[service 181a]\n[characteristic 181a/2a6e]\nFlags=read\nMaxLength=1\nValue=0102\n"
     "[service 180d]\n",
     "line 5: [characteristic 181a/2a6e] Value: 2 bytes, MaxLength is 1"},
    {"[service 181a]\n[characteristic 181a/2a6e]\nFlags=read\nCapture=yes\n",
     "line 4: [characteristic 181a/2a6e] Capture: without a flag of writing"},
    {"[service 181a]\n[characteristic 181a/2a6e]\nValue=010\n",
     "line 3: [characteristic 181a/2a6e] Value: \"010\" is not bytes in hexadecimal"},
    {"[service 181a]\n[characteristic 181a/2a6e]\nValue=u16:1\n",
     "line 3: [characteristic 181a/2a6e] Value: a type is one of hex, utf8, u8"},
    {"[service 181a]\n[characteristic 181a/2a6e]\nValue=u8:256\n",
     "line 3: [characteristic 181a/2a6e] Value: \"256\" is no number of type u8"},
    {"[service 181a]\n[characteristic 181a/2a6e]\nValue=text:a\\x\n",
     "line 3: [characteristic 181a/2a6e] Value: after \"\\\" comes one of s, n, t, r, \\"},
    {"[service 181a]\n[characteristic 181a/2a6e]\nValue=text:a\\\n",
     "line 3: [characteristic 181a/2a6e] Value: after \"\\\" comes"},
    {"[service 181a]\n[characteristic 181a/2a6e]\nMaxLength=many\n",
     "line 3: [characteristic 181a/2a6e] MaxLength: must be an integer"},
    {"[service 181a]\n[characteristic 181a/2a6e]\nDescriptors=2901\n",
     "line 3: [characteristic 181a/2a6e] Descriptors: unknown option"},
    {"[service 181a]\n[characteristic 181a/2a6e]\nFlags=read\n"
     "[descriptor 181a/2a6e/2902]\nFlags=read\n",
     "line 4: [descriptor 181a/2a6e/2902]: 2902: BlueZ makes it"},
    {"[service 181a]\n[characteristic 181a/2a6e]\nFlags=read\n"
     "[descriptor 181a/2a6e/2901#0]\nFlags=read\n",
     "line 4: [descriptor 181a/2a6e/2901#0]: a characteristic has no two descriptors"},
    {"[service 181a]\n[characteristic 181a/2a6e]\nFlags=read\n"
     "[descriptor 181a/2a6e/2901]\nFlags=notify\n",
     "line 5: [descriptor 181a/2a6e/2901] Flags: notify is not for descriptors"},
    {"[service 181a]\n\xff\n", "line 2: [service 181a]: not UTF-8 text"},
};

START_TEST(mistake_in_text_is_told_with_its_line)
{
    for (gsize i = 0; i < G_N_ELEMENTS(text_mistakes); i++) {
        g_autoptr(GError) error = NULL;

        assert_refused(bh_application_definition_from_text(text_mistakes[i].text, &error),
                       &error,
                       text_mistakes[i].message);
    }
}
END_TEST

static const struct {
    const char *text;
    const char *hex;
} values[] = {
    {"", ""},
    {"00ff", "00ff"},
    {"0x00 ff", "00ff"},
    {"00:ff:10", "00ff10"},
    {"hex:06 48", "0648"},
    {"hex:", ""},
    {"u8:", ""},
    {"u8:1 2 0x10", "010210"},
    {"u16le:2150", "6608"},
    {"u16be:2150", "0866"},
    {"i16le:-1", "ffff"},
    {"u24le:1 2", "010000020000"},
    {"f32le:21.5", "0000ac41"},
    {"text:", ""},
    {"text:two words", "74776f20776f726473"},
    {"utf8:gr\u00fc\u00df", "6772c3bcc39f"},
    {"text:a:b#c", "613a622363"},
    {"text:\\sa\\n\\t\\r\\\\\\s", "20610a090d5c20"},
};

START_TEST(values_are_written_in_many_ways)
{
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autofree char *text = g_strdup_printf(
            "[service 181a]\n[characteristic 181a/2a6e]\nFlags = read\n Value = %s \n",
            values[i].text);
        GError *error = NULL;
        g_autoptr(BhApplicationDefinition) definition =
            need(bh_application_definition_from_text(text, &error), &error);

        assert_bytes(bh_application_definition_peek_attribute(definition, 0)->initial,
                     values[i].hex);
    }
}
END_TEST

START_TEST(every_flag_and_permission_is_known_by_its_name)
{
    const char *text = "[service 181a]\n[characteristic 181a/2a6e]\n"
                       "Flags=broadcast;read;write-without-response;write;notify;indicate;"
                       "authenticated-signed-writes;extended-properties;reliable-write;"
                       "writable-auxiliaries;encrypt-read;encrypt-write;encrypt-notify;"
                       "encrypt-indicate;encrypt-authenticated-read;encrypt-authenticated-write;"
                       "encrypt-authenticated-notify;encrypt-authenticated-indicate;secure-read;"
                       "secure-write;secure-notify;secure-indicate;authorize;\n";
    GError *error = NULL;
    g_autoptr(BhApplicationDefinition) definition =
        need(bh_application_definition_from_text(text, &error), &error);
    g_autoptr(GVariant) told = g_variant_ref_sink(bh_application_definition_to_variant(definition));
    g_autoptr(BhApplicationDefinition) again =
        need(bh_application_definition_from_variant(told, &error), &error);
    const BhAttributeDefinition *attribute = bh_application_definition_peek_attribute(again, 0);

    ck_assert_uint_eq(attribute->flags, (BH_GATT_WRITABLE_AUXILIARIES << 1) - 1);
    ck_assert_uint_eq(attribute->permissions, (BH_GATT_AUTHORIZE << 1) - 1);
}
END_TEST

/* Names */

static BhGattName
name_of(const char *service, const char *characteristic, const char *descriptor, guint instance)
{
    BhGattName name = {.has_service = service != NULL,
                       .has_descriptor = descriptor != NULL,
                       .instance = instance};

    ck_assert(service == NULL || bh_uuid_parse(service, &name.service, NULL));
    ck_assert(bh_uuid_parse(characteristic, &name.characteristic, NULL));
    ck_assert(descriptor == NULL || bh_uuid_parse(descriptor, &name.descriptor, NULL));
    return name;
}

START_TEST(names_find_attributes)
{
    const struct {
        const char *service, *descriptor;
        guint instance, number;
    } cases[] = {
        {"181a", NULL, 0, 0},
        {"181a", "2901", 0, 1},
        {"181a", NULL, 1, 2},
        {"181a", "2901", 1, 3},
        {"181a", NULL, 2, 4}, /* of the second service of the UUID */
        {NULL, NULL, 2, 4},
    };
    GError *error = NULL;
    g_autoptr(BhApplicationDefinition) definition =
        need(bh_application_definition_from_text(SENSING_TEXT, &error), &error);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BhGattName name = name_of(cases[i].service, "2a6e", cases[i].descriptor, cases[i].instance);
        guint number = 99;

        ck_assert(bh_application_definition_find(definition, &name, &number, NULL));
        ck_assert_uint_eq(number, cases[i].number);
    }
}
END_TEST

START_TEST(name_that_finds_nothing_says_what_is_missing)
{
    const struct {
        const char *service, *characteristic, *descriptor;
        guint instance;
        BhError code;
        const char *message;
    } cases[] = {
        {"180d", "2a6e", NULL, 0, BH_ERROR_NOT_FOUND, "no service 180d"},
        {"181a", "2a6f", NULL, 0, BH_ERROR_NOT_FOUND, "no characteristic 2a6f in service 181a"},
        {"181a", "2a6e", NULL, 3, BH_ERROR_NOT_FOUND, "no instance 3 of characteristic 2a6e"},
        {"181a", "2a6e", "2904", 0, BH_ERROR_NOT_FOUND, "no descriptor 2904"},
        {NULL, "2a19", NULL, 0, BH_ERROR_INVALID_ARGUMENTS, "Service: several have"},
    };
    GError *error = NULL;
    g_autoptr(BhApplicationDefinition) definition =
        need(bh_application_definition_from_text(SENSING_TEXT
                                                 "[characteristic 181a#1/2a19]\nFlags=read\n"
                                                 "[service 180f]\n"
                                                 "[characteristic 180f/2a19]\nFlags=read\n",
                                                 &error),
             &error);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) reason = NULL;
        BhGattName name = name_of(cases[i].service,
                                  cases[i].characteristic,
                                  cases[i].descriptor,
                                  cases[i].instance);
        guint number;

        ck_assert(!bh_application_definition_find(definition, &name, &number, &reason));
        ck_assert(g_error_matches(reason, BH_ERROR, (gint)cases[i].code));
        ck_assert_msg(g_str_has_prefix(reason->message, cases[i].message), "%s", reason->message);
    }
}
END_TEST

/* The manual page */

static char *
dup_page(void)
{
    g_autofree char *path =
        g_build_filename(g_getenv("G_TEST_SRCDIR"), "..", "lib", "blehub-application.5.rst", NULL);
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    ck_assert_msg(g_file_get_contents(path, &text, NULL, &error),
                  "%s",
                  error != NULL ? error->message : "");
    return text;
}

/* The literal block behind a place in the page, without its indentation. */
static char *
dup_block(const char *text)
{
    GString *block = g_string_new(NULL);
    const char *at = strstr(text, "::\n\n    ");

    ck_assert_ptr_nonnull(at);
    for (at += strlen("::\n\n"); *at == ' ' || *at == '\n'; at += strcspn(at, "\n") + 1) {
        gsize indentation = strspn(at, " ");
        g_string_append_len(block, at + indentation, (gssize)(strcspn(at + indentation, "\n") + 1));
    }
    return g_string_free(block, FALSE);
}

START_TEST(examples_of_the_manual_page_are_right)
{
    g_autofree char *page = dup_page();
    g_autofree char *first = dup_block(page);
    g_autofree char *second = dup_block(strstr(page, "\nEXAMPLE\n"));
    GError *error = NULL;
    g_autoptr(BhApplicationDefinition) small =
        need(bh_application_definition_from_text(first, &error), &error);
    g_autoptr(BhApplicationDefinition) large =
        need(bh_application_definition_from_text(second, &error), &error);

    ck_assert_uint_eq(bh_application_definition_count_attributes(small), 2);
    ck_assert_uint_eq(bh_application_definition_count_services(large), 2);
    ck_assert_uint_eq(bh_application_definition_count_attributes(large), 5);
}
END_TEST

START_TEST(manual_page_has_every_key_flag_and_limit)
{
    static const BhOptionSpec *const kinds[] = {bh_application_service_specs,
                                                bh_application_characteristic_specs,
                                                bh_application_descriptor_specs};
    g_autofree char *page = dup_page();
    g_autofree const char **flags =
        bh_gatt_flags_dup_names((BhGattFlags)((BH_GATT_WRITABLE_AUXILIARIES << 1) - 1));
    g_autofree char *limits = g_strdup_printf("at most %d services and %d characteristics",
                                              BH_APPLICATION_SERVICES_MAX,
                                              BH_APPLICATION_ATTRIBUTES_MAX);

    ck_assert_ptr_nonnull(strstr(page, limits));
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        for (const BhOptionSpec *spec = kinds[i]; spec->key != NULL; spec++) {
            g_autofree char *heading = g_strdup_printf("\n``%s=``\n", spec->key);
            gboolean in_name = strcmp(spec->key, "UUID") == 0 || strcmp(spec->key, "Instance") == 0;

            ck_assert_msg((strstr(page, heading) != NULL) != in_name, "%s", spec->key);
        }
    }
    for (guint i = 0; flags[i] != NULL; i++)
        ck_assert_msg(strstr(page, flags[i]) != NULL, "%s", flags[i]);
    for (guint i = 0; bh_application_permission_name(i) != NULL; i++) {
        g_autofree char *literal = g_strdup_printf("``%s``", bh_application_permission_name(i));
        ck_assert_msg(strstr(page, literal) != NULL, "%s", literal);
    }
}
END_TEST

BH_TEST_MAIN("application",
             dictionaries_become_a_definition,
             text_becomes_the_same_definition,
             definition_told_as_dictionaries_is_the_same_again,
             lists_of_variants_are_lists,
             reference_keeps_it,
             mistake_in_dictionaries_is_told_with_its_path,
             services_that_are_no_list_are_refused,
             there_is_a_limit_of_services,
             there_is_a_limit_of_attributes,
             mistake_in_text_is_told_with_its_line,
             values_are_written_in_many_ways,
             every_flag_and_permission_is_known_by_its_name,
             names_find_attributes,
             name_that_finds_nothing_says_what_is_missing,
             examples_of_the_manual_page_are_right,
             manual_page_has_every_key_flag_and_limit)
