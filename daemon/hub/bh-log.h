/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Structured log lines: what happened (MESSAGE_ID, explained in the journal's catalog) and to whom
 * (BLEHUB_ADAPTER=, BLEHUB_CLIENT=), so that `journalctl BLEHUB_ADAPTER=...` finds one controller's
 * story.
 */
#include <glib.h>

G_BEGIN_DECLS

#define BH_MESSAGE_BLUEZ "4b1c7d0a5b5e4a5c9f3a0e5d1c2b7a10" /* BlueZ came or went */
#define BH_MESSAGE_ADAPTER                                                                         \
    "4b1c7d0a5b5e4a5c9f3a0e5d1c2b7a11" /* an adapter came, went, or changed */
#define BH_MESSAGE_RECOVERY "4b1c7d0a5b5e4a5c9f3a0e5d1c2b7a12" /* a rung of the recovery ladder */
#define BH_MESSAGE_CLIENT                                                                          \
    "4b1c7d0a5b5e4a5c9f3a0e5d1c2b7a13" /* a client left with objects, or was refused */

#define BH_MESSAGE_LINK "4b1c7d0a5b5e4a5c9f3a0e5d1c2b7a14" /* a link was made or lost */
#define BH_MESSAGE_MGMT                                                                            \
    "4b1c7d0a5b5e4a5c9f3a0e5d1c2b7a15" /* the management socket cannot be used, or not any more */

/* What is written and where to; one per process, made by main and handed to whoever may change it.
 */
typedef struct BhLogSettings BhLogSettings;

/* Installs the process's log writer; keep the settings until the process ends. */
BhLogSettings *bh_log_settings_install(void);

/* As systemd names levels: "emerg", "alert", "crit", "err", "warning", "notice", "info" (default),
 * "debug". */
const char *bh_log_settings_get_level(BhLogSettings *self);
gboolean bh_log_settings_set_level(BhLogSettings *self, const char *level);
/* "journal" or "console", decided by what standard error is. */
const char *bh_log_settings_get_target(BhLogSettings *self);

/* adapter: its address. */
void bh_log_adapter(GLogLevelFlags level,
                    const char *message_id,
                    const char *adapter,
                    const char *format,
                    ...) G_GNUC_PRINTF(4, 5);

/* client: its bus name. */
void bh_log_client(GLogLevelFlags level,
                   const char *message_id,
                   const char *client,
                   guint32 uid,
                   const char *format,
                   ...) G_GNUC_PRINTF(5, 6);

G_END_DECLS
