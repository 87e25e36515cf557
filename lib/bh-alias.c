/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Shared by the configuration that it stands in and the watches that use it.
 */
#include "bh-alias.h"

BhAlias *
bh_alias_new(const char *name)
{
    BhAlias *self = g_new0(BhAlias, 1);

    self->name = g_strdup(name);
    g_ref_count_init(&self->refs);
    return self;
}

BhAlias *
bh_alias_ref(BhAlias *self)
{
    g_ref_count_inc(&self->refs);
    return self;
}

void
bh_alias_unref(BhAlias *self)
{
    if (!g_ref_count_dec(&self->refs))
        return;
    g_clear_pointer(&self->key, bh_rpa_key_free);
    g_free(self->name);
    g_free(self);
}

void
bh_alias_take_key(BhAlias *self, BhRpaKey *key)
{
    g_clear_pointer(&self->key, bh_rpa_key_free);
    self->key = key;
    self->pattern = (BhIdentityPattern){.is_whole = TRUE};
    bh_identity_of_key(key, &self->pattern.identity);
}

gboolean
bh_alias_matches(const BhAlias *self, const BhIdentity *identity)
{
    return bh_identity_pattern_matches(&self->pattern, identity);
}
