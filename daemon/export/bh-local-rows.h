/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Centrals, served attributes and adapters as clients are told of them.
 */
#include "bh-hub.h"

G_BEGIN_DECLS

/* "AA:BB:CC:DD:EE:FF", or "" if BlueZ did not say who. */
void bh_central_format(const BhLinkKey *key, char text[BH_ADDRESS_TEXT_SIZE]);
/* AddressType s, Adapter s, of one that is known. */
void bh_central_add_details(const BhLinkKey *key, BhHub *hub, GVariantDict *details);
/* a{sv}, floating: Address s, AddressType s, Adapter s, MTU q if it is known, Bonded b. */
GVariant *bh_central_build_row(const BhPeripheralCentral *central, BhHub *hub);

/* The central that a client means by its address: one of those that the application's adapters have
 * a link to, unless the type was said. Not there is no error here: then it is public. Error:
 * InvalidArguments "Device: ...". */
gboolean bh_central_resolve(BhApplication *application,
                            const char *text,
                            gboolean has_type,
                            gint type,
                            BhAddress *address,
                            GError **error);
/* The one that is linked; FALSE if none is. */
gboolean bh_central_find(BhApplication *application, const BhAddress *address, BhLinkKey *key);

/* How a client names an attribute of a definition. */
typedef struct {
    char service[BH_UUID_TEXT_SIZE];
    char characteristic[BH_UUID_TEXT_SIZE];
    char descriptor[BH_UUID_TEXT_SIZE]; /* "" = the characteristic itself */
    guint32 instance;                   /* over all services of the UUID */
} BhAttributeText;

void bh_attribute_text_init(BhAttributeText *self,
                            const BhApplicationDefinition *definition,
                            guint number);
/* Instance u, Descriptor s if it is one. */
void bh_attribute_text_add_details(const BhAttributeText *self, GVariantDict *details);

/* Paths of the adapters of a bit mask of slots; free with g_strfreev(). */
char **bh_adapters_dup_paths(BhHub *hub, guint16 slots);

G_END_DECLS
