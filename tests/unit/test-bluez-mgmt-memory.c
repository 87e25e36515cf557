/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is written down for the next start: nonsense in the file first, then that it is read again
 * as it was written, and only for the controller and the boot it belongs to.
 */
#include "bh-mgmt-memory.h"
#include "test-main.h"

#include <glib/gstdio.h>

static const BhMgmtController radio = {{{0, 0xaa, 1, 0, 0, 1}, BH_ADDRESS_PUBLIC}, 77};
static const BhMgmtController other = {{{0, 0xaa, 1, 0, 0, 2}, BH_ADDRESS_PUBLIC}, 78};
static const BhMgmtDefaults linux_defaults = {{18, 18}, {96, 48}};

typedef struct {
    char *directory;
    char *file;
} Place;

static void
place_init(Place *self)
{
    g_setenv("BLEHUB_BOOT_ID", "boot-1", TRUE);
    self->directory = g_dir_make_tmp("blehub-memory-XXXXXX", NULL);
    self->file = g_build_filename(self->directory, "monitors", NULL);
}

static void
place_clear(Place *self)
{
    g_remove(self->file);
    g_rmdir(self->directory);
    g_free(self->file);
    g_free(self->directory);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static gboolean
is_written(const Place *place)
{
    return g_file_test(place->file, G_FILE_TEST_EXISTS);
}

static gsize
count_handles(BhMgmtMemory *memory, const BhMgmtController *controller)
{
    guint16 handles[BH_MGMT_MONITORS_MAX];

    return bh_mgmt_memory_get_handles(memory, controller, handles, G_N_ELEMENTS(handles));
}

START_TEST(nonsense_in_the_file_is_nothing)
{
    static const char *const texts[] = {
        "",
        "\xff\xfe",
        "[kernel]\nBoot=boot-1\n[00:AA:01:00:00:01]\nInstance=77\nHandles=x;-1;0;65536;\n"
        "Defaults=1;2;3;\n",
        "[kernel]\nBoot=boot-1\n[00:AA:01:00:00:01]\nHandles=0;-5;70000;\nDefaults=0;1;2;3;\n",
        "[kernel]\nBoot=boot-1\n[00:AA:01:00:00:01]\nDefaults=18;18;96;97;\n",
        "[kernel]\nBoot=boot-1\n[00:AA:01:00:00:01]\nAdvertisements=256;0;-1;x;\n",
        "[kernel]\nBoot=boot-1\n[00:AA:01:00:00:01]\nDefaults=16385;18;96;48;\n",
    };
    g_auto(Place) place = {0};

    place_init(&place);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        ck_assert(g_file_set_contents(place.file, texts[i], -1, NULL));
        g_autoptr(BhMgmtMemory) memory = bh_mgmt_memory_new(place.directory);
        BhMgmtDefaults defaults;
        guint8 instances[4];
        ck_assert_uint_eq(count_handles(memory, &radio), 0);
        ck_assert_uint_eq(bh_mgmt_memory_get_adverts(memory, &radio, instances, 4), 0);
        ck_assert(!bh_mgmt_memory_get_defaults(memory, &radio, &defaults));
    }
}
END_TEST

START_TEST(what_a_living_process_wrote_down_is_not_touched)
{
    g_auto(Place) place = {0};

    place_init(&place);
    g_autoptr(BhMgmtMemory) first = bh_mgmt_memory_new(place.directory);
    bh_mgmt_memory_add_handle(first, &radio, 7);
    g_autoptr(BhMgmtMemory) second = bh_mgmt_memory_new(place.directory);
    ck_assert_uint_eq(count_handles(second, &radio), 0);
    bh_mgmt_memory_add_handle(second, &radio, 8);
    bh_mgmt_memory_remove_handle(second, &radio, 8);
    ck_assert(is_written(&place));
    g_clear_pointer(&first, bh_mgmt_memory_free);
    g_autoptr(BhMgmtMemory) third = bh_mgmt_memory_new(place.directory);
    ck_assert_uint_eq(count_handles(third, &radio), 1);
}
END_TEST

START_TEST(another_boot_has_left_nothing)
{
    g_auto(Place) place = {0};

    place_init(&place);
    BhMgmtMemory *before = bh_mgmt_memory_new(place.directory);
    bh_mgmt_memory_add_handle(before, &radio, 1);
    bh_mgmt_memory_free(before);
    g_setenv("BLEHUB_BOOT_ID", "boot-2", TRUE);
    g_autoptr(BhMgmtMemory) after = bh_mgmt_memory_new(place.directory);
    ck_assert_uint_eq(count_handles(after, &radio), 0);
}
END_TEST

START_TEST(another_instance_of_the_controller_has_left_nothing)
{
    g_auto(Place) place = {0};
    BhMgmtController replugged = radio;

    place_init(&place);
    g_autoptr(BhMgmtMemory) memory = bh_mgmt_memory_new(place.directory);
    bh_mgmt_memory_add_handle(memory, &radio, 1);
    bh_mgmt_memory_meet(memory, &radio);
    ck_assert_uint_eq(count_handles(memory, &radio), 1);
    replugged.instance++;
    bh_mgmt_memory_meet(memory, &replugged);
    ck_assert_uint_eq(count_handles(memory, &replugged), 0);
    ck_assert(!is_written(&place));
}
END_TEST

START_TEST(what_is_written_is_there_at_the_next_start)
{
    g_auto(Place) place = {0};
    guint16 handles[4];
    BhMgmtDefaults defaults;

    place_init(&place);
    BhMgmtMemory *before = bh_mgmt_memory_new(place.directory);
    ck_assert(!is_written(&place));
    bh_mgmt_memory_add_handle(before, &radio, 3);
    bh_mgmt_memory_add_handle(before, &radio, 3);
    bh_mgmt_memory_add_handle(before, &radio, 65535);
    bh_mgmt_memory_set_defaults(before, &other, &linux_defaults);
    bh_mgmt_memory_free(before);

    g_autoptr(BhMgmtMemory) after = bh_mgmt_memory_new(place.directory);
    ck_assert_uint_eq(bh_mgmt_memory_get_handles(after, &radio, handles, 4), 2);
    ck_assert_uint_eq(handles[0], 3);
    ck_assert_uint_eq(handles[1], 65535);
    ck_assert_uint_eq(bh_mgmt_memory_get_handles(after, &radio, handles, 1), 1);
    ck_assert(bh_mgmt_memory_get_defaults(after, &other, &defaults));
    ck_assert_mem_eq(&defaults, &linux_defaults, sizeof(defaults));
    ck_assert(!bh_mgmt_memory_get_defaults(after, &radio, &defaults));
}
END_TEST

START_TEST(a_monitor_being_added_is_one_until_it_has_a_handle)
{
    static const BhMgmtMonitors none, two = {.handles = {1, 4}, .n_handles = 2};
    g_auto(Place) place = {0};
    BhMgmtMonitors before;

    place_init(&place);
    BhMgmtMemory *first = bh_mgmt_memory_new(place.directory);
    ck_assert(!bh_mgmt_memory_get_adding(first, &radio, &before));
    bh_mgmt_memory_set_adding(first, &radio, &none);
    bh_mgmt_memory_set_adding(first, &other, &two);
    bh_mgmt_memory_free(first);

    g_autoptr(BhMgmtMemory) second = bh_mgmt_memory_new(place.directory);
    ck_assert(bh_mgmt_memory_get_adding(second, &radio, &before));
    ck_assert_uint_eq(before.n_handles, 0);
    ck_assert(bh_mgmt_memory_get_adding(second, &other, &before));
    ck_assert_uint_eq(before.n_handles, 2);
    ck_assert_uint_eq(before.handles[1], 4);
    bh_mgmt_memory_add_handle(second, &radio, 1);
    ck_assert(!bh_mgmt_memory_get_adding(second, &radio, &before));
    bh_mgmt_memory_remove_handle(second, &radio, 1);
    bh_mgmt_memory_set_adding(second, &other, NULL);
    ck_assert(!is_written(&place));
}
END_TEST

START_TEST(advertisements_are_there_at_the_next_start_until_they_are_gone)
{
    g_auto(Place) place = {0};
    guint8 instances[4];

    place_init(&place);
    BhMgmtMemory *before = bh_mgmt_memory_new(place.directory);
    bh_mgmt_memory_add_advert(before, &radio, 5);
    bh_mgmt_memory_add_advert(before, &radio, 5);
    bh_mgmt_memory_add_advert(before, &radio, 255);
    bh_mgmt_memory_free(before);

    g_autoptr(BhMgmtMemory) after = bh_mgmt_memory_new(place.directory);
    ck_assert_uint_eq(bh_mgmt_memory_get_adverts(after, &radio, instances, 4), 2);
    ck_assert_uint_eq(instances[0], 5);
    ck_assert_uint_eq(instances[1], 255);
    ck_assert_uint_eq(bh_mgmt_memory_get_adverts(after, &radio, instances, 1), 1);
    ck_assert_uint_eq(bh_mgmt_memory_get_adverts(after, &other, instances, 4), 0);
    bh_mgmt_memory_remove_advert(after, &radio, 5);
    ck_assert(is_written(&place));
    bh_mgmt_memory_remove_advert(after, &radio, 255);
    ck_assert(!is_written(&place));
}
END_TEST

START_TEST(when_nothing_is_left_to_undo_there_is_no_file)
{
    g_auto(Place) place = {0};

    place_init(&place);
    g_autoptr(BhMgmtMemory) memory = bh_mgmt_memory_new(place.directory);
    bh_mgmt_memory_add_handle(memory, &radio, 1);
    bh_mgmt_memory_set_defaults(memory, &radio, &linux_defaults);
    bh_mgmt_memory_remove_handle(memory, &radio, 2);
    bh_mgmt_memory_remove_handle(memory, &radio, 1);
    ck_assert(is_written(&place));
    bh_mgmt_memory_set_defaults(memory, &radio, NULL);
    ck_assert(!is_written(&place));
    bh_mgmt_memory_add_handle(memory, &radio, 1);
    bh_mgmt_memory_forget(memory, &radio);
    ck_assert(!is_written(&place));
}
END_TEST

START_TEST(without_a_directory_it_is_kept_in_memory_only)
{
    g_autoptr(BhMgmtMemory) memory = bh_mgmt_memory_new(NULL);

    bh_mgmt_memory_add_handle(memory, &radio, 1);
    ck_assert_uint_eq(count_handles(memory, &radio), 1);
}
END_TEST

BH_TEST_MAIN("bluez-mgmt-memory",
             nonsense_in_the_file_is_nothing,
             what_a_living_process_wrote_down_is_not_touched,
             another_boot_has_left_nothing,
             another_instance_of_the_controller_has_left_nothing,
             what_is_written_is_there_at_the_next_start,
             a_monitor_being_added_is_one_until_it_has_a_handle,
             advertisements_are_there_at_the_next_start_until_they_are_gone,
             when_nothing_is_left_to_undo_there_is_no_file,
             without_a_directory_it_is_kept_in_memory_only)
