/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * blehubctl watch against the real blehubd: beacons whose signal follows a trace, and what a user
 * sees of them, as lines, as JSON, as a table and as statistics.
 */
#include "bh-caller.h"
#include "bh-ctl-run.h"
#include "test-main.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define ANNA "1aff4c000215e2c56db5dffb48d2b060d0f5a71096e000010001c5"
#define BERT "1aff4c000215e2c56db5dffb48d2b060d0f5a71096e000010002c5"
#define UUID "e2c56db5-dffb-48d2-b060-d0f5a71096e0"
#define ANNA_ID "iBeacon:" UUID "-1-1"
#define BERT_ID "iBeacon:" UUID "-1-2"

static const char shop[] = "[adapter main]\n"
                           "Address=00:AA:01:00:00:01\n"
                           "Powered=true\n"
                           "Monitor=true\n";

static const char names[] = "[device Anna]\n"
                            "Identity=" ANNA_ID "\n";

static void
scene_init(BhFixture *f)
{
    bh_fixture_init(f);
    bh_fixture_start_sim(f, shop);
}

static gboolean
is_heard(BhFixture *f, const char *address, const char *hex, gint rssi)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);
    GVariant *payload = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, size, 1);
    g_autoptr(GVariant) reply =
        bh_fixture_call_sim(f,
                            "Advertise",
                            g_variant_new("(s@ayna{sv})", address, payload, rssi, NULL));
    guint heard = 0;

    g_variant_get(reply, "(u)", &heard);
    return heard > 0;
}

/* As soon as somebody listens. */
static void
advertise(BhFixture *f, const char *address, const char *hex, gint rssi)
{
    BH_POLL(is_heard(f, address, hex, rssi));
}

static void
interrupt(GSubprocess *process)
{
    g_subprocess_send_signal(process, SIGINT);
    ck_assert(g_subprocess_wait_check(process, NULL, NULL));
}

static const struct {
    gint rssi;
    const char *line;
} trace[] = {
    {-68, "RSSI: -68 dBm -> Smoothed: -68.0 dBm -> Distance: 2.3 m -> Zone: near"},
    {-72, "RSSI: -72 dBm -> Smoothed: -69.2 dBm -> Distance: 2.6 m -> Zone: near"},
    {-65, "RSSI: -65 dBm -> Smoothed: -67.9 dBm -> Distance: 2.3 m -> Zone: near"},
    {-70, "RSSI: -70 dBm -> Smoothed: -68.6 dBm -> Distance: 2.4 m -> Zone: near"},
    {-66, "RSSI: -66 dBm -> Smoothed: -67.8 dBm -> Distance: 2.2 m -> Zone: near"},
};

/* A change of zone is told before the sample that made it. */
START_TEST(trace_becomes_the_lines_of_the_worked_example)
{
    static const char *const words[] = {"watch", "--min-samples=1", ANNA_ID, NULL};
    static const char *const addresses[] = {"D0:00:00:00:00:01", "D0:00:00:00:00:02"};
    g_auto(BhFixture) f = {0};
    g_autoptr(GSubprocess) process = NULL;

    scene_init(&f);
    bh_fixture_start_hub(&f, NULL);
    process = bh_ctl_start(&f, words);
    advertise(&f, addresses[0], ANNA, trace[0].rssi);
    bh_ctl_assert_line(process, "Zone: lost -> near");
    bh_ctl_assert_line(process, trace[0].line);
    for (gsize i = 1; i < G_N_ELEMENTS(trace); i++) {
        advertise(&f, addresses[i % 2], ANNA, trace[i].rssi);
        bh_ctl_assert_line(process, trace[i].line);
    }
    interrupt(process);
}
END_TEST

/* The times are as long as it took until somebody was lost. */
static void
assert_statistics(GSubprocess *process)
{
    g_autofree char *out = NULL;

    g_subprocess_send_signal(process, SIGINT);
    ck_assert(g_subprocess_communicate_utf8(process, NULL, NULL, &out, NULL, NULL));
    ck_assert_int_eq(g_subprocess_get_exit_status(process), 0);
    ck_assert_msg(g_pattern_match_simple(
                      "VISITS  CHANGES  IMMEDIATE       NEAR        FAR    READINGS  IDENTITY\n"
                      "     1        0    0:00:00    0:00:00    0:00:??           1  " BERT_ID "\n"
                      "     1        0    0:00:??    0:00:00    0:00:00           1  Anna\n",
                      out),
                  "%s",
                  out);
}

START_TEST(who_comes_and_goes_is_told_by_name)
{
    static const char *const words[] = {"watch",
                                        "--changes",
                                        "--min-samples=1",
                                        "--lost=300",
                                        "--statistics",
                                        "--beacons=iBeacon",
                                        NULL};
    g_auto(BhFixture) f = {0};
    g_autofree char *config = NULL;
    g_autoptr(GSubprocess) process = NULL;

    scene_init(&f);
    config = bh_fixture_write_file(&f, "blehub.conf", names);
    bh_fixture_start_hub(&f, "--config", config, NULL);
    process = bh_ctl_start(&f, words);
    advertise(&f, "D0:00:00:00:00:01", ANNA, -50);
    bh_ctl_assert_line(process, "Anna: Zone: lost -> immediate");
    bh_ctl_assert_line(process, "Anna: Zone: immediate -> lost");
    advertise(&f, "D0:00:00:00:00:02", BERT, -80);
    bh_ctl_assert_line(process, BERT_ID ": Zone: lost -> far");
    bh_ctl_assert_line(process, BERT_ID ": Zone: far -> lost");
    assert_statistics(process);
}
END_TEST

/* The row of a line. */
static JsonObject *
object_of(const char *line, JsonNode **node)
{
    *node = json_from_string(line, NULL);
    ck_assert_msg(*node != NULL, "%s", line);
    return json_node_get_object(*node);
}

START_TEST(json_has_a_state_row_each_line_and_statistics_last)
{
    static const char *const words[] = {"--json",
                                        "watch",
                                        "--min-samples=1",
                                        "--count=2",
                                        "--statistics",
                                        "--irk=ec0234a357c8ad05341010a60a397d9b",
                                        ANNA_ID,
                                        NULL};
    g_auto(BhFixture) f = {0};
    g_autoptr(GSubprocess) process = NULL;
    g_autoptr(JsonNode) change = NULL, state = NULL, statistics = NULL;
    g_autofree char *out = NULL;
    g_auto(GStrv) lines = NULL;
    JsonObject *row;

    scene_init(&f);
    bh_fixture_start_hub(&f, NULL);
    process = bh_ctl_start(&f, words);
    advertise(&f, "D0:00:00:00:00:01", ANNA, -68);
    ck_assert(g_subprocess_communicate_utf8(process, NULL, NULL, &out, NULL, NULL));
    lines = g_strsplit(out, "\n", -1);
    ck_assert_uint_eq(g_strv_length(lines), 4);
    row = object_of(lines[0], &change);
    ck_assert_str_eq(json_object_get_string_member(row, "From"), "lost");
    row = object_of(lines[1], &state);
    ck_assert_str_eq(json_object_get_string_member(row, "Id"), ANNA_ID);
    ck_assert_str_eq(json_object_get_string_member(row, "Zone"), "near");
    ck_assert_str_eq(json_object_get_string_member(row, "Address"), "D0:00:00:00:00:01");
    ck_assert_int_eq(json_object_get_int_member(row, "RSSI"), -68);
    ck_assert_int_eq(json_object_get_int_member(row, "Merged"), 1);
    row = object_of(lines[2], &statistics);
    ck_assert_uint_eq(json_array_get_length(json_object_get_array_member(row, "Statistics")), 2);
    ck_assert_ptr_null(strstr(out, "ec0234"));
    ck_assert_int_eq(g_subprocess_get_exit_status(process), 0);
}
END_TEST

static guint
count_watches(BhFixture *f)
{
    g_autoptr(GVariant) reply = bh_caller_call(f->connection,
                                               "/org/blehub",
                                               BH_CALLER_MANAGER,
                                               "GetManagedObjects",
                                               NULL,
                                               NULL);
    g_autofree char *text = g_variant_print(reply, FALSE);
    guint n = 0;

    for (const char *at = text; (at = strstr(at, "'/org/blehub/watch/")) != NULL; at++)
        n++;
    return n;
}

START_TEST(watch_goes_with_its_end_however_it_ends)
{
    static const char *const words[] = {"watch", NULL};
    g_auto(BhFixture) f = {0};
    g_autoptr(GSubprocess) asked = NULL, killed = NULL;

    scene_init(&f);
    bh_fixture_start_hub(&f, NULL);
    asked = bh_ctl_start(&f, words);
    killed = bh_ctl_start(&f, words);
    BH_AWAIT_POLLED(count_watches(&f) == 2);
    interrupt(asked);
    ck_assert_uint_eq(count_watches(&f), 1);
    g_subprocess_force_exit(killed);
    BH_AWAIT_POLLED(count_watches(&f) == 0);
}
END_TEST

START_TEST(watch_goes_on_after_blehubd_was_killed)
{
    static const char *const words[] = {"watch", "--min-samples=1", "--count=4", ANNA_ID, NULL};
    g_auto(BhFixture) f = {0};
    g_autoptr(GSubprocess) process = NULL;

    scene_init(&f);
    bh_fixture_start_hub(&f, NULL);
    process = bh_ctl_start(&f, words);
    advertise(&f, "D0:00:00:00:00:01", ANNA, -68);
    bh_ctl_assert_line(process, "Zone: lost -> near");
    bh_ctl_assert_line(process, trace[0].line);
    bh_fixture_kill_process(&f.hub);
    bh_fixture_start_hub(&f, NULL);
    BH_AWAIT_POLLED(count_watches(&f) == 1);
    advertise(&f, "D0:00:00:00:00:01", ANNA, -75);
    bh_ctl_assert_line(process, "Zone: lost -> far");
    bh_ctl_assert_line(process,
                       "RSSI: -75 dBm -> Smoothed: -75.0 dBm -> Distance: 4.4 m -> Zone: far");
    ck_assert(g_subprocess_wait_check(process, NULL, NULL));
}
END_TEST

static gboolean
is_radio_off(BhFixture *f)
{
    g_autoptr(GVariant) state =
        bh_caller_get(f->connection, BH_CALLER_HUB_PATH, BH_CALLER_HUB, "State");

    return g_str_equal(g_variant_get_string(state, NULL), "radio-off");
}

/* Nothing is lost meanwhile: the average goes on from where it was. */
START_TEST(watch_waits_while_the_radio_is_off_and_goes_on)
{
    static const char *const words[] = {"watch", "--min-samples=1", ANNA_ID, NULL};
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) off = {0}, on = {0};
    g_autoptr(GSubprocess) process = NULL;
    g_autofree char *out = NULL, *err = NULL;

    scene_init(&f);
    bh_fixture_start_hub(&f, NULL);
    process = bh_ctl_start(&f, words);
    advertise(&f, "D0:00:00:00:00:01", ANNA, -68);
    bh_ctl_assert_line(process, "Zone: lost -> near");
    bh_ctl_assert_line(process, trace[0].line);
    BH_CTL_RUN(&f, &off, "radio", "off");
    bh_ctl_assert_run(&off, 0, "off\n", "");
    BH_AWAIT_POLLED(is_radio_off(&f));
    BH_CTL_RUN(&f, &on, "radio", "on");
    bh_ctl_assert_run(&on, 0, "", "");
    advertise(&f, "D0:00:00:00:00:01", ANNA, -72);
    bh_ctl_assert_line(process, trace[1].line);
    g_subprocess_send_signal(process, SIGINT);
    ck_assert(g_subprocess_communicate_utf8(process, NULL, NULL, &out, &err, NULL));
    ck_assert_str_eq(err, "waiting for the radio (radio-off)\nwatching again\n");
    ck_assert_int_eq(g_subprocess_get_exit_status(process), 0);
}
END_TEST

static const struct {
    const char *word;
    const char *also;
    int code;
    const char *error; /* the line begins so */
} wrong[] = {
    {"Nobody", NULL, 1, "blehubctl: "},
    {"--preset=shop", NULL, 2, "blehubctl: Preset: "},
    {"--beacons=Bluebeacon", NULL, 2, "blehubctl: Beacons: "},
    {"--irk=00", NULL, 2, "blehubctl: IRK"},
    {"--median=1", NULL, 2, "blehubctl: --median takes "},
    {"--immediate=-70", NULL, 2, "blehubctl: ImmediateDbm: "},
    {"--alpha=0.3", "--half-life=1000", 2, "blehubctl: "},
    {"--max-identities=4294967295", NULL, 2, "blehubctl: MaxIdentities: "},
};

START_TEST(what_blehubd_refuses_is_one_line)
{
    g_auto(BhFixture) f = {0};

    scene_init(&f);
    bh_fixture_start_hub(&f, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_auto(BhCtlRun) run = {0};

        BH_CTL_RUN(&f, &run, "watch", wrong[i].word, wrong[i].also);
        ck_assert_msg(run.code == wrong[i].code, "%s: %d: %s", wrong[i].word, run.code, run.err);
        ck_assert_msg(g_str_has_prefix(run.err, wrong[i].error), "%s: %s", wrong[i].word, run.err);
        ck_assert_str_eq(strchr(run.err, '\n'), "\n");
        ck_assert_str_eq(run.out, "");
    }
    ck_assert_uint_eq(count_watches(&f), 0);
}
END_TEST

START_TEST(terminal_shows_a_table_of_who_is_near)
{
    static const char *const words[] = {"watch", "--min-samples=1", ANNA_ID, BERT_ID, NULL};
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlTerminal) terminal = {0};
    g_autoptr(GSubprocess) process = NULL;

    scene_init(&f);
    bh_fixture_start_hub(&f, NULL);
    process = bh_ctl_start_at_terminal(&f, &terminal, words);
    bh_ctl_await_shown(&terminal, "IDENTITY ");
    advertise(&f, "D0:00:00:00:00:01", ANNA, -68);
    bh_ctl_await_shown(&terminal, "  near        -68.0           \u2585  ");
    advertise(&f, "D0:00:00:00:00:02", BERT, -50);
    bh_ctl_await_shown(&terminal, "  immediate   -50.0           \u2587  ");
    interrupt(process);
}
END_TEST

BH_TEST_MAIN("ctl-watch",
             trace_becomes_the_lines_of_the_worked_example,
             who_comes_and_goes_is_told_by_name,
             json_has_a_state_row_each_line_and_statistics_last,
             watch_goes_with_its_end_however_it_ends,
             watch_goes_on_after_blehubd_was_killed,
             watch_waits_while_the_radio_is_off_and_goes_on,
             what_blehubd_refuses_is_one_line,
             terminal_shows_a_table_of_who_is_near)
