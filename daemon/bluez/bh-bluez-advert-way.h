/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who puts an advertisement on the air of an adapter: BlueZ, or, for what BlueZ leaves out without
 * a word, the kernel. One that asks for what neither does is refused.
 */
#include "bh-bluez-server-private.h"

G_BEGIN_DECLS

typedef enum {
    BH_BLUEZ_ADVERT_UNDECIDED, /* what they can is not known yet */
    BH_BLUEZ_ADVERT_BY_BLUEZ,
    BH_BLUEZ_ADVERT_BY_KERNEL,
    BH_BLUEZ_ADVERT_REFUSED,
} BhBluezAdvertWay;

/* error is set where it is refused: NotSupported, the option first. */
BhBluezAdvertWay bh_bluez_advert_choose_way(const BhBluezServer *self,
                                            guint8 slot,
                                            const BhAdvertSpec *spec,
                                            GError **error);

/* By either of them. */
gboolean bh_bluez_advert_can_set_interval(const BhBluezServer *self, guint8 slot);
gboolean bh_bluez_advert_can_set_tx_power(const BhBluezServer *self, guint8 slot);

G_END_DECLS
