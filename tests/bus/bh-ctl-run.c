/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "bh-ctl-run.h"

#include <check.h>
#include <pty.h>
#include <string.h>
#include <unistd.h>

void
bh_ctl_run_clear(BhCtlRun *self)
{
    g_free(self->out);
    g_free(self->err);
}

static GSubprocess *
spawn(GSubprocessLauncher *launcher, BhFixture *f, const char *const *words)
{
    g_autoptr(GPtrArray) line = g_ptr_array_new();
    g_autofree char *bus = g_strdup_printf("--bus=%s", f->address);
    g_autoptr(GError) error = NULL;
    GSubprocess *process;

    g_ptr_array_add(line, (char *)g_getenv("BLEHUBCTL"));
    g_ptr_array_add(line, bus);
    for (; *words; words++)
        g_ptr_array_add(line, (char *)*words);
    g_ptr_array_add(line, NULL);
    process = g_subprocess_launcher_spawnv(launcher, (const char *const *)line->pdata, &error);
    g_assert_no_error(error);
    return process;
}

GSubprocess *
bh_ctl_start(BhFixture *f, const char *const *words)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                  G_SUBPROCESS_FLAGS_STDERR_PIPE);

    return spawn(launcher, f, words);
}

void
bh_ctl_run(BhFixture *f, BhCtlRun *self, const char *input, const char *const *words)
{
    g_autoptr(GSubprocess) process = bh_ctl_start(f, words);

    ck_assert(g_subprocess_communicate_utf8(process, input, NULL, &self->out, &self->err, NULL));
    self->code = g_subprocess_get_exit_status(process);
}

void
bh_ctl_assert_run(const BhCtlRun *self, int code, const char *out, const char *err)
{
    ck_assert_str_eq(self->err, err);
    ck_assert_str_eq(self->out, out);
    ck_assert_int_eq(self->code, code);
}

static char *
read_line(GSubprocess *process)
{
    GString *line = g_string_new(NULL);
    char c = 0;

    while (g_input_stream_read(g_subprocess_get_stdout_pipe(process), &c, 1, NULL, NULL) == 1 &&
           c != '\n')
        g_string_append_c(line, c);
    return g_string_free(line, FALSE);
}

void
bh_ctl_assert_line(GSubprocess *process, const char *expected)
{
    g_autofree char *line = read_line(process);

    ck_assert_str_eq(line, expected);
}

/* A terminal */

GSubprocess *
bh_ctl_start_at_terminal(BhFixture *f, BhCtlTerminal *terminal, const char *const *words)
{
    const struct winsize window = {.ws_col = 80, .ws_row = 24};
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(0);
    int other;

    ck_assert_int_eq(openpty(&terminal->fd, &other, NULL, NULL, &window), 0);
    terminal->shown = g_string_new(NULL);
    g_subprocess_launcher_take_stdout_fd(launcher, other);
    g_subprocess_launcher_setenv(launcher, "TERM", "xterm", TRUE);
    g_subprocess_launcher_setenv(launcher, "LC_ALL", "C.UTF-8", TRUE);
    return spawn(launcher, f, words);
}

void
bh_ctl_await_shown(BhCtlTerminal *self, const char *text)
{
    char buffer[512];

    while (strstr(self->shown->str, text) == NULL) {
        gssize n = read(self->fd, buffer, sizeof buffer);

        ck_assert_msg(n > 0, "no %s in: %s", text, self->shown->str);
        g_string_append_len(self->shown, buffer, n);
    }
}

void
bh_ctl_terminal_clear(BhCtlTerminal *self)
{
    if (self->shown == NULL)
        return;
    close(self->fd);
    g_string_free(g_steal_pointer(&self->shown), TRUE);
}
