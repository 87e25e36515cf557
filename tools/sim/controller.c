/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The receive path of a scanner: on at all, in the window, accepted, not a duplicate. */
#include "controller.h"

#include <string.h>

#define SLOT_US 625
#define INTERVAL_MIN 0x0004
#define INTERVAL_MAX 0x4000
#define INTERVAL_DEFAULT 0x0010
#define ACCEPT_LIST_SIZE 64
#define N_CHANNELS 3
#define CHANNEL_STEP_US 500 /* between a device's transmissions on two channels */

/* What makes two reports duplicates of each other. */
typedef struct {
    BhAddress address;
    guint8 type;
    guint32 payload; /* a hash, or 0 if payloads do not count */
} DuplicateKey;

struct _BhController {
    BhDuplicateRule rule;
    BhScanParameters parameters;
    gboolean scanning;
    gboolean filter_duplicates;
    gint64 started_us;
    GHashTable *accepted;  /* BhAddress */
    GHashTable *reported;  /* DuplicateKey */
    GQueue reported_order; /* the same keys, borrowed, oldest first */
};

static guint
duplicate_key_hash(gconstpointer data)
{
    const DuplicateKey *key = data;

    return bh_address_hash(&key->address) ^ (guint)key->type << 8 ^ key->payload;
}

static gboolean
duplicate_key_equal(gconstpointer a, gconstpointer b)
{
    const DuplicateKey *first = a;
    const DuplicateKey *second = b;

    return bh_address_equal(&first->address, &second->address) && first->type == second->type &&
           first->payload == second->payload;
}

static guint32
hash_payload(const guint8 *bytes, gsize size)
{
    guint32 hash = 2166136261u; /* FNV-1a */

    for (gsize i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 16777619u;
    return hash;
}

static void
forget_reported(BhController *controller)
{
    g_queue_clear(&controller->reported_order);
    g_hash_table_remove_all(controller->reported);
}

static void
forget_oldest(BhController *controller)
{
    DuplicateKey *oldest = g_queue_pop_head(&controller->reported_order);

    g_hash_table_remove(controller->reported, oldest);
}

static gboolean
is_duplicate(BhController *controller, const BhHeard *report)
{
    DuplicateKey key = {.address = report->address, .type = report->type};

    if (!controller->filter_duplicates)
        return FALSE;
    if (controller->rule == BH_DUPLICATE_DATA)
        key.payload = hash_payload(report->data, report->size);
    if (g_hash_table_contains(controller->reported, &key))
        return TRUE;

    DuplicateKey *kept = g_memdup2(&key, sizeof key);
    if (g_hash_table_size(controller->reported) == BH_DUPLICATE_CACHE_SIZE)
        forget_oldest(controller);
    g_hash_table_add(controller->reported, kept);
    g_queue_push_tail(&controller->reported_order, kept);
    return FALSE;
}

static gboolean
is_in_window(const BhController *controller, gint64 time_us)
{
    gint64 interval = (gint64)controller->parameters.interval * SLOT_US;
    gint64 window = (gint64)controller->parameters.window * SLOT_US;

    if (window == interval)
        return TRUE;
    for (gint64 channel = 0; channel < N_CHANNELS; channel++) {
        gint64 since = time_us + channel * CHANNEL_STEP_US - controller->started_us;

        if (since / interval % N_CHANNELS == channel && since % interval < window)
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_received(const BhController *controller, const BhAdvertisement *advertisement)
{
    if (!controller->scanning || advertisement->time_us < controller->started_us)
        return FALSE;
    if (controller->parameters.accept_list_only &&
        !g_hash_table_contains(controller->accepted, &advertisement->address))
        return FALSE;
    return is_in_window(controller, advertisement->time_us);
}

BhController *
bh_controller_new(BhDuplicateRule rule)
{
    BhController *controller = g_new0(BhController, 1);

    controller->rule = rule;
    controller->accepted = g_hash_table_new_full(bh_address_hash, bh_address_equal, g_free, NULL);
    controller->reported =
        g_hash_table_new_full(duplicate_key_hash, duplicate_key_equal, g_free, NULL);
    bh_controller_reset(controller);
    return controller;
}

void
bh_controller_free(BhController *controller)
{
    g_queue_clear(&controller->reported_order);
    g_hash_table_unref(controller->reported);
    g_hash_table_unref(controller->accepted);
    g_free(controller);
}

void
bh_controller_reset(BhController *controller)
{
    controller->scanning = FALSE;
    controller->filter_duplicates = FALSE;
    controller->parameters =
        (BhScanParameters){.interval = INTERVAL_DEFAULT, .window = INTERVAL_DEFAULT};
    g_hash_table_remove_all(controller->accepted);
    forget_reported(controller);
}

BhHciStatus
bh_controller_set_scan_parameters(BhController *controller, const BhScanParameters *parameters)
{
    if (controller->scanning)
        return BH_HCI_DISALLOWED;
    if (parameters->interval < INTERVAL_MIN || parameters->interval > INTERVAL_MAX ||
        parameters->window < INTERVAL_MIN || parameters->window > parameters->interval)
        return BH_HCI_INVALID_PARAMETERS;
    controller->parameters = *parameters;
    return BH_HCI_SUCCESS;
}

BhHciStatus
bh_controller_set_scan_enable(BhController *controller,
                              gboolean enable,
                              gboolean filter_duplicates,
                              gint64 now_us)
{
    controller->scanning = enable;
    controller->filter_duplicates = enable && filter_duplicates;
    controller->started_us = now_us;
    forget_reported(controller);
    return BH_HCI_SUCCESS;
}

void
bh_controller_clear_accept_list(BhController *controller)
{
    g_hash_table_remove_all(controller->accepted);
}

BhHciStatus
bh_controller_accept(BhController *controller, const BhAddress *address)
{
    if (g_hash_table_size(controller->accepted) == ACCEPT_LIST_SIZE)
        return BH_HCI_MEMORY_FULL;
    g_hash_table_add(controller->accepted, g_memdup2(address, sizeof *address));
    return BH_HCI_SUCCESS;
}

void
bh_controller_unaccept(BhController *controller, const BhAddress *address)
{
    g_hash_table_remove(controller->accepted, address);
}

const BhScanParameters *
bh_controller_peek_scan_parameters(const BhController *controller)
{
    return &controller->parameters;
}

gboolean
bh_controller_is_scanning(const BhController *controller)
{
    return controller->scanning;
}

gboolean
bh_controller_filters_duplicates(const BhController *controller)
{
    return controller->filter_duplicates;
}

static BhHeard
make_report(const BhAdvertisement *advertisement)
{
    static const BhReportType types[] = {[BH_PDU_CONNECTABLE] = BH_REPORT_ADV_IND,
                                         [BH_PDU_SCANNABLE] = BH_REPORT_ADV_SCAN_IND,
                                         [BH_PDU_NONCONNECTABLE] = BH_REPORT_ADV_NONCONN_IND};

    return (BhHeard){.type = types[advertisement->pdu],
                     .address = advertisement->address,
                     .data = advertisement->advertising,
                     .size = advertisement->advertising_size,
                     .rssi = advertisement->rssi};
}

guint
bh_controller_hear(BhController *controller, const BhAdvertisement *advertisement, BhHeard heard[2])
{
    guint n = 0;

    if (!is_received(controller, advertisement))
        return 0;

    heard[n] = make_report(advertisement);
    if (!is_duplicate(controller, &heard[n]))
        n++;
    if (!controller->parameters.active || advertisement->pdu == BH_PDU_NONCONNECTABLE)
        return n;

    /* A reported advertisement is never without its response: the host waits for it. */
    heard[n] = make_report(advertisement);
    heard[n].type = BH_REPORT_SCAN_RSP;
    heard[n].data = advertisement->scan_response;
    heard[n].size = advertisement->scan_response_size;
    return is_duplicate(controller, &heard[n]) && n == 0 ? 0 : n + 1;
}
