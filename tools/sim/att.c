/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A queue whose head is under way. */
#include "att.h"

#define TRANSACTION_TIMEOUT_US (30 * G_USEC_PER_SEC)
#define ATT_AUTHENTICATION 0x05
#define ATT_ENCRYPTION 0x0f
#define PREPARE_OVERHEAD 5 /* opcode, handle, offset; Core 5.4 Vol 3 Part F 3.4.6.1 */
#define WRITE_OVERHEAD 3   /* opcode, handle */

typedef enum {
    REQUEST_READ,
    REQUEST_WRITE,
    REQUEST_CONFIGURE,
} RequestKind;

typedef struct {
    RequestKind kind;
    BhPeerAttribute *attribute; /* borrowed: the peer's */
    guint16 offset;
    guint16 configuration;
    GBytes *value;
    BhAttFunc func; /* NULL = nobody waits */
    gpointer user_data;
} Request;

struct _BhAtt {
    BhTimeline *timeline; /* borrowed: outlives the object */
    BhPeer *peer;
    BhAttSecureFunc secure;
    gpointer user_data;
    BhSecurity security;
    gboolean securing; /* the head waits for it */
    GQueue requests;   /* Request; the head is under way while timer is set */
    guint timer;
};

static void
request_free(Request *request)
{
    g_clear_pointer(&request->value, g_bytes_unref);
    g_free(request);
}

BhAtt *
bh_att_new(BhTimeline *timeline, BhPeer *peer, BhAttSecureFunc secure, gpointer user_data)
{
    BhAtt *att = g_new0(BhAtt, 1);

    att->timeline = timeline;
    att->peer = bh_peer_ref(peer);
    att->secure = secure;
    att->user_data = user_data;
    return att;
}

void
bh_att_free(BhAtt *att)
{
    bh_timeline_clear(att->timeline, &att->timer);
    g_queue_clear_full(&att->requests, (GDestroyNotify)request_free);
    bh_peer_unref(att->peer);
    g_free(att);
}

guint16
bh_att_get_mtu(const BhAtt *att)
{
    return bh_peer_get_rules(att->peer)->mtu;
}

BhPeer *
bh_att_get_peer(const BhAtt *att)
{
    return att->peer;
}

static void
finish(Request *request, guint8 status, const GByteArray *value)
{
    if (request->func != NULL)
        request->func(status, value, request->user_data);
    request_free(request);
}

void
bh_att_fail_all(BhAtt *att)
{
    g_autoptr(GByteArray) nothing = g_byte_array_new();

    bh_timeline_clear(att->timeline, &att->timer);
    for (Request *request = g_queue_pop_head(&att->requests); request != NULL;
         request = g_queue_pop_head(&att->requests))
        finish(request, BH_ATT_UNLIKELY, nothing);
}

static guint
div_round_up(gsize size, gsize step)
{
    return (guint)((size + step - 1) / step);
}

/* How many requests BlueZ makes of it. */
static guint
count_trips(const BhAtt *att, const Request *request)
{
    gsize mtu = bh_att_get_mtu(att);
    gsize size = 0;

    if (request->kind == REQUEST_READ) {
        size = MAX(request->attribute->value->len, request->offset) - request->offset;
        return (guint)(size / (mtu - 1)) + 1; /* until one is shorter than it may be */
    }
    if (request->value == NULL)
        return 1;
    size = g_bytes_get_size(request->value);
    if (size <= mtu - WRITE_OVERHEAD && request->offset == 0)
        return 1;
    return div_round_up(size, mtu - PREPARE_OVERHEAD) + 1; /* and the execute request */
}

static guint8
perform(const Request *request, GByteArray *value)
{
    if (request->attribute->handle == 0)
        return BH_ATT_INVALID_HANDLE;
    switch (request->kind) {
    case REQUEST_READ:
        return bh_peer_read(request->attribute, request->offset, value);
    case REQUEST_WRITE:
        return bh_peer_write(request->attribute, request->offset, request->value, FALSE);
    case REQUEST_CONFIGURE:
        break;
    }
    return bh_peer_configure(request->attribute, request->configuration);
}

static void begin(BhAtt *att);

/* A device that is out of range does not answer, one that drops the link here does so now. */
static void
on_due(gpointer user_data)
{
    static const BhDropPoint points[] = {[REQUEST_READ] = BH_DROP_READ,
                                         [REQUEST_WRITE] = BH_DROP_WRITE,
                                         [REQUEST_CONFIGURE] = BH_DROP_SUBSCRIBE};
    BhAtt *att = user_data;
    Request *request = g_queue_peek_head(&att->requests);
    g_autoptr(GByteArray) value = g_byte_array_new();

    att->timer = 0;
    if (bh_peer_is_away(att->peer))
        return;
    if (bh_peer_get_rules(att->peer)->drop_at == points[request->kind]) {
        bh_peer_drop(att->peer);
        return;
    }
    g_queue_pop_head(&att->requests);
    guint8 status = perform(request, value);
    begin(att);
    finish(request, status, value);
}

static void
on_timeout(gpointer user_data)
{
    BhAtt *att = user_data;

    att->timer = 0;
    bh_peer_drop(att->peer);
}

static void
run(BhAtt *att, const Request *request)
{
    const BhPeerRules *rules = bh_peer_get_rules(att->peer);
    gint64 trip = request->attribute->config->operation_us;
    gint64 now = bh_timeline_now(att->timeline);

    if (trip < 0)
        trip = rules->operation_us;
    if (trip > TRANSACTION_TIMEOUT_US)
        att->timer = bh_timeline_add(att->timeline, now + TRANSACTION_TIMEOUT_US, on_timeout, att);
    else
        att->timer =
            bh_timeline_add(att->timeline, now + trip * count_trips(att, request), on_due, att);
}

static gboolean
is_secure_enough(const BhAtt *att, const Request *request)
{
    return request->kind == REQUEST_CONFIGURE ||
           att->security >= request->attribute->config->security;
}

static void
refuse_head(BhAtt *att)
{
    g_autoptr(GByteArray) nothing = g_byte_array_new();
    Request *request = g_queue_pop_head(&att->requests);

    finish(request,
           request->attribute->config->security == BH_SECURITY_ENCRYPTED ? ATT_ENCRYPTION
                                                                         : ATT_AUTHENTICATION,
           nothing);
}

static void
begin(BhAtt *att)
{
    const Request *request = g_queue_peek_head(&att->requests);

    if (request == NULL || att->timer != 0 || att->securing)
        return;
    if (is_secure_enough(att, request)) {
        run(att, request);
        return;
    }
    att->securing = TRUE;
    att->secure(att->user_data);
}

void
bh_att_set_security(BhAtt *att, BhSecurity security)
{
    att->security = security;
}

void
bh_att_secured(BhAtt *att)
{
    const Request *request = g_queue_peek_head(&att->requests);

    if (!att->securing)
        return;
    att->securing = FALSE;
    if (request != NULL && !is_secure_enough(att, request))
        refuse_head(att);
    begin(att);
}

/* A request that is under way is answered all the same, to nobody. */
void
bh_att_cancel(BhAtt *att, gpointer user_data)
{
    for (GList *link = att->requests.head; link != NULL; link = link->next) {
        Request *request = link->data;

        if (request->user_data == user_data)
            request->func = NULL;
    }
}

static void
push(BhAtt *att, const Request *request)
{
    g_queue_push_tail(&att->requests, g_memdup2(request, sizeof *request));
    begin(att);
}

void
bh_att_read(BhAtt *att,
            BhPeerAttribute *attribute,
            guint16 offset,
            BhAttFunc func,
            gpointer user_data)
{
    Request request = {.kind = REQUEST_READ,
                       .attribute = attribute,
                       .offset = offset,
                       .func = func,
                       .user_data = user_data};

    push(att, &request);
}

void
bh_att_write(BhAtt *att,
             BhPeerAttribute *attribute,
             guint16 offset,
             GBytes *value,
             BhAttFunc func,
             gpointer user_data)
{
    Request request = {.kind = REQUEST_WRITE,
                       .attribute = attribute,
                       .offset = offset,
                       .value = g_bytes_ref(value),
                       .func = func,
                       .user_data = user_data};

    push(att, &request);
}

void
bh_att_configure(BhAtt *att,
                 BhPeerAttribute *characteristic,
                 guint16 configuration,
                 BhAttFunc func,
                 gpointer user_data)
{
    Request request = {.kind = REQUEST_CONFIGURE,
                       .attribute = characteristic,
                       .configuration = configuration,
                       .func = func,
                       .user_data = user_data};

    push(att, &request);
}

void
bh_att_send(BhAtt *att, BhPeerAttribute *attribute, GBytes *value)
{
    if (!bh_peer_is_away(att->peer))
        bh_peer_write(attribute, 0, value, TRUE);
}
