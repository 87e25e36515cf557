/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Sets of beacon types as people name them. What cannot be a name is answered with all that can.
 */
#include "bh-beacon.h"

#include "bh-error.h"

#define FAMILY "Eddystone"

/* The types that a name stands for; 0: it is none. */
static guint8
types_of(const char *name)
{
    gboolean is_family = g_ascii_strcasecmp(name, FAMILY) == 0;
    guint8 types = 0;

    if (g_ascii_strcasecmp(name, "any") == 0)
        return BH_BEACON_ANY;
    for (guint i = 0; i < BH_N_BEACON_TYPES; i++) {
        const char *type = bh_beacon_type_to_name(i);

        if (g_ascii_strcasecmp(name, type) == 0 || (is_family && g_str_has_prefix(type, FAMILY)))
            types |= BH_BEACON_BIT(i);
    }
    return types;
}

static gboolean
refuse_type(const char *name, const char *key, GError **error)
{
    g_autoptr(GString) message = g_string_new(key);
    g_autofree char *valid = g_utf8_make_valid(name, -1);

    g_string_append_printf(message, ": '%s' is none of any, " FAMILY, valid);
    for (guint i = 0; i < BH_N_BEACON_TYPES; i++)
        g_string_append_printf(message, ", %s", bh_beacon_type_to_name(i));
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, message->str);
    return FALSE;
}

gboolean
bh_beacon_types_parse(char *const *names, const char *key, guint8 *types, GError **error)
{
    *types = 0;
    for (; names != NULL && *names != NULL; names++) {
        guint8 more = types_of(*names);

        if (more == 0)
            return refuse_type(*names, key, error);
        *types |= more;
    }
    return TRUE;
}
