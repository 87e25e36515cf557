/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Linear searches, of lists that people write: they are made when a device is new or says something
 * else, never for each report.
 */
#include "bh-watched.h"

#include "bh-ad.h"

struct BhWatched {
    BhPresenceSelection selection;
    GArray *key_identities; /* BhIdentity, of each of keys */
    GPtrArray *keys;        /* BhRpaKey, borrowed from selection: its own, then those of aliases */
    guint n_named_keys;     /* of these; the others are of aliases that are only known */
    GPatternSpec *name;
};

static gboolean
matches_pattern(const BhWatched *self, const BhIdentity *identity)
{
    const BhPresenceSelection *selection = &self->selection;

    for (guint i = 0; i < selection->patterns->len; i++)
        if (bh_identity_pattern_matches(&g_array_index(selection->patterns, BhIdentityPattern, i),
                                        identity))
            return TRUE;
    for (guint i = 0; i < selection->aliases->len; i++)
        if (bh_alias_matches(selection->aliases->pdata[i], identity))
            return TRUE;
    return FALSE;
}

BhWatchedResult
bh_watched_find_beacon(const BhWatched *self,
                       const BhDevice *device,
                       BhBeacon *beacon,
                       BhIdentity *identity)
{
    if (!bh_device_get_beacon(device, beacon))
        return BH_WATCHED_NOT;
    if (!bh_identity_of_beacon(beacon, identity))
        return BH_WATCHED_STAYS;
    return self->selection.everything ||
                   (self->selection.beacon_types & BH_BEACON_BIT(beacon->type)) != 0 ||
                   matches_pattern(self, identity)
               ? BH_WATCHED_IS
               : BH_WATCHED_NOT;
}

gboolean
bh_watched_resolve(const BhWatched *self, const BhAddress *address, BhIdentity *identity)
{
    if (!bh_rpa_is_resolvable(address))
        return FALSE;
    for (guint i = 0; i < self->keys->len; i++) {
        if (bh_rpa_key_resolves(self->keys->pdata[i], address)) {
            *identity = g_array_index(self->key_identities, BhIdentity, i);
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
has_such_name(const BhWatched *self, const BhDevice *device)
{
    g_autofree char *name = NULL;

    if (self->name == NULL)
        return FALSE;
    name = bh_ad_dup_name(device->payload, device->payload_size);
    return name != NULL && g_pattern_spec_match_string(self->name, name);
}

/* Of a beacon, then, which will say in another frame who it is: its address is not. */
static gboolean
is_telemetry(const BhDevice *device)
{
    return (device->beacon & (BH_BEACON_BIT(BH_BEACON_EDDYSTONE_TLM) |
                              BH_BEACON_BIT(BH_BEACON_EDDYSTONE_ETLM))) != 0;
}

gboolean
bh_watched_find_device(const BhWatched *self, const BhDevice *device, BhIdentity *identity)
{
    bh_identity_of_address(&device->address, identity);
    return (self->selection.everything && !is_telemetry(device)) ||
           matches_pattern(self, identity) || has_such_name(self, device);
}

gboolean
bh_watched_is_everything(const BhWatched *self)
{
    return self->selection.everything;
}

gboolean
bh_watched_has_name(const BhWatched *self)
{
    return self->name != NULL;
}

static BhAlias *
find_alias(const GPtrArray *aliases, const BhIdentity *identity)
{
    for (guint i = 0; i < aliases->len; i++)
        if (bh_alias_matches(aliases->pdata[i], identity))
            return aliases->pdata[i];
    return NULL;
}

BhAlias *
bh_watched_find_alias(const BhWatched *self, const BhIdentity *identity)
{
    BhAlias *alias = find_alias(self->selection.aliases, identity);

    return alias != NULL ? alias : find_alias(self->selection.known, identity);
}

void
bh_watched_foreach_named(const BhWatched *self, BhWatchedFunc func, gpointer user_data)
{
    const GArray *patterns = self->selection.patterns;

    for (guint i = 0; i < patterns->len; i++)
        if (g_array_index(patterns, BhIdentityPattern, i).is_whole)
            func(&g_array_index(patterns, BhIdentityPattern, i).identity, user_data);
    for (guint i = 0; i < self->selection.aliases->len; i++) {
        const BhAlias *alias = self->selection.aliases->pdata[i];

        if (alias->key == NULL && alias->pattern.is_whole)
            func(&alias->pattern.identity, user_data);
    }
    for (guint i = 0; i < self->n_named_keys; i++)
        func(&g_array_index(self->key_identities, BhIdentity, i), user_data);
}

static gboolean
names(const BhIdentityPattern *pattern, const BhIdentity *identity)
{
    return (pattern->is_whole || pattern->identity.kind == BH_IDENTITY_ADDRESS) &&
           bh_identity_pattern_matches(pattern, identity);
}

gboolean
bh_watched_is_named(const BhWatched *self, const BhIdentity *identity)
{
    const GArray *patterns = self->selection.patterns;

    if (identity->kind == BH_IDENTITY_IRK)
        return TRUE; /* there is no other way to be watched */
    for (guint i = 0; i < patterns->len; i++)
        if (names(&g_array_index(patterns, BhIdentityPattern, i), identity))
            return TRUE;
    for (guint i = 0; i < self->selection.aliases->len; i++) {
        const BhAlias *alias = self->selection.aliases->pdata[i];

        if (alias->key == NULL && names(&alias->pattern, identity))
            return TRUE;
    }
    return FALSE;
}

static void
add_key(BhWatched *self, BhRpaKey *key)
{
    BhIdentity identity;

    bh_identity_of_key(key, &identity);
    g_array_append_val(self->key_identities, identity);
    g_ptr_array_add(self->keys, key);
}

static void
add_keys_of_aliases(BhWatched *self, const GPtrArray *aliases)
{
    for (guint i = 0; i < aliases->len; i++) {
        BhAlias *alias = aliases->pdata[i];

        if (alias->key != NULL)
            add_key(self, alias->key);
    }
}

BhWatched *
bh_watched_new(BhPresenceSelection *selection)
{
    BhWatched *self = g_new0(BhWatched, 1);

    self->selection = *selection;
    *selection = (BhPresenceSelection){.everything = FALSE};
    self->keys = g_ptr_array_new();
    self->key_identities = g_array_new(FALSE, FALSE, sizeof(BhIdentity));
    for (guint i = 0; i < self->selection.keys->len; i++)
        add_key(self, self->selection.keys->pdata[i]);
    add_keys_of_aliases(self, self->selection.aliases);
    self->n_named_keys = self->keys->len;
    if (self->selection.everything)
        add_keys_of_aliases(self, self->selection.known);
    if (self->selection.name_pattern != NULL)
        self->name = g_pattern_spec_new(self->selection.name_pattern);
    return self;
}

void
bh_watched_free(BhWatched *self)
{
    g_clear_pointer(&self->name, g_pattern_spec_free);
    g_ptr_array_unref(self->keys);
    g_array_unref(self->key_identities);
    bh_presence_selection_clear(&self->selection);
    g_free(self);
}
