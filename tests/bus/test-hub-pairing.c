/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Pairing on behalf of a client: failures with their cause, questions that options answer,
 * questions that the client answers, and bonds.
 */
#include "bh-link-scene.h"
#include "test-main.h"

#define NOBODY 65534

static void
init_linked(BhFixture *f, const char *pairing)
{
    bh_link_scene_init(f);
    bh_fixture_tell_sim(
        f,
        "SetDevice",
        g_variant_new_parsed("('strap', {'Pairing': <%s>, 'PairMs': <'10'>})", pairing));
    g_free(bh_link_scene_connect(f->connection, BH_LINK_ADDRESS, "{}"));
}

static gboolean
get_paired(GDBusConnection *connection)
{
    g_autoptr(GVariant) paired = bh_caller_get(connection, BH_LINK_PATH, BH_LINK_DEVICE, "Paired");

    return g_variant_get_boolean(paired);
}

static void
pair(BhFixture *f, const char *options)
{
    bh_caller_tell(f->connection, BH_LINK_PATH, BH_LINK_DEVICE, "Pair", bh_caller_options(options));
}

/* Questions */

typedef struct {
    char *kind;
    guint32 passkey;
} Question;

static void
on_question(GDBusConnection *connection,
            const char *sender,
            const char *path,
            const char *interface,
            const char *member,
            GVariant *parameters,
            gpointer user_data)
{
    Question *question = user_data;
    g_autoptr(GVariant) details = NULL;

    g_free(question->kind);
    g_variant_get(parameters, "(s@a{sv})", &question->kind, &details);
    g_variant_lookup(details, "Passkey", "u", &question->passkey);
}

static void
follow_questions(GDBusConnection *connection, Question *question)
{
    g_dbus_connection_signal_subscribe(connection,
                                       "org.blehub",
                                       BH_LINK_DEVICE,
                                       "PairingQuestion",
                                       NULL,
                                       NULL,
                                       G_DBUS_SIGNAL_FLAGS_NONE,
                                       on_question,
                                       question,
                                       NULL);
}

static void
start_pairing(BhFixture *f, const char *options, BhAnswers *answers)
{
    bh_caller_send(f->connection,
                   BH_LINK_PATH,
                   BH_LINK_DEVICE,
                   "Pair",
                   bh_caller_options(options),
                   answers);
}

START_TEST(a_device_that_refuses_to_pair_is_an_error_with_the_cause)
{
    g_auto(BhFixture) f = {0};

    init_linked(&f, "refused");
    bh_caller_require_error(f.connection,
                            BH_LINK_PATH,
                            BH_LINK_DEVICE,
                            "Pair",
                            bh_caller_options("{}"),
                            "org.blehub.Error.Failed",
                            "");
    ck_assert(!get_paired(f.connection));
}
END_TEST

START_TEST(a_device_that_falls_silent_times_out)
{
    g_auto(BhFixture) f = {0};

    init_linked(&f, "silent");
    bh_caller_require_error(f.connection,
                            BH_LINK_PATH,
                            BH_LINK_DEVICE,
                            "Pair",
                            bh_caller_options("{'TimeoutMs': <200>}"),
                            "org.blehub.Error.Timeout",
                            "");
}
END_TEST

START_TEST(a_question_that_nobody_answers_times_out)
{
    g_auto(BhFixture) f = {0};

    init_linked(&f, "comparison");
    bh_caller_require_error(
        f.connection,
        BH_LINK_PATH,
        BH_LINK_DEVICE,
        "Pair",
        bh_caller_options("{'TimeoutMs': <300>, 'Capability': <'DisplayYesNo'>}"),
        "org.blehub.Error.Timeout",
        "");
}
END_TEST

static void
require_nothing_asked(BhFixture *f)
{
    bh_caller_require_error(f->connection,
                            BH_LINK_PATH,
                            BH_LINK_DEVICE,
                            "AnswerPairing",
                            bh_caller_options("{'Passkey': <1>}"),
                            "org.blehub.Error.NotFound",
                            "nothing was asked");
}

START_TEST(an_answer_after_the_end_of_a_pairing_answers_nothing)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhAnswers) answers = {0};
    Question question = {0};

    init_linked(&f, "comparison");
    bh_answers_init(&answers);
    follow_questions(f.connection, &question);
    start_pairing(&f, "{'Capability': <'DisplayYesNo'>, 'TimeoutMs': <1000>}", &answers);
    BH_AWAIT(question.kind != NULL);
    BH_AWAIT(answers.came->len == 1);
    ck_assert_str_eq(g_ptr_array_index(answers.came, 0), "0 org.blehub.Error.Timeout");
    require_nothing_asked(&f);
    g_free(question.kind);
}
END_TEST

START_TEST(an_answer_without_the_passkey_that_was_asked_for_is_refused)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhAnswers) answers = {0};
    Question question = {0};

    init_linked(&f, "entered");
    bh_answers_init(&answers);
    follow_questions(f.connection, &question);
    start_pairing(&f, "{'Capability': <'KeyboardOnly'>}", &answers);
    BH_AWAIT(question.kind != NULL);
    ck_assert_str_eq(question.kind, "enter-passkey");
    bh_caller_require_error(f.connection,
                            BH_LINK_PATH,
                            BH_LINK_DEVICE,
                            "AnswerPairing",
                            bh_caller_options("{}"),
                            "org.blehub.Error.InvalidArguments",
                            "Passkey: ");
    bh_caller_tell(f.connection,
                   BH_LINK_PATH,
                   BH_LINK_DEVICE,
                   "AnswerPairing",
                   bh_caller_options("{'Passkey': <123456>}"));
    BH_AWAIT(answers.came->len == 1);
    ck_assert_str_eq(g_ptr_array_index(answers.came, 0), "0 ok");
    g_free(question.kind);
}
END_TEST

START_TEST(who_can_do_nothing_pairs_without_a_question)
{
    g_auto(BhFixture) f = {0};

    init_linked(&f, "just-works");
    pair(&f, "{}");
    ck_assert(get_paired(f.connection));
    bh_caller_require_error(f.connection,
                            BH_LINK_PATH,
                            BH_LINK_DEVICE,
                            "Pair",
                            bh_caller_options("{}"),
                            "org.blehub.Error.AlreadyExists",
                            "the device is paired");
}
END_TEST

START_TEST(options_answer_what_they_can)
{
    static const char *const cases[][2] = {
        {"comparison", "{'Capability': <'DisplayYesNo'>, 'Confirm': <true>}"},
        {"entered", "{'Capability': <'KeyboardOnly'>, 'Passkey': <123456>}"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(BhFixture) f = {0};

        init_linked(&f, cases[i][0]);
        pair(&f, cases[i][1]);
        ck_assert(get_paired(f.connection));
    }
}
END_TEST

START_TEST(a_question_goes_to_who_pairs_and_is_answered_by_its_user)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhAnswers) answers = {0};
    GDBusConnection *nobody;
    Question mine = {0}, others = {0};

    init_linked(&f, "comparison");
    bh_answers_init(&answers);
    nobody = bh_fixture_connect_as(&f, NOBODY);
    g_free(bh_link_scene_connect(nobody, BH_LINK_ADDRESS, "{}"));
    follow_questions(f.connection, &mine);
    follow_questions(nobody, &others);
    start_pairing(&f, "{'Capability': <'DisplayYesNo'>}", &answers);
    BH_AWAIT(mine.kind != NULL);
    ck_assert_str_eq(mine.kind, "confirm");
    ck_assert_uint_eq(mine.passkey, 123456);
    bh_caller_require_error(nobody,
                            BH_LINK_PATH,
                            BH_LINK_DEVICE,
                            "AnswerPairing",
                            bh_caller_options("{}"),
                            "org.blehub.Error.NotFound",
                            "");
    bh_caller_tell(f.connection,
                   BH_LINK_PATH,
                   BH_LINK_DEVICE,
                   "AnswerPairing",
                   bh_caller_options("{}"));
    BH_AWAIT(answers.came->len == 1);
    ck_assert_str_eq(g_ptr_array_index(answers.came, 0), "0 ok");
    ck_assert_ptr_null(others.kind);
    g_free(mine.kind);
    bh_fixture_disconnect(&nobody);
}
END_TEST

START_TEST(a_declined_question_fails_the_pairing)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhAnswers) answers = {0};
    Question question = {0};

    init_linked(&f, "comparison");
    bh_answers_init(&answers);
    follow_questions(f.connection, &question);
    start_pairing(&f, "{'Capability': <'DisplayYesNo'>}", &answers);
    BH_AWAIT(question.kind != NULL);
    bh_caller_tell(f.connection,
                   BH_LINK_PATH,
                   BH_LINK_DEVICE,
                   "AnswerPairing",
                   bh_caller_options("{'Accept': <false>}"));
    BH_AWAIT(answers.came->len == 1);
    ck_assert_str_ne(g_ptr_array_index(answers.came, 0), "0 ok");
    g_free(question.kind);
}
END_TEST

/* Bonds */

static gsize
count_bonds(BhFixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        bh_caller_call(f->connection, BH_CALLER_HUB_PATH, BH_CALLER_HUB, "ListBonds", NULL, &error);
    g_autoptr(GVariant) bonds = NULL;

    g_assert_no_error(error);
    bonds = g_variant_get_child_value(reply, 0);
    return g_variant_n_children(bonds);
}

START_TEST(a_bond_is_listed_until_it_is_given_up)
{
    g_auto(BhFixture) f = {0};

    init_linked(&f, "just-works");
    ck_assert_uint_eq(count_bonds(&f), 0);
    pair(&f, "{}");
    ck_assert_uint_eq(count_bonds(&f), 1);
    bh_caller_tell(f.connection, BH_LINK_PATH, BH_LINK_DEVICE, "Unpair", NULL);
    ck_assert_uint_eq(count_bonds(&f), 0);
    bh_caller_require_error(f.connection,
                            BH_LINK_PATH,
                            BH_LINK_DEVICE,
                            "Unpair",
                            NULL,
                            "org.blehub.Error.NotFound",
                            "");
}
END_TEST

START_TEST(root_forgets_the_bond_of_a_device_that_nobody_holds)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *hold = NULL;

    bh_link_scene_init(&f);
    hold = bh_link_scene_connect(f.connection, BH_LINK_ADDRESS, "{}");
    pair(&f, "{}");
    bh_caller_tell(f.connection, hold, BH_LINK_HOLD, "Release", NULL);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Links") == 0);
    bh_caller_tell(f.connection,
                   BH_CALLER_HUB_PATH,
                   BH_CALLER_HUB,
                   "RemoveBond",
                   g_variant_new_parsed("(%s, {'AddressType': <'random'>})", BH_LINK_ADDRESS));
    ck_assert_uint_eq(count_bonds(&f), 0);
}
END_TEST

START_TEST(a_bond_is_found_by_its_address_alone)
{
    g_auto(BhFixture) f = {0};

    init_linked(&f, "just-works");
    pair(&f, "{}");
    bh_caller_tell(f.connection,
                   BH_CALLER_HUB_PATH,
                   BH_CALLER_HUB,
                   "RemoveBond",
                   g_variant_new_parsed("(%s, @a{sv} {})", BH_LINK_ADDRESS));
    ck_assert_uint_eq(count_bonds(&f), 0);
    bh_caller_require_error(f.connection,
                            BH_CALLER_HUB_PATH,
                            BH_CALLER_HUB,
                            "RemoveBond",
                            g_variant_new_parsed("(%s, @a{sv} {})", BH_LINK_ADDRESS),
                            "org.blehub.Error.NotFound",
                            "");
}
END_TEST

BH_TEST_MAIN("hub-pairing",
             a_device_that_refuses_to_pair_is_an_error_with_the_cause,
             a_device_that_falls_silent_times_out,
             a_question_that_nobody_answers_times_out,
             an_answer_after_the_end_of_a_pairing_answers_nothing,
             an_answer_without_the_passkey_that_was_asked_for_is_refused,
             who_can_do_nothing_pairs_without_a_question,
             options_answer_what_they_can,
             a_question_goes_to_who_pairs_and_is_answered_by_its_user,
             a_declined_question_fails_the_pairing,
             a_bond_is_listed_until_it_is_given_up,
             root_forgets_the_bond_of_a_device_that_nobody_holds,
             a_bond_is_found_by_its_address_alone)
