/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Pairing and bonds: questions reach who asked, everything that nobody asked for is declined, and
 * a failure has a cause.
 */
#include "bh-peer-scene.h"

#define AGENT_PATH "/org/blehub/agent"
#define AGENT "org.bluez.Agent1"

/* A question that a BlueZ asks our agent, and its answer. */
typedef struct {
    gboolean done;
    char *end; /* "ok", "ok 123456", or the error's name without its prefix */
} Question;

static int
on_answer(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    Question *question = data;
    const sd_bus_error *error = sd_bus_message_get_error(message);
    guint32 passkey = 0;

    question->done = TRUE;
    if (error != NULL)
        question->end = g_strdup(strrchr(error->name, '.') + 1);
    else if (sd_bus_message_read(message, "u", &passkey) > 0)
        question->end = g_strdup_printf("ok %u", passkey);
    else
        question->end = g_strdup("ok");
    return 1;
}

#define ASK(from, question, method, ...)                                                           \
    ck_assert_int_ge(sd_bus_call_method_async(bh_puppet_peek_bus(from),                            \
                                              NULL,                                                \
                                              bh_puppet_peek_caller(s.puppet),                     \
                                              AGENT_PATH,                                          \
                                              AGENT,                                               \
                                              method,                                              \
                                              on_answer,                                           \
                                              question,                                            \
                                              __VA_ARGS__),                                        \
                     0)

#define ASSERT_ANSWER(question, text)                                                              \
    do {                                                                                           \
        BH_AWAIT((question)->done);                                                                \
        ck_assert_str_eq((question)->end, text);                                                   \
        g_clear_pointer(&(question)->end, g_free);                                                 \
        (question)->done = FALSE;                                                                  \
    } while (0)

/* A pairing that BlueZ has begun. */
static void
begin_pairing(BhPeerScene *s, BhPeerCall *call)
{
    bh_peer_scene_init_ready(s);
    bh_puppet_hold(s->puppet, "Pair");
    bh_peer_pair(s, call);
    BH_AWAIT(bh_peer_scene_count(s, "Pair") == 1);
}

/* Failures */

START_TEST(a_failed_pairing_says_why)
{
    static const struct {
        const char *name, *end;
    } cases[] = {
        {"AuthenticationFailed",
         "0: pairing: authentication failed; BlueZ says \"AuthenticationFailed: as told\""},
        {"AuthenticationRejected",
         "0: pairing: rejected; BlueZ says \"AuthenticationRejected: as told\""},
        {"AuthenticationTimeout",
         "0: pairing: the other side did not answer in time; BlueZ says "
         "\"AuthenticationTimeout: as told\""},
        {"AlreadyExists", "0x3: the device is paired"},
    };
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = g_strconcat("org.bluez.Error.", cases[i].name, NULL);
        bh_puppet_fail(s.puppet, "Pair", name, 1);
        bh_peer_pair(&s, &call);
        BH_ASSERT_END(&call, cases[i].end);
    }
    BH_AWAIT(bh_peer_scene_count(&s, "UnregisterAgent") == G_N_ELEMENTS(cases));
}
END_TEST

START_TEST(a_link_that_ends_with_the_pairing_does_not_hide_why)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    begin_pairing(&s, &call);
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.AuthenticationFailed", 1);
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
    bh_puppet_release(s.puppet, "Pair");
    BH_ASSERT_END(
        &call,
        "0: pairing: authentication failed; BlueZ says \"AuthenticationFailed: as told\"");
}
END_TEST

/* BlueZ fails it first. */
START_TEST(a_pairing_that_ends_with_its_adapter_did_not_fail)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    begin_pairing(&s, &call);
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.AuthenticationFailed", 1);
    bh_puppet_release(s.puppet, "Pair");
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
    bh_puppet_remove(s.puppet, BH_PUPPET_ADAPTER, "org.bluez.Adapter1");
    BH_ASSERT_END(&call, "0x5: the adapter is off");
}
END_TEST

START_TEST(the_end_of_a_link_is_told_also_if_its_pairing_is_given_up_in_doubt)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    begin_pairing(&s, &call);
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.AuthenticationFailed", 1);
    bh_puppet_release(s.puppet, "Pair");
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
    BH_AWAIT(!bh_peer_scene_peek(&s).connected);
    ck_assert(!call.done);
    ck_assert_str_eq(s.links->str, "");
    g_cancellable_cancel(call.cancellable);
    BH_ASSERT_END(&call, "0x9: cancelled");
    BH_AWAIT(s.links->len > 0);
    ck_assert_str_eq(s.links->str, "-unspecified");
}
END_TEST

START_TEST(a_pairing_ends_with_its_link_also_without_an_answer)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    begin_pairing(&s, &call);
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
    BH_ASSERT_END(&call, "0x8: the link is gone: unspecified");
    bh_peer_pair(&s, &call);
    BH_ASSERT_END(&call, "0x8: there is no link");
}
END_TEST

START_TEST(a_pairing_ends_with_bluez)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    begin_pairing(&s, &call);
    g_clear_pointer(&s.scene.puppet, bh_puppet_free);
    BH_ASSERT_END(&call, "0x8: the link is gone: unspecified");
}
END_TEST

START_TEST(a_pairing_that_is_cancelled_is_taken_back)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};
    Question question = {0};

    begin_pairing(&s, &call);
    ASK(s.puppet, &question, "RequestConfirmation", "ou", BH_PEER, 123456u);
    BH_AWAIT(s.questions->len > 0);
    g_cancellable_cancel(call.cancellable);
    BH_ASSERT_END(&call, "0x9: cancelled");
    ASSERT_ANSWER(&question, "Canceled");
    BH_AWAIT(bh_peer_scene_count(&s, "CancelPairing") == 1);
    BH_AWAIT(bh_peer_scene_count(&s, "UnregisterAgent") == 1);
}
END_TEST

START_TEST(what_nobody_asked_for_is_declined)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};
    Question question = {0};

    begin_pairing(&s, &call);
    BhPuppet *stranger = bh_puppet_new_stranger(s.scene.bus.address);
    ASK(stranger, &question, "RequestConfirmation", "ou", BH_PEER, 123456u);
    ASSERT_ANSWER(&question, "Rejected");
    ASK(stranger, &question, "Cancel", "");
    ASSERT_ANSWER(&question, "Rejected");
    ASK(s.puppet, &question, "RequestConfirmation", "ou", BH_PEER "0", 123456u);
    ASSERT_ANSWER(&question, "Rejected");
    ASK(s.puppet, &question, "RequestPinCode", "o", BH_PEER);
    ASSERT_ANSWER(&question, "Rejected");
    ASK(s.puppet, &question, "AuthorizeService", "os", BH_PEER, "180d");
    ASSERT_ANSWER(&question, "Rejected");
    ck_assert_str_eq(s.questions->str, "");
    bh_puppet_release(s.puppet, "Pair");
    BH_ASSERT_END(&call, "ok");
    ASK(s.puppet, &question, "RequestConfirmation", "ou", BH_PEER, 123456u);
    ASSERT_ANSWER(&question, "UnknownObject");
    bh_puppet_free(stranger);
}
END_TEST

START_TEST(the_agent_is_there_only_while_a_pairing_is)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_peer_pair(&s, &call);
    BH_ASSERT_END(&call, "ok");
    BH_AWAIT(bh_peer_scene_count(&s, "UnregisterAgent") == 1);
    ck_assert_ptr_nonnull(
        strstr(bh_puppet_peek_calls(s.puppet), "RegisterAgent:KeyboardDisplay Pair"));
}
END_TEST

/* Questions */

START_TEST(questions_are_answered_by_who_asked_for_the_pairing)
{
    static const BhPairingAnswer yes = {.accepted = TRUE, .passkey = 654321};
    static const BhPairingAnswer no = {.accepted = FALSE};
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};
    Question question = {0};

    begin_pairing(&s, &call);
    ASK(s.puppet, &question, "RequestPasskey", "o", BH_PEER);
    BH_AWAIT(s.questions->len > 0);
    bh_central_answer_pairing(s.central, &s.key, &yes);
    ASSERT_ANSWER(&question, "ok 654321");
    bh_central_answer_pairing(s.central, &s.key, &yes); /* no question is open */
    ASK(s.puppet, &question, "RequestConfirmation", "ou", BH_PEER, 12u);
    BH_AWAIT(g_str_has_suffix(s.questions->str, "confirm:12"));
    bh_central_answer_pairing(s.central, &s.key, &no);
    ASSERT_ANSWER(&question, "Rejected");
    ASK(s.puppet, &question, "RequestAuthorization", "o", BH_PEER);
    BH_AWAIT(g_str_has_suffix(s.questions->str, "authorize:0"));
    bh_central_answer_pairing(s.central, &s.key, &yes);
    ASSERT_ANSWER(&question, "ok");
    ASK(s.puppet, &question, "DisplayPasskey", "ouq", BH_PEER, 7u, 0);
    ASSERT_ANSWER(&question, "ok");
    ASK(s.puppet, &question, "DisplayPasskey", "ouq", BH_PEER, 7u, 3);
    ASSERT_ANSWER(&question, "ok");
    ck_assert_str_eq(s.questions->str, "enter:0 confirm:12 authorize:0 display:7");
    bh_puppet_release(s.puppet, "Pair");
    BH_ASSERT_END(&call, "ok");
}
END_TEST

START_TEST(a_question_that_bluez_takes_back_is_over)
{
    static const BhPairingAnswer yes = {.accepted = TRUE};
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};
    Question question = {0}, cancel = {0};

    begin_pairing(&s, &call);
    ASK(s.puppet, &question, "RequestConfirmation", "ou", BH_PEER, 12u);
    BH_AWAIT(s.questions->len > 0);
    ASK(s.puppet, &cancel, "Cancel", "");
    ASSERT_ANSWER(&cancel, "ok");
    ASSERT_ANSWER(&question, "Canceled");
    ck_assert_str_eq(s.questions->str, "confirm:12 withdrawn:0");
    bh_central_answer_pairing(s.central, &s.key, &yes);
    ASK(s.puppet, &cancel, "Cancel", "");
    ASSERT_ANSWER(&cancel, "ok");
    ck_assert_str_eq(s.questions->str, "confirm:12 withdrawn:0"); /* there was none */
    bh_puppet_release(s.puppet, "Pair");
    BH_ASSERT_END(&call, "ok");
}
END_TEST

/* With another program's pairing, or with what is left of one that was given up. */
START_TEST(a_device_that_bluez_is_busy_with_is_paired_when_it_no_longer_is)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.InProgress", 3);
    bh_peer_pair(&s, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Pair"), 4);
    ck_assert_uint_eq(bh_peer_scene_count(&s, "CancelPairing"), 0);
}
END_TEST

START_TEST(waiting_for_a_device_that_bluez_is_busy_with_can_be_given_up)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.InProgress", G_MAXUINT);
    bh_peer_pair(&s, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "Pair") > 2);
    g_cancellable_cancel(call.cancellable);
    BH_ASSERT_END(&call, "0x9: cancelled");
    bh_peer_call_clear(&call);
    bh_peer_pair(&s, &call);
    bh_puppet_set_device(s.puppet, BH_PEER, "Bonded", TRUE);
    BH_ASSERT_END(&call, "0x3: the device is paired"); /* by the other program */
}
END_TEST

/* A Pair of ours that BlueZ has not answered, after some that it was too busy for. */
static void
begin_retry(BhPeerScene *s, BhPeerCall *call)
{
    bh_peer_scene_init_ready(s);
    bh_puppet_fail(s->puppet, "Pair", "org.bluez.Error.InProgress", G_MAXUINT);
    bh_peer_pair(s, call);
    BH_AWAIT(bh_peer_scene_count(s, "Pair") > 2);
    bh_puppet_hold(s->puppet, "Pair");
    guint before = bh_peer_scene_count(s, "Pair");
    BH_AWAIT(bh_peer_scene_count(s, "Pair") > before);
}

START_TEST(giving_up_while_bluez_pairs_for_another_program_leaves_that_alone)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0}, next = {0};

    begin_retry(&s, &call);
    bh_puppet_hold(s.puppet, "Get");
    g_cancellable_cancel(call.cancellable);
    BH_ASSERT_END(&call, "0x9: cancelled");
    BH_AWAIT(bh_peer_scene_count(&s, "Get") == 1);
    bh_puppet_release(s.puppet, "Pair"); /* which BlueZ refuses */
    bh_puppet_release(s.puppet, "Get");
    guint before = bh_peer_scene_count(&s, "Pair");
    bh_peer_pair(&s, &next);
    BH_AWAIT(bh_peer_scene_count(&s, "Pair") > before); /* behind all that came of the first */
    ck_assert_uint_eq(bh_peer_scene_count(&s, "CancelPairing"), 0);
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.InProgress", 0);
    BH_ASSERT_END(&next, "ok");
}
END_TEST

START_TEST(a_pairing_that_bluez_began_when_it_was_no_longer_busy_is_taken_back)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0}, next = {0};

    begin_retry(&s, &call);
    g_cancellable_cancel(call.cancellable);
    BH_ASSERT_END(&call, "0x9: cancelled");
    bh_peer_pair(&s, &next); /* need not wait for that */
    BH_AWAIT(bh_peer_scene_count(&s, "CancelPairing") == 1);
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.AuthenticationCanceled", 1);
    bh_puppet_release(s.puppet, "Pair");
    BH_ASSERT_END(&next, "ok");
}
END_TEST

START_TEST(a_later_bluez_cannot_pair_with_a_capability_by_itself)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready_with(&s, 0x0552);
    bh_peer_pair(&s, &call);
    BH_ASSERT_END(&call,
                  "0x4: Capability: another than NoInputNoOutput needs the management socket with "
                  "BlueZ 5.82: blehubd was started without one");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Pair"), 0);
}
END_TEST

START_TEST(a_question_that_was_declined_is_the_cause)
{
    static const BhPairingAnswer no = {.accepted = FALSE};
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};
    Question question = {0};

    begin_pairing(&s, &call);
    ASK(s.puppet, &question, "RequestConfirmation", "ou", BH_PEER, 12u);
    BH_AWAIT(s.questions->len > 0);
    bh_central_answer_pairing(s.central, &s.key, &no);
    ASSERT_ANSWER(&question, "Rejected");
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.AuthenticationFailed", 1);
    bh_puppet_release(s.puppet, "Pair");
    BH_ASSERT_END(&call,
                  "0: pairing: its question was declined; BlueZ says "
                  "\"AuthenticationFailed: as told\"");
}
END_TEST

/* BlueZ would pair it over classic Bluetooth instead. */
START_TEST(a_device_with_a_bond_is_not_paired_again)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_peer_pair(&s, &call);
    BH_ASSERT_END(&call, "ok");
    bh_peer_pair(&s, &call);
    BH_ASSERT_END(&call, "0x3: the device is paired");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Pair"), 1);
}
END_TEST

START_TEST(a_pairing_makes_a_bond_and_is_told)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_peer_pair(&s, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert(bh_peer_scene_peek(&s).paired);
    ck_assert(bh_peer_scene_peek(&s).bonded);
    ck_assert_str_eq(s.links->str, "crp crpb");
}
END_TEST

/* Bonds */

START_TEST(a_bond_that_is_not_there_cannot_be_removed)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_peer_remove_bond(&s, &call);
    BH_ASSERT_END(&call, "0x2: there is no bond");
    bh_puppet_fail(s.puppet, "GetManagedObjects", "org.bluez.Error.Failed", 1);
    bh_peer_list_bonds(&s, &call);
    BH_ASSERT_END(&call, "0: bonds: Failed: as told");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "RemoveDevice"), 0);
}
END_TEST

START_TEST(bonds_that_other_programs_made_are_listed_and_removed)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_peer_list_bonds(&s, &call);
    BH_AWAIT(call.done);
    ck_assert_uint_eq(call.bonds->len, 0);
    bh_peer_call_clear(&call);
    bh_puppet_set_device(s.puppet, BH_PEER, "Bonded", TRUE);
    bh_peer_list_bonds(&s, &call);
    BH_AWAIT(call.done);
    ck_assert_uint_eq(call.bonds->len, 1);
    const BhLinkKey *bond = &g_array_index(call.bonds, BhLinkKey, 0);
    ck_assert_uint_eq(bond->slot, 0);
    ck_assert(bh_address_equal(&bond->address, &s.key.address));
    bh_peer_call_clear(&call);
    bh_peer_remove_bond(&s, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "RemoveDevice"), 1);
}
END_TEST

START_TEST(asking_for_bonds_ends_with_bluez)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hold(s.puppet, "GetManagedObjects");
    bh_peer_list_bonds(&s, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "GetManagedObjects") == 1);
    g_clear_pointer(&s.scene.puppet, bh_puppet_free);
    BH_ASSERT_END(&call, "0x5: no-bluez");
    bh_peer_list_bonds(&s, &call);
    BH_ASSERT_END(&call, "0x5: no-bluez");
}
END_TEST

START_TEST(the_signal_strength_of_a_link_needs_the_management_socket)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_peer_rssi(&s, &call);
    BH_ASSERT_END(&call,
                  "0x4: the RSSI of a link needs the management socket: blehubd was started "
                  "without one");
}
END_TEST

BH_TEST_MAIN("bluez-pair",
             a_failed_pairing_says_why,
             a_link_that_ends_with_the_pairing_does_not_hide_why,
             a_pairing_that_ends_with_its_adapter_did_not_fail,
             the_end_of_a_link_is_told_also_if_its_pairing_is_given_up_in_doubt,
             a_pairing_ends_with_its_link_also_without_an_answer,
             a_pairing_ends_with_bluez,
             a_pairing_that_is_cancelled_is_taken_back,
             what_nobody_asked_for_is_declined,
             the_agent_is_there_only_while_a_pairing_is,
             questions_are_answered_by_who_asked_for_the_pairing,
             a_question_that_bluez_takes_back_is_over,
             a_device_that_bluez_is_busy_with_is_paired_when_it_no_longer_is,
             waiting_for_a_device_that_bluez_is_busy_with_can_be_given_up,
             giving_up_while_bluez_pairs_for_another_program_leaves_that_alone,
             a_pairing_that_bluez_began_when_it_was_no_longer_busy_is_taken_back,
             a_later_bluez_cannot_pair_with_a_capability_by_itself,
             a_question_that_was_declined_is_the_cause,
             a_device_with_a_bond_is_not_paired_again,
             a_pairing_makes_a_bond_and_is_told,
             a_bond_that_is_not_there_cannot_be_removed,
             bonds_that_other_programs_made_are_listed_and_removed,
             asking_for_bonds_ends_with_bluez,
             the_signal_strength_of_a_link_needs_the_management_socket)
