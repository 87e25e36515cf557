/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* See the header. */
#include "input-lines.h"

#include <gio/gunixinputstream.h>
#include <unistd.h>

static void read_line(BhInputLines *self);

static void
on_line(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhInputLines *self = user_data;
    g_autofree char *line =
        g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source), result, NULL, NULL);

    self->reading = FALSE;
    if (!line)
        return;
    if (g_utf8_validate(line, -1, NULL))
        self->func(line, self->user_data);
    read_line(self);
}

static void
read_line(BhInputLines *self)
{
    self->reading = TRUE;
    g_data_input_stream_read_line_async(self->stream,
                                        G_PRIORITY_DEFAULT,
                                        self->cancellable,
                                        on_line,
                                        self);
}

void
bh_input_lines_begin(BhInputLines *self, BhInputLineFunc func, gpointer user_data)
{
    g_autoptr(GInputStream) input = g_unix_input_stream_new(STDIN_FILENO, FALSE);

    *self = (BhInputLines){
        .stream = g_data_input_stream_new(input),
        .cancellable = g_cancellable_new(),
        .func = func,
        .user_data = user_data,
    };
    read_line(self);
}

void
bh_input_lines_clear(BhInputLines *self)
{
    if (self->cancellable)
        g_cancellable_cancel(self->cancellable);
    while (self->reading)
        g_main_context_iteration(NULL, TRUE);
    g_clear_object(&self->stream);
    g_clear_object(&self->cancellable);
}
