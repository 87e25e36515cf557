/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What libFuzzer, or the replay program in its place, calls with each input. Returns 0; a finding
 * is an abort or a sanitizer's report.
 */
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
