/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A line with the name of BlueZ, then one per link: "ADAPTER TYPE ADDRESS". It is written as a
 * whole whenever it changes, by renaming, so that it is never half written. No file means that
 * there is no link.
 */
#include "bh-link-memory.h"

#include <errno.h>
#include <glib/gstdio.h>

#define MAX_FILE 65536 /* bytes; ours is far shorter */

struct BhLinkMemory {
    char *path;  /* NULL = nothing is written */
    char *owner; /* NULL = not known yet */
    GPtrArray *lines;
    gboolean complained; /* once is enough */
};

/* Lines */

static char *
format(const BhLinkMemoryEntry *entry)
{
    char adapter[BH_ADDRESS_TEXT_SIZE], peer[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(&entry->adapter, adapter);
    bh_address_format(&entry->peer, peer);
    return g_strjoin(" ",
                     adapter,
                     bh_address_type_to_string((BhAddressType)entry->peer.type),
                     peer,
                     NULL);
}

static gboolean
parse(const char *line, BhLinkMemoryEntry *entry)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    BhAddressType type;

    return g_strv_length(words) == 3 && bh_address_type_from_string(words[1], &type) &&
           bh_address_parse(words[0], BH_ADDRESS_PUBLIC, &entry->adapter, NULL) &&
           bh_address_parse(words[2], type, &entry->peer, NULL);
}

static gboolean
find(BhLinkMemory *self, const char *line, guint *index)
{
    return g_ptr_array_find_with_equal_func(self->lines, line, g_str_equal, index);
}

/* Writing */

static gboolean
write_file(BhLinkMemory *self, GError **error)
{
    g_autoptr(GString) text = g_string_new(self->owner);

    if (self->lines->len == 0) {
        if (g_unlink(self->path) == 0 || errno == ENOENT)
            return TRUE;
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s", g_strerror(errno));
        return FALSE;
    }
    for (guint i = 0; i < self->lines->len; i++)
        g_string_append_printf(text, "\n%s", (const char *)self->lines->pdata[i]);
    g_string_append_c(text, '\n');
    return g_file_set_contents(self->path, text->str, (gssize)text->len, error);
}

static void
save(BhLinkMemory *self)
{
    g_autoptr(GError) error = NULL;

    if (self->path == NULL || write_file(self, &error) || self->complained)
        return;
    self->complained = TRUE;
    g_message("after a crash links may stay behind in BlueZ: %s", error->message);
}

/* The interface */

GArray *
bh_link_memory_begin(BhLinkMemory *self, const char *owner)
{
    GArray *former = g_array_new(FALSE, FALSE, sizeof(BhLinkMemoryEntry));
    gboolean same = g_strcmp0(self->owner, owner) == 0;
    BhLinkMemoryEntry entry;

    for (guint i = 0; same && i < self->lines->len; i++)
        if (parse(self->lines->pdata[i], &entry))
            g_array_append_val(former, entry);
    g_ptr_array_set_size(self->lines, 0);
    g_free(self->owner);
    self->owner = g_strdup(owner);
    save(self);
    return former;
}

void
bh_link_memory_add(BhLinkMemory *self, const BhLinkMemoryEntry *entry)
{
    g_autofree char *line = format(entry);

    if (find(self, line, NULL))
        return;
    g_ptr_array_add(self->lines, g_steal_pointer(&line));
    save(self);
}

void
bh_link_memory_remove(BhLinkMemory *self, const BhLinkMemoryEntry *entry)
{
    g_autofree char *line = format(entry);
    guint index;

    if (!find(self, line, &index))
        return;
    g_ptr_array_remove_index_fast(self->lines, index);
    save(self);
}

static void
load(BhLinkMemory *self)
{
    g_autofree char *text = NULL;
    gsize size;

    if (!g_file_test(self->path, G_FILE_TEST_IS_REGULAR) ||
        !g_file_get_contents(self->path, &text, &size, NULL) || size > MAX_FILE)
        return;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    self->owner = g_strdup(lines[0]);
    for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
        g_ptr_array_add(self->lines, g_strdup(lines[i]));
}

BhLinkMemory *
bh_link_memory_new(const char *path)
{
    BhLinkMemory *self = g_new0(BhLinkMemory, 1);

    self->path = g_strdup(path);
    self->lines = g_ptr_array_new_with_free_func(g_free);
    if (path != NULL)
        load(self);
    return self;
}

void
bh_link_memory_free(BhLinkMemory *self)
{
    g_ptr_array_unref(self->lines);
    g_free(self->owner);
    g_free(self->path);
    g_free(self);
}
