/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "bh-ctl-run.h"

#include <check.h>

void
bh_ctl_run_clear(BhCtlRun *self)
{
    g_free(self->out);
    g_free(self->err);
}

GSubprocess *
bh_ctl_start(BhFixture *f, const char *const *words)
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
    process = g_subprocess_newv((const char *const *)line->pdata,
                                G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                    G_SUBPROCESS_FLAGS_STDERR_PIPE,
                                &error);
    g_assert_no_error(error);
    return process;
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
