/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of counters in RUN: a fixed number of slots, mapped into memory and
 * changed by atomic operations without a lock, so that nobody waits for
 * anybody, and no number of names can make a file grow. A random key in the
 * file decides which slot a name falls on, so that nobody can aim at one. The
 * files are 0600, in a directory that only root can list (0700 or 0711), and
 * are lost at a reboot.
 */
#ifndef COG_HOST_SLOTS_H
#define COG_HOST_SLOTS_H

#include <stddef.h>

/* How a file begins; its slots follow. */
struct cog_slots_head {
    char magic[8];
    unsigned char key[16];
};

struct cog_slots_file {
    const char *name; /* in the directory */
    char magic[8];
    size_t size; /* of all of it, bytes */
};

/* A file that is mapped: a struct of its owner's that begins with the head. */
struct cog_slots {
    void *bytes;
    size_t size;
};

#define COG_SLOTS_NONE                                                        \
    {                                                                         \
        NULL, 0                                                               \
    }

/*
 * Map a file for reading and writing; directory and file are made when
 * missing, all slots 0. 0; EPERM for a directory or file that is not root's
 * alone, EBADMSG for a file of another form, or the errno of the call that
 * failed.
 */
int cog_slots_map(const char *directory, const struct cog_slots_file *file,
                  struct cog_slots *slots);

/* Undo it; COG_SLOTS_NONE is fine. */
void cog_slots_unmap(struct cog_slots *slots);

#define cog_cleanup_slots __attribute__((cleanup(cog_slots_unmap)))

/*
 * Open a file of no bytes, for locks on ranges of it; directory and file are
 * made when missing. *fd is the caller's to close. Errors as above.
 */
int cog_slots_open_empty(const char *directory, const char *name, int *fd);

/* Room for what cog_slots_address makes. */
#define COG_SLOTS_ADDRESS_MAX 257

/*
 * Reduce a remote host to what is counted as one: an IPv4 address, also if
 * written as an IPv6 address; the first 64 bits of an IPv6 address, since one
 * caller can use as many of the rest as they like; any other text as a whole,
 * in small letters. Pure. Returns the length of what is in out.
 */
size_t cog_slots_address(const char *rhost,
                         unsigned char out[COG_SLOTS_ADDRESS_MAX]);

#endif
