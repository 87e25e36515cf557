/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Advertisements of the kernel by themselves: what BlueZ has is what the test says.
 */
#include "bh-fixture.h"
#include "bh-kernel.h"
#include "bh-mgmt-adverts-private.h"
#include "test-main.h"

#define SETS 5

static const BhBluezTiming timing = {.mgmt_ms = 100, .backoff_min_ms = 1, .register_max_ms = 8};

typedef struct {
    BhKernel *kernel;
    int fd; /* of mgmt */
    BhMgmt *mgmt;
    BhMgmtMemory *memory;
    BhMgmtAdverts *adverts;
    guint reconcile;
    GString *told; /* "1+ 1-": on the air, not on the air */
} Scene;

static void
on_told(gpointer data, guint8 slot, guint id, const GError *error)
{
    Scene *self = data;

    g_string_append_printf(self->told,
                           "%s%u%c",
                           self->told->len > 0 ? " " : "",
                           id,
                           error != NULL ? '-' : '+');
}

static gboolean
on_reconcile(gpointer data)
{
    Scene *self = data;

    self->reconcile = 0;
    bh_mgmt_adverts_reconcile(self->adverts);
    return G_SOURCE_REMOVE;
}

static void
on_changed(gpointer data)
{
    Scene *self = data;

    if (self->reconcile == 0)
        self->reconcile = g_idle_add(on_reconcile, self);
}

static void
on_event(gpointer data, const BhMgmtEvent *event)
{
}

static void
on_lost(gpointer data, const char *reason)
{
    ck_abort_msg("%s", reason);
}

/* It waits for answers, which the main loop gives. */
static gpointer
open_socket(gpointer data)
{
    Scene *self = data;
    BhMgmt *mgmt = bh_mgmt_new(self->fd, 10000, NULL);

    g_atomic_pointer_set(&self->mgmt, mgmt);
    return NULL;
}

static void
init(Scene *self)
{
    static const BhMgmtObserver kernel = {on_event, on_lost};
    static const BhMgmtAdvertsObserver adverts = {on_told, on_changed};
    const BhAddress address = {.octets = {0x00, 0xaa, 0x01, 0x00, 0x00, 0x01}};

    self->told = g_string_new(NULL);
    self->kernel = bh_kernel_new();
    self->fd = bh_kernel_connect(self->kernel);
    self->memory = bh_mgmt_memory_new(NULL);
    GThread *opening = g_thread_new("open", open_socket, self);
    BH_POLL(g_atomic_pointer_get(&self->mgmt) != NULL);
    g_thread_join(opening);
    bh_mgmt_start(self->mgmt, 0, &kernel, self);
    self->adverts = bh_mgmt_adverts_new(self->memory, &timing, 0, &adverts, self);
    bh_mgmt_adverts_set_mgmt(self->adverts, self->mgmt);
    bh_mgmt_adverts_set_controller(self->adverts, 0, &address, TRUE);
    bh_mgmt_adverts_set_taken(self->adverts, 0, SETS);
}

static void
clear(Scene *self)
{
    g_clear_handle_id(&self->reconcile, g_source_remove);
    bh_mgmt_adverts_free(self->adverts);
    bh_mgmt_free(self->mgmt);
    bh_mgmt_memory_free(self->memory);
    bh_kernel_free(self->kernel);
    g_string_free(self->told, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, clear)

static void
want(Scene *self, guint id)
{
    const BhAdvertSpec spec = {.connectable = TRUE, .interval_us = 152500};

    bh_mgmt_adverts_want(self->adverts, id, &spec);
}

START_TEST(two_whose_places_bluez_takes_at_once_are_both_off_the_air_and_not_removed)
{
    g_auto(Scene) s = {0};

    init(&s);
    want(&s, 1);
    want(&s, 2);
    BH_AWAIT(g_str_equal(s.told->str, "1+ 2+"));
    bh_mgmt_adverts_set_taken(s.adverts, SETS, SETS);
    ck_assert_str_eq(s.told->str, "1+ 2+ 2- 1-");
    bh_mgmt_adverts_drop(s.adverts, 1);
    bh_mgmt_adverts_drop(s.adverts, 2);
    bh_fixture_settle();
    ck_assert_str_eq(bh_kernel_peek_adverts(s.kernel), "4 5");
}
END_TEST

START_TEST(a_kernel_that_does_not_answer_is_asked_less_and_less_often)
{
    g_auto(Scene) s = {0};

    init(&s);
    bh_kernel_hold(s.kernel, BH_MGMT_ADD_ADVERTISING_PARAMETERS);
    want(&s, 1);
    BH_AWAIT(s.adverts->failures >= 4);
    bh_kernel_hold(s.kernel, 0);
    BH_AWAIT(g_str_equal(s.told->str, "1+"));
    ck_assert_uint_eq(s.adverts->failures, 0);
    ck_assert_str_eq(bh_kernel_peek_adverts(s.kernel), "5");
}
END_TEST

BH_TEST_MAIN("mgmt-instances",
             two_whose_places_bluez_takes_at_once_are_both_off_the_air_and_not_removed,
             a_kernel_that_does_not_answer_is_asked_less_and_less_often)
