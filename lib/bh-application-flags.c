/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The words that say what centrals may do. BlueZ takes each word for itself, so that encrypt-write
 * alone makes an attribute writable; here a word that narrows another one needs that other one,
 * because what is served should be what was written.
 */
#include "bh-application-builder.h"

#include "bh-error.h"

#include <string.h>

gboolean
bh_application_refuse(GError **error, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *reason = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, "%s: %s", key, reason);
    return FALSE;
}

static const char *const permission_names[] = {
    "encrypt-read",
    "encrypt-write",
    "encrypt-notify",
    "encrypt-indicate",
    "encrypt-authenticated-read",
    "encrypt-authenticated-write",
    "encrypt-authenticated-notify",
    "encrypt-authenticated-indicate",
    "secure-read",
    "secure-write",
    "secure-notify",
    "secure-indicate",
    "authorize",
};
G_STATIC_ASSERT(BH_GATT_AUTHORIZE == 1 << (G_N_ELEMENTS(permission_names) - 1));

const char *
bh_application_permission_name(guint bit)
{
    return bit < G_N_ELEMENTS(permission_names) ? permission_names[bit] : NULL;
}

/* What each permission is about, by the place of its name in a row of four. */
static const BhGattFlags permitted[] = {
    BH_GATT_READ,
    BH_GATT_WRITE,
    BH_GATT_NOTIFY,
    BH_GATT_INDICATE,
};

#define DESCRIPTOR_FLAGS ((BhGattFlags)(BH_GATT_READ | BH_GATT_WRITE))
#define EXTENDED_FLAGS ((BhGattFlags)(BH_GATT_RELIABLE_WRITE | BH_GATT_WRITABLE_AUXILIARIES))

static gboolean
read_flag(const char *name, BhAttributeDefinition *attribute, GError **error)
{
    const char *const names[] = {name, NULL};
    BhGattFlags flag = bh_gatt_flags_from_names(names);

    attribute->flags |= flag;
    if (flag != 0)
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(permission_names); i++) {
        if (strcmp(permission_names[i], name) == 0) {
            attribute->permissions |= (BhGattPermissions)(1u << i);
            return TRUE;
        }
    }
    return bh_application_refuse(error, "Flags", "'%s' is no flag", name);
}

/* What a permission narrows, and the word for it. */
static BhGattFlags
get_needed(guint bit, const char **word)
{
    static const char *const words[] = {"read", "write", "notify", "indicate"};
    gboolean is_authorize = 1u << bit == BH_GATT_AUTHORIZE;

    *word = is_authorize ? "write" : words[bit % G_N_ELEMENTS(words)];
    return is_authorize ? BH_APPLICATION_WRITE_FLAGS : permitted[bit % G_N_ELEMENTS(permitted)];
}

static gboolean
check_permissions(const BhAttributeDefinition *attribute, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(permission_names); i++) {
        const char *word;
        BhGattFlags needed = get_needed(i, &word);

        if ((attribute->permissions & 1u << i) != 0 && (attribute->flags & needed) == 0)
            return bh_application_refuse(error,
                                         "Flags",
                                         "%s without %s",
                                         permission_names[i],
                                         word);
    }
    return TRUE;
}

static gboolean
check_flags(const BhAttributeDefinition *attribute, GError **error)
{
    guint others = attribute->flags & ~(guint)DESCRIPTOR_FLAGS;
    g_autofree const char **names = bh_gatt_flags_dup_names((BhGattFlags)others);

    if (attribute->kind == BH_ATTRIBUTE_DESCRIPTOR && others != 0)
        return bh_application_refuse(error, "Flags", "%s is not for descriptors", names[0]);
    if ((attribute->flags & BH_GATT_EXTENDED_PROPERTIES) != 0 &&
        (attribute->flags & EXTENDED_FLAGS) == 0)
        return bh_application_refuse(
            error,
            "Flags",
            "extended-properties without reliable-write or writable-auxiliaries");
    if ((attribute->flags & BH_GATT_RELIABLE_WRITE) != 0 && (attribute->flags & BH_GATT_WRITE) == 0)
        return bh_application_refuse(error, "Flags", "reliable-write without write");
    return check_permissions(attribute, error);
}

gboolean
bh_application_read_flags(const BhApplicationPart *part,
                          BhAttributeDefinition *attribute,
                          GError **error)
{
    if (!part->has_flags || part->flags[0] == NULL)
        return bh_application_refuse(error, "Flags", "must be given");
    for (char **name = part->flags; *name != NULL; name++)
        if (!read_flag(*name, attribute, error))
            return FALSE;
    return check_flags(attribute, error);
}
