/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The library writes what it knows of an identity; this adds the adapters, which only the hub
 * knows, and the lists: which identities an answer is about is decided at once, each row is built
 * when its turn comes.
 */
#include "bh-watch-rows.h"

#include "bh-error.h"

/* Rows */

static const char *
peek_adapter(BhHub *hub, guint8 slot)
{
    BhAdapter *adapter = bh_hub_peek_adapter(hub, slot);

    return adapter != NULL ? bh_adapter_get_address_text(adapter) : "";
}

static GVariant *
build_track(BhHub *hub, const BhPresenceTrack *track, gint64 now_us)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

    g_variant_dict_insert(&dict, "Adapter", "s", peek_adapter(hub, track->adapter));
    g_variant_dict_insert(&dict, "RSSI", "n", (gint16)track->rssi);
    g_variant_dict_insert(&dict, "Smoothed", "d", track->smoothed);
    g_variant_dict_insert(&dict, "RSSIStdDev", "d", track->deviation_db);
    g_variant_dict_insert(&dict, "AgeMs", "x", (now_us - track->last_us) / 1000);
    return g_variant_dict_end(&dict);
}

static void
add_adapters(BhHub *hub, const BhPresenceState *state, gint64 now_us, GVariantBuilder *row)
{
    GVariantBuilder adapters;

    g_variant_builder_init(&adapters, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < state->n_tracks; i++) {
        const BhPresenceTrack *track = &state->tracks[i];

        if (track->counts)
            g_variant_builder_add(row,
                                  "{sv}",
                                  "Adapter",
                                  g_variant_new_string(peek_adapter(hub, track->adapter)));
        g_variant_builder_add_value(&adapters, build_track(hub, track, now_us));
    }
    g_variant_builder_add(row, "{sv}", "Adapters", g_variant_builder_end(&adapters));
}

static void
begin_row(BhHub *hub, const BhPresenceState *state, gint64 now_us, GVariantBuilder *row)
{
    g_variant_builder_init(row, G_VARIANT_TYPE_VARDICT);
    bh_presence_state_add_to_row(state, now_us, g_get_real_time(), row);
    if (state->n_tracks > 0)
        add_adapters(hub, state, now_us, row);
}

static GVariant *
row_of_state(BhHub *hub, const BhPresenceState *state, gint64 now_us)
{
    GVariantBuilder row;

    begin_row(hub, state, now_us, &row);
    return g_variant_builder_end(&row);
}

GVariant *
bh_watch_row_of_change(BhHub *hub,
                       const BhPresenceState *state,
                       gint64 now_us,
                       BhZone from,
                       guint32 changes)
{
    GVariantBuilder row;

    begin_row(hub, state, now_us, &row);
    g_variant_builder_add(&row, "{sv}", "From", g_variant_new_string(bh_zone_to_string(from)));
    if (changes > 1)
        g_variant_builder_add(&row, "{sv}", "Changes", g_variant_new_uint32(changes));
    return g_variant_builder_end(&row);
}

GVariant *
bh_watch_row_of_samples(BhHub *hub, const BhPresenceState *state, gint64 now_us, guint32 merged)
{
    GVariantBuilder row;

    begin_row(hub, state, now_us, &row);
    g_variant_builder_add(&row, "{sv}", "Merged", g_variant_new_uint32(merged));
    return g_variant_builder_end(&row);
}

static GVariant *
build_statistics(const BhPresenceState *state, const BhPresenceStatistics *statistics)
{
    char id[BH_IDENTITY_TEXT_SIZE];
    GVariantBuilder row;

    bh_identity_format(state->identity, id);
    g_variant_builder_init(&row, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&row, "{sv}", "Id", g_variant_new_string(id));
    if (state->alias != NULL)
        g_variant_builder_add(&row, "{sv}", "Alias", g_variant_new_string(state->alias));
    bh_presence_statistics_add_to_row(statistics, &row);
    return g_variant_builder_end(&row);
}

/* Who is asked for */

typedef struct {
    const BhPresence *presence;
    const BhStatesOptions *options;
    gboolean has_pattern;
    BhIdentityPattern pattern; /* what Id reads as */
    GArray *ids;               /* BhPresenceId */
    gboolean found;            /* somebody is called so, in whatever zone */
} Search;

/* An identity as it is written in rows, in either case where that makes no difference, or an alias.
 */
static gboolean
is_called(const Search *self, const BhPresenceState *state)
{
    const char *id = self->options->id;
    char text[BH_IDENTITY_TEXT_SIZE];

    if (id == NULL || g_strcmp0(state->alias, id) == 0)
        return TRUE;
    if (self->has_pattern)
        return bh_identity_pattern_matches(&self->pattern, state->identity);
    if (state->identity->kind != BH_IDENTITY_IRK)
        return FALSE;
    bh_identity_format(state->identity, text);
    return g_ascii_strcasecmp(text, id) == 0;
}

/* A BhPresenceIdFunc. */
static gboolean
look_at(BhPresenceId id, gpointer user_data)
{
    Search *self = user_data;
    BhPresenceState state;

    if (self->options->id == NULL && !self->options->has_zone) {
        g_array_append_val(self->ids, id);
        return TRUE;
    }
    if (!bh_presence_get_state(self->presence, id, &state) || !is_called(self, &state))
        return TRUE;
    self->found = TRUE;
    if (!self->options->has_zone || (gint)state.zone == self->options->zone)
        g_array_append_val(self->ids, id);
    return TRUE;
}

/* A beginning of an identity is nobody's name, except that an address may lack its type. */
static gboolean
read_id(const char *id, BhIdentityPattern *pattern)
{
    return id != NULL && bh_identity_pattern_parse(id, pattern, NULL) &&
           (pattern->is_whole || pattern->identity.kind == BH_IDENTITY_ADDRESS);
}

/* Most recently heard first; NULL if there is nobody of this name. */
static GArray *
find_ids(BhWatch *watch, const BhStatesOptions *options, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(BhPresenceId));
    Search search = {.presence = bh_watch_peek_presence(watch), .options = options, .ids = ids};

    search.has_pattern = read_id(options->id, &search.pattern);
    bh_presence_foreach(search.presence, look_at, &search);
    if (options->id == NULL || search.found)
        return g_steal_pointer(&ids);
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "Id: there is none of this name");
    return NULL;
}

/* Lists */

typedef struct {
    BhHub *hub; /* borrowed: outlives the list */
    BhWatch *watch;
    BhWatchRowsKind kind;
    GArray *ids;
} List;

static void
list_free(gpointer data)
{
    List *self = data;

    g_object_unref(self->watch);
    g_array_unref(self->ids);
    g_free(self);
}

/* A BhBulkRowFunc. */
static GVariant *
list_build(gpointer list, guint i)
{
    const List *self = list;
    const BhPresence *presence = bh_watch_peek_presence(self->watch);
    BhPresenceId id = g_array_index(self->ids, BhPresenceId, i);
    BhPresenceStatistics statistics;
    BhPresenceState state;

    if (!bh_presence_get_state(presence, id, &state))
        return NULL; /* forgotten meanwhile */
    if (self->kind == BH_WATCH_ROWS_STATES)
        return row_of_state(self->hub, &state, bh_watch_get_now_us(self->watch));
    bh_presence_get_statistics(presence, id, &statistics);
    return build_statistics(&state, &statistics);
}

void
bh_watch_rows_answer(const BhExportContext *context,
                     BhWatch *watch,
                     BhWatchRowsKind kind,
                     const BhStatesOptions *options,
                     GDBusMethodInvocation *invocation)
{
    GError *error = NULL;
    GArray *ids = find_ids(watch, options, &error);
    List *list;

    if (ids == NULL) {
        g_dbus_method_invocation_take_error(invocation, error);
        return;
    }
    list = g_new(List, 1);
    *list = (List){context->hub, g_object_ref(watch), kind, ids};
    bh_bulk_answer(context->bulk,
                   bh_gate_peek_client(context->gate, invocation),
                   invocation,
                   ids->len,
                   list_build,
                   list,
                   list_free);
}
