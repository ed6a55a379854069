/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a PAM stack comes to (pam.conf(5)): its lines, and what libpam makes
 * of the modules' results, so that doctor can say of a stack whether ours is
 * asked, whether our "no" is heard, and whether root still comes in. Pure;
 * files are the caller's.
 */
#ifndef COG_COGNITOCTL_PAM_STACK_H
#define COG_COGNITOCTL_PAM_STACK_H

#include <stdbool.h>
#include <stddef.h>

enum cog_pam_facility {
    COG_PAM_AUTH = 0,
    COG_PAM_ACCOUNT,
    COG_PAM_PASSWORD,
    COG_PAM_SESSION,
    COG_PAM_FACILITIES
};

/* "auth" and so on; never NULL. */
const char *cog_pam_facility_name(enum cog_pam_facility facility);

/* Results that modules have, and that [value=action] names. */
enum cog_pam_result {
    COG_PAM_SUCCESS = 0,
    COG_PAM_IGNORE,
    COG_PAM_USER_UNKNOWN,
    COG_PAM_NEW_AUTHTOK_REQD,
    COG_PAM_AUTH_ERR,
    COG_PAM_PERM_DENIED,
    COG_PAM_AUTHINFO_UNAVAIL,
    COG_PAM_ACCT_EXPIRED,
    COG_PAM_MAXTRIES,
    COG_PAM_CRED_INSUFFICIENT,
    COG_PAM_SYSTEM_ERR,
    COG_PAM_SERVICE_ERR,
    COG_PAM_BUF_ERR,
    COG_PAM_CONV_ERR,
    COG_PAM_AUTHTOK_ERR,
    COG_PAM_ABORT,
    COG_PAM_MODULE_UNKNOWN, /* of no module: it could not be loaded */
    COG_PAM_RESULTS
};

/* "auth_err" and so on; never NULL. */
const char *cog_pam_result_name(enum cog_pam_result result);

/* What to do with a result; others are jumps over so many modules. */
enum cog_pam_action {
    COG_PAM_DO_IGNORE = 0,
    COG_PAM_DO_RESET = -1,
    COG_PAM_DO_OK = -2,
    COG_PAM_DO_DONE = -3,
    COG_PAM_DO_BAD = -4,
    COG_PAM_DO_DIE = -5
};

/* How a line names another file. */
enum cog_pam_include {
    COG_PAM_NO_INCLUDE = 0,
    COG_PAM_INCLUDE_ALL, /* @include FILE */
    COG_PAM_INCLUDE,     /* TYPE include FILE */
    COG_PAM_SUBSTACK     /* TYPE substack FILE */
};

#define COG_PAM_WORD_SIZE 256

struct cog_pam_line {
    enum cog_pam_facility facility; /* not with COG_PAM_INCLUDE_ALL */
    enum cog_pam_include include;
    bool may_miss;                   /* "-session": no module, no word */
    int actions[COG_PAM_RESULTS];    /* enum cog_pam_action, or a jump */
    char module[COG_PAM_WORD_SIZE];  /* or the file; as it stands there */
    char options[COG_PAM_WORD_SIZE]; /* behind the module, cut if longer */
};

/*
 * Take the next line of a file of pam.d, comments and continued lines
 * considered. *at and *len move behind it. Returns false at the end of the
 * file; what libpam could not read either makes a line of module "" whose
 * actions all are COG_PAM_DO_BAD.
 */
bool cog_pam_next_line(const char **at, size_t *len,
                       struct cog_pam_line *line);

/*
 * Whether a module's file name, without its folder, is ours or was meant to
 * be: at most two letters are wrong, or "cognito" is in it.
 */
bool cog_pam_means_ours(const char *name);

/* One module of a stack as libpam runs it. */
struct cog_pam_module {
    struct cog_pam_line line;
    unsigned level; /* of substacks around it */
};

/*
 * What libpam's dispatch makes of a stack whose modules have these results;
 * true: success. *reached, which may be NULL, tells how far it came: the
 * index of each module that was run is marked in it.
 */
bool cog_pam_run(const struct cog_pam_module *modules, size_t count,
                 const enum cog_pam_result *results, bool *reached);

#endif
