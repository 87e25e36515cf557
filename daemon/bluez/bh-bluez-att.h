/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What BlueZ says when a remote device refuses, and what it wants to hear when we do: names and
 * texts of its own instead of the status byte. The one place that knows which byte is meant, and
 * which BlueZ does not let through.
 */
#include "bh-sdbus.h"

G_BEGIN_DECLS

/* The error of a read, write or subscription: Att.* where BlueZ tells the byte, Att.Hidden with
 * BlueZ's words where it does not, else as bh_bluez_error_code() has it. Free it. */
GError *bh_bluez_att_new_error(const sd_bus_error *cause);

/* The same of a write to a service that BlueZ may claim: what may be BlueZ's own refusal as well as
 * the device's is Att.Hidden. */
GError *bh_bluez_att_new_claimed_error(const sd_bus_error *cause);

/* Answers a ReadValue (reads) or WriteValue of BlueZ so that it refuses with this byte, or the one
 * nearest to it that BlueZ can say: 0x08 for 0x05, 0x0c and 0x0f, else 0x0e. Only BlueZ since 5.76
 * knows how to say 0xfd. */
void bh_bluez_att_reply_error(sd_bus_message *call,
                              guint8 status,
                              gboolean reads,
                              gboolean says_improperly_configured);

/* Whether it may also mean that the link went, which BlueZ tells a moment later. */
gboolean bh_bluez_att_may_be_lost_link(const GError *error);

G_END_DECLS
