/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Both ways go by the same two lists, whose places are the codes (Eddystone-URL, "URL Scheme
 * Prefix" and "HTTP URL encoding"). Taking the longest that fits at each place gives the shortest
 * form: ".com/" begins with ".com", and nothing else overlaps.
 */
#include "bh-beacon-url.h"

#include "bh-error.h"

#include <string.h>

static const char *const schemes[] = {"http://www.", "https://www.", "http://", "https://"};

static const char *const endings[] = {".com/",
                                      ".org/",
                                      ".edu/",
                                      ".net/",
                                      ".info/",
                                      ".biz/",
                                      ".gov/",
                                      ".com",
                                      ".org",
                                      ".edu",
                                      ".net",
                                      ".info",
                                      ".biz",
                                      ".gov"};

/* The first of a list that text begins with: longer ones stand before those they begin with. */
static gboolean
find_prefix(const char *const *list, gsize n, const char *text, guint8 *code)
{
    for (gsize i = 0; i < n; i++) {
        if (g_str_has_prefix(text, list[i])) {
            *code = (guint8)i;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
refuse(GError **error, const char *reason)
{
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, "URL: %s", reason);
    return FALSE;
}

static void
append(guint8 bytes[BH_BEACON_URL_BYTES_MAX], gsize *size, guint8 byte)
{
    if (*size < BH_BEACON_URL_BYTES_MAX)
        bytes[*size] = byte;
    (*size)++;
}

gboolean
bh_beacon_url_encode(const char *url,
                     guint8 bytes[BH_BEACON_URL_BYTES_MAX],
                     gsize *size,
                     GError **error)
{
    guint8 code = 0;

    *size = 0;
    if (!find_prefix(schemes, G_N_ELEMENTS(schemes), url, &code))
        return refuse(error, "must begin with http:// or https://");
    append(bytes, size, code);
    for (url += strlen(schemes[code]); *url != '\0';) {
        gboolean is_ending = find_prefix(endings, G_N_ELEMENTS(endings), url, &code);

        if (!is_ending && !g_ascii_isgraph(*url))
            return refuse(error, "only printable ASCII characters; others are written as %XX");
        append(bytes, size, is_ending ? code : (guint8)*url);
        url += is_ending ? strlen(endings[code]) : 1;
    }
    if (*size <= BH_BEACON_URL_BYTES_MAX)
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "URL: needs %" G_GSIZE_FORMAT " bytes after the scheme, %d are there",
                *size - 1,
                BH_BEACON_URL_BYTES_MAX - 1);
    return FALSE;
}

/* What a byte stands for, NUL-terminated; NULL if it is reserved. */
static const char *
expand(guint8 byte, char character[2])
{
    if (byte < G_N_ELEMENTS(endings))
        return endings[byte];
    if (!g_ascii_isgraph((char)byte))
        return NULL;
    character[0] = (char)byte;
    character[1] = '\0';
    return character;
}

gboolean
bh_beacon_url_decode(const guint8 *bytes, gsize size, char *text, gsize text_size)
{
    if (size < 1 || size > BH_BEACON_URL_BYTES_MAX || bytes[0] >= G_N_ELEMENTS(schemes) ||
        g_strlcpy(text, schemes[bytes[0]], text_size) >= text_size)
        return FALSE;
    for (gsize i = 1; i < size; i++) {
        char character[2];
        const char *piece = expand(bytes[i], character);

        if (piece == NULL || g_strlcat(text, piece, text_size) >= text_size)
            return FALSE;
    }
    return TRUE;
}
