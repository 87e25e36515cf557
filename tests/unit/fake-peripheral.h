/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The peripheral role of the fake radio: it notes what is asked of it, serves and advertises when
 * the test says so, and has the centrals that the test connects. A central is fake_address(number)
 * on a slot.
 */
#include "bh-peripheral.h"

G_BEGIN_DECLS

typedef struct FakePeripheral FakePeripheral;

FakePeripheral *fake_peripheral_new(void);
void fake_peripheral_free(FakePeripheral *self);
void fake_peripheral_iface_init(BhPeripheralInterface *iface);

void fake_peripheral_set_capabilities(FakePeripheral *self, BhPeripheralCapabilities capabilities);

/* Slots an application or advertisement is wanted on; 0 = it is not wanted. */
guint16 fake_peripheral_get_application(FakePeripheral *self, guint id);
guint16 fake_peripheral_get_advertisement(FakePeripheral *self, guint id);
/* How many are wanted. */
guint fake_peripheral_count_applications(FakePeripheral *self);
guint fake_peripheral_count_advertisements(FakePeripheral *self);

/* A registration ends: with an error code, or -1 = done. */
void fake_peripheral_serve(FakePeripheral *self, guint id, guint8 slot, gint code);
void fake_peripheral_advertise(FakePeripheral *self, guint id, guint8 slot, gint code);

void fake_peripheral_connect(FakePeripheral *self, guint8 slot, guint number, gboolean bonded);
void fake_peripheral_disconnect(FakePeripheral *self, guint8 slot, guint number);

/* What a central asks. The answer is told by fake_peripheral_take_log(). The number names the
 * request: a counter from 1. */
guint
fake_peripheral_read(FakePeripheral *self, guint id, guint attribute, guint number, guint16 offset);
/* value NULL: it is asked whether it may be written. */
guint fake_peripheral_write(FakePeripheral *self,
                            guint id,
                            guint attribute,
                            guint number,
                            guint16 offset,
                            const char *value);
/* Requests that nobody has answered yet; ends one without an answer. */
guint fake_peripheral_count_requests(FakePeripheral *self);
void fake_peripheral_withdraw(FakePeripheral *self, guint request);

/* Notifications end with this code (-1 = sent) from now on; to one central alone, too (direct). */
void fake_peripheral_set_sending(FakePeripheral *self, gint code);
void fake_peripheral_set_sending_direct(FakePeripheral *self, gint code);
/* The oldest indication ends: -1 = confirmed. */
void fake_peripheral_confirm(FakePeripheral *self, gint code);
guint fake_peripheral_count_indications(FakePeripheral *self);

/* What was answered and sent since the last time, in order: "1: abc" (request 1 got a value),
 * "1: ok", "1: error 0x07", "notify 0 all: abc", "notify 0 to 5: abc", "indicate ...". */
char *fake_peripheral_take_log(FakePeripheral *self);

G_END_DECLS
