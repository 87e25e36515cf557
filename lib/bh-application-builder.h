/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How a definition of an application comes to be, from whatever source: services, characteristics
 * and descriptors are given one after the other, each as a table of keys, and checked when they are
 * given. What is wrong is said with the key first; where that key stands is for the source to say.
 * Internal to libblehub.
 */
#include "bh-application-definition.h"
#include "bh-options.h"

G_BEGIN_DECLS

/* What was said of a service, characteristic or descriptor. */
typedef struct {
    char *uuid;
    char **flags;
    GBytes *value; /* NULL = empty */
    char *hex;     /* the same as digits */
    gint64 max_length;
    gint too_long; /* 0 refuse, 1 cut */
    gboolean append, capture, ask_on_read, primary;
    gint64 instance;
    gboolean has_uuid, has_flags, has_instance;
} BhApplicationPart;

#define BH_APPLICATION_PART_INIT                                                                   \
    {                                                                                              \
        .max_length = BH_GATT_VALUE_MAX, .primary = TRUE                                           \
    }

/* The keys of each kind of part, UUID, Instance and Value among them. */
extern const BhOptionSpec bh_application_service_specs[];
extern const BhOptionSpec bh_application_characteristic_specs[];
extern const BhOptionSpec bh_application_descriptor_specs[];

void bh_application_part_clear(BhApplicationPart *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhApplicationPart, bh_application_part_clear)

typedef struct BhApplicationBuilder BhApplicationBuilder;

BhApplicationBuilder *bh_application_builder_new(void);
void bh_application_builder_free(BhApplicationBuilder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhApplicationBuilder, bh_application_builder_free)

/* Each belongs to the service or characteristic before it. Errors: InvalidArguments "Key: reason".
 */
gboolean bh_application_builder_add_service(BhApplicationBuilder *self,
                                            const BhApplicationPart *part,
                                            GError **error);
gboolean bh_application_builder_add_characteristic(BhApplicationBuilder *self,
                                                   const BhApplicationPart *part,
                                                   GError **error);
gboolean bh_application_builder_add_descriptor(BhApplicationBuilder *self,
                                               const BhApplicationPart *part,
                                               GError **error);

/* What was given. Error: InvalidArguments, there is no service. */
BhApplicationDefinition *bh_application_builder_end(BhApplicationBuilder *self, GError **error);

/* Takes both arrays: of BhServiceDefinition and BhAttributeDefinition. */
BhApplicationDefinition *bh_application_definition_new_take(GArray *services, GArray *attributes);

/* Of BhAttributeDefinition; it lets their values go. */
GArray *bh_application_attributes_new(void);

/* Any of these lets centrals write. */
#define BH_APPLICATION_WRITE_FLAGS                                                                 \
    ((BhGattFlags)(BH_GATT_WRITE | BH_GATT_WRITE_WITHOUT_RESPONSE | BH_GATT_RELIABLE_WRITE |       \
                   BH_GATT_AUTHENTICATED_SIGNED_WRITES))

/* Flags and permissions of an attribute whose kind is set. Error: InvalidArguments "Flags: ...". */
gboolean bh_application_read_flags(const BhApplicationPart *part,
                                   BhAttributeDefinition *attribute,
                                   GError **error);

/* Sets InvalidArguments "key: reason" and returns FALSE. */
gboolean bh_application_refuse(GError **error, const char *key, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The name of a permission, e.g. "encrypt-authenticated-read"; bit is its number. NULL beyond. */
const char *bh_application_permission_name(guint bit);

G_END_DECLS
