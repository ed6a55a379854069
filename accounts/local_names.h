/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's own users and groups, read from /etc/passwd and /etc/group as
 * files (P13): NSS would ask us about ourselves. One pass over the bytes,
 * lines and fields of any length, no allocation, no stdio, no locale.
 *
 * A line that begins with "+", "-" or "#" is skipped, blanks before a line
 * are skipped as glibc does, and a malformed line hides no other. An
 * unreadable or untrusted file (trusted_file.h) is an error, never "absent".
 *
 * All functions: 0 found, ENOENT certainly absent, EEXIST absent but for its
 * letters' case, which sudo(8) does not mind, EBADMSG the name is there but
 * its line is malformed or there are two that differ (never treat either as
 * absent), else the error of the file. Outputs are untouched unless 0. *why,
 * which may be NULL, is always set and tells what is wrong with the file.
 */
#ifndef COG_ACCOUNTS_LOCAL_NAMES_H
#define COG_ACCOUNTS_LOCAL_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts/account.h"
#include "accounts/trusted_file.h"

/* Where they are; tests use files of their own. */
struct cog_local_files {
    const char *passwd;
    const char *group;
};

#define COG_LOCAL_FILES                                                       \
    {                                                                         \
        "/etc/passwd", "/etc/group"                                           \
    }

/* The files may have this many bytes each; beyond is EFBIG. */
#define COG_LOCAL_FILE_MAX (64U * 1024 * 1024)

struct cog_local_user {
    uint32_t uid;
    uint32_t gid;
};

/* A user of passwd. */
int cog_local_user_find(const struct cog_local_files *files, const char *name,
                        struct cog_local_user *user, enum cog_trust *why);

/* A group of group. */
int cog_local_group_find(const struct cog_local_files *files, const char *name,
                         uint32_t *gid, enum cog_trust *why);

/*
 * Whether a user of passwd is a member of a group of group: named in its
 * member list, or the group is their primary one. 0: yes; ENOENT: no, or no
 * such user or group; others as above.
 */
int cog_local_member_find(const struct cog_local_files *files,
                          const char *name, const char *group_name,
                          enum cog_trust *why);

/* The same for a user just found, without reading passwd again. */
int cog_local_user_is_member(const struct cog_local_files *files,
                             const char *name,
                             const struct cog_local_user *user,
                             const char *group_name, enum cog_trust *why);

/*
 * Who has an id, as uid or primary gid in passwd or as gid in group. 0: it
 * is taken, and owner holds the name, cut to 32 bytes, made printable;
 * ENOENT: free; EBADMSG: it is not found, but the id of some line cannot be
 * read and may be this one.
 */
int cog_local_id_find(const struct cog_local_files *files, uint32_t id,
                      char owner[COG_NAME_MAX + 1], enum cog_trust *why);

/* A line of passwd or group, as far as it can be read. */
struct cog_local_line {
    char name[COG_NAME_MAX + 1]; /* made printable, cut */
    bool name_is_whole;          /* it is the name, byte for byte */
    bool is_group;               /* of group; else of passwd */
    bool is_broken;              /* an id is there that cannot be read */
    size_t ids;
    uint32_t id[2]; /* of passwd uid and primary gid, of group gid */
};

/* Told each line; a result other than 0 ends the walk and is its result. */
typedef int cog_local_visit(void *context, const struct cog_local_line *line);

/* Visit all lines of passwd, then of group. */
int cog_local_walk(const struct cog_local_files *files, cog_local_visit *visit,
                   void *context, enum cog_trust *why);

#endif
