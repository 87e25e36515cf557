/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The scanner of one LE controller: what of the air becomes advertising reports. It obeys LE Set
 * Scan Parameters and LE Set Scan Enable as the specification says and real controllers do:
 *
 * - With a window shorter than the interval it listens only inside the window, on one of the three
 *   advertising channels per interval (37, 38, 39, 37...). A device sends on all three, shortly one
 *   after the other, so an advertisement outside the window is lost. With window = interval nothing
 * is lost (a real one loses a few per cent when it changes channels).
 * - Scan responses are there in active scans only, for connectable and scannable advertisements.
 * - Filter_Duplicates lets one report through per address, address type and PDU kind, and forgets
 * them when scanning is enabled anew. The memory for it is bounded, as in real controllers: when it
 * is full the oldest is forgotten and reported again. Payload changes do not count
 * (BH_DUPLICATE_ADDRESS, what radios with Linux's "strict duplicate filter" quirk do) or do
 * (BH_DUPLICATE_DATA).
 *
 * Pure: knows no clock, neither HCI nor D-Bus.
 */
#include "air.h"

G_BEGIN_DECLS

#define BH_DUPLICATE_CACHE_SIZE 128

/** HCI status codes, Core 5.4 Vol 1 Part F. */
typedef enum {
    BH_HCI_SUCCESS = 0x00,
    BH_HCI_UNKNOWN_COMMAND = 0x01,
    BH_HCI_UNKNOWN_CONNECTION = 0x02,
    BH_HCI_MEMORY_FULL = 0x07,
    BH_HCI_DISALLOWED = 0x0c,
    BH_HCI_INVALID_PARAMETERS = 0x12,
} BhHciStatus;

/** Event_Type of an LE Advertising Report, Core 5.4 Vol 4 Part E 7.7.65.2. */
typedef enum {
    BH_REPORT_ADV_IND = 0x00,
    BH_REPORT_ADV_SCAN_IND = 0x02,
    BH_REPORT_ADV_NONCONN_IND = 0x03,
    BH_REPORT_SCAN_RSP = 0x04,
} BhReportType;

typedef struct {
    guint16 interval; /* units of 0.625 ms, 0x0004 to 0x4000 */
    guint16 window;   /* the same, at most interval */
    gboolean active;
    gboolean accept_list_only;
} BhScanParameters;

/** One advertising report; data is borrowed from the advertisement. */
typedef struct {
    BhReportType type;
    BhAddress address;
    const guint8 *data;
    gsize size;
    gint8 rssi;
} BhHeard;

typedef struct _BhController BhController;

BhController *bh_controller_new(BhDuplicateRule rule);
void bh_controller_free(BhController *controller);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhController, bh_controller_free)

/** As HCI Reset: stops scanning, default parameters, empty accept list. */
void bh_controller_reset(BhController *controller);

BhHciStatus bh_controller_set_scan_parameters(BhController *controller,
                                              const BhScanParameters *parameters);
BhHciStatus bh_controller_set_scan_enable(BhController *controller,
                                          gboolean enable,
                                          gboolean filter_duplicates,
                                          gint64 now_us);

void bh_controller_clear_accept_list(BhController *controller);
BhHciStatus bh_controller_accept(BhController *controller, const BhAddress *address);
void bh_controller_unaccept(BhController *controller, const BhAddress *address);

/** Borrowed; valid while the controller lives. */
const BhScanParameters *bh_controller_peek_scan_parameters(const BhController *controller);
gboolean bh_controller_is_scanning(const BhController *controller);
gboolean bh_controller_filters_duplicates(const BhController *controller);

/** The reports an advertisement causes: none, the advertisement, or it and its scan response. */
guint bh_controller_hear(BhController *controller,
                         const BhAdvertisement *advertisement,
                         BhHeard heard[2]);

G_END_DECLS
