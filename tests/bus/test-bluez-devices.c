/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The map from object paths to addresses: bounded, and the device unheard for longest goes first.
 */
#include "bh-bluez-devices.h"
#include "test-main.h"

static const BhAddress fixed = {{0xc0, 0, 0, 0, 0, 1}, BH_ADDRESS_RANDOM};
static const BhAddress private = {{0x40, 0, 0, 0, 0, 1}, BH_ADDRESS_RANDOM};
static const BhAddress public = {{0x40, 0, 0, 0, 0, 1}, BH_ADDRESS_PUBLIC};

START_TEST(the_device_unheard_for_longest_goes_first)
{
    g_autoptr(BhBluezDevices) devices = bh_bluez_devices_new(3);

    bh_bluez_devices_put(devices, "/a", 0, &fixed);
    bh_bluez_devices_put(devices, "/b", 0, &fixed);
    bh_bluez_devices_put(devices, "/c", 0, &fixed);
    ck_assert_ptr_nonnull(bh_bluez_devices_lookup(devices, "/a"));
    bh_bluez_devices_put(devices, "/d", 0, &fixed);
    ck_assert_ptr_null(bh_bluez_devices_lookup(devices, "/b"));
    ck_assert_ptr_nonnull(bh_bluez_devices_lookup(devices, "/a"));
    ck_assert_uint_eq(bh_bluez_devices_size(devices), 3);
}
END_TEST

START_TEST(a_million_paths_take_no_more_than_the_bound)
{
    g_autoptr(BhBluezDevices) devices = bh_bluez_devices_new(100);

    for (guint i = 0; i < 1000000; i++) {
        char path[32];
        g_snprintf(path, sizeof(path), "/org/bluez/hci0/dev_%u", i);
        bh_bluez_devices_put(devices, path, 0, &fixed);
    }
    ck_assert_uint_eq(bh_bluez_devices_size(devices), 100);
    ck_assert_ptr_nonnull(bh_bluez_devices_lookup(devices, "/org/bluez/hci0/dev_999900"));
}
END_TEST

START_TEST(putting_a_path_again_changes_it)
{
    g_autoptr(BhBluezDevices) devices = bh_bluez_devices_new(2);

    bh_bluez_devices_put(devices, "/a", 0, &private);
    bh_bluez_devices_put(devices, "/a", 1, &fixed);
    const BhBluezDevice *device = bh_bluez_devices_lookup(devices, "/a");
    ck_assert_uint_eq(device->slot, 1);
    ck_assert(bh_address_equal(&device->address, &fixed));
    ck_assert_uint_eq(bh_bluez_devices_size(devices), 1);
}
END_TEST

START_TEST(an_adapter_takes_its_devices_with_it)
{
    g_autoptr(BhBluezDevices) devices = bh_bluez_devices_new(4);

    bh_bluez_devices_put(devices, "/0/a", 0, &fixed);
    bh_bluez_devices_put(devices, "/1/a", 1, &fixed);
    bh_bluez_devices_put(devices, "/0/b", 0, &fixed);
    bh_bluez_devices_remove_slot(devices, 0);
    ck_assert_uint_eq(bh_bluez_devices_size(devices), 1);
    ck_assert_ptr_nonnull(bh_bluez_devices_lookup(devices, "/1/a"));
    bh_bluez_devices_remove(devices, "/1/a");
    bh_bluez_devices_remove(devices, "/1/a");
    ck_assert_uint_eq(bh_bluez_devices_size(devices), 0);
}
END_TEST

START_TEST(only_resolvable_private_addresses_are_dropped_as_such)
{
    g_autoptr(BhBluezDevices) devices = bh_bluez_devices_new(4);

    bh_bluez_devices_put(devices, "/fixed", 0, &fixed);
    bh_bluez_devices_put(devices, "/private", 0, &private);
    bh_bluez_devices_put(devices, "/public", 0, &public);
    bh_bluez_devices_remove_resolvable(devices);
    ck_assert_ptr_null(bh_bluez_devices_lookup(devices, "/private"));
    ck_assert_uint_eq(bh_bluez_devices_size(devices), 2);
}
END_TEST

BH_TEST_MAIN("devices",
             the_device_unheard_for_longest_goes_first,
             a_million_paths_take_no_more_than_the_bound,
             putting_a_path_again_changes_it,
             an_adapter_takes_its_devices_with_it,
             only_resolvable_private_addresses_are_dropped_as_such)
