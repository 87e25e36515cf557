/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* See the header. */
#include "setting.h"

#include "attribute.h"
#include "bh-value.h"
#include "ctl.h"

#include <string.h>

static gboolean
check_names(char *const *names, GError **error)
{
    guint n = g_strv_length((char **)names);

    if (n < 2 || n > 3) {
        g_set_error_literal(error,
                            G_OPTION_ERROR,
                            G_OPTION_ERROR_BAD_VALUE,
                            "a setting is SERVICE/CHARACTERISTIC=VALUE, as 181a/2a6e=i16le:2150");
        return FALSE;
    }
    for (guint i = g_str_equal(names[0], "-") ? 1 : 0; i < n; i++)
        if (!bh_check_uuid(names[i], error))
            return FALSE;
    return TRUE;
}

/* The value's error in the domain of command lines. */
static GBytes *
read_value(const char *text, GError **error)
{
    g_autoptr(GError) reason = NULL;
    GBytes *value = bh_value_from_text(text, &reason);

    if (!value)
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, reason->message);
    return value;
}

gboolean
bh_setting_parse(const char *text, BhSetting *self, GError **error)
{
    const char *sign = strchr(text, '=');
    g_autofree char *attribute = g_strndup(text, sign ? (gsize)(sign - text) : 0);

    self->names = g_strsplit(attribute, "/", -1);
    return check_names(self->names, error) && (self->value = read_value(sign + 1, error));
}

gboolean
bh_setting_apply(const BhSetting *self,
                 BhDbusApplication1 *application,
                 gboolean update,
                 GError **error)
{
    g_autoptr(GVariantDict) options = g_variant_dict_new(NULL);
    const char *service = g_str_equal(self->names[0], "-") ? "" : self->names[0];

    if (self->names[2])
        g_variant_dict_insert(options, "Descriptor", "s", self->names[2]);
    else if (update)
        g_variant_dict_insert(options, "Update", "b", TRUE);
    return bh_dbus_application1_call_set_value_sync(
        application,
        service,
        self->names[1],
        g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, self->value, TRUE),
        g_variant_dict_end(options),
        G_DBUS_CALL_FLAGS_NONE,
        BH_CTL_TIMEOUT_MS,
        NULL,
        error);
}

void
bh_setting_clear(BhSetting *self)
{
    g_clear_pointer(&self->names, g_strfreev);
    g_clear_pointer(&self->value, g_bytes_unref);
}
