/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The bus itself tells of match rules, and /proc of the process.
 */
#include "bh-measure.h"

#include <check.h>

static gsize
count_rules(BhFixture *f)
{
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(f->connection,
                                                            "org.freedesktop.DBus",
                                                            "/org/freedesktop/DBus",
                                                            "org.freedesktop.DBus.Debug.Stats",
                                                            "GetAllMatchRules",
                                                            NULL,
                                                            G_VARIANT_TYPE("(a{sas})"),
                                                            G_DBUS_CALL_FLAGS_NONE,
                                                            10000,
                                                            NULL,
                                                            NULL);
    g_autoptr(GVariantIter) connections = NULL;
    GVariant *rules;
    gsize n = 0;

    ck_assert_ptr_nonnull(reply);
    g_variant_get(reply, "(a{sas})", &connections);
    while (g_variant_iter_loop(connections, "{s@as}", NULL, &rules))
        n += g_variant_n_children(rules);
    return n;
}

static gsize
count_objects(BhFixture *f)
{
    g_autoptr(GVariant) reply = bh_caller_call(f->connection,
                                               BH_CALLER_HUB_PATH,
                                               BH_CALLER_MANAGER,
                                               "GetManagedObjects",
                                               NULL,
                                               NULL);
    g_autoptr(GVariant) objects = NULL;

    ck_assert_ptr_nonnull(reply);
    objects = g_variant_get_child_value(reply, 0);
    return g_variant_n_children(objects);
}

void
bh_measure_init(BhMeasure *self, BhFixture *f)
{
    *self = (BhMeasure){
        .descriptors = bh_caller_count_descriptors(f),
        .rules = count_rules(f),
        .objects = count_objects(f),
        .least_kb = G_MAXSIZE,
    };
}

gboolean
bh_measure_holds(const BhMeasure *self, BhFixture *f)
{
    return bh_caller_count_descriptors(f) <= self->descriptors && count_rules(f) <= self->rules &&
           count_objects(f) <= self->objects;
}

gboolean
bh_measure_is_of_memory(void)
{
    return g_getenv("MEASURES_MEMORY") != NULL;
}

void
bh_measure_add_memory(BhMeasure *self, BhFixture *f)
{
    gsize now = bh_caller_resident_kb(f);

    self->least_kb = MIN(self->least_kb, now);
    self->most_kb = MAX(self->most_kb, now);
}

void
bh_measure_check_memory(const BhMeasure *self)
{
    g_print("resident memory over the last rounds: %zu to %zu kB\n", self->least_kb, self->most_kb);
    if (bh_measure_is_of_memory())
        ck_assert_uint_le((self->most_kb - self->least_kb) * 100, self->least_kb);
}
