/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is written down for the next start: nonsense in the file first, then that just those links
 * are told that an earlier process made with the same bluetoothd.
 */
#include "bh-link-memory.h"
#include "test-main.h"

#include <glib/gstdio.h>

static const BhLinkMemoryEntry strap = {{{0, 0xaa, 1, 0, 0, 1}, BH_ADDRESS_PUBLIC},
                                        {{0xc0, 0, 0, 0, 0, 7}, BH_ADDRESS_RANDOM}};
static const BhLinkMemoryEntry lamp = {{{0, 0xaa, 1, 0, 0, 1}, BH_ADDRESS_PUBLIC},
                                       {{0, 0x1b, 0, 0, 0, 9}, BH_ADDRESS_PUBLIC}};

typedef struct {
    char *directory;
    char *file;
} Place;

static void
place_init(Place *self)
{
    self->directory = g_dir_make_tmp("blehub-links-XXXXXX", NULL);
    self->file = g_build_filename(self->directory, "links", NULL);
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

/* An earlier process that made both links over this bluetoothd, and died. */
static void
crash(const Place *place, const char *owner)
{
    g_autoptr(BhLinkMemory) memory = bh_link_memory_new(place->file);
    g_autoptr(GArray) former = bh_link_memory_begin(memory, owner);

    ck_assert_uint_eq(former->len, 0);
    bh_link_memory_add(memory, &strap);
    bh_link_memory_add(memory, &lamp);
    bh_link_memory_add(memory, &strap);
}

START_TEST(nonsense_in_the_file_is_nothing)
{
    static const char *const texts[] = {
        "",
        "\n\n",
        ":1.5",
        ":1.5\nC0:00:00:00:00:07 random\n",
        ":1.5\nx public 00:1B:00:00:00:09\n00:AA:01:00:00:01 static C0:00:00:00:00:07\n",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_auto(Place) place = {0};

        place_init(&place);
        ck_assert(g_file_set_contents(place.file, texts[i], -1, NULL));
        g_autoptr(BhLinkMemory) memory = bh_link_memory_new(place.file);
        g_autoptr(GArray) former = bh_link_memory_begin(memory, ":1.5");
        ck_assert_uint_eq(former->len, 0);
    }
}
END_TEST

START_TEST(links_of_a_process_that_crashed_are_told_once)
{
    g_auto(Place) place = {0};

    place_init(&place);
    crash(&place, ":1.5");
    g_autoptr(BhLinkMemory) memory = bh_link_memory_new(place.file);
    g_autoptr(GArray) former = bh_link_memory_begin(memory, ":1.5");
    ck_assert_uint_eq(former->len, 2);
    ck_assert_mem_eq(&g_array_index(former, BhLinkMemoryEntry, 0), &strap, sizeof(strap));
    ck_assert_mem_eq(&g_array_index(former, BhLinkMemoryEntry, 1), &lamp, sizeof(lamp));
    g_autoptr(GArray) again = bh_link_memory_begin(memory, ":1.5");
    ck_assert_uint_eq(again->len, 0);
    ck_assert(!g_file_test(place.file, G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST(links_of_another_bluetoothd_ended_with_it)
{
    g_auto(Place) place = {0};

    place_init(&place);
    crash(&place, ":1.5");
    g_autoptr(BhLinkMemory) memory = bh_link_memory_new(place.file);
    g_autoptr(GArray) former = bh_link_memory_begin(memory, ":1.9");
    ck_assert_uint_eq(former->len, 0);
}
END_TEST

START_TEST(links_that_ended_are_not_told)
{
    g_auto(Place) place = {0};

    place_init(&place);
    crash(&place, ":1.5");
    {
        g_autoptr(BhLinkMemory) memory = bh_link_memory_new(place.file);
        bh_link_memory_remove(memory, &strap);
        bh_link_memory_remove(memory, &strap);
    }
    g_autoptr(BhLinkMemory) memory = bh_link_memory_new(place.file);
    g_autoptr(GArray) former = bh_link_memory_begin(memory, ":1.5");
    ck_assert_uint_eq(former->len, 1);
    ck_assert_mem_eq(&g_array_index(former, BhLinkMemoryEntry, 0), &lamp, sizeof(lamp));
}
END_TEST

START_TEST(without_a_place_it_is_kept_in_memory_only)
{
    g_autoptr(BhLinkMemory) memory = bh_link_memory_new(NULL);
    g_autoptr(GArray) none = bh_link_memory_begin(memory, ":1.5");

    bh_link_memory_add(memory, &strap);
    g_autoptr(GArray) former = bh_link_memory_begin(memory, ":1.5");
    ck_assert_uint_eq(former->len, 1);
}
END_TEST

BH_TEST_MAIN("bluez-link-memory",
             nonsense_in_the_file_is_nothing,
             links_of_a_process_that_crashed_are_told_once,
             links_of_another_bluetoothd_ended_with_it,
             links_that_ended_are_not_told,
             without_a_place_it_is_kept_in_memory_only)
