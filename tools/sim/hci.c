/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A table of commands. Most have a constant answer; the others have a handler that returns the
 * status or appends return parameters of its own. Opcodes and parameters: Core 5.4 Vol 4 Part E 7.
 */
#include "hci.h"

#include <string.h>

#define EVENT_COMMAND_COMPLETE 0x0e
#define EVENT_COMMAND_STATUS 0x0f
#define EVENT_LE_META 0x3e
#define SUBEVENT_CONNECTION_COMPLETE 0x01
#define SUBEVENT_ADVERTISING_REPORT 0x02
#define COMMAND_CREDITS 1
#define EVENT_PARAMETERS_MAX 255
#define REPORT_HEADER_SIZE 2  /* subevent, number of reports */
#define REPORT_FIXED_SIZE 10  /* type, address type, address, length, RSSI */
#define COMMAND_HEADER_SIZE 4 /* H4 type, opcode, parameter length */

#define OP_SCAN_PARAMETERS 0x200b
#define OP_SCAN_ENABLE 0x200c
#define OP_CREATE_CONNECTION 0x200d
#define OP_CREATE_CONNECTION_CANCEL 0x200e

struct _BhHci {
    BhController *controller; /* borrowed: outlives the object */
    guint8 address_le[6];
    BhHciLog log;
    gpointer log_data;
    gboolean connecting;
    GByteArray *reports; /* of the event under construction */
    guint8 n_reports;
};

/* One command while it is handled. */
typedef struct {
    BhHci *hci;
    const guint8 *parameters;
    gint64 now_us;
    GByteArray *results; /* return parameters after the status */
} Call;

typedef BhHciStatus (*Handler)(Call *call);

typedef struct {
    guint16 opcode;
    guint8 parameters; /* least number of parameter bytes */
    Handler handle;    /* NULL: the constant answer */
    const guint8 *results;
    guint8 results_size;
} Command;

static void say(BhHci *hci, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
say(BhHci *hci, const char *format, ...)
{
    va_list arguments;

    if (hci->log == NULL)
        return;
    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    hci->log(line, hci->log_data);
}

static guint16
get_le16(const guint8 *bytes)
{
    return (guint16)(bytes[0] | bytes[1] << 8);
}

static BhAddress
get_address(const guint8 *type_and_octets)
{
    BhAddress address = {.type = type_and_octets[0] & 1};

    for (guint i = 0; i < 6; i++)
        address.octets[i] = type_and_octets[6 - i];
    return address;
}

static BhHciStatus
handle_reset(Call *call)
{
    bh_controller_reset(call->hci->controller);
    call->hci->connecting = FALSE;
    return BH_HCI_SUCCESS;
}

static BhHciStatus
handle_read_address(Call *call)
{
    g_byte_array_append(call->results, call->hci->address_le, sizeof call->hci->address_le);
    return BH_HCI_SUCCESS;
}

static BhHciStatus
handle_scan_parameters(Call *call)
{
    const guint8 *bytes = call->parameters;
    BhScanParameters parameters = {.active = bytes[0] == 1,
                                   .interval = get_le16(bytes + 1),
                                   .window = get_le16(bytes + 3),
                                   .accept_list_only = (bytes[6] & 1) != 0};
    BhHciStatus status = bh_controller_set_scan_parameters(call->hci->controller, &parameters);

    say(call->hci,
        "scan-parameters type=%s interval-us=%u window-us=%u accept-list=%d status=0x%02x",
        parameters.active ? "active" : "passive",
        parameters.interval * 625u,
        parameters.window * 625u,
        parameters.accept_list_only,
        status);
    return status;
}

static BhHciStatus
handle_scan_enable(Call *call)
{
    gboolean enable = call->parameters[0] == 1;
    gboolean filter = call->parameters[1] == 1;
    BhHciStatus status =
        bh_controller_set_scan_enable(call->hci->controller, enable, filter, call->now_us);

    say(call->hci,
        "scan-enable enable=%d filter-duplicates=%d status=0x%02x",
        enable,
        filter,
        status);
    return status;
}

static BhHciStatus
handle_clear_accept_list(Call *call)
{
    bh_controller_clear_accept_list(call->hci->controller);
    return BH_HCI_SUCCESS;
}

static BhHciStatus
handle_accept(Call *call)
{
    BhAddress address = get_address(call->parameters);

    return bh_controller_accept(call->hci->controller, &address);
}

static BhHciStatus
handle_unaccept(Call *call)
{
    BhAddress address = get_address(call->parameters);

    bh_controller_unaccept(call->hci->controller, &address);
    return BH_HCI_SUCCESS;
}

static BhHciStatus
handle_create_connection(Call *call)
{
    if (call->hci->connecting)
        return BH_HCI_DISALLOWED;
    call->hci->connecting = TRUE;
    return BH_HCI_SUCCESS;
}

static BhHciStatus
handle_create_connection_cancel(Call *call)
{
    return call->hci->connecting ? BH_HCI_SUCCESS : BH_HCI_DISALLOWED;
}

/* LE and no BR/EDR: bytes 4 bits 5 and 6 of the LMP features. */
static const guint8 LOCAL_FEATURES[8] = {[4] = 0x60};
/* Version 4.2 (0x08), company 0xffff. */
static const guint8 LOCAL_VERSION[8] = {0x08, 0x00, 0x00, 0x08, 0xff, 0xff, 0x00, 0x00};
/* Bits of Core 5.4 Vol 4 Part E 6.27, for the commands in the table below. */
static const guint8 SUPPORTED_COMMANDS[64] = {[5] = 0xc0,
                                              [14] = 0xa8,
                                              [15] = 0x02,
                                              [22] = 0x04,
                                              [24] = 0x40,
                                              [25] = 0xf7,
                                              [26] = 0xff,
                                              [27] = 0x03,
                                              [28] = 0x08};
static const guint8 BUFFER_SIZE[7] = {0xfb, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00};
static const guint8 LE_BUFFER_SIZE[3] = {0xfb, 0x00, 0x08};
static const guint8 LE_FEATURES[8] = {0};
static const guint8 LE_STATES[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0x03, 0x00, 0x00};
static const guint8 LE_TX_POWER[1] = {0x00};
static const guint8 ACCEPT_LIST_SIZE[1] = {64};

#define CONSTANT(bytes) NULL, bytes, sizeof bytes
#define HANDLED(function) function, NULL, 0
#define ACCEPTED NULL, NULL, 0

static const Command COMMANDS[] = {
    {0x0c01, 8, ACCEPTED}, /* Set Event Mask */
    {0x0c03, 0, HANDLED(handle_reset)},
    {0x0c63, 8, ACCEPTED}, /* Set Event Mask Page 2 */
    {0x0c6d, 2, ACCEPTED}, /* Write LE Host Support */
    {0x1001, 0, CONSTANT(LOCAL_VERSION)},
    {0x1002, 0, CONSTANT(SUPPORTED_COMMANDS)},
    {0x1003, 0, CONSTANT(LOCAL_FEATURES)},
    {0x1005, 0, CONSTANT(BUFFER_SIZE)},
    {0x1009, 0, HANDLED(handle_read_address)},
    {0x2001, 8, ACCEPTED}, /* LE Set Event Mask */
    {0x2002, 0, CONSTANT(LE_BUFFER_SIZE)},
    {0x2003, 0, CONSTANT(LE_FEATURES)},
    {0x2005, 6, ACCEPTED},  /* LE Set Random Address */
    {0x2006, 15, ACCEPTED}, /* LE Set Advertising Parameters */
    {0x2007, 0, CONSTANT(LE_TX_POWER)},
    {0x2008, 32, ACCEPTED}, /* LE Set Advertising Data */
    {0x2009, 32, ACCEPTED}, /* LE Set Scan Response Data */
    {0x200a, 1, ACCEPTED},  /* LE Set Advertising Enable */
    {OP_SCAN_PARAMETERS, 7, HANDLED(handle_scan_parameters)},
    {OP_SCAN_ENABLE, 2, HANDLED(handle_scan_enable)},
    {OP_CREATE_CONNECTION, 25, HANDLED(handle_create_connection)},
    {OP_CREATE_CONNECTION_CANCEL, 0, HANDLED(handle_create_connection_cancel)},
    {0x200f, 0, CONSTANT(ACCEPT_LIST_SIZE)},
    {0x2010, 0, HANDLED(handle_clear_accept_list)},
    {0x2011, 7, HANDLED(handle_accept)},
    {0x2012, 7, HANDLED(handle_unaccept)},
    {0x201c, 0, CONSTANT(LE_STATES)},
};

static const Command *
find_command(guint16 opcode)
{
    for (gsize i = 0; i < G_N_ELEMENTS(COMMANDS); i++) {
        if (COMMANDS[i].opcode == opcode)
            return &COMMANDS[i];
    }
    return NULL;
}

static void
add_event(GPtrArray *events, guint8 code, const guint8 *parameters, gsize size)
{
    g_autoptr(GByteArray) packet = g_byte_array_new();
    guint8 header[] = {BH_H4_EVENT, code, (guint8)size};

    g_byte_array_append(packet, header, sizeof header);
    g_byte_array_append(packet, parameters, size);
    g_ptr_array_add(events, g_byte_array_free_to_bytes(g_steal_pointer(&packet)));
}

static void
add_command_status(GPtrArray *events, guint16 opcode, BhHciStatus status)
{
    guint8 parameters[] = {(guint8)status, COMMAND_CREDITS, (guint8)opcode, (guint8)(opcode >> 8)};

    add_event(events, EVENT_COMMAND_STATUS, parameters, sizeof parameters);
}

static void
add_command_complete(GPtrArray *events,
                     guint16 opcode,
                     BhHciStatus status,
                     const GByteArray *results)
{
    g_autoptr(GByteArray) parameters = g_byte_array_new();
    guint8 header[] = {COMMAND_CREDITS, (guint8)opcode, (guint8)(opcode >> 8), (guint8)status};

    g_byte_array_append(parameters, header, sizeof header);
    g_byte_array_append(parameters, results->data, results->len);
    add_event(events, EVENT_COMMAND_COMPLETE, parameters->data, parameters->len);
}

/* A cancelled attempt ends with a connection complete that says so. */
static void
add_connection_cancelled(BhHci *hci, GPtrArray *events)
{
    guint8 parameters[19] = {SUBEVENT_CONNECTION_COMPLETE, BH_HCI_UNKNOWN_CONNECTION};

    hci->connecting = FALSE;
    add_event(events, EVENT_LE_META, parameters, sizeof parameters);
}

static BhHciStatus
run_command(const Command *command, Call *call)
{
    if (command->handle != NULL)
        return command->handle(call);
    g_byte_array_append(call->results, command->results, command->results_size);
    return BH_HCI_SUCCESS;
}

static void
answer_command(Call *call, guint16 opcode, gsize size, GPtrArray *answers)
{
    const Command *command = find_command(opcode);
    BhHciStatus status = BH_HCI_INVALID_PARAMETERS;

    if (command == NULL) {
        add_command_status(answers, opcode, BH_HCI_UNKNOWN_COMMAND);
        return;
    }
    if (size >= command->parameters)
        status = run_command(command, call);
    if (opcode == OP_CREATE_CONNECTION)
        add_command_status(answers, opcode, status);
    else
        add_command_complete(answers, opcode, status, call->results);
    if (opcode == OP_CREATE_CONNECTION_CANCEL && status == BH_HCI_SUCCESS)
        add_connection_cancelled(call->hci, answers);
}

void
bh_hci_handle(BhHci *hci, const guint8 *packet, gsize size, gint64 now_us, GPtrArray *answers)
{
    g_autoptr(GByteArray) results = g_byte_array_new();
    Call call = {.hci = hci, .now_us = now_us, .results = results};

    if (size < COMMAND_HEADER_SIZE || packet[0] != BH_H4_COMMAND ||
        packet[3] != size - COMMAND_HEADER_SIZE)
        return;
    call.parameters = packet + COMMAND_HEADER_SIZE;
    answer_command(&call, get_le16(packet + 1), size - COMMAND_HEADER_SIZE, answers);
}

void
bh_hci_flush(BhHci *hci, GPtrArray *events)
{
    guint8 header[REPORT_HEADER_SIZE] = {SUBEVENT_ADVERTISING_REPORT, hci->n_reports};

    if (hci->n_reports == 0)
        return;
    g_byte_array_prepend(hci->reports, header, sizeof header);
    add_event(events, EVENT_LE_META, hci->reports->data, hci->reports->len);
    g_byte_array_set_size(hci->reports, 0);
    hci->n_reports = 0;
}

void
bh_hci_report(BhHci *hci, const BhHeard *heard, GPtrArray *events)
{
    guint8 header[REPORT_FIXED_SIZE - 1] = {(guint8)heard->type, heard->address.type};
    gsize size = REPORT_FIXED_SIZE + heard->size;

    if (REPORT_HEADER_SIZE + hci->reports->len + size > EVENT_PARAMETERS_MAX)
        bh_hci_flush(hci, events);
    for (guint i = 0; i < 6; i++)
        header[2 + i] = heard->address.octets[5 - i];
    header[8] = (guint8)heard->size;
    g_byte_array_append(hci->reports, header, sizeof header);
    g_byte_array_append(hci->reports, heard->data, heard->size);
    g_byte_array_append(hci->reports, (const guint8 *)&heard->rssi, 1);
    hci->n_reports++;
}

BhHci *
bh_hci_new(BhController *controller, const BhAddress *address)
{
    BhHci *hci = g_new0(BhHci, 1);

    hci->controller = controller;
    hci->reports = g_byte_array_new();
    for (guint i = 0; i < 6; i++)
        hci->address_le[i] = address->octets[5 - i];
    return hci;
}

void
bh_hci_free(BhHci *hci)
{
    g_byte_array_unref(hci->reports);
    g_free(hci);
}

void
bh_hci_set_log(BhHci *hci, BhHciLog log, gpointer user_data)
{
    hci->log = log;
    hci->log_data = user_data;
}
