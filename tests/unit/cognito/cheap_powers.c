/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For logins with a service that checks no proof, so that the powers need
 * not be right: the linker puts this in place of what costs milliseconds.
 */
#include <openssl/bn.h>

int __wrap_BN_mod_exp_mont_consttime(BIGNUM *, const BIGNUM *, const BIGNUM *,
                                     const BIGNUM *, BN_CTX *, BN_MONT_CTX *);

int
__wrap_BN_mod_exp_mont_consttime(BIGNUM *result, const BIGNUM *base,
                                 const BIGNUM *exponent, const BIGNUM *modulus,
                                 BN_CTX *ctx, BN_MONT_CTX *mont)
{
    (void) exponent;
    (void) modulus;
    (void) ctx;
    (void) mont;
    return BN_copy(result, base) != NULL;
}
