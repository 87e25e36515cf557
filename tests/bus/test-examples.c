/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The examples, and a session from README.md, run as a user would run them: each prints what the
 * simulated devices say, and leaves nothing behind when it is ended.
 */
#include "bh-caller.h"
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

static GSubprocess *
start_example(BhFixture *f, const char *name)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    g_autofree char *path = path_with_blehubctl();
    g_autoptr(GError) error = NULL;
    GSubprocess *process;

    ck_assert_msg(g_getenv(name) != NULL, "%s is not set", name);
    g_subprocess_launcher_setenv(launcher, "DBUS_SYSTEM_BUS_ADDRESS", f->address, TRUE);
    g_subprocess_launcher_setenv(launcher, "PATH", path, TRUE);
    process = g_subprocess_launcher_spawn(launcher, &error, g_getenv(name), NULL);
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
    process = start_example(&f, examples[_i].program);
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
    process = start_example(&f, "BUSCTL_LINK");
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
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tests,
                        an_example_prints_what_is_near_and_leaves_nothing_behind,
                        0,
                        G_N_ELEMENTS(examples));
    tcase_add_test(tests, the_busctl_session_about_a_device_runs);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
