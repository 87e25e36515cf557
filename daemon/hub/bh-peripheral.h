/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The seam for the peripheral role, beside BhRadio and BhCentral and implemented by the same
 * object: services that are served, and advertisements that are sent. The hub says what is wanted
 * (level, not edges): what was set stays set through every restart of BlueZ, re-plug and power-off
 * until it is taken back, and the implementation registers it anew. Values, queues, owners and
 * deadlines are the hub's.
 *
 * All calls and all sink functions run on the main context. The sink is never called from inside a
 * call of the hub.
 */
#include <gio/gio.h>

#include "bh-advert.h"
#include "bh-application-definition.h"
#include "bh-central.h"

G_BEGIN_DECLS

/* What a central asks for an attribute; answered once, or it ends with its link. */
typedef struct BhPeripheralRequest BhPeripheralRequest;

/* Which central, as far as BlueZ says: key.slot G_MAXUINT8 = not known. */
typedef struct {
    BhLinkKey key;
    guint16 mtu;        /* 0 = not known */
    gboolean connected; /* at present */
    gboolean bonded;
} BhPeripheralCentral;

/* Who is subscribed, as far as this BlueZ tells. */
typedef struct {
    guint n;          /* centrals known to be subscribed, whoever they are */
    gboolean certain; /* whether those are all: never on BlueZ before 5.76 */
    GArray *centrals; /* BhLinkKey of those that are known by address; borrowed */
} BhPeripheralSubscribers;

typedef struct {
    /* A registration succeeded on an adapter (error NULL), or failed and is tried again, or ended
     * with BlueZ or the adapter (Disconnected). */
    void (*application_changed)(gpointer data, guint id, guint8 slot, const GError *error);
    void (*advertisement_changed)(gpointer data, guint id, guint8 slot, const GError *error);
    /* A read, from offset on; to be answered with bh_peripheral_return_value() or _error(). */
    void (*read)(gpointer data,
                 guint id,
                 guint attribute,
                 const BhPeripheralCentral *central,
                 guint16 offset,
                 BhPeripheralRequest *request);
    /* A write; value NULL with authorize: BlueZ asks only whether it is allowed. Answered with
     * bh_peripheral_return_done() or _error(); a write command, too, which nobody hears. */
    void (*write)(gpointer data,
                  guint id,
                  guint attribute,
                  const BhPeripheralCentral *central,
                  guint16 offset,
                  GBytes *value,
                  BhPeripheralRequest *request);
    /* The request ended without an answer of ours: the link or BlueZ went. */
    void (*withdrawn)(gpointer data, BhPeripheralRequest *request);
    void (*subscribers_changed)(gpointer data, guint id, guint attribute);
    /* A central came (of a link that was not made here), something of it changed, or it went. */
    void (*central_changed)(gpointer data, const BhPeripheralCentral *central);
} BhPeripheralSink;

#define BH_TYPE_PERIPHERAL (bh_peripheral_get_type())
G_DECLARE_INTERFACE(BhPeripheral, bh_peripheral, BH, PERIPHERAL, GObject)

/* What this system can do. */
typedef enum {
    BH_PERIPHERAL_CAN_DIRECT = 1 << 0,   /* notify one central alone (BlueZ 5.76) */
    BH_PERIPHERAL_CAN_INTERVAL = 1 << 1, /* advertising interval */
    BH_PERIPHERAL_CAN_TX_POWER = 1 << 2, /* of an advertisement */
} BhPeripheralCapabilities;

struct _BhPeripheralInterface {
    GTypeInterface parent;

    void (*set_sink)(BhPeripheral *self, const BhPeripheralSink *sink, gpointer data);
    BhPeripheralCapabilities (*get_capabilities)(BhPeripheral *self);
    void (*set_application)(BhPeripheral *self,
                            guint id,
                            BhApplicationDefinition *definition,
                            guint16 slots);
    void (*drop_application)(BhPeripheral *self, guint id);
    void (*set_advertisement)(BhPeripheral *self,
                              guint id,
                              const BhAdvertSpec *spec,
                              guint16 slots);
    void (*drop_advertisement)(BhPeripheral *self, guint id);
    void (*return_value)(BhPeripheral *self, BhPeripheralRequest *request, GBytes *value);
    void (*return_done)(BhPeripheral *self, BhPeripheralRequest *request);
    void (*return_error)(BhPeripheral *self, BhPeripheralRequest *request, guint8 status);
    void (*get_subscribers)(BhPeripheral *self,
                            guint id,
                            guint attribute,
                            BhPeripheralSubscribers *subscribers);
    gboolean (*notify)(BhPeripheral *self,
                       guint id,
                       guint attribute,
                       const BhLinkKey *central,
                       GBytes *value,
                       GError **error);
    void (*indicate_async)(BhPeripheral *self,
                           guint id,
                           guint attribute,
                           const BhLinkKey *central,
                           GBytes *value,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
    gboolean (*indicate_finish)(BhPeripheral *self, GAsyncResult *result, GError **error);
    void (*foreach_central)(BhPeripheral *self,
                            void (*func)(const BhPeripheralCentral *central, gpointer data),
                            gpointer data);
    guint (*count_sets)(BhPeripheral *self, guint8 slot, guint *free_sets);
};

/* Before bh_radio_start(); sink is borrowed: outlives the radio's stop(). */
void bh_peripheral_set_sink(BhPeripheral *self, const BhPeripheralSink *sink, gpointer data);
BhPeripheralCapabilities bh_peripheral_get_capabilities(BhPeripheral *self);

/* Serves an application on the adapters of a bit mask of slots (G_MAXUINT16 = all); id is the
 * hub's. Setting it again with the same definition and other slots moves it. */
void bh_peripheral_set_application(BhPeripheral *self,
                                   guint id,
                                   BhApplicationDefinition *definition,
                                   guint16 slots);
/* What is under way ends: requests without a word (a late answer does no harm), an indication with
 * Cancelled before this returns. */
void bh_peripheral_drop_application(BhPeripheral *self, guint id);

/* Advertises; spec is copied. Setting it again with another spec replaces it. More than the
 * controller has sets for is refused by BlueZ (LimitExceeded by advertisement_changed) and tried
 * again when one gets free. Timeouts are the hub's. */
void bh_peripheral_set_advertisement(BhPeripheral *self,
                                     guint id,
                                     const BhAdvertSpec *spec,
                                     guint16 slots);
void bh_peripheral_drop_advertisement(BhPeripheral *self, guint id);

/* Answers; status is an ATT error. 0x05, 0x0C and 0x0F cannot be said by a handler and become 0x08;
 * what BlueZ cannot say at all becomes 0x0E. BlueZ confirms a write to a characteristic that can be
 * written without response by itself: nobody hears that it is refused. */
void bh_peripheral_return_value(BhPeripheral *self, BhPeripheralRequest *request, GBytes *value);
void bh_peripheral_return_done(BhPeripheral *self, BhPeripheralRequest *request);
void bh_peripheral_return_error(BhPeripheral *self, BhPeripheralRequest *request, guint8 status);

/* subscribers' array is borrowed until the main loop runs. */
void bh_peripheral_get_subscribers(BhPeripheral *self,
                                   guint id,
                                   guint attribute,
                                   BhPeripheralSubscribers *subscribers);

/* Notifies (or indicates, if the attribute can nothing else) all who subscribed, which may be
 * nobody, or one. Errors: NotSupported (one alone cannot be reached: a BlueZ that only broadcasts,
 * or see bh-bluez-subscriber.h), Disconnected (it is not there or not subscribed), NotReady,
 * LimitExceeded (BlueZ does not keep up). */
gboolean bh_peripheral_notify(BhPeripheral *self,
                              guint id,
                              guint attribute,
                              const BhLinkKey *central,
                              GBytes *value,
                              GError **error);
/* Done when confirmed: by that central, or by all who were subscribed. One at a time per attribute:
 * the hub queues. A central that asked for notifications, where the attribute has both, confirms
 * nothing. Errors: as of notify; Disconnected if nobody is subscribed or left to confirm;
 * Cancelled. */
void bh_peripheral_indicate_async(BhPeripheral *self,
                                  guint id,
                                  guint attribute,
                                  const BhLinkKey *central,
                                  GBytes *value,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean bh_peripheral_indicate_finish(BhPeripheral *self, GAsyncResult *result, GError **error);

/* Centrals that are connected. */
void bh_peripheral_foreach_central(BhPeripheral *self,
                                   void (*func)(const BhPeripheralCentral *central, gpointer data),
                                   gpointer data);
/* Advertising sets of an adapter, and how many of them are free; 0 = not known. */
guint bh_peripheral_count_sets(BhPeripheral *self, guint8 slot, guint *free_sets);

G_END_DECLS
