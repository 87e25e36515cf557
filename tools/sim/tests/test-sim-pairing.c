/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pairing with blehub-sim as it is shipped: who is asked what, and what comes of it. */
#include "sim-gatt-rig.h"
#include "test-main.h"

#define READ "GattCharacteristic1.ReadValue"

static gboolean
is_state(Rig *rig, const char *name, const char *expected)
{
    g_autofree char *value = rig_property(rig, LOCK, "org.bluez.Device1", name);

    return g_strcmp0(value, expected) == 0;
}

/* So that 2 s of a disconnection are not waited for. */
static void
set_up_speed(Rig *rig)
{
    g_variant_unref(rig_tell(rig, "SetSpeed", g_variant_new("(d)", 20.0)));
}

static gboolean
has_adapter(Rig *rig)
{
    g_autofree char *powered = rig_property(rig, ADAPTER, "org.bluez.Adapter1", "Powered");

    return powered != NULL;
}

static void
expect_pair(Rig *rig, const char *answer)
{
    gatt_expect(rig->client, LOCK, "Device1.Pair", NULL, answer);
}

START_TEST(question_follows_from_both_sides)
{
    static const struct {
        const char *device;
        const char *capability;
        const char *answer;
        const char *asked;
        const char *result;
    } rows[] = {
        {"just-works", "NoInputNoOutput", "yes", "", ""},
        {"comparison", "NoInputNoOutput", "yes", "", ""},
        {"comparison", "DisplayYesNo", "yes", "RequestConfirmation", ""},
        {"comparison",
         "",
         "no",
         "RequestConfirmation",
         "AuthenticationFailed: Authentication Failed"},
        {"displayed", "DisplayOnly", "yes", "DisplayPasskey", ""},
        {"displayed", "KeyboardOnly", "yes", "", ""},
        {"entered", "KeyboardOnly", "123456", "RequestPasskey", ""},
        {"entered",
         "KeyboardDisplay",
         "111111",
         "RequestPasskey",
         "AuthenticationFailed: Authentication Failed"},
        {"refused", "KeyboardDisplay", "yes", "", "AuthenticationFailed: Authentication Failed"},
    };
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    set_up_speed(&rig);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *options = g_strdup_printf("{'Pairing': <'%s'>}", rows[i].device);
        Agent agent;

        gatt_agent_init(&agent, &rig, rows[i].capability, rows[i].answer);
        gatt_set(&rig, "lock", NULL, options);
        expect_pair(&rig, rows[i].result);
        ck_assert_str_eq(agent.asked->str, rows[i].asked);
        ck_assert(is_state(&rig, "Bonded", *rows[i].result == '\0' ? "true" : "false"));
        gatt_agent_clear(&agent, &rig);
        rig_forget(&rig);
        gatt_expect(rig.client, ADAPTER, "Adapter1.RemoveDevice", g_variant_new("(o)", LOCK), "");
        AWAIT(rig_count_objects(&rig, "InterfacesAdded", LOCK) > 0);
    }
}
END_TEST

START_TEST(pairing_without_an_agent_fails)
{
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, LOCK);
    expect_pair(&rig, "AuthenticationFailed: Authentication Failed");
    ck_assert(is_state(&rig, "Connected", "true"));
    gatt_expect(rig.client, LOCK, "Device1.CancelPairing", NULL, "DoesNotExist: Does Not Exist");
}
END_TEST

START_TEST(device_that_failed_to_pair_is_forgotten_with_its_link)
{
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, "--temporary-timeout-ms=300");
    gatt_connect(&rig, LOCK);
    expect_pair(&rig, "AuthenticationFailed: Authentication Failed");
    rig_forget(&rig);
    AWAIT(rig_count_objects(&rig, "InterfacesRemoved", LOCK) > 0);
    g_autofree char *linked = gatt_get(&rig, "lock", NULL, "Linked");
    ck_assert_str_eq(linked, "false");
}
END_TEST

START_TEST(request_that_needs_a_pairing_loses_the_link_when_there_is_none)
{
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, LOCK);
    gatt_expect(rig.client,
                LOCK VALUE,
                READ,
                gatt_read_arguments(0),
                "Failed: Operation failed with ATT error: 0x0e");
    AWAIT(is_state(&rig, "Connected", "false"));
}
END_TEST

START_TEST(request_asks_the_agent_and_goes_on)
{
    g_auto(Rig) rig = {0};
    Agent agent;

    gatt_rig_init(&rig, NULL);
    gatt_agent_init(&agent, &rig, "NoInputNoOutput", "yes");
    gatt_connect(&rig, LOCK);
    gatt_expect(rig.client, LOCK VALUE, READ, gatt_read_arguments(0), "([0x07],)");
    ck_assert_str_eq(agent.asked->str, "RequestAuthorization");
    expect_pair(&rig, "AuthenticationFailed: Authentication Failed");
    gatt_agent_clear(&agent, &rig);
}
END_TEST

START_TEST(cancelled_pairing_withdraws_the_question)
{
    g_auto(Rig) rig = {0};
    g_autofree char *answer = NULL;
    Agent agent;

    gatt_rig_init(&rig, NULL);
    gatt_set(&rig, "lock", NULL, "{'Pairing': <'comparison'>}");
    gatt_agent_init(&agent, &rig, "", "never");
    gatt_call(rig.client, LOCK, "Device1.Pair", NULL, &answer);
    AWAIT(agent.asked->len > 0);
    expect_pair(&rig, "InProgress: In Progress");
    gatt_expect(rig.client, LOCK, "Device1.CancelPairing", NULL, "");
    AWAIT(answer != NULL && g_str_has_suffix(agent.asked->str, " Cancel"));
    ck_assert_str_eq(answer, "AuthenticationCanceled: Authentication Canceled");
    gatt_agent_clear(&agent, &rig);
}
END_TEST

START_TEST(caller_that_leaves_takes_the_link_along)
{
    g_auto(Rig) rig = {0};
    GDBusConnection *other = NULL;
    g_autofree char *answer = NULL;
    Agent agent;

    gatt_rig_init(&rig, NULL);
    gatt_set(&rig, "lock", NULL, "{'Pairing': <'comparison'>}");
    gatt_agent_init(&agent, &rig, "", "never");
    other = rig_connect(&rig);
    gatt_call(other, LOCK, "Device1.Pair", NULL, &answer);
    AWAIT(agent.asked->len > 0);
    rig_disconnect(other);
    set_up_speed(&rig);
    AWAIT(is_state(&rig, "Connected", "false"));
    AWAIT(answer != NULL);
    gatt_agent_clear(&agent, &rig);
}
END_TEST

START_TEST(link_lost_in_the_middle_cancels_the_pairing)
{
    g_auto(Rig) rig = {0};
    Agent agent;

    gatt_rig_init(&rig, NULL);
    gatt_set(&rig, "lock", NULL, "{'Pairing': <'comparison'>, 'DropAt': <'pairing'>}");
    gatt_agent_init(&agent, &rig, "", "never");
    expect_pair(&rig, "AuthenticationCanceled: Authentication Canceled");
    gatt_agent_clear(&agent, &rig);
}
END_TEST

START_TEST(device_that_says_no_more_is_given_up)
{
    g_auto(Rig) rig = {0};
    Agent agent;

    gatt_rig_init(&rig, NULL);
    gatt_set(&rig, "lock", NULL, "{'Pairing': <'silent'>}");
    gatt_agent_init(&agent, &rig, "", "yes");
    gatt_connect(&rig, LOCK);
    g_variant_unref(rig_tell(&rig, "SetSpeed", g_variant_new("(d)", 500.0)));
    expect_pair(&rig, "AuthenticationFailed: Authentication Failed");
    AWAIT(is_state(&rig, "Connected", "false"));
    gatt_agent_clear(&agent, &rig);
}
END_TEST

START_TEST(bond_outlives_bluetoothd_and_goes_with_the_device)
{
    g_auto(Rig) rig = {0};
    Agent agent;

    gatt_rig_init(&rig, NULL);
    gatt_agent_init(&agent, &rig, "NoInputNoOutput", "yes");
    expect_pair(&rig, "");
    gatt_agent_clear(&agent, &rig);
    g_variant_unref(rig_tell(&rig, "Restart", g_variant_new("(u)", 10)));
    AWAIT(is_state(&rig, "Bonded", "true"));
    gatt_connect(&rig, LOCK);
    gatt_expect(rig.client, LOCK VALUE, READ, gatt_read_arguments(0), "([0x07],)");
    set_up_speed(&rig);
    gatt_expect(rig.client, ADAPTER, "Adapter1.RemoveDevice", g_variant_new("(o)", LOCK), "");
    g_variant_unref(rig_tell(&rig, "Restart", g_variant_new("(u)", 10)));
    AWAIT(has_adapter(&rig));
    ck_assert(!is_state(&rig, "Bonded", "true"));
    rig_start(&rig, NULL);
    AWAIT(is_state(&rig, "Bonded", "false"));
}
END_TEST

START_TEST(each_sender_has_one_agent)
{
    g_auto(Rig) rig = {0};
    Agent agent;

    gatt_rig_init(&rig, NULL);
    gatt_expect(rig.client,
                "/org/bluez",
                "AgentManager1.RegisterAgent",
                g_variant_new("(os)", "/agent", "Telepathy"),
                "InvalidArguments: Invalid arguments in method call");
    gatt_agent_init(&agent, &rig, "", "yes");
    gatt_expect(rig.client,
                "/org/bluez",
                "AgentManager1.RegisterAgent",
                g_variant_new("(os)", "/agent2", ""),
                "AlreadyExists: Already Exists");
    gatt_expect(rig.client,
                "/org/bluez",
                "AgentManager1.RequestDefaultAgent",
                g_variant_new("(o)", "/agent2"),
                "DoesNotExist: Does Not Exist");
    gatt_agent_clear(&agent, &rig);
}
END_TEST

BH_TEST_MAIN("sim-pairing",
             question_follows_from_both_sides,
             pairing_without_an_agent_fails,
             device_that_failed_to_pair_is_forgotten_with_its_link,
             request_that_needs_a_pairing_loses_the_link_when_there_is_none,
             request_asks_the_agent_and_goes_on,
             cancelled_pairing_withdraws_the_question,
             caller_that_leaves_takes_the_link_along,
             link_lost_in_the_middle_cancels_the_pairing,
             device_that_says_no_more_is_given_up,
             bond_outlives_bluetoothd_and_goes_with_the_device,
             each_sender_has_one_agent)
