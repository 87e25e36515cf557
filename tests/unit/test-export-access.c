/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The access table against the introspection data of everything we serve: a member without a row is
 * denied to all, which is safe and useless, so it fails here. And what an object is that says
 * nothing of itself: nobody's.
 */
#include "bh-access.h"
#include "bh-dbus.h"
#include "bh-exported.h"
#include "bh-standard.h"
#include "test-main.h"

#define BH_TYPE_BARE (bh_bare_get_type())
G_DECLARE_FINAL_TYPE(BhBare, bh_bare, BH, BARE, BhDbusHold1Skeleton)

struct _BhBare {
    BhDbusHold1Skeleton parent;
};

static void
exported_iface_init(BhExportedInterface *iface)
{
}

G_DEFINE_FINAL_TYPE_WITH_CODE(BhBare,
                              bh_bare,
                              BH_DBUS_TYPE_HOLD1_SKELETON,
                              G_IMPLEMENT_INTERFACE(BH_TYPE_EXPORTED, exported_iface_init))

static void
bh_bare_class_init(BhBareClass *klass)
{
}

static void
bh_bare_init(BhBare *self)
{
}

static GDBusInterfaceInfo *(*const served[])(void) = {
    bh_dbus_hub1_interface_info,
    bh_dbus_adapter1_interface_info,
    bh_dbus_scan1_interface_info,
    bh_dbus_device1_interface_info,
    bh_dbus_hold1_interface_info,
    bh_dbus_subscription1_interface_info,
    bh_dbus_application1_interface_info,
    bh_dbus_advertisement1_interface_info,
    bh_dbus_watch1_interface_info,
    bh_std_dbus_object_manager_interface_info,
    bh_std_log_control1_interface_info,
};

static void
check_row(const char *interface, BhMemberKind kind, const char *member)
{
    ck_assert_msg(bh_access_lookup(interface, kind, member) != BH_ACCESS_DENIED,
                  "%s.%s has no row",
                  interface,
                  member);
}

START_TEST(what_has_no_row_is_denied)
{
    ck_assert_int_eq(bh_access_lookup("org.blehub.Hub1", BH_MEMBER_METHOD, "Format"),
                     BH_ACCESS_DENIED);
    ck_assert_int_eq(bh_access_lookup("org.blehub.Hub2", BH_MEMBER_METHOD, "Scan"),
                     BH_ACCESS_DENIED);
    ck_assert_int_eq(bh_access_lookup("org.blehub.Hub1", BH_MEMBER_WRITE, "State"),
                     BH_ACCESS_DENIED);
}
END_TEST

START_TEST(every_member_we_serve_has_a_row)
{
    for (gsize n = 0; n < G_N_ELEMENTS(served); n++) {
        const GDBusInterfaceInfo *info = served[n]();

        for (gsize i = 0; info->methods != NULL && info->methods[i] != NULL; i++)
            check_row(info->name, BH_MEMBER_METHOD, info->methods[i]->name);
        for (gsize i = 0; info->properties != NULL && info->properties[i] != NULL; i++) {
            const GDBusPropertyInfo *property = info->properties[i];

            check_row(info->name, BH_MEMBER_READ, property->name);
            if (property->flags & G_DBUS_PROPERTY_INFO_FLAGS_WRITABLE)
                check_row(info->name, BH_MEMBER_WRITE, property->name);
        }
    }
}
END_TEST

START_TEST(only_root_may_change_how_the_daemon_works)
{
    static const struct {
        const char *interface;
        BhMemberKind kind;
        const char *member;
    } rows[] = {
        {"org.blehub.Hub1", BH_MEMBER_METHOD, "Reload"},
        {"org.blehub.Hub1", BH_MEMBER_METHOD, "RemoveBond"},
        {"org.freedesktop.LogControl1", BH_MEMBER_WRITE, "LogLevel"},
        {"org.freedesktop.LogControl1", BH_MEMBER_WRITE, "LogTarget"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        ck_assert_int_eq(bh_access_lookup(rows[i].interface, rows[i].kind, rows[i].member),
                         BH_ACCESS_ROOT);
}
END_TEST

START_TEST(what_names_no_owner_is_for_root_alone)
{
    g_autoptr(BhExported) bare = g_object_new(BH_TYPE_BARE, NULL);
    g_autoptr(GHashTable) owners = bh_exported_collect_owners(bare);

    ck_assert(!bh_exported_is_public(bare));
    ck_assert_uint_eq(g_hash_table_size(owners), 0);
    ck_assert(!bh_exported_is_visible(bare, 1000));
    ck_assert(bh_exported_is_visible(bare, 0));
}
END_TEST

BH_TEST_MAIN("export-access",
             what_has_no_row_is_denied,
             every_member_we_serve_has_a_row,
             only_root_may_change_how_the_daemon_works,
             what_names_no_owner_is_for_root_alone)
