/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are believed only because nobody but root can have written
 * them: configuration, secrets, /etc/passwd, the accounts file. Opened once
 * and checked by fstat on that descriptor (P79), so that what was checked
 * is what is read. libc only, no allocation.
 */
#ifndef COG_ACCOUNTS_TRUSTED_FILE_H
#define COG_ACCOUNTS_TRUSTED_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Why a file is not believed; each has its own words for the log. */
enum cog_trust {
    COG_TRUST_FINE = 0,
    COG_TRUST_NOT_ABSOLUTE, /* the path does not begin with "/" */
    COG_TRUST_MISSING,      /* no such file */
    COG_TRUST_SYMLINK,      /* the last part is a symbolic link */
    COG_TRUST_NOT_OPENED,   /* open or fstat failed otherwise */
    COG_TRUST_NOT_REGULAR,  /* a FIFO, device, directory, socket */
    COG_TRUST_NOT_ROOTS,    /* owner is not uid 0 */
    COG_TRUST_WRITABLE,     /* group or others may write */
    COG_TRUST_READABLE,     /* a secret, and group or others may read */
    COG_TRUST_TOO_BIG,
    COG_TRUST_NOT_READ,       /* reading failed */
    COG_TRUST_CHANGED,        /* its length changed while it was read */
    COG_TRUST_DIR_NOT_OPENED, /* a directory above: missing, symlink */
    COG_TRUST_DIR_NOT_ROOTS,  /* a directory above is not root's */
    COG_TRUST_DIR_WRITABLE,   /* group or others may write to one */
    COG_TRUST_MALFORMED       /* contents not as documented */
};

/* Words that follow "FILE: ", such as "not owned by root"; never NULL. */
const char *cog_trust_text(enum cog_trust trust);

/* What is asked of a file beyond "regular, root's, written by root only". */
enum cog_trust_flags {
    COG_TRUST_PUBLIC = 0,      /* others may read */
    COG_TRUST_SECRET = 1 << 0, /* no permission at all for others (0600) */
    COG_TRUST_DIRS = 1 << 1    /* also all directories above (below) */
};

/*
 * Open for reading (O_NOFOLLOW, O_CLOEXEC, O_NONBLOCK: a FIFO does not hang
 * us) and check. flags is a sum of enum cog_trust_flags; max is the size in
 * bytes that is still accepted. On success *fd is the caller's to close and
 * *size the length by fstat. Returns 0, the errno of the failing call, or
 * EPERM (not trusted), EFBIG (too big), EINVAL (path not absolute). *why,
 * which may be NULL, is always set.
 */
int cog_trusted_open(const char *path, unsigned flags, uint64_t max, int *fd,
                     uint64_t *size, enum cog_trust *why);

/*
 * Open, check, and read the whole into buffer, which has room for size
 * bytes; a file longer than size - 1 is COG_TRUST_TOO_BIG. A NUL that is not
 * counted in *len follows the bytes. Failures as cog_trusted_open, EIO for
 * COG_TRUST_CHANGED. After a failure the buffer is wiped.
 */
int cog_trusted_read(const char *path, unsigned flags, char *buffer,
                     size_t size, size_t *len, enum cog_trust *why);

/*
 * The same for a secret that one group may read, too: with mode 0640 and
 * exactly this group it is fine. 0 is no group. Who becomes a member of the
 * group by other ways than ours is not looked at.
 */
int cog_trusted_read_lent(const char *path, unsigned flags, gid_t reader,
                          char *buffer, size_t size, size_t *len,
                          enum cog_trust *why);

/*
 * Check that each directory above path, from "/" on, is a directory (no
 * symbolic link), root's, and not writable by group or others; so nobody
 * else can put another file there. Returns 0, EPERM, EINVAL, or the errno of
 * the call that failed.
 */
int cog_trusted_dirs(const char *path, enum cog_trust *why);

#endif
