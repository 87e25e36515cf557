/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Links as their clients see them: what is refused, who sees a device, and what becomes of it when
 * holds come and go.
 */
#include "bh-link-scene.h"
#include "test-main.h"

#define NOBODY 65534
#define NOT_FOUND "org.blehub.Error.NotFound"
#define INVALID "org.blehub.Error.InvalidArguments"
#define DENIED "org.blehub.Error.NotAuthorized"
#define NOWHERE_DEVICE "/org/blehub/device/public_00_00_00_00_00_00"

static GVariant *
connect_arguments(const char *address, const char *options)
{
    g_autoptr(GVariant) dict = g_variant_parse(G_VARIANT_TYPE_VARDICT, options, NULL, NULL, NULL);

    return g_variant_new("(s@a{sv})", address, dict);
}

/* Refusals */

START_TEST(a_wrong_connect_is_refused_with_its_key_first)
{
    static const char *const cases[][3] = {
        {"nowhere", "{}", "Address"},
        {BH_LINK_ADDRESS, "{'Adress': <'x'>}", "Adress"},
        {BH_LINK_ADDRESS, "{'AddressType': <'secret'>}", "AddressType"},
        {BH_LINK_ADDRESS, "{'Adapter': <'hci7'>}", "Adapter"},
        {BH_LINK_ADDRESS, "{'TimeoutMs': <0>}", "TimeoutMs"},
        {BH_LINK_ADDRESS, "{'MinIntervalUs': <7500>}", "MinIntervalUs"},
        {BH_LINK_ADDRESS, "{'Lifetime': <'eternal'>}", "Lifetime"},
    };
    g_auto(BhFixture) f = {0};

    bh_link_scene_init(&f);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        bh_caller_require_error(f.connection,
                                BH_CALLER_HUB_PATH,
                                BH_CALLER_HUB,
                                "Connect",
                                connect_arguments(cases[i][0], cases[i][1]),
                                INVALID,
                                cases[i][2]);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Holds"), 0);
}
END_TEST

/* Calls to come go by it; a hold keeps what it began with. */
START_TEST(what_a_connect_does_not_say_the_configuration_does)
{
    static const char *const texts[] = {"[connect]\nLingerMs=5\nTimeoutMs=9000\n",
                                        "[connect]\nLingerMs=7\nBackoffMaxMs=80000\n"};
    static const char *const told[] = {"'LingerMs': <uint32 5>", "'LingerMs': <uint32 7>"};
    g_auto(BhFixture) f = {0};
    g_autofree char *file = NULL;
    g_autofree char *argument = NULL;
    char *holds[2] = {NULL, NULL};

    bh_fixture_init(&f);
    file = bh_fixture_write_file(&f, "hub.conf", texts[0]);
    argument = g_strconcat("--config=", file, NULL);
    bh_link_scene_start(&f, argument);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_free(bh_fixture_write_file(&f, "hub.conf", texts[i]));
        bh_caller_tell(f.connection, BH_CALLER_HUB_PATH, BH_CALLER_HUB, "Reload", NULL);
        holds[i] = bh_link_scene_connect(f.connection, BH_LINK_ADDRESS, "{}");
    }
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GVariant) options =
            bh_caller_get(f.connection, holds[i], BH_LINK_HOLD, "Options");
        g_autofree char *text = g_variant_print(options, TRUE);

        ck_assert_msg(strstr(text, told[i]) != NULL, "%s", text);
        g_free(holds[i]);
    }
}
END_TEST

START_TEST(without_bluez_a_connect_is_not_ready)
{
    g_auto(BhFixture) f = {0};

    bh_fixture_init(&f);
    bh_fixture_start_hub(&f, NULL);
    bh_caller_require_error(f.connection,
                            BH_CALLER_HUB_PATH,
                            BH_CALLER_HUB,
                            "Connect",
                            connect_arguments(BH_LINK_ADDRESS, "{}"),
                            "org.blehub.Error.NotReady",
                            "no-bluez");
}
END_TEST

START_TEST(a_device_that_does_not_answer_times_out_and_leaves_no_trace)
{
    g_auto(BhFixture) f = {0};

    bh_link_scene_init(&f);
    bh_caller_require_error(f.connection,
                            BH_CALLER_HUB_PATH,
                            BH_CALLER_HUB,
                            "Connect",
                            connect_arguments("C8:5A:11:00:01:99", "{'TimeoutMs': <300>}"),
                            "org.blehub.Error.Timeout",
                            "");
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Holds"), 0);
    g_free(bh_link_scene_connect(f.connection, BH_LINK_ADDRESS, "{}"));
}
END_TEST

START_TEST(only_root_forgets_bonds)
{
    g_auto(BhFixture) f = {0};
    GDBusConnection *nobody;

    bh_link_scene_init(&f);
    nobody = bh_fixture_connect_as(&f, NOBODY);
    bh_caller_require_error(nobody,
                            BH_CALLER_HUB_PATH,
                            BH_CALLER_HUB,
                            "RemoveBond",
                            connect_arguments(BH_LINK_ADDRESS, "{}"),
                            DENIED,
                            "");
    bh_caller_require_error(f.connection,
                            BH_CALLER_HUB_PATH,
                            BH_CALLER_HUB,
                            "RemoveBond",
                            connect_arguments(BH_LINK_ADDRESS, "{'AddressType': <'random'>}"),
                            NOT_FOUND,
                            "");
    bh_fixture_disconnect(&nobody);
}
END_TEST

/* Links */

/* connect_arguments() says the type. */
static char *
connect_untyped(BhFixture *f, const char *address, const char *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) dict = g_variant_parse(G_VARIANT_TYPE_VARDICT, options, NULL, NULL, NULL);
    g_autoptr(GVariant) reply = bh_caller_call(f->connection,
                                               BH_CALLER_HUB_PATH,
                                               BH_CALLER_HUB,
                                               "Connect",
                                               g_variant_new("(s@a{sv})", address, dict),
                                               &error);
    char *device = NULL;

    g_assert_no_error(error);
    g_variant_get(reply, "(oo)", &device, NULL);
    return device;
}

START_TEST(a_device_whose_address_type_nobody_knows_is_listened_for)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *first = NULL;
    g_autofree char *again = NULL;

    bh_link_scene_init(&f);
    first = connect_untyped(&f, BH_LINK_ADDRESS, "{'Lifetime': <'lease'>}");
    ck_assert_str_eq(first, BH_LINK_PATH);
    again = connect_untyped(&f, BH_LINK_ADDRESS, "{}"); /* it is held: its type is known */
    ck_assert_str_eq(again, BH_LINK_PATH);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Scans"), 0);
}
END_TEST

START_TEST(whoever_has_no_scan_left_has_a_device_listened_for_all_the_same)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhAnswers) answers = {0};

    bh_link_scene_init(&f);
    bh_answers_init(&answers);
    bh_fixture_tell_sim(&f, "SetPresent", g_variant_new("(sb)", "strap", FALSE));
    for (guint i = 0; i < 32; i++) /* MaxScans */
        g_free(bh_caller_scan(f.connection, "{}"));
    bh_caller_send(f.connection,
                   BH_CALLER_HUB_PATH,
                   BH_CALLER_HUB,
                   "Connect",
                   connect_arguments(BH_LINK_ADDRESS, "{}"),
                   &answers);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Holds") == 1); /* it is being listened for */
    bh_fixture_tell_sim(&f, "SetPresent", g_variant_new("(sb)", "strap", TRUE));
    BH_AWAIT(answers.came->len == 1);
    ck_assert_str_eq(answers.came->pdata[0], "0 ok");
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Scans"), 32);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Holds"), 1);
}
END_TEST

START_TEST(a_device_that_is_silent_counts_as_public)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GVariant) dict = g_variant_ref_sink(
        g_variant_new_parsed("[(%s, {'TimeoutMs': <400>})]", "C8:5A:11:00:01:99"));
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariant) rows = NULL;
    g_autoptr(GVariant) row = NULL;
    const char *type = NULL;

    bh_link_scene_init(&f);
    reply = bh_caller_call(
        f.connection,
        BH_CALLER_HUB_PATH,
        BH_CALLER_HUB,
        "ConnectMany",
        g_variant_new("(@a(sa{sv})@a{sv})", dict, g_variant_new_parsed("{'TimeoutMs': <400>}")),
        NULL);
    ck_assert_ptr_nonnull(reply);
    rows = g_variant_get_child_value(reply, 0);
    row = g_variant_get_child_value(rows, 0);
    ck_assert(g_variant_lookup(row, "AddressType", "&s", &type));
    ck_assert_str_eq(type, "public");
}
END_TEST

START_TEST(many_untyped_devices_are_listened_for_together)
{
    static const char devices[] =
        "([('" BH_LINK_ADDRESS "', @a{sv} {}), ('" BH_LINK_OTHER_ADDRESS
        "', {'AddressType': <'random'>}), ('" BH_LINK_OTHER_ADDRESS "', @a{sv} {})], @a{sv} {})";
    g_auto(BhFixture) f = {0};
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariant) rows = NULL;

    bh_link_scene_init(&f);
    reply = bh_caller_call(f.connection,
                           BH_CALLER_HUB_PATH,
                           BH_CALLER_HUB,
                           "ConnectMany",
                           g_variant_new_parsed(devices),
                           NULL);
    ck_assert_ptr_nonnull(reply);
    rows = g_variant_get_child_value(reply, 0);
    for (gsize i = 0; i < 3; i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
        const char *device = NULL;

        ck_assert(g_variant_lookup(row, "Device", "&o", &device));
        ck_assert(g_str_has_prefix(device, "/org/blehub/device/random_"));
    }
}
END_TEST

START_TEST(a_connected_device_tells_of_itself)
{
    static const char *const wanted[][2] = {
        {"Address", "'" BH_LINK_ADDRESS "'"},
        {"AddressType", "'random'"},
        {"Adapter", "'/org/blehub/adapter/00_AA_01_00_00_01'"},
        {"State", "'ready'"},
        {"Holds", "uint32 1"},
        {"LastError", "''"},
        {"Paired", "false"},
    };
    g_auto(BhFixture) f = {0};
    g_autofree char *hold = NULL;
    g_autoptr(GVariant) device = NULL;

    bh_link_scene_init(&f);
    hold = bh_link_scene_connect(f.connection, BH_LINK_ADDRESS, "{}");
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autoptr(GVariant) value =
            bh_caller_get(f.connection, BH_LINK_PATH, BH_LINK_DEVICE, wanted[i][0]);
        g_autofree char *text = g_variant_print(value, TRUE);

        ck_assert_str_eq(text, wanted[i][1]);
    }
    device = bh_caller_get(f.connection, hold, BH_LINK_HOLD, "Device");
    ck_assert_str_eq(g_variant_get_string(device, NULL), BH_LINK_PATH);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Holds"), 1);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Links"), 1);
}
END_TEST

START_TEST(two_clients_share_a_link_which_goes_with_the_last)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *mine = NULL;
    g_autofree char *value = NULL;
    GDBusConnection *other;

    bh_link_scene_init(&f);
    other = bh_fixture_connect(&f);
    mine = bh_link_scene_connect(f.connection, BH_LINK_ADDRESS, "{}");
    g_free(bh_link_scene_connect(other, BH_LINK_ADDRESS, "{}"));
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Links"), 1);
    bh_caller_tell(f.connection, mine, BH_LINK_HOLD, "Release", NULL);
    value = bh_link_scene_read(other, BH_LINK_LOCATION);
    ck_assert_str_eq(value, "01");
    bh_fixture_disconnect(&other);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Links") == 0);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Holds"), 0);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "OrphansReleased"), 1);
}
END_TEST

START_TEST(many_connects_tell_of_each_device_in_order)
{
    g_autoptr(GVariant) devices =
        g_variant_ref_sink(g_variant_new_parsed("([(%s, {'AddressType': <'random'>}),"
                                                "  ('C8:5A:11:00:01:99', {'TimeoutMs': <300>}),"
                                                "  (%s, {'AddressType': <'random'>})],"
                                                " @a{sv} {})",
                                                BH_LINK_ADDRESS,
                                                BH_LINK_OTHER_ADDRESS));
    g_auto(BhFixture) f = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = NULL;
    g_autofree char *text = NULL;
    const char *strap, *absent, *thermometer;

    bh_link_scene_init(&f);
    reply = bh_caller_call(f.connection,
                           BH_CALLER_HUB_PATH,
                           BH_CALLER_HUB,
                           "ConnectMany",
                           devices,
                           &error);
    g_assert_no_error(error);
    text = g_variant_print(reply, FALSE);
    strap = strstr(text, "random_C8_5A_11_00_01_02");
    absent = strstr(text, "org.blehub.Error.Timeout");
    thermometer = strstr(text, "random_C8_5A_11_00_01_01");
    ck_assert_msg(strap != NULL && absent != NULL && thermometer != NULL, "%s", text);
    ck_assert_msg(strap < absent && absent < thermometer, "%s", text);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Holds"), 2);
}
END_TEST

START_TEST(a_wrong_member_refuses_many_connects_before_the_first)
{
    g_auto(BhFixture) f = {0};

    bh_link_scene_init(&f);
    bh_caller_require_error(f.connection,
                            BH_CALLER_HUB_PATH,
                            BH_CALLER_HUB,
                            "ConnectMany",
                            g_variant_new_parsed("([(%s, {'AddressType': <'random'>}),"
                                                 "  (%s, {'Nonsense': <1>})], @a{sv} {})",
                                                 BH_LINK_ADDRESS,
                                                 BH_LINK_OTHER_ADDRESS),
                            INVALID,
                            "Nonsense: unknown option (device 2, " BH_LINK_OTHER_ADDRESS ")");
    ck_assert_uint_eq(bh_caller_counter(f.connection, "LinkAttempts"), 0);
}
END_TEST

/* What is told */

typedef struct {
    GPtrArray *came; /* char *: "member arguments" */
    guint subscription;
    GDBusConnection *connection;
} Signals;

static void
on_signal(GDBusConnection *connection,
          const char *sender,
          const char *path,
          const char *interface,
          const char *member,
          GVariant *parameters,
          gpointer user_data)
{
    Signals *self = user_data;
    g_autofree char *text = g_variant_print(parameters, FALSE);

    g_ptr_array_add(self->came, g_strdup_printf("%s %s", member, text));
}

static void
signals_init(Signals *self, GDBusConnection *connection, const char *path)
{
    self->came = g_ptr_array_new_with_free_func(g_free);
    self->connection = connection;
    self->subscription = g_dbus_connection_signal_subscribe(connection,
                                                            "org.blehub",
                                                            NULL,
                                                            NULL,
                                                            path,
                                                            NULL,
                                                            G_DBUS_SIGNAL_FLAGS_NONE,
                                                            on_signal,
                                                            self,
                                                            NULL);
}

static void
signals_clear(Signals *self)
{
    g_dbus_connection_signal_unsubscribe(self->connection, self->subscription);
    g_ptr_array_unref(self->came);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Signals, signals_clear)

static gboolean
has_come(const Signals *self, const char *start)
{
    for (guint i = 0; i < self->came->len; i++)
        if (g_str_has_prefix(g_ptr_array_index(self->came, i), start))
            return TRUE;
    return FALSE;
}

START_TEST(a_lost_link_is_told_to_who_holds_the_device_and_to_nobody_else)
{
    g_auto(BhFixture) f = {0};
    GDBusConnection *other;

    bh_link_scene_init(&f);
    other = bh_fixture_connect(&f);
    {
        g_auto(Signals) mine = {0};
        g_auto(Signals) others = {0};

        signals_init(&mine, f.connection, BH_LINK_PATH);
        signals_init(&others, other, BH_LINK_PATH);
        g_free(bh_link_scene_connect(f.connection, BH_LINK_ADDRESS, "{}"));
        bh_fixture_tell_sim(&f, "Drop", g_variant_new("(s)", "strap"));
        BH_AWAIT(has_come(&mine, "StateChanged ('disconnected',)"));
        ck_assert(has_come(&mine, "StateChanged ('ready',)"));
        ck_assert(has_come(&mine, "Disconnected"));
        ck_assert(has_come(&mine, "PropertiesChanged ('org.blehub.Device1', {'State':"));
        g_variant_unref(bh_caller_get(other, BH_CALLER_HUB_PATH, BH_CALLER_HUB, "State"));
        bh_fixture_settle();
        ck_assert_uint_eq(others.came->len, 0);
    }
    bh_fixture_disconnect(&other);
}
END_TEST

START_TEST(who_waits_for_the_end_of_a_link_is_told_at_once)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhAnswers) answers = {0};

    bh_link_scene_init(&f);
    bh_answers_init(&answers);
    g_free(bh_link_scene_connect(f.connection, BH_LINK_ADDRESS, "{}"));
    bh_caller_require_error(f.connection,
                            BH_LINK_PATH,
                            BH_LINK_DEVICE,
                            "WaitDisconnected",
                            bh_caller_options("{'TimeoutMs': <20>}"),
                            "org.blehub.Error.Timeout",
                            "");
    bh_caller_send(f.connection,
                   BH_LINK_PATH,
                   BH_LINK_DEVICE,
                   "WaitDisconnected",
                   bh_caller_options("{}"),
                   &answers);
    bh_fixture_tell_sim(&f, "Drop", g_variant_new("(s)", "strap"));
    BH_AWAIT(answers.came->len == 1);
    ck_assert_str_eq(g_ptr_array_index(answers.came, 0), "0 ok");
}
END_TEST

START_TEST(a_link_that_is_to_stay_comes_back_by_itself)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *value = NULL;

    bh_link_scene_init(&f);
    g_free(bh_link_scene_connect(f.connection,
                                 BH_LINK_ADDRESS,
                                 "{'Reconnect': <true>, 'BackoffInitialMs': <100>}"));
    bh_fixture_tell_sim(&f, "Drop", g_variant_new("(s)", "strap"));
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "LinksMade") == 2);
    value = bh_link_scene_read(f.connection, BH_LINK_LOCATION);
    ck_assert_str_eq(value, "01");
    ck_assert_uint_eq(bh_caller_counter(f.connection, "LinksLost"), 1);
}
END_TEST

/* Who sees what */

/* What a call is answered, with the path taken out. */
static char *
dup_answer(GDBusConnection *connection,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        bh_caller_call(connection, path, interface, method, arguments, &error);
    g_autofree char *text = reply != NULL ? g_variant_print(reply, TRUE) : g_strdup(error->message);
    g_auto(GStrv) parts = g_strsplit(text, path, -1);

    return g_strjoinv("PATH", parts);
}

static void
require_same_answers(GDBusConnection *connection,
                     const char *path,
                     const char *nowhere,
                     const char *interface,
                     const char *method)
{
    g_autofree char *there = dup_answer(connection, path, interface, method, NULL);
    g_autofree char *get = dup_answer(connection,
                                      path,
                                      BH_CALLER_PROPERTIES,
                                      "GetAll",
                                      g_variant_new("(s)", interface));
    g_autofree char *not_there = dup_answer(connection, nowhere, interface, method, NULL);
    g_autofree char *no_get = dup_answer(connection,
                                         nowhere,
                                         BH_CALLER_PROPERTIES,
                                         "GetAll",
                                         g_variant_new("(s)", interface));

    ck_assert_str_eq(there, not_there);
    ck_assert_str_eq(get, no_get);
    ck_assert_ptr_nonnull(strstr(there, NOT_FOUND));
}

START_TEST(what_another_user_holds_answers_as_a_path_where_nothing_is)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *hold = NULL;
    g_autofree char *subscription = NULL;
    GDBusConnection *nobody;

    bh_link_scene_init(&f);
    hold = bh_link_scene_connect(f.connection, BH_LINK_ADDRESS, "{}");
    subscription = bh_link_scene_subscribe(f.connection, "{}");
    nobody = bh_fixture_connect_as(&f, NOBODY);
    require_same_answers(nobody, BH_LINK_PATH, NOWHERE_DEVICE, BH_LINK_DEVICE, "Unpair");
    require_same_answers(nobody, hold, "/org/blehub/hold/999", BH_LINK_HOLD, "Release");
    require_same_answers(nobody,
                         subscription,
                         "/org/blehub/subscription/999",
                         BH_LINK_SUBSCRIPTION,
                         "Release");
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Holds"), 1);
    bh_fixture_disconnect(&nobody);
}
END_TEST

START_TEST(a_user_sees_a_device_from_its_first_hold_to_its_last)
{
    g_auto(BhFixture) f = {0};
    GDBusConnection *nobody;

    bh_link_scene_init(&f);
    nobody = bh_fixture_connect_as(&f, NOBODY);
    {
        g_auto(Signals) told = {0};
        g_autofree char *hold = NULL;
        g_autofree char *value = NULL;

        signals_init(&told, nobody, BH_CALLER_HUB_PATH);
        bh_caller_tell(nobody, BH_CALLER_HUB_PATH, BH_CALLER_MANAGER, "GetManagedObjects", NULL);
        g_free(bh_link_scene_connect(f.connection, BH_LINK_ADDRESS, "{}"));
        ck_assert(!has_come(&told, "InterfacesAdded ('" BH_LINK_PATH "'"));
        hold = bh_link_scene_connect(nobody, BH_LINK_ADDRESS, "{}");
        BH_AWAIT(has_come(&told, "InterfacesAdded ('" BH_LINK_PATH "'"));
        value = bh_link_scene_read(nobody, BH_LINK_LOCATION);
        ck_assert_str_eq(value, "01");
        bh_caller_tell(nobody, hold, BH_LINK_HOLD, "Release", NULL);
        BH_AWAIT(has_come(&told, "InterfacesRemoved ('" BH_LINK_PATH "'"));
        bh_caller_require_error(nobody,
                                BH_LINK_PATH,
                                BH_LINK_DEVICE,
                                "Unpair",
                                NULL,
                                NOT_FOUND,
                                "");
    }
    bh_fixture_disconnect(&nobody);
}
END_TEST

START_TEST(a_bond_that_others_use_is_not_given_up_by_one_of_them)
{
    g_auto(BhFixture) f = {0};
    GDBusConnection *nobody;

    bh_link_scene_init(&f);
    nobody = bh_fixture_connect_as(&f, NOBODY);
    g_free(bh_link_scene_connect(f.connection, BH_LINK_ADDRESS, "{}"));
    g_free(bh_link_scene_connect(nobody, BH_LINK_ADDRESS, "{}"));
    bh_caller_require_error(nobody, BH_LINK_PATH, BH_LINK_DEVICE, "Unpair", NULL, DENIED, "");
    bh_fixture_disconnect(&nobody);
}
END_TEST

START_TEST(a_users_holds_are_limited)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *config = NULL;

    bh_link_scene_init(&f);
    config = bh_fixture_write_file(&f, "hub.conf", "[limits]\nMaxHolds=1\n");
    bh_fixture_stop_process(&f.hub);
    {
        g_autofree char *argument = g_strconcat("--config=", config, NULL);

        bh_fixture_start_hub(&f, argument, NULL);
    }
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "LinkAttempts") == 0);
    g_free(bh_link_scene_connect(f.connection, BH_LINK_ADDRESS, "{}"));
    bh_caller_require_error(f.connection,
                            BH_CALLER_HUB_PATH,
                            BH_CALLER_HUB,
                            "Connect",
                            connect_arguments(BH_LINK_OTHER_ADDRESS, "{}"),
                            "org.blehub.Error.LimitExceeded",
                            "MaxHolds");
}
END_TEST

/* The end */

static void
require_all(const BhAnswers *answers, guint n, const char *error)
{
    ck_assert_uint_eq(answers->came->len, n);
    for (guint i = 0; i < n; i++)
        ck_assert_msg(g_str_has_suffix(g_ptr_array_index(answers->came, i), error),
                      "%s",
                      (const char *)g_ptr_array_index(answers->came, i));
}

START_TEST(blehubd_ends_well_in_the_middle_of_everything)
{
    static const char absent[] = "C8:5A:11:00:01:99";
    g_auto(BhFixture) f = {0};
    g_auto(BhAnswers) answers = {0};
    g_autofree char *subscription = NULL;

    bh_link_scene_init(&f);
    bh_answers_init(&answers);
    g_free(bh_link_scene_connect(f.connection, BH_LINK_ADDRESS, "{'Lifetime': <'lease'>}"));
    subscription = bh_link_scene_subscribe(f.connection, "{'Signals': <true>}");
    bh_caller_send(f.connection,
                   subscription,
                   BH_LINK_SUBSCRIPTION,
                   "Wait",
                   bh_caller_options("{}"),
                   &answers);
    bh_caller_send(f.connection,
                   BH_CALLER_HUB_PATH,
                   BH_CALLER_HUB,
                   "Connect",
                   connect_arguments(absent,
                                     "{'AddressType': <'random'>, 'TimeoutMs': <60000>,"
                                     " 'Reconnect': <true>}"),
                   &answers);
    bh_caller_send(f.connection,
                   BH_CALLER_HUB_PATH,
                   BH_CALLER_HUB,
                   "Connect",
                   connect_arguments(absent, "{'TimeoutMs': <60000>}"),
                   &answers);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Holds"), 3); /* so all have arrived */
    bh_fixture_stop_process(&f.hub);
    BH_AWAIT(answers.came->len == 3);
    require_all(&answers, 3, "org.blehub.Error.Cancelled");
}
END_TEST

START_TEST(who_leaves_in_the_middle_of_many_connects_leaves_nothing)
{
    g_auto(BhFixture) f = {0};
    GDBusConnection *other;

    bh_link_scene_init(&f);
    other = bh_fixture_connect(&f);
    {
        g_auto(BhAnswers) answers = {0};

        bh_answers_init(&answers);
        bh_caller_send(other,
                       BH_CALLER_HUB_PATH,
                       BH_CALLER_HUB,
                       "ConnectMany",
                       g_variant_new_parsed("([(%s, {'AddressType': <'random'>}),"
                                            "  ('C8:5A:11:00:01:99', @a{sv} {})], @a{sv} {})",
                                            BH_LINK_ADDRESS),
                       &answers);
        BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Links") == 1);
        bh_fixture_disconnect(&other);
        BH_AWAIT(answers.came->len == 1);
    }
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Links") == 0);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Holds"), 0);
}
END_TEST

BH_TEST_MAIN("hub-link",
             a_wrong_connect_is_refused_with_its_key_first,
             what_a_connect_does_not_say_the_configuration_does,
             without_bluez_a_connect_is_not_ready,
             a_device_that_does_not_answer_times_out_and_leaves_no_trace,
             only_root_forgets_bonds,
             a_device_whose_address_type_nobody_knows_is_listened_for,
             whoever_has_no_scan_left_has_a_device_listened_for_all_the_same,
             a_device_that_is_silent_counts_as_public,
             many_untyped_devices_are_listened_for_together,
             a_connected_device_tells_of_itself,
             two_clients_share_a_link_which_goes_with_the_last,
             many_connects_tell_of_each_device_in_order,
             a_wrong_member_refuses_many_connects_before_the_first,
             a_lost_link_is_told_to_who_holds_the_device_and_to_nobody_else,
             who_waits_for_the_end_of_a_link_is_told_at_once,
             a_link_that_is_to_stay_comes_back_by_itself,
             what_another_user_holds_answers_as_a_path_where_nothing_is,
             a_user_sees_a_device_from_its_first_hold_to_its_last,
             a_bond_that_others_use_is_not_given_up_by_one_of_them,
             a_users_holds_are_limited,
             blehubd_ends_well_in_the_middle_of_everything,
             who_leaves_in_the_middle_of_many_connects_leaves_nothing)
