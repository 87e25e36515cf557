/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The seam for the central role, beside BhRadio for scanning and implemented by the same object:
 * links to remote devices and the GATT operations on them. Everything here is about one device on
 * one adapter, named by slot and address; sharing, queues, holds and back-off are the hub's.
 *
 * The hub keeps to these rules: one connect attempt at a time per adapter; one operation at a time
 * per attribute, except write commands; subscribe and unsubscribe for the same characteristic never
 * at the same time. The implementation may rely on them.
 *
 * All calls and all sink functions run on the main context. The sink is never called from inside a
 * call of the hub. Every asynchronous call ends: done, failed, cancelled, or Disconnected as soon
 * as the link or BlueZ is gone (NotReady if the adapter or BlueZ is not there to begin with). Time
 * limits are the hub's: it cancels.
 */
#include <gio/gio.h>

#include "bh-address.h"
#include "bh-gatt.h"
#include "bh-link.h"

G_BEGIN_DECLS

/* Which link. */
typedef struct {
    guint8 slot; /* of the adapter */
    BhAddress address;
} BhLinkKey;

/* What is known of a link or of a device that can have one; told anew whenever some of it changed.
 */
typedef struct {
    BhLinkKey key;
    gboolean connected;
    gboolean ours;     /* it, or the attempt to make it, was asked for by this process */
    gboolean ending;   /* this process has asked for its end, which may take long, or fail */
    gboolean resolved; /* its GATT database is known */
    const char *name;  /* borrowed; as read from the device or heard, NULL = not known */
    gboolean paired;
    gboolean bonded;
    gboolean pairing; /* under way, whoever began it, as far as known: BlueZ tells of it only when
                         somebody is asked something, and when it is over */
    guint16 mtu;      /* ATT_MTU as far as known, 0 = not known */
    BhGattDatabase
        *database;       /* borrowed; NULL unless resolved. Another one after Service Changed */
    BhLinkCause cause;   /* when not connected: why it ended, as far as known */
    guint32 interval_us; /* connection parameters in force; 0 = not known */
    guint16 latency;
    guint32 supervision_ms;
} BhLinkState;

typedef struct {
    /* Only of devices that are watched, see bh_central_watch(). */
    void (*link_changed)(gpointer data, const BhLinkState *state);
    /* A notification or indication, while subscribed. The echo of our own reads has been left out.
     */
    void (*value)(gpointer data,
                  const BhLinkKey *key,
                  guint16 handle,
                  const guint8 *bytes,
                  gsize size,
                  gint64 monotonic_us,
                  gint64 realtime_us);
} BhCentralSink;

/* What is wanted of a link that is made; 0 = as it comes. */
typedef struct {
    guint32 min_interval_us; /* connection interval, 7500 to 4000000 */
    guint32 max_interval_us;
    guint16 latency; /* connection events the peripheral may skip, 0 to 499 */
    gboolean has_latency;
    guint32 supervision_ms; /* 100 to 32000 */
} BhLinkParameters;

typedef enum {
    BH_WRITE_REQUEST, /* with response; long writes are made of prepared ones by the peer's MTU */
    BH_WRITE_COMMAND, /* without response */
} BhWriteKind;

typedef enum {
    BH_PAIRING_DISPLAY_PASSKEY, /* show number to the user, who types it on the device; no answer */
    BH_PAIRING_ENTER_PASSKEY,   /* the device shows a number; the answer is it */
    BH_PAIRING_CONFIRM,         /* both show number; the answer is whether it is the same */
    BH_PAIRING_AUTHORIZE,       /* nothing to compare; the answer is yes or no */
    BH_PAIRING_WITHDRAWN,       /* the question asked last needs no answer any more */
} BhPairingQuestionKind;

typedef struct {
    BhPairingQuestionKind kind;
    guint32 passkey;
} BhPairingQuestion;

typedef struct {
    gboolean accepted;
    gboolean has_passkey;
    guint32 passkey; /* of ENTER_PASSKEY */
} BhPairingAnswer;

/* Asked while a pairing that was begun here is under way; to be answered by
 * bh_central_answer_pairing() once, unless it is DISPLAY_PASSKEY or WITHDRAWN. */
typedef void (*BhPairingAskFunc)(gpointer data, const BhPairingQuestion *question);

typedef enum {
    BH_IO_DISPLAY_ONLY,
    BH_IO_DISPLAY_YES_NO,
    BH_IO_KEYBOARD_ONLY,
    BH_IO_NO_INPUT_NO_OUTPUT,
    BH_IO_KEYBOARD_DISPLAY,
} BhIoCapability;

#define BH_TYPE_CENTRAL (bh_central_get_type())
G_DECLARE_INTERFACE(BhCentral, bh_central, BH, CENTRAL, GObject)

struct _BhCentralInterface {
    GTypeInterface parent;

    void (*set_sink)(BhCentral *self, const BhCentralSink *sink, gpointer data);
    void (*watch)(BhCentral *self, const BhLinkKey *key);
    void (*unwatch)(BhCentral *self, const BhLinkKey *key);
    gboolean (*peek)(BhCentral *self, const BhLinkKey *key, BhLinkState *state);
    guint (*count_links)(BhCentral *self, guint8 slot);

    void (*connect_async)(BhCentral *self,
                          const BhLinkKey *key,
                          const BhLinkParameters *parameters,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
    gboolean (*connect_finish)(BhCentral *self, GAsyncResult *result, GError **error);
    void (*disconnect)(BhCentral *self, const BhLinkKey *key);

    void (*read_async)(BhCentral *self,
                       const BhLinkKey *key,
                       guint16 handle,
                       guint16 offset,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
    GBytes *(*read_finish)(BhCentral *self, GAsyncResult *result, GError **error);
    void (*write_async)(BhCentral *self,
                        const BhLinkKey *key,
                        guint16 handle,
                        GBytes *value,
                        guint16 offset,
                        BhWriteKind kind,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
    void (*subscribe_async)(BhCentral *self,
                            const BhLinkKey *key,
                            guint16 handle,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
    void (*unsubscribe)(BhCentral *self, const BhLinkKey *key, guint16 handle);
    void (*pair_async)(BhCentral *self,
                       const BhLinkKey *key,
                       BhIoCapability capability,
                       BhPairingAskFunc ask,
                       gpointer ask_data,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
    void (*answer_pairing)(BhCentral *self, const BhLinkKey *key, const BhPairingAnswer *answer);
    void (*remove_bond_async)(BhCentral *self,
                              const BhLinkKey *key,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
    void (*read_rssi_async)(BhCentral *self,
                            const BhLinkKey *key,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
    gint (*read_rssi_finish)(BhCentral *self, GAsyncResult *result, GError **error);
    /* May be left out: NotSupported. */
    void (*set_parameters_async)(BhCentral *self,
                                 const BhLinkKey *key,
                                 const BhLinkParameters *parameters,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
    gboolean (*finish)(BhCentral *self, GAsyncResult *result, GError **error);
    void (*list_bonds_async)(BhCentral *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
    GArray *(*list_bonds_finish)(BhCentral *self, GAsyncResult *result, GError **error);
};

/* Before bh_radio_start(); sink is borrowed: outlives the radio's stop(). */
void bh_central_set_sink(BhCentral *self, const BhCentralSink *sink, gpointer data);

/* Wants to be told of a device, there or not; what is the case is told soon (from the main loop).
 */
void bh_central_watch(BhCentral *self, const BhLinkKey *key);
void bh_central_unwatch(BhCentral *self, const BhLinkKey *key);
/* What is the case now, as far as it is known without asking: of a device that is not watched,
 * links and bonds. FALSE if there is nothing to tell. */
gboolean bh_central_peek(BhCentral *self, const BhLinkKey *key, BhLinkState *state);
/* Links of anybody on an adapter, as far as known. */
guint bh_central_count_links(BhCentral *self, guint8 slot);

/* Makes a link and waits until its services are resolved; at once if that is so already. A device
 * that BlueZ does not know is found first: by ConnectDevice where there, else by a discovery for it
 * alone. Cancelling gives the attempt up in BlueZ, too, unless somebody else has made the link
 * meanwhile: the call ends (Cancelled, or done if the link was quicker) when BlueZ was told so, and
 * until then the adapter's attempt counts as under way. What BlueZ makes of it later is undone
 * there. A link that is ending is waited out, and a new one made. Errors: NotReady, Timeout (the
 * controller gave up), Disconnected (it was lost at once, or before its services were known),
 * LimitExceeded (no more links), Failed with BlueZ's words. */
void bh_central_connect_async(BhCentral *self,
                              const BhLinkKey *key,
                              const BhLinkParameters *parameters,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean bh_central_connect_finish(BhCentral *self, GAsyncResult *result, GError **error);

/* Drops the link, whoever uses it: the hub calls this only for links it made and nobody wants now,
 * and for centrals that the owner of an application wants gone. By
 * the management socket at once, else BlueZ takes 2 s. */
void bh_central_disconnect(BhCentral *self, const BhLinkKey *key);

/* The whole value from offset on, long ones too. Cancelling takes back what BlueZ has not been
 * asked for yet, which is never asked for then (Cancelled); otherwise it ends with BlueZ's answer.
 * Errors: Att.*, Disconnected, Cancelled, Failed. */
void bh_central_read_async(BhCentral *self,
                           const BhLinkKey *key,
                           guint16 handle,
                           guint16 offset,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
GBytes *bh_central_read_finish(BhCentral *self, GAsyncResult *result, GError **error);

/* BH_WRITE_REQUEST is done when the peer has confirmed it, BH_WRITE_COMMAND when BlueZ took it.
 * Cancelling is as of reading. */
void bh_central_write_async(BhCentral *self,
                            const BhLinkKey *key,
                            guint16 handle,
                            GBytes *value,
                            guint16 offset,
                            BhWriteKind kind,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

/* Done when values will come. Ends with the link. */
void bh_central_subscribe_async(BhCentral *self,
                                const BhLinkKey *key,
                                guint16 handle,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/* Takes effect before anything that is asked of the same characteristic later; nobody waits for it.
 */
void bh_central_unsubscribe(BhCentral *self, const BhLinkKey *key, guint16 handle);

/* Bonds. Cancelling cancels it in BlueZ. Errors: Failed with the cause ("authentication failed",
 * "rejected", ...), Disconnected, AlreadyExists (paired already). */
void bh_central_pair_async(BhCentral *self,
                           const BhLinkKey *key,
                           BhIoCapability capability,
                           BhPairingAskFunc ask,
                           gpointer ask_data,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
void
bh_central_answer_pairing(BhCentral *self, const BhLinkKey *key, const BhPairingAnswer *answer);

/* Forgets keys; the link, if any, goes. NotFound if there is no bond. */
void bh_central_remove_bond_async(BhCentral *self,
                                  const BhLinkKey *key,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/* RSSI of the live link in dBm. NotSupported without the management socket. */
void bh_central_read_rssi_async(BhCentral *self,
                                const BhLinkKey *key,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gint bh_central_read_rssi_finish(BhCentral *self, GAsyncResult *result, GError **error);

/* Asks for other parameters of the live link. NotSupported, saying why, without the management
 * socket or with a kernel that changes them for the next link only. */
void bh_central_set_parameters_async(BhCentral *self,
                                     const BhLinkKey *key,
                                     const BhLinkParameters *parameters,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

/* Of write, subscribe, pair, remove_bond and set_parameters. */
gboolean bh_central_finish(BhCentral *self, GAsyncResult *result, GError **error);

/* BhLinkKey of every bonded device, on all adapters: asked for, because nobody tells what other
 * programs bond. Errors: NotReady (no BlueZ), Cancelled, Timeout. */
void bh_central_list_bonds_async(BhCentral *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* Free with g_array_unref(). */
GArray *bh_central_list_bonds_finish(BhCentral *self, GAsyncResult *result, GError **error);

G_END_DECLS
