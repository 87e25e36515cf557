/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One row per AD type (Assigned Numbers 2.3), with the function that puts its value into words;
 * types without one are shown in hex. A function that finds an impossible length says so by
 * returning FALSE before it wrote anything.
 */
#include "ad-text.h"

#include "bh-address.h"
#include "bh-names.h"
#include "bh-uuid.h"
#include "row-json.h"
#include "terminal.h"

#include <string.h>

typedef gboolean (*FormatFunc)(const BhAdStructure *structure,
                               BhCompanies *companies,
                               GString *out);

static guint16
read_u16(const guint8 *bytes)
{
    return (guint16)(bytes[0] | bytes[1] << 8);
}

static void
append_hex(GString *out, const guint8 *bytes, gsize size)
{
    g_autofree char *hex = bh_hex_from_bytes(bytes, size);

    g_string_append(out, hex);
}

/* As short as the air has it, with its name if there is one. */
static void
append_uuid(GString *out, const guint8 *bytes, gsize size)
{
    char text[BH_UUID_TEXT_SIZE];
    BhNameKind kind = BH_NAME_SERVICE;
    const char *name = NULL;
    BhUuid uuid;

    bh_uuid_from_le(bytes, size, &uuid);
    bh_uuid_format(&uuid, text);
    name = bh_uuid_name(&uuid, &kind);
    if (size == 2)
        g_string_append_printf(out, "%.4s", text + 4);
    else if (size == 4)
        g_string_append_printf(out, "%.8s", text);
    else
        g_string_append(out, text);
    if (name)
        g_string_append_printf(out, " (%s)", name);
}

static gboolean
format_flags(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    static const char *const names[] = {"LE limited discoverable",
                                        "LE general discoverable",
                                        "BR/EDR not supported",
                                        "LE and BR/EDR (controller)",
                                        "LE and BR/EDR (host)"};
    const char *separator = "";

    if (structure->length == 0)
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!(structure->data[0] & 1u << i))
            continue;
        g_string_append_printf(out, "%s%s", separator, names[i]);
        separator = ", ";
    }
    if (*separator == '\0')
        append_hex(out, structure->data, structure->length);
    return TRUE;
}

static gboolean
format_uuids(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    gsize width = bh_ad_uuid_width(structure->type);

    if (structure->length % width != 0)
        return FALSE;
    if (structure->length == 0)
        g_string_append(out, "none");
    for (gsize i = 0; i < structure->length; i += width) {
        g_string_append(out, i > 0 ? ", " : "");
        append_uuid(out, structure->data + i, width);
    }
    return TRUE;
}

static gboolean
format_text(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    g_autofree char *text = bh_ad_dup_text(structure->data, structure->length);

    g_string_append_c(out, '"');
    bh_terminal_append(out, text);
    g_string_append_c(out, '"');
    return TRUE;
}

static gboolean
format_tx_power(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    if (structure->length != 1)
        return FALSE;
    g_string_append_printf(out, "%d dBm", (gint8)structure->data[0]);
    return TRUE;
}

static gboolean
format_intervals(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    if (structure->length != 4)
        return FALSE;
    g_string_append_printf(out,
                           "%.2f to %.2f ms",
                           read_u16(structure->data) * 1.25,
                           read_u16(structure->data + 2) * 1.25);
    return TRUE;
}

static gboolean
format_service_data(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    gsize width = bh_ad_uuid_width(structure->type);

    if (structure->length < width)
        return FALSE;
    append_uuid(out, structure->data, width);
    g_string_append(out, ": ");
    append_hex(out, structure->data + width, structure->length - width);
    return TRUE;
}

static void
append_address(GString *out, const guint8 *bytes)
{
    char text[BH_ADDRESS_TEXT_SIZE];
    BhAddress address = {.type = BH_ADDRESS_PUBLIC};

    for (gsize i = 0; i < sizeof address.octets; i++)
        address.octets[i] = bytes[5 - i];
    bh_address_format(&address, text);
    g_string_append(out, text);
}

static gboolean
format_addresses(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    if (structure->length == 0 || structure->length % 6 != 0)
        return FALSE;
    for (gsize i = 0; i < structure->length; i += 6) {
        g_string_append(out, i > 0 ? ", " : "");
        append_address(out, structure->data + i);
    }
    return TRUE;
}

static gboolean
format_device_address(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    if (structure->length != 7)
        return FALSE;
    append_address(out, structure->data);
    g_string_append(out, structure->data[6] & 1 ? " (random)" : " (public)");
    return TRUE;
}

static gboolean
format_appearance(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    if (structure->length != 2)
        return FALSE;
    g_string_append_printf(out, "0x%04x", read_u16(structure->data));
    return TRUE;
}

/* Two to four bytes, in units of 0.625 ms. */
static gboolean
format_advertising_interval(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    guint32 units = 0;

    if (structure->length < 2 || structure->length > 4)
        return FALSE;
    for (gsize i = 0; i < structure->length; i++)
        units |= (guint32)structure->data[i] << 8 * i;
    g_string_append_printf(out, "%.3f ms", units * 0.625);
    return TRUE;
}

static gboolean
format_role(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    static const char *const names[] = {"peripheral only",
                                        "central only",
                                        "both, peripheral preferred",
                                        "both, central preferred"};

    if (structure->length != 1 || structure->data[0] >= G_N_ELEMENTS(names))
        return FALSE;
    g_string_append(out, names[structure->data[0]]);
    return TRUE;
}

/* The first byte stands for the scheme; only those that are met, and 0x01: none. */
static gboolean
format_uri(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    g_autofree char *text = NULL;

    if (structure->length == 0)
        return FALSE;
    text = bh_ad_dup_text(structure->data + 1, structure->length - 1);
    if (structure->data[0] == 0x16)
        g_string_append(out, "http:");
    else if (structure->data[0] == 0x17)
        g_string_append(out, "https:");
    else if (structure->data[0] != 0x01)
        g_string_append_printf(out, "(scheme 0x%02x) ", structure->data[0]);
    bh_terminal_append(out, text);
    return TRUE;
}

static gboolean
format_manufacturer(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    const char *name = NULL;

    if (structure->length < 2)
        return FALSE;
    g_string_append_printf(out, "%04x", read_u16(structure->data));
    name = bh_companies_peek_name(companies, read_u16(structure->data));
    if (name) {
        g_string_append(out, " (");
        bh_terminal_append(out, name);
        g_string_append_c(out, ')');
    }
    g_string_append(out, ": ");
    append_hex(out, structure->data + 2, structure->length - 2);
    return TRUE;
}

static const struct {
    guint8 type;
    const char *name;
    FormatFunc format; /* NULL: hex */
} types[] = {
    {BH_AD_FLAGS, "Flags", format_flags},
    {BH_AD_UUID16_SOME, "Incomplete 16-bit services", format_uuids},
    {BH_AD_UUID16_ALL, "Complete 16-bit services", format_uuids},
    {BH_AD_UUID32_SOME, "Incomplete 32-bit services", format_uuids},
    {BH_AD_UUID32_ALL, "Complete 32-bit services", format_uuids},
    {BH_AD_UUID128_SOME, "Incomplete 128-bit services", format_uuids},
    {BH_AD_UUID128_ALL, "Complete 128-bit services", format_uuids},
    {BH_AD_NAME_SHORT, "Short name", format_text},
    {BH_AD_NAME_COMPLETE, "Complete name", format_text},
    {BH_AD_TX_POWER, "TX power", format_tx_power},
    {0x0d, "Class of device", NULL},
    {0x0e, "Simple pairing hash C-192", NULL},
    {0x0f, "Simple pairing randomizer R-192", NULL},
    {0x10, "Device ID or security manager TK value", NULL},
    {0x11, "Security manager out-of-band flags", NULL},
    {BH_AD_CONNECTION_INTERVALS, "Connection intervals", format_intervals},
    {BH_AD_SOLICIT16, "Solicited 16-bit services", format_uuids},
    {BH_AD_SOLICIT128, "Solicited 128-bit services", format_uuids},
    {BH_AD_SERVICE_DATA16, "Service data", format_service_data},
    {BH_AD_PUBLIC_TARGET, "Public target addresses", format_addresses},
    {BH_AD_RANDOM_TARGET, "Random target addresses", format_addresses},
    {BH_AD_APPEARANCE, "Appearance", format_appearance},
    {BH_AD_ADVERTISING_INTERVAL, "Advertising interval", format_advertising_interval},
    {0x1b, "Device address", format_device_address},
    {BH_AD_LE_ROLE, "LE role", format_role},
    {0x1d, "Simple pairing hash C-256", NULL},
    {0x1e, "Simple pairing randomizer R-256", NULL},
    {BH_AD_SOLICIT32, "Solicited 32-bit services", format_uuids},
    {BH_AD_SERVICE_DATA32, "Service data", format_service_data},
    {BH_AD_SERVICE_DATA128, "Service data", format_service_data},
    {0x22, "LE secure connections confirmation", NULL},
    {0x23, "LE secure connections random", NULL},
    {BH_AD_URI, "URI", format_uri},
    {0x25, "Indoor positioning", NULL},
    {0x26, "Transport discovery data", NULL},
    {0x27, "LE supported features", NULL},
    {0x28, "Channel map update", NULL},
    {0x29, "Mesh provisioning", NULL},
    {0x2a, "Mesh message", NULL},
    {0x2b, "Mesh beacon", NULL},
    {0x2c, "BIGInfo", NULL},
    {0x2d, "Broadcast code", NULL},
    {0x2e, "Resolvable set identifier", NULL},
    {0x2f, "Advertising interval, long", format_advertising_interval},
    {0x30, "Broadcast name", format_text},
    {0x31, "Encrypted advertising data", NULL},
    {0x32, "Periodic advertising response timing", NULL},
    {0x34, "Electronic shelf label", NULL},
    {0x3d, "3D information", NULL},
    {BH_AD_MANUFACTURER, "Manufacturer data", format_manufacturer},
};

const char *
bh_ad_type_name(guint8 type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (types[i].type == type)
            return types[i].name;
    return "Unknown";
}

static FormatFunc
find_format(guint8 type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (types[i].type == type)
            return types[i].format;
    return NULL;
}

char *
bh_ad_value_text(const BhAdStructure *structure, BhCompanies *companies)
{
    GString *out = g_string_new(NULL);
    FormatFunc format = find_format(structure->type);

    if (!format) {
        append_hex(out, structure->data, structure->length);
    } else if (!format(structure, companies, out)) {
        append_hex(out, structure->data, structure->length);
        g_string_append(out, out->len ? " (impossible value)" : "(impossible value)");
    }
    return g_string_free(out, FALSE);
}

/* Zero bytes at the end are padding, and no tail. */
static void
find_tail(const guint8 *bytes, gsize size, BhAdTail *tail)
{
    gsize valid = bh_ad_valid_size(bytes, size, &tail->malformed);
    gboolean padding = TRUE;

    for (gsize i = valid; i < size; i++)
        padding = padding && bytes[i] == 0;
    tail->tail = bytes + valid;
    tail->tail_size = padding ? 0 : size - valid;
}

char *
bh_ad_text(const guint8 *bytes, gsize size, BhCompanies *companies, BhAdTail *tail)
{
    GString *out = g_string_new(NULL);
    BhAdStructure structure;
    BhAdIter iter;

    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure)) {
        g_autofree char *value = bh_ad_value_text(&structure, companies);

        g_string_append_printf(out, "0x%02x %s", structure.type, bh_ad_type_name(structure.type));
        g_string_append_printf(out, ": %s\n", value);
    }
    find_tail(bytes, size, tail);
    if (tail->tail_size > 0) {
        g_string_append_printf(out,
                               "%s at byte %zu: ",
                               tail->malformed ? "Malformed" : "After the end",
                               (gsize)(tail->tail - bytes));
        append_hex(out, tail->tail, tail->tail_size);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

static JsonNode *
structure_to_json(const BhAdStructure *structure, BhCompanies *companies)
{
    g_autoptr(JsonObject) object = json_object_new();
    g_autofree char *type = bh_hex_from_bytes(&structure->type, 1);
    g_autofree char *data = bh_hex_from_bytes(structure->data, structure->length);
    g_autofree char *value = bh_ad_value_text(structure, companies);

    json_object_set_string_member(object, "Type", type);
    json_object_set_string_member(object, "TypeName", bh_ad_type_name(structure->type));
    json_object_set_string_member(object, "Data", data);
    json_object_set_string_member(object, "Value", value);
    return json_node_init_object(json_node_alloc(), object);
}

static JsonNode *
row_to_json(const guint8 *bytes, gsize size)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) row = NULL;

    bh_ad_add_to_row(bytes, size, &builder);
    row = g_variant_ref_sink(g_variant_builder_end(&builder));
    return bh_json_from_variant(row);
}

char *
bh_ad_json(const guint8 *bytes, gsize size, BhCompanies *companies, BhAdTail *tail)
{
    g_autoptr(JsonObject) object = json_object_new();
    JsonArray *structures = json_array_new();
    BhAdStructure structure;
    BhAdIter iter;

    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure))
        json_array_add_element(structures, structure_to_json(&structure, companies));
    json_object_set_array_member(object, "Structures", structures);
    json_object_set_member(object, "Row", row_to_json(bytes, size));
    find_tail(bytes, size, tail);
    if (tail->tail_size > 0) {
        g_autofree char *hex = bh_hex_from_bytes(tail->tail, tail->tail_size);

        json_object_set_string_member(object, tail->malformed ? "Malformed" : "AfterTheEnd", hex);
    }
    return bh_json_take_line(json_node_init_object(json_node_alloc(), object));
}

GBytes *
bh_bytes_from_hex(const char *text)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    if (g_ascii_strncasecmp(text, "0x", 2) == 0)
        text += 2;
    while (*(text += strspn(text, " \t\n:-"))) {
        guint8 byte = 0;

        if (!g_ascii_isxdigit(text[0]) || !g_ascii_isxdigit(text[1]))
            return NULL;
        byte = (guint8)(g_ascii_xdigit_value(text[0]) << 4 | g_ascii_xdigit_value(text[1]));
        g_byte_array_append(bytes, &byte, 1);
        text += 2;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}
