/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A step is read from left to right: verb, UUIDs as the verb has them, settings as long as words
 * look like them, and the rest is the value. What takes settings is one table for all verbs;
 * blehubd refuses what does not belong to one.
 */
#include "transact-steps.h"

#include "attribute.h"
#include "row-json.h"
#include "terminal.h"

#include <string.h>

static const struct {
    const char *name;
    gboolean has_attribute;
    gboolean has_value;
} verbs[] = {
    {"find", TRUE, FALSE},
    {"read", TRUE, FALSE},
    {"write", TRUE, TRUE},
    {"subscribe", TRUE, FALSE},
    {"unsubscribe", TRUE, FALSE},
    {"pair", FALSE, FALSE},
    {"mtu", FALSE, FALSE},
};

static void
step_free(gpointer data)
{
    BhTransactStep *self = data;

    g_free(self->label);
    if (self->arguments)
        g_variant_unref(self->arguments);
    g_free(self);
}

G_GNUC_PRINTF(2, 3)
static gboolean
refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    g_autofree char *message = NULL;

    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
    return FALSE;
}

/* Settings */

static gboolean
set_instance(GVariantDict *dict, const char *key, const char *text, GError **error)
{
    guint64 instance = 0;

    if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, &instance, NULL))
        return refuse(error, "instance is a number, not \"%s\"", text);
    g_variant_dict_insert(dict, key, "u", (guint32)instance);
    return TRUE;
}

static gboolean
set_bool(GVariantDict *dict, const char *key, const char *text, GError **error)
{
    if (!g_str_equal(text, "yes") && !g_str_equal(text, "no"))
        return refuse(error, "yes or no, not \"%s\"", text);
    g_variant_dict_insert(dict, key, "b", g_str_equal(text, "yes"));
    return TRUE;
}

static gboolean
set_uuid(GVariantDict *dict, const char *key, const char *text, GError **error)
{
    if (!bh_check_uuid(text, error))
        return FALSE;
    g_variant_dict_insert(dict, key, "s", text);
    return TRUE;
}

static gboolean
set_text(GVariantDict *dict, const char *key, const char *text, GError **error)
{
    g_variant_dict_insert(dict, key, "s", text);
    return TRUE;
}

static const struct {
    const char *word;
    const char *key;
    gboolean (*set)(GVariantDict *dict, const char *key, const char *text, GError **error);
} settings[] = {
    {"descriptor=", "Descriptor", set_uuid},
    {"instance=", "Instance", set_instance},
    {"response=", "Response", set_bool},
    {"passkey=", "Passkey", set_instance},
    {"confirm=", "Confirm", set_bool},
    {"capability=", "Capability", set_text},
};

/* FALSE without error: the word is no setting. */
static gboolean
take_setting(BhTransactStep *self, GVariantDict *dict, const char *word, GError **error)
{
    if (g_str_has_prefix(word, "as="))
        return (self->type = bh_value_type_find(word + strlen("as="), error)) != NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++)
        if (g_str_has_prefix(word, settings[i].word))
            return settings[i].set(dict, settings[i].key, word + strlen(settings[i].word), error);
    return FALSE;
}

/* Steps */

static gboolean
take_attribute(BhTransactStep *self, GVariantDict *dict, char *const **words, GError **error)
{
    BhAttribute attribute = {0};

    if (!(*words)[0] || !(*words)[1])
        return refuse(error, "%s takes SERVICE CHARACTERISTIC", self->verb);
    if (!bh_attribute_take_words(&attribute, *words, error))
        return FALSE;
    g_variant_dict_insert(dict, "Service", "s", attribute.service);
    g_variant_dict_insert(dict, "Characteristic", "s", attribute.characteristic);
    self->label = g_strdup_printf("%s %s %s", self->verb, (*words)[0], (*words)[1]);
    *words += 2;
    return TRUE;
}

/* What is left of the words is the value, or too much. */
static gboolean
take_value(BhTransactStep *self,
           GVariantDict *dict,
           char *const *words,
           gboolean has_value,
           GError **error)
{
    g_autoptr(GBytes) value = NULL;

    if (!has_value)
        return !*words || refuse(error, "\"%s\" is too much for %s", *words, self->verb);
    if (!*words)
        return refuse(error, "%s takes a value", self->verb);
    if (!(value = bh_value_from_words(self->type, words, error)))
        return FALSE;
    g_variant_dict_insert_value(dict,
                                "Value",
                                g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, value, TRUE));
    return TRUE;
}

static gboolean
take_words(BhTransactStep *self, char *const *words, gsize verb, GError **error)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    g_autoptr(GError) reason = NULL;

    self->verb = verbs[verb].name;
    self->type = bh_value_type_find(NULL, NULL);
    words++;
    if (verbs[verb].has_attribute && !take_attribute(self, dict, &words, error))
        return FALSE;
    if (!self->label)
        self->label = g_strdup(self->verb);
    while (*words && take_setting(self, dict, *words, &reason))
        words++;
    if (reason) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return FALSE;
    }
    if (!take_value(self, dict, words, verbs[verb].has_value, error))
        return FALSE;
    self->arguments = g_variant_ref_sink(g_variant_dict_end(dict));
    return TRUE;
}

/* words: of this step alone. */
static gboolean
add_step(GPtrArray *steps, char *const *words, GError **error)
{
    BhTransactStep *step = g_new0(BhTransactStep, 1);

    g_ptr_array_add(steps, step);
    if (!*words)
        return refuse(error, "there is nothing to do");
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (g_str_equal(verbs[i].name, *words))
            return take_words(step, words, i, error);
    return refuse(error, "\"%s\" is no verb of a transaction", *words);
}

GPtrArray *
bh_transact_steps_new(char *const *words, GError **error)
{
    g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func(step_free);

    for (gboolean more = TRUE; more;) {
        g_autoptr(GPtrArray) step = g_ptr_array_new();

        for (; *words && !g_str_equal(*words, "--"); words++)
            g_ptr_array_add(step, *words);
        g_ptr_array_add(step, NULL);
        if (!add_step(steps, (char *const *)step->pdata, error)) {
            g_prefix_error(error, "step %u: ", steps->len);
            return NULL;
        }
        more = *words != NULL;
        words += more;
    }
    return g_steal_pointer(&steps);
}

GVariant *
bh_transact_steps_to_variant(const GPtrArray *steps)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(sa{sv})"));
    for (guint i = 0; i < steps->len; i++) {
        const BhTransactStep *step = steps->pdata[i];

        g_variant_builder_add(&builder, "(s@a{sv})", step->verb, step->arguments);
    }
    return g_variant_builder_end(&builder);
}

/* Results */

static char *
dup_value_text(const BhTransactStep *step, GVariant *value)
{
    gsize size = 0;
    const guint8 *bytes = g_variant_get_fixed_array(value, &size, 1);

    return bh_value_to_text(step->type, bytes, size);
}

char *
bh_transact_result_text(const BhTransactStep *step, GVariant *result)
{
    GString *out = g_string_new(step->label);
    g_autoptr(GVariant) value = g_variant_lookup_value(result, "Value", G_VARIANT_TYPE_BYTESTRING);
    g_autofree char *text = value ? dup_value_text(step, value) : NULL;
    const char *subscription = NULL;
    guint16 mtu = 0;

    if (text)
        g_string_append_printf(out, ": %s", text);
    if (g_variant_lookup(result, "Subscription", "&o", &subscription))
        g_string_append_printf(out, ": %s", subscription);
    if (g_variant_lookup(result, "MTU", "q", &mtu))
        g_string_append_printf(out, ": %u", mtu);
    return g_string_free(out, FALSE);
}

char *
bh_transact_result_json(const BhTransactStep *step, GVariant *result)
{
    g_autoptr(JsonNode) node = bh_json_from_variant(result);
    JsonObject *members = json_node_get_object(node);
    g_autoptr(GVariant) value = g_variant_lookup_value(result, "Value", G_VARIANT_TYPE_BYTESTRING);

    json_object_set_string_member(members, "Verb", step->verb);
    if (value) {
        gsize size = 0;
        const guint8 *bytes = g_variant_get_fixed_array(value, &size, 1);

        bh_value_add_to_json(step->type, bytes, size, members);
    }
    return bh_json_take_line(g_steal_pointer(&node));
}
