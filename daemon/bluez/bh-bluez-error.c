/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A table of foreign error names. A name that is not in it is Failed, and the text tells.
 */
#include "bh-bluez-error.h"

#include <string.h>

#include "bh-bluez-names.h"

#define BLUEZ_PREFIX "org.bluez.Error."
#define DBUS_PREFIX "org.freedesktop.DBus.Error."

static const struct {
    const char *name;
    BhError code;
} translations[] = {
    {BLUEZ_PREFIX "AlreadyExists", BH_ERROR_ALREADY_EXISTS},
    {BLUEZ_PREFIX "DoesNotExist", BH_ERROR_NOT_FOUND},
    {BLUEZ_PREFIX "InvalidArguments", BH_ERROR_INVALID_ARGUMENTS},
    {BLUEZ_PREFIX "NotAuthorized", BH_ERROR_NOT_AUTHORIZED},
    {BLUEZ_PREFIX "NotConnected", BH_ERROR_DISCONNECTED},
    {BLUEZ_PREFIX "NotPermitted", BH_ERROR_NOT_AUTHORIZED},
    {BLUEZ_PREFIX "NotReady", BH_ERROR_NOT_READY},
    {BLUEZ_PREFIX "NotSupported", BH_ERROR_NOT_SUPPORTED},
    {DBUS_PREFIX "AccessDenied", BH_ERROR_NOT_AUTHORIZED},
    {DBUS_PREFIX "Disconnected", BH_ERROR_NOT_READY},
    {DBUS_PREFIX "LimitsExceeded", BH_ERROR_LIMIT_EXCEEDED},
    {DBUS_PREFIX "NameHasNoOwner", BH_ERROR_NOT_READY},
    {DBUS_PREFIX "NoReply", BH_ERROR_TIMEOUT},
    {DBUS_PREFIX "ServiceUnknown", BH_ERROR_NOT_READY},
    {DBUS_PREFIX "TimedOut", BH_ERROR_TIMEOUT},
    {DBUS_PREFIX "Timeout", BH_ERROR_TIMEOUT},
    {DBUS_PREFIX "UnknownInterface", BH_ERROR_NOT_FOUND},
    {DBUS_PREFIX "UnknownMethod", BH_ERROR_NOT_FOUND},
    {DBUS_PREFIX "UnknownObject", BH_ERROR_NOT_FOUND},
};

BhError
bh_bluez_error_code(const sd_bus_error *error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(translations); i++)
        if (sd_bus_error_has_name(error, translations[i].name))
            return translations[i].code;
    return BH_ERROR_FAILED;
}

char *
bh_bluez_error_dup_text(const sd_bus_error *error)
{
    const char *name = error->name != NULL ? error->name : "";

    if (g_str_has_prefix(name, BLUEZ_PREFIX))
        name += strlen(BLUEZ_PREFIX);
    if (error->message == NULL || error->message[0] == '\0')
        return g_strdup(name);
    return g_strdup_printf("%s: %s", name, error->message);
}

void
bh_bluez_error_set(GError **error, const sd_bus_error *cause, const char *what)
{
    g_autofree char *text = bh_bluez_error_dup_text(cause);

    g_set_error(error, BH_ERROR, (gint)bh_bluez_error_code(cause), "%s: %s", what, text);
}

void
bh_bluez_error_set_errno(GError **error, int result, const char *what)
{
    g_set_error(error, BH_ERROR, BH_ERROR_FAILED, "%s: %s", what, g_strerror(-result));
}

gboolean
bh_bluez_error_is_in_progress(const sd_bus_error *error)
{
    return sd_bus_error_has_name(error, BH_BLUEZ_ERROR_IN_PROGRESS) != 0;
}

gboolean
bh_bluez_error_is_timeout(const sd_bus_error *error)
{
    return bh_bluez_error_code(error) == BH_ERROR_TIMEOUT;
}
