/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * UUIDs go to blehubd as they were written, which reads short and long forms; they are only
 * checked here.
 */
#include "attribute.h"

#include "bh-uuid.h"
#include "filter-options.h"

void
bh_attribute_add_options(BhAttribute *self, GOptionContext *context, gboolean descriptors)
{
    const GOptionEntry common[] = {
        {"instance",
         'i',
         0,
         G_OPTION_ARG_STRING,
         &self->instance,
         "Which one where the UUIDs repeat, from 0",
         "N"},
        {"timeout",
         't',
         0,
         G_OPTION_ARG_STRING,
         &self->timeout,
         "How long the operation may take (default 1)",
         "SECONDS"},
        G_OPTION_ENTRY_NULL,
    };
    const GOptionEntry of_descriptors[] = {
        {"descriptor",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->descriptor,
         "A descriptor of the characteristic",
         "UUID"},
        G_OPTION_ENTRY_NULL,
    };

    g_option_context_add_main_entries(context, common, NULL);
    if (descriptors)
        g_option_context_add_main_entries(context, of_descriptors, NULL);
}

gboolean
bh_check_uuid(const char *text, GError **error)
{
    BhUuid uuid;

    if (bh_uuid_parse(text, &uuid, NULL))
        return TRUE;
    g_set_error(error,
                G_OPTION_ERROR,
                G_OPTION_ERROR_BAD_VALUE,
                "\"%s\" is not a UUID, as 180d or in the long form",
                text);
    return FALSE;
}

gboolean
bh_attribute_take_words(BhAttribute *self, char *const *words, GError **error)
{
    self->service = g_str_equal(words[0], "-") ? "" : words[0];
    self->characteristic = words[1];
    return (!self->service[0] || bh_check_uuid(self->service, error)) &&
           bh_check_uuid(self->characteristic, error) &&
           (!self->descriptor || bh_check_uuid(self->descriptor, error));
}

gboolean
bh_attribute_fill(const BhAttribute *self, GVariantDict *dict, GError **error)
{
    gint64 instance = 0, timeout_ms = 0;

    if (!bh_option_read_integer("instance", self->instance, 0, G_MAXUINT32, &instance, error) ||
        !bh_option_read_seconds("timeout", self->timeout, 0, &timeout_ms, error))
        return FALSE;
    if (self->instance)
        g_variant_dict_insert(dict, "Instance", "u", (guint32)instance);
    if (self->timeout)
        g_variant_dict_insert(dict, "TimeoutMs", "u", (guint32)timeout_ms);
    return TRUE;
}

void
bh_attribute_clear(BhAttribute *self)
{
    g_clear_pointer(&self->descriptor, g_free);
    g_clear_pointer(&self->instance, g_free);
    g_clear_pointer(&self->timeout, g_free);
}
