/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names to which files of the host give power, as they literally stand
 * there (P19): users and groups in sudoers(5), sshd_config(5) and the rules
 * of polkit(8), and members of local groups. Not what those files come to: a
 * name in them is reason enough to ask whose name it is, and who could get it.
 * Patterns, ids and netgroups are passed over. Pure.
 */
#ifndef COG_COGNITOCTL_POWER_H
#define COG_COGNITOCTL_POWER_H

#include <stdbool.h>
#include <stddef.h>

/* The longest name told; longer ones are nobody's. */
#define COG_POWER_NAME_MAX 64

struct cog_power {
    bool group;
    char name[COG_POWER_NAME_MAX + 1];
    unsigned line; /* of the file, counted from 1 */
};

/* Told each name; may be told one several times. */
typedef void cog_power_visit(void *context, const struct cog_power *power);

/*
 * Told each other file that one includes: a path, or all files of a
 * directory. Borrowed until it returns.
 */
typedef void cog_power_include(void *context, const char *path,
                               bool directory);

/* Whom the files are read for. include may be NULL. */
struct cog_power_reader {
    cog_power_visit *visit;
    cog_power_include *include;
    void *context;
};

/*
 * sudoers: user lists of rules, members of User_Alias, users of Defaults;
 * @include and @includedir (with "#", too).
 */
void cog_power_sudoers(const char *bytes, size_t len,
                       const struct cog_power_reader *reader);

/* sshd_config: AllowUsers, AllowGroups, Match User and Group; Include. */
void cog_power_sshd(const char *bytes, size_t len,
                    const struct cog_power_reader *reader);

/*
 * Rules of polkit: unix-user:NAME and unix-group:NAME anywhere,
 * isInGroup("NAME"), user == "NAME".
 */
void cog_power_polkit(const char *bytes, size_t len,
                      const struct cog_power_reader *reader);

/* /etc/group: the members of its groups, which glibc takes by name. */
void cog_power_group(const char *bytes, size_t len,
                     const struct cog_power_reader *reader);

#endif
