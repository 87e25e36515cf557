/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The verbs of blehubctl that make a peripheral, against the real blehubd and simulated centrals:
 * what a user types and sees, and what is on the air meanwhile.
 */
#include "bh-caller.h"
#include "bh-ctl-run.h"
#include "test-main.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define CENTRAL "D0:00:00:00:00:01"
#define ADAPTER "00:AA:01:00:00:01"

static const char adapter[] = "[adapter main]\n"
                              "Address=" ADAPTER "\n"
                              "Powered=true\n";

static const char sensor[] = "[service 181a]\n"
                             "[characteristic 181a/2a6e]\n"
                             "Flags=read;notify\n"
                             "Value=i16le:2150\n"
                             "[characteristic 181a/2a6f]\n"
                             "Flags=read;write\n";

static void
scene_init(BhFixture *f)
{
    bh_fixture_init(f);
    bh_fixture_start_sim(f, adapter);
    bh_fixture_start_hub(f, NULL);
}

/* A file with this text; removed by whoever made it. */
static char *
new_file(const char *text)
{
    g_autoptr(GError) error = NULL;
    char *path = NULL;
    int fd = g_file_open_tmp("sensor-XXXXXX.conf", &path, &error);

    g_assert_no_error(error);
    ck_assert(g_file_set_contents(path, text, -1, NULL));
    close(fd);
    return path;
}

static GVariant *
central(BhFixture *f, const char *method, const char *arguments)
{
    return bh_fixture_call_sim(f, method, g_variant_new_parsed(arguments));
}

static void
assert_central(BhFixture *f, const char *method, const char *arguments, const char *expected)
{
    g_autoptr(GVariant) reply = central(f, method, arguments);
    g_autofree char *text = g_variant_print(reply, FALSE);

    ck_assert_str_eq(text, expected);
}

/* How many there are of what a method of the simulator lists. */
static guint
count(BhFixture *f, const char *method, const char *arguments)
{
    g_autoptr(GVariant) reply = central(f, method, arguments);
    g_autoptr(GVariant) list = g_variant_get_child_value(reply, 0);

    return (guint)g_variant_n_children(list);
}

/* Nothing of it is left. */
static void
assert_clean(BhFixture *f)
{
    BH_AWAIT_POLLED(count(f, "GetServed", "('main',)") == 0);
    BH_AWAIT_POLLED(count(f, "GetAdvertised", "('main',)") == 0);
}

static void
interrupt(GSubprocess *process)
{
    g_subprocess_send_signal(process, SIGINT);
    ck_assert(g_subprocess_wait_check(process, NULL, NULL));
}

static void
type(GSubprocess *process, const char *line)
{
    GOutputStream *input = g_subprocess_get_stdin_pipe(process);

    ck_assert(g_output_stream_write_all(input, line, strlen(line), NULL, NULL, NULL));
}

START_TEST(serve_serves_a_file_until_it_is_interrupted)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *file = new_file(sensor);
    g_autoptr(GSubprocess) process = NULL;

    scene_init(&f);
    process = bh_ctl_start(&f,
                           (const char *const[]){"serve",
                                                 file,
                                                 "--name=Shed",
                                                 "--set=181a/2a6e=i16le:2230",
                                                 "--set=-",
                                                 NULL});
    bh_ctl_assert_line(process, "serving on " ADAPTER);
    bh_ctl_assert_line(process,
                       "advertising data 03031a18020106 (7), scan response 050953686564 (6)");
    bh_ctl_assert_line(process, "advertising on " ADAPTER);
    assert_central(&f,
                   "CentralConnect",
                   "('main', '" CENTRAL "', @a{sv} {})",
                   "('/org/bluez/hci0/dev_D0_00_00_00_00_01',)");
    bh_ctl_assert_line(process, CENTRAL " connected");
    assert_central(&f,
                   "CentralRead",
                   "('main', '" CENTRAL "', '181a/2a6e', uint16 0)",
                   "([0xb6, 0x08],)");
    assert_central(&f,
                   "CentralWrite",
                   "('main', '" CENTRAL "', '181a/2a6f', [byte 0x0a, 0x0b], @a{sv} {})",
                   "()");
    bh_ctl_assert_line(process, CENTRAL " wrote 181a/2a6f: 0a0b");
    assert_central(&f, "CentralConfigure", "('main', '" CENTRAL "', '181a/2a6e', uint16 1)", "()");
    bh_ctl_assert_line(process, "181a/2a6e: 1 subscribed, as far as BlueZ tells");
    type(process, "nonsense\n181a/2a6e=01\n");
    BH_AWAIT_POLLED(count(&f, "CentralTake", "('main', '" CENTRAL "', '181a/2a6e')") == 1);
    interrupt(process);
    assert_clean(&f);
    g_unlink(file);
}
END_TEST

static const struct {
    const char *text; /* of the file; NULL = there is none */
    const char *also; /* one more option */
    int code;
    const char *error; /* contained in the one line */
} wrong[] = {
    {NULL, NULL, 1, "No such file"},
    {"", NULL, 2, "Services: there must be one at least"},
    {"[service 181a]\nSpeed=1\n", NULL, 2, "line 2: [service 181a] Speed: unknown option"},
    {"[service 1800]\n", NULL, 2, "line 1: [service 1800]: 1800: GAP is served by BlueZ"},
    {"[service 181a]\n[characteristic 181a/2a6e]\nFlags=fly\n", NULL, 2, "line 3: "},
    {"no keyfile", NULL, 2, "line 1: "},
    {sensor, "--set=181a/9999=00", 1, "no characteristic 9999"},
    {sensor, "--set=181a/2a6e=u8:300", 2, "300"},
    {sensor, "--set=181a", 2, "a setting is"},
    {sensor, "--name=A name that is much too long for a packet", 2, "Name: needs"},
};

START_TEST(serve_refuses_what_is_wrong_in_one_line_and_leaves_nothing)
{
    g_auto(BhFixture) f = {0};

    scene_init(&f);
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *file =
            wrong[i].text != NULL ? new_file(wrong[i].text) : g_strdup("/nonexistent/file");
        g_auto(BhCtlRun) run = {0};

        BH_CTL_RUN(&f, &run, "serve", file, wrong[i].also);
        ck_assert_msg(run.code == wrong[i].code, "%zu: %d: %s", i, run.code, run.err);
        ck_assert_msg(strstr(run.err, wrong[i].error) != NULL, "%zu: %s", i, run.err);
        ck_assert_str_eq(strchr(run.err, '\n'), "\n");
        g_unlink(file);
    }
    assert_clean(&f);
}
END_TEST

START_TEST(advertise_tells_what_is_sent_and_who_came_until_it_is_interrupted)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) long_name = {0};
    g_autoptr(GSubprocess) process = NULL;

    scene_init(&f);
    BH_CTL_RUN(&f, &long_name, "advertise", "--name=A name that is much too long for it");
    bh_ctl_assert_run(&long_name,
                      2,
                      "",
                      "blehubctl: Name: needs 37 bytes, 31 of 31 are left in the scan response\n");
    process =
        bh_ctl_start(&f, (const char *const[]){"advertise", "--name=Lamp", "--uuid=180f", NULL});
    bh_ctl_assert_line(process,
                       "advertising data 03030f18020106 (7), scan response 05094c616d70 (6)");
    bh_ctl_assert_line(process, "advertising on " ADAPTER);
    ck_assert_uint_eq(count(&f, "GetAdvertised", "('main',)"), 1);
    assert_central(&f,
                   "CentralConnect",
                   "('main', '" CENTRAL "', @a{sv} {})",
                   "('/org/bluez/hci0/dev_D0_00_00_00_00_01',)");
    bh_ctl_assert_line(process, CENTRAL " connected");
    interrupt(process);
    assert_clean(&f);
}
END_TEST

START_TEST(radio_off_ends_what_is_on_the_air_and_on_brings_it_back)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) off = {0}, on = {0}, sideways = {0}, json = {0};
    g_autoptr(GSubprocess) process = NULL;

    scene_init(&f);
    process = bh_ctl_start(&f, (const char *const[]){"advertise", "--name=Lamp", NULL});
    bh_ctl_assert_line(process, "advertising data 020106 (3), scan response 05094c616d70 (6)");
    bh_ctl_assert_line(process, "advertising on " ADAPTER);
    BH_CTL_RUN(&f, &off, "radio", "off");
    bh_ctl_assert_run(&off, 0, "off\n", "");
    bh_ctl_assert_line(process, "advertising waits");
    BH_AWAIT_POLLED(count(&f, "GetAdvertised", "('main',)") == 0);
    BH_CTL_RUN(&f, &on, "radio", "on");
    bh_ctl_assert_run(&on, 0, "", "");
    bh_ctl_assert_line(process, "advertising on " ADAPTER);
    BH_CTL_RUN(&f, &sideways, "radio", "sideways");
    bh_ctl_assert_run(&sideways, 2, "", "blehubctl: radio takes on|off\n");
    BH_CTL_RUN(&f, &json, "--json", "radio", "off");
    bh_ctl_assert_run(&json, 0, "{\"Off\":true,\"Users\":[]}\n", "");
    interrupt(process);
}
END_TEST

BH_TEST_MAIN("ctl-serve",
             serve_serves_a_file_until_it_is_interrupted,
             serve_refuses_what_is_wrong_in_one_line_and_leaves_nothing,
             advertise_tells_what_is_sent_and_who_came_until_it_is_interrupted,
             radio_off_ends_what_is_on_the_air_and_on_brings_it_back)
