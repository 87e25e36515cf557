/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The HCI face of a virtual LE controller: command packets in, event packets out, in H4 form (one
 * type byte first). It answers what the kernel asks while it brings a controller up, hands scanning
 * over to BhController, and accepts advertising and connecting without doing them: a connection
 * attempt goes on until the host cancels it, as to a device out of range. Commands it does not know
 * get "Unknown HCI Command". It has no extended advertising, so the kernel uses the legacy
 * commands.
 *
 * Pure: bytes in, bytes out.
 */
#include "controller.h"

G_BEGIN_DECLS

#define BH_H4_COMMAND 0x01
#define BH_H4_EVENT 0x04

typedef struct _BhHci BhHci;

/** Called with one line, without newline, for each scan command received. */
typedef void (*BhHciLog)(const char *line, gpointer user_data);

/** The controller is borrowed and must outlive it. */
BhHci *bh_hci_new(BhController *controller, const BhAddress *address);
void bh_hci_free(BhHci *hci);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhHci, bh_hci_free)

void bh_hci_set_log(BhHci *hci, BhHciLog log, gpointer user_data);

/** Handles one packet from the host; appends the answering events, each a packet of its own in
 * answers (GBytes). Packets that are not commands, or too short, are ignored. */
void bh_hci_handle(BhHci *hci, const guint8 *packet, gsize size, gint64 now_us, GPtrArray *answers);

/** Adds a report to the LE Advertising Report event under construction; when it no longer fits, the
 *  event so far is appended to events first. */
void bh_hci_report(BhHci *hci, const BhHeard *heard, GPtrArray *events);

/** Appends the event under construction, if any. */
void bh_hci_flush(BhHci *hci, GPtrArray *events);

G_END_DECLS
