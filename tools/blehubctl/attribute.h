/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How the command line names an attribute of a device, "SERVICE CHARACTERISTIC" and options, the
 * same for every verb; checked here, so that a slip of the pen is told before a link is made.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
    const char *service; /* UUID; "" = the only service that has the characteristic */
    const char *characteristic;
    char *descriptor; /* NULL = the characteristic itself */
    char *instance;   /* text; NULL = the first */
    char *timeout;    /* of the operation, text; NULL = blehubd's default */
} BhAttribute;

/** --instance and --timeout, and --descriptor where it makes sense. */
void bh_attribute_add_options(BhAttribute *self, GOptionContext *context, gboolean descriptors);

/** words: service (or "-") and characteristic; borrowed. Error: G_OPTION_ERROR. */
gboolean bh_attribute_take_words(BhAttribute *self, char *const *words, GError **error);

/** Instance and TimeoutMs as options of an operation. Error: G_OPTION_ERROR. */
gboolean bh_attribute_fill(const BhAttribute *self, GVariantDict *dict, GError **error);

void bh_attribute_clear(BhAttribute *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhAttribute, bh_attribute_clear)

/** Error: G_OPTION_ERROR. */
gboolean bh_check_uuid(const char *text, GError **error);

G_END_DECLS
