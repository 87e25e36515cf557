/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The status bytes that the Core Specification names have a row (5.4 Vol 3 Part F 3.4.1.1); the
 * four of the Supplement (Part B 1) and those of applications are named by their number, as is
 * whatever is reserved, because a device may send that, too.
 */
#include "bh-error-att.h"

#include "bh-error.h"

typedef struct {
    const char *name;
    const char *meaning;
} Row;

static const Row rows[] = {
    [0x01] = {"InvalidHandle", "Invalid handle"},
    [0x02] = {"ReadNotPermitted", "Read not permitted"},
    [0x03] = {"WriteNotPermitted", "Write not permitted"},
    [0x04] = {"InvalidPdu", "Invalid PDU"},
    [0x05] = {"InsufficientAuthentication", "Insufficient authentication"},
    [0x06] = {"RequestNotSupported", "Request not supported"},
    [0x07] = {"InvalidOffset", "Invalid offset"},
    [0x08] = {"InsufficientAuthorization", "Insufficient authorization"},
    [0x09] = {"PrepareQueueFull", "Prepare queue full"},
    [0x0a] = {"AttributeNotFound", "Attribute not found"},
    [0x0b] = {"AttributeNotLong", "Attribute not long"},
    [0x0c] = {"EncryptionKeySizeTooShort", "Encryption key size too short"},
    [0x0d] = {"InvalidAttributeValueLength", "Invalid attribute value length"},
    [0x0e] = {"UnlikelyError", "Unlikely error"},
    [0x0f] = {"InsufficientEncryption", "Insufficient encryption"},
    [0x10] = {"UnsupportedGroupType", "Unsupported group type"},
    [0x11] = {"InsufficientResources", "Insufficient resources"},
    [0x12] = {"DatabaseOutOfSync", "Database out of sync"},
    [0x13] = {"ValueNotAllowed", "Value not allowed"},
};

static gboolean
has_row(guint8 status)
{
    return status != 0 && status < G_N_ELEMENTS(rows);
}

static gboolean
is_of_application(guint8 status)
{
    return status >= 0x80 && status <= 0x9f;
}

const char *
bh_att_status_to_string(guint8 status)
{
    if (has_row(status))
        return rows[status].meaning;
    switch (status) {
    case 0xfc:
        return "Write request rejected";
    case 0xfd:
        return "Client characteristic configuration improperly configured";
    case 0xfe:
        return "Procedure already in progress";
    case 0xff:
        return "Out of range";
    default:
        return is_of_application(status) ? "Application error" : "Reserved error";
    }
}

const char *
bh_error_att_to_name(guint8 status)
{
    char name[4];

    if (has_row(status))
        return rows[status].name;
    g_snprintf(name, sizeof name, "X%02X", status);
    return g_intern_string(name); /* there are 256 at most */
}

gboolean
bh_error_att_from_name(const char *name, guint8 *status)
{
    for (guint i = 1; i <= G_MAXUINT8; i++) {
        if (g_strcmp0(name, bh_error_att_to_name((guint8)i)) == 0) {
            *status = (guint8)i;
            return TRUE;
        }
    }
    return FALSE;
}

GError *
bh_error_new_att(guint8 status)
{
    return g_error_new(BH_ERROR,
                       (gint)BH_ERROR_ATT(status),
                       "0x%02x %s",
                       status,
                       bh_att_status_to_string(status));
}
