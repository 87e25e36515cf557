/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One pending advertisement, and the filter of the service discovery. */
#include "kernel.h"

struct _BhKernel {
    BhFoundFunc func;
    gpointer user_data;
    const BhKernelFilter *filter; /* borrowed: see bh_kernel_start() */
    gboolean has_pending;
    BhFound pending; /* its data is in bytes */
    GByteArray *bytes;
};

static gboolean
has_wanted_uuid(const BhKernelFilter *filter, const BhFound *found)
{
    g_autoptr(BhEir) eir = NULL;

    if (filter->uuids == NULL)
        return TRUE;
    eir = bh_eir_parse(found->data, found->size);
    for (guint i = 0; filter->uuids[i] != NULL; i++) {
        if (bh_eir_has_uuid(eir, filter->uuids[i]))
            return TRUE;
    }
    return FALSE;
}

static void
send_found(BhKernel *kernel, const BhFound *found)
{
    const BhKernelFilter *filter = kernel->filter;

    if (filter->rssi != BH_RSSI_NO_THRESHOLD && found->rssi < filter->rssi)
        return;
    if (has_wanted_uuid(filter, found))
        kernel->func(found, kernel->user_data);
}

static void
send_pending(BhKernel *kernel)
{
    kernel->has_pending = FALSE;
    kernel->pending.data = kernel->bytes->data;
    kernel->pending.size = kernel->bytes->len;
    send_found(kernel, &kernel->pending);
}

static BhFound
found_from(const BhHeard *heard)
{
    return (BhFound){.address = heard->address,
                     .connectable =
                         heard->type == BH_REPORT_ADV_IND || heard->type == BH_REPORT_SCAN_RSP,
                     .rssi = heard->rssi,
                     .data = heard->data,
                     .size = heard->size};
}

static void
keep_pending(BhKernel *kernel, const BhHeard *heard)
{
    kernel->has_pending = TRUE;
    kernel->pending = found_from(heard);
    g_byte_array_set_size(kernel->bytes, 0);
    g_byte_array_append(kernel->bytes, heard->data, heard->size);
}

static void
merge_response(BhKernel *kernel, const BhHeard *heard)
{
    g_byte_array_append(kernel->bytes, heard->data, heard->size);
    kernel->pending.rssi = heard->rssi;
    send_pending(kernel);
}

BhKernel *
bh_kernel_new(BhFoundFunc func, gpointer user_data)
{
    BhKernel *kernel = g_new0(BhKernel, 1);

    kernel->func = func;
    kernel->user_data = user_data;
    kernel->bytes = g_byte_array_new();
    return kernel;
}

void
bh_kernel_free(BhKernel *kernel)
{
    g_byte_array_unref(kernel->bytes);
    g_free(kernel);
}

void
bh_kernel_start(BhKernel *kernel, const BhKernelFilter *filter)
{
    kernel->has_pending = FALSE;
    kernel->filter = filter;
}

void
bh_kernel_report(BhKernel *kernel, const BhHeard *heard)
{
    gboolean same =
        kernel->has_pending && bh_address_equal(&kernel->pending.address, &heard->address);

    if (same && heard->type == BH_REPORT_SCAN_RSP) {
        merge_response(kernel, heard);
        return;
    }
    if (kernel->has_pending && !same)
        send_pending(kernel);
    kernel->has_pending = FALSE;
    if (heard->type == BH_REPORT_ADV_IND || heard->type == BH_REPORT_ADV_SCAN_IND) {
        keep_pending(kernel, heard);
    } else {
        BhFound found = found_from(heard);

        send_found(kernel, &found);
    }
}
