/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The one device of a scene with a management socket, and calls of blehubd about it that are sent
 * without waiting.
 */
#include "bh-mgmt-scene.h"

G_BEGIN_DECLS

#define BH_MGMT_PEER BH_PUPPET_ADAPTER "/dev_C0_00_00_00_00_01"
#define BH_MGMT_PEER_ADDRESS "C0:00:00:00:00:01"
/* blehubd's object of it. */
#define BH_MGMT_PEER_PATH "/org/blehub/device/random_C0_00_00_00_00_01"
#define BH_MGMT_PEER_DEVICE "org.blehub.Device1"

/* A call, and how it ended: the result as text, or "Name: message". */
typedef struct {
    gboolean done;
    char *end;
} BhMgmtCall;

void bh_mgmt_call_clear(BhMgmtCall *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhMgmtCall, bh_mgmt_call_clear)

/* arguments: a tuple (floating is taken) or NULL; call must live until it is answered. */
void bh_mgmt_call_begin(BhMgmtScene *scene,
                        BhMgmtCall *call,
                        const char *path,
                        const char *interface,
                        const char *method,
                        GVariant *arguments);
/* Of Device1. */
void
bh_mgmt_peer_begin(BhMgmtScene *scene, BhMgmtCall *call, const char *method, GVariant *arguments);
/* Connect with these options in addition: ", 'Key': <value>". */
void bh_mgmt_peer_connect(BhMgmtScene *scene, BhMgmtCall *call, const char *more);
/* The same to another device. */
void bh_mgmt_connect(BhMgmtScene *scene, BhMgmtCall *call, const char *address, const char *more);

/* Options from GVariant text, as the only argument of a call; floating. */
GVariant *bh_mgmt_options(const char *text);

/* Waits for the end, which must begin so, and makes the call ready for the next. */
#define BH_MGMT_ASSERT_END(call, prefix)                                                           \
    do {                                                                                           \
        BH_AWAIT((call)->done);                                                                    \
        ck_assert_msg(g_str_has_prefix((call)->end, prefix), "%s", (call)->end);                   \
        bh_mgmt_call_clear(call);                                                                  \
    } while (0)

G_END_DECLS
