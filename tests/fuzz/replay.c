/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Runs a fuzz target without a fuzzer: every file of a corpus directory, whole and cut after each
 * of its bytes, because most of what breaks a parser is data that ends too early. Each input lies
 * in a block of exactly its size.
 */
#include "fuzz.h"

#include <glib.h>
#include <stdio.h>

static gboolean
replay_file(const char *path)
{
    g_autofree char *contents = NULL;
    g_autoptr(GError) error = NULL;
    gsize size;
    if (!g_file_get_contents(path, &contents, &size, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return FALSE;
    }
    for (gsize cut = 0; cut <= size; cut++) {
        g_autofree char *input = g_malloc(MAX(cut, 1));
        memcpy(input, contents, cut);
        LLVMFuzzerTestOneInput((const uint8_t *)input, cut);
    }
    return TRUE;
}

/* The number of files replayed, or -1. */
static int
replay_directory(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) directory = g_dir_open(path, 0, &error);
    const char *name;
    int n = 0;
    if (directory == NULL) {
        fprintf(stderr, "%s\n", error->message);
        return -1;
    }
    while ((name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        if (!replay_file(file))
            return -1;
        n++;
    }
    return n;
}

int
main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s CORPUS-DIRECTORY\n", argv[0]);
        return 2;
    }
    int n = replay_directory(argv[1]);
    printf("%d files replayed\n", n);
    return n > 0 ? 0 : 1;
}
