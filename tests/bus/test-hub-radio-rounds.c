/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The radio voted off and on over and over, while an application is served, an advertisement is on
 * the air, a call waits and a central is linked: each time values are the initial ones, whoever
 * waits hears of it, everything is up again, and nothing of it is kept.
 */
#include "bh-measure.h"
#include "test-main.h"

#define ROUNDS 100
#define LAST_ROUNDS 50
#define ADAPTER "00:AA:01:00:00:01"
#define CENTRAL "C0:00:00:00:00:05"
#define SERVICE "180d"
#define RATE "2a37"
#define CONTROL "2a39"
#define APPLICATION "org.blehub.Application1"
#define ADVERTISEMENT "org.blehub.Advertisement1"
#define TEXT                                                                                       \
    "[service " SERVICE "]\n[characteristic " SERVICE "/" RATE                                     \
    "]\nFlags=read\nValue=text:initial\n"                                                          \
    "[characteristic " SERVICE "/" CONTROL "]\nFlags=write\nCapture=true\n"

typedef struct {
    BhFixture f;
    char *application;
    char *advertisement;
} Scene;

static char *
make(Scene *self, const char *method, GVariant *arguments)
{
    g_autoptr(GVariant) reply = bh_caller_call(self->f.connection,
                                               BH_CALLER_HUB_PATH,
                                               BH_CALLER_HUB,
                                               method,
                                               arguments,
                                               NULL);
    char *path;

    ck_assert_ptr_nonnull(reply);
    g_variant_get(reply, "(o)", &path);
    return path;
}

static void
scene_init(Scene *self)
{
    bh_fixture_init(&self->f);
    bh_fixture_start_sim(&self->f, "[adapter main]\nAddress=" ADAPTER "\nPowered=true\n");
    bh_fixture_start_hub(&self->f, NULL);
    self->application = make(self,
                             "RegisterApplication",
                             g_variant_new_parsed("(@aa{sv} [], {'Definition': <%s>})", TEXT));
    self->advertisement = make(self, "Advertise", g_variant_new_parsed("({'Name': <'rounds'>},)"));
}

static void
scene_clear(Scene *self)
{
    g_free(self->application);
    g_free(self->advertisement);
    bh_fixture_clear(&self->f);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

static gboolean
has_state(Scene *self, const char *path, const char *interface, const char *state)
{
    g_autoptr(GVariant) value = bh_caller_get(self->f.connection, path, interface, "State");

    return g_str_equal(g_variant_get_string(value, NULL), state);
}

/* What a central reads of the rate. */
static void
check_read(Scene *self, const char *expected)
{
    g_autoptr(GVariant) reply =
        bh_fixture_call_sim(&self->f,
                            "CentralRead",
                            g_variant_new("(sssq)", ADAPTER, CENTRAL, SERVICE "/" RATE, 0));
    g_autoptr(GVariant) value = g_variant_get_child_value(reply, 0);

    ck_assert_uint_eq(g_variant_get_size(value), strlen(expected));
    ck_assert_mem_eq(g_variant_get_data(value), expected, strlen(expected));
}

/* The central writes, which the call that waits hears. */
static void
check_write(Scene *self)
{
    g_auto(BhAnswers) answers = {0};

    bh_answers_init(&answers);
    bh_caller_send(self->f.connection,
                   self->application,
                   APPLICATION,
                   "WaitWritten",
                   bh_caller_options("{}"),
                   &answers);
    bh_fixture_tell_sim(&self->f,
                        "CentralWrite",
                        g_variant_new_parsed("(%s, %s, %s, b'on', @a{sv} {})",
                                             ADAPTER,
                                             CENTRAL,
                                             SERVICE "/" CONTROL));
    BH_AWAIT(answers.came->len == 1);
    ck_assert_str_eq(answers.came->pdata[0], "0 ok");
}

static void
switch_radio(Scene *self)
{
    g_auto(BhAnswers) answers = {0};

    bh_answers_init(&answers);
    bh_caller_tell(self->f.connection,
                   self->application,
                   APPLICATION,
                   "SetValue",
                   g_variant_new_parsed("('', %s, b'set', @a{sv} {})", RATE));
    bh_caller_send(self->f.connection,
                   self->application,
                   APPLICATION,
                   "WaitWritten",
                   bh_caller_options("{'TimeoutMs': <0>}"),
                   &answers);
    bh_caller_tell(self->f.connection,
                   BH_CALLER_HUB_PATH,
                   BH_CALLER_HUB,
                   "RadioOff",
                   bh_caller_options("{}"));
    BH_AWAIT(answers.came->len == 1);
    ck_assert_str_eq(answers.came->pdata[0], "0 org.blehub.Error.Disconnected");
    bh_caller_tell(self->f.connection,
                   BH_CALLER_HUB_PATH,
                   BH_CALLER_HUB,
                   "RadioOn",
                   bh_caller_options("{}"));
    BH_POLL(has_state(self, self->application, APPLICATION, "registered"));
    BH_POLL(has_state(self, self->advertisement, ADVERTISEMENT, "active"));
}

/* The link goes with the power. */
static void
play_round(Scene *self)
{
    bh_fixture_tell_sim(&self->f,
                        "CentralConnect",
                        g_variant_new_parsed("(%s, %s, @a{sv} {})", ADAPTER, CENTRAL));
    check_read(self, "initial");
    check_write(self);
    switch_radio(self);
}

START_TEST(the_radio_off_and_on_leaves_what_is_served_as_it_was)
{
    g_auto(Scene) s = {0};
    BhMeasure before;

    scene_init(&s);
    bh_measure_init(&before, &s.f);
    for (guint round = 0; round < ROUNDS; round++) {
        play_round(&s);
        BH_POLL(bh_measure_holds(&before, &s.f));
        if (round + LAST_ROUNDS >= ROUNDS)
            bh_measure_add_memory(&before, &s.f);
    }
    bh_measure_check_memory(&before);
}
END_TEST

BH_TEST_MAIN("hub-radio-rounds", the_radio_off_and_on_leaves_what_is_served_as_it_was)
