/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two tables of the same links: by who they are, and by BlueZ's path. A link that nobody wants and
 * of which there is nothing to tell is forgotten.
 *
 * Whoever is told may call back in, so a link is held while others are told of it.
 */
#include "bh-bluez-links-private.h"

#include "bh-bluez-names.h"
#include "bh-bluez-operation.h"
#include "bh-bluez-server.h"

/* The table */

guint
bh_bluez_links_hash_key(gconstpointer data)
{
    const BhLinkKey *key = data;

    return bh_address_hash(&key->address) * 31 + key->slot;
}

gboolean
bh_bluez_links_equal_keys(gconstpointer a, gconstpointer b)
{
    const BhLinkKey *one = a, *other = b;

    return one->slot == other->slot && bh_address_equal(&one->address, &other->address);
}

static void
clear_link(gpointer data)
{
    BhBluezLink *link = data;

    g_free(link->path);
    g_free(link->name);
    g_free(link->rule);
    sd_bus_slot_unref(link->match);
    g_clear_error(&link->deaf);
    sd_bus_slot_unref(link->refresh);
    sd_bus_slot_unref(link->dropping);
    g_clear_pointer(&link->database, bh_gatt_database_unref);
}

void
bh_bluez_link_release(gpointer link)
{
    g_rc_box_release_full(link, clear_link);
}

BhBluezLink *
bh_bluez_links_find(BhBluezCentral *self, const BhLinkKey *key)
{
    return g_hash_table_lookup(self->links, key);
}

BhBluezLink *
bh_bluez_links_find_path(BhBluezCentral *self, const char *path)
{
    return g_hash_table_lookup(self->paths, path);
}

static BhBluezLink *
ensure(BhBluezCentral *self, const BhLinkKey *key)
{
    BhBluezLink *link = bh_bluez_links_find(self, key);

    if (link != NULL)
        return link;
    link = g_rc_box_new0(BhBluezLink);
    link->key = *key;
    link->central = self;
    g_hash_table_insert(self->links, &link->key, link);
    return link;
}

void
bh_bluez_link_set_path(BhBluezCentral *self, BhBluezLink *link, const char *path)
{
    if (g_strcmp0(link->path, path) == 0)
        return;
    if (link->path != NULL)
        g_hash_table_remove(self->paths, link->path);
    g_free(link->path);
    link->path = g_strdup(path);
    if (path != NULL)
        g_hash_table_replace(self->paths, link->path, link);
}

char *
bh_bluez_link_dup_path(BhBluezCentral *self, const BhBluezLink *link)
{
    const char *adapter = bh_bluez_central_peek_adapter(self, link->key.slot)->path;
    char text[BH_ADDRESS_TEXT_SIZE];

    if (link->path != NULL)
        return g_strdup(link->path);
    if (adapter == NULL)
        return NULL;
    bh_address_format(&link->key.address, text);
    return g_strdup_printf("%s/dev_%s", adapter, g_strdelimit(text, ":", '_'));
}

static gboolean
is_interesting(const BhBluezLink *link)
{
    return link->watched || link->users > 0;
}

static void
remove_rule(BhBluezCentral *self, BhBluezLink *link)
{
    if (link->rule != NULL && (link->deaf == NULL || link->match != NULL))
        bh_bluez_bus_remove_match(self->bluez->bus, link->rule);
    g_clear_pointer(&link->match, sd_bus_slot_unref);
    g_clear_pointer(&link->rule, g_free);
    g_clear_error(&link->deaf);
}

/* Without its signals, what waits for the link would wait in vain. */
static int
on_match(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezLink *link = data;

    g_clear_pointer(&link->match, sd_bus_slot_unref);
    g_clear_error(&link->deaf);
    if (bh_bluez_bus_refused_match(message, &link->deaf))
        g_message("%s: %s", link->rule, link->deaf->message);
    bh_bluez_link_spread(link->central, link);
    return 1;
}

static void
add_rule(BhBluezCentral *self, BhBluezLink *link)
{
    link->match = bh_bluez_bus_ask_match(self->bluez->bus, link->rule, on_match, link);
}

/* What BlueZ says of it, as long as that matters. TRUE if that begins now: what was known before
 * may be out of date. */
static gboolean
update_rule(BhBluezCentral *self, BhBluezLink *link)
{
    gboolean came = link->incoming && link->kernel_connected;
    gboolean wanted = is_interesting(link) || link->connected || came;
    g_autofree char *path = wanted ? bh_bluez_link_dup_path(self, link) : NULL;
    g_autofree char *rule = path != NULL ? g_strdup_printf(BH_MATCH_OBJECT_FORMAT, path) : NULL;

    if (g_strcmp0(rule, link->rule) == 0)
        return FALSE;
    remove_rule(self, link);
    if (rule == NULL)
        return FALSE;
    link->rule = g_steal_pointer(&rule);
    add_rule(self, link);
    return TRUE;
}

void
bh_bluez_link_settle(BhBluezCentral *self, BhBluezLink *link)
{
    if (update_rule(self, link))
        bh_bluez_link_refresh(self, link);
    if (is_interesting(link) || link->connected || link->kernel_connected || link->paired ||
        link->bonded || link->dropping != NULL)
        return;
    bh_bluez_link_set_path(self, link, NULL);
    g_hash_table_remove(self->links, &link->key);
}

/* Signals */

/* A device that BlueZ learns the identity of may have two objects for a while: that with the link
 * counts. */
static gboolean
is_aside(const BhBluezLink *link, const char *path, const BhBluezProperties *properties)
{
    return link->connected && link->path != NULL && !g_str_equal(link->path, path) &&
           !properties->connected;
}

static gboolean
is_waiting_for_database(const BhBluezLink *link)
{
    return link->connected && link->services_resolved && !link->ready && is_interesting(link);
}

static gboolean
is_worth_keeping(const BhBluezProperties *properties)
{
    return properties->connected || properties->paired || properties->bonded;
}

static BhBluezLink *
find_for(BhBluezCentral *self,
         const char *path,
         guint8 slot,
         const BhBluezProperties *properties,
         const BhAddress *known)
{
    BhLinkKey key = {.slot = slot};
    BhBluezLink *link = bh_bluez_links_find_path(self, path);

    if (link != NULL)
        return link;
    if (bh_bluez_properties_has_identity(properties))
        key.address = properties->address;
    else if (known != NULL)
        key.address = *known;
    else
        return NULL;
    link = bh_bluez_links_find(self, &key);
    return link == NULL && is_worth_keeping(properties) ? ensure(self, &key) : link;
}

/* BlueZ learned the identity of a central that came under a private address, under which it will
 * never come again. What the hub works on keeps its name. */
static void
rename_link(BhBluezCentral *self, BhBluezLink *link, const BhBluezProperties *properties)
{
    BhLinkKey former = link->key, key = {.slot = former.slot, .address = properties->address};

    if (!bh_bluez_properties_has_identity(properties) || bh_bluez_links_equal_keys(&former, &key) ||
        is_interesting(link) || bh_bluez_links_find(self, &key) != NULL)
        return;
    g_hash_table_steal(self->links, &former);
    link->key = key;
    g_hash_table_insert(self->links, &link->key, link);
    bh_bluez_server_link_renamed(self->bluez->server, link, &former);
}

void
bh_bluez_links_take(BhBluezCentral *self,
                    const char *path,
                    guint8 slot,
                    const BhBluezProperties *properties,
                    const BhAddress *known)
{
    BhBluezLink *link = find_for(self, path, slot, properties, known);

    if (link == NULL)
        return;
    if (is_aside(link, path, properties))
        return;
    g_rc_box_acquire(link);
    if (link->path != NULL && !g_str_equal(link->path, path))
        bh_bluez_link_no_object(self, link);
    bh_bluez_link_set_path(self, link, path);
    bh_bluez_link_apply(self, link, properties);
    rename_link(self, link, properties);
    if (is_waiting_for_database(link))
        bh_bluez_link_refresh(self, link);
    bh_bluez_link_spread(self, link);
    bh_bluez_link_settle(self, link);
    bh_bluez_link_release(link);
}

void
bh_bluez_links_removed(BhBluezCentral *self, const char *path)
{
    BhBluezLink *link = bh_bluez_links_find_path(self, path);

    if (link == NULL)
        return;
    g_rc_box_acquire(link);
    bh_bluez_link_no_object(self, link);
    bh_bluez_link_spread(self, link);
    bh_bluez_link_settle(self, link);
    bh_bluez_link_release(link);
}

void
bh_bluez_links_attributes_changed(BhBluezCentral *self, const char *device)
{
    BhBluezLink *link = bh_bluez_links_find_path(self, device);

    if (link != NULL && link->connected && link->services_resolved && is_interesting(link))
        bh_bluez_link_refresh(self, link);
}

/* Adapters */

/* All links that are there now, or those of one adapter; each with a reference. */
static GPtrArray *
list_links(BhBluezCentral *self, gint slot)
{
    GPtrArray *links = g_ptr_array_new_with_free_func(bh_bluez_link_release);
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->links);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (slot < 0 || ((BhBluezLink *)value)->key.slot == slot)
            g_ptr_array_add(links, g_rc_box_acquire(value));
    return links;
}

void
bh_bluez_links_adapter_added(BhBluezCentral *self, guint8 slot)
{
    g_autoptr(GPtrArray) links = list_links(self, slot);

    for (guint i = 0; i < links->len; i++) {
        update_rule(self, links->pdata[i]);
        if (is_interesting(links->pdata[i]))
            bh_bluez_link_refresh(self, links->pdata[i]);
    }
}

void
bh_bluez_links_adapter_removed(BhBluezCentral *self, guint8 slot)
{
    g_autoptr(GPtrArray) links = list_links(self, slot);

    for (guint i = 0; i < links->len; i++) {
        BhBluezLink *link = links->pdata[i];
        g_clear_pointer(&link->refresh, sd_bus_slot_unref);
        g_clear_pointer(&link->dropping, sd_bus_slot_unref);
        link->kernel_connected = FALSE;
        bh_bluez_link_no_object(self, link);
        bh_bluez_link_spread(self, link);
        bh_bluez_link_settle(self, link);
    }
}

void
bh_bluez_links_kernel(BhBluezCentral *self, const BhLinkEvent *event)
{
    g_autoptr(GPtrArray) links = NULL;

    if (event == NULL) {
        links = list_links(self, -1);
        for (guint i = 0; i < links->len; i++) {
            ((BhBluezLink *)links->pdata[i])->kernel_connected = FALSE;
            bh_bluez_link_settle(self, links->pdata[i]);
        }
        return;
    }
    bh_link_log_add(&self->log, event);
    BhLinkKey key = {.slot = event->adapter, .address = event->address};
    BhBluezLink *link =
        event->happened == BH_LINK_CONNECTED ? ensure(self, &key) : bh_bluez_links_find(self, &key);
    if (link == NULL)
        return;
    link->kernel_connected = event->happened == BH_LINK_CONNECTED;
    if (link->kernel_connected)
        link->incoming = !event->initiated_here;
    g_rc_box_acquire(link);
    bh_bluez_server_link_changed(self->bluez->server, link);
    bh_bluez_link_settle(self, link);
    bh_bluez_link_release(link);
}

void
bh_bluez_links_pairing(BhBluezCentral *self, const BhLinkKey *key, gboolean under_way)
{
    BhBluezLink *link = bh_bluez_links_find(self, key);

    if (link == NULL || !link->connected || link->pairing == under_way)
        return;
    link->pairing = under_way;
    bh_bluez_link_spread(self, link);
}

void
bh_bluez_links_refused(BhBluezCentral *self, const BhLinkKey *key)
{
    BhBluezLink *link = bh_bluez_links_find(self, key);

    if (link != NULL && link->connected && link->path != NULL)
        bh_bluez_operations_refused(self, link->path);
}

/* An interval is in force only if it is one: the kernel tells the range that was agreed on. */
void
bh_bluez_links_parameters(BhBluezCentral *self,
                          const BhLinkKey *key,
                          const BhMgmtConnectionParameters *parameters)
{
    BhBluezLink *link = bh_bluez_links_find(self, key);
    gboolean exact = parameters->min_interval == parameters->max_interval;

    if (link == NULL || (!link->connected && !link->kernel_connected))
        return;
    link->interval_us = exact ? parameters->max_interval * 1250u : 0;
    link->latency = parameters->latency;
    link->supervision_ms = parameters->timeout * 10u;
    bh_bluez_link_spread(self, link);
}

/* What the others want */

static gboolean
on_tell_idle(gpointer data)
{
    BhBluezCentral *self = data;
    g_autoptr(GPtrArray) links = g_ptr_array_new_with_free_func(bh_bluez_link_release);
    GHashTableIter iter;
    gpointer value;

    self->tell_idle = 0;
    g_hash_table_iter_init(&iter, self->links);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (((BhBluezLink *)value)->tell)
            g_ptr_array_add(links, g_rc_box_acquire(value));
    for (guint i = 0; i < links->len; i++)
        if (((BhBluezLink *)links->pdata[i])->tell)
            bh_bluez_link_tell(self, links->pdata[i]);
    return G_SOURCE_REMOVE;
}

static void
tell_soon(BhBluezCentral *self, BhBluezLink *link)
{
    link->tell = TRUE;
    if (self->tell_idle == 0)
        self->tell_idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_tell_idle, self, NULL);
}

BhBluezLink *
bh_bluez_link_use(BhBluezCentral *self, const BhLinkKey *key)
{
    BhBluezLink *link = ensure(self, key);

    link->users++;
    if (link->deaf != NULL && link->match == NULL)
        add_rule(self, link); /* there may be room by now */
    update_rule(self, link);
    if (!link->ready)
        bh_bluez_link_refresh(self, link);
    return g_rc_box_acquire(link);
}

void
bh_bluez_link_unuse(BhBluezCentral *self, BhBluezLink *link)
{
    link->users--;
    if (g_hash_table_lookup(self->links, &link->key) == link)
        bh_bluez_link_settle(self, link);
    bh_bluez_link_release(link);
}

void
bh_bluez_link_set_watched(BhBluezCentral *self, const BhLinkKey *key, gboolean watched)
{
    BhBluezLink *link = watched ? ensure(self, key) : bh_bluez_links_find(self, key);

    if (link == NULL)
        return;
    link->watched = watched;
    link->told = (BhLinkState){0};
    if (watched) {
        update_rule(self, link);
        if (!link->ready)
            bh_bluez_link_refresh(self, link);
        tell_soon(self, link);
    } else {
        bh_bluez_link_settle(self, link);
    }
}

/* Life */

void
bh_bluez_links_init(BhBluezCentral *self)
{
    self->links = g_hash_table_new_full(bh_bluez_links_hash_key,
                                        bh_bluez_links_equal_keys,
                                        NULL,
                                        bh_bluez_link_release);
    self->paths = g_hash_table_new(g_str_hash, g_str_equal);
}

void
bh_bluez_links_clear(BhBluezCentral *self)
{
    g_clear_handle_id(&self->tell_idle, g_source_remove);
    g_hash_table_remove_all(self->paths);
    g_hash_table_remove_all(self->links);
}
