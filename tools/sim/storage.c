/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One list for all controllers. */
#include "storage.h"

struct _BhStorage {
    GPtrArray *all; /* BhStored */
};

static void
stored_free(gpointer data)
{
    BhStored *stored = data;

    g_free(stored->name);
    g_free(stored);
}

BhStorage *
bh_storage_new(void)
{
    BhStorage *storage = g_new0(BhStorage, 1);

    storage->all = g_ptr_array_new_with_free_func(stored_free);
    return storage;
}

void
bh_storage_free(BhStorage *storage)
{
    g_ptr_array_unref(storage->all);
    g_free(storage);
}

BhStored *
bh_storage_find(const BhStorage *storage, const BhAddress *adapter, const BhAddress *address)
{
    for (guint i = 0; i < storage->all->len; i++) {
        BhStored *stored = storage->all->pdata[i];

        if (bh_address_equal(&stored->adapter, adapter) &&
            bh_address_equal(&stored->address, address))
            return stored;
    }
    return NULL;
}

BhStored *
bh_storage_add(BhStorage *storage, const BhAddress *adapter, const BhAddress *address)
{
    BhStored *stored = bh_storage_find(storage, adapter, address);

    if (stored != NULL)
        return stored;
    stored = g_new0(BhStored, 1);
    stored->adapter = *adapter;
    stored->address = *address;
    g_ptr_array_add(storage->all, stored);
    return stored;
}

void
bh_storage_remove(BhStorage *storage, const BhAddress *adapter, const BhAddress *address)
{
    BhStored *stored = bh_storage_find(storage, adapter, address);

    if (stored != NULL)
        g_ptr_array_remove(storage->all, stored);
}

const GPtrArray *
bh_storage_peek_all(const BhStorage *storage)
{
    return storage->all;
}
