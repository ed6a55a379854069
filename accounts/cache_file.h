/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading one constant database of ours, over bytes in memory or by pread:
 * finding a record, checking the whole. Every answer is checked; see
 * cache_format.h for what makes damage visible. libc only, no allocation.
 *
 * What is promised of a file with one bit flipped anywhere: a record that is
 * found is right, and ENOENT is right. What is damaged is EBADMSG, or, where
 * the damage does not matter to the answer, goes unseen. (One exception: a
 * slot of hash 0 for a record at a power of two becomes an empty one by one
 * bit. A key has the hash 0 by one chance in 2^32.)
 *
 * Functions return 0 or an errno as in cache_read.h.
 */
#ifndef COG_ACCOUNTS_CACHE_FILE_H
#define COG_ACCOUNTS_CACHE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts/cache_format.h"

_Static_assert(COG_RECORDS_AT >= COG_ACCOUNT_RECORD_MAX, "one buffer");

/* Where a file is read to that is not in memory. */
struct cog_cache_scratch {
    /* A record; before the first one is read, all that lies before it. */
    unsigned char record[COG_RECORDS_AT];
    bool has_head; /* it is that */
    unsigned char slots[COG_SLOTS_AT_ONCE * COG_CDB_PAIR];
    uint64_t slots_at; /* which part of the file is in slots ... */
    size_t slots_len;  /* ... and how much; 0: none */
};

/* An open file; it owns nothing. */
struct cog_cache_file {
    const unsigned char *bytes; /* the whole, or NULL: read from fd */
    int fd;
    struct cog_cache_scratch *scratch; /* with fd */
    /* from the stamp */
    uint32_t size;     /* of the file */
    uint32_t end;      /* where its records end */
    uint32_t flags;    /* COG_STAMP_HAS_BASE */
    uint32_t accounts; /* how many "N" or "L" records */
    uint32_t records;  /* how many in all, without the stamp */
    bool superseded;   /* when the stamp was read */
};

/* A checked record: points into the bytes or into the scratch. */
struct cog_cache_record {
    uint32_t position; /* in the file */
    const unsigned char *key;
    size_t key_len;
    const unsigned char *data; /* after the head */
    size_t len;
    uint32_t next; /* position of the one after it */
};

/* The sum of a record, without the eight bytes that hold it. */
uint64_t cog_cache_sum(const unsigned char *front, size_t front_len,
                       const unsigned char *rest, size_t rest_len);

/* cdb's hash: the next byte, from COG_CDB_HASH on. */
static inline uint32_t
cog_cache_hash_add(uint32_t hash, unsigned char byte)
{
    return (hash + (hash << 5)) ^ byte;
}

/* cdb's hash of a key. */
uint32_t cog_cache_hash(const unsigned char *key, size_t len);

/*
 * Read and check the stamp. size is the file's, by fstat. The bytes must
 * stay, the descriptor stay open, and scratch stay, as long as file is used.
 * By a descriptor no record over COG_ACCOUNT_RECORD_MAX is read.
 */
int cog_cache_file_from_bytes(const unsigned char *bytes, uint64_t size,
                              struct cog_cache_file *file);
int cog_cache_file_from_fd(int fd, uint64_t size,
                           struct cog_cache_scratch *scratch,
                           struct cog_cache_file *file);

/*
 * The record with a key (COG_KEY_MAX bytes at most). It is valid until the
 * next call with the same scratch. ENOENT: certainly none.
 */
int cog_cache_file_find(const struct cog_cache_file *file,
                        const unsigned char *key, size_t key_len,
                        struct cog_cache_record *record);

/* The same for who knows the key's hash: both files have the same one. */
int cog_cache_file_find_hashed(const struct cog_cache_file *file,
                               const unsigned char *key, size_t key_len,
                               uint32_t hash, struct cog_cache_record *record);

/*
 * Fetch the memory where a search will begin, without waiting for it: for
 * who has something else to do before. The file is mapped.
 */
void cog_cache_file_prefetch(const struct cog_cache_file *file, uint32_t hash);

/* The record at a position, which another record has told. */
int cog_cache_file_at(const struct cog_cache_file *file, uint32_t position,
                      struct cog_cache_record *record);

/* The record after previous, the first when NULL; ENOENT at the end. */
int cog_cache_file_next(const struct cog_cache_file *file,
                        const struct cog_cache_record *previous,
                        struct cog_cache_record *record);

/*
 * Check everything: each record, that each is found by its key, the header,
 * and that the tables hold nothing else. Any flipped bit but those of the
 * superseded word is EBADMSG.
 */
int cog_cache_file_check(const struct cog_cache_file *file);

/*
 * Map a trusted file (COG_TRUST_SECRET or COG_TRUST_PUBLIC as secret says)
 * of a directory, for writers and for the login store. ENODATA: missing.
 */
int cog_cache_file_map(const char *directory, const char *name, bool secret,
                       struct cog_cache_file *file);

/* Unmap what cog_cache_file_map mapped; fine when empty. */
void cog_cache_file_unmap(struct cog_cache_file *file);

#define COG_CACHE_FILE_EMPTY                                                  \
    {                                                                         \
        .fd = -1                                                              \
    }
#define cog_cleanup_cache_file __attribute__((cleanup(cog_cache_file_unmap)))

/*
 * Open DIRECTORY/NAME and check owner, mode and size. ENODATA: missing;
 * EBADMSG: too short for a file of ours.
 */
int cog_cache_file_open(const char *directory, const char *name, bool secret,
                        int *fd, uint64_t *size);

#endif
