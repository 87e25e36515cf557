/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A line is cut out, trimmed and classified; groups and pairs go to the caller with their place,
 * which is also what every message about them begins with. A key given twice in one file is a
 * mistake here (the second would win silently), given again in a later file it is an override.
 */
#include "bh-keyfile.h"

#include "bh-error.h"

#include <string.h>

typedef struct {
    BhKeyfileEntry entry;
    char *group;      /* entry.group */
    GHashTable *seen; /* "group\nkey" of this file */
    BhKeyfileEntryFunc func;
    gpointer user_data;
} Reader;

gboolean
bh_keyfile_entry_refuse(const BhKeyfileEntry *entry, GError **error, const char *reason)
{
    g_autofree char *place = entry->file != NULL
                                 ? g_strdup_printf("%s:%u", entry->file, entry->line)
                                 : g_strdup_printf("line %u", entry->line);

    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "%s: [%s]%s%s: %s",
                place,
                entry->group,
                entry->key ? " " : "",
                entry->key ? entry->key : "",
                reason);
    return FALSE;
}

static gboolean
read_group(Reader *self, char *line, GError **error)
{
    char *end = strchr(line, ']');

    self->entry.key = NULL;
    self->entry.value = NULL;
    if (!end || end[1] != '\0') {
        self->entry.key = line;
        return bh_keyfile_entry_refuse(&self->entry, error, "a group is [name] alone on its line");
    }
    g_free(self->group);
    self->group = g_strndup(line + 1, (gsize)(end - line - 1));
    self->entry.group = self->group;
    return self->func(&self->entry, self->user_data, error);
}

/* A line that is none may have a secret in it: what is told of it is what may be meant as a key. */
static void
end_word(char *line)
{
    while (g_ascii_isalpha(*line))
        line++;
    *line = '\0';
}

static gboolean
read_pair(Reader *self, char *line, GError **error)
{
    char *equals = strchr(line, '=');

    self->entry.key = line;
    self->entry.value = NULL;
    if (!equals) {
        end_word(line);
        return bh_keyfile_entry_refuse(&self->entry, error, "neither [group] nor key=value");
    }
    *equals = '\0';
    self->entry.key = g_strstrip(line);
    self->entry.value = g_strstrip(equals + 1);
    if (self->group == NULL)
        return bh_keyfile_entry_refuse(&self->entry, error, "stands before the first [group]");
    if (!g_hash_table_add(self->seen, g_strconcat(self->group, "\n", self->entry.key, NULL)))
        return bh_keyfile_entry_refuse(&self->entry, error, "given twice in this file");
    return self->func(&self->entry, self->user_data, error);
}

static gboolean
read_line(Reader *self, const char *text, gsize size, GError **error)
{
    g_autofree char *copy = NULL;
    char *line = NULL;

    self->entry.line++;
    if (!g_utf8_validate_len(text, size, NULL)) {
        self->entry.key = NULL;
        return bh_keyfile_entry_refuse(&self->entry, error, "not UTF-8 text");
    }
    copy = g_strndup(text, size);
    line = g_strstrip(copy);
    if (line[0] == '\0' || line[0] == '#' || line[0] == ';')
        return TRUE;
    return line[0] == '[' ? read_group(self, line, error) : read_pair(self, line, error);
}

gboolean
bh_keyfile_read(const char *file,
                const char *text,
                gsize size,
                BhKeyfileEntryFunc func,
                gpointer user_data,
                GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Reader reader = {.entry = {.file = file, .group = ""},
                     .seen = seen,
                     .func = func,
                     .user_data = user_data};
    const char *end = text + size;
    gboolean good = TRUE;

    while (good && text < end) {
        const char *newline = memchr(text, '\n', (gsize)(end - text));
        const char *stop = newline ? newline : end;

        good = read_line(&reader, text, (gsize)(stop - text), error);
        text = stop + 1;
    }
    g_free(reader.group);
    return good;
}
