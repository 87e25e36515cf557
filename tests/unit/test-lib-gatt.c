/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A database is filled in any order and searched by UUIDs.
 */
#include "bh-error.h"
#include "bh-gatt.h"
#include "test-main.h"

static BhUuid
uuid(const char *text)
{
    BhUuid parsed;
    ck_assert(bh_uuid_parse(text, &parsed, NULL));
    return parsed;
}

static void
add_service(BhGattDatabase *db, guint16 handle, const char *text)
{
    BhUuid it = uuid(text);
    ck_assert(bh_gatt_database_add_service(db, handle, &it, TRUE));
}

static void
add_characteristic(BhGattDatabase *db, guint16 service, guint16 handle, const char *text)
{
    BhUuid it = uuid(text);
    ck_assert(bh_gatt_database_add_characteristic(db, service, handle, &it, BH_GATT_READ));
}

static void
add_descriptor(BhGattDatabase *db, guint16 characteristic, guint16 handle, const char *text)
{
    BhUuid it = uuid(text);
    ck_assert(bh_gatt_database_add_descriptor(db, characteristic, handle, &it));
}

/* A thermometer with two batteries; what comes first on the device is added last. */
static BhGattDatabase *
make(void)
{
    BhGattDatabase *db = bh_gatt_database_new();

    add_service(db, 40, "181a");
    add_characteristic(db, 40, 44, "2a6e");
    add_characteristic(db, 40, 42, "2a6e");
    add_descriptor(db, 42, 43, "2902");
    add_service(db, 20, "180f");
    add_characteristic(db, 20, 22, "2a19");
    add_service(db, 10, "180f");
    add_characteristic(db, 10, 12, "2a19");
    add_characteristic(db, 40, 46, "2a05");
    add_characteristic(db, 10, 14, "2a05");
    return db;
}

static BhGattName
name_of(const char *service, const char *characteristic)
{
    BhGattName name = {.characteristic = uuid(characteristic)};

    name.has_service = service != NULL;
    if (service != NULL)
        name.service = uuid(service);
    return name;
}

static void
check_refused(const BhGattName *name, BhError code, const char *message)
{
    g_autoptr(BhGattDatabase) db = make();
    g_autoptr(GError) error = NULL;
    BhGattFound found;

    ck_assert(!bh_gatt_database_find(db, name, &found, &error));
    ck_assert(g_error_matches(error, BH_ERROR, (gint)code));
    ck_assert_str_eq(error->message, message);
}

START_TEST(what_is_not_there_is_named)
{
    BhGattName name = name_of("180d", "2a37");
    check_refused(&name, BH_ERROR_NOT_FOUND, "no service 180d");
    name = name_of("180f", "2a37");
    check_refused(&name, BH_ERROR_NOT_FOUND, "no characteristic 2a37 in service 180f");
    name = name_of(NULL, "12345678-0000-4000-8000-000000000000");
    check_refused(&name,
                  BH_ERROR_NOT_FOUND,
                  "no characteristic 12345678-0000-4000-8000-000000000000");
    name = name_of("181a", "2a6e");
    name.instance = 2;
    check_refused(&name,
                  BH_ERROR_NOT_FOUND,
                  "no instance 2 of characteristic 2a6e in service 181a, which has 2");
    name.instance = 1;
    name.has_descriptor = TRUE;
    name.descriptor = uuid("2902");
    check_refused(&name, BH_ERROR_NOT_FOUND, "no descriptor 2902 of characteristic 2a6e");
}
END_TEST

START_TEST(characteristic_of_several_services_must_be_named_with_one)
{
    const BhGattName name = name_of(NULL, "2a05");

    check_refused(&name,
                  BH_ERROR_INVALID_ARGUMENTS,
                  "Service: several have the characteristic 2a05; name one");
}
END_TEST

START_TEST(handle_is_given_once)
{
    g_autoptr(BhGattDatabase) db = make();
    const guint16 taken[] = {10, 12, 43};
    const BhUuid it = uuid("2a00");

    for (gsize i = 0; i < G_N_ELEMENTS(taken); i++) {
        ck_assert(!bh_gatt_database_add_service(db, taken[i], &it, TRUE));
        ck_assert(!bh_gatt_database_add_characteristic(db, 10, taken[i], &it, BH_GATT_READ));
        ck_assert(!bh_gatt_database_add_descriptor(db, 12, taken[i], &it));
    }
}
END_TEST

START_TEST(nothing_is_added_to_what_is_not_there)
{
    g_autoptr(BhGattDatabase) db = make();
    const BhUuid it = uuid("2a00");

    ck_assert(!bh_gatt_database_add_characteristic(db, 11, 99, &it, BH_GATT_READ));
    ck_assert(!bh_gatt_database_add_descriptor(db, 10, 99, &it));
}
END_TEST

START_TEST(everything_is_kept_by_handle)
{
    g_autoptr(BhGattDatabase) db = make();
    const GArray *services = bh_gatt_database_peek_services(db);
    guint16 before = 0;

    ck_assert_uint_eq(services->len, 3);
    for (guint i = 0; i < services->len; i++) {
        const BhGattService *service = &g_array_index(services, BhGattService, i);
        ck_assert_uint_gt(service->handle, before);
        before = service->handle;
        for (guint j = 0; j < service->characteristics->len; j++) {
            const BhGattCharacteristic *it =
                &g_array_index(service->characteristics, BhGattCharacteristic, j);
            ck_assert_uint_gt(it->handle, before);
            before = it->handle;
        }
    }
}
END_TEST

START_TEST(repeated_uuids_are_instances_by_handle)
{
    g_autoptr(BhGattDatabase) db = make();
    BhGattName name = name_of("180f", "2a19");
    BhGattFound found;

    ck_assert(bh_gatt_database_find(db, &name, &found, NULL));
    ck_assert_uint_eq(found.characteristic->handle, 12);
    name.instance = 1;
    ck_assert(bh_gatt_database_find(db, &name, &found, NULL));
    ck_assert_uint_eq(found.characteristic->handle, 22);
    ck_assert_uint_eq(found.service->handle, 20);
    ck_assert_ptr_null(found.descriptor);
}
END_TEST

START_TEST(service_may_be_left_out_where_it_is_clear)
{
    g_autoptr(BhGattDatabase) db = make();
    BhGattName name = name_of(NULL, "2a6e");
    BhGattFound found;

    name.has_descriptor = TRUE;
    name.descriptor = uuid("2902");
    ck_assert(bh_gatt_database_find(db, &name, &found, NULL));
    ck_assert_uint_eq(found.service->handle, 40);
    ck_assert_uint_eq(found.characteristic->handle, 42);
    ck_assert_uint_eq(found.descriptor->handle, 43);
}
END_TEST

START_TEST(flags_have_the_names_of_bluez)
{
    static const char *const names[] = {"notify", "encrypt-read", "write", "reliable-write", NULL};
    g_autofree const char **back = NULL;
    BhGattFlags flags = bh_gatt_flags_from_names(names);

    ck_assert_uint_eq(flags, BH_GATT_NOTIFY | BH_GATT_WRITE | BH_GATT_RELIABLE_WRITE);
    back = bh_gatt_flags_dup_names(flags);
    ck_assert_str_eq(back[0], "write");
    ck_assert_str_eq(back[1], "notify");
    ck_assert_str_eq(back[2], "reliable-write");
    ck_assert_ptr_null(back[3]);
}
END_TEST

BH_TEST_MAIN("lib-gatt",
             what_is_not_there_is_named,
             characteristic_of_several_services_must_be_named_with_one,
             handle_is_given_once,
             nothing_is_added_to_what_is_not_there,
             everything_is_kept_by_handle,
             repeated_uuids_are_instances_by_handle,
             service_may_be_left_out_where_it_is_clear,
             flags_have_the_names_of_bluez)
