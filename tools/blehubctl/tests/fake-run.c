/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The main loop that waits for the process is the one from which the hub answers it.
 */
#include "fake-run.h"

#include <check.h>
#include <fcntl.h>
#include <unistd.h>

void
fake_run_clear(FakeRun *self)
{
    g_clear_pointer(&self->out, g_free);
    g_clear_pointer(&self->err, g_free);
}

void
fake_run_assert(const FakeRun *self, int code, const char *out, const char *err)
{
    ck_assert_str_eq(self->err, err);
    ck_assert_str_eq(self->out, out);
    ck_assert_int_eq(self->code, code);
}

GPtrArray *
fake_run_command_line(FakeHub *hub, const char *argument, va_list arguments)
{
    GPtrArray *line = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(line, g_strdup(g_getenv("BLEHUBCTL")));
    g_ptr_array_add(line, g_strdup_printf("--bus=%s", g_test_dbus_get_bus_address(hub->dbus)));
    for (; argument; argument = va_arg(arguments, const char *))
        g_ptr_array_add(line, g_strdup(argument));
    g_ptr_array_add(line, NULL);
    return line;
}

void
fake_run_take_end(FakeRun *self, GSubprocess *process)
{
    self->code = g_subprocess_get_if_exited(process) ? g_subprocess_get_exit_status(process)
                                                     : -g_subprocess_get_term_sig(process);
}

static void
on_communicated(GObject *process, GAsyncResult *result, gpointer user_data)
{
    FakeRun *run = user_data;
    gboolean done = g_subprocess_communicate_utf8_finish(G_SUBPROCESS(process),
                                                         result,
                                                         &run->out,
                                                         &run->err,
                                                         NULL);

    ck_assert(done);
}

/* A terminal at which nobody types anything: *keyboard is to be closed in the end. */
static GSubprocess *
spawn_idle(const char *const *line, int *keyboard)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    int fds[2];

    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    *keyboard = fds[1];
    g_subprocess_launcher_take_stdin_fd(launcher, fds[0]);
    return g_subprocess_launcher_spawnv(launcher, line, NULL);
}

static GSubprocess *
spawn(const char *const *line)
{
    return g_subprocess_newv(line,
                             G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                 G_SUBPROCESS_FLAGS_STDERR_PIPE,
                             NULL);
}

void
fake_hub_run(FakeHub *hub, FakeRun *run, const char *argument, ...)
{
    g_autoptr(GPtrArray) line = NULL;
    int keyboard = -1;
    g_autoptr(GSubprocess) process = NULL;
    va_list arguments;

    va_start(arguments, argument);
    line = fake_run_command_line(hub, argument, arguments);
    va_end(arguments);
    process = hub->nobody_types ? spawn_idle((const char *const *)line->pdata, &keyboard)
                                : spawn((const char *const *)line->pdata);
    ck_assert_ptr_nonnull(process);
    hub->process = process;
    g_subprocess_communicate_utf8_async(process, hub->input, NULL, on_communicated, run);
    while (!run->out)
        g_main_context_iteration(NULL, TRUE);
    g_subprocess_wait(process, NULL, NULL);
    if (keyboard >= 0)
        close(keyboard);
    hub->process = NULL;
    fake_run_take_end(run, process);
}
