/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "bh-wish.h"

gboolean
bh_wish_parse(BhWish *self,
              const BhExportContext *context,
              const char *address,
              GVariant *dict,
              const BhManyOptions *many,
              GError **error)
{
    g_auto(BhLinkOptions) options = {0};
    const BhLifetimeOptions life = {BH_LIFETIME_CALLER, context->defaults->lease_ms};

    if (!bh_link_options_parse(dict,
                               &context->defaults->link,
                               many != NULL ? &many->life : &life,
                               &options,
                               error))
        return FALSE;
    if (many != NULL && (!options.has_timeout || options.timeout_ms > many->timeout_ms))
        options.timeout_ms = many->timeout_ms;
    if (!bh_link_options_to_spec(&options, address, context->hub, &self->spec, error))
        return FALSE;
    self->has_type = options.has_type;
    self->life = options.life;
    self->in_force = g_variant_ref_sink(bh_link_options_to_variant(&options));
    return TRUE;
}

void
bh_wish_clear(BhWish *self)
{
    g_clear_pointer(&self->in_force, g_variant_unref);
}

void
bh_wish_spend(BhWish *self, gint64 ms)
{
    self->spec.timeout_ms = MAX(1, self->spec.timeout_ms - ms);
}

void
bh_wish_connect_async(const BhWish *self,
                      const BhExportContext *context,
                      BhClient *client,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
    bh_remotes_connect_async(bh_hub_peek_remotes(context->hub),
                             &self->spec,
                             client,
                             (BhLifetime)self->life.lifetime,
                             self->life.lease_ms,
                             callback,
                             user_data);
}
