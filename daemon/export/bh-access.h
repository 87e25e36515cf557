/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who may do what: one row per member of every interface we serve. What has no row is denied; a
 * test walks the introspection data and fails on a member without one.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    BH_ACCESS_DENIED, /* no row */
    BH_ACCESS_ANYONE,
    BH_ACCESS_OWNER, /* the user whose object it is, and root */
    BH_ACCESS_ROOT,
} BhAccess;

typedef enum {
    BH_MEMBER_METHOD,
    BH_MEMBER_READ,  /* a property */
    BH_MEMBER_WRITE, /* a property */
} BhMemberKind;

BhAccess bh_access_lookup(const char *interface, BhMemberKind kind, const char *member);

G_END_DECLS
