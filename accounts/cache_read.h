/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-ups in the accounts files, ACCOUNTS/recent.cdb and then
 * ACCOUNTS/base.cdb. This is what the NSS module links: libc only, no
 * allocation, no lock, no environment, no descriptor kept between calls;
 * system calls are openat, fstat, pread, mmap, madvise, munmap and close.
 *
 * Any number of threads may use one reader at once, and a process may fork
 * at any moment; the scheme stands in the .c. errno is clobbered.
 *
 * All functions return
 *   0                found; the output is complete and checked
 *   ENOENT           certainly not there: both files were sound
 *   ENODATA          there is no accounts file (nothing installed, or lost)
 *   EBADMSG          damaged, cut short or forged: no answer
 *   EPERM            not a regular file of root's that only root may write
 *   EFBIG            over 4 GB
 *   EPROTONOSUPPORT  another version of the format
 *   other            the errno of the system call that failed
 * and leave outputs untouched unless 0. Whoever decides about a login must
 * treat everything but 0 and ENOENT as a refusal.
 */
#ifndef COG_ACCOUNTS_CACHE_READ_H
#define COG_ACCOUNTS_CACHE_READ_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts/account.h"
#include "accounts/cache_file.h"
#include "accounts/ids.h"

/* A mapped file; inside of the reader. */
struct cog_cache_map {
    struct cog_cache_file file; /* its stamp was checked when it was mapped */
    uint64_t device, inode;
};

/* Look-ups that a process makes before it maps. */
#define COG_CACHE_FIRST_LOOKUPS 4U

/*
 * The reader. Storage is the caller's (static in the NSS module, on the
 * stack elsewhere); initialise with COG_CACHE_READER(directory), an absolute
 * path that must outlive it.
 */
struct cog_cache_reader {
    const char *directory;
    _Atomic uint32_t gate;    /* who is inside of the mappings */
    _Atomic uint32_t lookups; /* made so far: the first ones do not map */
    int64_t mapped_s;         /* when: by CLOCK_MONOTONIC_COARSE */
    struct cog_cache_map recent, base;
    bool trusts_mark; /* below */
};

#define COG_CACHE_READER(dir)                                                 \
    {                                                                         \
        .directory = (dir)                                                    \
    }

/* The same for who will look up many times: maps at the first look-up. */
#define COG_CACHE_READER_OF_MANY(dir)                                         \
    {                                                                         \
        .directory = (dir), .lookups = COG_CACHE_FIRST_LOOKUPS                \
    }

/*
 * With trusts_mark, for who looks up a million names that are not there, only
 * the mark that our writers leave in an old file tells of a new one; else an
 * absent name makes it look at the paths, too.
 */

/* Let go of the mappings; no other thread may be inside. */
void cog_cache_close(struct cog_cache_reader *reader);

#define cog_cleanup_cache __attribute__((cleanup(cog_cache_close)))

/*
 * An account by name. A name that the grammar refuses is ENOENT without a
 * look at any file.
 */
int cog_cache_find_name(struct cog_cache_reader *reader, const char *name,
                        struct cog_account *account);

/* An account by uid. */
int cog_cache_find_uid(struct cog_cache_reader *reader, uint32_t uid,
                       struct cog_account *account);

/*
 * The same, for who wants less than a copy of everything: use is told the
 * record, which is gone when it returns, and its result is the look-up's.
 */
typedef int cog_cache_use(const struct cog_cache_record *record,
                          void *context);
int cog_cache_use_name(struct cog_cache_reader *reader, const char *name,
                       cog_cache_use *use, void *context);
int cog_cache_use_uid(struct cog_cache_reader *reader, uint32_t uid,
                      cog_cache_use *use, void *context);

/* A group, private ones included, by name and by gid. */
int cog_cache_find_group(struct cog_cache_reader *reader, const char *name,
                         struct cog_group *group);
int cog_cache_find_gid(struct cog_cache_reader *reader, uint32_t gid,
                       struct cog_group *group);

/* The gids of one account. */
struct cog_gids {
    uint32_t primary; /* initgroups answers only if its caller's is this */
    size_t count;
    uint32_t list[COG_GROUPS_MAX]; /* without the primary */
};

/* The supplementary gids of an account in one probe, for initgroups. */
int cog_cache_find_gids(struct cog_cache_reader *reader, const char *name,
                        struct cog_gids *gids);

/* Room for the names of one chunk, each with its NUL. */
#define COG_MEMBERS_BYTES 1920

/* Chunks of one group: more than ten million members. */
#define COG_MEMBERS_CHUNKS_MAX (256U * 1024)

/* Some of a group's members. */
struct cog_members {
    uint32_t gid;
    uint32_t chunk, chunks;        /* which one, of how many */
    uint64_t listing;              /* the same in all that belong together */
    size_t len;                    /* bytes of names in use; may be 0 */
    char names[COG_MEMBERS_BYTES]; /* one after the other, each with a NUL */
};

/*
 * The members of a group as of the last sync, a chunk (from 0 on) at a time.
 * ENOENT: there are none, or none were written (settings.enumerate). When
 * listing differs between two chunks, the files were replaced meanwhile:
 * begin again. The names are in the order of the listing, each once, and
 * chunks is at most COG_MEMBERS_CHUNKS_MAX. No name was one of /etc/passwd
 * then; whether one is by now, the caller must ask (P27).
 */
int cog_cache_find_members(struct cog_cache_reader *reader, uint32_t gid,
                           uint32_t chunk, struct cog_members *members);

/* Whose an id was that no account or group has now. */
struct cog_tombstone {
    uint32_t id;
    enum cog_id_kind kind;
    bool retired;     /* forgotten: not given again, not even to this name */
    uint64_t sub_tag; /* with COG_ID_USER; 0: bound to nobody */
    char name[COG_NAME_MAX + 1];
};

/* What is kept of an id that was given and is not in use. */
int cog_cache_find_tombstone(struct cog_cache_reader *reader, uint32_t id,
                             struct cog_tombstone *tombstone);

/* The settings, of recent.cdb. ENOENT: none were written yet. */
int cog_cache_settings(struct cog_cache_reader *reader,
                       struct cog_settings *settings);

/* The same record for who wants less: as cog_cache_use_name. */
int cog_cache_use_settings(struct cog_cache_reader *reader, cog_cache_use *use,
                           void *context);

#endif
