/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* See the header. */
#include "uuid-text.h"

#include "bh-uuid.h"
#include "terminal.h"

void
bh_uuid_append_short(GString *out, const char *text)
{
    guint8 bytes[16];
    BhUuid uuid;

    if (bh_uuid_parse(text, &uuid, NULL) && bh_uuid_to_le(&uuid, bytes) == 2)
        g_string_append_printf(out, "%02x%02x", bytes[1], bytes[0]);
    else
        bh_terminal_append(out, text);
}
