/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The configuration loader on files of a temporary directory: what is read, what is refused and in
 * which words, and that the documents name the defaults of the code.
 */
#include "bh-config.h"

#include "bh-error.h"
#include "bh-presence.h"
#include "test-main.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#define DEVICE_KEYS 3 /* of [device NAME], which have no defaults */

static char *directory;

static void
setup(void)
{
    g_autofree char *drop_ins = NULL;

    directory = g_dir_make_tmp("blehub-config-XXXXXX", NULL);
    ck_assert_ptr_nonnull(directory);
    drop_ins = g_build_filename(directory, "conf.d", NULL);
    ck_assert_int_eq(g_mkdir(drop_ins, 0700), 0);
}

static void
remove_tree(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);

    for (const char *name = dir ? g_dir_read_name(dir) : NULL; name; name = g_dir_read_name(dir)) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        remove_tree(child);
    }
    g_clear_pointer(&dir, g_dir_close);
    g_remove(path);
}

static void
teardown(void)
{
    remove_tree(directory);
    g_clear_pointer(&directory, g_free);
}

static void
write_file(const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);

    ck_assert(g_file_set_contents(path, text, -1, NULL));
}

/* Loads the directory's blehub.conf, which must be refused, and compares the message after its file
 * name. */
static void
assert_refused(const char *text, const char *message)
{
    g_autofree char *path = g_build_filename(directory, "blehub.conf", NULL);
    g_autofree char *expected = g_strconcat(path, message, NULL);
    g_autoptr(GError) error = NULL;

    write_file("blehub.conf", text);
    ck_assert_ptr_null(bh_config_load(path, &error));
    ck_assert_str_eq(error->message, expected);
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
}

START_TEST(defaults_are_the_documented_ones)
{
    g_autoptr(BhConfig) config = bh_config_new();

    ck_assert_int_eq(config->max_scans, 32);
    ck_assert_int_eq(config->max_waits, 64);
    ck_assert_int_eq(config->max_streams, 64);
    ck_assert_int_eq(config->max_holds, 64);
    ck_assert_int_eq(config->max_subscriptions, 256);
    ck_assert_int_eq(config->max_operations, 4096);
    ck_assert_int_eq(config->max_applications, 16);
    ck_assert_int_eq(config->max_advertisements, 16);
    ck_assert_int_eq(config->max_watches, 16);
    ck_assert_int_eq(config->max_identities, 10000);
    ck_assert_int_eq(config->max_links, 16);
    ck_assert_int_eq(config->max_stream_bytes, 32 * 1024 * 1024);
    ck_assert_int_eq(config->max_clients, 2048);
    ck_assert_int_eq(config->max_devices, 10000);
    ck_assert_int_eq(config->silent_ms, 90000);
    ck_assert_int_eq(config->power_cycle_min_ms, 300000);
    ck_assert_int_eq(config->power_cycle_max_ms, 3600000);
    ck_assert(config->power_cycle);
    ck_assert_ptr_null(config->use);
    ck_assert_int_eq(config->discover_ms, 5000);
    ck_assert_int_eq(config->lease_ms, 60000);
    ck_assert_int_eq(config->refresh_ms, 2000);
    ck_assert_int_eq(config->connect_ms, 10000);
    ck_assert_int_eq(config->connect_many_ms, 30000);
    ck_assert_int_eq(config->backoff_initial_ms, 5000);
    ck_assert_int_eq(config->backoff_max_ms, 60000);
    ck_assert_int_eq(config->stable_ms, 0);
    ck_assert(config->reconnect_scan);
    ck_assert_int_eq(config->linger_ms, 0);
    ck_assert_int_eq(config->operation_ms, 1000);
    ck_assert_int_eq(config->services_ms, 10000);
    ck_assert_int_eq(config->transact_ms, 10000);
    ck_assert_int_eq(config->pair_ms, 20000);
    ck_assert_int_eq(config->queue, 1);
}
END_TEST

START_TEST(empty_directory_gives_defaults)
{
    g_autofree char *nowhere = g_build_filename(directory, "nowhere", NULL);
    g_autoptr(BhConfig) empty = bh_config_load_directory(directory, NULL);
    g_autoptr(BhConfig) missing = bh_config_load_directory(nowhere, NULL);

    ck_assert_ptr_nonnull(empty);
    ck_assert_int_eq(empty->max_scans, 32);
    ck_assert_ptr_nonnull(missing);
}
END_TEST

START_TEST(explicit_file_must_exist)
{
    g_autofree char *path = g_build_filename(directory, "absent.conf", NULL);
    g_autoptr(GError) error = NULL;

    ck_assert_ptr_null(bh_config_load(path, &error));
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND));
    ck_assert_ptr_nonnull(strstr(error->message, path));
}
END_TEST

START_TEST(unreadable_file_is_an_error)
{
    g_autoptr(GError) error = NULL;

    ck_assert_ptr_null(bh_config_load(directory, &error));
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_FAILED));
}
END_TEST

START_TEST(reads_every_type)
{
    g_autoptr(BhConfig) config = NULL;

    write_file("blehub.conf",
               "# comment\n; another\n\n[limits]\n  MaxScans = 7 \r\n"
               "[recovery]\nPowerCycle=false\n[adapters]\nUse=hci1;00:11:22:aa:BB:cc\n"
               "[limits]\nMaxDevices=1000000");
    config = bh_config_load_directory(directory, NULL);
    ck_assert_ptr_nonnull(config);
    ck_assert_int_eq(config->max_scans, 7);
    ck_assert_int_eq(config->max_devices, 1000000);
    ck_assert(!config->power_cycle);
    ck_assert_uint_eq(g_strv_length(config->use), 2);
    ck_assert_str_eq(config->use[0], "hci1");
    ck_assert_str_eq(config->use[1], "00:11:22:aa:BB:cc");
}
END_TEST

START_TEST(drop_ins_override_in_order_of_their_names)
{
    g_autoptr(BhConfig) config = NULL;

    write_file("blehub.conf", "[limits]\nMaxScans=1\nMaxWaits=1\n[adapters]\nUse=hci0\n");
    write_file("conf.d/20-b.conf", "[limits]\nMaxScans=3\n");
    write_file("conf.d/10-a.conf", "[limits]\nMaxScans=2\nMaxClients=2\n[adapters]\nUse=\n");
    write_file("conf.d/30-c.conf.bak", "[limits]\nMaxScans=9\n");
    write_file("conf.d/.hidden.conf", "[limits]\nMaxScans=9\n");
    config = bh_config_load_directory(directory, NULL);
    ck_assert_ptr_nonnull(config);
    ck_assert_int_eq(config->max_scans, 3);
    ck_assert_int_eq(config->max_waits, 1);
    ck_assert_int_eq(config->max_clients, 2);
    ck_assert_ptr_null(config->use);
}
END_TEST

START_TEST(explicit_file_is_read_alone)
{
    g_autofree char *path = g_build_filename(directory, "blehub.conf", NULL);
    g_autoptr(BhConfig) config = NULL;

    write_file("blehub.conf", "[limits]\nMaxScans=1\n");
    write_file("conf.d/10-a.conf", "[limits]\nMaxScans=2\n");
    config = bh_config_load(path, NULL);
    ck_assert_ptr_nonnull(config);
    ck_assert_int_eq(config->max_scans, 1);
}
END_TEST

START_TEST(mistakes_name_file_line_group_and_key)
{
    assert_refused("[limts]\nMaxScans=1\n", ":1: [limts]: unknown group");
    assert_refused("\n[limits]\nMaxScan=1\n", ":3: [limits] MaxScan: unknown key");
    assert_refused("[scan]\nMaxScans=1\n", ":2: [scan] MaxScans: unknown key");
    assert_refused("MaxScans=1\n", ":1: [] MaxScans: stands before the first [group]");
    assert_refused("[limits]\n#\n\nMaxScans\n",
                   ":4: [limits] MaxScans: neither [group] nor key=value");
    assert_refused("[limits]\nMaxScans=1\nMaxScans=2\n",
                   ":3: [limits] MaxScans: given twice in this file");
    assert_refused("[limits\n", ":1: [] [limits: a group is [name] alone on its line");
    assert_refused("[limits] x\n", ":1: [] [limits] x: a group is [name] alone on its line");
    assert_refused("[limits]\nMaxScans=\xff\n", ":2: [limits]: not UTF-8 text");
    assert_refused("[adapters]\nUse=hci0;wlan0\n",
                   ":2: [adapters] Use: \"wlan0\" is neither an address nor a name like hci0");
    assert_refused("[adapters]\nUse=hci\n",
                   ":2: [adapters] Use: \"hci\" is neither an address nor a name like hci0");
}
END_TEST

/* The reason is the option parser's; its place is ours. */
START_TEST(impossible_values_are_refused_at_their_line)
{
    static const struct {
        const char *group, *line;
    } rows[] = {
        {"limits", "MaxScans=0"},
        {"limits", "MaxScans=1025"},
        {"limits", "MaxScans="},
        {"limits", "MaxScans=3x"},
        {"limits", "MaxDevices=1000001"},
        {"limits", "MaxDevices=-1"},
        {"recovery", "SilentMs=99999999999999999999"},
        {"recovery", "PowerCycle=perhaps"},
        {"scan", "LeaseMs=999"},
        {"connect", "TimeoutMs=0"},
        {"connect", "BackoffInitialMs=99"},
        {"connect", "LingerMs=3600001"},
        {"operations", "TimeoutMs=0"},
        {"operations", "Queue=65537"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_build_filename(directory, "blehub.conf", NULL);
        g_autofree char *text = g_strdup_printf("[%s]\n%s\n", rows[i].group, rows[i].line);
        g_autofree char *key = g_strndup(rows[i].line, strcspn(rows[i].line, "="));
        g_autofree char *place = g_strdup_printf("%s:2: [%s] %s: ", path, rows[i].group, key);
        g_autofree char *doubled = g_strconcat(place, key, NULL);
        g_autoptr(GError) error = NULL;

        write_file("blehub.conf", text);
        ck_assert_msg(bh_config_load(path, &error) == NULL, "%s was accepted", rows[i].line);
        ck_assert_msg(g_str_has_prefix(error->message, place), "%s", error->message);
        ck_assert_msg(!g_str_has_prefix(error->message, doubled), "%s", error->message);
        ck_assert_uint_gt(strlen(error->message), strlen(place));
    }
}
END_TEST

START_TEST(nul_byte_is_refused)
{
    static const char text[] = "[limits]\nMaxScans=1\0000\n";
    g_autofree char *path = g_build_filename(directory, "blehub.conf", NULL);
    g_autoptr(GError) error = NULL;

    ck_assert(g_file_set_contents(path, text, sizeof text - 1, NULL));
    ck_assert_ptr_null(bh_config_load(path, &error));
    ck_assert_ptr_nonnull(strstr(error->message, ":2: [limits]: not UTF-8 text"));
}
END_TEST

START_TEST(backoff_bounds_must_be_in_order_across_files)
{
    g_autoptr(GError) error = NULL;

    write_file("blehub.conf", "[recovery]\nPowerCycleMaxMs=1000\n");
    ck_assert_ptr_null(bh_config_load_directory(directory, &error));
    ck_assert_ptr_nonnull(strstr(error->message,
                                 "blehub.conf:2: [recovery] PowerCycleMaxMs: PowerCycleMinMs is "
                                 "300000, above PowerCycleMaxMs, "
                                 "which is 1000"));
    g_clear_error(&error);

    write_file("conf.d/a.conf", "\n[recovery]\nPowerCycleMinMs=2000\n");
    ck_assert_ptr_null(bh_config_load_directory(directory, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "conf.d/a.conf:3: [recovery] PowerCycleMinMs: "));
}
END_TEST

START_TEST(first_delay_of_a_link_is_not_above_its_longest)
{
    assert_refused("[connect]\nBackoffInitialMs=60001\n",
                   ":2: [connect] BackoffInitialMs: BackoffInitialMs is 60001, above BackoffMaxMs, "
                   "which is 60000");
}
END_TEST

/* Two groups have a key of this name. */
START_TEST(timeouts_of_links_and_of_operations_are_two)
{
    g_autoptr(BhConfig) config = NULL;

    write_file("blehub.conf", "[operations]\nTimeoutMs=3000\n[connect]\nTimeoutMs=20000\n");
    config = bh_config_load_directory(directory, NULL);
    ck_assert_ptr_nonnull(config);
    ck_assert_int_eq(config->operation_ms, 3000);
    ck_assert_int_eq(config->connect_ms, 20000);
}
END_TEST

START_TEST(mistake_in_a_drop_in_names_the_drop_in)
{
    g_autoptr(GError) error = NULL;

    write_file("conf.d/a.conf", "[limits]\nmaxscans=1\n");
    ck_assert_ptr_null(bh_config_load_directory(directory, &error));
    ck_assert_ptr_nonnull(
        strstr(error->message, "conf.d/a.conf:2: [limits] maxscans: unknown key"));
}
END_TEST

START_TEST(adapters_are_chosen_by_address_or_name)
{
    g_autoptr(BhConfig) config = bh_config_new();

    ck_assert(bh_config_uses_adapter(config, "00:11:22:33:44:55", "hci0"));
    config->use = g_strsplit("hci1;aa:bb:cc:dd:ee:ff", ";", 0);
    ck_assert(!bh_config_uses_adapter(config, "00:11:22:33:44:55", "hci0"));
    ck_assert(!bh_config_uses_adapter(config, "00:11:22:33:44:55", "hci10"));
    ck_assert(bh_config_uses_adapter(config, "00:11:22:33:44:55", "hci1"));
    ck_assert(bh_config_uses_adapter(config, "AA:BB:CC:DD:EE:FF", "hci0"));
}
END_TEST

/* [device NAME] */

static const char irk[] = "00112233445566778899aabbccddeeff";

START_TEST(devices_are_aliases_in_the_order_of_the_files)
{
    g_autoptr(BhConfig) config = NULL;
    const BhAlias *door, *phone;

    write_file("blehub.conf",
               "[device front door]\nIdentity=iBeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0-1-2\n"
               "MeasuredPower=-63\n[device phone]\nIRK=00112233445566778899aabbccddeeff\n");
    config = bh_config_load_directory(directory, NULL);
    ck_assert_ptr_nonnull(config);
    ck_assert_uint_eq(config->devices->len, 2);
    door = config->devices->pdata[0];
    ck_assert_str_eq(door->name, "front door");
    ck_assert(door->pattern.is_whole && door->key == NULL);
    ck_assert(door->has_power);
    ck_assert_int_eq(door->power, -63);
    phone = config->devices->pdata[1];
    ck_assert_str_eq(phone->name, "phone");
    ck_assert(phone->key != NULL && !phone->has_power);
}
END_TEST

START_TEST(a_later_file_changes_keys_of_a_device_and_takes_them_back)
{
    g_autoptr(BhConfig) config = NULL;
    const BhAlias *tag;

    write_file("blehub.conf", "[device tag]\nIdentity=AA:BB:CC:DD:EE:FF\nMeasuredPower=-63\n");
    write_file("conf.d/10-a.conf",
               "[device tag]\nIdentity=\nIRK=00112233445566778899aabbccddeeff\nMeasuredPower=\n");
    config = bh_config_load_directory(directory, NULL);
    ck_assert_ptr_nonnull(config);
    ck_assert_uint_eq(config->devices->len, 1);
    tag = config->devices->pdata[0];
    ck_assert(tag->key != NULL && !tag->has_power);
}
END_TEST

START_TEST(mistakes_in_a_device_name_their_place)
{
    assert_refused("[device]\nIdentity=AA:BB:CC:DD:EE:FF\n",
                   ":1: [device]: the name must have 1 to 64 characters");
    assert_refused("[device x\x01y]\n",
                   ":1: [device x\x01y]: the name must have printable characters only");
    assert_refused("[device AA:BB:CC:DD:EE:FF]\n",
                   ":1: [device AA:BB:CC:DD:EE:FF]: the name reads as an identity");
    assert_refused("\n[device a]\nMeasuredPower=-60\n", ":2: [device a]: needs Identity or IRK");
    assert_refused("[device a]\nIdentity=AA:BB:CC:DD:EE:FF\nIRK=00112233445566778899aabbccddeeff\n",
                   ":1: [device a]: has both Identity and IRK");
    assert_refused("[device a]\nIdentity=AA:BB\n",
                   ":2: [device a] Identity: must be an address, or a beacon like "
                   "iBeacon:UUID-MAJOR-MINOR");
    assert_refused("[device a]\nNonsense=1\n", ":2: [device a] Nonsense: unknown key");
    assert_refused("[device a]\nMeasuredPower=21\n",
                   ":2: [device a] MeasuredPower: must be an integer from -127 to 20");
    assert_refused("[devices a]\n", ":1: [devices a]: unknown group");
}
END_TEST

/* Loads it, which must be refused without a word of the key. */
static void
assert_discreet(const char *text)
{
    g_autofree char *path = g_build_filename(directory, "blehub.conf", NULL);
    g_autoptr(GError) error = NULL;

    write_file("blehub.conf", text);
    ck_assert_ptr_null(bh_config_load(path, &error));
    ck_assert_ptr_null(strstr(error->message, "001122"));
    ck_assert_ptr_null(strstr(error->message, "ccddee"));
}

START_TEST(no_mistake_repeats_an_irk)
{
    g_autofree char *longer = g_strdup_printf("[device a]\nIRK=%s0\n", irk);
    g_autofree char *colon = g_strdup_printf("[device a]\nIRK: %s\n", irk);
    g_autofree char *bare = g_strdup_printf("[device a]\n%s\n", irk);
    g_autofree char *twice = g_strdup_printf("[device a]\nIRK=%s\nIRK=%s\n", irk, irk);
    g_autofree char *elsewhere = g_strdup_printf("[device a]\nIdentity=%s\n", irk);
    g_autofree char *prefixed = g_strdup_printf("[device a]\nIdentity=irk:%s\n", irk);

    assert_discreet(longer);
    assert_discreet(colon);
    assert_discreet(bare);
    assert_discreet(twice);
    assert_discreet(elsewhere);
    assert_discreet(prefixed);
}
END_TEST

/* [watch] */

START_TEST(defaults_of_a_watch_are_those_of_the_library)
{
    g_autoptr(BhConfig) config = bh_config_new();
    BhPresenceSettings settings;

    bh_presence_settings_init(&settings, FALSE);
    ck_assert_double_eq(config->alpha, settings.alpha);
    ck_assert_int_eq(config->sample_period_ms * 1000, settings.sample_period_us);
    ck_assert_int_eq(config->median_window, settings.median_window);
    ck_assert(config->rssi == -127 && !settings.has_floor);
    ck_assert_double_eq((double)config->immediate_dbm, settings.zones.immediate_dbm);
    ck_assert_double_eq((double)config->near_dbm, settings.zones.near_dbm);
    ck_assert_double_eq(config->hysteresis_db, settings.zones.hysteresis_db);
    ck_assert_int_eq(config->min_samples, settings.zones.min_samples);
    ck_assert_int_eq(config->dwell_ms * 1000, settings.zones.dwell_us);
    ck_assert_int_eq(config->lost_ms * 1000, settings.lost_us);
    ck_assert_int_eq(config->lost_intervals, settings.lost_intervals);
    ck_assert_double_eq(config->exponent, settings.exponent);
    ck_assert_double_eq(config->switch_db, settings.switch_db);
}
END_TEST

START_TEST(mistakes_in_the_defaults_of_a_watch_are_refused)
{
    assert_refused("[watch]\nAlpha=0.0001\n", ":2: [watch] Alpha: must be from 0.001 to 1");
    assert_refused("[watch]\nAlpha=nan\n", ":2: [watch] Alpha: must be from 0.001 to 1");
    assert_refused("[watch]\nMedianWindow=1\n",
                   ":2: [watch] MedianWindow: must be from 2 to 15, or 0");
    assert_refused("[watch]\nMedianWindow=16\n",
                   ":2: [watch] MedianWindow: must be from 2 to 15, or 0");
    assert_refused("[watch]\nLostIntervals=1\n",
                   ":2: [watch] LostIntervals: must be from 2 to 1000, or 0");
    assert_refused("[watch]\nPathLossExponent=0.5\n",
                   ":2: [watch] PathLossExponent: must be from 1 to 10");
    assert_refused("[watch]\nNearDbm=-55\n",
                   ":2: [watch] NearDbm: NearDbm is -55, not below ImmediateDbm, which is -55");
}
END_TEST

static char *
read_document(const char *name)
{
    g_autofree char *path = g_build_filename(g_getenv("CONFIG_SOURCE_DIR"), name, NULL);
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    ck_assert_msg(g_file_get_contents(path, &text, NULL, &error),
                  "%s",
                  error ? error->message : "");
    return text;
}

static guint
count_matches(const char *pattern, const char *text)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    guint n = 0;

    for (g_regex_match(regex, text, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL))
        n++;
    return n;
}

/* The part of a document that speaks about one group. */
static char *
dup_section(const char *text, const char *group)
{
    g_autofree char *heading = g_strdup_printf("\n[%s]\n", group);
    const char *start = strstr(text, heading);
    const char *end = NULL;

    ck_assert_msg(start != NULL, "no section [%s]", group);
    start += strlen(heading);
    end = strstr(start, "\n[");
    return end ? g_strndup(start, (gsize)(end - start) + 1) : g_strdup(start);
}

START_TEST(example_file_has_every_key_at_its_default)
{
    g_autofree char *text = read_document("blehub.conf");
    const BhConfigKey *keys = NULL;
    gsize n = 0;

    keys = bh_config_peek_keys(&n);
    ck_assert_uint_eq(count_matches("^#[A-Za-z]+=", text), n);
    for (gsize i = 0; i < n; i++) {
        g_autofree char *section = dup_section(text, keys[i].group);
        g_autofree char *line =
            g_strdup_printf("\n#%s=%s\n", keys[i].spec.key, keys[i].default_text);

        ck_assert_msg(strstr(section, line) != NULL, "[%s] has no %s", keys[i].group, line);
    }
}
END_TEST

START_TEST(example_file_loads_with_its_keys_uncommented)
{
    g_autofree char *text = read_document("blehub.conf");
    g_autoptr(GRegex) regex = g_regex_new("^#(?=[A-Za-z]+=)", G_REGEX_MULTILINE, 0, NULL);
    g_autofree char *active = g_regex_replace_literal(regex, text, -1, 0, "", 0, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(BhConfig) config = NULL;

    write_file("blehub.conf", active);
    config = bh_config_load_directory(directory, &error);
    ck_assert_msg(config != NULL, "%s", error ? error->message : "");
}
END_TEST

/* What the manual says of a key's range: "MIN to MAX." or "MIN to MAX, or 0.", as a pattern. */
static char *
dup_range(const BhOptionSpec *spec)
{
    if (spec->type == BH_OPTION_DOUBLE)
        return g_strdup_printf("%g to %d\\.", spec->least, (int)spec->max);
    if (spec->type != BH_OPTION_INT)
        return g_strdup("");
    return g_strdup_printf("%d to %d%s\\.",
                           (int)spec->min,
                           (int)spec->max,
                           spec->or_zero ? ", or 0" : "");
}

/* A key's entry reads: ``Key=``, indented prose with its range if it is a number, "Default: ``X``".
 */
START_TEST(manual_page_has_every_key_with_default_and_range)
{
    g_autofree char *text = read_document("blehub.conf.5.rst");
    const BhConfigKey *keys = NULL;
    gsize n = 0;

    keys = bh_config_peek_keys(&n);
    ck_assert_uint_eq(count_matches("^``[A-Za-z]+=``$", text), n + DEVICE_KEYS);
    for (gsize i = 0; i < n; i++) {
        const BhConfigKey *key = &keys[i];
        g_autofree char *section = dup_section(text, key->group);
        g_autofree char *range = dup_range(&key->spec);
        g_autofree char *value = key->default_text[0]
                                     ? g_strdup_printf("``%s``\\.", key->default_text)
                                     : g_strdup("empty");
        g_autofree char *pattern =
            g_strdup_printf("^``%s=``\\n(    .*\\n)*?.*%s\\s+(.*\\n    )*?Default: %s",
                            key->spec.key,
                            range,
                            value);

        ck_assert_msg(count_matches(pattern, section) == 1, "[%s] %s", key->group, key->spec.key);
    }
}
END_TEST

static Suite *
config_suite(void)
{
    Suite *suite = suite_create("config");
    TCase *tests = tcase_create("config");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, defaults_are_the_documented_ones);
    tcase_add_test(tests, empty_directory_gives_defaults);
    tcase_add_test(tests, explicit_file_must_exist);
    tcase_add_test(tests, unreadable_file_is_an_error);
    tcase_add_test(tests, reads_every_type);
    tcase_add_test(tests, drop_ins_override_in_order_of_their_names);
    tcase_add_test(tests, explicit_file_is_read_alone);
    tcase_add_test(tests, mistakes_name_file_line_group_and_key);
    tcase_add_test(tests, impossible_values_are_refused_at_their_line);
    tcase_add_test(tests, nul_byte_is_refused);
    tcase_add_test(tests, backoff_bounds_must_be_in_order_across_files);
    tcase_add_test(tests, first_delay_of_a_link_is_not_above_its_longest);
    tcase_add_test(tests, timeouts_of_links_and_of_operations_are_two);
    tcase_add_test(tests, mistake_in_a_drop_in_names_the_drop_in);
    tcase_add_test(tests, adapters_are_chosen_by_address_or_name);
    tcase_add_test(tests, devices_are_aliases_in_the_order_of_the_files);
    tcase_add_test(tests, a_later_file_changes_keys_of_a_device_and_takes_them_back);
    tcase_add_test(tests, mistakes_in_a_device_name_their_place);
    tcase_add_test(tests, no_mistake_repeats_an_irk);
    tcase_add_test(tests, defaults_of_a_watch_are_those_of_the_library);
    tcase_add_test(tests, mistakes_in_the_defaults_of_a_watch_are_refused);
    tcase_add_test(tests, example_file_has_every_key_at_its_default);
    tcase_add_test(tests, example_file_loads_with_its_keys_uncommented);
    tcase_add_test(tests, manual_page_has_every_key_with_default_and_range);
    suite_add_tcase(suite, tests);
    return suite;
}

int
main(void)
{
    return bh_test_run_suite(config_suite());
}
