/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Text that is drawn over itself: on a terminal, a picture below the cursor, never larger than the
 * window, so that nothing scrolls.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint columns;
    guint lines;
    gboolean ascii; /* it does not show UTF-8 */
} BhScreenSize;

typedef struct {
    guint drawn;     /* lines of the picture that is there */
    guint resized;   /* source; 0 = not begun */
    gboolean is_new; /* the window has another size than when it was drawn */
} BhScreen;

/** Whether standard output is a terminal on which something can be drawn. */
gboolean bh_screen_is_there(void);
/** Of the window as it is now. */
void bh_screen_get_size(BhScreenSize *size);

/** From now on changes of the window's size are noticed. */
void bh_screen_begin(BhScreen *self);
/** Draws lines, each with its end, over those drawn before; what does not fit is cut off. */
void bh_screen_draw(BhScreen *self, const char *lines);
/** Leaves the picture where it is; the cursor is below it. */
void bh_screen_clear(BhScreen *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhScreen, bh_screen_clear)

G_END_DECLS
