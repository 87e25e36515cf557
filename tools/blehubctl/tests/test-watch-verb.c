/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * watch as the installed program, against a hub whose watches tell what a test wants told: lines,
 * JSON, and at a terminal.
 */
#include "fake-terminal.h"
#include "fake-watch.h"
#include "test-main.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static FakeHub *hub;
static FakeWatch *watch;

static void
setup(void)
{
    hub = fake_hub_new(TRUE);
    watch = fake_watch_new(hub);
}

static void
setup_absent(void)
{
    hub = fake_hub_new(FALSE);
}

static void
teardown(void)
{
    g_clear_pointer(&watch, fake_watch_free);
    g_clear_pointer(&hub, fake_hub_free);
}

#define LAMP "public:11:22:33:44:55:66"
#define LAMP_LOST "{'Id': <'" LAMP "'>, 'Type': <'address'>, 'Zone': <'lost'>}"
#define LAMP_ROW(more)                                                                             \
    "{'Id': <'" LAMP "'>, " more "'Zone': <'far'>, 'RSSI': <int16 -75>, 'Smoothed': <-75.0>,"      \
    " 'DistanceM': <4.365>, 'AgeMs': <int64 0>}"
#define LAMP_FAR LAMP_ROW("")
#define LAMP_CHANGE LAMP_ROW("'From': <'lost'>, ")
#define ANNA                                                                                       \
    "{'Id': <'irk:01'>, 'Alias': <'Anna'>, 'Zone': <'near'>, 'RSSI': <int16 -66>,"                 \
    " 'Smoothed': <-67.79>, 'DistanceM': <2.25>, 'DistanceMinM': <1.3>, 'DistanceMaxM': <3.9>,"    \
    " 'AgeMs': <int64 0>}"
#define STATISTICS                                                                                 \
    "{'Id': <'irk:01'>, 'Alias': <'Anna'>, 'Visits': <uint32 1>, 'Transitions': <uint32 2>,"       \
    " 'ImmediateMs': <uint64 0>, 'NearMs': <uint64 61000>, 'FarMs': <uint64 2000>,"                \
    " 'Readings': <uint32 7>}"

#define FAR_LINE "RSSI: -75 dBm -> Smoothed: -75.0 dBm -> Distance: 4.4 m -> Zone: far\n"
#define ANNA_LINE "Anna: RSSI: -66 dBm -> Smoothed: -67.8 dBm -> Distance: 2.2 m -> Zone: near\n"

static void
tell_lamp(FakeWatch *self)
{
    fake_watch_emit(self, "Updated", "[" LAMP_FAR "]");
    fake_watch_emit(self, "ZoneChanged", "[" LAMP_CHANGE "]");
}

static void
tell_both(FakeWatch *self)
{
    fake_watch_emit(self, "Updated", "[" LAMP_FAR ", " ANNA "]");
    fake_watch_emit(self, "ZoneChanged", "[" LAMP_CHANGE "]");
}

START_TEST(watch_of_one_prints_samples_and_changes_without_its_name)
{
    static const char *const names[] = {LAMP, "11:22:33:44:55:66"};
    g_auto(FakeRun) run = {0};

    watch->when_begun[0] = tell_lamp;
    fake_hub_run(hub, &run, "watch", "--count=2", names[_i], NULL);
    fake_run_assert(&run, 0, FAR_LINE "Zone: lost -> far\n", "");
    ck_assert_uint_eq(watch->released, 1);
}
END_TEST

START_TEST(watch_of_several_prints_who_it_is_in_front)
{
    g_auto(FakeRun) run = {0};

    watch->when_begun[0] = tell_both;
    fake_hub_run(hub, &run, "watch", "--count=3", NULL);
    fake_run_assert(&run, 0, LAMP ": " FAR_LINE ANNA_LINE LAMP ": Zone: lost -> far\n", "");
}
END_TEST

START_TEST(watch_can_print_changes_only)
{
    g_auto(FakeRun) run = {0};

    watch->when_begun[0] = tell_both;
    fake_hub_run(hub, &run, "watch", "--changes", "--count=1", NULL);
    fake_run_assert(&run, 0, LAMP ": Zone: lost -> far\n", "");
}
END_TEST

START_TEST(watch_as_json_is_a_state_row_each_line)
{
    g_auto(FakeRun) run = {0};

    watch->when_begun[0] = tell_lamp;
    watch->statistics = "[" STATISTICS "]";
    fake_hub_run(hub, &run, "--json", "watch", "--count=2", "--statistics", NULL);
    fake_run_assert(&run,
                    0,
                    "{\"Id\":\"" LAMP "\",\"Zone\":\"far\",\"RSSI\":-75,\"Smoothed\":-75.0,"
                    "\"DistanceM\":4.3650000000000002,\"AgeMs\":0}\n"
                    "{\"Id\":\"" LAMP
                    "\",\"From\":\"lost\",\"Zone\":\"far\",\"RSSI\":-75,\"Smoothed\":-75.0,"
                    "\"DistanceM\":4.3650000000000002,\"AgeMs\":0}\n"
                    "{\"Statistics\":[{\"Id\":\"irk:01\",\"Alias\":\"Anna\",\"Visits\":1,"
                    "\"Transitions\":2,\"ImmediateMs\":0,\"NearMs\":61000,\"FarMs\":2000,"
                    "\"Readings\":7}]}\n",
                    "");
}
END_TEST

START_TEST(watch_ends_with_statistics_when_it_is_interrupted_or_its_time_is_over)
{
    g_auto(FakeRun) run = {0};

    watch->statistics = "[" STATISTICS "]";
    watch->when_begun[0] = _i == 0 ? fake_watch_interrupt : NULL;
    fake_hub_run(hub, &run, "watch", "--statistics", _i == 0 ? NULL : "--duration=0.05", NULL);
    fake_run_assert(&run,
                    0,
                    "VISITS  CHANGES  IMMEDIATE       NEAR        FAR    READINGS  IDENTITY\n"
                    "     1        2    0:00:00    0:01:01    0:00:02           7  Anna\n",
                    "");
    ck_assert_uint_eq(watch->released, 1);
}
END_TEST

START_TEST(watch_sends_what_was_given_and_nothing_else)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, "watch", "--alpha=0.2", "Anna", "iBeacon:00", NULL);
    fake_run_assert(&run, 0, "", "");
    fake_hub_assert_options(hub,
                            "{'Alpha': <0.2>, 'Identities': <['Anna', 'iBeacon:00']>,"
                            " 'Signals': <true>}");
}
END_TEST

static const struct {
    const char *method;
    const char *name;
    const char *message;
    const char *err;
    int code;
} failures[] = {
    {"Watch", "org.blehub.Error.InvalidArguments", "Alpha: no", "blehubctl: Alpha: no\n", 2},
    {"Watch", "org.blehub.Error.NotFound", "no alias \"x\"", "blehubctl: no alias \"x\"\n", 1},
    {"GetStates", "org.blehub.Error.LimitExceeded", "too many", "blehubctl: too many\n", 1},
    {"GetStatistics", "org.blehub.Error.Cancelled", "released", "blehubctl: released\n", 1},
};

START_TEST(watch_that_fails_is_one_line)
{
    g_auto(FakeRun) run = {0};

    fake_hub_fail(hub, failures[_i].method, failures[_i].name, failures[_i].message);
    fake_hub_run(hub, &run, "watch", "--statistics", NULL);
    fake_run_assert(&run, failures[_i].code, "", failures[_i].err);
}
END_TEST

static const struct {
    const char *word;
    const char *err;
} wrong_words[] = {
    {"--count=x", "blehubctl: --count takes a whole number from 0 to 4294967295, not \"x\"\n"},
    {"--duration=x", "blehubctl: --duration takes seconds from 0 to 86400, not \"x\"\n"},
    {"--near=x", "blehubctl: --near takes a whole number from -127 to 20, not \"x\"\n"},
    {"--interval=1", "blehubctl: Unknown option --interval=1\n"},
};

START_TEST(watch_with_a_wrong_option_asks_nobody)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, "watch", wrong_words[_i].word, NULL);
    fake_run_assert(&run, 2, "", wrong_words[_i].err);
    ck_assert_uint_eq(watch->made, 0);
}
END_TEST

START_TEST(watch_is_made_again_when_blehubd_was_restarted)
{
    g_auto(FakeRun) run = {0};

    watch->when_begun[0] = fake_watch_restart_hub;
    watch->when_begun[1] = tell_lamp;
    fake_hub_run(hub, &run, "watch", "--count=2", "Lamp", NULL);
    fake_run_assert(&run,
                    0,
                    LAMP ": " FAR_LINE LAMP ": Zone: lost -> far\n",
                    "waiting for blehubd\nwatching again\n");
    ck_assert_uint_eq(watch->made, 2);
    ck_assert_uint_eq(watch->released, 1);
}
END_TEST

static void
restart_without_alias(FakeWatch *self)
{
    fake_hub_fail(hub, "Watch", "org.blehub.Error.NotFound", "Identities: there is no alias Lamp");
    fake_watch_restart_hub(self);
}

START_TEST(watch_that_cannot_be_made_again_ends_with_the_reason)
{
    g_auto(FakeRun) run = {0};

    watch->when_begun[0] = restart_without_alias;
    fake_hub_run(hub, &run, "watch", "Lamp", NULL);
    fake_run_assert(&run,
                    1,
                    "",
                    "waiting for blehubd\nwatching again\n"
                    "blehubctl: Identities: there is no alias Lamp\n");
}
END_TEST

static void
radio_comes(FakeWatch *self)
{
    bh_dbus_hub1_set_state(self->hub->hub, "ready");
    g_dbus_interface_skeleton_flush(G_DBUS_INTERFACE_SKELETON(self->hub->hub));
    tell_lamp(self);
}

START_TEST(watch_says_that_it_waits_for_the_radio_and_goes_on)
{
    g_auto(FakeRun) run = {0}, never = {0};

    bh_dbus_hub1_set_state(hub->hub, "no-adapter");
    watch->when_begun[0] = radio_comes;
    fake_hub_run(hub, &run, "watch", "--count=1", LAMP, NULL);
    fake_run_assert(&run, 0, FAR_LINE, "waiting for the radio (no-adapter)\nwatching again\n");
    bh_dbus_hub1_set_state(hub->hub, "radio-off");
    watch->when_begun[1] = fake_watch_interrupt;
    fake_hub_run(hub, &never, "watch", NULL);
    fake_run_assert(&never, 3, "", "waiting for the radio (radio-off)\n");
}
END_TEST

/* More than a pipe and what may wait behind it hold. */
#define MANY 3000

static void
flood(FakeWatch *self)
{
    for (guint i = 0; i < MANY; i++)
        fake_watch_emit(self, "Updated", "[" LAMP_FAR "]");
    fake_watch_reach_client(self);
    fake_watch_interrupt(self);
}

START_TEST(news_that_nobody_reads_are_dropped_and_counted)
{
    g_auto(FakeRun) run = {0};
    g_auto(GStrv) lines = NULL;
    guint lost = 0;

    watch->when_begun[0] = flood;
    fake_hub_run(hub, &run, "watch", LAMP, NULL);
    ck_assert_int_eq(run.code, 0);
    ck_assert_msg(
        sscanf(run.err,
               "blehubctl: news were lost %u times: they came faster than they were read\n",
               &lost) == 1,
        "%s",
        run.err);
    lines = g_strsplit(run.out, "\n", -1);
    ck_assert_uint_le(g_strv_length(lines) - 1 + lost, MANY);
    ck_assert_uint_gt(lost, MANY / 2);
}
END_TEST

START_TEST(watch_without_blehubd_says_so)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, "watch", NULL);
    fake_run_assert(&run,
                    3,
                    "",
                    "blehubctl: blehubd is not running (org.blehub is not on this bus)\n");
}
END_TEST

/* watch at a terminal */

static const FakeTerminal utf8 = {80, 24, "xterm", "C.UTF-8"};
static const FakeTerminal ascii = {80, 24, "xterm", "C"};
static const FakeTerminal flat = {80, 3, "xterm", "C"};
static const FakeTerminal tight = {30, 24, "xterm", "C"};
static const FakeTerminal dumb = {80, 24, "dumb", "C.UTF-8"};

#define HEADING "IDENTITY                  ZONE          DBM    READINGS         DISTANCE     AGE\n"
#define ANNA_CELLS                                                                                 \
    "Anna                      near        -67.8           %s  2.2 (1.3-3.9) m     0 s\n"
#define LAMP_CELLS LAMP "  far         -75.0           %s            4.4 m     0 s\n"

static void
assert_picture(const FakeRun *run, const char *expected)
{
    g_autofree char *picture = fake_terminal_dup_picture(run->out);

    ck_assert_str_eq(run->err, "");
    ck_assert_str_eq(picture, expected);
    ck_assert_int_eq(run->code, 0);
}

/* Lines as they are with this bar for Anna, and this one for the lamp. */
static char *
dup_table(const char *anna, const char *lamp)
{
    GString *out = g_string_new(HEADING);

    g_string_append_printf(out, ANNA_CELLS, anna);
    g_string_append_printf(out, LAMP_CELLS, lamp);
    return g_string_free(out, FALSE);
}

START_TEST(terminal_shows_a_table_sorted_by_nearness)
{
    g_auto(FakeRun) nice = {0}, plain = {0};
    g_autofree char *bars = dup_table("\u2585", "\u2584"), *signs = dup_table("=", "-");

    watch->states = "[" LAMP_LOST "]";
    watch->when_begun[0] = watch->when_begun[1] = tell_both;
    fake_terminal_run(&utf8, hub, &nice, "watch", "--count=3", NULL);
    assert_picture(&nice, bars);
    fake_terminal_run(&ascii, hub, &plain, "watch", "--count=3", NULL);
    assert_picture(&plain, signs);
    ck_assert_uint_eq(watch->released, 2);
}
END_TEST

START_TEST(terminal_is_never_scrolled_nor_wrapped)
{
    g_auto(FakeRun) few = {0}, narrow = {0};

    watch->when_begun[0] = watch->when_begun[1] = tell_both;
    fake_terminal_run(&flat, hub, &few, "watch", "--count=3", NULL);
    assert_picture(&few,
                   "IDENTITY      ZONE          DBM    READINGS         DISTANCE     AGE\n"
                   "and 2 more\n");
    fake_terminal_run(&tight, hub, &narrow, "watch", "--count=3", NULL);
    assert_picture(&narrow,
                   "IDENTITY      ZONE          DB\n"
                   "Anna          near        -67.\n"
                   "publi~:55:66  far         -75.\n");
}
END_TEST

START_TEST(table_is_drawn_over_itself)
{
    g_auto(FakeRun) run = {0};

    watch->states = "[" LAMP_LOST "]";
    watch->when_begun[0] = NULL;
    fake_terminal_run(&ascii, hub, &run, "watch", "--duration=0.7", NULL);
    ck_assert_msg(strstr(run.out, "\033[2A\rIDENTITY ") != NULL, "%s", run.out);
    assert_picture(&run, HEADING LAMP "  lost            -                            -       -\n");
}
END_TEST

START_TEST(terminal_that_cannot_and_other_output_get_lines)
{
    g_auto(FakeRun) simple = {0}, json = {0}, changes = {0};

    watch->when_begun[0] = watch->when_begun[1] = watch->when_begun[2] = tell_lamp;
    fake_terminal_run(&dumb, hub, &simple, "watch", "--count=2", LAMP, NULL);
    ck_assert_str_eq(simple.out,
                     "RSSI: -75 dBm -> Smoothed: -75.0 dBm -> Distance: 4.4 m -> Zone: far\r\n"
                     "Zone: lost -> far\r\n");
    fake_terminal_run(&utf8, hub, &changes, "watch", "--changes", "--count=1", LAMP, NULL);
    ck_assert_str_eq(changes.out, "Zone: lost -> far\r\n");
    fake_terminal_run(&utf8, hub, &json, "--json", "watch", "--count=1", LAMP, NULL);
    ck_assert(g_str_has_prefix(json.out, "{\"Id\":"));
}
END_TEST

static void
resize(FakeWatch *self)
{
    g_subprocess_send_signal(self->hub->process, SIGWINCH);
}

START_TEST(table_is_drawn_anew_in_a_window_of_another_size)
{
    g_auto(FakeRun) run = {0};

    watch->when_begun[0] = resize;
    fake_terminal_run(&ascii, hub, &run, "watch", "--duration=0.7", NULL);
    ck_assert_int_eq(run.code, 0);
    ck_assert_msg(strstr(run.out, "\033[H\033[2JIDENTITY ") != NULL, "%s", run.out);
}
END_TEST

START_TEST(terminal_shows_what_is_waited_for_above_the_table)
{
    g_auto(FakeRun) run = {0};

    bh_dbus_hub1_set_state(hub->hub, "radio-off");
    watch->states = "[" LAMP_LOST "]";
    fake_terminal_run(&ascii, hub, &run, "watch", NULL);
    ck_assert_int_eq(run.code, 3);
    run.code = 0;
    assert_picture(&run,
                   "waiting for the radio (radio-off)\n" HEADING LAMP
                   "  lost            -                            -       -\n");
}
END_TEST

static void
add_watch_tests(TCase *tests)
{
    tcase_add_loop_test(tests, watch_of_one_prints_samples_and_changes_without_its_name, 0, 2);
    tcase_add_test(tests, watch_of_several_prints_who_it_is_in_front);
    tcase_add_test(tests, watch_can_print_changes_only);
    tcase_add_test(tests, watch_as_json_is_a_state_row_each_line);
    tcase_add_loop_test(tests,
                        watch_ends_with_statistics_when_it_is_interrupted_or_its_time_is_over,
                        0,
                        2);
    tcase_add_test(tests, watch_sends_what_was_given_and_nothing_else);
    tcase_add_loop_test(tests, watch_that_fails_is_one_line, 0, G_N_ELEMENTS(failures));
    tcase_add_loop_test(tests, watch_with_a_wrong_option_asks_nobody, 0, G_N_ELEMENTS(wrong_words));
    tcase_add_test(tests, watch_is_made_again_when_blehubd_was_restarted);
    tcase_add_test(tests, watch_that_cannot_be_made_again_ends_with_the_reason);
    tcase_add_test(tests, watch_says_that_it_waits_for_the_radio_and_goes_on);
    tcase_add_test(tests, news_that_nobody_reads_are_dropped_and_counted);
    tcase_add_test(tests, terminal_shows_a_table_sorted_by_nearness);
    tcase_add_test(tests, terminal_is_never_scrolled_nor_wrapped);
    tcase_add_test(tests, table_is_drawn_over_itself);
    tcase_add_test(tests, table_is_drawn_anew_in_a_window_of_another_size);
    tcase_add_test(tests, terminal_shows_what_is_waited_for_above_the_table);
    tcase_add_test(tests, terminal_that_cannot_and_other_output_get_lines);
}

static Suite *
watch_suite(void)
{
    Suite *suite = suite_create("blehubctl-watch-verb");
    TCase *absent = tcase_create("absent"), *tests = tcase_create("watch");

    tcase_add_checked_fixture(absent, setup_absent, teardown);
    tcase_add_test(absent, watch_without_blehubd_says_so);
    suite_add_tcase(suite, absent);
    tcase_add_checked_fixture(tests, setup, teardown);
    add_watch_tests(tests);
    suite_add_tcase(suite, tests);
    return suite;
}

int
main(void)
{
    return bh_test_run_suite(watch_suite());
}
