/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A table of BlueZ's texts, for a name alone may also mean a mistake of the caller. Where one text
 * stands for several bytes ("Not paired": 0x05, 0x0c, 0x0f) the byte is hidden.
 */
#include "bh-bluez-att.h"

#include <string.h>

#include "bh-bluez-error.h"

#define PREFIX "org.bluez.Error."
#define BYTE_TEXT "Operation failed with ATT error: "
#define HIDDEN 0
#define INSUFFICIENT_AUTHORIZATION 0x08
/* Core 5.4 Vol 3 Part F 3.4.1.1 */
#define APPLICATION_ERROR_MIN 0x80
#define APPLICATION_ERROR_MAX 0x9f
#define IMPROPERLY_CONFIGURED 0xfd
#define UNLIKELY_ERROR 0x0e /* BlueZ says so itself of what it asked when the link went */

static const struct {
    const char *name;
    const char *text;
    guint8 status; /* HIDDEN = it is one, and BlueZ does not say which */
} refusals[] = {
    {PREFIX "NotPermitted", "Read not permitted", 0x02},
    {PREFIX "NotPermitted", "Write not permitted", 0x03},
    {PREFIX "NotPermitted", "Not paired", HIDDEN},
    {PREFIX "NotSupported", "Operation is not supported", 0x06},
    {PREFIX "InvalidArguments", "Invalid offset", 0x07},
    {PREFIX "NotAuthorized", "Operation Not Authorized", INSUFFICIENT_AUTHORIZATION},
    {PREFIX "InvalidArguments", "Invalid Length", 0x0d},
    {PREFIX "InvalidValueLength", "Invalid Length", 0x0d},
    {PREFIX "Failed", "Operation failed", HIDDEN},
};

static const struct {
    const char *text; /* of PREFIX "Failed": said by BlueZ itself */
    BhError code;
} local_failures[] = {
    {"Not connected", BH_ERROR_DISCONNECTED},
    {"No ATT transport", BH_ERROR_DISCONNECTED},
};

/* The byte that BlueZ writes into a text; 0 if it does not. */
static guint8
find_byte(const char *text)
{
    guint64 byte = 0;

    if (!g_str_has_prefix(text, BYTE_TEXT "0x") ||
        !g_ascii_string_to_unsigned(text + strlen(BYTE_TEXT "0x"), 16, 1, 0xff, &byte, NULL))
        return 0;
    return (guint8)byte;
}

static GError *
new_hidden(const sd_bus_error *cause)
{
    g_autofree char *text = bh_bluez_error_dup_text(cause);

    return g_error_new(BH_ERROR, BH_ERROR_ATT_HIDDEN, "BlueZ says \"%s\"", text);
}

static BhError
local_code(const sd_bus_error *cause, const char *text)
{
    for (gsize i = 0; i < G_N_ELEMENTS(local_failures); i++)
        if (sd_bus_error_has_name(cause, PREFIX "Failed") &&
            g_str_equal(text, local_failures[i].text))
            return local_failures[i].code;
    return bh_bluez_error_code(cause);
}

GError *
bh_bluez_att_new_error(const sd_bus_error *cause)
{
    const char *text = cause->message != NULL ? cause->message : "";
    guint8 byte = find_byte(text);

    if (byte != 0)
        return bh_error_new_att(byte);
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        if (sd_bus_error_has_name(cause, refusals[i].name) && g_str_equal(text, refusals[i].text))
            return refusals[i].status != HIDDEN ? bh_error_new_att(refusals[i].status)
                                                : new_hidden(cause);
    }
    g_autofree char *said = bh_bluez_error_dup_text(cause);
    return g_error_new_literal(BH_ERROR, (gint)local_code(cause, text), said);
}

GError *
bh_bluez_att_new_claimed_error(const sd_bus_error *cause)
{
    GError *error = bh_bluez_att_new_error(cause);

    if (!g_error_matches(error, BH_ERROR, (gint)BH_ERROR_ATT(INSUFFICIENT_AUTHORIZATION)))
        return error;
    g_error_free(error);
    return new_hidden(cause);
}

gboolean
bh_bluez_att_may_be_lost_link(const GError *error)
{
    return g_error_matches(error, BH_ERROR, (gint)BH_ERROR_ATT(UNLIKELY_ERROR));
}

/* Our own refusals. Not permitted is 0x02 of a read and 0x03 of a write. */
static const struct {
    guint8 status;
    const char *name;
} answers[] = {
    {0x05, PREFIX "NotAuthorized"},
    {0x06, PREFIX "NotSupported"},
    {0x07, PREFIX "InvalidOffset"},
    {0x08, PREFIX "NotAuthorized"},
    {0x0c, PREFIX "NotAuthorized"},
    {0x0d, PREFIX "InvalidValueLength"},
    {0x0f, PREFIX "NotAuthorized"},
    {0xfd, PREFIX "ImproperlyConfigured"},
    {0xfe, PREFIX "InProgress"},
};

static const char *
find_name(guint8 status, gboolean reads)
{
    if (status == (reads ? 0x02 : 0x03))
        return PREFIX "NotPermitted";
    if (status >= APPLICATION_ERROR_MIN && status <= APPLICATION_ERROR_MAX)
        return PREFIX "Failed";
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++)
        if (answers[i].status == status)
            return answers[i].name;
    return PREFIX "Unlikely";
}

void
bh_bluez_att_reply_error(sd_bus_message *call,
                         guint8 status,
                         gboolean reads,
                         gboolean says_improperly_configured)
{
    if (status == IMPROPERLY_CONFIGURED && !says_improperly_configured)
        status = UNLIKELY_ERROR;
    sd_bus_reply_method_errorf(call, find_name(status, reads), "0x%02x", status);
}
