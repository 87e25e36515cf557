/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The tables, and what becomes of the fields.
 */
#include "bh-gatt-options.h"

#include "bh-error.h"
#include "bh-hex.h"

#define AT(member) BH_OPTION_AT(BhGattOptions, member)

#define MAX_INSTANCE G_MAXUINT16 /* there are not more handles */
#define MAX_QUEUE 65536
#define MAX_PASSKEY 999999 /* Core 5.4 Vol 3 Part H 2.3.5.3 */

#define INSTANCE_ROW                                                                               \
    {                                                                                              \
        "Instance", BH_OPTION_INT, AT(instance), 0, MAX_INSTANCE                                   \
    }
#define OFFSET_ROW                                                                                 \
    {                                                                                              \
        "Offset", BH_OPTION_INT, AT(offset), 0, BH_GATT_VALUE_MAX                                  \
    }
#define HEX_ROW                                                                                    \
    {                                                                                              \
        "Hex", BH_OPTION_STRING, AT(hex), 0, BH_GATT_HEX_MAX                                       \
    }
#define TIMEOUT_ROW                                                                                \
    {                                                                                              \
        "TimeoutMs", BH_OPTION_INT, AT(timeout_ms), 1, BH_DAY_MS                                   \
    }
#define QUEUE_ROW                                                                                  \
    {                                                                                              \
        "Queue", BH_OPTION_INT, AT(queue), 1, MAX_QUEUE                                            \
    }
#define SIGNALS_ROW                                                                                \
    {                                                                                              \
        "Signals", BH_OPTION_BOOL, AT(signals)                                                     \
    }
#define RESPONSE_ROW                                                                               \
    {                                                                                              \
        "Response", BH_OPTION_BOOL, BH_OPTION_AT_WITH(BhGattOptions, response, has_response)       \
    }

static const BhOptionSpec find_specs[] = {INSTANCE_ROW, {NULL}};

static const BhOptionSpec read_specs[] = {TIMEOUT_ROW, INSTANCE_ROW, OFFSET_ROW, {NULL}};

static const BhOptionSpec write_specs[] =
    {TIMEOUT_ROW, INSTANCE_ROW, OFFSET_ROW, HEX_ROW, RESPONSE_ROW, {NULL}};

static const BhOptionSpec write_descriptor_specs[] = {TIMEOUT_ROW, INSTANCE_ROW, HEX_ROW, {NULL}};

static const BhOptionSpec subscribe_specs[] = {TIMEOUT_ROW,
                                               INSTANCE_ROW,
                                               QUEUE_ROW,
                                               SIGNALS_ROW,
                                               BH_LIFETIME_OPTION_ROWS(BhGattOptions, life),
                                               {NULL}};

/* Steps: the attribute and the value are options, too, and the deadline is that of all of them. */

#define ATTRIBUTE_ROWS                                                                             \
    {"Service", BH_OPTION_STRING, AT(service)},                                                    \
        {"Characteristic", BH_OPTION_STRING, AT(characteristic)}, INSTANCE_ROW
#define DESCRIPTOR_ROW                                                                             \
    {                                                                                              \
        "Descriptor", BH_OPTION_STRING, AT(descriptor)                                             \
    }
#define VALUE_ROW                                                                                  \
    {                                                                                              \
        "Value", BH_OPTION_BYTES, AT(value), 0, BH_GATT_VALUE_MAX                                  \
    }

static const BhOptionSpec name_step_specs[] = {ATTRIBUTE_ROWS, {NULL}};

static const BhOptionSpec read_step_specs[] = {ATTRIBUTE_ROWS, DESCRIPTOR_ROW, OFFSET_ROW, {NULL}};

static const BhOptionSpec write_step_specs[] =
    {ATTRIBUTE_ROWS, DESCRIPTOR_ROW, VALUE_ROW, HEX_ROW, OFFSET_ROW, RESPONSE_ROW, {NULL}};

static const BhOptionSpec subscribe_step_specs[] = {ATTRIBUTE_ROWS,
                                                    QUEUE_ROW,
                                                    SIGNALS_ROW,
                                                    BH_LIFETIME_OPTION_ROWS(BhGattOptions, life),
                                                    {NULL}};

static const BhOptionSpec bare_step_specs[] = {{NULL}};

/* Every key of any of them that is owned. */
static const BhOptionSpec owned_specs[] = {ATTRIBUTE_ROWS,
                                           DESCRIPTOR_ROW,
                                           VALUE_ROW,
                                           HEX_ROW,
                                           {NULL}};

static const BhOptionSpec *const specs_for[] = {
    [BH_GATT_OPTIONS_FIND] = find_specs,
    [BH_GATT_OPTIONS_READ] = read_specs,
    [BH_GATT_OPTIONS_WRITE] = write_specs,
    [BH_GATT_OPTIONS_READ_DESCRIPTOR] = read_specs,
    [BH_GATT_OPTIONS_WRITE_DESCRIPTOR] = write_descriptor_specs,
    [BH_GATT_OPTIONS_SUBSCRIBE] = subscribe_specs,
    [BH_GATT_OPTIONS_STEP_NAME] = name_step_specs,
    [BH_GATT_OPTIONS_STEP_READ] = read_step_specs,
    [BH_GATT_OPTIONS_STEP_WRITE] = write_step_specs,
    [BH_GATT_OPTIONS_STEP_SUBSCRIBE] = subscribe_step_specs,
    [BH_GATT_OPTIONS_STEP_BARE] = bare_step_specs,
};
G_STATIC_ASSERT(G_N_ELEMENTS(specs_for) == BH_N_GATT_OPTIONS);

gboolean
bh_gatt_options_parse(GVariant *dict,
                      BhGattOptionsFor what,
                      const BhExportDefaults *defaults,
                      BhGattOptions *options,
                      GError **error)
{
    *options = (BhGattOptions){
        .timeout_ms = defaults->operation_ms,
        .queue = defaults->queue,
        .life = {BH_LIFETIME_CALLER, defaults->lease_ms},
    };
    return bh_options_parse(dict, specs_for[what], options, error);
}

void
bh_gatt_options_clear(BhGattOptions *options)
{
    bh_options_clear(owned_specs, options);
}

BhResponse
bh_gatt_options_get_response(const BhGattOptions *options)
{
    if (!options->has_response)
        return BH_RESPONSE_AUTO;
    return options->response ? BH_RESPONSE_YES : BH_RESPONSE_NO;
}

/* Names */

static gboolean
parse_uuid(const char *key, const char *text, BhUuid *uuid, GError **error)
{
    if (bh_uuid_parse(text, uuid, error))
        return TRUE;
    g_prefix_error(error, "%s: ", key);
    return FALSE;
}

gboolean
bh_gatt_name_parse(const char *service,
                   const char *characteristic,
                   const char *descriptor,
                   gint64 instance,
                   BhGattName *name,
                   GError **error)
{
    *name = (BhGattName){
        .has_service = service[0] != '\0',
        .instance = (guint)instance,
        .has_descriptor = descriptor != NULL,
    };
    return (!name->has_service || parse_uuid("Service", service, &name->service, error)) &&
           parse_uuid("Characteristic", characteristic, &name->characteristic, error) &&
           (descriptor == NULL || parse_uuid("Descriptor", descriptor, &name->descriptor, error));
}

/* Values */

static GBytes *
refuse(const char *message, GError **error)
{
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, message);
    return NULL;
}

static GBytes *
bytes_from_hex(const char *hex, GError **error)
{
    g_autoptr(GBytes) bytes = bh_bytes_from_hex(hex);

    if (bytes == NULL)
        return refuse("Hex: must be pairs of hex digits", error);
    if (g_bytes_get_size(bytes) > BH_GATT_VALUE_MAX)
        return refuse("Hex: more than 512 bytes", error);
    return g_steal_pointer(&bytes);
}

GBytes *
bh_gatt_value_take(GVariant *value, const char *hex, GError **error)
{
    gsize size;
    const guint8 *bytes = g_variant_get_fixed_array(value, &size, 1);

    if (hex != NULL && size > 0)
        return refuse("Hex: not together with a value", error);
    if (hex != NULL)
        return bytes_from_hex(hex, error);
    if (size > BH_GATT_VALUE_MAX)
        return refuse("Value: more than 512 bytes", error);
    return g_bytes_new(bytes, size); /* a copy: the message may be large, and the write waits */
}

GBytes *
bh_gatt_value_choose(GBytes *value, const char *hex, GError **error)
{
    if (hex != NULL && value != NULL)
        return refuse("Hex: not together with Value", error);
    if (hex != NULL)
        return bytes_from_hex(hex, error);
    if (value == NULL)
        return refuse("Value: is missing", error);
    return g_bytes_ref(value);
}

GVariant *
bh_gatt_options_of_subscription(const BhGattOptions *options)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

    g_variant_dict_insert(&dict, "Instance", "u", (guint32)options->instance);
    g_variant_dict_insert(&dict, "Queue", "u", (guint32)options->queue);
    g_variant_dict_insert(&dict, "Signals", "b", options->signals);
    bh_lifetime_options_add_to(&options->life, &dict);
    return g_variant_dict_end(&dict);
}

/* Other methods */

gboolean
bh_timeout_options_parse(GVariant *dict,
                         gint64 default_ms,
                         gint64 min_ms,
                         gint64 *timeout_ms,
                         GError **error)
{
    const BhOptionSpec specs[] = {
        {"TimeoutMs", BH_OPTION_INT, 0, BH_OPTION_NO_PRESENT, min_ms, BH_DAY_MS},
        {NULL}};

    *timeout_ms = default_ms;
    return bh_options_parse(dict, specs, timeout_ms, error);
}

gboolean
bh_services_options_parse(GVariant *dict,
                          gboolean default_values,
                          gint64 default_ms,
                          BhServicesOptions *options,
                          GError **error)
{
    static const BhOptionSpec specs[] = {
        {"Values", BH_OPTION_BOOL, BH_OPTION_AT(BhServicesOptions, values)},
        {"TimeoutMs", BH_OPTION_INT, BH_OPTION_AT(BhServicesOptions, timeout_ms), 1, BH_DAY_MS},
        {"HexKeys", BH_OPTION_BOOL, BH_OPTION_AT(BhServicesOptions, hex_keys)},
        {NULL}};

    *options = (BhServicesOptions){default_values, default_ms, FALSE};
    return bh_options_parse(dict, specs, options, error);
}

static const char *const capability_choices[] = {
    [BH_IO_DISPLAY_ONLY] = "DisplayOnly",
    [BH_IO_DISPLAY_YES_NO] = "DisplayYesNo",
    [BH_IO_KEYBOARD_ONLY] = "KeyboardOnly",
    [BH_IO_NO_INPUT_NO_OUTPUT] = "NoInputNoOutput",
    [BH_IO_KEYBOARD_DISPLAY] = "KeyboardDisplay",
    NULL,
};

gboolean
bh_pair_options_parse(GVariant *dict, gint64 default_ms, BhPairOptions *options, GError **error)
{
    static const BhOptionSpec specs[] = {
        {"TimeoutMs", BH_OPTION_INT, BH_OPTION_AT(BhPairOptions, timeout_ms), 1, BH_DAY_MS},
        {"Capability",
         BH_OPTION_CHOICE,
         BH_OPTION_AT(BhPairOptions, capability),
         0,
         0,
         capability_choices},
        {"Passkey",
         BH_OPTION_INT,
         BH_OPTION_AT_WITH(BhPairOptions, passkey, has_passkey),
         0,
         MAX_PASSKEY},
        {"Confirm", BH_OPTION_BOOL, BH_OPTION_AT_WITH(BhPairOptions, confirm, has_confirm)},
        {NULL}};

    *options = (BhPairOptions){.timeout_ms = default_ms, .capability = BH_IO_NO_INPUT_NO_OUTPUT};
    return bh_options_parse(dict, specs, options, error);
}

gboolean
bh_answer_options_parse(GVariant *dict, BhPairingAnswer *answer, GError **error)
{
    typedef struct {
        gboolean accept;
        gboolean has_passkey;
        gint64 passkey;
    } Options;
    static const BhOptionSpec specs[] = {{"Accept", BH_OPTION_BOOL, BH_OPTION_AT(Options, accept)},
                                         {"Passkey",
                                          BH_OPTION_INT,
                                          BH_OPTION_AT_WITH(Options, passkey, has_passkey),
                                          0,
                                          MAX_PASSKEY},
                                         {NULL}};
    Options options = {.accept = TRUE};

    if (!bh_options_parse(dict, specs, &options, error))
        return FALSE;
    *answer = (BhPairingAnswer){options.accept, options.has_passkey, (guint32)options.passkey};
    return TRUE;
}

gboolean
bh_value_options_parse(GVariant *dict, BhValueOptions *options, GError **error)
{
    static const BhOptionSpec specs[] = {
        {"TimeoutMs", BH_OPTION_INT, BH_OPTION_AT(BhValueOptions, timeout_ms), 0, BH_DAY_MS},
        {"Hex", BH_OPTION_BOOL, BH_OPTION_AT(BhValueOptions, hex)},
        {NULL}};

    *options = (BhValueOptions){BH_WAIT_DEFAULT_MS, FALSE};
    return bh_options_parse(dict, specs, options, error);
}
