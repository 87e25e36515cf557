/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A file in the runtime directory: what is there and cannot be ours first, then that what is
 * written is read again, whole, and that there is no file when there is nothing to say.
 */
#include "bh-runtime-file.h"
#include "test-main.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

typedef struct {
    char *directory;
    char *path;
    BhRuntimeFile *file;
} Place;

static void
place_init(Place *self)
{
    self->directory = g_dir_make_tmp("blehub-runtime-XXXXXX", NULL);
    self->path = g_build_filename(self->directory, "left", NULL);
    self->file = bh_runtime_file_new(self->path, "something may stay behind");
}

static void
place_clear(Place *self)
{
    bh_runtime_file_free(self->file);
    g_remove(self->path);
    g_rmdir(self->directory);
    g_free(self->path);
    g_free(self->directory);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

START_TEST(what_is_no_file_is_not_read_nor_waited_for)
{
    g_auto(Place) fifo = {0}, directory = {0}, nothing = {0};

    place_init(&fifo);
    place_init(&directory);
    place_init(&nothing);
    ck_assert_int_eq(mkfifo(fifo.path, 0600), 0);
    ck_assert_int_eq(g_mkdir(directory.path, 0700), 0);
    ck_assert_ptr_null(bh_runtime_file_read(fifo.file));
    ck_assert_ptr_null(bh_runtime_file_read(directory.file));
    ck_assert_ptr_null(bh_runtime_file_read(nothing.file));
}
END_TEST

START_TEST(a_file_too_long_to_be_ours_is_not_read)
{
    g_auto(Place) place = {0};
    g_autofree char *text = g_strnfill(100000, 'x');

    place_init(&place);
    ck_assert(g_file_set_contents(place.path, text, -1, NULL));
    ck_assert_ptr_null(bh_runtime_file_read(place.file));
}
END_TEST

START_TEST(a_place_that_cannot_be_written_is_borne)
{
    g_autoptr(BhRuntimeFile) nowhere = bh_runtime_file_new(NULL, "something may stay behind");
    g_autoptr(BhRuntimeFile) forbidden =
        bh_runtime_file_new("/proc/blehub/left", "something may stay behind");

    bh_runtime_file_write(nowhere, "text");
    bh_runtime_file_write(forbidden, "text");
    bh_runtime_file_write(forbidden, NULL);
    ck_assert_ptr_null(bh_runtime_file_read(nowhere));
    ck_assert_ptr_null(bh_runtime_file_read(forbidden));
}
END_TEST

START_TEST(what_was_written_last_is_read)
{
    g_auto(Place) place = {0};

    place_init(&place);
    bh_runtime_file_write(place.file, "a longer text, written first");
    bh_runtime_file_write(place.file, "text");
    g_autofree char *text = bh_runtime_file_read(place.file);
    ck_assert_str_eq(text, "text");
}
END_TEST

START_TEST(when_nothing_is_left_to_undo_there_is_no_file)
{
    g_auto(Place) place = {0};

    place_init(&place);
    bh_runtime_file_write(place.file, "text");
    bh_runtime_file_write(place.file, NULL);
    bh_runtime_file_write(place.file, NULL);
    ck_assert(!g_file_test(place.path, G_FILE_TEST_EXISTS));
}
END_TEST

BH_TEST_MAIN("bluez-runtime-file",
             what_is_no_file_is_not_read_nor_waited_for,
             a_file_too_long_to_be_ours_is_not_read,
             a_place_that_cannot_be_written_is_borne,
             what_was_written_last_is_read,
             when_nothing_is_left_to_undo_there_is_no_file)
