/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What status and doctor find: each kind of finding has its name, how bad it
 * is, what it means and its cure in one table; an instance adds what it is
 * about.
 */
#ifndef COG_COGNITOCTL_FINDINGS_H
#define COG_COGNITOCTL_FINDINGS_H

#include "cognitoctl/output.h"

#include <stddef.h>

enum cog_severity {
    COG_SEVERITY_NOTE = 0, /* good to know */
    COG_SEVERITY_WARNING,  /* deserves a look */
    COG_SEVERITY_ERROR     /* wrong or unsafe */
};

enum cog_finding_id {
    /* configuration and stores */
    COG_FIND_CONFIG,
    COG_FIND_NOBODY,
    COG_FIND_EVERYBODY,
    COG_FIND_KEYS_NOT_PINNED,
    COG_FIND_ID_KEY,
    COG_FIND_IDS,
    COG_FIND_CLIENT_SECRET,
    COG_FIND_ADMIN_CREDENTIALS,
    COG_FIND_CALLERS,
    COG_FIND_PINNED_KEYS,
    COG_FIND_SETTINGS_MISSING,
    COG_FIND_SETTINGS_DIFFER,
    COG_FIND_STORE,
    COG_FIND_LOGINS_MISSING,
    COG_FIND_NO_ROOM,
    COG_FIND_SYNC_OLD,
    /* names and PAM */
    COG_FIND_NSS_MISSING,
    COG_FIND_NSS_BEFORE_FILES,
    COG_FIND_NSS_STOPPED,
    COG_FIND_NSS_COSTLY,
    COG_FIND_NSCD,
    COG_FIND_PAM_NOWHERE,
    COG_FIND_PAM_NO_ACCOUNT,
    COG_FIND_PAM_PASSWORD_ONLY,
    COG_FIND_PAM_JOBS,
    COG_FIND_PAM_UNREACHED,
    COG_FIND_PAM_IGNORED,
    COG_FIND_PAM_FALLBACK,
    COG_FIND_PAM_LOCKOUT,
    COG_FIND_PAM_ARGUMENT,
    COG_FIND_PAM_MODULE_MISSING,
    COG_FIND_NO_HOMES,
    COG_FIND_SSHD_PAM,
    COG_FIND_SSHD_QUESTIONS,
    /* files */
    COG_FIND_FILE_MISSING,
    COG_FIND_NAMED_MISSING,
    COG_FIND_FILE_OWNER,
    COG_FIND_FILE_MODE,
    /* power */
    COG_FIND_POWER_USER,
    COG_FIND_POWER_OPEN,
    COG_FIND_POWER_GROUP,
    COG_FIND_POWER_MAPPED,
    COG_FIND_ACCOUNT_TAKEN,
    COG_FIND_SUBIDS,
    COG_FIND_NO_LOCAL_WAY,
    /* the pool */
    COG_FIND_POOL_UNREACHED,
    COG_FIND_CLOCK,
    COG_FIND_CLOCK_DRIFT,
    COG_FIND_KEY_SET,
    COG_FIND_PINNED_OLD,
    COG_FIND_CLIENT_UNKNOWN,
    COG_FIND_CLIENT_HASH,
    COG_FIND_CLIENT_FLOW,
    COG_FIND_CLIENT_REVEALS,
    COG_FIND_CLIENT_PASSWORD_FLOW,
    COG_FIND_CLIENT_WRITES,
    COG_FIND_POOL_CASE,
    COG_FIND_GROUP_UNKNOWN,
    COG_FIND_GROUP_EMPTY,
    COG_FIND_GROUP_NOT_LOCAL,
    COG_FIND_NO_SHELL,
    COG_FIND_NO_CREDENTIALS,
    COG_FIND_COUNT
};

/* Longest subject, with its NUL. */
#define COG_SUBJECT_SIZE 512

struct cog_finding {
    enum cog_finding_id id;
    char subject[COG_SUBJECT_SIZE];
};

/* Growing; zeroed is empty. */
struct cog_findings {
    struct cog_finding *list;
    size_t count, room;
    bool lost; /* there was no memory for some */
};

/* Add one; the text is what it is about. */
void cog_findings_add(struct cog_findings *findings, enum cog_finding_id id,
                      const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Add "auth: x.so of sshd", of "auth: x.so of " and "sshd", unless there is
 * one that begins so: what several services include is told once.
 */
void cog_findings_add_first(struct cog_findings *findings,
                            enum cog_finding_id id, const char *what,
                            const char *service);

/*
 * Print them all, the worst first, as the table "findings" of a document.
 */
void cog_findings_print(const struct cog_findings *findings,
                        struct cog_output *output);

/* COG_EXIT_ERRORS, _WARNINGS or _OK, by the worst; _FAILED when some were
 * lost. */
int cog_findings_exit(const struct cog_findings *findings);

void cog_findings_clear(struct cog_findings *findings);

#define cog_cleanup_findings __attribute__((cleanup(cog_findings_clear)))

/* The name of a kind, such as "nss-costly"; NULL past the end. For tests. */
const char *cog_finding_name(enum cog_finding_id id);

#endif
