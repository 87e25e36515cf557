/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Pairing with a management socket: the kernel is told what BlueZ would leave out, and what it
 * tells of pairings counts for what waits for them.
 */
#include "bh-mgmt-peer.h"

#define LEVEL BH_MGMT_PEER "/service0001/char0002"

static void
add_readable(BhMgmtScene *s)
{
    bh_puppet_add_device(s->puppet, BH_MGMT_PEER, BH_MGMT_PEER_ADDRESS, FALSE);
    bh_puppet_add_attribute(s->puppet, BH_MGMT_PEER "/service0001", "Service", "1815", NULL);
    bh_puppet_add_attribute(s->puppet, LEVEL, "Characteristic", "2a56", "read");
    bh_puppet_set_value(s->puppet, LEVEL, "0a");
}

static GVariant *
read_of(const char *text)
{
    g_autoptr(GVariant) tuple = g_variant_ref_sink(bh_mgmt_options(text));
    g_autoptr(GVariant) options = g_variant_get_child_value(tuple, 0);

    return g_variant_new("(ss@a{sv})", "1815", "2a56", options);
}

static void
init_connected_with(BhMgmtScene *s, guint version)
{
    g_auto(BhMgmtCall) call = {0};

    bh_mgmt_scene_init(s);
    bh_puppet_set_version(s->puppet, BH_PUPPET_ADAPTER, version);
    add_readable(s);
    bh_mgmt_scene_start(s);
    bh_mgmt_peer_connect(s, &call, "");
    BH_MGMT_ASSERT_END(&call, "(");
    bh_kernel_clear_log(s->kernel);
    bh_puppet_clear_calls(s->puppet);
}

/* Pairing with a BlueZ that leaves the capability to the kernel */

#define PAIRED_AS(capability) "Pair:" BH_MGMT_PEER_ADDRESS "," capability
#define CANCELLED "CancelPair:" BH_MGMT_PEER_ADDRESS

static void
pair_as(BhMgmtScene *s, BhMgmtCall *call, const char *options)
{
    bh_mgmt_peer_begin(s, call, "Pair", bh_mgmt_options(options));
}

START_TEST(the_kernel_is_told_what_a_pairing_is_capable_of_where_bluez_does_not)
{
    static const struct {
        guint version;
        gboolean told;
    } cases[] = {{0x0542, FALSE}, {0x0550, FALSE}, {0x0551, TRUE}, {0x0552, TRUE}, {0x0600, TRUE}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(BhMgmtScene) s = {0};
        g_auto(BhMgmtCall) call = {0};
        init_connected_with(&s, cases[i].version);
        ck_assert(bh_mgmt_scene_can(&s, "pair-capability"));
        pair_as(&s, &call, "{'Capability': <'KeyboardOnly'>}");
        BH_MGMT_ASSERT_END(&call, "()");
        ck_assert_int_eq(bh_kernel_was_told(s.kernel, PAIRED_AS("2")), cases[i].told);
        ck_assert(!bh_kernel_was_told(s.kernel, CANCELLED));
    }
}
END_TEST

START_TEST(the_kernel_is_told_only_when_bluez_knows_who_is_to_be_asked)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};

    init_connected_with(&s, 0x0552);
    bh_puppet_hold(s.puppet, "RequestDefaultAgent");
    pair_as(&s, &call, "{}");
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "RequestDefaultAgent") == 1);
    bh_fixture_settle();
    ck_assert_str_eq(bh_kernel_peek_log(s.kernel), "");
    bh_puppet_release(s.puppet, "RequestDefaultAgent");
    BH_MGMT_ASSERT_END(&call, "()");
    ck_assert(bh_kernel_was_told(s.kernel, PAIRED_AS("3")));
}
END_TEST

START_TEST(a_pairing_that_fails_or_is_given_up_is_so_for_the_kernel_too)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};

    init_connected_with(&s, 0x0552);
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.AuthenticationFailed", 1);
    pair_as(&s, &call, "{}");
    BH_MGMT_ASSERT_END(&call, "Failed: pairing: ");
    BH_AWAIT(bh_kernel_was_told(s.kernel, CANCELLED));
    bh_kernel_clear_log(s.kernel);
    bh_puppet_hold(s.puppet, "Pair");
    pair_as(&s, &call, "{'TimeoutMs': <100>}");
    BH_MGMT_ASSERT_END(&call, "Timeout: ");
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "CancelPairing") == 1);
    bh_fixture_settle();
    ck_assert(!bh_kernel_was_told(s.kernel, CANCELLED)); /* BlueZ tells it */
    bh_kernel_clear_log(s.kernel);
    pair_as(&s, &call, "{}");
    BH_AWAIT(bh_kernel_was_told(s.kernel, PAIRED_AS("3")));
    bh_fixture_settle();
    g_clear_pointer(&s.puppet, bh_puppet_free);
    BH_MGMT_ASSERT_END(&call, "Disconnected: ");
    BH_AWAIT(bh_kernel_was_told(s.kernel, CANCELLED));
}
END_TEST

/* BlueZ answers first, and blehubd waits whether the adapter goes, too. */
START_TEST(a_pairing_that_failed_says_why_although_its_link_ends_then)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0}, wait = {0};

    init_connected_with(&s, 0x0542);
    bh_mgmt_peer_begin(&s, &wait, "WaitDisconnected", bh_mgmt_options("{}"));
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.AuthenticationFailed", 1);
    bh_puppet_hold(s.puppet, "Pair");
    pair_as(&s, &call, "{}");
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Pair") == 1);
    bh_puppet_release(s.puppet, "Pair");
    bh_puppet_set_device(s.puppet, BH_MGMT_PEER, "Connected", FALSE);
    BH_MGMT_ASSERT_END(&call, "Failed: pairing: authentication failed");
    BH_MGMT_ASSERT_END(&wait, "(");
}
END_TEST

/* A question may be quicker than BlueZ's Pair. */
START_TEST(our_agent_comes_first_just_until_bluez_has_its_pair)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};

    init_connected_with(&s, 0x0552);
    pair_as(&s, &call, "{}");
    BH_MGMT_ASSERT_END(&call, "()");
    ck_assert(
        g_str_has_prefix(bh_puppet_peek_calls(s.puppet),
                         "RegisterAgent:NoInputNoOutput RequestDefaultAgent Pair UnregisterAgent"));
}
END_TEST

START_TEST(our_agent_comes_first_only_once_however_long_bluez_is_busy)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};

    init_connected_with(&s, 0x0552);
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.InProgress", 2);
    pair_as(&s, &call, "{}");
    BH_MGMT_ASSERT_END(&call, "()");
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "RegisterAgent"), 3);
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "RequestDefaultAgent"), 1);
}
END_TEST

START_TEST(a_pairing_that_was_over_before_bluez_was_asked_is_one_all_the_same)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};

    init_connected_with(&s, 0x0552);
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.AlreadyExists", 1);
    pair_as(&s, &call, "{}");
    BH_MGMT_ASSERT_END(&call, "()");
}
END_TEST

START_TEST(a_pairing_that_another_program_began_is_not_cancelled_in_the_kernel)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};

    init_connected_with(&s, 0x0552);
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.InProgress", G_MAXUINT);
    pair_as(&s, &call, "{'TimeoutMs': <300>}");
    BH_MGMT_ASSERT_END(&call, "Timeout: ");
    bh_fixture_settle();
    ck_assert(!bh_kernel_was_told(s.kernel, CANCELLED));
}
END_TEST

/* Reads that wait for a pairing */

/* Somebody is asked something, on whatever occasion, while BlueZ keeps a read waiting. */
START_TEST(a_pairing_that_the_kernel_tells_of_does_not_count_for_a_read)
{
    static const guint16 questions[] = {BH_MGMT_USER_CONFIRMATION_REQUEST,
                                        BH_MGMT_USER_PASSKEY_REQUEST,
                                        BH_MGMT_PASSKEY_NOTIFY};
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) read = {0}, wait = {0};

    bh_mgmt_scene_init(&s);
    add_readable(&s);
    bh_mgmt_scene_start(&s);
    bh_mgmt_peer_connect(&s, &read, "");
    BH_MGMT_ASSERT_END(&read, "(");
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++) {
        bh_kernel_link(s.kernel, questions[i], BH_MGMT_PEER_ADDRESS, 0);
        bh_fixture_settle();
        bh_puppet_hold(s.puppet, "ReadValue");
        bh_mgmt_peer_begin(&s, &read, "Read", read_of("{'TimeoutMs': <50>}"));
        bh_mgmt_peer_begin(&s, &wait, "WaitDisconnected", bh_mgmt_options("{'TimeoutMs': <100>}"));
        BH_MGMT_ASSERT_END(&wait, "Timeout: ");
        ck_assert(!read.done);
        bh_puppet_release(s.puppet, "ReadValue");
        BH_MGMT_ASSERT_END(&read, "([0x0a],)");
        bh_kernel_link(s.kernel, BH_MGMT_AUTHENTICATION_FAILED, BH_MGMT_PEER_ADDRESS, 5);
        bh_fixture_settle();
    }
    bh_puppet_hold(s.puppet, "ReadValue");
    bh_mgmt_peer_begin(&s, &read, "Read", read_of("{'TimeoutMs': <50>}"));
    BH_MGMT_ASSERT_END(&read, "Timeout: ");
}
END_TEST

/* BlueZ from 5.67 on would answer none of its reads any more. */
START_TEST(a_device_whose_read_a_refused_pairing_left_open_is_removed_from_bluez)
{
    static const struct {
        guint version;
        gboolean refused;
        gboolean bonded;
        guint removed;
    } cases[] = {{0x0552, TRUE, FALSE, 1},
                 {0x0543, TRUE, FALSE, 1},
                 {0x0542, TRUE, FALSE, 0},
                 {0x0552, FALSE, FALSE, 0},
                 {0x0552, TRUE, TRUE, 0}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(BhMgmtScene) s = {0};
        g_auto(BhMgmtCall) read = {0};
        init_connected_with(&s, cases[i].version);
        if (cases[i].bonded)
            bh_puppet_set_device(s.puppet, BH_MGMT_PEER, "Bonded", TRUE);
        bh_puppet_hold(s.puppet, "ReadValue");
        bh_mgmt_peer_begin(&s, &read, "Read", read_of("{'TimeoutMs': <5000>}"));
        BH_AWAIT(bh_puppet_count_calls(s.puppet, "ReadValue") == 1);
        if (cases[i].refused)
            bh_kernel_link(s.kernel, BH_MGMT_AUTHENTICATION_FAILED, BH_MGMT_PEER_ADDRESS, 5);
        bh_fixture_settle();
        bh_puppet_set_device(s.puppet, BH_MGMT_PEER, "Connected", FALSE);
        BH_MGMT_ASSERT_END(&read, "Disconnected: ");
        BH_AWAIT(bh_puppet_count_calls(s.puppet, "RemoveDevice") >= cases[i].removed);
        bh_fixture_settle();
        ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "RemoveDevice"), cases[i].removed);
    }
}
END_TEST

static void
begin_read(BhMgmtScene *s, BhMgmtCall *read)
{
    bh_puppet_hold(s->puppet, "ReadValue");
    bh_puppet_clear_calls(s->puppet);
    bh_mgmt_peer_begin(s, read, "Read", read_of("{'TimeoutMs': <5000>}"));
    BH_AWAIT(bh_puppet_count_calls(s->puppet, "ReadValue") == 1);
}

/* Another program's, say: what is answered, and what begins later, has nothing to do with it. */
START_TEST(a_device_is_not_removed_for_a_read_that_a_refused_pairing_did_not_keep)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) read = {0};

    init_connected_with(&s, 0x0552);
    begin_read(&s, &read);
    bh_kernel_link(s.kernel, BH_MGMT_AUTHENTICATION_FAILED, BH_MGMT_PEER_ADDRESS, 5);
    bh_fixture_settle();
    bh_puppet_release(s.puppet, "ReadValue");
    BH_MGMT_ASSERT_END(&read, "([0x0a],)");
    begin_read(&s, &read);
    bh_puppet_set_device(s.puppet, BH_MGMT_PEER, "Connected", FALSE);
    BH_MGMT_ASSERT_END(&read, "Disconnected: ");
    bh_mgmt_peer_connect(&s, &read, "");
    BH_MGMT_ASSERT_END(&read, "(");
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "RemoveDevice"), 0);
}
END_TEST

BH_TEST_MAIN("mgmt-pair",
             the_kernel_is_told_what_a_pairing_is_capable_of_where_bluez_does_not,
             the_kernel_is_told_only_when_bluez_knows_who_is_to_be_asked,
             a_pairing_that_fails_or_is_given_up_is_so_for_the_kernel_too,
             a_pairing_that_failed_says_why_although_its_link_ends_then,
             our_agent_comes_first_just_until_bluez_has_its_pair,
             our_agent_comes_first_only_once_however_long_bluez_is_busy,
             a_pairing_that_was_over_before_bluez_was_asked_is_one_all_the_same,
             a_pairing_that_another_program_began_is_not_cancelled_in_the_kernel,
             a_pairing_that_the_kernel_tells_of_does_not_count_for_a_read,
             a_device_whose_read_a_refused_pairing_left_open_is_removed_from_bluez,
             a_device_is_not_removed_for_a_read_that_a_refused_pairing_did_not_keep)
