/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Addresses as text and as keys of hash tables. Octets and type are seven bytes without padding, so
 * they compare as memory.
 */
#include "bh-address.h"

#include "bh-error.h"
#include "bh-hash.h"

#include <string.h>

G_STATIC_ASSERT(sizeof(BhAddress) == 7);

static const char *const type_names[] = {
    [BH_ADDRESS_PUBLIC] = "public",
    [BH_ADDRESS_RANDOM] = "random",
};

static gboolean
read_octets(const char *text, guint8 octets[6])
{
    if (strlen(text) != BH_ADDRESS_TEXT_SIZE - 1)
        return FALSE;

    for (guint i = 0; i < 6; i++, text += 3) {
        int high = g_ascii_xdigit_value(text[0]);
        int low = g_ascii_xdigit_value(text[1]);
        if (high < 0 || low < 0 || text[2] != (i < 5 ? ':' : '\0'))
            return FALSE;
        octets[i] = (guint8)(high << 4 | low);
    }
    return TRUE;
}

gboolean
bh_address_parse(const char *text, BhAddressType type, BhAddress *address, GError **error)
{
    BhAddress read = {.type = (guint8)type};
    if (!read_octets(text, read.octets)) {
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_INVALID_ARGUMENTS,
                    "Address: '%s' is none (AA:BB:CC:DD:EE:FF)",
                    text);
        return FALSE;
    }
    *address = read;
    return TRUE;
}

void
bh_address_format(const BhAddress *address, char text[BH_ADDRESS_TEXT_SIZE])
{
    for (guint i = 0; i < 6; i++) {
        *text++ = "0123456789ABCDEF"[address->octets[i] >> 4];
        *text++ = "0123456789ABCDEF"[address->octets[i] & 0xf];
        *text++ = i < 5 ? ':' : '\0';
    }
}

const char *
bh_address_type_to_string(BhAddressType type)
{
    return type_names[type == BH_ADDRESS_PUBLIC ? BH_ADDRESS_PUBLIC : BH_ADDRESS_RANDOM];
}

gboolean
bh_address_type_from_string(const char *text, BhAddressType *type)
{
    for (guint i = 0; i < G_N_ELEMENTS(type_names); i++) {
        if (g_strcmp0(text, type_names[i]) == 0) {
            *type = i;
            return TRUE;
        }
    }
    return FALSE;
}

guint
bh_address_hash(gconstpointer address)
{
    guint32 words[2] = {0};

    memcpy(words, address, sizeof(BhAddress));
    return bh_hash_words(words, G_N_ELEMENTS(words));
}

gboolean
bh_address_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(BhAddress)) == 0;
}
