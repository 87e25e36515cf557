/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Definitions of applications: the input is taken as text, and as the bytes of an aa{sv}. One that
 * was accepted must be within its limits, the same when it is told as dictionaries and read again,
 * and each of its attributes must be found by its name.
 */
#include "bh-application-definition.h"
#include "bh-error.h"
#include "fuzz.h"

#include <string.h>

/* Which of the characteristics of its UUID it is, in all services of one UUID. */
static guint
count_before(const BhApplicationDefinition *definition, guint number)
{
    const BhAttributeDefinition *it = bh_application_definition_peek_attribute(definition, number);
    const BhServiceDefinition *service =
        bh_application_definition_peek_service(definition, it->service);
    guint n = 0;

    for (guint i = 0; i < number; i++) {
        const BhAttributeDefinition *other =
            bh_application_definition_peek_attribute(definition, i);
        const BhServiceDefinition *its =
            bh_application_definition_peek_service(definition, other->service);

        n += other->kind == BH_ATTRIBUTE_CHARACTERISTIC && bh_uuid_equal(&other->uuid, &it->uuid) &&
             bh_uuid_equal(&its->uuid, &service->uuid);
    }
    return n;
}

static void
check_name(const BhApplicationDefinition *definition, guint number)
{
    const BhAttributeDefinition *it = bh_application_definition_peek_attribute(definition, number);
    const BhAttributeDefinition *characteristic =
        bh_application_definition_peek_attribute(definition, it->characteristic);
    BhGattName name = {.has_service = TRUE};
    guint found;

    name.service = bh_application_definition_peek_service(definition, it->service)->uuid;
    name.characteristic = characteristic->uuid;
    name.instance = count_before(definition, it->characteristic);
    name.has_descriptor = it->kind == BH_ATTRIBUTE_DESCRIPTOR;
    name.descriptor = it->uuid;
    g_assert_true(bh_application_definition_find(definition, &name, &found, NULL));
    g_assert_cmpuint(found, ==, number);
}

static void
check_attribute(const BhApplicationDefinition *definition, guint number)
{
    const BhAttributeDefinition *it = bh_application_definition_peek_attribute(definition, number);

    g_assert_true(it->characteristic <= number);
    g_assert_true((it->characteristic == number) == (it->kind == BH_ATTRIBUTE_CHARACTERISTIC));
    g_assert_true(it->service < bh_application_definition_count_services(definition));
    g_assert_true(it->max_length >= 1 && it->max_length <= BH_GATT_VALUE_MAX);
    g_assert_true(g_bytes_get_size(it->initial) <= it->max_length);
    g_assert_true(it->flags != 0);
    check_name(definition, number);
}

static void
check_round_trip(const BhApplicationDefinition *definition)
{
    g_autoptr(GVariant) told = g_variant_ref_sink(bh_application_definition_to_variant(definition));
    g_autoptr(BhApplicationDefinition) again = bh_application_definition_from_variant(told, NULL);
    g_autoptr(GVariant) told_again = NULL;

    g_assert_nonnull(again);
    told_again = g_variant_ref_sink(bh_application_definition_to_variant(again));
    g_assert_true(g_variant_equal(told, told_again));
}

static void
check(const BhApplicationDefinition *definition, const GError *error)
{
    g_assert_true((definition == NULL) == (error != NULL));
    if (definition == NULL) {
        g_assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
        g_assert_nonnull(strstr(error->message, ": "));
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        return;
    }
    g_assert_true(bh_application_definition_count_services(definition) <=
                  BH_APPLICATION_SERVICES_MAX);
    g_assert_true(bh_application_definition_count_attributes(definition) <=
                  BH_APPLICATION_ATTRIBUTES_MAX);
    for (guint i = 0; i < bh_application_definition_count_attributes(definition); i++)
        check_attribute(definition, i);
    check_round_trip(definition);
}

static void
read_text(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(BhApplicationDefinition) definition =
        bh_application_definition_from_text(text, &error);

    check(definition, error);
}

static void
read_dictionaries(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(GVariant) services =
        g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE("aa{sv}"), bytes, FALSE));
    g_autoptr(GError) error = NULL;
    g_autoptr(BhApplicationDefinition) definition =
        bh_application_definition_from_variant(services, &error);

    check(definition, error);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_text(data, size);
    read_dictionaries(data, size);
    return 0;
}
