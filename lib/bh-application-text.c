/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Definitions as people write them. A group is a part: its name says the kind and the path of
 * UUIDs, its keys the rest. A part is checked as a whole when its group is over, so the lines of
 * its keys are kept until then for what may be wrong with one of them.
 */
#include "bh-application-builder.h"
#include "bh-application-definition.h"
#include "bh-error.h"
#include "bh-keyfile.h"
#include "bh-value.h"

#include <string.h>

#define MAX_STEPS 3 /* service, characteristic, descriptor */

/* A UUID in a path, and which one of those that are alike. */
typedef struct {
    char *text; /* without the instance */
    BhUuid uuid;
    guint64 instance;
    gboolean has_instance;
} Step;

typedef struct {
    BhApplicationBuilder *builder;
    BhKeyfileEntry group; /* the line that opened it; key NULL */
    char *group_name;     /* group.group; NULL = none is open */
    GHashTable *lines;    /* of the keys in it: char* -> line */
    GHashTable *groups;   /* names of those before */
    BhApplicationPart part;
    Step steps[MAX_STEPS]; /* of the part that is open, and so of those it may belong to */
    guint n_steps;
} Reader;

/* In the order of their depth: the last step of the path is the part itself. */
static const struct {
    const char *name;
    const char *path; /* what is written behind it */
    const BhOptionSpec *specs;
    gboolean (*add)(BhApplicationBuilder *builder, const BhApplicationPart *part, GError **error);
} kinds[MAX_STEPS] = {
    {"service", "UUID", bh_application_service_specs, bh_application_builder_add_service},
    {"characteristic",
     "SERVICE/UUID",
     bh_application_characteristic_specs,
     bh_application_builder_add_characteristic},
    {"descriptor",
     "SERVICE/CHARACTERISTIC/UUID",
     bh_application_descriptor_specs,
     bh_application_builder_add_descriptor},
};

static void
clear_step(Step *step)
{
    g_free(step->text);
    *step = (Step){0};
}

static void
clear_steps(Step steps[MAX_STEPS])
{
    for (guint i = 0; i < MAX_STEPS; i++)
        clear_step(&steps[i]);
}

/* The end of a group */

/* Puts the place of the mistake before a message "Key: reason". UUID and Instance stand in the
 * name of the group. */
static gboolean
refuse_part(Reader *self, const GError *reason, GError **error)
{
    const char *colon = strchr(reason->message, ':');
    gsize length = colon != NULL ? (gsize)(colon - reason->message) : 0;
    g_autofree char *key = g_strndup(reason->message, length);
    gpointer line = NULL;
    BhKeyfileEntry entry = self->group;
    const char *text = colon != NULL && strncmp(colon, ": ", 2) == 0 ? colon + 2 : reason->message;

    if (length == 0 || strcmp(key, "UUID") == 0 || strcmp(key, "Instance") == 0)
        return bh_keyfile_entry_refuse(&entry, error, text);
    if (g_hash_table_lookup_extended(self->lines, key, NULL, &line))
        entry.line = GPOINTER_TO_UINT(line);
    entry.key = key;
    return bh_keyfile_entry_refuse(&entry, error, text);
}

static gboolean
end_group(Reader *self, GError **error)
{
    g_autoptr(GError) reason = NULL;

    if (self->group_name == NULL ||
        kinds[self->n_steps - 1].add(self->builder, &self->part, &reason))
        return TRUE;
    return refuse_part(self, reason, error);
}

/* The beginning of a group */

static gboolean refuse_name(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean
refuse_name(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, message);
    return FALSE;
}

static gboolean
read_step(char *text, Step *step, GError **error)
{
    const guint max = BH_APPLICATION_ATTRIBUTES_MAX;
    char *mark = strchr(text, '#');

    step->has_instance = mark != NULL;
    if (mark != NULL && !g_ascii_string_to_unsigned(mark + 1, 10, 0, max, &step->instance, NULL))
        return refuse_name(error, "behind # comes a number from 0 to %u", max);
    if (mark != NULL)
        *mark = '\0';
    step->text = g_strdup(text);
    return bh_uuid_parse(text, &step->uuid, error);
}

/* How many steps the path of a kind of part has; 0 = there is no such kind. */
static guint
count_steps(const char *kind)
{
    for (guint i = 0; i < MAX_STEPS; i++)
        if (strcmp(kind, kinds[i].name) == 0)
            return i + 1;
    return 0;
}

/* "characteristic 181a/2a6e#1" into its steps. */
static gboolean
read_name(const char *name, Step steps[MAX_STEPS], guint *n_steps, GError **error)
{
    g_auto(GStrv) words = g_strsplit(name, " ", 2);
    g_auto(GStrv) path = NULL;

    *n_steps = words[0] != NULL ? count_steps(words[0]) : 0;
    if (*n_steps == 0)
        return refuse_name(error, "a group is a service, characteristic or descriptor");
    path = g_strsplit(words[1] != NULL ? g_strstrip(words[1]) : "", "/", MAX_STEPS + 1);
    if (g_strv_length(path) != *n_steps)
        return refuse_name(error,
                           "must be [%s %s]",
                           kinds[*n_steps - 1].name,
                           kinds[*n_steps - 1].path);
    for (guint i = 0; i < *n_steps; i++)
        if (!read_step(path[i], &steps[i], error))
            return FALSE;
    return TRUE;
}

/* A part stands behind what it belongs to, so all steps but the last are those of the part before.
 */
static gboolean
check_path(const Reader *self, const Step *steps, guint n_steps, GError **error)
{
    for (guint i = 0; i + 1 < n_steps; i++) {
        const Step *before = &self->steps[i];

        if (i >= self->n_steps || !bh_uuid_equal(&before->uuid, &steps[i].uuid) ||
            before->instance != steps[i].instance)
            return refuse_name(error,
                               "must stand behind its %s, which is another or missing",
                               kinds[i].name);
    }
    return TRUE;
}

static void
open_part(Reader *self, Step *steps, guint n_steps)
{
    const Step *own = &self->steps[n_steps - 1];

    clear_steps(self->steps);
    memcpy(self->steps, steps, sizeof self->steps);
    memset(steps, 0, sizeof self->steps);
    self->n_steps = n_steps;
    bh_application_part_clear(&self->part);
    self->part.uuid = g_strdup(own->text);
    self->part.has_uuid = TRUE;
    self->part.instance = (gint64)own->instance;
    self->part.has_instance = own->has_instance;
}

static gboolean
begin_group(Reader *self, const BhKeyfileEntry *entry, GError **error)
{
    g_autoptr(GError) reason = NULL;
    Step steps[MAX_STEPS] = {0};
    guint n_steps;

    g_hash_table_remove_all(self->lines);
    g_free(self->group_name);
    self->group_name = g_strdup(entry->group);
    self->group = *entry;
    self->group.group = self->group_name;
    if (!g_hash_table_add(self->groups, g_strdup(entry->group)))
        return bh_keyfile_entry_refuse(entry,
                                       error,
                                       "stands there already; a further one has its number behind "
                                       "its UUID, as in 2a00#1");
    if (read_name(entry->group, steps, &n_steps, &reason) &&
        check_path(self, steps, n_steps, &reason)) {
        open_part(self, steps, n_steps);
        return TRUE;
    }
    clear_steps(steps);
    return refuse_part(self, reason, error);
}

/* Keys */

static gboolean
take_value(Reader *self, const BhKeyfileEntry *entry, GError **error)
{
    g_clear_pointer(&self->part.value, g_bytes_unref);
    self->part.value = bh_value_from_text(entry->value, error);
    return self->part.value != NULL;
}

static gboolean
take_key(Reader *self, const BhKeyfileEntry *entry, GError **error)
{
    const BhOptionSpec *specs = kinds[self->n_steps - 1].specs;

    if (strcmp(entry->key, "UUID") == 0 || strcmp(entry->key, "Instance") == 0) {
        g_set_error_literal(error,
                            BH_ERROR,
                            BH_ERROR_INVALID_ARGUMENTS,
                            "stands in the name of the group");
        return FALSE;
    }
    if (strcmp(entry->key, "Value") == 0 && self->n_steps > 1)
        return take_value(self, entry, error);
    return bh_options_parse_text(entry->key, entry->value, specs, &self->part, error);
}

static gboolean
on_entry(const BhKeyfileEntry *entry, gpointer user_data, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autofree char *prefix = NULL;
    Reader *self = user_data;

    if (entry->key == NULL)
        return end_group(self, error) && begin_group(self, entry, error);
    g_hash_table_insert(self->lines, g_strdup(entry->key), GUINT_TO_POINTER(entry->line));
    if (take_key(self, entry, &reason))
        return TRUE;
    prefix = g_strconcat(entry->key, ": ", NULL);
    return bh_keyfile_entry_refuse(
        entry,
        error,
        reason->message + (g_str_has_prefix(reason->message, prefix) ? strlen(prefix) : 0));
}

BhApplicationDefinition *
bh_application_definition_from_text(const char *text, GError **error)
{
    g_autoptr(BhApplicationBuilder) builder = bh_application_builder_new();
    g_autoptr(GHashTable) lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Reader reader = {.builder = builder,
                     .lines = lines,
                     .groups = groups,
                     .part = BH_APPLICATION_PART_INIT};
    gboolean ok = bh_keyfile_read(NULL, text, strlen(text), on_entry, &reader, error) &&
                  end_group(&reader, error);

    clear_steps(reader.steps);
    bh_application_part_clear(&reader.part);
    g_free(reader.group_name);
    return ok ? bh_application_builder_end(builder, error) : NULL;
}
