/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What kernel and bluetoothd make of reports and filters, without a bus. */
#include "kernel.h"
#include "test-main.h"

static BhHeard
report(BhReportType type, guint8 number, gint8 rssi, const char *data, gsize size)
{
    return (BhHeard){.type = type,
                     .address = {.octets = {0xc0, 0, 0, 0, 0, number}, .type = BH_ADDRESS_RANDOM},
                     .data = (const guint8 *)data,
                     .size = size,
                     .rssi = rssi};
}

#define FEED(kernel, type, number, rssi, data)                                                     \
    do {                                                                                           \
        BhHeard fed = report(type, number, rssi, data, sizeof data - 1);                           \
        bh_kernel_report(kernel, &fed);                                                            \
    } while (0)

/* "number rssi size;" per device found. */
static void
on_found(const BhFound *found, gpointer user_data)
{
    g_string_append_printf(user_data,
                           "%u %d %u%s;",
                           found->address.octets[5],
                           found->rssi,
                           (guint)found->size,
                           found->connectable ? "c" : "");
}

static BhKernel *
kernel_with(GString *found, const BhKernelFilter *filter)
{
    BhKernel *kernel = bh_kernel_new(on_found, found);

    bh_kernel_start(kernel, filter);
    return kernel;
}

static const BhKernelFilter OPEN = {.regular = TRUE, .le = TRUE, .rssi = BH_RSSI_NO_THRESHOLD};

START_TEST(advertisement_and_its_response_become_one)
{
    g_autoptr(GString) found = g_string_new(NULL);
    g_autoptr(BhKernel) kernel = kernel_with(found, &OPEN);

    FEED(kernel, BH_REPORT_ADV_IND, 1, -50, "abc");
    ck_assert_str_eq(found->str, "");
    FEED(kernel, BH_REPORT_SCAN_RSP, 1, -51, "de");
    ck_assert_str_eq(found->str, "1 -51 5c;");
}
END_TEST

START_TEST(advertisement_without_response_goes_out_when_another_is_heard)
{
    g_autoptr(GString) found = g_string_new(NULL);
    g_autoptr(BhKernel) kernel = kernel_with(found, &OPEN);

    FEED(kernel, BH_REPORT_ADV_IND, 1, -50, "abc");
    FEED(kernel, BH_REPORT_ADV_NONCONN_IND, 2, -60, "x");
    ck_assert_str_eq(found->str, "1 -50 3c;2 -60 1;");
}
END_TEST

START_TEST(advertisement_without_response_is_lost_when_its_device_is_heard_again)
{
    g_autoptr(GString) found = g_string_new(NULL);
    g_autoptr(BhKernel) kernel = kernel_with(found, &OPEN);

    FEED(kernel, BH_REPORT_ADV_IND, 1, -50, "abc");
    FEED(kernel, BH_REPORT_ADV_IND, 1, -40, "abcd");
    FEED(kernel, BH_REPORT_SCAN_RSP, 1, -41, "");
    ck_assert_str_eq(found->str, "1 -41 4c;");
}
END_TEST

START_TEST(threshold_and_uuids_hold_back)
{
    char *uuids[] = {(char *)"0000180d-0000-1000-8000-00805f9b34fb", NULL};
    BhKernelFilter near = {.le = TRUE, .rssi = -60};
    BhKernelFilter hearts = {.le = TRUE, .rssi = BH_RSSI_NO_THRESHOLD, .uuids = uuids};
    g_autoptr(GString) found = g_string_new(NULL);
    g_autoptr(BhKernel) kernel = kernel_with(found, &near);

    FEED(kernel, BH_REPORT_ADV_NONCONN_IND, 1, -61, "x");
    FEED(kernel, BH_REPORT_ADV_NONCONN_IND, 2, -60, "x");
    ck_assert_str_eq(found->str, "2 -60 1;");
    bh_kernel_start(kernel, &hearts);
    FEED(kernel, BH_REPORT_ADV_NONCONN_IND, 3, -90, "\x03\x03\x0f\x18");
    FEED(kernel, BH_REPORT_ADV_NONCONN_IND, 4, -90, "\x05\x02\x0f\x18\x0d\x18");
    ck_assert_str_eq(found->str, "2 -60 1;4 -90 6;");
}
END_TEST

static BhDiscoveryFilter *
filter_of(const char *text)
{
    g_autoptr(GVariant) options = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);

    ck_assert_ptr_nonnull(options);
    return bh_discovery_filter_parse(options);
}

START_TEST(filters_are_checked_as_bluetoothd_checks_them)
{
    static const char *const bad[] = {"{'RSSI': <int16 21>}",
                                      "{'RSSI': <int16 -128>}",
                                      "{'RSSI': <-60>}",
                                      "{'Pathloss': <uint16 138>}",
                                      "{'Pathloss': <uint16 1>, 'RSSI': <int16 -60>}",
                                      "{'Transport': <'LE'>}",
                                      "{'UUIDs': <['nonsense']>}",
                                      "{'UUIDs': <'180d'>}",
                                      "{'DuplicateData': <1>}",
                                      "{'Colour': <'red'>}"};
    static const char *const good[] = {"{'RSSI': <int16 20>}",
                                       "{'Pathloss': <uint16 137>}",
                                       "{'Transport': <'auto'>, 'Discoverable': <true>}",
                                       "{'UUIDs': <['180d', '0x180f']>, 'Pattern': <'x'>}"};

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        ck_assert_msg(filter_of(bad[i]) == NULL, "%s", bad[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(BhDiscoveryFilter) filter = filter_of(good[i]);

        ck_assert_msg(filter != NULL, "%s", good[i]);
    }
}
END_TEST

/* "regular rssi uuids" of the merge of up to two filters; NULL text = a client without filter. */
static char *
merge(const char *a, const char *b, gboolean skip_empty)
{
    g_autoptr(GPtrArray) filters = g_ptr_array_new();
    g_autoptr(BhDiscoveryFilter) first = a != NULL ? filter_of(a) : NULL;
    g_autoptr(BhDiscoveryFilter) second = b != NULL ? filter_of(b) : NULL;
    g_autoptr(BhKernelFilter) merged = NULL;

    g_ptr_array_add(filters, first);
    g_ptr_array_add(filters, second);
    merged = bh_kernel_filter_merge(filters, skip_empty);
    return g_strdup_printf("%d %d %u",
                           merged->regular,
                           merged->rssi,
                           merged->uuids != NULL ? g_strv_length(merged->uuids) : 0);
}

START_TEST(merged_filter_is_as_wide_as_the_widest)
{
    static const struct {
        const char *a;
        const char *b;
        gboolean skip_empty;
        const char *merged;
    } rows[] = {
        {NULL, NULL, FALSE, "1 127 0"},
        {NULL, "{'RSSI': <int16 -60>, 'UUIDs': <['180d']>}", FALSE, "0 127 0"},
        {"{'RSSI': <int16 -60>}", "{'RSSI': <int16 -80>}", FALSE, "0 -80 0"},
        {"{'RSSI': <int16 -60>}", "{'Transport': <'le'>}", FALSE, "0 127 0"},
        {"{'RSSI': <int16 -60>}", "{'Pathloss': <uint16 80>}", FALSE, "0 127 0"},
        {"{'UUIDs': <['180d', '180f']>}", "{'UUIDs': <['180f']>}", FALSE, "0 127 2"},
        {"{'UUIDs': <['180d']>}", "{'Transport': <'le'>}", FALSE, "0 127 0"},
        {"{'Transport': <'le'>}", "{'Transport': <'auto'>}", FALSE, "0 127 0"},
        {"{'Transport': <'le'>}", "{'Transport': <'auto'>}", TRUE, "1 127 0"},
        {"{'Transport': <'le'>, 'DuplicateData': <true>}", NULL, TRUE, "0 127 0"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *merged = merge(rows[i].a, rows[i].b, rows[i].skip_empty);

        ck_assert_msg(g_str_equal(merged, rows[i].merged), "row %zu: %s", i, merged);
    }
}
END_TEST

START_TEST(pattern_decides_who_shows_up)
{
    g_autoptr(GPtrArray) filters = g_ptr_array_new();
    g_autoptr(BhDiscoveryFilter) lamp = filter_of("{'Pattern': <'Lamp'>}");

    ck_assert(!bh_discovery_filters_show(filters, FALSE, "C0:", "Lamp 1"));
    g_ptr_array_add(filters, lamp);
    ck_assert(bh_discovery_filters_show(filters, FALSE, "C0:", "Lamp 1"));
    ck_assert(!bh_discovery_filters_show(filters, TRUE, "C0:", "A Lamp"));
    ck_assert(!bh_discovery_filters_show(filters, TRUE, "C0:", NULL));
}
END_TEST

START_TEST(malformed_structures_end_the_reading_and_keep_what_was_good)
{
    static const guint8 bytes[] = {2, 1, 6, 3, 0xff, 0x4c, 0x00, 9, 0x09, 'x'};
    g_autoptr(BhEir) eir = bh_eir_parse(bytes, sizeof bytes);

    ck_assert_uint_eq(eir->flags, 6);
    ck_assert_uint_eq(eir->fields->len, 1);
    ck_assert_ptr_null(eir->name);
}
END_TEST

START_TEST(names_are_cleaned_as_bluetoothd_does)
{
    static const guint8 padded[] = {5, 0x09, 'a', 'b', 0, 0};
    static const guint8 latin[] = {4, 0x08, 'a', 0xe4, 'b'};
    g_autoptr(BhEir) first = bh_eir_parse(padded, sizeof padded);
    g_autoptr(BhEir) second = bh_eir_parse(latin, sizeof latin);

    ck_assert_str_eq(first->name, "ab");
    ck_assert(first->name_complete);
    ck_assert_str_eq(second->name, "a b");
    ck_assert(!second->name_complete);
}
END_TEST

BH_TEST_MAIN("sim-kernel",
             advertisement_and_its_response_become_one,
             advertisement_without_response_goes_out_when_another_is_heard,
             advertisement_without_response_is_lost_when_its_device_is_heard_again,
             threshold_and_uuids_hold_back,
             filters_are_checked_as_bluetoothd_checks_them,
             merged_filter_is_as_wide_as_the_widest,
             pattern_decides_who_shows_up,
             malformed_structures_end_the_reading_and_keep_what_was_good,
             names_are_cleaned_as_bluetoothd_does)
