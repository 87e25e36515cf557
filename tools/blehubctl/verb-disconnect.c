/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * disconnect: gives up holds that were left behind with a lease. The link is shared: it drops with
 * the last hold, whoever has it, so that what remains is told instead of cut.
 */
#include "peer.h"
#include "row-json.h"
#include "verbs.h"

#include <string.h>

#define HOLD_INTERFACE "org.blehub.Hold1"
#define HOLD_PREFIX "/org/blehub/hold/"

static GVariant *
call(GDBusConnection *bus,
     const char *path,
     const char *interface,
     const char *method,
     const char *type,
     GError **error)
{
    return g_dbus_connection_call_sync(bus,
                                       BH_CTL_BUS_NAME,
                                       path,
                                       interface,
                                       method,
                                       NULL,
                                       type ? G_VARIANT_TYPE(type) : NULL,
                                       G_DBUS_CALL_FLAGS_NONE,
                                       BH_CTL_TIMEOUT_MS,
                                       NULL,
                                       error);
}

static gboolean
release(GDBusConnection *bus, const char *path, GError **error)
{
    g_autoptr(GVariant) reply = call(bus, path, HOLD_INTERFACE, "Release", NULL, error);

    return reply != NULL;
}

/* "/org/blehub/device/random_C4_7C_8D_6A_11_02" and "c4:7c:8d:6a:11:02". */
static gboolean
is_device_of(const char *path, const char *address)
{
    g_autofree char *wanted = g_ascii_strup(address, -1);
    const char *name = strrchr(path, '/');
    const char *found = name ? strchr(name, '_') : NULL;

    g_strdelimit(wanted, ":-", '_');
    return found && g_str_equal(found + 1, wanted);
}

/* Whether the hold is one that stays behind, on the device. */
static gboolean
is_left_behind(GVariant *hold, const char *address)
{
    g_autoptr(GVariant) options = g_variant_lookup_value(hold, "Options", G_VARIANT_TYPE_VARDICT);
    const char *device = "", *lifetime = "";

    g_variant_lookup(hold, "Device", "&o", &device);
    if (options)
        g_variant_lookup(options, "Lifetime", "&s", &lifetime);
    return g_str_equal(lifetime, "lease") && is_device_of(device, address);
}

/* Paths of the holds on the device that we may give up. objects: a{oa{sa{sv}}}. */
static GPtrArray *
find_holds(GVariant *objects, const char *address)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    GVariantIter iter;
    const char *path = NULL;
    GVariant *interfaces = NULL;

    g_variant_iter_init(&iter, objects);
    while (g_variant_iter_loop(&iter, "{&o@a{sa{sv}}}", &path, &interfaces)) {
        g_autoptr(GVariant) hold =
            g_variant_lookup_value(interfaces, HOLD_INTERFACE, G_VARIANT_TYPE_VARDICT);

        if (hold && is_left_behind(hold, address))
            g_ptr_array_add(paths, g_strdup(path));
    }
    return paths;
}

/* How many holds there are on the device; 0 also if we may not see it. */
static guint32
count_holds(GVariant *objects, const char *address)
{
    GVariantIter iter;
    const char *path = NULL;
    GVariant *interfaces = NULL;
    guint32 holds = 0;

    g_variant_iter_init(&iter, objects);
    while (g_variant_iter_loop(&iter, "{&o@a{sa{sv}}}", &path, &interfaces)) {
        g_autoptr(GVariant) device =
            g_variant_lookup_value(interfaces, "org.blehub.Device1", G_VARIANT_TYPE_VARDICT);

        if (device && is_device_of(path, address))
            g_variant_lookup(device, "Holds", "u", &holds);
    }
    return holds;
}

static GVariant *
get_objects(GDBusConnection *bus, GError **error)
{
    g_autoptr(GVariant) reply = call(bus,
                                     BH_CTL_ROOT_PATH,
                                     "org.freedesktop.DBus.ObjectManager",
                                     "GetManagedObjects",
                                     "(a{oa{sa{sv}}})",
                                     error);

    return reply ? g_variant_get_child_value(reply, 0) : NULL;
}

static void
print(const BhCtl *ctl, guint released, guint32 left)
{
    g_autofree char *line = NULL;

    if (ctl->json) {
        g_autoptr(JsonObject) object = json_object_new();

        json_object_set_int_member(object, "Released", released);
        json_object_set_int_member(object, "Holds", left);
        line = bh_json_take_line(json_node_init_object(json_node_alloc(), object));
    } else if (left > 0) {
        line = g_strdup_printf("%u released; %u held by programs that run, which keep the link",
                               released,
                               left);
    } else {
        line = g_strdup_printf("%u released", released);
    }
    bh_ctl_print(line);
    bh_ctl_print("\n");
}

static BhExit
release_all(const BhCtl *ctl, GDBusConnection *bus, const char *address)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) before = get_objects(bus, &error);
    g_autoptr(GVariant) after = NULL;
    g_autoptr(GPtrArray) paths = NULL;

    if (!before)
        return bh_ctl_fail(error);
    paths = find_holds(before, address);
    for (guint i = 0; i < paths->len; i++)
        if (!release(bus, paths->pdata[i], &error))
            return bh_ctl_fail(error);
    if (!(after = get_objects(bus, &error)))
        return bh_ctl_fail(error);
    print(ctl, paths->len, count_holds(after, address));
    return paths->len > 0 ? BH_EXIT_OK : BH_EXIT_FAILED;
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_autoptr(GDBusConnection) bus = NULL;
    g_autoptr(GError) error = NULL;
    BhExit code = BH_EXIT_OK;
    const char *what = NULL;
    gboolean is_hold;

    if (!bh_ctl_parse(ctl, verb, context, args, &code))
        return code;
    what = (*args)[1];
    is_hold = what && g_str_has_prefix(what, HOLD_PREFIX) && g_variant_is_object_path(what);
    if (!is_hold && !bh_peer_check_words(verb, *args + 1, 1, 1, &code))
        return code;
    if (!(bus = bh_ctl_connect(ctl, &error)))
        return bh_ctl_fail(error);
    if (!is_hold)
        return release_all(ctl, bus, what);
    return release(bus, what, &error) ? BH_EXIT_OK : bh_ctl_fail(error);
}

const BhVerb bh_verb_disconnect = {
    .name = "disconnect",
    .arguments = "ADDRESS|HOLD",
    .summary = "Give up holds that \"connect --lease\" left behind",
    .description = "HOLD is the path that connect printed; with an address all such holds of this "
                   "user go. The link\n"
                   "stays while programs hold it: it is shared, and drops with the last hold.\n",
    .run = run,
};
