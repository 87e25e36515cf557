/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Links with a management socket: what the kernel says of failures and ends reaches who waits, and
 * what BlueZ cannot do for a link is done by the kernel.
 */
#include "bh-mgmt-scene.h"

#define ADAPTER "/org/bluez/hci0"
#define PEER ADAPTER "/dev_C0_00_00_00_00_01"
#define LEVEL PEER "/service0001/char0002"
#define PEER_ADDRESS "C0:00:00:00:00:01"
#define DEVICE_PATH "/org/blehub/device/random_C0_00_00_00_00_01"
#define DEVICE "org.blehub.Device1"
#define HOLD "org.blehub.Hold1"
#define FAILED "org.bluez.Error.Failed"
#define ABORTED "le-connection-abort-by-local"

/* A call of blehubd, and how it ended: the result as text, or "Name: message". */
typedef struct {
    gboolean done;
    char *end;
} Call;

static void
call_clear(Call *self)
{
    g_clear_pointer(&self->end, g_free);
    self->done = FALSE;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Call, call_clear)

static void
on_reply(GObject *source, GAsyncResult *result, gpointer data)
{
    Call *call = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    call->done = TRUE;
    if (reply != NULL) {
        call->end = g_variant_print(reply, FALSE);
        return;
    }
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    g_dbus_error_strip_remote_error(error);
    call->end = g_strdup_printf("%s: %s", strrchr(name, '.') + 1, error->message);
}

static void
begin(BhMgmtScene *s,
      Call *call,
      const char *path,
      const char *interface,
      const char *method,
      GVariant *arguments)
{
    g_dbus_connection_call(s->bus.connection,
                           "org.blehub",
                           path,
                           interface,
                           method,
                           arguments,
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           20000,
                           NULL,
                           on_reply,
                           call);
}

static GVariant *
options_of(const char *text)
{
    g_autoptr(GVariant) options = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);

    ck_assert_ptr_nonnull(options);
    return g_variant_new("(@a{sv})", options);
}

static GVariant *
read_of(const char *text)
{
    g_autoptr(GVariant) tuple = g_variant_ref_sink(options_of(text));
    g_autoptr(GVariant) options = g_variant_get_child_value(tuple, 0);

    return g_variant_new("(ss@a{sv})", "1815", "2a56", options);
}

static void
connect_device(BhMgmtScene *s, Call *call, const char *more)
{
    g_autofree char *text = g_strdup_printf("{'AddressType': <'random'>%s}", more);
    g_autoptr(GVariant) tuple = g_variant_ref_sink(options_of(text));
    g_autoptr(GVariant) options = g_variant_get_child_value(tuple, 0);

    begin(s,
          call,
          BH_HUB_PATH,
          BH_HUB,
          "Connect",
          g_variant_new("(s@a{sv})", PEER_ADDRESS, options));
}

#define ASSERT_END(call, prefix)                                                                   \
    do {                                                                                           \
        BH_AWAIT((call)->done);                                                                    \
        ck_assert_msg(g_str_has_prefix((call)->end, prefix), "%s", (call)->end);                   \
        call_clear(call);                                                                          \
    } while (0)

static void
init_with(BhMgmtScene *s, guint16 revision)
{
    bh_mgmt_scene_init(s);
    bh_kernel_set_revision(s->kernel, revision);
    bh_puppet_add_device(s->puppet, PEER, PEER_ADDRESS, FALSE);
    bh_mgmt_scene_start(s);
    bh_kernel_clear_log(s->kernel);
    bh_puppet_clear_calls(s->puppet);
}

static void
init(BhMgmtScene *s)
{
    init_with(s, BH_KERNEL_REVISION);
}

/* Returns the path of the hold. */
static char *
init_connected_to(BhMgmtScene *s, guint16 revision)
{
    g_auto(Call) call = {0};
    g_auto(GStrv) parts = NULL;

    init_with(s, revision);
    connect_device(s, &call, "");
    BH_AWAIT(call.done);
    parts = g_strsplit(call.end, "'", -1);
    ck_assert_msg(g_strv_length(parts) == 5, "%s", call.end);
    return g_strdup(parts[3]);
}

static char *
init_connected(BhMgmtScene *s)
{
    return init_connected_to(s, BH_KERNEL_REVISION);
}

START_TEST(a_failed_attempt_has_the_kernels_cause)
{
    static const struct {
        guint8 status;
        const char *end;
    } cases[] = {
        {0x08, "Timeout: "},
        {0x0b, "Failed: "},
        {0x07, "LimitExceeded: "}, /* last: the adapter counts as full for a while */
    };
    g_auto(BhMgmtScene) s = {0};

    init(&s);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Call) call = {0};
        bh_puppet_fail_with(s.puppet, "Connect", FAILED, ABORTED, 1);
        bh_puppet_hold(s.puppet, "Connect");
        connect_device(&s, &call, "");
        BH_AWAIT(bh_puppet_count_calls(s.puppet, "Connect") == i + 1);
        bh_kernel_link(s.kernel, BH_MGMT_CONNECT_FAILED, PEER_ADDRESS, cases[i].status);
        bh_puppet_release(s.puppet, "Connect");
        ASSERT_END(&call, cases[i].end);
    }
}
END_TEST

/* BlueZ has not answered Connect when the link comes and goes. */
static void
meet_and_lose(BhMgmtScene *s, Call *call, guint8 reason)
{
    bh_puppet_clear_calls(s->puppet);
    bh_puppet_hold(s->puppet, "Connect");
    connect_device(s, call, "");
    BH_AWAIT(bh_puppet_count_calls(s->puppet, "Connect") == 1);
    bh_kernel_link(s->kernel, BH_MGMT_DEVICE_CONNECTED, PEER_ADDRESS, 8);
    bh_puppet_set_device(s->puppet, PEER, "Connected", TRUE);
    bh_fixture_settle();
    bh_kernel_link(s->kernel, BH_MGMT_DEVICE_DISCONNECTED, PEER_ADDRESS, reason);
    bh_puppet_set_device(s->puppet, PEER, "Connected", FALSE);
}

START_TEST(a_link_that_ends_before_it_is_of_use_is_tried_again_unless_its_end_has_a_cause)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) lost = {0}, ready = {0};

    init(&s);
    meet_and_lose(&s, &lost, 3);
    ASSERT_END(&lost, "Disconnected: the link is gone: remote");
    bh_puppet_fail_with(s.puppet, "Connect", FAILED, ABORTED, 1);
    bh_puppet_release(s.puppet, "Connect");
    meet_and_lose(&s, &ready, 0);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Connect") == 2);
    bh_puppet_fail_with(s.puppet, "Connect", FAILED, ABORTED, 1);
    bh_puppet_release(s.puppet, "Connect");
    ASSERT_END(&ready, "('/org/blehub/device/");
}
END_TEST

START_TEST(a_link_that_is_never_established_is_disconnected_whoever_says_so_first)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0};

    init(&s);
    bh_puppet_fail_with(s.puppet, "Connect", FAILED, ABORTED, 100);
    meet_and_lose(&s, &call, 0);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Connect") == 2);
    bh_kernel_link(s.kernel, BH_MGMT_DEVICE_DISCONNECTED, PEER_ADDRESS, 0);
    bh_puppet_release(s.puppet, "Connect");
    bh_puppet_hold(s.puppet, "Connect");
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Connect") == 3);
    bh_kernel_link(s.kernel, BH_MGMT_DEVICE_DISCONNECTED, PEER_ADDRESS, 0);
    bh_puppet_release(s.puppet, "Connect");
    ASSERT_END(&call, "Disconnected: disconnected: unspecified (code 0); BlueZ says");
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "Connect"), 3);
}
END_TEST

/* BlueZ forgets a device that it never knew, and does not answer. */
START_TEST(a_controller_without_room_is_said_although_bluez_does_not_answer)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0};

    init(&s);
    bh_puppet_hang(s.puppet, "Connect", 1);
    connect_device(&s, &call, "");
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Connect") == 1);
    bh_kernel_link(s.kernel, BH_MGMT_CONNECT_FAILED, PEER_ADDRESS, 0x07);
    bh_puppet_remove(s.puppet, PEER, "org.bluez.Device1");
    ASSERT_END(&call, "LimitExceeded: ");
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "Connect"), 1);
}
END_TEST

START_TEST(a_link_that_is_lost_has_the_kernels_cause)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) wait = {0};
    g_autofree char *hold = init_connected(&s);

    bh_kernel_link(s.kernel, BH_MGMT_DEVICE_CONNECTED, PEER_ADDRESS, 8);
    begin(&s, &wait, DEVICE_PATH, DEVICE, "WaitDisconnected", options_of("{}"));
    bh_fixture_settle();
    bh_kernel_link(s.kernel, BH_MGMT_DEVICE_DISCONNECTED, PEER_ADDRESS, 1);
    bh_puppet_set_device(s.puppet, PEER, "Connected", FALSE);
    ASSERT_END(&wait, "('timeout',)");
}
END_TEST

/* As when the kernel tells that one goes before it is gone. */
START_TEST(a_controller_has_the_events_of_its_index_although_another_had_it_before)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0};

    init(&s);
    bh_puppet_remove(s.puppet, BH_PUPPET_ADAPTER, "org.bluez.Adapter1");
    bh_puppet_plug(s.puppet, BH_PUPPET_ADAPTER, "00:AA:01:00:00:02");
    BH_POLL(bh_mgmt_scene_can(&s, "connect"));
    connect_device(&s, &call, "");
    ASSERT_END(&call, "(");
    bh_kernel_link(s.kernel, BH_MGMT_DEVICE_CONNECTED, PEER_ADDRESS, 8);
    begin(&s, &call, DEVICE_PATH, DEVICE, "WaitDisconnected", options_of("{}"));
    bh_fixture_settle();
    bh_kernel_link(s.kernel, BH_MGMT_DEVICE_DISCONNECTED, PEER_ADDRESS, 3);
    bh_puppet_set_device(s.puppet, PEER, "Connected", FALSE);
    ASSERT_END(&call, "('remote',)");
}
END_TEST

START_TEST(the_last_release_ends_the_link_by_the_kernel_too)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0};
    g_autofree char *hold = init_connected(&s);

    begin(&s, &call, hold, HOLD, "Release", NULL);
    ASSERT_END(&call, "()");
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Disconnect:" PEER_ADDRESS));
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Disconnect") == 1);
}
END_TEST

START_TEST(the_strength_of_a_link_is_the_kernels)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0}, other = {0};
    g_autofree char *hold = init_connected(&s);

    begin(&s, &call, DEVICE_PATH, DEVICE, "ReadRSSI", options_of("{}"));
    begin(&s, &other, DEVICE_PATH, DEVICE, "ReadRSSI", options_of("{}"));
    ASSERT_END(&call, "(-61,)");
    ASSERT_END(&other, "(-61,)");
    bh_kernel_refuse(s.kernel, BH_MGMT_GET_CONNECTION_INFORMATION, BH_MGMT_STATUS_NOT_CONNECTED, 1);
    begin(&s, &call, DEVICE_PATH, DEVICE, "ReadRSSI", options_of("{}"));
    ASSERT_END(&call, "Disconnected: ");
}
END_TEST

static void
add_readable(BhMgmtScene *s)
{
    bh_puppet_add_device(s->puppet, PEER, PEER_ADDRESS, FALSE);
    bh_puppet_add_attribute(s->puppet, PEER "/service0001", "Service", "1815", NULL);
    bh_puppet_add_attribute(s->puppet, LEVEL, "Characteristic", "2a56", "read");
    bh_puppet_set_value(s->puppet, LEVEL, "0a");
}

/* Somebody is asked something, on whatever occasion, while BlueZ keeps a read waiting. */
START_TEST(a_pairing_that_the_kernel_tells_of_does_not_count_for_a_read)
{
    static const guint16 questions[] = {BH_MGMT_USER_CONFIRMATION_REQUEST,
                                        BH_MGMT_USER_PASSKEY_REQUEST,
                                        BH_MGMT_PASSKEY_NOTIFY};
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) read = {0}, wait = {0};

    bh_mgmt_scene_init(&s);
    add_readable(&s);
    bh_mgmt_scene_start(&s);
    connect_device(&s, &read, "");
    ASSERT_END(&read, "(");
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++) {
        bh_kernel_link(s.kernel, questions[i], PEER_ADDRESS, 0);
        bh_fixture_settle();
        bh_puppet_hold(s.puppet, "ReadValue");
        begin(&s, &read, DEVICE_PATH, DEVICE, "Read", read_of("{'TimeoutMs': <50>}"));
        begin(&s,
              &wait,
              DEVICE_PATH,
              DEVICE,
              "WaitDisconnected",
              options_of("{'TimeoutMs': <100>}"));
        ASSERT_END(&wait, "Timeout: ");
        ck_assert(!read.done);
        bh_puppet_release(s.puppet, "ReadValue");
        ASSERT_END(&read, "([0x0a],)");
        bh_kernel_link(s.kernel, BH_MGMT_AUTHENTICATION_FAILED, PEER_ADDRESS, 5);
        bh_fixture_settle();
    }
    bh_puppet_hold(s.puppet, "ReadValue");
    begin(&s, &read, DEVICE_PATH, DEVICE, "Read", read_of("{'TimeoutMs': <50>}"));
    ASSERT_END(&read, "Timeout: ");
}
END_TEST

START_TEST(connection_parameters_are_loaded_before_the_attempt)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0};

    init(&s);
    connect_device(&s,
                   &call,
                   ", 'MinIntervalUs': <7500>, 'MaxIntervalUs': <15000>, 'Latency': <4>, "
                   "'SupervisionMs': <5000>");
    ASSERT_END(&call, "(");
    ck_assert(bh_kernel_was_told(s.kernel, "Parameters:" PEER_ADDRESS ",6-12,4,500"));
}
END_TEST

START_TEST(an_old_kernel_cannot_change_a_link_and_that_is_said)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0};
    g_autofree char *hold = init_connected(&s);

    begin(&s,
          &call,
          DEVICE_PATH,
          DEVICE,
          "SetConnectionParameters",
          options_of("{'MinIntervalUs': <7500>, 'MaxIntervalUs': <15000>}"));
    ASSERT_END(&call, "NotSupported: this kernel changes them for the next link only");
}
END_TEST

START_TEST(an_old_kernel_cannot_change_the_link_of_another_program_and_that_is_said)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0};

    init(&s);
    bh_puppet_set_device(s.puppet, PEER, "Connected", TRUE);
    bh_puppet_set_device(s.puppet, PEER, "ServicesResolved", TRUE);
    bh_fixture_settle();
    connect_device(&s, &call, ", 'MinIntervalUs': <15000>, 'MaxIntervalUs': <15000>");
    ASSERT_END(&call, "NotSupported: the device is linked already: this kernel changes");
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "Connect"), 0);
}
END_TEST

static void
begin_parameters(BhMgmtScene *s, Call *call)
{
    begin(s,
          call,
          DEVICE_PATH,
          DEVICE,
          "SetConnectionParameters",
          options_of("{'MinIntervalUs': <7500>, 'MaxIntervalUs': <15000>}"));
}

START_TEST(a_newer_kernel_changes_the_link_itself)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0};
    g_autofree char *hold = init_connected_to(&s, BH_KERNEL_REVISION + 1);

    begin_parameters(&s, &call);
    ASSERT_END(&call, "()");
    ck_assert(bh_kernel_was_told(s.kernel, "Parameters:" PEER_ADDRESS ",6-12,0,42"));
}
END_TEST

START_TEST(parameters_that_the_kernel_refuses_are_an_error)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) one = {0}, two = {0}, three = {0};
    g_autofree char *hold = init_connected_to(&s, BH_KERNEL_REVISION + 1);

    bh_kernel_refuse(s.kernel, BH_MGMT_LOAD_CONNECTION_PARAMETERS, BH_MGMT_STATUS_BUSY, 2);
    begin_parameters(&s, &one);
    begin_parameters(&s, &two);
    begin_parameters(&s, &three);
    ASSERT_END(&one, "Failed: the kernel refuses the connection parameters (status 0x0a)");
    ASSERT_END(&two, "Failed: ");
    ASSERT_END(&three, "()");
}
END_TEST

static char *
dup_property(BhMgmtScene *s, const char *name)
{
    g_auto(Call) call = {0};

    begin(s,
          &call,
          DEVICE_PATH,
          "org.freedesktop.DBus.Properties",
          "Get",
          g_variant_new("(ss)", DEVICE, name));
    BH_AWAIT(call.done);
    return g_steal_pointer(&call.end);
}

static gboolean
has_property(BhMgmtScene *s, const char *name, const char *wanted)
{
    g_autofree char *end = dup_property(s, name);

    return g_str_equal(end, wanted);
}

START_TEST(the_parameters_of_a_link_are_those_that_the_kernel_tells)
{
    static const BhMgmtConnectionParameters exact = {40, 40, 3, 500}, range = {24, 40, 0, 42};
    g_auto(BhMgmtScene) s = {0};
    g_autofree char *hold = init_connected(&s);

    ck_assert(has_property(&s, "ConnectionIntervalUs", "(<uint32 0>,)"));
    bh_kernel_parameters(s.kernel, PEER_ADDRESS, &exact);
    BH_AWAIT(has_property(&s, "ConnectionIntervalUs", "(<uint32 50000>,)"));
    ck_assert(has_property(&s, "ConnectionLatency", "(<uint16 3>,)"));
    ck_assert(has_property(&s, "SupervisionMs", "(<uint32 5000>,)"));
    bh_kernel_parameters(s.kernel, PEER_ADDRESS, &range);
    BH_AWAIT(has_property(&s, "SupervisionMs", "(<uint32 420>,)"));
    ck_assert(has_property(&s, "ConnectionIntervalUs", "(<uint32 0>,)"));
}
END_TEST

/* BlueZ reads it over the link, after the services are known. */
START_TEST(the_name_of_a_device_that_was_never_heard_is_what_bluez_has_read)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0};
    g_autofree char *hold = init_connected(&s);

    ck_assert(has_property(&s, "Name", "(<'listed'>,)"));
    BH_PUPPET_CHANGE(s.puppet, PEER, 1, "Name", "s", "Read of it");
    BH_AWAIT(has_property(&s, "Name", "(<'Read of it'>,)"));
    begin(&s, &call, DEVICE_PATH, DEVICE, "Explore", options_of("{}"));
    ASSERT_END(&call, "('{\"device_name\": \"Read of it\", ");
}
END_TEST

/* Pairing with a BlueZ that leaves the capability to the kernel */

#define PAIRED_AS(capability) "Pair:" PEER_ADDRESS "," capability
#define CANCELLED "CancelPair:" PEER_ADDRESS

static void
init_connected_with(BhMgmtScene *s, guint version)
{
    g_auto(Call) call = {0};

    bh_mgmt_scene_init(s);
    bh_puppet_set_version(s->puppet, ADAPTER, version);
    add_readable(s);
    bh_mgmt_scene_start(s);
    connect_device(s, &call, "");
    ASSERT_END(&call, "(");
    bh_kernel_clear_log(s->kernel);
    bh_puppet_clear_calls(s->puppet);
}

static void
pair_as(BhMgmtScene *s, Call *call, const char *options)
{
    begin(s, call, DEVICE_PATH, DEVICE, "Pair", options_of(options));
}

START_TEST(the_kernel_is_told_what_a_pairing_is_capable_of_where_bluez_does_not)
{
    static const struct {
        guint version;
        gboolean told;
    } cases[] = {{0x0542, FALSE}, {0x0550, FALSE}, {0x0551, TRUE}, {0x0552, TRUE}, {0x0600, TRUE}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(BhMgmtScene) s = {0};
        g_auto(Call) call = {0};
        init_connected_with(&s, cases[i].version);
        ck_assert(bh_mgmt_scene_can(&s, "pair-capability"));
        pair_as(&s, &call, "{'Capability': <'KeyboardOnly'>}");
        ASSERT_END(&call, "()");
        ck_assert_int_eq(bh_kernel_was_told(s.kernel, PAIRED_AS("2")), cases[i].told);
        ck_assert(!bh_kernel_was_told(s.kernel, CANCELLED));
    }
}
END_TEST

START_TEST(the_kernel_is_told_only_when_bluez_knows_who_is_to_be_asked)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0};

    init_connected_with(&s, 0x0552);
    bh_puppet_hold(s.puppet, "RequestDefaultAgent");
    pair_as(&s, &call, "{}");
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "RequestDefaultAgent") == 1);
    bh_fixture_settle();
    ck_assert_str_eq(bh_kernel_peek_log(s.kernel), "");
    bh_puppet_release(s.puppet, "RequestDefaultAgent");
    ASSERT_END(&call, "()");
    ck_assert(bh_kernel_was_told(s.kernel, PAIRED_AS("3")));
}
END_TEST

START_TEST(a_pairing_that_fails_or_is_given_up_is_so_for_the_kernel_too)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0};

    init_connected_with(&s, 0x0552);
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.AuthenticationFailed", 1);
    pair_as(&s, &call, "{}");
    ASSERT_END(&call, "Failed: pairing: ");
    BH_AWAIT(bh_kernel_was_told(s.kernel, CANCELLED));
    bh_kernel_clear_log(s.kernel);
    bh_puppet_hold(s.puppet, "Pair");
    pair_as(&s, &call, "{'TimeoutMs': <100>}");
    ASSERT_END(&call, "Timeout: ");
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "CancelPairing") == 1);
    bh_fixture_settle();
    ck_assert(!bh_kernel_was_told(s.kernel, CANCELLED)); /* BlueZ tells it */
    bh_kernel_clear_log(s.kernel);
    pair_as(&s, &call, "{}");
    BH_AWAIT(bh_kernel_was_told(s.kernel, PAIRED_AS("3")));
    bh_fixture_settle();
    g_clear_pointer(&s.puppet, bh_puppet_free);
    ASSERT_END(&call, "Disconnected: ");
    BH_AWAIT(bh_kernel_was_told(s.kernel, CANCELLED));
}
END_TEST

/* BlueZ answers first, and blehubd waits whether the adapter goes, too. */
START_TEST(a_pairing_that_failed_says_why_although_its_link_ends_then)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0}, wait = {0};

    init_connected_with(&s, 0x0542);
    begin(&s, &wait, DEVICE_PATH, DEVICE, "WaitDisconnected", options_of("{}"));
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.AuthenticationFailed", 1);
    bh_puppet_hold(s.puppet, "Pair");
    pair_as(&s, &call, "{}");
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Pair") == 1);
    bh_puppet_release(s.puppet, "Pair");
    bh_puppet_set_device(s.puppet, PEER, "Connected", FALSE);
    ASSERT_END(&call, "Failed: pairing: authentication failed");
    ASSERT_END(&wait, "(");
}
END_TEST

/* A question may be quicker than BlueZ's Pair. */
START_TEST(our_agent_comes_first_just_until_bluez_has_its_pair)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0};

    init_connected_with(&s, 0x0552);
    pair_as(&s, &call, "{}");
    ASSERT_END(&call, "()");
    ck_assert(
        g_str_has_prefix(bh_puppet_peek_calls(s.puppet),
                         "RegisterAgent:NoInputNoOutput RequestDefaultAgent Pair UnregisterAgent"));
}
END_TEST

START_TEST(a_pairing_that_was_over_before_bluez_was_asked_is_one_all_the_same)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0};

    init_connected_with(&s, 0x0552);
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.AlreadyExists", 1);
    pair_as(&s, &call, "{}");
    ASSERT_END(&call, "()");
}
END_TEST

START_TEST(a_pairing_that_another_program_began_is_not_cancelled_in_the_kernel)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0};

    init_connected_with(&s, 0x0552);
    bh_puppet_fail(s.puppet, "Pair", "org.bluez.Error.InProgress", G_MAXUINT);
    pair_as(&s, &call, "{'TimeoutMs': <300>}");
    ASSERT_END(&call, "Timeout: ");
    bh_fixture_settle();
    ck_assert(!bh_kernel_was_told(s.kernel, CANCELLED));
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
        g_auto(Call) read = {0};
        init_connected_with(&s, cases[i].version);
        if (cases[i].bonded)
            bh_puppet_set_device(s.puppet, PEER, "Bonded", TRUE);
        bh_puppet_hold(s.puppet, "ReadValue");
        begin(&s, &read, DEVICE_PATH, DEVICE, "Read", read_of("{'TimeoutMs': <5000>}"));
        BH_AWAIT(bh_puppet_count_calls(s.puppet, "ReadValue") == 1);
        if (cases[i].refused)
            bh_kernel_link(s.kernel, BH_MGMT_AUTHENTICATION_FAILED, PEER_ADDRESS, 5);
        bh_fixture_settle();
        bh_puppet_set_device(s.puppet, PEER, "Connected", FALSE);
        ASSERT_END(&read, "Disconnected: ");
        BH_AWAIT(bh_puppet_count_calls(s.puppet, "RemoveDevice") >= cases[i].removed);
        bh_fixture_settle();
        ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "RemoveDevice"), cases[i].removed);
    }
}
END_TEST

static void
begin_read(BhMgmtScene *s, Call *read)
{
    bh_puppet_hold(s->puppet, "ReadValue");
    bh_puppet_clear_calls(s->puppet);
    begin(s, read, DEVICE_PATH, DEVICE, "Read", read_of("{'TimeoutMs': <5000>}"));
    BH_AWAIT(bh_puppet_count_calls(s->puppet, "ReadValue") == 1);
}

/* Another program's, say: what is answered, and what begins later, has nothing to do with it. */
START_TEST(a_device_is_not_removed_for_a_read_that_a_refused_pairing_did_not_keep)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) read = {0};

    init_connected_with(&s, 0x0552);
    begin_read(&s, &read);
    bh_kernel_link(s.kernel, BH_MGMT_AUTHENTICATION_FAILED, PEER_ADDRESS, 5);
    bh_fixture_settle();
    bh_puppet_release(s.puppet, "ReadValue");
    ASSERT_END(&read, "([0x0a],)");
    begin_read(&s, &read);
    bh_puppet_set_device(s.puppet, PEER, "Connected", FALSE);
    ASSERT_END(&read, "Disconnected: ");
    connect_device(&s, &read, "");
    ASSERT_END(&read, "(");
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "RemoveDevice"), 0);
}
END_TEST

START_TEST(what_the_kernel_tells_of_a_link_before_bluez_does_is_not_lost)
{
    static const BhMgmtConnectionParameters exact = {40, 40, 3, 500};
    g_auto(BhMgmtScene) s = {0};
    g_auto(Call) call = {0};

    init(&s);
    bh_puppet_hold(s.puppet, "Connect");
    connect_device(&s, &call, "");
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Connect") == 1);
    bh_kernel_link(s.kernel, BH_MGMT_DEVICE_CONNECTED, PEER_ADDRESS, 8);
    bh_kernel_parameters(s.kernel, PEER_ADDRESS, &exact);
    bh_fixture_settle();
    bh_puppet_release(s.puppet, "Connect");
    ASSERT_END(&call, "(");
    ck_assert(has_property(&s, "ConnectionIntervalUs", "(<uint32 50000>,)"));
}
END_TEST

BH_TEST_MAIN("mgmt-link",
             a_failed_attempt_has_the_kernels_cause,
             a_link_that_ends_before_it_is_of_use_is_tried_again_unless_its_end_has_a_cause,
             a_link_that_is_never_established_is_disconnected_whoever_says_so_first,
             a_controller_without_room_is_said_although_bluez_does_not_answer,
             a_link_that_is_lost_has_the_kernels_cause,
             a_controller_has_the_events_of_its_index_although_another_had_it_before,
             the_last_release_ends_the_link_by_the_kernel_too,
             the_strength_of_a_link_is_the_kernels,
             a_pairing_that_the_kernel_tells_of_does_not_count_for_a_read,
             connection_parameters_are_loaded_before_the_attempt,
             an_old_kernel_cannot_change_a_link_and_that_is_said,
             an_old_kernel_cannot_change_the_link_of_another_program_and_that_is_said,
             a_newer_kernel_changes_the_link_itself,
             parameters_that_the_kernel_refuses_are_an_error,
             the_parameters_of_a_link_are_those_that_the_kernel_tells,
             the_name_of_a_device_that_was_never_heard_is_what_bluez_has_read,
             the_kernel_is_told_what_a_pairing_is_capable_of_where_bluez_does_not,
             the_kernel_is_told_only_when_bluez_knows_who_is_to_be_asked,
             a_pairing_that_fails_or_is_given_up_is_so_for_the_kernel_too,
             a_pairing_that_failed_says_why_although_its_link_ends_then,
             our_agent_comes_first_just_until_bluez_has_its_pair,
             a_pairing_that_was_over_before_bluez_was_asked_is_one_all_the_same,
             a_pairing_that_another_program_began_is_not_cancelled_in_the_kernel,
             a_device_whose_read_a_refused_pairing_left_open_is_removed_from_bluez,
             a_device_is_not_removed_for_a_read_that_a_refused_pairing_did_not_keep,
             what_the_kernel_tells_of_a_link_before_bluez_does_is_not_lost)
