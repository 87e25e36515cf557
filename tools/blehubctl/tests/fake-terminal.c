/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Our end of the terminal is read beside the main loop's other work until the other end is closed,
 * which a read tells by an error.
 */
#include "fake-terminal.h"

#include <check.h>
#include <glib-unix.h>
#include <pty.h>
#include <unistd.h>

static gboolean
on_output(gint fd, GIOCondition condition, gpointer user_data)
{
    GString *out = user_data;
    char bytes[1024];
    gssize n = read(fd, bytes, sizeof bytes);

    if (n <= 0)
        return G_SOURCE_REMOVE;
    g_string_append_len(out, bytes, n);
    return G_SOURCE_CONTINUE;
}

/* What is written to the terminal, until nobody has it open any more. */
static char *
read_terminal(int fd)
{
    GString *out = g_string_new(NULL);
    GSource *source = g_unix_fd_source_new(fd, G_IO_IN | G_IO_HUP | G_IO_ERR);

    g_source_set_callback(source, G_SOURCE_FUNC(on_output), out, NULL);
    g_source_attach(source, NULL);
    while (!g_source_is_destroyed(source))
        g_main_context_iteration(NULL, TRUE);
    g_source_unref(source);
    return g_string_free(out, FALSE);
}

static GSubprocess *
spawn(const FakeTerminal *self, GPtrArray *line, int *fd)
{
    const struct winsize size = {.ws_col = (gushort)self->columns, .ws_row = (gushort)self->lines};
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDERR_PIPE);
    int other;

    ck_assert_int_eq(openpty(fd, &other, NULL, NULL, &size), 0);
    g_subprocess_launcher_take_stdout_fd(launcher, other);
    g_subprocess_launcher_setenv(launcher, "TERM", self->kind, TRUE);
    g_subprocess_launcher_setenv(launcher, "LC_ALL", self->locale, TRUE);
    return g_subprocess_launcher_spawnv(launcher, (const char *const *)line->pdata, NULL);
}

void
fake_terminal_run(const FakeTerminal *self, FakeHub *hub, FakeRun *run, const char *argument, ...)
{
    g_autoptr(GPtrArray) line = NULL;
    g_autoptr(GSubprocess) process = NULL;
    int fd = -1;
    va_list arguments;

    va_start(arguments, argument);
    line = fake_run_command_line(hub, argument, arguments);
    va_end(arguments);
    process = spawn(self, line, &fd);
    ck_assert_ptr_nonnull(process);
    hub->process = process;
    run->out = read_terminal(fd);
    close(fd);
    ck_assert(g_subprocess_communicate_utf8(process, NULL, NULL, NULL, &run->err, NULL));
    hub->process = NULL;
    fake_run_take_end(run, process);
}

char *
fake_terminal_dup_picture(const char *output)
{
    g_autoptr(GRegex) control = g_regex_new("\033\\[[0-9;]*[A-Za-z]|\r", 0, 0, NULL);
    g_auto(GStrv) pictures = g_regex_split_simple("\033\\[[0-9]+A", output, 0, 0);
    guint n = g_strv_length(pictures);

    return g_regex_replace_literal(control, pictures[n - 1], -1, 0, "", 0, NULL);
}
