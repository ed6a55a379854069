/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose is this login name? The one place that draws the line between our
 * users and everybody else's, from files of this host only. The module asks
 * to learn whether a name concerns it, the keeper asks again before it
 * believes the module.
 */
#ifndef COG_ACCOUNTS_WHOSE_H
#define COG_ACCOUNTS_WHOSE_H

#include "accounts/places.h"

#include <stdbool.h>
#include <sys/types.h>

enum cog_whose {
    COG_WHOSE_UNREADABLE = 0, /* a file could not be read: deny */
    COG_WHOSE_OTHERS,         /* not ours: PAM_USER_UNKNOWN */
    COG_WHOSE_LOCAL,          /* in /etc/passwd and in the local group */
    COG_WHOSE_ACCOUNT,        /* in our accounts file only */
    COG_WHOSE_NOBODY,         /* of our grammar, in no file of the host */
    COG_WHOSE_NAMESAKE,       /* of an account of ours, and in another case
                                 of its letters in /etc/passwd: deny */
};

struct cog_whose_question {
    const char *name;
    const char *local_group; /* members of it in /etc/group are ours ... */
    uid_t minimum_uid;       /* ... from this uid on; never below 1000 */
    const struct cog_places *places; /* NULL: the compiled ones */
};

/* uid and gid of a local or pool account; untouched for others. */
struct cog_whose_ids {
    uid_t uid;
    gid_t gid;
};

/*
 * Decide. A name that is not of our grammar (P17) or is uid 0 or below
 * minimum_uid in /etc/passwd is COG_WHOSE_OTHERS (P12). A name in
 * /etc/passwd is never COG_WHOSE_ACCOUNT, whatever our file says (P13); nor
 * is one that is there in another case: sudo(8) takes the two for one.
 */
enum cog_whose cog_whose_is(const struct cog_whose_question *question,
                            struct cog_whose_ids *ids);

/*
 * Whether this is root, or a name that /etc/passwd gives a uid below 1000:
 * never ours, whatever the configuration is. False if that cannot be read.
 */
bool cog_whose_is_system(const char *name, const struct cog_places *places);

#endif
