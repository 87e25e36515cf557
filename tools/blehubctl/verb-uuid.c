/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * uuid: the two ways of writing a UUID and its standard name, or the UUIDs whose name contains a
 * word. The table of names can only be asked by UUID, so a search asks for each of the 65,536 short
 * ones.
 */
#include "bh-names.h"
#include "row-json.h"
#include "verbs.h"

#include <string.h>

static const char *const kind_names[] = {
    [BH_NAME_SERVICE] = "service",
    [BH_NAME_CHARACTERISTIC] = "characteristic",
    [BH_NAME_DESCRIPTOR] = "descriptor",
    [BH_NAME_MEMBER] = "member",
};

/* Four or eight digits if the UUID has a short form, else NULL. */
static char *
dup_short_form(const BhUuid *uuid)
{
    guint8 bytes[16];
    gsize size = bh_uuid_to_le(uuid, bytes);
    char text[BH_UUID_TEXT_SIZE];

    bh_uuid_format(uuid, text);
    if (size == 16)
        return NULL;
    return size == 2 ? g_strndup(text + 4, 4) : g_strndup(text, 8);
}

static char *
dup_json(const char *short_form, const char *long_form, const char *name, const char *kind)
{
    g_autoptr(JsonObject) object = json_object_new();

    json_object_set_string_member(object, "UUID", long_form);
    if (short_form)
        json_object_set_string_member(object, "Short", short_form);
    if (name) {
        json_object_set_string_member(object, "Name", name);
        json_object_set_string_member(object, "Kind", kind);
    }
    return bh_json_take_line(json_node_init_object(json_node_alloc(), object));
}

static void
print_uuid(const BhCtl *ctl, const BhUuid *uuid)
{
    g_autofree char *short_form = dup_short_form(uuid);
    char long_form[BH_UUID_TEXT_SIZE];
    BhNameKind kind = BH_NAME_SERVICE;
    const char *name = bh_uuid_name(uuid, &kind);
    g_autofree char *line = NULL;

    bh_uuid_format(uuid, long_form);
    if (ctl->json)
        line = dup_json(short_form, long_form, name, kind_names[kind]);
    else
        line = g_strdup_printf("%-8s  %s  %-14s  %s",
                               short_form ? short_form : "-",
                               long_form,
                               name ? kind_names[kind] : "-",
                               name ? name : "(no standard name)");
    bh_ctl_print(line);
    bh_ctl_print("\n");
}

static guint
search(const BhCtl *ctl, const char *word)
{
    g_autofree char *wanted = g_ascii_strdown(word, -1);
    guint found = 0;

    for (guint number = 0; number <= G_MAXUINT16; number++) {
        const guint8 bytes[] = {number & 0xff, number >> 8};
        BhNameKind kind = BH_NAME_SERVICE;
        const char *name = NULL;
        g_autofree char *lower = NULL;
        BhUuid uuid;

        bh_uuid_from_le(bytes, sizeof bytes, &uuid);
        name = bh_uuid_name(&uuid, &kind);
        lower = name ? g_ascii_strdown(name, -1) : NULL;
        if (!lower || !strstr(lower, wanted))
            continue;
        print_uuid(ctl, &uuid);
        found++;
    }
    return found;
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_autofree char *text = NULL;
    BhExit code = BH_EXIT_OK;
    BhUuid uuid;

    if (!bh_ctl_parse(ctl, verb, context, args, &code))
        return code;
    text = g_strstrip(g_strjoinv(" ", *args + 1));
    if (text[0] == '\0') {
        bh_ctl_complain("uuid takes a UUID or a word of a name");
        return BH_EXIT_USAGE;
    }
    if (bh_uuid_parse(text, &uuid, NULL)) {
        print_uuid(ctl, &uuid);
        return BH_EXIT_OK;
    }
    if (search(ctl, text) > 0)
        return BH_EXIT_OK;
    bh_ctl_complain("\"%s\" is not a UUID, and no standard name contains it", text);
    return BH_EXIT_FAILED;
}

const BhVerb bh_verb_uuid = {
    .name = "uuid",
    .arguments = "UUID|WORD…",
    .summary = "Short form, long form and name of a UUID, or search by name",
    .description = "What can be read as a UUID is one (\"180d\", \"0x180D\", 8 digits, the long "
                   "form); anything\n"
                   "else is searched for in the standard names.\n",
    .run = run,
};
