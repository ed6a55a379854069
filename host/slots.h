/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of counters: a fixed number of slots in RUN (0600 in a directory that
 * only root lists, 0700 or 0711), mapped, and changed by atomic operations
 * without a lock, so that nobody waits for anybody and no crowd of names can
 * make a file grow. Which slot something falls on, a key of the file decides,
 * which nobody outside can know. Lost with /run, at a reboot.
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

/*
 * Map a file for reading and writing; directory and file are made when
 * missing, all slots 0. 0; EPERM for a directory or file that is not root's
 * alone, EBADMSG for a file of another form, or the errno of the call that
 * failed.
 */
int cog_slots_map(const char *directory, const struct cog_slots_file *file,
                  struct cog_slots_head **head);

/* Undo it; NULL is fine. */
void cog_slots_unmap(const struct cog_slots_file *file,
                     struct cog_slots_head *head);

/*
 * Open a file of no bytes, for locks on ranges of it; directory and file are
 * made when missing. *fd is the caller's to close. Errors as above.
 */
int cog_slots_open_empty(const char *directory, const char *name, int *fd);

/* Room for what cog_slots_address makes. */
#define COG_SLOTS_ADDRESS_MAX 257

/*
 * What of a remote host is counted as one: an IPv4 address, also one written
 * as an IPv6 address; the first 64 bits of an IPv6 address, of which one
 * caller has as many as they like; any other text whole, in small letters.
 * Pure. Returns the length of what is in out.
 */
size_t cog_slots_address(const char *rhost,
                         unsigned char out[COG_SLOTS_ADDRESS_MAX]);

#endif
