/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Attempts to make a link. Each is a wish that is looked at anew whenever something happens to its
 * link: is it ready, is BlueZ busy with it, does BlueZ know the device at all? What BlueZ answers
 * to Connect is only a hint: it comes before the services are resolved, and may be a success
 * although there is no link.
 */
#include "bh-bluez-central-private.h"

G_BEGIN_DECLS

/* Takes task, which returns TRUE. parameters may be NULL. */
void bh_bluez_attempt_start(BhBluezCentral *self,
                            const BhLinkKey *key,
                            const BhLinkParameters *parameters,
                            GTask *task);

void bh_bluez_attempts_link_changed(BhBluezCentral *self, BhBluezLink *link);
/* The adapter went, or its power changed. */
void bh_bluez_attempts_adapter_changed(BhBluezCentral *self, guint8 slot);
void bh_bluez_attempts_clear(BhBluezCentral *self);

G_END_DECLS
