/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the attributes of an application hold now: as their owner set them, or as centrals wrote
 * them within the bounds of their definition. An attribute that appends joins writes until its
 * owner has fetched the value, and is empty then.
 */
#include "bh-application-definition.h"

G_BEGIN_DECLS

/* ATT errors (Core 5.4 Vol 3 Part F 3.4.1.1). */
#define BH_ATT_INVALID_OFFSET 0x07
#define BH_ATT_INVALID_VALUE_LENGTH 0x0d

typedef struct BhAttributeValues BhAttributeValues;

/* All begin with their initial values. */
BhAttributeValues *bh_attribute_values_new(BhApplicationDefinition *definition);
void bh_attribute_values_free(BhAttributeValues *self);
/* As at the beginning. */
void bh_attribute_values_reset(BhAttributeValues *self);

/* Borrowed until it changes. */
GBytes *bh_attribute_values_peek(BhAttributeValues *self, guint attribute);
void bh_attribute_values_set(BhAttributeValues *self, guint attribute, GBytes *value);
/* Its owner has fetched the value, or (captured) a write of it: what is written next is not joined
 * to what was. */
void bh_attribute_values_fetched(BhAttributeValues *self, guint attribute);
void bh_attribute_values_fetched_write(BhAttributeValues *self, guint attribute);

/* For centrals. Each returns an ATT error, 0 = done; what is returned is the caller's then. */

/* What follows the offset. */
guint8
bh_attribute_values_read(BhAttributeValues *self, guint attribute, guint16 offset, GBytes **value);
/* Writes; offset > 0 goes on with the write before. written is all of this write that was taken. */
guint8 bh_attribute_values_write(BhAttributeValues *self,
                                 guint attribute,
                                 guint16 offset,
                                 GBytes *value,
                                 GBytes **written);

G_END_DECLS
