/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a GATT server has, as data: a snapshot of services, characteristics and descriptors in the
 * order of their handles. It is immutable and shared by reference; it is valid for one link only,
 * because handles change between firmware versions and links (Core 5.4 Vol 3 Part G 2.5).
 */
#include "bh-uuid.h"

G_BEGIN_DECLS

/** Characteristic properties (Core 5.4 Vol 3 Part G 3.3.1.1, bits 0 to 7) and, above them, what
 * BlueZ tells as further flags. */
typedef enum {
    BH_GATT_BROADCAST = 1 << 0,
    BH_GATT_READ = 1 << 1,
    BH_GATT_WRITE_WITHOUT_RESPONSE = 1 << 2,
    BH_GATT_WRITE = 1 << 3,
    BH_GATT_NOTIFY = 1 << 4,
    BH_GATT_INDICATE = 1 << 5,
    BH_GATT_AUTHENTICATED_SIGNED_WRITES = 1 << 6,
    BH_GATT_EXTENDED_PROPERTIES = 1 << 7,
    BH_GATT_RELIABLE_WRITE = 1 << 8,
    BH_GATT_WRITABLE_AUXILIARIES = 1 << 9,
} BhGattFlags;

#define BH_GATT_VALUE_MAX 512 /* bytes of an attribute value, Core 5.4 Vol 3 Part F 3.2.9 */

/** Flags that have BlueZ's spelling as names ("read", "write-without-response", ...): reads and
 * writes lists of them. Names that are not known are left out. */
BhGattFlags bh_gatt_flags_from_names(const char *const *names);
/** NULL-terminated; free with g_free(), the strings are static. */
const char **bh_gatt_flags_dup_names(BhGattFlags flags);

typedef struct {
    BhUuid uuid;
    guint16 handle;
} BhGattDescriptor;

typedef struct {
    BhUuid uuid;
    guint16 handle; /* of the value; the address of the attribute while the link lasts */
    BhGattFlags flags;
    GArray *descriptors; /* BhGattDescriptor */
} BhGattCharacteristic;

typedef struct {
    BhUuid uuid;
    guint16 handle;
    gboolean primary;
    GArray *characteristics; /* BhGattCharacteristic */
} BhGattService;

typedef struct BhGattDatabase BhGattDatabase;

/** An empty one, to be filled by its maker before anybody else sees it. */
BhGattDatabase *bh_gatt_database_new(void);
BhGattDatabase *bh_gatt_database_ref(BhGattDatabase *self);
void bh_gatt_database_unref(BhGattDatabase *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhGattDatabase, bh_gatt_database_unref)

/** Fill it; in any order, it keeps them by handle. A characteristic or descriptor belongs to the
 * service or characteristic whose handle is given; FALSE if that is not there, or the handle is
 * taken. */
gboolean bh_gatt_database_add_service(BhGattDatabase *self,
                                      guint16 handle,
                                      const BhUuid *uuid,
                                      gboolean primary);
gboolean bh_gatt_database_add_characteristic(BhGattDatabase *self,
                                             guint16 service,
                                             guint16 handle,
                                             const BhUuid *uuid,
                                             BhGattFlags flags);
gboolean bh_gatt_database_add_descriptor(BhGattDatabase *self,
                                         guint16 characteristic,
                                         guint16 handle,
                                         const BhUuid *uuid);

/** BhGattService, by handle. Borrowed. */
const GArray *bh_gatt_database_peek_services(const BhGattDatabase *self);

/** The instance that names a characteristic of this database, see BhGattName. */
guint bh_gatt_database_get_instance(const BhGattDatabase *self,
                                    const BhGattCharacteristic *characteristic);

/** How a client names an attribute: by UUIDs. */
typedef struct {
    gboolean has_service; /* without: the only service that has the characteristic */
    BhUuid service;
    BhUuid characteristic;
    guint instance; /* from 0, where the same UUIDs repeat, by handle */
    gboolean has_descriptor;
    BhUuid descriptor;
} BhGattName;

/** Whether both say the same words; different words may mean the same attribute. */
gboolean bh_gatt_name_equal(const BhGattName *a, const BhGattName *b);

/** What a name stands for; borrowed from the database. */
typedef struct {
    const BhGattService *service;
    const BhGattCharacteristic *characteristic;
    const BhGattDescriptor *descriptor; /* NULL unless the name has one */
} BhGattFound;

/** Errors: NotFound ("no service 180d", "no characteristic 2a37 in service 180d", "no instance 2
 * ...", "no descriptor ..."); InvalidArguments "Service: ..." if several services have the
 * characteristic and none was named. */
gboolean bh_gatt_database_find(const BhGattDatabase *self,
                               const BhGattName *name,
                               BhGattFound *found,
                               GError **error);

/** A service itself; instance counts services of the same UUID. Borrowed. Error: NotFound. */
const BhGattService *bh_gatt_database_find_service(const BhGattDatabase *self,
                                                   const BhUuid *uuid,
                                                   guint instance,
                                                   GError **error);

G_END_DECLS
