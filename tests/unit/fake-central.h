/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The central role of the fake radio: it remembers what it was asked, and does it when the test
 * says so. Devices are known by number, as those that the fake radio hears, and slot; each has the
 * same attributes:
 *
 *   180d  heart rate: 12 2a37 notify; 14 2a38 read, write, with descriptor 15 2901; 16 2a39 write
 * and write-without-response 180f  battery: 22 2a19 read, notify
 */
#include "bh-central.h"

G_BEGIN_DECLS

typedef struct FakeCentral FakeCentral;

FakeCentral *fake_central_new(void);
void fake_central_free(FakeCentral *self);

BhAddress fake_address(guint number);

/* Whether an attempt for this device is under way; all attempts of an adapter. */
gboolean fake_central_is_trying(FakeCentral *self, guint8 slot, guint number);
guint fake_central_count_attempts(FakeCentral *self, guint8 slot);
/* Ends the attempt: the link is up, with an MTU of 100, or it failed. */
void fake_central_accept(FakeCentral *self, guint8 slot, guint number);
void fake_central_refuse(FakeCentral *self, guint8 slot, guint number, gint code);
/* Whether an attempt ends when it is cancelled (default), or goes on. */
void fake_central_set_obedient(FakeCentral *self, gboolean obedient);
/* Somebody else makes the link. */
void fake_central_link(FakeCentral *self, guint8 slot, guint number);
/* The link goes, and with it all calls on it. */
void fake_central_drop(FakeCentral *self, guint8 slot, guint number, BhLinkCause cause);
/* Tells of other facts about a link: an MTU; attributes anew, with all handles 100 higher. */
void fake_central_set_mtu(FakeCentral *self, guint8 slot, guint number, guint16 mtu);
void fake_central_set_pairing(FakeCentral *self, guint8 slot, guint number, gboolean under_way);
/* BlueZ has read the name. */
void fake_central_set_name(FakeCentral *self, guint8 slot, guint number, const char *name);
void fake_central_set_paired(FakeCentral *self, guint8 slot, guint number);
void fake_central_change_services(FakeCentral *self, guint8 slot, guint number);
/* It has no attributes any more. */
void fake_central_lose_services(FakeCentral *self, guint8 slot, guint number);
gboolean fake_central_is_watched(FakeCentral *self, guint8 slot, guint number);

/* What was asked since the last time, as "read 14", "write 16 0102", "command 16 01", "subscribe
 * 12", "unsubscribe 12", "pair", "rssi", "disconnect 1", with ", " between. */
char *fake_central_take_log(FakeCentral *self);

/* Whether reads and writes are kept back from now on, so that cancelling one ends it, as "take back
 * 14". Otherwise they are under way and cannot be taken back. */
void fake_central_keep_back(FakeCentral *self, gboolean keep);

/* Ends the oldest call on a handle (0: that has none) that has not ended: with a value, an error
 * code, or done (value NULL). */
void fake_central_answer(FakeCentral *self, guint16 handle, const char *value);
void fake_central_fail(FakeCentral *self, guint16 handle, gint code);
/* Whether it can change the parameters of a link (default), or says NotSupported. */
void fake_central_set_parameters(FakeCentral *self, gboolean can);
/* A value comes. */
void fake_central_notify(FakeCentral *self, guint8 slot, guint number, guint16 handle, char value);
/* The device asks something of the pairing under way. */
void fake_central_ask(FakeCentral *self, BhPairingQuestionKind kind, guint32 passkey);

/* What implements the interface; the object is a FakeRadio. */
void fake_central_iface_init(BhCentralInterface *iface);

G_END_DECLS
