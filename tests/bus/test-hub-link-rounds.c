/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Links made and lost in every way, over and over, while one that is wanted for good comes back
 * each time: blehubd must not keep anything of them. What the sanitizers do not see (descriptors,
 * match rules, objects) is counted; memory is looked at where figures of it mean something.
 */
#include "bh-link-scene.h"
#include "bh-measure.h"
#include "test-main.h"

#define ROUNDS 24
#define MEMORY_ROUNDS 100
#define LAST_ROUNDS 50
#define KEPT_PATH "/org/blehub/device/random_C8_5A_11_00_01_01"

/* Rounds */

static gboolean
is_kept_ready(BhFixture *f)
{
    g_autoptr(GVariant) state = bh_caller_get(f->connection, KEPT_PATH, BH_LINK_DEVICE, "State");

    return g_str_equal(g_variant_get_string(state, NULL), "ready") &&
           bh_caller_counter(f->connection, "Links") == 1;
}

static void
use_and_release(BhFixture *f)
{
    g_autofree char *hold = bh_link_scene_connect(f->connection, BH_LINK_ADDRESS, "{}");
    g_autofree char *subscription = bh_link_scene_subscribe(f->connection, "{}");

    g_free(bh_link_scene_read(f->connection, BH_LINK_LOCATION));
    bh_link_scene_notify(f, 7);
    bh_caller_tell(f->connection,
                   subscription,
                   BH_LINK_SUBSCRIPTION,
                   "Wait",
                   bh_caller_options("{}"));
    bh_caller_tell(f->connection, subscription, BH_LINK_SUBSCRIPTION, "Release", NULL);
    bh_caller_tell(f->connection, hold, BH_LINK_HOLD, "Release", NULL);
}

/* The program ends while its calls wait. */
static void
use_and_die(BhFixture *f)
{
    GDBusConnection *other = bh_fixture_connect(f);
    g_auto(BhAnswers) answers = {0};

    bh_answers_init(&answers);
    g_free(bh_link_scene_connect(other, BH_LINK_ADDRESS, "{}"));
    {
        g_autofree char *subscription = bh_link_scene_subscribe(other, "{}");

        bh_caller_send(other,
                       subscription,
                       BH_LINK_SUBSCRIPTION,
                       "Wait",
                       bh_caller_options("{}"),
                       &answers);
        bh_caller_send(other,
                       BH_LINK_PATH,
                       BH_LINK_DEVICE,
                       "WaitDisconnected",
                       bh_caller_options("{}"),
                       &answers);
    }
    ck_assert_uint_eq(bh_caller_counter(f->connection, "Holds"), 2);
    bh_fixture_disconnect(&other);
    BH_AWAIT(answers.came->len == 2);
}

static void
lose(BhFixture *f)
{
    bh_fixture_tell_sim(f, "Drop", g_variant_new("(s)", "thermometer"));
}

static void
fail_to_connect(BhFixture *f)
{
    bh_caller_require_error(
        f->connection,
        BH_CALLER_HUB_PATH,
        BH_CALLER_HUB,
        "Connect",
        g_variant_new_parsed("('C8:5A:11:00:01:99', {'TimeoutMs': <uint32 20>})"),
        "org.blehub.Error.Timeout",
        "");
}

static void
restart_bluez(BhFixture *f)
{
    bh_fixture_tell_sim(f, "Restart", g_variant_new("(u)", 0));
}

static void
replug(BhFixture *f)
{
    bh_fixture_tell_sim(f, "RemoveAdapter", g_variant_new("(s)", ""));
    bh_fixture_tell_sim(f,
                        "AddAdapter",
                        g_variant_new_parsed("({'Address': <'00:AA:01:00:00:01'>},)"));
}

static void
play_round(BhFixture *f, guint number)
{
    static void (*const rounds[])(BhFixture *) = {
        use_and_release,
        lose,
        use_and_die,
        fail_to_connect,
        restart_bluez,
        replug,
    };
    guint64 made = bh_caller_counter(f->connection, "LinksMade");

    rounds[number % G_N_ELEMENTS(rounds)](f);
    if (rounds[number % G_N_ELEMENTS(rounds)] != fail_to_connect)
        BH_POLL(bh_caller_counter(f->connection, "LinksMade") > made);
    BH_POLL(is_kept_ready(f));
}

START_TEST(links_made_and_lost_in_every_way_leave_nothing_behind)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *hold = NULL;
    guint rounds = bh_measure_is_of_memory() ? MEMORY_ROUNDS : ROUNDS;
    BhMeasure before;

    bh_link_scene_init(&f);
    hold = bh_link_scene_connect(f.connection,
                                 BH_LINK_OTHER_ADDRESS,
                                 "{'Reconnect': <true>, 'BackoffInitialMs': <100>}");
    bh_measure_init(&before, &f);
    for (guint round = 0; round < rounds; round++) {
        play_round(&f, round);
        BH_POLL(bh_measure_holds(&before, &f));
        if (round + LAST_ROUNDS >= rounds)
            bh_measure_add_memory(&before, &f);
    }
    bh_measure_check_memory(&before);
}
END_TEST

BH_TEST_MAIN("hub-link-rounds", links_made_and_lost_in_every_way_leave_nothing_behind)
