/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Written as a whole and renamed into place, so that it is never half written. */
#include "bh-runtime-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILE 65536 /* bytes; ours are far shorter */

struct BhRuntimeFile {
    char *path; /* NULL = nothing is read or written */
    char *loss;
    gboolean complained; /* once is enough */
};

BhRuntimeFile *
bh_runtime_file_new(const char *path, const char *loss)
{
    BhRuntimeFile *self = g_new0(BhRuntimeFile, 1);

    self->path = g_strdup(path);
    self->loss = g_strdup(loss);
    return self;
}

void
bh_runtime_file_free(BhRuntimeFile *self)
{
    g_free(self->path);
    g_free(self->loss);
    g_free(self);
}

const char *
bh_runtime_file_get_path(BhRuntimeFile *self)
{
    return self->path;
}

/* A FIFO in its place must not hold us up, and a huge file not fill the memory. */
char *
bh_runtime_file_read(BhRuntimeFile *self)
{
    int fd = self->path != NULL ? g_open(self->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0) : -1;
    g_autofree char *text = g_malloc0(MAX_FILE + 1);
    struct stat info;
    gssize size = 0;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size <= MAX_FILE)
        size = read(fd, text, MAX_FILE);
    close(fd);
    return size > 0 ? g_steal_pointer(&text) : NULL;
}

static gboolean
write_file(BhRuntimeFile *self, const char *text, GError **error)
{
    if (text != NULL)
        return g_file_set_contents(self->path, text, -1, error);
    if (g_unlink(self->path) == 0 || errno == ENOENT)
        return TRUE;
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s", g_strerror(errno));
    return FALSE;
}

void
bh_runtime_file_write(BhRuntimeFile *self, const char *text)
{
    g_autoptr(GError) error = NULL;

    if (self->path == NULL || write_file(self, text, &error) || self->complained)
        return;
    self->complained = TRUE;
    g_message("%s: %s", self->loss, error->message);
}
