/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The real blehubd between a puppet BlueZ and a kernel, both played by the test, called as its
 * clients call it.
 */
#include "bh-fixture.h"
#include "bh-kernel.h"
#include "bh-puppet.h"
#include "test-main.h"

G_BEGIN_DECLS

#define BH_HUB_PATH "/org/blehub"
#define BH_HUB "org.blehub.Hub1"
#define BH_ADAPTER_PATH "/org/blehub/adapter/00_AA_01_00_00_01"

typedef struct {
    BhFixture bus;
    BhPuppet *puppet;
    BhKernel *kernel;
} BhMgmtScene;

/* A bus, BlueZ with one powered adapter (hci0), and a kernel; blehubd is not started. */
void bh_mgmt_scene_init(BhMgmtScene *self);
/* Starts blehubd with a socket to the kernel, and waits until it has done what it does first. */
void bh_mgmt_scene_start(BhMgmtScene *self);
/* Both, and nothing of that is in the logs. */
void bh_mgmt_scene_init_started(BhMgmtScene *self);
void bh_mgmt_scene_clear(BhMgmtScene *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhMgmtScene, bh_mgmt_scene_clear)

/* Calls with a{sv} written as text, of the test's own connection. */

/* The path of a new scan; it must succeed. */
char *bh_mgmt_scene_scan(BhMgmtScene *self, const char *options);
/* The same, and the discovery runs. */
char *bh_mgmt_scene_scan_running(BhMgmtScene *self, const char *options);
void bh_mgmt_scene_release(BhMgmtScene *self, const char *scan);
/* "NotSupported: ..." */
char *bh_mgmt_scene_dup_scan_error(BhMgmtScene *self, const char *options);

/* Keys of the scan's only row as "Key=value Key=value" in the order asked for; absent ones "-". */
char *bh_mgmt_scene_dup_row(BhMgmtScene *self, const char *scan, const char *keys);
guint64 bh_mgmt_scene_get_seen(BhMgmtScene *self, const char *scan);
guint64 bh_mgmt_scene_get_counter(BhMgmtScene *self, const char *name);
gboolean bh_mgmt_scene_can(BhMgmtScene *self, const char *capability);
/* "State" of the adapter, or "interval/window" of its duty cycle. */
char *bh_mgmt_scene_dup_adapter_state(BhMgmtScene *self);
char *bh_mgmt_scene_dup_duty(BhMgmtScene *self);

/* Whether this is written down for the next start of blehubd; "": whether nothing is. */
gboolean bh_mgmt_scene_remembers(BhMgmtScene *self, const char *text);

/* Whether blehubd listens to what BlueZ says of devices. */
gboolean bh_mgmt_scene_listens(BhMgmtScene *self);

G_END_DECLS
