/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Times are seconds where people think in them, and the units of blehubd for connection parameters,
 * which stand so in data sheets. Ranges are blehubd's to check. */
#include "connect-options.h"

#include "filter-options.h"

static void
add_parameters(BhConnectOptions *self, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"min-interval",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->min_interval,
         "Least connection interval",
         "US"},
        {"max-interval",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->max_interval,
         "Greatest connection interval",
         "US"},
        {"latency",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->latency,
         "Connection events the device may skip",
         "N"},
        {"supervision",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->supervision,
         "Silence after which the link is lost",
         "MS"},
        G_OPTION_ENTRY_NULL,
    };

    g_option_context_add_main_entries(context, entries, NULL);
}

static void
add_patience(BhConnectOptions *self, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"reconnect",
         0,
         0,
         G_OPTION_ARG_NONE,
         &self->reconnect,
         "Go on when the link is lost",
         NULL},
        {"backoff",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->backoff,
         "Before the first blind attempt, doubled by each (default 5)",
         "SECONDS"},
        {"backoff-max",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->backoff_max,
         "And at most (default 60)",
         "SECONDS"},
        {"stable",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->stable,
         "A link that lasted so long begins anew with that (default 0)",
         "SECONDS"},
        {"blind", 0, 0, G_OPTION_ARG_NONE, &self->blind, "Do not listen for the device", NULL},
        G_OPTION_ENTRY_NULL,
    };

    g_option_context_add_main_entries(context, entries, NULL);
}

void
bh_connect_options_add(BhConnectOptions *self, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"duration",
         'd',
         0,
         G_OPTION_ARG_STRING,
         &self->duration,
         "How long to hold it (default 0: until interrupted)",
         "SECONDS"},
        {"lease",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->lease,
         "Leave the hold behind for so long, and end",
         "SECONDS"},
        G_OPTION_ENTRY_NULL,
    };

    bh_peer_options_add(&self->peer, context);
    g_option_context_add_main_entries(context, entries, NULL);
    add_patience(self, context);
    add_parameters(self, context);
}

static gboolean
fill_seconds(GVariantDict *dict,
             const char *key,
             const char *option,
             const char *text,
             GError **error)
{
    gint64 ms = 0;

    if (!bh_option_read_seconds(option, text, 0, &ms, error))
        return FALSE;
    if (text)
        g_variant_dict_insert(dict, key, "u", (guint32)ms);
    return TRUE;
}

static gboolean
fill_number(GVariantDict *dict,
            const char *key,
            const char *option,
            const char *text,
            GError **error)
{
    gint64 number = 0;

    if (!bh_option_read_integer(option, text, 0, G_MAXUINT32, &number, error))
        return FALSE;
    if (text)
        g_variant_dict_insert(dict, key, "u", (guint32)number);
    return TRUE;
}

/* How to come back, of a hold that does not. */
static gboolean
check_patience(const BhConnectOptions *self, GError **error)
{
    const char *option = self->backoff       ? "backoff"
                         : self->backoff_max ? "backoff-max"
                         : self->stable      ? "stable"
                         : self->blind       ? "blind"
                                             : NULL;

    if (self->reconnect || !option)
        return TRUE;
    g_set_error(error,
                G_OPTION_ERROR,
                G_OPTION_ERROR_BAD_VALUE,
                "--%s means something with --reconnect only",
                option);
    return FALSE;
}

gboolean
bh_connect_options_fill(const BhConnectOptions *self,
                        GVariantDict *dict,
                        gint64 *duration_ms,
                        GError **error)
{
    if (!bh_peer_options_fill(&self->peer, dict, error) ||
        !bh_option_read_seconds("duration", self->duration, 0, duration_ms, error) ||
        !fill_seconds(dict, "LeaseMs", "lease", self->lease, error) ||
        !fill_seconds(dict, "BackoffInitialMs", "backoff", self->backoff, error) ||
        !fill_seconds(dict, "BackoffMaxMs", "backoff-max", self->backoff_max, error) ||
        !fill_seconds(dict, "StableMs", "stable", self->stable, error) ||
        !fill_number(dict, "MinIntervalUs", "min-interval", self->min_interval, error) ||
        !fill_number(dict, "MaxIntervalUs", "max-interval", self->max_interval, error) ||
        !fill_number(dict, "Latency", "latency", self->latency, error) ||
        !fill_number(dict, "SupervisionMs", "supervision", self->supervision, error) ||
        !check_patience(self, error))
        return FALSE;
    if (self->lease)
        g_variant_dict_insert(dict, "Lifetime", "s", "lease");
    if (self->reconnect)
        g_variant_dict_insert(dict, "Reconnect", "b", TRUE);
    if (self->blind)
        g_variant_dict_insert(dict, "ReconnectScan", "b", FALSE);
    return TRUE;
}

void
bh_connect_options_clear(BhConnectOptions *self)
{
    bh_peer_options_clear(&self->peer);
    g_clear_pointer(&self->duration, g_free);
    g_clear_pointer(&self->lease, g_free);
    g_clear_pointer(&self->backoff, g_free);
    g_clear_pointer(&self->backoff_max, g_free);
    g_clear_pointer(&self->stable, g_free);
    g_clear_pointer(&self->min_interval, g_free);
    g_clear_pointer(&self->max_interval, g_free);
    g_clear_pointer(&self->latency, g_free);
    g_clear_pointer(&self->supervision, g_free);
}
