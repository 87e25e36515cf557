/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Known properties have their line and wording; limits and counters are shown whatever they are
 * called, so that a newer blehubd shows all of its own.
 */
#include "status-text.h"

#include "row-json.h"
#include "terminal.h"

#include <string.h>

#define ADAPTER_INTERFACE "org.blehub.Adapter1"

static void
append_property(GString *out, GVariant *properties, const char *key)
{
    const char *text = NULL;

    g_variant_lookup(properties, key, "&s", &text);
    bh_terminal_append(out, text && text[0] ? text : "unknown");
}

static void
append_words(GString *out, GVariant *properties, const char *key)
{
    g_autofree const char **words = NULL;
    g_autofree char *line = NULL;

    if (g_variant_lookup(properties, key, "^a&s", &words))
        line = g_strjoinv(", ", (char **)words);
    bh_terminal_append(out, line && line[0] ? line : "none");
}

static int
compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Dictionaries have no order on the bus; people want one. */
static GPtrArray *
sorted_lines(GVariant *dictionary)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

    for (gsize i = 0; dictionary && i < g_variant_n_children(dictionary); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(dictionary, i);
        g_autoptr(GVariant) key = g_variant_get_child_value(entry, 0);
        g_autoptr(GVariant) content = g_variant_get_child_value(entry, 1);
        g_autofree char *value = bh_json_take_line(bh_json_from_variant(content));

        g_ptr_array_add(lines,
                        g_strdup_printf("  %-20s %s", g_variant_get_string(key, NULL), value));
    }
    g_ptr_array_sort(lines, compare_texts);
    return lines;
}

static void
append_dictionary(GString *out, const char *title, GVariant *properties, const char *key)
{
    g_autoptr(GVariant) dictionary = g_variant_lookup_value(properties, key, NULL);
    g_autoptr(GPtrArray) lines = sorted_lines(dictionary);

    g_string_append_printf(out, "%s:\n", title);
    for (guint i = 0; i < lines->len; i++) {
        bh_terminal_append(out, lines->pdata[i]);
        g_string_append_c(out, '\n');
    }
}

static void
append_hearing(GString *out, GVariant *adapter, gint64 now_us)
{
    guint64 heard = 0;
    gint64 last_us = 0;

    g_variant_lookup(adapter, "Heard", "t", &heard);
    g_variant_lookup(adapter, "LastHeard", "x", &last_us);
    g_string_append_printf(out, "    heard %" G_GUINT64_FORMAT " reports", heard);
    if (last_us > 0)
        g_string_append_printf(out,
                               ", the last %.0f s ago",
                               (double)MAX(now_us - last_us, 0) / G_USEC_PER_SEC);
    g_string_append_c(out, '\n');
}

static void
append_adapter(GString *out, GVariant *adapter, gint64 now_us)
{
    const char *failure = NULL;

    g_string_append(out, "  ");
    append_property(out, adapter, "Address");
    g_string_append(out, " (");
    append_property(out, adapter, "Name");
    g_string_append(out, "): ");
    append_property(out, adapter, "State");
    g_string_append(out, ", roles ");
    append_words(out, adapter, "Roles");
    g_string_append_c(out, '\n');
    append_hearing(out, adapter, now_us);
    if (g_variant_lookup(adapter, "LastError", "&s", &failure) && failure[0]) {
        g_string_append(out, "    last failure: ");
        bh_terminal_append(out, failure);
        g_string_append_c(out, '\n');
    }
}

/* The properties (a{sv}) of each adapter, in the order of their paths. */
static GPtrArray *
list_adapters(GVariant *objects)
{
    GPtrArray *adapters = g_ptr_array_new_with_free_func((GDestroyNotify)g_variant_unref);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);

    for (gsize i = 0; i < g_variant_n_children(objects); i++) {
        char *path = NULL;

        g_variant_get_child(objects, i, "{o@a{sa{sv}}}", &path, NULL);
        g_ptr_array_add(paths, path);
    }
    g_ptr_array_sort(paths, compare_texts);
    for (guint i = 0; i < paths->len; i++) {
        g_autoptr(GVariant) interfaces = g_variant_lookup_value(objects, paths->pdata[i], NULL);
        GVariant *adapter = g_variant_lookup_value(interfaces, ADAPTER_INTERFACE, NULL);

        if (adapter)
            g_ptr_array_add(adapters, adapter);
    }
    return adapters;
}

char *
bh_status_text(GVariant *hub, GVariant *objects, gint64 now_us)
{
    GString *out = g_string_new("State:         ");
    g_autoptr(GPtrArray) adapters = list_adapters(objects);

    append_property(out, hub, "State");
    g_string_append(out, "\nVersion:       ");
    append_property(out, hub, "Version");
    g_string_append(out, "\nBlueZ:         ");
    append_property(out, hub, "BlueZVersion");
    g_string_append(out, "\nCapabilities:  ");
    append_words(out, hub, "Capabilities");
    g_string_append(out, adapters->len ? "\nAdapters:\n" : "\nAdapters:      none\n");
    for (guint i = 0; i < adapters->len; i++)
        append_adapter(out, adapters->pdata[i], now_us);
    append_dictionary(out, "Limits", hub, "Limits");
    append_dictionary(out, "Counters", hub, "Counters");
    return g_string_free(out, FALSE);
}

char *
bh_status_json(GVariant *hub, GVariant *objects)
{
    g_autoptr(JsonObject) object = json_object_new();
    g_autoptr(GPtrArray) adapters = list_adapters(objects);
    JsonArray *array = json_array_new();
    g_autofree char *line = NULL;

    json_object_set_member(object, "Hub", bh_json_from_variant(hub));
    for (guint i = 0; i < adapters->len; i++)
        json_array_add_element(array, bh_json_from_variant(adapters->pdata[i]));
    json_object_set_array_member(object, "Adapters", array);
    line = bh_json_take_line(json_node_init_object(json_node_alloc(), object));
    return g_strconcat(line, "\n", NULL);
}
