/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A stream leaves the set by one door, remove_member(), whoever ended it: its counts stay, its
 * place in the user's quota is given back.
 */
#include "bh-stream-set.h"

typedef struct {
    BhStreamSet *set;
    BhStream *stream;
    guint32 uid;
} Member;

struct BhStreamSet {
    BhQuota *quota; /* borrowed: outlives us */
    BhStreamShared shared;
    GPtrArray *members; /* owned */
    guint64 delivered;  /* by streams that are gone */
    guint64 dropped;    /* by streams that are gone */
};

static void
remove_member(BhStreamSet *self, guint index)
{
    g_autofree Member *member = g_ptr_array_steal_index_fast(self->members, index);
    g_autoptr(BhStream) stream = member->stream;

    bh_stream_stop(stream);
    self->delivered += bh_stream_get_delivered(stream);
    self->dropped += bh_stream_get_dropped(stream);
    bh_quota_give(self->quota, member->uid, BH_QUOTA_STREAMS);
}

static void
on_end(BhStream *stream, gpointer user_data)
{
    Member *member = user_data;
    guint index = 0;

    if (g_ptr_array_find(member->set->members, member, &index))
        remove_member(member->set, index);
}

int
bh_stream_set_open(BhStreamSet *self, const BhStreamSpec *spec, guint32 uid, GError **error)
{
    g_autofree Member *member = g_new(Member, 1);
    int reader_fd = -1;

    if (!bh_quota_take(self->quota, uid, BH_QUOTA_STREAMS, error))
        return -1;
    *member = (Member){.set = self, .uid = uid};
    member->stream = bh_stream_new(spec, uid, &self->shared, on_end, member, &reader_fd, error);
    if (member->stream == NULL) {
        bh_quota_give(self->quota, uid, BH_QUOTA_STREAMS);
        return -1;
    }
    g_ptr_array_add(self->members, g_steal_pointer(&member));
    return reader_fd;
}

static BhStream *
peek_stream(BhStreamSet *self, guint index)
{
    return ((Member *)g_ptr_array_index(self->members, index))->stream;
}

guint
bh_stream_set_count(BhStreamSet *self)
{
    return self->members->len;
}

void
bh_stream_set_push(BhStreamSet *self, BhRecorder *recorder)
{
    for (guint i = 0; i < self->members->len; i++) {
        BhStream *stream = peek_stream(self, i);

        bh_stream_push(stream, bh_recorder_peek(recorder, bh_stream_get_format(stream)));
    }
}

void
bh_stream_set_push_waiting(BhStreamSet *self, BhRecorder *recorder)
{
    BhStream *stream = peek_stream(self, 0);

    bh_stream_push_waiting(stream, bh_recorder_peek(recorder, bh_stream_get_format(stream)));
}

void
bh_stream_set_finish(BhStreamSet *self)
{
    for (guint i = 0; i < self->members->len; i++)
        bh_stream_finish(peek_stream(self, i));
}

void
bh_stream_set_close(BhStreamSet *self)
{
    while (self->members->len > 0)
        remove_member(self, self->members->len - 1);
}

guint64
bh_stream_set_get_delivered(BhStreamSet *self)
{
    guint64 sum = self->delivered;

    for (guint i = 0; i < self->members->len; i++)
        sum += bh_stream_get_delivered(peek_stream(self, i));
    return sum;
}

guint64
bh_stream_set_get_dropped(BhStreamSet *self)
{
    guint64 sum = self->dropped;

    for (guint i = 0; i < self->members->len; i++)
        sum += bh_stream_get_dropped(peek_stream(self, i));
    return sum;
}

BhStreamSet *
bh_stream_set_new(BhQuota *quota, const BhStreamShared *shared)
{
    BhStreamSet *self = g_new0(BhStreamSet, 1);

    self->quota = quota;
    self->shared = *shared;
    self->members = g_ptr_array_new();
    return self;
}

void
bh_stream_set_free(BhStreamSet *self)
{
    bh_stream_set_close(self);
    g_ptr_array_unref(self->members);
    g_free(self);
}
