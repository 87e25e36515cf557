/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Names of Bluetooth companies from the hardware database that udev installs: more of them, and
 * newer, than a table of our own would be.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct BhCompanies BhCompanies;

/** Without a hardware database on this system every name is unknown. */
BhCompanies *bh_companies_new(void);
void bh_companies_free(BhCompanies *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhCompanies, bh_companies_free)

/** NULL if not known, or if self is NULL. Borrowed: until the next call. */
const char *bh_companies_peek_name(BhCompanies *self, guint16 id);

G_END_DECLS
