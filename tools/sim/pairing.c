/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A question at most, then a timer, then the result. */
#include "pairing.h"

#define SMP_TIMEOUT_US (30 * G_USEC_PER_SEC) /* Core 5.4 Vol 3 Part H 3.4 */

struct _BhPairing {
    BhPairingSetup setup;
    BhAgent *agent;     /* NULL = none */
    gboolean wanted;    /* by a call of Pair: just works needs no question */
    BhPairingRule rule; /* as it came out */
    BhPairingFunc func;
    gpointer user_data;
    GCancellable *question; /* is open */
    guint timer;
};

static void
end(BhPairing *pairing, BhPairingResult result)
{
    BhSecurity security =
        pairing->rule == BH_PAIRING_JUST_WORKS ? BH_SECURITY_ENCRYPTED : BH_SECURITY_AUTHENTICATED;

    pairing->func(result, security, pairing->user_data);
}

static void
on_paired(gpointer user_data)
{
    BhPairing *pairing = user_data;

    pairing->timer = 0;
    if (bh_peer_is_away(pairing->setup.peer))
        return;
    end(pairing, BH_PAIRED);
}

static void
on_failed(gpointer user_data)
{
    ((BhPairing *)user_data)->timer = 0;
    end(user_data, BH_PAIRING_FAILED);
}

static void
on_timed_out(gpointer user_data)
{
    ((BhPairing *)user_data)->timer = 0;
    end(user_data, BH_PAIRING_TIMED_OUT);
}

static void
on_dropped(gpointer user_data)
{
    BhPairing *pairing = user_data;

    pairing->timer = 0;
    bh_peer_drop(pairing->setup.peer);
}

static void
wait(BhPairing *pairing, gint64 after_us, BhTimelineFunc func)
{
    BhTimeline *timeline = pairing->setup.timeline;

    bh_timeline_clear(timeline, &pairing->timer);
    pairing->timer = bh_timeline_add(timeline, bh_timeline_now(timeline) + after_us, func, pairing);
}

static void
succeed_soon(BhPairing *pairing)
{
    wait(pairing, bh_peer_get_rules(pairing->setup.peer)->pair_us, on_paired);
}

static void
fail_soon(BhPairing *pairing)
{
    wait(pairing, bh_peer_get_rules(pairing->setup.peer)->operation_us, on_failed);
}

static gboolean
has_right_passkey(const BhPairing *pairing, GVariant *answer)
{
    guint32 passkey = 0;

    if (pairing->rule != BH_PAIRING_ENTERED)
        return TRUE;
    if (!g_variant_is_of_type(answer, G_VARIANT_TYPE("(u)")))
        return FALSE;
    g_variant_get(answer, "(u)", &passkey);
    return passkey == bh_peer_get_rules(pairing->setup.peer)->passkey;
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhPairing *pairing = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    g_clear_object(&pairing->question);
    if (answer != NULL && has_right_passkey(pairing, answer))
        succeed_soon(pairing);
    else
        fail_soon(pairing);
}

/* Takes floating arguments. */
static void
ask(BhPairing *pairing, const char *method, GVariant *arguments)
{
    pairing->question = g_cancellable_new();
    bh_agents_call(pairing->setup.agents,
                   pairing->agent,
                   method,
                   arguments,
                   pairing->question,
                   on_answer,
                   pairing);
}

static void
display(BhPairing *pairing, guint32 passkey)
{
    GVariant *arguments = g_variant_new("(ouq)", pairing->setup.path, passkey, 0);

    bh_agents_call(pairing->setup.agents,
                   pairing->agent,
                   "DisplayPasskey",
                   arguments,
                   NULL,
                   NULL,
                   NULL);
    succeed_soon(pairing);
}

/* A method that the agent's side cannot play becomes just works (Core 5.4 Vol 3 Part H 2.3.5.1). */
static BhPairingRule
choose(BhPairingRule wanted, BhCapability capability)
{
    static const guint able[] = {[BH_PAIRING_COMPARISON] = 1u << BH_CAPABILITY_DISPLAY_YES_NO |
                                                           1u << BH_CAPABILITY_KEYBOARD_DISPLAY,
                                 [BH_PAIRING_DISPLAYED] = 1u << BH_CAPABILITY_DISPLAY_ONLY |
                                                          1u << BH_CAPABILITY_DISPLAY_YES_NO |
                                                          1u << BH_CAPABILITY_KEYBOARD_DISPLAY,
                                 [BH_PAIRING_ENTERED] = 1u << BH_CAPABILITY_KEYBOARD_ONLY |
                                                        1u << BH_CAPABILITY_KEYBOARD_DISPLAY};
    gboolean number = wanted == BH_PAIRING_COMPARISON || wanted == BH_PAIRING_DISPLAYED ||
                      wanted == BH_PAIRING_ENTERED;

    return number && !(able[wanted] & 1u << capability) ? BH_PAIRING_JUST_WORKS : wanted;
}

static void
begin_just_works(BhPairing *pairing)
{
    if (bh_peer_get_rules(pairing->setup.peer)->mitm)
        fail_soon(pairing);
    else if (pairing->wanted)
        succeed_soon(pairing);
    else
        ask(pairing, "RequestAuthorization", g_variant_new("(o)", pairing->setup.path));
}

static void
begin(BhPairing *pairing)
{
    const BhPeerRules *rules = bh_peer_get_rules(pairing->setup.peer);
    const char *path = pairing->setup.path;

    switch (pairing->rule) {
    case BH_PAIRING_REFUSED:
        fail_soon(pairing);
        break;
    case BH_PAIRING_SILENT:
        wait(pairing, SMP_TIMEOUT_US, on_timed_out);
        break;
    case BH_PAIRING_JUST_WORKS:
        begin_just_works(pairing);
        break;
    case BH_PAIRING_COMPARISON:
        ask(pairing, "RequestConfirmation", g_variant_new("(ou)", path, rules->passkey));
        break;
    case BH_PAIRING_DISPLAYED:
        display(pairing, rules->passkey);
        break;
    case BH_PAIRING_ENTERED:
        ask(pairing, "RequestPasskey", g_variant_new("(o)", path));
        break;
    }
}

/* Without an agent not even just works works. */
BhPairing *
bh_pairing_new(const BhPairingSetup *setup, BhPairingFunc func, gpointer user_data)
{
    BhPairing *pairing = g_new0(BhPairing, 1);
    const BhPeerRules *rules = bh_peer_get_rules(setup->peer);

    pairing->setup = *setup;
    pairing->wanted = setup->sender != NULL;
    pairing->agent = bh_agents_get(setup->agents, setup->sender);
    pairing->func = func;
    pairing->user_data = user_data;
    pairing->rule = rules->pairing;
    if (pairing->agent == NULL) {
        fail_soon(pairing);
        return pairing;
    }
    pairing->rule = choose(rules->pairing, pairing->agent->capability);
    begin(pairing);
    if (rules->drop_at == BH_DROP_PAIRING)
        wait(pairing, rules->pair_us, on_dropped);
    return pairing;
}

void
bh_pairing_free(BhPairing *pairing)
{
    bh_timeline_clear(pairing->setup.timeline, &pairing->timer);
    if (pairing->question != NULL) {
        g_cancellable_cancel(pairing->question);
        bh_agents_call(pairing->setup.agents, pairing->agent, "Cancel", NULL, NULL, NULL, NULL);
    }
    g_clear_object(&pairing->question);
    g_clear_pointer(&pairing->agent, bh_agent_unref);
    g_free(pairing);
}
