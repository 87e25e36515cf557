/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A line with the name of BlueZ, then one per link: "ADAPTER TYPE ADDRESS". It is written whenever
 * it changes.
 */
#include "bh-link-memory.h"

#include "bh-runtime-file.h"

struct BhLinkMemory {
    BhRuntimeFile *file;
    char *owner; /* NULL = not known yet */
    GPtrArray *lines;
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

/* The file */

static void
save(BhLinkMemory *self)
{
    g_autoptr(GString) text = g_string_new(self->owner);

    for (guint i = 0; i < self->lines->len; i++)
        g_string_append_printf(text, "\n%s", (const char *)self->lines->pdata[i]);
    g_string_append_c(text, '\n');
    bh_runtime_file_write(self->file, self->lines->len > 0 ? text->str : NULL);
}

static void
load(BhLinkMemory *self)
{
    g_autofree char *text = bh_runtime_file_read(self->file);
    g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);

    self->owner = g_strdup(lines[0]);
    for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
        g_ptr_array_add(self->lines, g_strdup(lines[i]));
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

BhLinkMemory *
bh_link_memory_new(const char *path)
{
    BhLinkMemory *self = g_new0(BhLinkMemory, 1);

    self->file = bh_runtime_file_new(path, "after a crash links may stay behind in BlueZ");
    self->lines = g_ptr_array_new_with_free_func(g_free);
    load(self);
    return self;
}

void
bh_link_memory_free(BhLinkMemory *self)
{
    g_ptr_array_unref(self->lines);
    g_free(self->owner);
    bh_runtime_file_free(self->file);
    g_free(self);
}
