/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Readers of the keys of attribute groups, one table for each kind. */
#include "scenario-gatt.h"

#include <string.h>

#define MAX_TIME_MS 1e9
#define NOTIFY_MS_MIN 0.1
#define CLIENT_CONFIGURATION "2902"

static const char *const KIND_WORDS[] = {[BH_ATTRIBUTE_SERVICE] = "service",
                                         [BH_ATTRIBUTE_CHARACTERISTIC] = "characteristic",
                                         [BH_ATTRIBUTE_DESCRIPTOR] = "descriptor",
                                         NULL};

static gboolean
read_uuid(gpointer draft, const char *text, GError **error)
{
    return bh_uuid_parse(text, &((BhScenarioAttribute *)draft)->uuid, error);
}

static gboolean
read_handle(gpointer draft, const char *text, GError **error)
{
    gint64 value = 0;

    if (!bh_text_to_int(text, 1, G_MAXUINT16, &value, error))
        return FALSE;
    ((BhScenarioAttribute *)draft)->handle = (guint16)value;
    return TRUE;
}

static gboolean
read_primary(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_boolean(text, &((BhScenarioAttribute *)draft)->primary, error);
}

static gboolean
read_present(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_boolean(text, &((BhScenarioAttribute *)draft)->present, error);
}

static gboolean
read_claimed(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_boolean(text, &((BhScenarioAttribute *)draft)->claimed, error);
}

static gboolean
read_flags(gpointer draft, const char *text, GError **error)
{
    BhScenarioAttribute *self = draft;
    g_auto(GStrv) names = bh_text_to_list(text);

    self->flags = 0;
    for (guint i = 0; names[i] != NULL; i++) {
        const char *one[] = {names[i], NULL};
        BhGattFlags flag = bh_gatt_flags_from_names(one);

        if (flag == 0)
            return bh_text_refuse(error, "not a flag of BlueZ's");
        self->flags |= flag;
    }
    return TRUE;
}

static gboolean
take_value(BhScenarioAttribute *self, GByteArray *bytes, GError **error)
{
    if (bytes->len > BH_GATT_VALUE_MAX)
        return bh_text_refuse(error, "longer than 512 bytes");
    g_bytes_unref(self->value);
    self->value = g_bytes_new(bytes->data, bytes->len);
    return TRUE;
}

static gboolean
read_value(gpointer draft, const char *text, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    return bh_text_to_bytes(text, bytes, error) && take_value(draft, bytes, error);
}

static gboolean
read_text(gpointer draft, const char *text, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    g_byte_array_append(bytes, (const guint8 *)text, (guint)strlen(text));
    return take_value(draft, bytes, error);
}

static gboolean
read_max_length(gpointer draft, const char *text, GError **error)
{
    gint64 value = 0;

    if (!bh_text_to_int(text, 0, BH_GATT_VALUE_MAX, &value, error))
        return FALSE;
    ((BhScenarioAttribute *)draft)->max_length = (guint)value;
    return TRUE;
}

static gboolean
read_status(guint8 *status, const char *text, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    if (!bh_text_to_bytes(text, bytes, error))
        return FALSE;
    if (bytes->len != 1)
        return bh_text_refuse(error, "must be one byte, hexadecimal");
    *status = bytes->data[0];
    return TRUE;
}

static gboolean
read_read_error(gpointer draft, const char *text, GError **error)
{
    return read_status(&((BhScenarioAttribute *)draft)->read_error, text, error);
}

static gboolean
read_write_error(gpointer draft, const char *text, GError **error)
{
    return read_status(&((BhScenarioAttribute *)draft)->write_error, text, error);
}

static gboolean
read_subscribe_error(gpointer draft, const char *text, GError **error)
{
    return read_status(&((BhScenarioAttribute *)draft)->subscribe_error, text, error);
}

static gboolean
read_security(gpointer draft, const char *text, GError **error)
{
    static const char *const words[] = {[BH_SECURITY_NONE] = "none",
                                        [BH_SECURITY_ENCRYPTED] = "encrypted",
                                        [BH_SECURITY_AUTHENTICATED] = "authenticated",
                                        NULL};

    return bh_text_to_choice(text, words, &((BhScenarioAttribute *)draft)->security, error);
}

static gboolean
read_operation_ms(gpointer draft, const char *text, GError **error)
{
    gint64 *us = &((BhScenarioAttribute *)draft)->operation_us;

    return bh_text_to_us(text, 0, MAX_TIME_MS, us, error);
}

static gboolean
read_notify_ms(gpointer draft, const char *text, GError **error)
{
    BhScenarioAttribute *self = draft;

    if (g_str_equal(text, "0")) {
        self->notify_us = 0;
        return TRUE;
    }
    return bh_text_to_us(text, NOTIFY_MS_MIN, MAX_TIME_MS, &self->notify_us, error);
}

static gboolean
read_notify(gpointer draft, const char *text, GError **error)
{
    static const char *const words[] = {[BH_NOTIFY_COUNTER] = "counter",
                                        [BH_NOTIFY_RANDOM] = "random",
                                        [BH_NOTIFY_VALUE] = "value",
                                        NULL};

    return bh_text_to_choice(text, words, &((BhScenarioAttribute *)draft)->notify, error);
}

static gboolean
read_notify_count(gpointer draft, const char *text, GError **error)
{
    gint64 value = 0;

    if (!bh_text_to_int(text, 0, G_MAXUINT32, &value, error))
        return FALSE;
    ((BhScenarioAttribute *)draft)->notify_count = (guint)value;
    return TRUE;
}

static gboolean
read_echo(gpointer draft, const char *text, GError **error)
{
    BhScenarioAttribute *self = draft;

    g_free(self->echo);
    self->echo = g_strdup(text);
    return TRUE;
}

static const BhKey SERVICE_KEYS[] = {
    {"UUID", read_uuid},
    {"Handle", read_handle},
    {"Primary", read_primary},
    {"Present", read_present},
    {"Claimed", read_claimed},
};

/* A descriptor has all but the last five. */
static const BhKey VALUE_KEYS[] = {
    {"UUID", read_uuid},
    {"Handle", read_handle},
    {"Value", read_value},
    {"Text", read_text},
    {"MaxLength", read_max_length},
    {"ReadError", read_read_error},
    {"WriteError", read_write_error},
    {"Security", read_security},
    {"OperationMs", read_operation_ms},
    {"Flags", read_flags},
    {"SubscribeError", read_subscribe_error},
    {"NotifyMs", read_notify_ms},
    {"Notify", read_notify},
    {"NotifyCount", read_notify_count},
    {"EchoTo", read_echo},
};
#define N_CHARACTERISTIC_ONLY 6

BhKeySet
bh_scenario_attribute_keys(BhScenarioAttribute *attribute)
{
    switch (attribute->kind) {
    case BH_ATTRIBUTE_SERVICE:
        return (BhKeySet){SERVICE_KEYS, G_N_ELEMENTS(SERVICE_KEYS), attribute};
    case BH_ATTRIBUTE_CHARACTERISTIC:
        return (BhKeySet){VALUE_KEYS, G_N_ELEMENTS(VALUE_KEYS), attribute};
    case BH_ATTRIBUTE_DESCRIPTOR:
        break;
    }
    return (BhKeySet){VALUE_KEYS, G_N_ELEMENTS(VALUE_KEYS) - N_CHARACTERISTIC_ONLY, attribute};
}

BhScenarioAttribute *
bh_scenario_attribute_new(BhAttributeKind kind, const char *name)
{
    BhScenarioAttribute *attribute = g_new0(BhScenarioAttribute, 1);

    attribute->kind = kind;
    attribute->name = g_strdup(name);
    attribute->primary = TRUE;
    attribute->present = TRUE;
    attribute->claimed = BH_CLAIMED_BY_UUID;
    attribute->flags = BH_GATT_READ;
    attribute->value = g_bytes_new(NULL, 0);
    attribute->max_length = BH_GATT_VALUE_MAX;
    attribute->operation_us = -1;
    return attribute;
}

BhScenarioAttribute *
bh_scenario_attribute_copy(const BhScenarioAttribute *attribute)
{
    BhScenarioAttribute *copy = g_memdup2(attribute, sizeof *attribute);

    copy->name = g_strdup(attribute->name);
    copy->echo = g_strdup(attribute->echo);
    g_bytes_ref(copy->value);
    return copy;
}

void
bh_scenario_attribute_free(BhScenarioAttribute *attribute)
{
    g_free(attribute->name);
    g_free(attribute->echo);
    g_bytes_unref(attribute->value);
    g_free(attribute);
}

gboolean
bh_scenario_is_attribute(const char *word)
{
    return g_strv_contains(KIND_WORDS, word);
}

static const BhScenarioAttribute *
find(const GPtrArray *attributes, const char *name)
{
    for (guint i = 0; i < attributes->len; i++) {
        const BhScenarioAttribute *attribute = attributes->pdata[i];

        if (g_str_equal(attribute->name, name))
            return attribute;
    }
    return NULL;
}

/* Its depth fits its kind, its name is new, and its parent is the last one of its kind, as children
 * follow their parent. */
static gboolean
check_place(const GPtrArray *attributes, BhAttributeKind kind, const char *name, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(name, "/", -1);
    const char *end = strrchr(name, '/');
    g_autofree char *parent = end != NULL ? g_strndup(name, (gsize)(end - name)) : NULL;

    if (g_strv_length(parts) != (guint)kind + 1 || *parts[kind] == '\0')
        return bh_text_refuse(error, "the name has not the right number of parts");
    if (find(attributes, name) != NULL)
        return bh_text_refuse(error, "there is one already");
    for (guint i = attributes->len; parent != NULL; i--) {
        const BhScenarioAttribute *last = i > 0 ? attributes->pdata[i - 1] : NULL;

        if (last == NULL || last->kind + 1 < kind)
            return bh_text_refuse(error, "does not follow what it is in");
        if (last->kind + 1 == kind)
            return g_str_equal(last->name, parent) ||
                   bh_text_refuse(error, "does not follow what it is in");
    }
    return TRUE;
}

static void
add_client_configuration(GPtrArray *attributes, const char *characteristic)
{
    g_autofree char *name = g_strconcat(characteristic, "/ccc", NULL);
    BhScenarioAttribute *attribute = bh_scenario_attribute_new(BH_ATTRIBUTE_DESCRIPTOR, name);

    bh_uuid_parse(CLIENT_CONFIGURATION, &attribute->uuid, NULL);
    g_ptr_array_add(attributes, attribute);
}

gboolean
bh_scenario_read_attribute(GKeyFile *file,
                           const char *group,
                           const char *name,
                           GPtrArray *attributes,
                           GError **error)
{
    g_auto(GStrv) words = g_strsplit(group, " ", 2);
    g_autoptr(BhScenarioAttribute) attribute = NULL;
    BhKeySet keys;
    guint kind = 0;
    BhGattFlags flags = 0;

    if (!bh_text_to_choice(words[0], KIND_WORDS, &kind, error) ||
        !check_place(attributes, (BhAttributeKind)kind, name, error))
        return FALSE;
    attribute = bh_scenario_attribute_new((BhAttributeKind)kind, name);
    keys = bh_scenario_attribute_keys(attribute);
    if (!bh_keys_read_sets(file, group, &keys, 1, error))
        return FALSE;
    if (!g_key_file_has_key(file, group, "UUID", NULL))
        return bh_text_refuse(error, "UUID: missing");
    if (attribute->kind == BH_ATTRIBUTE_CHARACTERISTIC)
        flags = attribute->flags;
    g_ptr_array_add(attributes, g_steal_pointer(&attribute));
    if (flags & (BH_GATT_NOTIFY | BH_GATT_INDICATE))
        add_client_configuration(attributes, name);
    return TRUE;
}
