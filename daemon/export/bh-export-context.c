/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is done with several of them at once.
 */
#include "bh-export-context.h"

void
bh_export_context_answer_rows(const BhExportContext *self,
                              GDBusMethodInvocation *invocation,
                              BhRowList *rows)
{
    bh_bulk_answer(self->bulk,
                   bh_gate_peek_client(self->gate, invocation),
                   invocation,
                   bh_row_list_get_length(rows),
                   bh_row_list_build,
                   rows,
                   (GDestroyNotify)bh_row_list_free);
}
