/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * serve: services from a file, served and advertised as long as we run. The file is read here, too,
 * so that a mistake is told with its name and line before anybody is asked.
 */
#include "bh-advert.h"
#include "bh-application-definition.h"
#include "filter-options.h"
#include "input-lines.h"
#include "on-air.h"
#include "served.h"
#include "setting.h"
#include "verbs.h"

#include <string.h>

#define NAME_MAX_BYTES (BH_ADVERT_PACKET_MAX - 2)

typedef struct {
    char **settings;
    char *as;
    char *name;
    char *adapter;
    char *duration;
    gboolean no_advertise;
    gboolean keep;

    char *text; /* of the file */
    BhApplicationDefinition *definition;
    const BhValueType *type;
    gint64 duration_ms;
} Options;

static void
options_clear(Options *self)
{
    g_clear_pointer(&self->settings, g_strfreev);
    g_clear_pointer(&self->as, g_free);
    g_clear_pointer(&self->name, g_free);
    g_clear_pointer(&self->adapter, g_free);
    g_clear_pointer(&self->duration, g_free);
    g_clear_pointer(&self->text, g_free);
    g_clear_pointer(&self->definition, bh_application_definition_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* Everything that serves, for as long as the verb runs. */
typedef struct {
    BhStay stay;
    BhServed served;
    BhOnAir on_air;
    BhInputLines input;
} Live;

static void
live_clear(Live *self)
{
    bh_input_lines_clear(&self->input);
    bh_on_air_clear(&self->on_air);
    bh_served_clear(&self->served);
    bh_stay_clear(&self->stay);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Live, live_clear)

/* Advertising */

/* As much of what is served as one packet holds: short UUIDs first, since a long one takes more
 * than half of it. */
static void
add_uuids(GArray *uuids, const BhApplicationDefinition *definition, gboolean is_short)
{
    guint n = bh_application_definition_count_services(definition);

    for (guint i = 0; i < n; i++) {
        const BhServiceDefinition *service = bh_application_definition_peek_service(definition, i);
        const BhAdvertSpec spec = {.uuids = uuids, .connectable = TRUE};
        BhAdvertPackets packets;
        guint8 bytes[16];

        if (!service->primary || service->instance > 0 ||
            (bh_uuid_to_le(&service->uuid, bytes) == 2) != is_short)
            continue;
        g_array_append_val(uuids, service->uuid);
        if (!bh_advert_compute_packets(&spec, &packets, NULL))
            g_array_set_size(uuids, uuids->len - 1);
    }
}

static GVariant *
build_uuids(const BhApplicationDefinition *definition)
{
    g_autoptr(GArray) uuids = g_array_new(FALSE, FALSE, sizeof(BhUuid));
    GVariantBuilder builder;

    add_uuids(uuids, definition, TRUE);
    add_uuids(uuids, definition, FALSE);
    g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
    for (guint i = 0; i < uuids->len; i++) {
        char text[BH_UUID_TEXT_SIZE];

        bh_uuid_format(&g_array_index(uuids, BhUuid, i), text);
        g_variant_builder_add(&builder, "s", text);
    }
    return g_variant_builder_end(&builder);
}

/* The file's name without its ending, as long as the packet. */
static char *
dup_name(const char *file)
{
    g_autofree char *base = g_path_get_basename(file);
    char *ending = strrchr(base, '.');
    const char *end;

    if (ending && ending != base)
        *ending = '\0';
    if (strlen(base) <= NAME_MAX_BYTES)
        return g_steal_pointer(&base);
    g_utf8_validate(base, NAME_MAX_BYTES, &end);
    return g_strndup(base, (gsize)(end - base));
}

static GVariant *
build_advertisement(const Options *self, const char *file)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    g_autofree char *name = self->name ? g_strdup(self->name) : dup_name(file);

    g_variant_dict_insert_value(dict, "UUIDs", build_uuids(self->definition));
    if (name[0])
        g_variant_dict_insert(dict, "Name", "s", name);
    if (self->adapter)
        g_variant_dict_insert(dict, "Adapter", "s", self->adapter);
    return g_variant_dict_end(dict);
}

/* Values */

static gboolean
apply_setting(Live *live, const char *text, gboolean update, GError **error)
{
    g_auto(BhSetting) setting = {0};

    return bh_setting_parse(text, &setting, error) &&
           bh_setting_apply(&setting, live->served.application, update, error);
}

/* Whether the words on the command line are right, before anything is done. "-" is standard input.
 */
static gboolean
check_settings(char *const *settings, GError **error)
{
    for (; settings && *settings; settings++) {
        g_auto(BhSetting) setting = {0};

        if (!g_str_equal(*settings, "-") && !bh_setting_parse(*settings, &setting, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
apply_settings(Live *live, char *const *settings, GError **error)
{
    for (; settings && *settings; settings++)
        if (!g_str_equal(*settings, "-") && !apply_setting(live, *settings, FALSE, error))
            return FALSE;
    return TRUE;
}

/* A wrong line is complained about, and the next one is read. */
static void
on_line(const char *line, gpointer user_data)
{
    g_autoptr(GError) error = NULL;

    if (!line[0] || line[0] == '#' || apply_setting(user_data, line, TRUE, &error))
        return;
    g_dbus_error_strip_remote_error(error);
    bh_ctl_complain("%s", error->message);
}

/* Serving */

static GVariant *
build_application(const Options *self)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);

    g_variant_dict_insert(dict, "Definition", "s", self->text);
    if (self->adapter)
        g_variant_dict_insert(dict, "Adapter", "s", self->adapter);
    if (self->keep)
        g_variant_dict_insert(dict, "OnRestart", "s", "keep");
    return g_variant_dict_end(dict);
}

static gboolean
begin(Live *live, const BhCtl *ctl, const Options *self, const char *file, GError **error)
{
    g_autoptr(GDBusConnection) bus = bh_ctl_connect(ctl, error);
    g_autoptr(BhDbusHub1) hub = bus ? bh_ctl_hub(bus, FALSE, error) : NULL;

    if (!hub ||
        !bh_served_begin(&live->served, ctl, hub, build_application(self), self->type, error))
        return FALSE;
    bh_stay_init(&live->stay, bus);
    bh_stay_arm(&live->stay);
    live->stay.duration_ms = self->duration_ms;
    if (!apply_settings(live, self->settings, error))
        return FALSE;
    bh_served_follow(&live->served, &live->stay);
    if (self->no_advertise)
        return TRUE;
    if (!bh_on_air_begin(&live->on_air, ctl, hub, build_advertisement(self, file), error))
        return FALSE;
    bh_on_air_follow(&live->on_air, &live->stay, FALSE);
    return TRUE;
}

static BhExit
serve(const BhCtl *ctl, const Options *self, const char *file)
{
    g_autoptr(GError) error = NULL;
    g_auto(Live) live = {0};

    if (!begin(&live, ctl, self, file, &error))
        return bh_ctl_fail(error);
    if (self->settings && g_strv_contains((const char *const *)self->settings, "-"))
        bh_input_lines_begin(&live.input, on_line, &live);
    return bh_stay_run(&live.stay) ? BH_EXIT_OK : bh_ctl_fail(live.stay.error);
}

/* The command line */

static gboolean
read_file(Options *self, const char *file, GError **error)
{
    if (!g_file_get_contents(file, &self->text, NULL, error))
        return FALSE;
    self->definition = bh_application_definition_from_text(self->text, error);
    if (!self->definition)
        g_prefix_error(error, "%s: ", file);
    return self->definition != NULL;
}

static gboolean
check(Options *self, const char *file, GError **error)
{
    return check_settings(self->settings, error) &&
           (self->type = bh_value_type_find(self->as, error)) &&
           bh_option_read_seconds("duration", self->duration, 0, &self->duration_ms, error) &&
           read_file(self, file, error);
}

static void
add_options(Options *self, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"set",
         's',
         0,
         G_OPTION_ARG_STRING_ARRAY,
         &self->settings,
         "SERVICE/CHARACTERISTIC=VALUE (may be repeated); -: lines from stdin",
         "SETTING"},
        {"as", 0, 0, G_OPTION_ARG_STRING, &self->as, "How to print values (default hex)", "TYPE"},
        {"name",
         'n',
         0,
         G_OPTION_ARG_STRING,
         &self->name,
         "Name to advertise (default: that of the file)",
         "TEXT"},
        {"no-advertise", 0, 0, G_OPTION_ARG_NONE, &self->no_advertise, "Do not advertise", NULL},
        {"keep", 0, 0, G_OPTION_ARG_NONE, &self->keep, "Keep values through \"radio off\"", NULL},
        {"adapter",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->adapter,
         "Only on this controller",
         "ADDRESS|hciN"},
        {"duration",
         'd',
         0,
         G_OPTION_ARG_STRING,
         &self->duration,
         "How long (default 0: until interrupted)",
         "SECONDS"},
        G_OPTION_ENTRY_NULL,
    };

    g_option_context_add_main_entries(context, entries, NULL);
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_autoptr(GError) error = NULL;
    g_auto(Options) options = {0};
    BhExit code = BH_EXIT_OK;

    add_options(&options, context);
    if (!bh_ctl_parse(ctl, verb, context, args, &code))
        return code;
    if (!(*args)[1] || (*args)[2]) {
        bh_ctl_complain("%s takes %s", verb->name, verb->arguments);
        return BH_EXIT_USAGE;
    }
    if (!check(&options, (*args)[1], &error))
        return bh_ctl_fail(error);
    return serve(ctl, &options, (*args)[1]);
}

const BhVerb bh_verb_serve = {
    .name = "serve",
    .arguments = "FILE",
    .summary = "Serve the services of a file, and tell what centrals do with them",
    .description = "The file is as blehub-application(5) says. Values are hex digits or have a "
                   "type in front, as\n"
                   "--set 181a/2a6e=i16le:2150. Types are those of \"read\". Ends on SIGINT or "
                   "SIGTERM, or as --duration says.\n",
    .run = run,
};
