/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The launcher where it gets no socket, or a played one: a missing blehubd first, then what it
 * hands over. With a real socket it runs in the vm suite.
 */
#include <gio/gio.h>
#include <stdio.h>

#include "test-main.h"

/* Runs a program named by the environment; returns what it printed. */
static char *
run(const char *variable, int *status, char **errors)
{
    const char *argv[] = {g_getenv(variable), "--bus=here", "two words", NULL};
    g_autoptr(GError) error = NULL;
    char *output = NULL;

    ck_assert_msg(argv[0] != NULL, "%s is not set", variable);
    ck_assert_msg(g_spawn_sync(NULL,
                               (char **)argv,
                               NULL,
                               G_SPAWN_DEFAULT,
                               NULL,
                               NULL,
                               &output,
                               errors,
                               status,
                               &error),
                  "%s",
                  error != NULL ? error->message : "");
    return output;
}

START_TEST(without_a_blehubd_it_fails_and_says_so)
{
    g_autofree char *errors = NULL;
    int status = 0;
    g_autofree char *output = run("LAUNCHER_OF_NOTHING", &status, &errors);

    ck_assert_str_eq(output, "");
    ck_assert(!g_spawn_check_wait_status(status, NULL));
    ck_assert_ptr_nonnull(strstr(errors, "/nonexistent: No such file or directory"));
}
END_TEST

/* Closed by the shell, since GLib opens what is missing. */
START_TEST(the_socket_is_never_a_standard_stream)
{
    static const char *const closings[] = {"", "<&-", "2>&-", "<&- 2>&-"};

    for (gsize i = 0; i < G_N_ELEMENTS(closings); i++) {
        g_autofree char *script = g_strdup_printf("exec $LAUNCHER_WITH_SOCKET %s", closings[i]);
        const char *argv[] = {"/bin/sh", "-c", script, NULL};
        g_autofree char *output = NULL;
        int fd = -1;
        ck_assert(g_spawn_sync(NULL,
                               (char **)argv,
                               NULL,
                               G_SPAWN_CHILD_INHERITS_STDIN,
                               NULL,
                               NULL,
                               &output,
                               NULL,
                               NULL,
                               NULL));
        ck_assert_msg(sscanf(output, "--mgmt-fd=%d\n", &fd) == 1, "%s", output);
        ck_assert_int_gt(fd, 2);
    }
}
END_TEST

static gboolean
can_have_a_socket(void)
{
    return g_file_test("/sys/class/bluetooth", G_FILE_TEST_EXISTS);
}

START_TEST(arguments_are_handed_over_after_the_socket)
{
    g_autofree char *errors = NULL;
    int status = 0;
    g_autofree char *output = run("LAUNCHER", &status, &errors);

    ck_assert(g_spawn_check_wait_status(status, NULL));
    if (can_have_a_socket() && strstr(errors, "no management socket") == NULL)
        ck_assert(g_str_has_prefix(output, "--mgmt-fd="));
    else
        ck_assert(g_str_has_prefix(output, "--bus=here\ntwo words\n"));
    ck_assert_ptr_nonnull(strstr(output, "--bus=here\ntwo words\nCap"));
}
END_TEST

START_TEST(no_capability_is_handed_over_and_none_can_be_had_again)
{
    static const char *const lines[] = {
        "CapInh:\t0000000000000000\n",
        "CapPrm:\t0000000000000000\n",
        "CapEff:\t0000000000000000\n",
        "CapAmb:\t0000000000000000\n",
        "NoNewPrivs:\t1\n",
    };
    g_autofree char *errors = NULL;
    int status = 0;
    g_autofree char *output = run("LAUNCHER", &status, &errors);

    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        ck_assert_msg(strstr(output, lines[i]) != NULL, "%s", output);
}
END_TEST

BH_TEST_MAIN("launch",
             without_a_blehubd_it_fails_and_says_so,
             the_socket_is_never_a_standard_stream,
             arguments_are_handed_over_after_the_socket,
             no_capability_is_handed_over_and_none_can_be_had_again)
