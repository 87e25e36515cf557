/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What requests do to an attribute, and the notifications a characteristic sends by itself. */
#include "peer.h"

#include <string.h>

#define WRITTEN_MAX 10000 /* kept of what was written */
#define COUNTER_SIZE 4

BhPeerAttribute *
bh_peer_attribute_new(BhPeer *peer, const BhScenarioAttribute *config)
{
    BhPeerAttribute *attribute = g_new0(BhPeerAttribute, 1);
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(config->value, &size);

    attribute->peer = peer;
    attribute->config = bh_scenario_attribute_copy(config);
    attribute->value = g_byte_array_new();
    bh_peer_set_value(attribute, bytes, size);
    return attribute;
}

void
bh_peer_attribute_free(BhPeerAttribute *attribute)
{
    bh_timeline_clear(bh_peer_get_timeline(attribute->peer), &attribute->timer);
    g_queue_clear_full(&attribute->written, (GDestroyNotify)g_bytes_unref);
    g_byte_array_unref(attribute->value);
    bh_scenario_attribute_free(attribute->config);
    g_free(attribute);
}

void
bh_peer_set_value(BhPeerAttribute *attribute, const guint8 *bytes, gsize size)
{
    g_byte_array_set_size(attribute->value, 0);
    if (size > 0)
        g_byte_array_append(attribute->value, bytes, (guint)size);
}

guint8
bh_peer_read(BhPeerAttribute *attribute, guint16 offset, GByteArray *value)
{
    attribute->reads++;
    if (attribute->config->read_error != 0)
        return attribute->config->read_error;
    if (offset > attribute->value->len)
        return BH_ATT_INVALID_OFFSET;
    g_byte_array_append(value, attribute->value->data + offset, attribute->value->len - offset);
    return BH_ATT_SUCCESS;
}

static void
keep_written(BhPeerAttribute *attribute, GBytes *value)
{
    g_queue_push_tail(&attribute->written, g_bytes_ref(value));
    if (attribute->written.length > WRITTEN_MAX)
        g_bytes_unref(g_queue_pop_head(&attribute->written));
}

static void
send_echo(BhPeerAttribute *attribute, GBytes *value)
{
    const char *echo = attribute->config->echo;
    const char *end = strrchr(attribute->config->name, '/');
    g_autofree char *service = NULL;
    g_autofree char *name = NULL;
    BhPeerAttribute *to = NULL;

    if (echo == NULL || end == NULL)
        return;
    service = g_strndup(attribute->config->name, (gsize)(end - attribute->config->name));
    name = g_strconcat(service, "/", echo, NULL);
    to = bh_peer_find(attribute->peer, name);
    if (to != NULL)
        bh_peer_notify(to, value);
}

guint8
bh_peer_write(BhPeerAttribute *attribute, guint16 offset, GBytes *value, gboolean is_command)
{
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(value, &size);

    attribute->writes++;
    attribute->commands += is_command;
    if (attribute->config->write_error != 0)
        return attribute->config->write_error;
    if (offset > attribute->value->len)
        return BH_ATT_INVALID_OFFSET;
    if (offset + size > attribute->config->max_length)
        return BH_ATT_INVALID_LENGTH;
    g_byte_array_set_size(attribute->value, offset);
    if (size > 0)
        g_byte_array_append(attribute->value, bytes, (guint)size);
    keep_written(attribute, value);
    send_echo(attribute, value);
    return BH_ATT_SUCCESS;
}

/* The next value of a characteristic that notifies by itself. */
static void
step_value(BhPeerAttribute *attribute)
{
    guint32 count = GUINT32_TO_LE(attribute->counter);

    attribute->counter++;
    if (attribute->config->notify == BH_NOTIFY_COUNTER) {
        if (attribute->value->len < COUNTER_SIZE)
            g_byte_array_set_size(attribute->value, COUNTER_SIZE);
        memcpy(attribute->value->data, &count, COUNTER_SIZE);
    } else if (attribute->config->notify == BH_NOTIFY_RANDOM) {
        for (guint i = 0; i < attribute->value->len; i++)
            attribute->value->data[i] = (guint8)g_random_int();
    }
}

static void on_notify(gpointer user_data);

/* From the time the last one was due, so that the rate is kept on a busy machine. */
static void
schedule(BhPeerAttribute *attribute)
{
    BhTimeline *timeline = bh_peer_get_timeline(attribute->peer);

    bh_timeline_clear(timeline, &attribute->timer);
    if (attribute->configuration == 0 || attribute->config->notify_us == 0 ||
        (attribute->config->notify_count > 0 && attribute->left == 0))
        return;
    attribute->due_us += attribute->config->notify_us;
    attribute->timer = bh_timeline_add(timeline, attribute->due_us, on_notify, attribute);
}

static void
on_notify(gpointer user_data)
{
    BhPeerAttribute *attribute = user_data;
    g_autoptr(GBytes) value = NULL;

    attribute->timer = 0;
    if (attribute->left > 0)
        attribute->left--;
    step_value(attribute);
    value = g_bytes_new(attribute->value->data, attribute->value->len);
    schedule(attribute);
    bh_peer_notify(attribute, value);
}

static void
schedule_anew(BhPeerAttribute *attribute)
{
    attribute->left = attribute->config->notify_count;
    attribute->due_us = bh_timeline_now(bh_peer_get_timeline(attribute->peer));
    schedule(attribute);
}

/* What a client reads of 0x2902. */
static void
show_configuration(BhPeerAttribute *characteristic)
{
    g_autofree char *name = g_strconcat(characteristic->config->name, "/ccc", NULL);
    BhPeerAttribute *descriptor = bh_peer_find(characteristic->peer, name);
    guint16 configuration = GUINT16_TO_LE(characteristic->configuration);

    if (descriptor != NULL)
        bh_peer_set_value(descriptor, (const guint8 *)&configuration, sizeof configuration);
}

guint8
bh_peer_configure(BhPeerAttribute *characteristic, guint16 configuration)
{
    if (configuration != 0 && characteristic->config->subscribe_error != 0)
        return characteristic->config->subscribe_error;
    characteristic->configuration = configuration;
    show_configuration(characteristic);
    schedule_anew(characteristic);
    return BH_ATT_SUCCESS;
}

void
bh_peer_attribute_take_config(BhPeerAttribute *attribute, BhScenarioAttribute *config)
{
    gboolean value_changed = config->value != attribute->config->value;
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(config->value, &size);

    bh_scenario_attribute_free(attribute->config);
    attribute->config = config;
    if (value_changed)
        bh_peer_set_value(attribute, bytes, size);
    if (config->kind == BH_ATTRIBUTE_SERVICE)
        bh_peer_change_services(attribute->peer);
    else if (config->kind == BH_ATTRIBUTE_CHARACTERISTIC)
        schedule_anew(attribute);
}

gboolean
bh_peer_notify(BhPeerAttribute *characteristic, GBytes *value)
{
    if (characteristic->configuration == 0)
        return FALSE;
    characteristic->notified++;
    bh_peer_tell_notified(characteristic, value);
    return TRUE;
}

static GVariant *
new_bytes(gconstpointer bytes, gsize size)
{
    return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, size, 1);
}

GVariant *
bh_peer_attribute_describe(const BhPeerAttribute *attribute)
{
    GVariantBuilder all = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    const struct {
        const char *name;
        GVariant *value;
    } entries[] = {
        {"Handle", g_variant_new_uint16(attribute->handle)},
        {"Value", new_bytes(attribute->value->data, attribute->value->len)},
        {"Reads", g_variant_new_uint32(attribute->reads)},
        {"Writes", g_variant_new_uint32(attribute->writes)},
        {"Commands", g_variant_new_uint32(attribute->commands)},
        {"Notified", g_variant_new_uint64(attribute->notified)},
        {"Configuration", g_variant_new_uint16(attribute->configuration)},
    };

    for (guint i = 0; i < G_N_ELEMENTS(entries); i++)
        g_variant_builder_add(&all, "{sv}", entries[i].name, entries[i].value);
    return g_variant_builder_end(&all);
}

GVariant *
bh_peer_attribute_take_written(BhPeerAttribute *attribute)
{
    GVariantBuilder all = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aay"));

    for (GBytes *value = g_queue_pop_head(&attribute->written); value != NULL;
         value = g_queue_pop_head(&attribute->written)) {
        gsize size = 0;
        gconstpointer bytes = g_bytes_get_data(value, &size);

        g_variant_builder_add_value(&all, new_bytes(bytes, size));
        g_bytes_unref(value);
    }
    return g_variant_builder_end(&all);
}
