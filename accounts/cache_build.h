/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making one constant database and putting it in the place of the old one:
 * temporary file (O_EXCL, 0600), records, stamp, mode, fsync, superseded
 * word of the old file, rename, fsync of the directory (P72-P76). Records go
 * out as they come, the hash tables, 8 to 16 bytes of memory for each record,
 * last.
 *
 * The caller holds the writers' lock. Functions return 0 or a positive
 * errno.
 */
#ifndef COG_ACCOUNTS_CACHE_BUILD_H
#define COG_ACCOUNTS_CACHE_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "accounts/cache_record.h"

/* A slot of a hash table. */
struct cog_cache_slot {
    uint32_t hash, position;
};

/* What will be in one of the tables, in the order of the records. */
struct cog_cache_table {
    struct cog_cache_slot *slots;
    size_t count, room;
};

/* A file in the making. Zero is not empty: use COG_CACHE_BUILD_EMPTY. */
struct cog_cache_build {
    int dir_fd;            /* of its directory; -1: nothing begun */
    int fd;                /* of the temporary file */
    const char *name;      /* the file's name, outlives this */
    char temporary[32];    /* name of the temporary file */
    bool exists;           /* the temporary file is there */
    unsigned char *buffer; /* bytes that are not written yet ... */
    size_t used;           /* ... and how many */
    size_t written;        /* of the file, and of that ... */
    size_t started;        /* ... what is on its way to the disk */
    struct cog_cache_table tables[COG_CDB_TABLES];
    uint64_t position; /* where the next record will be */
    uint32_t accounts; /* "N" and "L" records so far */
    uint32_t records;  /* all so far, without the stamp */
};

#define COG_CACHE_BUILD_EMPTY                                                 \
    {                                                                         \
        .dir_fd = -1, .fd = -1                                                \
    }

/*
 * Begin DIRECTORY/NAME. The directory is root's and only root's to write
 * (EPERM). What a killed writer left is removed.
 */
int cog_cache_build_begin(const char *directory, const char *name,
                          struct cog_cache_build *build);

/* Add a record, which gets its head here. *position, which may be NULL. */
int cog_cache_build_add(struct cog_cache_build *build,
                        const struct cog_cache_key *key,
                        const struct cog_cache_data *data, uint32_t *position);

/* Add a record of another file of ours as it is. Not for positions. */
int cog_cache_build_copy(struct cog_cache_build *build,
                         const struct cog_cache_record *record);

/*
 * Make the file whole and durable, with a mode (0644 or 0600) and stamp
 * flags: all that can fail for want of room, before anything is replaced.
 */
int cog_cache_build_seal(struct cog_cache_build *build, mode_t mode,
                         uint32_t flags);

/*
 * Put a sealed file in place. After a failure the old file is in place,
 * unless the last step failed, the fsync of the directory: then it is the
 * new one, whole, and a crash of the machine may bring back the old.
 */
int cog_cache_build_place(struct cog_cache_build *build);

/* Both. */
int cog_cache_build_finish(struct cog_cache_build *build, mode_t mode,
                           uint32_t flags);

/* Clean up, after success or failure; removes an unfinished file. */
void cog_cache_build_end(struct cog_cache_build *build);

#define cog_cleanup_cache_build __attribute__((cleanup(cog_cache_build_end)))

#endif
