/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The verbs of blehubctl that work with a device, against the real blehubd and simulated devices:
 * what a user sees, from an address on the command line to the value and back.
 */
#include "bh-ctl-run.h"
#include "test-main.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define STRAP "C0:00:00:00:00:01"
#define LOCK "C0:00:00:00:00:02"
#define ABSENT "C0:00:00:00:00:03"
#define README "C4:7C:8D:6A:11:02"

static const char devices[] = "[adapter main]\n"
                              "Address=00:AA:01:00:00:01\n"
                              "Powered=true\n"
                              "DuplicateFilter=data\n"
                              "[device strap]\n"
                              "Address=" STRAP "\n"
                              "Name=Strap\n"
                              "IntervalMs=20\n"
                              "[service strap/heart]\n"
                              "UUID=180d\n"
                              "[characteristic strap/heart/rate]\n"
                              "UUID=2a37\n"
                              "Flags=notify\n"
                              "NotifyMs=20\n"
                              "Notify=counter\n"
                              "[characteristic strap/heart/control]\n"
                              "UUID=2a39\n"
                              "Flags=read;write\n"
                              "Value=0100\n"
                              "[descriptor strap/heart/control/description]\n"
                              "UUID=2901\n"
                              "Text=Knob\n"
                              "[characteristic strap/heart/secret]\n"
                              "UUID=2a38\n"
                              "Flags=read\n"
                              "ReadError=08\n"
                              "[device lock]\n"
                              "Address=" LOCK "\n"
                              "Name=Lock\n"
                              "IntervalMs=20\n"
                              "Pairing=comparison\n"
                              "[service lock/door]\n"
                              "UUID=180a\n";

/* blehubd has heard the devices, so that it knows the types of their addresses. */
static void
scene_init(BhFixture *f)
{
    g_auto(BhCtlRun) heard = {0};

    bh_fixture_init(f);
    bh_fixture_start_sim(f, devices);
    bh_fixture_tell_sim(f, "SetSpeed", g_variant_new("(d)", 10.0));
    bh_fixture_start_hub(f, NULL);
    BH_CTL_RUN(f, &heard, "discover", "--count=2", "--duration=10");
    ck_assert_int_eq(heard.code, 0);
}

static gboolean
is_linked(BhFixture *f, const char *device)
{
    g_autoptr(GVariant) reply = bh_fixture_call_sim(f, "GetDevice", g_variant_new("(s)", device));
    g_autoptr(GVariant) state = g_variant_get_child_value(reply, 0);
    gboolean linked = FALSE;

    ck_assert(g_variant_lookup(state, "Linked", "b", &linked));
    return linked;
}

static gboolean
on_tick(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static void
await_link(BhFixture *f, gboolean wanted)
{
    guint tick = g_timeout_add(5, on_tick, NULL);

    BH_AWAIT(is_linked(f, "strap") == wanted);
    g_source_remove(tick);
}

START_TEST(a_device_that_is_not_there_is_one_line_after_the_time_given)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) absent = {0};

    scene_init(&f);
    BH_CTL_RUN(&f, &absent, "read", ABSENT, "180f", "2a19", "--connect-timeout=0.3");
    ck_assert_int_eq(absent.code, 1);
    ck_assert_str_eq(absent.out, "");
    ck_assert_ptr_nonnull(strchr(absent.err, '\n'));
    ck_assert_str_eq(strchr(absent.err, '\n'), "\n");
}
END_TEST

/* As README.md has them, but for an end to what goes on for ever. */
START_TEST(what_the_readme_does_with_a_device_works_in_the_simulated_home)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) explored = {0}, read = {0}, subscribed = {0}, written = {0};
    g_autofree char *path = g_build_filename(g_getenv("SIM_SCENARIOS"), "home.ini", NULL);
    g_autofree char *home = NULL;

    ck_assert(g_file_get_contents(path, &home, NULL, NULL));
    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, home);
    bh_fixture_tell_sim(&f, "SetSpeed", g_variant_new("(d)", 10.0));
    bh_fixture_start_hub(&f, NULL);
    BH_CTL_RUN(&f, &explored, "explore", README);
    ck_assert_str_eq(explored.err, "");
    ck_assert(g_str_has_prefix(explored.out, "HR strap (" README ")\n"));
    BH_CTL_RUN(&f, &read, "read", README, "180f", "2a19", "--as", "u8");
    bh_ctl_assert_run(&read, 0, "90\n", "");
    BH_CTL_RUN(&f, &subscribed, "subscribe", README, "180d", "2a37", "--reconnect", "--count=1");
    bh_ctl_assert_run(&subscribed, 0, "0048\n", "");
    BH_CTL_RUN(&f, &written, "write", README, "1802", "2a06", "01");
    bh_ctl_assert_run(&written, 0, "", "");
}
END_TEST

START_TEST(what_is_not_in_the_device_is_said_so)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) service = {0}, property = {0}, status = {0};

    scene_init(&f);
    BH_CTL_RUN(&f, &service, "read", STRAP, "180f", "2a19");
    bh_ctl_assert_run(&service, 1, "", "blehubctl: no service 180f\n");
    BH_CTL_RUN(&f, &property, "read", STRAP, "180d", "2a37");
    ck_assert_int_eq(property.code, 1);
    BH_CTL_RUN(&f, &status, "read", STRAP, "180d", "2a38");
    ck_assert_int_eq(status.code, 1);
    ck_assert(g_str_has_prefix(status.err, "blehubctl: 0x08 "));
}
END_TEST

START_TEST(what_is_written_is_read)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) before = {0}, written = {0}, after = {0}, description = {0};

    scene_init(&f);
    BH_CTL_RUN(&f, &before, "read", STRAP, "180d", "2a39", "--as=u16le");
    bh_ctl_assert_run(&before, 0, "1\n", "");
    BH_CTL_RUN(&f, &written, "write", STRAP, "-", "2a39", "--as=u16le", "1000");
    bh_ctl_assert_run(&written, 0, "", "");
    BH_CTL_RUN(&f, &after, "read", STRAP, "180d", "2a39");
    bh_ctl_assert_run(&after, 0, "e803\n", "");
    BH_CTL_RUN(&f, &description, "read", STRAP, "180d", "2a39", "--descriptor=2901", "--as=utf8");
    bh_ctl_assert_run(&description, 0, "Knob\n", "");
    await_link(&f, FALSE);
}
END_TEST

static JsonObject *
first_of(JsonObject *parent, const char *key)
{
    return json_array_get_object_element(json_object_get_array_member(parent, key), 0);
}

START_TEST(explore_json_has_the_documented_shape)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) explored = {0};
    g_autoptr(JsonNode) node = NULL;
    JsonObject *device = NULL;

    scene_init(&f);
    BH_CTL_RUN(&f, &explored, "explore", "--json", LOCK);
    ck_assert_int_eq(explored.code, 0);
    node = json_from_string(explored.out, NULL);
    ck_assert_ptr_nonnull(node);
    device = json_node_get_object(node);
    ck_assert_str_eq(json_object_get_string_member(device, "device_name"), "Lock");
    ck_assert_uint_eq(json_object_get_size(device), 2);
    ck_assert(json_object_has_member(first_of(device, "services"), "uuid"));
    ck_assert(json_object_has_member(first_of(device, "services"), "characteristics"));
}
END_TEST

START_TEST(explore_shows_names_flags_values_and_what_cannot_be_read)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) explored = {0};

    scene_init(&f);
    BH_CTL_RUN(&f, &explored, "explore", STRAP);
    ck_assert_int_eq(explored.code, 0);
    ck_assert(g_str_has_prefix(explored.out, "Strap (" STRAP ")\n"));
    ck_assert_ptr_nonnull(strstr(explored.out, "180d Heart Rate\n"));
    ck_assert_ptr_nonnull(strstr(explored.out, "  2a37 Heart Rate Measurement [notify]\n"));
    ck_assert_ptr_nonnull(strstr(explored.out, " [read, write] = 0100\n"));
    ck_assert_ptr_nonnull(strstr(explored.out, " = 4b6e6f62 \"Knob\"\n"));
    ck_assert_ptr_nonnull(strstr(explored.out, "[read] = (0x08 "));
}
END_TEST

START_TEST(subscribe_gets_the_first_values_and_ends_at_its_count)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) values = {0};

    scene_init(&f);
    BH_CTL_RUN(&f, &values, "subscribe", STRAP, "180d", "2a37", "--as=u32le", "--count=3");
    bh_ctl_assert_run(&values, 0, "0\n1\n2\n", "");
    await_link(&f, FALSE);
}
END_TEST

START_TEST(connect_that_reconnects_tells_of_a_lost_link_and_of_the_next)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GSubprocess) process = NULL;

    scene_init(&f);
    process = bh_ctl_start(&f, (const char *const[]){"connect", "--reconnect", STRAP, NULL});
    bh_ctl_assert_line(process, STRAP " ready, MTU 247");
    bh_fixture_tell_sim(&f, "Drop", g_variant_new("(s)", "strap"));
    bh_ctl_assert_line(process, STRAP " waiting (unknown)");
    bh_ctl_assert_line(process, STRAP " connecting");
    bh_ctl_assert_line(process, STRAP " ready, MTU 247");
    g_subprocess_send_signal(process, SIGTERM);
    ck_assert(g_subprocess_wait_check(process, NULL, NULL));
    await_link(&f, FALSE);
}
END_TEST

START_TEST(connect_without_reconnect_ends_with_the_link)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GSubprocess) process = NULL;

    scene_init(&f);
    process = bh_ctl_start(&f, (const char *const[]){"connect", STRAP, NULL});
    bh_ctl_assert_line(process, STRAP " ready, MTU 247");
    bh_fixture_tell_sim(&f, "Drop", g_variant_new("(s)", "strap"));
    ck_assert(g_subprocess_wait(process, NULL, NULL));
    ck_assert_int_eq(g_subprocess_get_exit_status(process), 1);
}
END_TEST

START_TEST(a_hold_left_behind_keeps_the_link_until_it_is_given_up)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) left = {0}, given_up = {0}, again = {0};

    scene_init(&f);
    BH_CTL_RUN(&f, &left, "connect", "--lease=60", STRAP);
    ck_assert(g_str_has_prefix(left.out, STRAP " ready, MTU 247\n/org/blehub/hold/"));
    ck_assert(is_linked(&f, "strap"));
    BH_CTL_RUN(&f, &given_up, "disconnect", STRAP);
    bh_ctl_assert_run(&given_up, 0, "1 released\n", "");
    await_link(&f, FALSE);
    BH_CTL_RUN(&f, &again, "disconnect", STRAP);
    bh_ctl_assert_run(&again, 1, "0 released\n", "");
}
END_TEST

START_TEST(steps_of_a_transaction_are_done_in_order_until_one_fails)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) done = {0}, failed = {0};

    scene_init(&f);
    BH_CTL_RUN(&f,
               &done,
               "transact",
               STRAP,
               "write",
               "180d",
               "2a39",
               "as=u8",
               "7",
               "--",
               "read",
               "180d",
               "2a39",
               "as=u8",
               "--",
               "mtu");
    bh_ctl_assert_run(&done, 0, "write 180d 2a39\nread 180d 2a39: 7\nmtu: 247\n", "");
    BH_CTL_RUN(&f, &failed, "transact", STRAP, "mtu", "--", "read", "180d", "2a38");
    ck_assert_int_eq(failed.code, 1);
    ck_assert(g_str_has_prefix(failed.err, "blehubctl: step 2 (read): 0x08 "));
}
END_TEST

START_TEST(pairing_asks_makes_a_bond_and_a_bond_can_be_removed)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhCtlRun) paired = {0}, bonds = {0}, removed = {0}, none = {0};

    scene_init(&f);
    bh_ctl_run(&f,
               &paired,
               "y\n",
               (const char *const[]){"pair", "--capability=DisplayYesNo", LOCK, NULL});
    ck_assert(g_str_has_prefix(paired.err, "Does the device show "));
    ck_assert_str_eq(paired.out, "Paired.\n");
    BH_CTL_RUN(&f, &bonds, "bonds");
    ck_assert(g_str_has_prefix(bonds.out, LOCK "  random  "));
    BH_CTL_RUN(&f, &removed, "bonds", "--remove=" LOCK);
    bh_ctl_assert_run(&removed, 0, "", "");
    BH_CTL_RUN(&f, &none, "bonds");
    bh_ctl_assert_run(&none, 0, "no bonds\n", "");
}
END_TEST

BH_TEST_MAIN("ctl",
             a_device_that_is_not_there_is_one_line_after_the_time_given,
             what_the_readme_does_with_a_device_works_in_the_simulated_home,
             what_is_not_in_the_device_is_said_so,
             what_is_written_is_read,
             explore_json_has_the_documented_shape,
             explore_shows_names_flags_values_and_what_cannot_be_read,
             subscribe_gets_the_first_values_and_ends_at_its_count,
             connect_that_reconnects_tells_of_a_lost_link_and_of_the_next,
             connect_without_reconnect_ends_with_the_link,
             a_hold_left_behind_keeps_the_link_until_it_is_given_up,
             steps_of_a_transaction_are_done_in_order_until_one_fails,
             pairing_asks_makes_a_bond_and_a_bond_can_be_removed)
