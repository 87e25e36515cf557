/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* See the header. */
#include "event.h"

#include "row-json.h"

#include <stdio.h>
#include <string.h>

JsonObject *
bh_event_new(const char *event)
{
    JsonObject *self = json_object_new();

    json_object_set_string_member(self, "Event", event);
    return self;
}

void
bh_event_add(JsonObject *event, GVariant *details)
{
    GVariantIter iter;
    const char *key;
    GVariant *value;

    g_variant_iter_init(&iter, details);
    while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
        json_object_set_member(event, key, bh_json_from_variant(value));
        g_variant_unref(value);
    }
}

static char *
take_json(JsonObject *event)
{
    JsonNode *node = json_node_alloc();

    if (!json_object_has_member(event, "Timestamp"))
        json_object_set_int_member(event, "Timestamp", g_get_real_time());
    json_node_init_object(node, event);
    return bh_json_take_line(node);
}

void
bh_event_tell(const BhCtl *ctl, JsonObject *event, const char *prose)
{
    g_autoptr(JsonObject) owned = event;
    g_autofree char *line = ctl->json ? take_json(owned) : g_strdup(prose);

    bh_ctl_print(line);
    bh_ctl_print("\n");
    fflush(stdout); /* who reads us through a pipe waits for it */
}

char *
bh_event_dup_adapters(const char *const *paths)
{
    GString *out = g_string_new(NULL);

    for (; paths && *paths; paths++) {
        const char *element = strrchr(*paths, '/');
        g_autofree char *address = g_strdup(element ? element + 1 : *paths);

        g_string_append_printf(out,
                               "%s%s",
                               out->len > 0 ? ", " : "",
                               g_strdelimit(address, "_", ':'));
    }
    return g_string_free(out, FALSE);
}
