/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What every object that follows blehubd does alike: it watches the name org.blehub, begins anew at
 * each appearance of blehubd, has objects made there, and gives them up when it is stopped or goes
 * down, which it tells by the signals "up" and "down". Everything between a beginning and its end
 * belongs to one cancellable; an asynchronous step that comes to an end after that, or after the
 * object is gone, comes too late. Part of the library, not of its interface.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

/** What an object adds. */
typedef struct {
    /** Begins to get what is wanted from the blehubd that is there. */
    void (*begin)(gpointer object);
    /** Drops what was got, of which there may be nothing; tells nobody. */
    void (*end)(gpointer object);
} BhLiveKind;

/** A part of the object. */
typedef struct {
    gpointer object; /* borrowed: has this */
    const BhLiveKind *kind;
    GDBusConnection *bus;
    guint name;                /* what watches the name; 0 = stopped */
    char *owner;               /* unique name of the present blehubd, or of the last */
    GCancellable *cancellable; /* of everything since the beginning; NULL = it is down */
    GSList *made;              /* of Made: to be released, the latest first */
} BhLive;

/** Something that blehubd makes for its caller. */
typedef struct {
    const char *method;    /* of Hub1, that makes it and returns its path */
    const char *interface; /* that it has, with a method Release */
    GType (*proxy_type)(void);
    GDBusProxyFlags proxy_flags;
    int timeout_ms; /* of the method; G_MAXINT = blehubd ends it */
    void (*ready)(gpointer object, gpointer proxy);
} BhLiveThing;

/** Stopped. */
void bh_live_init(BhLive *self, gpointer object, GDBusConnection *bus, const BhLiveKind *kind);
/** Stops. */
void bh_live_clear(BhLive *self);

/** Begins to follow blehubd; nothing if it does already, except that it looks anew if it is down.
 */
void bh_live_start(BhLive *self);
void bh_live_stop(BhLive *self);

/** Another beginning with the present blehubd, of an object that is down. */
void bh_live_begin(BhLive *self);
/** Gives up what was got since the beginning; FALSE if it is down already. */
gboolean bh_live_end(BhLive *self);

/** Has blehubd make it; goes down if it fails, and releases what was made for nobody. */
void bh_live_make(BhLive *self, const BhLiveThing *thing, GVariant *arguments);

/** Both tell whoever listens, who may stop the object, or start it anew. */
void bh_live_go_up(BhLive *self);
void bh_live_go_down(BhLive *self, const GError *reason);

/** For use as user_data of a step; ends with bh_live_step_take(). Does not keep the object. */
gpointer bh_live_step_new(BhLive *self);
/** The object, with a reference for the caller, or NULL: nobody waits for this step any more. */
gpointer bh_live_step_take(gpointer step);

/** Gives an object up, without waiting for the answer, of that appearance of blehubd (a unique
 * name) which made it: a later one has other objects under the same paths. */
void
bh_live_release(GDBusConnection *bus, const char *owner, const char *path, const char *interface);

/** For class_init: "up" and "down". */
void bh_live_add_signals(GType type);
/** Another signal, without parameters if parameter is G_TYPE_NONE. */
guint bh_live_add_signal(GType type, const char *name, GType parameter);

/** Takes options if floating; none for NULL. */
GVariant *bh_live_own_options(GVariant *options);

GError *bh_live_error_new_closed(const char *message);
/** Whether blehubd ended a call because the radio was switched off. */
gboolean bh_live_is_radio_off(const GError *error);

G_END_DECLS
