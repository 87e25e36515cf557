/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* decode: advertising data from anywhere, explained on the spot, without bus or radio. */
#include "ad-text.h"
#include "verbs.h"

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
        bh_ctl_complain("decode takes advertising data in hex digits");
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
