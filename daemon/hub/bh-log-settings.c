/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * GLib's writers do the work; this adds the threshold, and the names systemd gives to levels.
 */
#include "bh-log.h"

#include <stdio.h>

struct BhLogSettings {
    guint level; /* index into level_names: syslog's numbers */
    gboolean journal;
};

static const char *const level_names[] =
    {"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};

#define LEVEL_INFO 6

static guint
syslog_level(GLogLevelFlags level)
{
    static const struct {
        GLogLevelFlags flag;
        guint level;
    } map[] = {{G_LOG_LEVEL_ERROR, 3},
               {G_LOG_LEVEL_CRITICAL, 4},
               {G_LOG_LEVEL_WARNING, 4},
               {G_LOG_LEVEL_MESSAGE, 5},
               {G_LOG_LEVEL_INFO, 6}};

    for (gsize i = 0; i < G_N_ELEMENTS(map); i++)
        if (level & map[i].flag)
            return map[i].level;
    return 7;
}

static GLogWriterOutput
write_log(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
    const BhLogSettings *self = user_data;

    if (syslog_level(level) > self->level)
        return G_LOG_WRITER_HANDLED;
    if (self->journal &&
        g_log_writer_journald(level, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
        return G_LOG_WRITER_HANDLED;
    return g_log_writer_standard_streams(level, fields, n_fields, NULL);
}

BhLogSettings *
bh_log_settings_install(void)
{
    BhLogSettings *self = g_new0(BhLogSettings, 1);

    self->level = LEVEL_INFO;
    self->journal = g_log_writer_is_journald(fileno(stderr));
    g_log_writer_default_set_use_stderr(TRUE);
    g_log_set_writer_func(write_log, self, NULL);
    return self;
}

const char *
bh_log_settings_get_level(BhLogSettings *self)
{
    return level_names[self->level];
}

gboolean
bh_log_settings_set_level(BhLogSettings *self, const char *level)
{
    for (guint i = 0; i < G_N_ELEMENTS(level_names); i++) {
        if (!g_str_equal(level_names[i], level))
            continue;
        self->level = i;
        return TRUE;
    }
    return FALSE;
}

const char *
bh_log_settings_get_target(BhLogSettings *self)
{
    return self->journal ? "journal" : "console";
}
