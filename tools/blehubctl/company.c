/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The key is what udev itself would ask with: "bluetooth:v" and four upper-case hex digits. */
#include "company.h"

#include <systemd/sd-hwdb.h>

struct BhCompanies {
    sd_hwdb *hwdb; /* NULL: not installed */
};

BhCompanies *
bh_companies_new(void)
{
    BhCompanies *self = g_new0(BhCompanies, 1);

    if (sd_hwdb_new(&self->hwdb) < 0)
        self->hwdb = NULL;
    return self;
}

void
bh_companies_free(BhCompanies *self)
{
    if (!self)
        return;
    sd_hwdb_unref(self->hwdb);
    g_free(self);
}

const char *
bh_companies_peek_name(BhCompanies *self, guint16 id)
{
    g_autofree char *modalias = g_strdup_printf("bluetooth:v%04X", id);
    const char *name = NULL;

    if (!self || !self->hwdb)
        return NULL;
    return sd_hwdb_get(self->hwdb, modalias, "ID_VENDOR_FROM_DATABASE", &name) >= 0 ? name : NULL;
}
