/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One table joins BhError and the names on the bus; its size is checked when it is compiled, so a
 * code without a name cannot be added. What devices answer is named in a file of its own, and
 * interned here with the prefix.
 */
#include "bh-error.h"

#include "bh-error-att.h"

#include <string.h>

#define ATT_PREFIX BH_ERROR_DBUS_PREFIX "Att."
#define ATT_HIDDEN ATT_PREFIX "Hidden"

static const char *const dbus_names[] = {
    [BH_ERROR_FAILED] = BH_ERROR_DBUS_PREFIX "Failed",
    [BH_ERROR_INVALID_ARGUMENTS] = BH_ERROR_DBUS_PREFIX "InvalidArguments",
    [BH_ERROR_NOT_FOUND] = BH_ERROR_DBUS_PREFIX "NotFound",
    [BH_ERROR_ALREADY_EXISTS] = BH_ERROR_DBUS_PREFIX "AlreadyExists",
    [BH_ERROR_NOT_SUPPORTED] = BH_ERROR_DBUS_PREFIX "NotSupported",
    [BH_ERROR_NOT_READY] = BH_ERROR_DBUS_PREFIX "NotReady",
    [BH_ERROR_NOT_AUTHORIZED] = BH_ERROR_DBUS_PREFIX "NotAuthorized",
    [BH_ERROR_TIMEOUT] = BH_ERROR_DBUS_PREFIX "Timeout",
    [BH_ERROR_DISCONNECTED] = BH_ERROR_DBUS_PREFIX "Disconnected",
    [BH_ERROR_CANCELLED] = BH_ERROR_DBUS_PREFIX "Cancelled",
    [BH_ERROR_LIMIT_EXCEEDED] = BH_ERROR_DBUS_PREFIX "LimitExceeded",
};
G_STATIC_ASSERT(G_N_ELEMENTS(dbus_names) == BH_N_ERRORS);

GQuark
bh_error_quark(void)
{
    return g_quark_from_static_string("bh-error-quark");
}

static const char *
att_to_dbus_name(BhError code)
{
    g_autofree char *name = NULL;

    if (code == BH_ERROR_ATT_HIDDEN)
        return ATT_HIDDEN;
    name = g_strconcat(ATT_PREFIX, bh_error_att_to_name(BH_ERROR_ATT_STATUS(code)), NULL);
    return g_intern_string(name);
}

const char *
bh_error_to_dbus_name(BhError code)
{
    if (BH_ERROR_IS_ATT(code))
        return att_to_dbus_name(code);
    return dbus_names[(guint)code < BH_N_ERRORS ? code : BH_ERROR_FAILED];
}

static gboolean
att_from_dbus_name(const char *name, BhError *code)
{
    guint8 status = 0;

    if (strcmp(name, ATT_HIDDEN) == 0)
        *code = BH_ERROR_ATT_HIDDEN;
    else if (bh_error_att_from_name(name + strlen(ATT_PREFIX), &status))
        *code = BH_ERROR_ATT(status);
    else
        return FALSE;
    return TRUE;
}

gboolean
bh_error_from_dbus_name(const char *name, BhError *code)
{
    if (g_str_has_prefix(name, ATT_PREFIX))
        return att_from_dbus_name(name, code);
    for (guint i = 0; i < BH_N_ERRORS; i++) {
        if (strcmp(name, dbus_names[i]) == 0) {
            *code = i;
            return TRUE;
        }
    }
    return FALSE;
}
