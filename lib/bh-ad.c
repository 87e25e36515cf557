/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading and building advertising data. Everything that reads goes through the iterator, the one
 * place that decides whether a structure fits; nothing else here knows where the payload ends.
 */
#include "bh-ad.h"

#include <string.h>

void
bh_ad_iter_init(BhAdIter *iter, const guint8 *bytes, gsize size)
{
    iter->next = bytes;
    iter->end = size > 0 ? bytes + size : bytes;
    iter->malformed = FALSE;
}

gboolean
bh_ad_iter_next(BhAdIter *iter, BhAdStructure *structure)
{
    if (iter->next == iter->end)
        return FALSE;

    gsize left = (gsize)(iter->end - iter->next) - 1;
    guint8 length = iter->next[0];
    if (length == 0 || length > left) {
        iter->malformed = length > left;
        iter->next = iter->end;
        return FALSE;
    }
    structure->type = iter->next[1];
    structure->length = length - 1;
    structure->data = iter->next + 2;
    iter->next += 1 + length;
    return TRUE;
}

gsize
bh_ad_valid_size(const guint8 *bytes, gsize size, gboolean *malformed)
{
    BhAdIter iter;
    BhAdStructure structure;
    gsize valid = 0;

    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure))
        valid = (gsize)(iter.next - bytes);
    if (malformed != NULL)
        *malformed = iter.malformed;
    return valid;
}

gsize
bh_ad_uuid_width(guint8 type)
{
    switch (type) {
    case BH_AD_UUID16_SOME:
    case BH_AD_UUID16_ALL:
    case BH_AD_SOLICIT16:
    case BH_AD_SERVICE_DATA16:
        return 2;
    case BH_AD_UUID32_SOME:
    case BH_AD_UUID32_ALL:
    case BH_AD_SOLICIT32:
    case BH_AD_SERVICE_DATA32:
        return 4;
    case BH_AD_UUID128_SOME:
    case BH_AD_UUID128_ALL:
    case BH_AD_SOLICIT128:
    case BH_AD_SERVICE_DATA128:
        return 16;
    default:
        return 0;
    }
}

char *
bh_ad_dup_text(const guint8 *bytes, gsize size)
{
    while (size > 0 && bytes[size - 1] == '\0')
        size--;
    if (size == 0)
        return g_strdup("");

    g_autofree char *valid = g_utf8_make_valid((const char *)bytes, (gssize)size);
    GString *text = g_string_sized_new(size);
    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        g_string_append_unichar(text, g_unichar_iscntrl(character) ? 0xfffd : character);
    }
    return g_string_free(text, FALSE);
}

gboolean
bh_ad_find(const guint8 *bytes,
           gsize size,
           guint8 type,
           gsize min_length,
           gsize max_length,
           BhAdStructure *structure)
{
    BhAdIter iter;

    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, structure)) {
        if (structure->type == type && structure->length >= min_length &&
            structure->length <= max_length)
            return TRUE;
    }
    return FALSE;
}

gboolean
bh_ad_find_name(const guint8 *bytes, gsize size, const guint8 **name, gsize *name_size)
{
    BhAdStructure structure;
    if (!bh_ad_find(bytes, size, BH_AD_NAME_COMPLETE, 0, 254, &structure) &&
        !bh_ad_find(bytes, size, BH_AD_NAME_SHORT, 0, 254, &structure))
        return FALSE;
    *name = structure.data;
    *name_size = structure.length;
    return TRUE;
}

char *
bh_ad_dup_name(const guint8 *bytes, gsize size)
{
    const guint8 *name;
    gsize name_size;
    if (!bh_ad_find_name(bytes, size, &name, &name_size))
        return NULL;
    return bh_ad_dup_text(name, name_size);
}

gboolean
bh_ad_find_tx_power(const guint8 *bytes, gsize size, gint8 *dbm)
{
    BhAdStructure structure;
    if (!bh_ad_find(bytes, size, BH_AD_TX_POWER, 1, 1, &structure))
        return FALSE;
    *dbm = (gint8)structure.data[0];
    return TRUE;
}

gboolean
bh_ad_find_appearance(const guint8 *bytes, gsize size, guint16 *appearance)
{
    BhAdStructure structure;
    if (!bh_ad_find(bytes, size, BH_AD_APPEARANCE, 2, 2, &structure))
        return FALSE;
    *appearance = (guint16)(structure.data[0] | structure.data[1] << 8);
    return TRUE;
}

gboolean
bh_ad_find_flags(const guint8 *bytes, gsize size, guint8 *flags)
{
    BhAdStructure structure;
    if (!bh_ad_find(bytes, size, BH_AD_FLAGS, 1, 254, &structure))
        return FALSE;
    *flags = structure.data[0];
    return TRUE;
}

gboolean
bh_ad_find_advertising_interval(const guint8 *bytes, gsize size, double *ms)
{
    BhAdStructure structure;
    if (!bh_ad_find(bytes, size, BH_AD_ADVERTISING_INTERVAL, 2, 4, &structure))
        return FALSE;

    guint32 units = 0;
    for (gsize i = structure.length; i > 0; i--)
        units = units << 8 | structure.data[i - 1];
    *ms = units * 0.625;
    return TRUE;
}

/* A list of UUIDs of which none is cut. */
static gboolean
is_uuid_list(const BhAdStructure *structure)
{
    return bh_ad_group_of(structure->type) == BH_AD_GROUP_UUIDS &&
           structure->length % bh_ad_uuid_width(structure->type) == 0;
}

static gboolean
list_has_uuid(const BhAdStructure *list, const BhUuid *uuid)
{
    gsize width = bh_ad_uuid_width(list->type);
    for (gsize at = 0; at < list->length; at += width) {
        BhUuid listed;
        bh_uuid_from_le(list->data + at, width, &listed);
        if (bh_uuid_equal(&listed, uuid))
            return TRUE;
    }
    return FALSE;
}

gboolean
bh_ad_has_uuid(const guint8 *bytes, gsize size, const BhUuid *uuid)
{
    BhAdIter iter;
    BhAdStructure structure;

    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure)) {
        if (is_uuid_list(&structure) && list_has_uuid(&structure, uuid))
            return TRUE;
    }
    return FALSE;
}

gboolean
bh_ad_has_manufacturer(const guint8 *bytes, gsize size, guint16 company)
{
    BhAdIter iter;
    BhAdStructure structure;

    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure)) {
        if (structure.type == BH_AD_MANUFACTURER && structure.length >= 2 &&
            (structure.data[0] | structure.data[1] << 8) == company)
            return TRUE;
    }
    return FALSE;
}

gboolean
bh_ad_append(GByteArray *payload, guint8 type, gconstpointer data, gsize size)
{
    if (size > 254 || payload->len + 2 + size > BH_AD_PAYLOAD_MAX)
        return FALSE;

    guint8 head[] = {(guint8)(size + 1), type};
    g_byte_array_append(payload, head, sizeof head);
    if (size > 0)
        g_byte_array_append(payload, data, (guint)size);
    return TRUE;
}

BhAdGroups
bh_ad_group_of(guint8 type)
{
    switch (type) {
    case BH_AD_NAME_SHORT:
    case BH_AD_NAME_COMPLETE:
        return BH_AD_GROUP_NAME;
    case BH_AD_UUID16_SOME:
    case BH_AD_UUID16_ALL:
    case BH_AD_UUID32_SOME:
    case BH_AD_UUID32_ALL:
    case BH_AD_UUID128_SOME:
    case BH_AD_UUID128_ALL:
        return BH_AD_GROUP_UUIDS;
    case BH_AD_MANUFACTURER:
        return BH_AD_GROUP_MANUFACTURER;
    case BH_AD_SERVICE_DATA16:
    case BH_AD_SERVICE_DATA32:
    case BH_AD_SERVICE_DATA128:
        return BH_AD_GROUP_SERVICE_DATA;
    case BH_AD_TX_POWER:
        return BH_AD_GROUP_TX_POWER;
    case BH_AD_APPEARANCE:
        return BH_AD_GROUP_APPEARANCE;
    case BH_AD_FLAGS:
        return BH_AD_GROUP_FLAGS;
    default:
        return BH_AD_GROUP_OTHER;
    }
}

/* Appends the structures of some groups as they stand; FALSE when out is full. */
static gboolean
append_groups(const guint8 *bytes, gsize size, BhAdGroups groups, GByteArray *out)
{
    BhAdIter iter;
    BhAdStructure structure;

    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure)) {
        if ((bh_ad_group_of(structure.type) & groups) != 0 &&
            !bh_ad_append(out, structure.type, structure.data, structure.length))
            return FALSE;
    }
    return TRUE;
}

/* Appends what is not placed yet, group by group: where a later merge would keep it. */
static void
append_rest(const guint8 *bytes, gsize size, BhAdGroups placed, GByteArray *out)
{
    BhAdIter iter;
    BhAdStructure structure;
    gboolean room = TRUE;

    bh_ad_iter_init(&iter, bytes, size);
    while (room && bh_ad_iter_next(&iter, &structure)) {
        BhAdGroups group = bh_ad_group_of(structure.type);
        if ((group & placed) == 0)
            room = append_groups(bytes, size, group, out);
        placed |= group;
    }
}

void
bh_ad_merge(const guint8 *old,
            gsize old_size,
            BhAdGroups replaced,
            const guint8 *update,
            gsize update_size,
            GByteArray *out)
{
    BhAdIter iter;
    BhAdStructure structure;
    BhAdGroups placed = BH_AD_GROUP_NONE;
    gboolean room = TRUE;

    g_byte_array_set_size(out, 0);
    if (replaced == BH_AD_GROUP_ALL) {
        append_groups(update, update_size, BH_AD_GROUP_ALL, out);
        return;
    }
    bh_ad_iter_init(&iter, old, old_size);
    while (room && bh_ad_iter_next(&iter, &structure)) {
        BhAdGroups group = bh_ad_group_of(structure.type);
        if ((group & replaced) == 0)
            room = bh_ad_append(out, structure.type, structure.data, structure.length);
        else if ((group & placed) == 0)
            room = append_groups(update, update_size, group, out);
        placed |= group & replaced;
    }
    if (room)
        append_rest(update, update_size, placed, out);
}
