/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * GATT services as data: what a program asks blehub to serve. A definition is checked as a whole
 * when it is made, immutable, and shared by reference. Its attributes (characteristic values and
 * descriptors) are numbered in the order in which they were given; the number is how the daemon's
 * layers speak of one.
 *
 * The Client Characteristic Configuration and the Extended Properties descriptors (0x2902, 0x2900)
 * are not defined by hand: BlueZ makes them where the flags want them.
 */
#include "bh-gatt.h"

G_BEGIN_DECLS

/** What a central needs before it may use an attribute; BlueZ's flags of the same names. */
typedef enum {
    BH_GATT_ENCRYPT_READ = 1 << 0,
    BH_GATT_ENCRYPT_WRITE = 1 << 1,
    BH_GATT_ENCRYPT_NOTIFY = 1 << 2,
    BH_GATT_ENCRYPT_INDICATE = 1 << 3,
    BH_GATT_AUTHENTICATED_READ = 1 << 4, /* "encrypt-authenticated-read", and so on */
    BH_GATT_AUTHENTICATED_WRITE = 1 << 5,
    BH_GATT_AUTHENTICATED_NOTIFY = 1 << 6,
    BH_GATT_AUTHENTICATED_INDICATE = 1 << 7,
    BH_GATT_SECURE_READ = 1 << 8, /* LE Secure Connections */
    BH_GATT_SECURE_WRITE = 1 << 9,
    BH_GATT_SECURE_NOTIFY = 1 << 10,
    BH_GATT_SECURE_INDICATE = 1 << 11,
    BH_GATT_AUTHORIZE = 1 << 12, /* BlueZ asks for each write whether it is allowed */
} BhGattPermissions;

typedef enum {
    BH_ATTRIBUTE_CHARACTERISTIC,
    BH_ATTRIBUTE_DESCRIPTOR,
} BhAttributeKind;

/** One attribute that has a value. */
typedef struct {
    BhAttributeKind kind;
    guint service;        /* index */
    guint characteristic; /* number of the attribute of its characteristic; its own if it is one */
    guint instance; /* from 0, of equal UUIDs in the service (characteristics), see BhGattName */
    BhUuid uuid;
    BhGattFlags flags; /* read and write alone of a descriptor */
    BhGattPermissions permissions;
    GBytes *initial;      /* never NULL */
    guint max_length;     /* 1 to 512, of what centrals may write */
    gboolean cuts;        /* what is longer is cut; else refused with 0x0D */
    gboolean appends;     /* writes are joined until the value is fetched (GetValue, WaitWritten) */
    gboolean captures;    /* every write is queued for WaitWritten; else only the last one counts */
    gboolean ask_on_read; /* the owner is asked before a read is answered */
} BhAttributeDefinition;

typedef struct {
    BhUuid uuid;
    gboolean primary;
    guint instance; /* from 0, of services of the same UUID */
} BhServiceDefinition;

typedef struct BhApplicationDefinition BhApplicationDefinition;

#define BH_APPLICATION_SERVICES_MAX 32
#define BH_APPLICATION_ATTRIBUTES_MAX 256

/** services is aa{sv} as Hub1.RegisterApplication() takes it.
 *
 * A service: UUID s (not 1800, 1801), Instance u (0; 1 of the second service of a UUID, and so on),
 * Primary b (true), Characteristics aa{sv}. A characteristic: UUID s, Instance u (of those of its
 * UUID in the service), Flags as (BlueZ's words for what centrals may do and what they need for
 * it), Value ay or Hex s (empty), MaxLength u (1 to 512 bytes; 512), TooLong s ("refuse" or "cut"),
 * Append b, Capture b, AskOnRead b (all false), Descriptors aa{sv}. A descriptor: UUID s (not 2900,
 * 2902, 2903), and Flags to AskOnRead. Further rules are in blehub-application(5).
 *
 * Errors: InvalidArguments; the message begins with the path of the mistake:
 * "Services[0].Characteristics[1].Flags: ...". */
BhApplicationDefinition *bh_application_definition_from_variant(GVariant *services, GError **error);

/** The text of a keyfile, see blehub-application(5): the same keys in groups [service 181a],
 * [characteristic 181a/2a6e#1], [descriptor 181a/2a6e#1/2901], with Value as people write it.
 * Errors: InvalidArguments "line N: [group] key: reason"; "Services: ..." if there are none. */
BhApplicationDefinition *bh_application_definition_from_text(const char *text, GError **error);

BhApplicationDefinition *bh_application_definition_ref(BhApplicationDefinition *self);
void bh_application_definition_unref(BhApplicationDefinition *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhApplicationDefinition, bh_application_definition_unref)

guint bh_application_definition_count_services(const BhApplicationDefinition *self);
const BhServiceDefinition *
bh_application_definition_peek_service(const BhApplicationDefinition *self, guint index);
guint bh_application_definition_count_attributes(const BhApplicationDefinition *self);
const BhAttributeDefinition *
bh_application_definition_peek_attribute(const BhApplicationDefinition *self, guint number);

/** The attribute a client means; as with remote devices the service may be left out, and the
 * instance counts over all services of the UUID. Errors: NotFound, InvalidArguments. */
gboolean bh_application_definition_find(const BhApplicationDefinition *self,
                                        const BhGattName *name,
                                        guint *number,
                                        GError **error);

/** The same as data, as RegisterApplication() takes it: aa{sv}, floating. */
GVariant *bh_application_definition_to_variant(const BhApplicationDefinition *self);

G_END_DECLS
