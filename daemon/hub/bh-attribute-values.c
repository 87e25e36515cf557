/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A value and the place in it where the last write began: writes that are joined differ in nothing
 * but this place.
 */
#include "bh-attribute-values.h"

#include <string.h>

typedef struct {
    GBytes *value;
    gsize begin;      /* of the last write */
    gboolean fetched; /* its owner knows it */
} Value;

struct BhAttributeValues {
    BhApplicationDefinition *definition;
    guint n;
    Value *values;
};

GBytes *
bh_attribute_values_peek(BhAttributeValues *self, guint attribute)
{
    return self->values[attribute].value;
}

void
bh_attribute_values_set(BhAttributeValues *self, guint attribute, GBytes *value)
{
    Value *it = &self->values[attribute];

    g_bytes_ref(value);
    g_clear_pointer(&it->value, g_bytes_unref);
    *it = (Value){.value = value, .fetched = TRUE};
}

void
bh_attribute_values_fetched(BhAttributeValues *self, guint attribute)
{
    g_autoptr(GBytes) nothing = NULL;

    if (!bh_application_definition_peek_attribute(self->definition, attribute)->appends ||
        self->values[attribute].fetched)
        return;
    nothing = g_bytes_new_static("", 0);
    bh_attribute_values_set(self, attribute, nothing);
}

void
bh_attribute_values_fetched_write(BhAttributeValues *self, guint attribute)
{
    self->values[attribute].fetched = TRUE;
}

void
bh_attribute_values_reset(BhAttributeValues *self)
{
    for (guint i = 0; i < self->n; i++)
        bh_attribute_values_set(
            self,
            i,
            bh_application_definition_peek_attribute(self->definition, i)->initial);
}

guint8
bh_attribute_values_read(BhAttributeValues *self, guint attribute, guint16 offset, GBytes **value)
{
    GBytes *all = self->values[attribute].value;
    gsize size = g_bytes_get_size(all);

    if (offset > size)
        return BH_ATT_INVALID_OFFSET;
    *value = g_bytes_new_from_bytes(all, offset, size - offset);
    return 0;
}

/* The first kept bytes of it, and as many of value as are taken. */
static GBytes *
join(GBytes *it, gsize kept, GBytes *value, gsize taken)
{
    guint8 *joined = g_malloc(MAX(kept + taken, 1));

    if (kept > 0)
        memcpy(joined, g_bytes_get_data(it, NULL), kept);
    if (taken > 0)
        memcpy(joined + kept, g_bytes_get_data(value, NULL), taken);
    return g_bytes_new_take(joined, kept + taken);
}

static gsize
find_begin(const Value *it, const BhAttributeDefinition *definition, guint16 offset)
{
    if (offset > 0)
        return it->begin;
    return definition->appends && !it->fetched ? g_bytes_get_size(it->value) : 0;
}

guint8
bh_attribute_values_write(BhAttributeValues *self,
                          guint attribute,
                          guint16 offset,
                          GBytes *value,
                          GBytes **written)
{
    const BhAttributeDefinition *definition =
        bh_application_definition_peek_attribute(self->definition, attribute);
    Value *it = &self->values[attribute];
    gsize begin = find_begin(it, definition, offset);
    gsize kept = begin + offset;
    gsize room = kept < definition->max_length ? definition->max_length - kept : 0;
    GBytes *joined;

    if (kept > g_bytes_get_size(it->value))
        return BH_ATT_INVALID_OFFSET;
    if (g_bytes_get_size(value) > room && !definition->cuts)
        return BH_ATT_INVALID_VALUE_LENGTH;
    joined = join(it->value, kept, value, MIN(g_bytes_get_size(value), room));
    g_bytes_unref(it->value);
    *it = (Value){.value = joined, .begin = begin};
    *written = g_bytes_new_from_bytes(joined, begin, g_bytes_get_size(joined) - begin);
    return 0;
}

BhAttributeValues *
bh_attribute_values_new(BhApplicationDefinition *definition)
{
    BhAttributeValues *self = g_new0(BhAttributeValues, 1);

    self->definition = bh_application_definition_ref(definition);
    self->n = bh_application_definition_count_attributes(definition);
    self->values = g_new0(Value, self->n);
    bh_attribute_values_reset(self);
    return self;
}

void
bh_attribute_values_free(BhAttributeValues *self)
{
    for (guint i = 0; i < self->n; i++)
        g_bytes_unref(self->values[i].value);
    g_free(self->values);
    bh_application_definition_unref(self->definition);
    g_free(self);
}
