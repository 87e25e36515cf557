/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One program's GATT services: a definition, and what its attributes hold now. Values live here, so
 * that the program needs no D-Bus object of its own and may even be away while a central reads.
 * Every write of every captured attribute goes through one queue in the order of the air.
 *
 * Signals: "written" (BhWritten, borrowed: of each write), "read-requested" (guint64 token,
 * BhLinkKey, guint attribute, guint16 offset: of attributes that ask), "central-connected",
 * "central-disconnected" (BhLinkKey), "subscribers-changed" (guint attribute), "state-changed".
 */
#include "bh-application-definition.h"
#include "bh-owned.h"
#include "bh-peripheral.h"

G_BEGIN_DECLS

typedef enum {
    BH_RESTART_KEEP,    /* values stay through a restart of BlueZ or a re-plug */
    BH_RESTART_INITIAL, /* they begin anew */
    BH_RESTART_DEFAULT, /* initial after RadioOff, keep after everything else */
} BhOnRestart;

typedef struct {
    BhApplicationDefinition *definition;
    char *adapter; /* address or "hciN"; NULL = all */
    guint queue;   /* of captured writes, 1 to 65536; the oldest is dropped and counted */
    BhOnRestart on_restart;
    gint64 read_ms; /* how long an attribute that asks waits for its owner, then its value counts */
} BhApplicationSpec;

typedef struct {
    BhLinkKey central; /* slot G_MAXUINT8 = BlueZ did not say who */
    guint attribute;
    GBytes *value;   /* as it was written; after MaxLength */
    guint64 dropped; /* captured writes lost since the one before */
    gint64 monotonic_us;
    gint64 realtime_us;
} BhWritten;

void bh_written_free(BhWritten *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhWritten, bh_written_free)

#define BH_TYPE_APPLICATION (bh_application_get_type())
G_DECLARE_FINAL_TYPE(BhApplication, bh_application, BH, APPLICATION, BhOwned)

const BhApplicationSpec *bh_application_peek_spec(BhApplication *self);
/* Adapters (bit mask of slots) it is registered on now. */
guint16 bh_application_get_registered(BhApplication *self);
/* Why it is not, in BlueZ's words; NULL if it is or nothing was tried. */
const char *bh_application_peek_last_error(BhApplication *self);

/* Values. Errors: NotFound, InvalidArguments (name); InvalidArguments "Value: ..." (longer than
 * 512). */
GBytes *bh_application_get_value(BhApplication *self, const BhGattName *name, GError **error);
/* update: notifies or indicates those who are subscribed to a characteristic. */
gboolean bh_application_set_value(BhApplication *self,
                                  const BhGattName *name,
                                  GBytes *value,
                                  gboolean update,
                                  GError **error);

/* value NULL = the stored one, which stays as it is in any case. central NULL = all.
 * allow_broadcast: where one alone cannot be reached, all are. broadcast says whether that was
 * done. Errors: NotSupported (no such flag; one alone), Disconnected (not there, or not
 * subscribed), NotReady. */
gboolean bh_application_notify(BhApplication *self,
                               const BhGattName *name,
                               const BhAddress *central,
                               GBytes *value,
                               gboolean allow_broadcast,
                               gboolean *broadcast,
                               GError **error);
void bh_application_indicate_async(BhApplication *self,
                                   const BhGattName *name,
                                   const BhAddress *central,
                                   GBytes *value,
                                   gboolean allow_broadcast,
                                   BhClient *client,
                                   gint64 timeout_ms,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean bh_application_indicate_finish(BhApplication *self,
                                        GAsyncResult *result,
                                        gboolean *broadcast,
                                        GError **error);

/* The next captured write; or, of attributes that do not capture, the last one since it was
 * fetched. At once if there is one. Errors: Timeout, Disconnected (RadioOff), Cancelled,
 * LimitExceeded. */
void bh_application_wait_written_async(BhApplication *self,
                                       BhClient *client,
                                       gint64 timeout_ms,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
BhWritten *
bh_application_wait_written_finish(BhApplication *self, GAsyncResult *result, GError **error);

/* Answers "read-requested": with a value, which is stored, or an ATT status. NotFound if the token
 * is not waiting (any more). */
gboolean bh_application_complete_read(BhApplication *self,
                                      guint64 token,
                                      GBytes *value,
                                      guint8 status,
                                      GError **error);

gboolean bh_application_get_subscribers(BhApplication *self,
                                        const BhGattName *name,
                                        BhPeripheralSubscribers *subscribers,
                                        GError **error);
void bh_application_foreach_central(BhApplication *self,
                                    void (*func)(const BhPeripheralCentral *central, gpointer data),
                                    gpointer data);
/* Drops the link of a central. NotFound; NotAuthorized is the caller's to check. */
gboolean
bh_application_disconnect_central(BhApplication *self, const BhAddress *address, GError **error);

guint64 bh_application_get_written(BhApplication *self);
guint64 bh_application_get_dropped(BhApplication *self);

G_END_DECLS
