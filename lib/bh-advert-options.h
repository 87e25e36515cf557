/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What reading the options of an advertisement shares with the specs they become. Internal to
 * libblehub.
 */
#include "bh-advert.h"

G_BEGIN_DECLS

/* For BhAdvertData, which it frees. */
GArray *bh_advert_data_array_new(void);

G_END_DECLS
