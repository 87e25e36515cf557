/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One table joins BhError and the names on the bus; its size is checked when it is compiled, so a
 * code without a name cannot be added.
 */
#include "bh-error.h"

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

const char *
bh_error_to_dbus_name(BhError code)
{
    return dbus_names[(guint)code < BH_N_ERRORS ? code : BH_ERROR_FAILED];
}

gboolean
bh_error_from_dbus_name(const char *name, BhError *code)
{
    for (guint i = 0; i < BH_N_ERRORS; i++) {
        if (g_strcmp0(name, dbus_names[i]) == 0) {
            *code = i;
            return TRUE;
        }
    }
    return FALSE;
}
