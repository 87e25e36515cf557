/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The upper half of such an address is a random number that begins with the bits 01, the lower half
 * the last three octets of that number encrypted with the key.
 */
#include "bh-rpa.h"

#include "bh-error.h"
#include "bh-hex.h"

#include <gcrypt.h>
#include <string.h>

#define HALF 3 /* octets of prand, and of hash */
#define TYPE_MASK 0xc0
#define TYPE_RESOLVABLE 0x40

struct BhRpaKey {
    guint8 octets[BH_IRK_SIZE];
    gcry_cipher_hd_t aes;
};

static void
start_libgcrypt(void)
{
    static gsize started;

    if (!g_once_init_enter(&started))
        return;
    if (!gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P)) {
        if (gcry_check_version(GCRYPT_VERSION) == NULL)
            g_error("libgcrypt is older than the one that this was built with");
        gcry_control(GCRYCTL_DISABLE_SECMEM);
        gcry_control(GCRYCTL_INITIALIZATION_FINISHED);
    }
    g_once_init_leave(&started, 1);
}

static void
hash(const BhRpaKey *self, const guint8 prand[HALF], guint8 result[HALF])
{
    guint8 block[BH_IRK_SIZE] = {0};

    memcpy(block + sizeof block - HALF, prand, HALF);
    if (gcry_cipher_encrypt(self->aes, block, sizeof block, NULL, 0) != 0)
        g_error("AES failed"); /* it cannot: the sizes are right */
    memcpy(result, block + sizeof block - HALF, HALF);
}

gboolean
bh_rpa_is_resolvable(const BhAddress *address)
{
    return address->type == BH_ADDRESS_RANDOM &&
           (address->octets[0] & TYPE_MASK) == TYPE_RESOLVABLE;
}

gboolean
bh_rpa_key_resolves(const BhRpaKey *self, const BhAddress *address)
{
    guint8 expected[HALF];

    if (!bh_rpa_is_resolvable(address))
        return FALSE;
    hash(self, address->octets, expected);
    return memcmp(expected, address->octets + HALF, HALF) == 0;
}

void
bh_rpa_key_make_address(const BhRpaKey *self, guint32 prand, BhAddress *address)
{
    address->type = BH_ADDRESS_RANDOM;
    address->octets[0] = (guint8)((prand >> 16 & ~TYPE_MASK) | TYPE_RESOLVABLE);
    address->octets[1] = (guint8)(prand >> 8);
    address->octets[2] = (guint8)prand;
    hash(self, address->octets, address->octets + HALF);
}

const guint8 *
bh_rpa_key_peek_octets(const BhRpaKey *self)
{
    return self->octets;
}

BhRpaKey *
bh_rpa_key_new_from_octets(const guint8 octets[BH_IRK_SIZE])
{
    BhRpaKey *self = g_new0(BhRpaKey, 1);

    start_libgcrypt();
    memcpy(self->octets, octets, sizeof self->octets);
    if (gcry_cipher_open(&self->aes, GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_ECB, 0) != 0 ||
        gcry_cipher_setkey(self->aes, self->octets, sizeof self->octets) != 0)
        g_error("libgcrypt has no AES");
    return self;
}

BhRpaKey *
bh_rpa_key_new(const char *text, GError **error)
{
    g_autoptr(GBytes) bytes = bh_bytes_from_hex(text);
    gsize size = 0;
    const guint8 *octets = bytes != NULL ? g_bytes_get_data(bytes, &size) : NULL;

    if (size == BH_IRK_SIZE)
        return bh_rpa_key_new_from_octets(octets);
    g_set_error_literal(error,
                        BH_ERROR,
                        BH_ERROR_INVALID_ARGUMENTS,
                        "IRK is not a key of 32 hex digits");
    return NULL;
}

void
bh_rpa_key_free(BhRpaKey *self)
{
    gcry_cipher_close(self->aes);
    g_free(self);
}
