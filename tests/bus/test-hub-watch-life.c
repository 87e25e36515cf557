/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What becomes of watches: other users and other clients, leases, the radio, restarts, and the
 * configuration that names what is watched.
 */
#include "bh-watch-scene.h"
#include "test-main.h"

#include <string.h>

#define NOBODY 65534

/* Others */

static gboolean
lists(GDBusConnection *connection, const char *path)
{
    g_autoptr(GVariant) objects = bh_caller_call(connection,
                                                 BH_CALLER_HUB_PATH,
                                                 BH_CALLER_MANAGER,
                                                 "GetManagedObjects",
                                                 NULL,
                                                 NULL);
    g_autofree char *text = g_variant_print(objects, FALSE);

    return strstr(text, path) != NULL;
}

START_TEST(another_users_watch_is_not_there)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;
    GDBusConnection *nobody;

    bh_watch_scene_init(&f, NULL);
    watch = bh_watch_make(f.connection, "{}");
    nobody = bh_fixture_connect_as(&f, NOBODY);
    bh_caller_require_error(nobody,
                            watch,
                            BH_WATCH,
                            "GetStates",
                            bh_caller_options("{}"),
                            "org.blehub.Error.NotFound",
                            "");
    bh_caller_require_error(nobody,
                            watch,
                            BH_WATCH,
                            "Release",
                            NULL,
                            "org.blehub.Error.NotFound",
                            "");
    ck_assert(!lists(nobody, watch));
    ck_assert(lists(f.connection, watch));
    bh_watch_is_watching(f.connection, watch); /* its owner finds it */
    bh_fixture_disconnect(&nobody);
}
END_TEST

START_TEST(clients_that_watch_with_different_options_do_not_disturb_each_other)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *zones = NULL;
    g_autofree char *floor = NULL;
    g_autofree char *orphan = NULL;
    g_autofree char *far = NULL;
    g_autoptr(GVariant) deaf_rows = NULL;
    GDBusConnection *other, *victim;

    bh_watch_scene_init(&f, NULL);
    other = bh_fixture_connect(&f);
    victim = bh_fixture_connect(&f);
    zones = bh_watch_make(f.connection, "{" BH_WATCH_AT_ONCE ", 'NearDbm': <-56>}");
    floor = bh_watch_make(other, "{" BH_WATCH_AT_ONCE ", 'RSSI': <-50>}");
    orphan = bh_watch_make(victim, "{" BH_WATCH_AT_ONCE ", 'Signals': <true>}");
    bh_watch_scene_put(&f, "tag", 1, 2, -60);
    far = bh_watch_dup_change(f.connection, zones, 9000);
    ck_assert_str_eq(far, "lost>far " BH_WATCH_BEACON);
    ck_assert(bh_watch_is_in(victim, orphan, BH_WATCH_BEACON, "near"));
    deaf_rows = bh_watch_rows(other, floor, "GetStates", "{'Zone': <'near'>}");
    ck_assert_uint_eq(g_variant_n_children(deaf_rows), 0);
    bh_fixture_disconnect(&victim);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Watches") == 2);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "OrphansReleased"), 1);
    ck_assert(bh_watch_is_in(f.connection, zones, BH_WATCH_BEACON, "far"));
    bh_fixture_disconnect(&other);
}
END_TEST

START_TEST(a_leased_watch_can_be_used_from_another_connection_until_it_ends)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;
    GDBusConnection *maker;

    bh_watch_scene_init(&f, NULL);
    maker = bh_fixture_connect(&f);
    watch = bh_watch_make(
        maker,
        "{'Lifetime': <'lease'>, 'LeaseMs': <1000>, 'Identities': <'" BH_WATCH_BEACON "'>}");
    bh_fixture_disconnect(&maker);
    ck_assert(bh_watch_is_in(f.connection, watch, BH_WATCH_BEACON, "lost"));
    bh_caller_tell(f.connection, watch, BH_WATCH, "Renew", NULL);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "LeasesExpired") == 1);
    bh_caller_require_error(f.connection,
                            watch,
                            BH_WATCH,
                            "Renew",
                            NULL,
                            "org.blehub.Error.NotFound",
                            "");
}
END_TEST

static void
send_wait(BhFixture *f, const char *watch, BhAnswers *answers)
{
    bh_caller_send(f->connection,
                   watch,
                   BH_WATCH,
                   "WaitZone",
                   bh_caller_options("{'TimeoutMs': <0>}"),
                   answers);
}

START_TEST(who_waits_hears_of_a_release_and_of_the_radio_off)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhAnswers) answers = {0};
    g_autofree char *watch = NULL;
    g_autofree char *other = NULL;

    bh_watch_scene_init(&f, NULL);
    bh_answers_init(&answers);
    watch = bh_watch_make(f.connection, "{}");
    other = bh_watch_make(f.connection, "{}");
    send_wait(&f, watch, &answers);
    bh_caller_tell(f.connection, watch, BH_WATCH, "Release", NULL);
    BH_AWAIT(answers.came->len == 1);
    ck_assert_str_eq(answers.came->pdata[0], "0 org.blehub.Error.Cancelled");
    send_wait(&f, other, &answers);
    bh_caller_tell(f.connection,
                   BH_CALLER_HUB_PATH,
                   BH_CALLER_HUB,
                   "RadioOff",
                   bh_caller_options("{}"));
    BH_AWAIT(answers.came->len == 2);
    ck_assert_str_eq(answers.came->pdata[1], "1 org.blehub.Error.Disconnected");
}
END_TEST

static void
on_state(GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *signal,
         GVariant *parameters,
         gpointer user_data)
{
    g_autoptr(GVariant) values = g_variant_get_child_value(parameters, 1);
    const char *state = NULL;

    if (g_variant_lookup(values, "State", "&s", &state))
        g_string_append_printf(user_data, "%s ", state);
}

START_TEST(a_restart_of_bluez_loses_nobody_and_is_told_once)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;
    g_autoptr(GString) states = g_string_new(NULL);
    g_autoptr(GVariant) before = NULL;
    g_autoptr(GVariant) after = NULL;

    bh_watch_scene_init(&f, NULL);
    watch = bh_watch_make(f.connection, "{" BH_WATCH_AT_ONCE ", 'LostMs': <60000>}");
    bh_watch_scene_put(&f, "tag", 1, 2, -60);
    g_free(bh_watch_dup_change(f.connection, watch, 9000));
    g_dbus_connection_signal_subscribe(f.connection,
                                       "org.blehub",
                                       BH_CALLER_PROPERTIES,
                                       "PropertiesChanged",
                                       watch,
                                       NULL,
                                       G_DBUS_SIGNAL_FLAGS_NONE,
                                       on_state,
                                       states,
                                       NULL);
    bh_fixture_tell_sim(&f, "Restart", g_variant_new("(u)", 100));
    BH_AWAIT(g_str_equal(states->str, "waiting watching "));
    before = bh_caller_get(f.connection, watch, BH_WATCH, "Readings");
    do {
        g_clear_pointer(&after, g_variant_unref);
        after = bh_caller_get(f.connection, watch, BH_WATCH, "Readings");
    } while (g_variant_get_uint64(after) == g_variant_get_uint64(before));
    ck_assert_uint_eq(bh_caller_counter(f.connection, "ZoneChanges"), 1);
    ck_assert_str_eq(states->str, "waiting watching ");
}
END_TEST

/* The configuration */

static const char named[] = "[watch]\nMinSamples=1\nAlpha=1\n"
                            "[device front door]\nIdentity=" BH_WATCH_BEACON "\n"
                            "MeasuredPower=-65\n"
                            "[device phone]\nIRK=00112233445566778899aabbccddeeff\n";

START_TEST(aliases_name_and_calibrate_what_is_watched)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;
    g_autofree char *change = NULL;
    g_autoptr(GVariant) rows = NULL;
    g_autoptr(GVariant) row = NULL;
    gint16 power = 0;

    bh_watch_scene_init(&f, named);
    watch = bh_watch_make(f.connection, "{'Identities': <['front door', 'phone']>}");
    ck_assert(bh_watch_is_in(f.connection, watch, "phone", "lost"));
    bh_watch_scene_put(&f, "tag", 1, 2, -60);
    change = bh_watch_dup_change(f.connection, watch, 9000);
    ck_assert_str_eq(change, "lost>near " BH_WATCH_BEACON); /* of the first sample, see [watch] */
    rows = bh_watch_rows(f.connection, watch, "GetStates", "{'Id': <'front door'>}");
    row = g_variant_get_child_value(rows, 0);
    bh_watch_require_text(row, "Alias", "front door");
    ck_assert(g_variant_lookup(row, "TxPower", "n", &power));
    ck_assert_int_eq(power, -65);
}
END_TEST

START_TEST(a_phone_that_changes_its_address_is_one)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *named_watch = NULL;
    g_autofree char *all = NULL;
    g_autoptr(GVariant) options =
        g_variant_ref_sink(g_variant_new_parsed("{'RatePerSecond': <uint32 0>, "
                                                "'IRK': <'00112233445566778899aabbccddeeff'>}"));
    g_autoptr(GVariant) rows = NULL;
    g_autoptr(GVariant) row = NULL;

    bh_watch_scene_init(&f, named);
    named_watch = bh_watch_make(f.connection, "{'Identities': <'phone'>}");
    all = bh_watch_make(f.connection, "{}");
    BH_AWAIT_POLLED(bh_watch_is_watching(f.connection, all));
    bh_fixture_tell_sim(&f, "Burst", g_variant_new("(u@a{sv})", 200, options));
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Reports") >= 100);
    ck_assert(bh_watch_is_in(f.connection, named_watch, "phone", "near"));
    rows = bh_watch_rows(f.connection, all, "GetStates", "{}");
    ck_assert_uint_eq(g_variant_n_children(rows), 1);
    row = g_variant_get_child_value(rows, 0);
    bh_watch_require_text(row, "Type", "irk");
    bh_watch_require_text(row, "Alias", "phone");
}
END_TEST

START_TEST(after_a_reload_new_watches_know_the_new_names_and_old_ones_theirs)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *old = NULL;
    g_autofree char *new = NULL;

    bh_watch_scene_init(&f, named);
    old = bh_watch_make(f.connection, "{'Identities': <'front door'>}");
    g_free(bh_fixture_write_file(&f,
                                 "blehub.conf",
                                 "[device back door]\nIdentity=" BH_WATCH_BEACON "\n"));
    bh_caller_tell(f.connection, BH_CALLER_HUB_PATH, BH_CALLER_HUB, "Reload", NULL);
    ck_assert(bh_watch_is_in(f.connection, old, "front door", "lost"));
    new = bh_watch_make(f.connection, "{'Identities': <'back door'>}");
    ck_assert(bh_watch_is_in(f.connection, new, "back door", "lost"));
    bh_caller_require_error(f.connection,
                            BH_CALLER_HUB_PATH,
                            BH_CALLER_HUB,
                            "Watch",
                            bh_caller_options("{'Identities': <'front door'>}"),
                            "org.blehub.Error.NotFound",
                            "Identities: ");
}
END_TEST

BH_TEST_MAIN("hub-watch-life",
             another_users_watch_is_not_there,
             clients_that_watch_with_different_options_do_not_disturb_each_other,
             a_leased_watch_can_be_used_from_another_connection_until_it_ends,
             who_waits_hears_of_a_release_and_of_the_radio_off,
             a_restart_of_bluez_loses_nobody_and_is_told_once,
             aliases_name_and_calibrate_what_is_watched,
             a_phone_that_changes_its_address_is_one,
             after_a_reload_new_watches_know_the_new_names_and_old_ones_theirs)
