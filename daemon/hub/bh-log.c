/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Thin over g_log_structured(), which writes native journal entries when standard error is the
 * journal.
 */
#include "bh-log.h"

void
bh_log_adapter(GLogLevelFlags level,
               const char *message_id,
               const char *adapter,
               const char *format,
               ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    g_log_structured(G_LOG_DOMAIN,
                     level,
                     "MESSAGE_ID",
                     message_id,
                     "BLEHUB_ADAPTER",
                     adapter,
                     "MESSAGE",
                     "%s",
                     text);
}

void
bh_log_client(GLogLevelFlags level,
              const char *message_id,
              const char *client,
              guint32 uid,
              const char *format,
              ...)
{
    g_autofree char *text = NULL;
    g_autofree char *uid_text = g_strdup_printf("%u", uid);
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    g_log_structured(G_LOG_DOMAIN,
                     level,
                     "MESSAGE_ID",
                     message_id,
                     "BLEHUB_CLIENT",
                     client,
                     "BLEHUB_UID",
                     uid_text,
                     "MESSAGE",
                     "%s",
                     text);
}
