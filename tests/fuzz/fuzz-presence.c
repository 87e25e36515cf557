/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Presence: the input is a script of what the air brings and of time that passes, played before a
 * presence that watches everything and has little room; and it is taken as the text of an identity.
 * Whoever is present must be a row; what is an identity must be read again as it is written.
 */
#include "bh-presence.h"
#include "fuzz.h"

#include <math.h>
#include <string.h>

#define ROOM 5
#define IRK "ec0234a357c8ad05341010a60a397d9b"

typedef struct {
    const uint8_t *next;
    size_t left;
} Script;

typedef struct {
    BhPresence *presence;
    BhDeviceTable *table;
    gint64 now_us;
    guint known;
} Scene;

static guint8
take(Script *script)
{
    if (script->left == 0)
        return 0;
    script->left--;
    return *script->next++;
}

static void
check_row(const BhPresenceState *state, gint64 now_us)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) row = NULL;
    gint64 age_ms;

    bh_presence_state_add_to_row(state, now_us, now_us, &builder);
    row = g_variant_ref_sink(g_variant_builder_end(&builder));
    if (g_variant_lookup(row, "AgeMs", "x", &age_ms))
        g_assert_cmpint(age_ms, >=, 0);
}

static void
check_state(const BhPresenceState *state)
{
    g_assert_cmpint(state->zone, <, BH_N_ZONES);
    g_assert_true(state->heard || state->zone == BH_ZONE_LOST);
    if (!state->heard)
        return;
    g_assert_true(isfinite(state->distance_m) && state->distance_m > 0);
    g_assert_true(state->min_m <= state->distance_m && state->distance_m <= state->max_m);
    g_assert_true(state->smoothed >= -128 && state->smoothed <= 127);
    g_assert_cmpuint(state->n_tracks, >, 0);
}

static void
on_changed(gpointer user_data, BhPresenceId id, BhZone from, BhZone to)
{
    Scene *scene = user_data;
    BhPresenceState state;

    g_assert_true(bh_presence_get_state(scene->presence, id, &state));
    g_assert_true(state.zone == to);
    check_state(&state);
}

static void
on_forgotten(gpointer user_data, BhPresenceId id)
{
}

static gboolean
check_one(BhPresenceId id, gpointer user_data)
{
    Scene *scene = user_data;
    BhPresenceStatistics statistics;
    BhPresenceState state;

    g_assert_true(bh_presence_get_state(scene->presence, id, &state));
    check_state(&state);
    check_row(&state, scene->now_us);
    g_assert_true(bh_presence_get_statistics(scene->presence, id, &statistics));
    for (guint i = 0; i < BH_N_ZONES; i++)
        g_assert_cmpint(statistics.zone_us[i], >=, 0);
    scene->known++;
    return TRUE;
}

static void
hear(Scene *scene, Script *script)
{
    guint8 who = take(script), adapter = take(script), size = take(script);
    BhReport report = {
        .address = {.octets = {(guint8)(who << 6), 0, 0, 0, 0, who & 0x3f}, .type = who & 1},
        .adapter = adapter % BH_PRESENCE_MAX_ADAPTERS,
        .rssi = (gint8)take(script),
        .replaced = BH_AD_GROUP_ALL,
        .data = script->next,
        .size = MIN(size, script->left),
        .monotonic_us = scene->now_us,
        .realtime_us = scene->now_us,
    };
    BhDeviceChange change;
    BhDevice *device;

    device = bh_device_table_update(scene->table, &report, &change);
    bh_presence_hear(scene->presence, device, change, &report);
    script->next += report.size;
    script->left -= report.size;
}

static void
pass(Scene *scene, guint8 amount)
{
    scene->now_us += (gint64)amount * amount * 1000;
    if (bh_presence_get_due(scene->presence) <= scene->now_us)
        bh_presence_tick(scene->presence, scene->now_us);
    g_assert_cmpint(bh_presence_get_due(scene->presence), >, scene->now_us);
}

static void
step(Scene *scene, Script *script)
{
    guint8 what = take(script);

    if (what < 0xc0)
        hear(scene, script);
    else if (what < 0xfe)
        pass(scene, take(script));
    else
        bh_presence_set_listening(scene->presence, what & 1, scene->now_us);
}

static void
choose(Script *script, BhPresenceSettings *settings, BhPresenceSelection *selection)
{
    guint8 how = take(script);
    BhIdentityPattern named;

    bh_presence_settings_init(settings, how & 1);
    settings->max_identities = ROOM;
    settings->median_window = how & 2 ? 5 : 0;
    settings->half_life_us = how & 4 ? 1500000 : 0;
    settings->lost_intervals = how & 8 ? 3 : 0;
    settings->zones.hysteresis_db = how & 16 ? 5 : 0;
    settings->zones.dwell_us = how & 32 ? 1000000 : 0;
    bh_presence_selection_init(selection);
    selection->everything = (how & 64) != 0;
    selection->beacon_types = 0xff;
    selection->name_pattern = how & 128 ? g_strdup("*a*") : NULL;
    g_ptr_array_add(selection->keys, bh_rpa_key_new(IRK, NULL));
    if (bh_identity_pattern_parse("random:40:00:00:00:00:01", &named, NULL))
        g_array_append_val(selection->patterns, named);
}

static void
play(Script script)
{
    const BhPresenceFuncs funcs = {on_changed, on_forgotten};
    Scene scene = {.table = bh_device_table_new(ROOM + 2), .now_us = 1000000};
    BhPresenceSettings settings;
    BhPresenceSelection selection;

    choose(&script, &settings, &selection);
    scene.presence = bh_presence_new(&settings, &selection, &funcs, &scene);
    bh_presence_set_listening(scene.presence, TRUE, scene.now_us);
    while (script.left > 0)
        step(&scene, &script);
    bh_presence_foreach(scene.presence, check_one, &scene);
    g_assert_cmpuint(scene.known, ==, bh_presence_count(scene.presence));
    g_assert_cmpuint(scene.known, <=, ROOM);
    bh_presence_free(scene.presence);
    bh_device_table_free(scene.table);
}

static void
read_identity(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    char written[BH_IDENTITY_TEXT_SIZE];
    BhIdentityPattern pattern, again;

    if (!bh_identity_pattern_parse(text, &pattern, NULL) || !pattern.is_whole)
        return;
    bh_identity_format(&pattern.identity, written);
    g_assert_true(bh_identity_pattern_parse(written, &again, NULL));
    g_assert_true(bh_identity_equal(&pattern.identity, &again.identity));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    play((Script){data, size});
    read_identity(data, size);
    return 0;
}
