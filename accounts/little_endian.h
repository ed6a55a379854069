/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as little-endian bytes at any address. */
#ifndef COG_ACCOUNTS_LITTLE_ENDIAN_H
#define COG_ACCOUNTS_LITTLE_ENDIAN_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t
cog_le16_get(const unsigned char *from)
{
    uint16_t number;

    memcpy(&number, from, sizeof number);
    return le16toh(number);
}

static inline uint32_t
cog_le32_get(const unsigned char *from)
{
    uint32_t number;

    memcpy(&number, from, sizeof number);
    return le32toh(number);
}

static inline uint64_t
cog_le64_get(const unsigned char *from)
{
    uint64_t number;

    memcpy(&number, from, sizeof number);
    return le64toh(number);
}

static inline void
cog_le16_put(unsigned char *to, uint16_t number)
{
    number = htole16(number);
    memcpy(to, &number, sizeof number);
}

static inline void
cog_le32_put(unsigned char *to, uint32_t number)
{
    number = htole32(number);
    memcpy(to, &number, sizeof number);
}

static inline void
cog_le64_put(unsigned char *to, uint64_t number)
{
    number = htole64(number);
    memcpy(to, &number, sizeof number);
}

#endif
