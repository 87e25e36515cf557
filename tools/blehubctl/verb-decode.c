/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* decode: advertising data from anywhere, explained on the spot, without bus or radio. */
#include "ad-text.h"
#include "bh-hex.h"
#include "verbs.h"

#include <string.h>

static guint
count_digits(const char *hex)
{
    guint count = 0;

    if (g_ascii_strncasecmp(hex, "0x", 2) == 0)
        hex += 2;
    for (; *hex; hex++)
        count += g_ascii_isxdigit(*hex);
    return count;
}

/* hex is not what bh_bytes_from_hex() reads. */
static void
complain(const char *hex)
{
    static const char accepted[] = "0123456789abcdefABCDEFxX \t\n:-";
    guint digits = count_digits(hex);

    if (hex[strspn(hex, accepted)] == '\0' && digits % 2 == 1)
        bh_ctl_complain("decode takes pairs of hex digits, and these are %u", digits);
    else
        bh_ctl_complain("decode takes advertising data in hex digits");
}

static BhExit
decode(const BhCtl *ctl, GBytes *payload)
{
    g_autoptr(BhCompanies) companies = bh_companies_new();
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(payload, &size);
    g_autofree char *text = NULL;
    BhAdTail tail;

    text = (ctl->json ? bh_ad_json : bh_ad_text)(bytes, size, companies, &tail);
    bh_ctl_print(text);
    if (ctl->json)
        bh_ctl_print("\n");
    return tail.malformed ? BH_EXIT_FAILED : BH_EXIT_OK;
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_autofree char *hex = NULL;
    g_autoptr(GBytes) payload = NULL;
    BhExit code = BH_EXIT_OK;

    if (!bh_ctl_parse(ctl, verb, context, args, &code))
        return code;
    hex = g_strjoinv(" ", *args + 1);
    payload = bh_bytes_from_hex(hex);
    if (!payload || g_bytes_get_size(payload) == 0) {
        complain(hex);
        return BH_EXIT_USAGE;
    }
    return decode(ctl, payload);
}

const BhVerb bh_verb_decode = {
    .name = "decode",
    .arguments = "HEX…",
    .summary = "Explain advertising data given in hex",
    .description =
        "Spaces, colons and a leading 0x are allowed. Neither blehubd nor a radio is needed.\n"
        "A structure that does not fit is shown, and the exit code is then 1.\n",
    .run = run,
};
