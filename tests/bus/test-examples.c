/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The examples, and a session from README.md, run as a user would run them: each prints what the
 * simulated devices say, and leaves nothing behind when it is ended.
 */
#include "bh-watch-scene.h"
#include "test-main.h"

#include <signal.h>

static const char home[] = "[adapter main]\n"
                           "Address=00:AA:01:00:00:01\n"
                           "Powered=true\n"
                           "DuplicateFilter=data\n"
                           "[device lamp]\n"
                           "Address=C0:00:00:00:00:01\n"
                           "Name=Lamp\n"
                           "IntervalMs=20\n"
                           "PayloadCounter=true\n"
                           "RSSI=-50\n"
                           "[device strap]\n"
                           "Address=C0:00:00:00:00:03\n"
                           "Name=Strap\n"
                           "UUIDs=180d\n"
                           "IntervalMs=20\n"
                           "PayloadCounter=true\n"
                           "RSSI=-93\n"
                           "[service strap/heart]\n"
                           "UUID=180d\n"
                           "[characteristic strap/heart/rate]\n"
                           "UUID=2a37\n"
                           "Flags=notify\n"
                           "NotifyMs=20\n"
                           "Notify=counter\n"
                           "[service strap/battery]\n"
                           "UUID=180f\n"
                           "[characteristic strap/battery/level]\n"
                           "UUID=2a19\n"
                           "Value=63\n"
                           "[device cellar]\n"
                           "Address=C0:00:00:00:00:04\n"
                           "UUIDs=181a\n"
                           "IntervalMs=20\n"
                           "RSSI=-93\n"
                           "[service cellar/environment]\n"
                           "UUID=181a\n"
                           "[characteristic cellar/environment/temperature]\n"
                           "UUID=2a6e\n"
                           "Flags=notify\n"
                           "NotifyMs=20\n"
                           "Notify=counter\n"
                           "[device attic]\n"
                           "Address=C0:00:00:00:00:05\n"
                           "UUIDs=181a\n"
                           "IntervalMs=20\n"
                           "RSSI=-93\n"
                           "[service attic/environment]\n"
                           "UUID=181a\n"
                           "[characteristic attic/environment/temperature]\n"
                           "UUID=2a6e\n"
                           "Flags=notify\n"
                           "NotifyMs=20\n"
                           "Notify=counter\n"
                           "[device far]\n"
                           "Address=C0:00:00:00:00:02\n"
                           "Name=Far\n"
                           "IntervalMs=20\n"
                           "PayloadCounter=true\n"
                           "RSSI=-95\n";

static const struct {
    const char *program; /* environment variable with its path */
    const char *line;    /* what all lines that it prints begin with */
    const char *also;    /* what one of them begins with, sooner or later; NULL = no more */
    guint streams;       /* that it has open then */
} examples[] = {
    {"EXAMPLE_C_SCAN", "C0:00:00:00:00:01 -50 dBm Lamp", NULL, 1},
    {"EXAMPLE_PYTHON_SCAN", "C0:00:00:00:00:01 -50 dBm Lamp", NULL, 1},
    {"EXAMPLE_NODE_SCAN", "C0:00:00:00:00:01 -50 dBm Lamp", NULL, 1},
    {"EXAMPLE_C_SUBSCRIBE", "C0:00:00:00:00:03 0 bpm", NULL, 1}, /* the counter's second byte */
    {"EXAMPLE_PYTHON_SUBSCRIBE", "C0:00:00:00:00:03 0 bpm", NULL, 1},
    {"EXAMPLE_NODE_SUBSCRIBE", "C0:00:00:00:00:03 0 bpm", NULL, 1},
    {"EXAMPLE_C_GATHER", "C0:00:00:00:00:0", "C0:00:00:00:00:04 0.", 2},
    {"EXAMPLE_C_GATHER", "C0:00:00:00:00:0", "C0:00:00:00:00:05 0.", 2},
    {"EXAMPLE_PYTHON_GATHER", "C0:00:00:00:00:0", "C0:00:00:00:00:04 0.", 2},
    {"EXAMPLE_PYTHON_GATHER", "C0:00:00:00:00:0", "C0:00:00:00:00:05 0.", 2},
    {"EXAMPLE_NODE_GATHER", "C0:00:00:00:00:0", "C0:00:00:00:00:04 0.", 2},
    {"EXAMPLE_NODE_GATHER", "C0:00:00:00:00:0", "C0:00:00:00:00:05 0.", 2},
};

typedef struct {
    const char *expected; /* prefixes */
    const char *also;
    gboolean seen; /* the second of them */
    GDataInputStream *lines;
    guint read;
    char *last;
    gboolean ended;
} Output;

static void read_line(Output *self);

static void
on_line(GObject *source, GAsyncResult *result, gpointer data)
{
    Output *self = data;
    char *line = g_data_input_stream_read_line_finish(self->lines, result, NULL, NULL);

    self->ended = line == NULL;
    if (self->ended)
        return;
    ck_assert_msg(g_str_has_prefix(line, self->expected), "%s", line);
    self->seen |= self->also == NULL || g_str_has_prefix(line, self->also);
    g_free(self->last);
    self->last = line;
    self->read++;
    read_line(self);
}

static void
read_line(Output *self)
{
    g_data_input_stream_read_line_async(self->lines, G_PRIORITY_DEFAULT, NULL, on_line, self);
}

/* Where blehubctl is found by its name. */
static char *
path_with_blehubctl(void)
{
    g_autofree char *directory = g_path_get_dirname(g_getenv("BLEHUBCTL"));

    return g_strconcat(directory, ":", g_getenv("PATH"), NULL);
}

/* words: what stands behind its name; NULL = nothing. */
static GSubprocess *
start_example(BhFixture *f, const char *name, const char *words)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    g_autofree char *path = path_with_blehubctl();
    g_autofree char *line = g_strconcat(g_getenv(name), " ", words, NULL);
    g_auto(GStrv) argv = NULL;
    g_autoptr(GError) error = NULL;
    GSubprocess *process;

    ck_assert_msg(g_getenv(name) != NULL, "%s is not set", name);
    g_subprocess_launcher_setenv(launcher, "DBUS_SYSTEM_BUS_ADDRESS", f->address, TRUE);
    g_subprocess_launcher_setenv(launcher, "PATH", path, TRUE);
    ck_assert(g_shell_parse_argv(line, NULL, &argv, NULL));
    process = g_subprocess_launcher_spawnv(launcher, (const char *const *)argv, &error);
    g_assert_no_error(error);
    return process;
}

START_TEST(an_example_prints_what_is_near_and_leaves_nothing_behind)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GSubprocess) process = NULL;
    Output output = {.expected = examples[_i].line, .also = examples[_i].also};

    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, home);
    bh_fixture_start_hub(&f, NULL);
    process = start_example(&f, examples[_i].program, NULL);
    output.lines = g_data_input_stream_new(g_subprocess_get_stdout_pipe(process));
    read_line(&output);
    BH_AWAIT(output.read >= 3 && output.seen);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Streams") == examples[_i].streams);
    g_subprocess_send_signal(process, SIGTERM);
    BH_AWAIT(output.ended);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Streams") == 0);
    ck_assert(g_subprocess_wait(process, NULL, NULL));
    g_object_unref(output.lines);
    g_free(output.last);
}
END_TEST

/* Those that serve what they read of a device. */

#define PHONE "D0:00:00:00:00:01"
#define STRAP "C0:00:00:00:00:03"

static const char *const languages[] = {"C", "PYTHON", "NODE"};

/* One that prints lines which begin so, and may print more than is asked for. */
static GSubprocess *
start_serving(BhFixture *f, const char *example, int language, const char *words, Output *output)
{
    g_autofree char *name = g_strdup_printf("EXAMPLE_%s_%s", languages[language], example);
    GSubprocess *process;

    bh_fixture_init(f);
    bh_fixture_start_sim(f, home);
    bh_fixture_start_hub(f, NULL);
    process = start_example(f, name, words);
    output->lines = g_data_input_stream_new(g_subprocess_get_stdout_pipe(process));
    read_line(output);
    return process;
}

/* With everything that it had. */
static void
end_serving(BhFixture *f, GSubprocess *process, Output *output)
{
    g_subprocess_send_signal(process, SIGTERM);
    BH_AWAIT(output->ended);
    BH_AWAIT_POLLED(bh_caller_counter(f->connection, "Applications") == 0);
    BH_AWAIT_POLLED(bh_caller_counter(f->connection, "Advertisements") == 0);
    BH_AWAIT_POLLED(bh_caller_counter(f->connection, "Holds") == 0);
    ck_assert(g_subprocess_wait(process, NULL, NULL));
    g_object_unref(output->lines);
    g_free(output->last);
}

static GVariant *
ask_phone(BhFixture *f, const char *method, const char *arguments)
{
    return bh_fixture_call_sim(f, method, g_variant_new_parsed(arguments));
}

static gboolean
has_phone_been_told(BhFixture *f)
{
    g_autoptr(GVariant) reply = ask_phone(f, "CentralTake", "('main', '" PHONE "', '180d/2a37')");
    g_autoptr(GVariant) values = g_variant_get_child_value(reply, 0);

    return g_variant_n_children(values) > 0;
}

START_TEST(a_relay_tells_a_phone_what_it_hears_from_a_strap)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GSubprocess) process = NULL;
    g_autoptr(GVariant) linked = NULL;
    g_autoptr(GVariant) subscribed = NULL;
    Output output = {.expected = "0 bpm"};

    process = start_serving(&f, "RELAY", _i, STRAP, &output);
    BH_AWAIT(output.read >= 1);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Advertisements") == 1);
    linked = ask_phone(&f, "CentralConnect", "('main', '" PHONE "', @a{sv} {})");
    subscribed = ask_phone(&f, "CentralConfigure", "('main', '" PHONE "', '180d/2a37', uint16 1)");
    BH_AWAIT_POLLED(has_phone_been_told(&f));
    end_serving(&f, process, &output);
}
END_TEST

static gboolean
is_anything_served(BhFixture *f)
{
    g_autoptr(GVariant) reply = ask_phone(f, "GetServed", "('main',)");
    g_autoptr(GVariant) attributes = g_variant_get_child_value(reply, 0);

    return g_variant_n_children(attributes) > 0;
}

START_TEST(a_duty_cycle_serves_the_level_it_read_and_switches_the_radio_off_each_time)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GSubprocess) process = NULL;
    g_autoptr(GVariant) linked = NULL;
    g_autoptr(GVariant) level = NULL;
    g_autofree char *text = NULL;
    Output output = {.expected = "99 %, radio off"};

    process = start_serving(&f, "DUTY", _i, STRAP " 1 0.1", &output);
    BH_AWAIT(output.read >= 2);
    BH_AWAIT_POLLED(is_anything_served(&f));
    g_subprocess_send_signal(process, SIGSTOP); /* while it is awake */
    linked = ask_phone(&f, "CentralConnect", "('main', '" PHONE "', @a{sv} {})");
    level = ask_phone(&f, "CentralRead", "('main', '" PHONE "', '180f/2a19', uint16 0)");
    text = g_variant_print(level, FALSE);
    ck_assert_str_eq(text, "([0x63],)");
    g_subprocess_send_signal(process, SIGCONT);
    end_serving(&f, process, &output);
}
END_TEST

START_TEST(a_watch_says_who_comes_and_who_is_nearer_than_before)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GSubprocess) process = NULL;
    g_autofree char *name = g_strdup_printf("EXAMPLE_%s_WATCH", languages[_i]);
    Output output = {.expected = ""};

    bh_watch_scene_init(&f, NULL);
    process = start_example(&f, name, BH_WATCH_BEACON);
    output.lines = g_data_input_stream_new(g_subprocess_get_stdout_pipe(process));
    read_line(&output);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Watches") == 1);
    bh_watch_scene_put(&f, "tag", 1, 2, -60);
    BH_AWAIT(output.read == 1);
    ck_assert_str_eq(output.last, "lost -> near " BH_WATCH_BEACON " 1.1 m");
    bh_watch_scene_move(&f, "tag", 1, 2, -40);
    BH_AWAIT(output.read == 2);
    ck_assert(g_str_has_prefix(output.last, "near -> immediate " BH_WATCH_BEACON " 0."));
    g_subprocess_send_signal(process, SIGTERM);
    BH_AWAIT(output.ended);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Watches") == 0);
    ck_assert(g_subprocess_wait(process, NULL, NULL));
    g_object_unref(output.lines);
    g_free(output.last);
}
END_TEST

static const char worn[] = "[adapter main]\n"
                           "Address=00:AA:01:00:00:01\n"
                           "[device strap]\n"
                           "Address=C4:7C:8D:6A:11:02\n"
                           "IntervalMs=20\n"
                           "[service strap/heart]\n"
                           "UUID=180d\n"
                           "[characteristic strap/heart/rate]\n"
                           "UUID=2a37\n"
                           "Flags=notify\n"
                           "NotifyMs=20\n"
                           "Notify=counter\n"
                           "[characteristic strap/heart/location]\n"
                           "UUID=2a38\n"
                           "Value=01\n";

START_TEST(the_busctl_session_about_a_device_runs)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GSubprocess) process = NULL;
    g_autofree char *output = NULL;

    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, worn);
    bh_fixture_start_hub(&f, NULL);
    process = start_example(&f, "BUSCTL_LINK", NULL);
    ck_assert(g_subprocess_communicate_utf8(process, NULL, NULL, &output, NULL, NULL));
    ck_assert(g_subprocess_get_successful(process));
    ck_assert_msg(g_str_has_prefix(output, "ay 1 1\naya{sv} "), "%s", output);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Links") == 0);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "LeasesExpired"), 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("examples");
    TCase *tests = tcase_create("examples");

    tcase_add_loop_test(tests,
                        an_example_prints_what_is_near_and_leaves_nothing_behind,
                        0,
                        G_N_ELEMENTS(examples));
    tcase_add_loop_test(tests,
                        a_watch_says_who_comes_and_who_is_nearer_than_before,
                        0,
                        G_N_ELEMENTS(languages));
    tcase_add_loop_test(tests,
                        a_relay_tells_a_phone_what_it_hears_from_a_strap,
                        0,
                        G_N_ELEMENTS(languages));
    tcase_add_loop_test(tests,
                        a_duty_cycle_serves_the_level_it_read_and_switches_the_radio_off_each_time,
                        0,
                        G_N_ELEMENTS(languages));
    tcase_add_test(tests, the_busctl_session_about_a_device_runs);
    suite_add_tcase(suite, tests);
    return bh_test_run_suite(suite);
}
