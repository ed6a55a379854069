/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SipHash-2-4 with 64-bit output, for ids (NSS links no library that has
 * it). J.-P. Aumasson, D. J. Bernstein: SipHash: a fast short-input PRF,
 * https://www.aumasson.jp/siphash/siphash.pdf
 */
#ifndef COG_ACCOUNTS_SIPHASH_H
#define COG_ACCOUNTS_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * The hash of len bytes. The number is the little-endian reading of the
 * eight bytes that other programs give out.
 */
uint64_t cog_siphash24(const unsigned char key[16], const void *bytes,
                       size_t len);

#endif
