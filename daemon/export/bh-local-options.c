/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The tables, and what becomes of the fields.
 */
#include "bh-local-options.h"

#include "bh-error.h"
#include "bh-gatt-options.h"

#define MAX_DEFINITION 262144 /* bytes; more than what all that may be defined needs as text */
#define MAX_QUEUE 65536
#define DEFAULT_QUEUE 256
#define MAX_READ_MS 20000 /* BlueZ gives a handler 25 s */
#define DEFAULT_READ_MS 1000

static gboolean
refuse(const char *message, GError **error)
{
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, message);
    return FALSE;
}

/* RegisterApplication */

#define AT(member) BH_OPTION_AT(BhApplicationOptions, member)

static const char *const on_restart_choices[] = {
    [BH_RESTART_KEEP] = "keep",
    [BH_RESTART_INITIAL] = "initial",
    NULL,
};

static const BhOptionSpec application_specs[] = {
    {"Definition", BH_OPTION_STRING, AT(definition), 0, MAX_DEFINITION},
    {"Adapter", BH_OPTION_STRING, AT(adapter)},
    {"Queue", BH_OPTION_INT, AT(queue), 1, MAX_QUEUE},
    {"OnRestart",
     BH_OPTION_CHOICE,
     BH_OPTION_AT_WITH(BhApplicationOptions, on_restart, has_on_restart),
     0,
     0,
     on_restart_choices},
    {"ReadTimeoutMs", BH_OPTION_INT, AT(read_ms), 1, MAX_READ_MS},
    {"Signals", BH_OPTION_BOOL, AT(signals)},
    BH_LIFETIME_OPTION_ROWS(BhApplicationOptions, life),
    {NULL}};

gboolean
bh_application_options_parse(GVariant *dict,
                             gint64 default_lease_ms,
                             BhApplicationOptions *options,
                             GError **error)
{
    *options = (BhApplicationOptions){
        .queue = DEFAULT_QUEUE,
        .on_restart = BH_RESTART_DEFAULT,
        .read_ms = DEFAULT_READ_MS,
        .life = {BH_LIFETIME_CALLER, default_lease_ms},
    };
    return bh_options_parse(dict, application_specs, options, error);
}

void
bh_application_options_clear(BhApplicationOptions *options)
{
    bh_options_clear(application_specs, options);
}

BhApplicationDefinition *
bh_application_options_make_definition(const BhApplicationOptions *options,
                                       GVariant *services,
                                       GError **error)
{
    BhApplicationDefinition *definition;

    if (options->definition == NULL)
        return bh_application_definition_from_variant(services, error);
    if (g_variant_n_children(services) > 0) {
        refuse("Definition: not together with services", error);
        return NULL;
    }
    definition = bh_application_definition_from_text(options->definition, error);
    if (definition == NULL)
        g_prefix_error(error, "Definition: ");
    return definition;
}

GVariant *
bh_application_options_to_variant(const BhApplicationOptions *options)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

    if (options->adapter != NULL)
        g_variant_dict_insert(&dict, "Adapter", "s", options->adapter);
    if (options->has_on_restart)
        g_variant_dict_insert(&dict, "OnRestart", "s", on_restart_choices[options->on_restart]);
    g_variant_dict_insert(&dict, "Queue", "u", (guint32)options->queue);
    g_variant_dict_insert(&dict, "ReadTimeoutMs", "u", (guint32)options->read_ms);
    g_variant_dict_insert(&dict, "Signals", "b", options->signals);
    bh_lifetime_options_add_to(&options->life, &dict);
    return g_variant_dict_end(&dict);
}

/* Advertise */

static const BhOptionSpec advertise_specs[] = {
    {"Adapter", BH_OPTION_STRING, BH_OPTION_AT(BhAdvertiseOptions, adapter)},
    BH_LIFETIME_OPTION_ROWS(BhAdvertiseOptions, life),
    {NULL}};

static gboolean
is_key_of(const BhOptionSpec *specs, const char *key)
{
    for (; specs->key != NULL; specs++)
        if (g_str_equal(specs->key, key))
            return TRUE;
    return FALSE;
}

/* What has a row in specs goes to own, everything else to rest. */
static void
split(GVariant *dict, const BhOptionSpec *specs, GVariant **own, GVariant **rest)
{
    GVariantBuilder taken, left;
    GVariantIter iter;
    GVariant *entry;

    g_variant_builder_init(&taken, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_init(&left, G_VARIANT_TYPE_VARDICT);
    g_variant_iter_init(&iter, dict);
    while ((entry = g_variant_iter_next_value(&iter)) != NULL) {
        const char *key;

        g_variant_get_child(entry, 0, "&s", &key);
        g_variant_builder_add_value(is_key_of(specs, key) ? &taken : &left, entry);
        g_variant_unref(entry);
    }
    *own = g_variant_ref_sink(g_variant_builder_end(&taken));
    *rest = g_variant_ref_sink(g_variant_builder_end(&left));
}

gboolean
bh_advertise_options_parse(GVariant *dict,
                           gint64 default_lease_ms,
                           BhAdvertiseOptions *options,
                           GVariant **rest,
                           GError **error)
{
    g_autoptr(GVariant) own = NULL;

    *options = (BhAdvertiseOptions){.life = {BH_LIFETIME_CALLER, default_lease_ms}};
    split(dict, advertise_specs, &own, rest);
    if (bh_options_parse(own, advertise_specs, options, error))
        return TRUE;
    g_clear_pointer(rest, g_variant_unref);
    return FALSE;
}

void
bh_advertise_options_clear(BhAdvertiseOptions *options)
{
    bh_options_clear(advertise_specs, options);
}

GVariant *
bh_advertise_options_to_variant(const BhAdvertiseOptions *options, GVariant *rest)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(rest);

    if (options->adapter != NULL)
        g_variant_dict_insert(&dict, "Adapter", "s", options->adapter);
    bh_lifetime_options_add_to(&options->life, &dict);
    return g_variant_dict_end(&dict);
}

/* RadioOff */

gboolean
bh_radio_off_options_parse(GVariant *dict, BhRadioOptions *options, GError **error)
{
    static const BhOptionSpec specs[] = {
        {"Force", BH_OPTION_BOOL, BH_OPTION_AT(BhRadioOptions, force)},
        {"TimeoutMs", BH_OPTION_INT, BH_OPTION_AT(BhRadioOptions, timeout_ms), 1, BH_DAY_MS},
        {NULL}};

    *options = (BhRadioOptions){.timeout_ms = BH_RADIO_SWITCH_MS};
    return bh_options_parse(dict, specs, options, error);
}

/* Attributes */

#undef AT
#define AT(member) BH_OPTION_AT(BhAttributeOptions, member)

#define INSTANCE_ROW                                                                               \
    {                                                                                              \
        "Instance", BH_OPTION_INT, AT(instance), 0, G_MAXUINT16                                    \
    }
#define DESCRIPTOR_ROW                                                                             \
    {                                                                                              \
        "Descriptor", BH_OPTION_STRING, AT(descriptor)                                             \
    }
#define HEX_ROW                                                                                    \
    {                                                                                              \
        "Hex", BH_OPTION_STRING, AT(hex), 0, BH_GATT_HEX_MAX                                       \
    }
#define CENTRAL_ROWS                                                                               \
    INSTANCE_ROW, HEX_ROW, {"Value", BH_OPTION_BYTES, AT(value), 0, BH_GATT_VALUE_MAX},            \
        {"Device", BH_OPTION_STRING, AT(device)},                                                  \
        {"AddressType",                                                                            \
         BH_OPTION_CHOICE,                                                                         \
         BH_OPTION_AT_WITH(BhAttributeOptions, type, has_type),                                    \
         0,                                                                                        \
         0,                                                                                        \
         bh_address_type_choices},                                                                 \
    {                                                                                              \
        "AllowBroadcast", BH_OPTION_BOOL, AT(allow_broadcast)                                      \
    }

static const BhOptionSpec set_specs[] = {INSTANCE_ROW,
                                         DESCRIPTOR_ROW,
                                         HEX_ROW,
                                         {"Update", BH_OPTION_BOOL, AT(update)},
                                         {NULL}};

static const BhOptionSpec get_specs[] = {INSTANCE_ROW, DESCRIPTOR_ROW, {NULL}};

static const BhOptionSpec notify_specs[] = {CENTRAL_ROWS, {NULL}};

static const BhOptionSpec indicate_specs[] = {
    CENTRAL_ROWS,
    {"TimeoutMs", BH_OPTION_INT, AT(timeout_ms), 1, BH_DAY_MS},
    {NULL}};

static const BhOptionSpec subscribers_specs[] = {INSTANCE_ROW, {NULL}};

/* Every key of any of them that is owned. */
static const BhOptionSpec owned_specs[] = {CENTRAL_ROWS, DESCRIPTOR_ROW, {NULL}};

static const BhOptionSpec *const specs_for[] = {
    [BH_ATTRIBUTE_OPTIONS_SET] = set_specs,
    [BH_ATTRIBUTE_OPTIONS_GET] = get_specs,
    [BH_ATTRIBUTE_OPTIONS_NOTIFY] = notify_specs,
    [BH_ATTRIBUTE_OPTIONS_INDICATE] = indicate_specs,
    [BH_ATTRIBUTE_OPTIONS_SUBSCRIBERS] = subscribers_specs,
};
G_STATIC_ASSERT(G_N_ELEMENTS(specs_for) == BH_N_ATTRIBUTE_OPTIONS);

gboolean
bh_attribute_options_parse(GVariant *dict,
                           BhAttributeOptionsFor what,
                           const char *service,
                           const char *characteristic,
                           BhAttributeOptions *options,
                           BhGattName *name,
                           GError **error)
{
    *options = (BhAttributeOptions){.timeout_ms = BH_APPLICATION_INDICATE_MS};
    return bh_options_parse(dict, specs_for[what], options, error) &&
           bh_gatt_name_parse(service,
                              characteristic,
                              options->descriptor,
                              options->instance,
                              name,
                              error);
}

void
bh_attribute_options_clear(BhAttributeOptions *options)
{
    bh_options_clear(owned_specs, options);
}

gboolean
bh_attribute_options_dup_value(const BhAttributeOptions *options, GBytes **value, GError **error)
{
    *value = NULL;
    if (options->value == NULL && options->hex == NULL)
        return TRUE;
    *value = bh_gatt_value_choose(options->value, options->hex, error);
    return *value != NULL;
}

/* CompleteRead, DisconnectCentral */

static const BhOptionSpec read_answer_specs[] = {
    {"Hex", BH_OPTION_STRING, BH_OPTION_AT(BhReadAnswerOptions, hex), 0, BH_GATT_HEX_MAX},
    {"Status", BH_OPTION_INT, BH_OPTION_AT(BhReadAnswerOptions, status), 1, G_MAXUINT8},
    {NULL}};

gboolean
bh_read_answer_options_parse(GVariant *dict, BhReadAnswerOptions *options, GError **error)
{
    *options = (BhReadAnswerOptions){0};
    if (!bh_options_parse(dict, read_answer_specs, options, error))
        return FALSE;
    return options->status == 0 || options->hex == NULL ||
           refuse("Status: not together with Hex", error);
}

void
bh_read_answer_options_clear(BhReadAnswerOptions *options)
{
    bh_options_clear(read_answer_specs, options);
}

gboolean
bh_central_options_parse(GVariant *dict, BhCentralOptions *options, GError **error)
{
    static const BhOptionSpec specs[] = {{"AddressType",
                                          BH_OPTION_CHOICE,
                                          BH_OPTION_AT_WITH(BhCentralOptions, type, has_type),
                                          0,
                                          0,
                                          bh_address_type_choices},
                                         {NULL}};

    *options = (BhCentralOptions){0};
    return bh_options_parse(dict, specs, options, error);
}
