/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* advertise: an advertisement of our own that lasts as long as we do, and who comes because of it.
 */
#include "advert-options.h"
#include "filter-options.h"
#include "on-air.h"
#include "verbs.h"

typedef struct {
    BhAdvertOptions advert;
    char *duration;
} Options;

static void
options_clear(Options *self)
{
    bh_advert_options_clear(&self->advert);
    g_clear_pointer(&self->duration, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static GVariant *
build_options(const Options *self, char *const *words, GError **error)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    gint64 duration_ms = 0;

    if (!bh_advert_options_fill(&self->advert, words, dict, error) ||
        !bh_option_read_seconds("duration", self->duration, 0, &duration_ms, error))
        return NULL;
    if (duration_ms > 0)
        g_variant_dict_insert(dict, "TimeoutMs", "u", (guint32)duration_ms);
    return g_variant_dict_end(dict);
}

static BhExit
advertise(const BhCtl *ctl, const Options *self, char *const *words)
{
    g_autoptr(GDBusConnection) bus = NULL;
    g_autoptr(BhDbusHub1) hub = NULL;
    g_autoptr(GVariant) options = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(BhStay) stay = {0};
    g_auto(BhOnAir) on_air = {.until_connected = self->advert.until_connected};

    if (!(options = build_options(self, words, &error)))
        return bh_ctl_fail(error);
    g_variant_ref_sink(options);
    if (!(bus = bh_ctl_connect(ctl, &error)) || !(hub = bh_ctl_hub(bus, FALSE, &error)) ||
        !bh_on_air_begin(&on_air, ctl, hub, options, &error))
        return bh_ctl_fail(error);
    bh_stay_init(&stay, bus);
    bh_stay_arm(&stay);
    bh_on_air_follow(&on_air, &stay, TRUE);
    return bh_stay_run(&stay) ? BH_EXIT_OK : bh_ctl_fail(stay.error);
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"duration",
         'd',
         0,
         G_OPTION_ARG_STRING,
         &options.duration,
         "How long (default 0: until interrupted)",
         "SECONDS"},
        G_OPTION_ENTRY_NULL,
    };
    BhExit code = BH_EXIT_OK;

    bh_advert_options_add(&options.advert, context);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!bh_ctl_parse(ctl, verb, context, args, &code))
        return code;
    return advertise(ctl, &options, *args + 1);
}

const BhVerb bh_verb_advertise = {
    .name = "advertise",
    .arguments = "[BEACON KEY=VALUE…]",
    .summary = "Advertise, and tell of the centrals that come",
    .description = "Ends on SIGINT or SIGTERM, or as --duration and --until-connected say.\n"
                   "Beacons and their keys: iBeacon UUID Major Minor MeasuredPower; AltBeacon "
                   "Company ID MeasuredPower Reserved;\n"
                   "Eddystone-UID Namespace Instance TxPower; Eddystone-URL URL TxPower; "
                   "Eddystone-TLM BatteryMv\n"
                   "TemperatureC AdvertisingCount UptimeMs; Eddystone-eTLM Encrypted Salt MIC; "
                   "Eddystone-EID EID TxPower.\n",
    .run = run,
};
