/* SPDX-License-Identifier: Apache-2.0 */
/* SipHash-2-4; see the header for the paper whose names are used here. */
#include "accounts/siphash.h"

#include "accounts/little_endian.h"

static uint64_t
rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static void
rounds(uint64_t v[4], int count)
{
    while (count-- > 0) {
        v[0] += v[1];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[0] = rotate(v[0], 32);
        v[2] += v[3];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[2] = rotate(v[2], 32);
    }
}

static void
compress(uint64_t v[4], uint64_t m)
{
    v[3] ^= m;
    rounds(v, 2);
    v[0] ^= m;
}

uint64_t
cog_siphash24(const unsigned char key[16], const void *bytes, size_t len)
{
    const unsigned char *in = bytes;
    uint64_t k0 = cog_le64_get(key), k1 = cog_le64_get(key + 8);
    uint64_t v[4] = {k0 ^ 0x736f6d6570736575U, k1 ^ 0x646f72616e646f6dU,
                     k0 ^ 0x6c7967656e657261U, k1 ^ 0x7465646279746573U};
    uint64_t last = (uint64_t) (len & 0xff) << 56;

    for (; len >= 8; in += 8, len -= 8)
        compress(v, cog_le64_get(in));
    for (size_t i = 0; i < len; i++)
        last |= (uint64_t) in[i] << (8 * i);
    compress(v, last);
    v[2] ^= 0xff;
    rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
