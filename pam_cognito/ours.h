/* SPDX-License-Identifier: Apache-2.0 */
/* What this call is about: arguments, name, and whether it is ours. */
#ifndef COG_PAM_OURS_H
#define COG_PAM_OURS_H

#include "accounts/account.h"
#include "accounts/whose.h"
#include "pam_cognito/options.h"
#include "pam_cognito/report.h"
#include "wire/outcome.h"

#include <security/pam_modules.h>
#include <stdbool.h>

struct cog_call {
    pam_handle_t *pamh;
    unsigned flags; /* of the PAM function */
    struct cog_options options;
    /* A copy of PAM_USER: a host's conversation may change the original. */
    char user[COG_NAME_MAX + 1];
    enum cog_whose whose;
    /*
     * Whether the host was told of the name, with an id of our range, what no
     * file of ours says: a provisional record. The host goes on with it, so a
     * first login must make the very account that is told.
     */
    bool is_told;
    struct cog_account told; /* name, uid, gid, home and shell */
    char detail[160];        /* of a refusal, for the log; may be empty */
};

/*
 * Read arguments and PAM_USER, and decide from files whether the name is
 * ours. COG_OUTCOME_NONE: it is, and nothing is decided yet. Otherwise the
 * call goes no further: COG_OUTCOME_NOT_OURS; COG_OUTCOME_ABORTED when there
 * is no PAM_USER; or a denial. Logs nothing. call borrows from pamh and argv.
 */
enum cog_outcome cog_ours_begin(pam_handle_t *pamh, int flags, int argc,
                                const char **argv, struct cog_call *call);

/*
 * The PAM code with which a phase ends that goes no further. A denial of a
 * name that is ours, or could be, is logged.
 */
int cog_ours_refuse(const struct cog_call *call, enum cog_outcome outcome,
                    enum cog_phase phase);

/*
 * Remember in this handle that PAM_USER has just proved who they are. False
 * when PAM_USER is not the name of this call any more, or without memory.
 */
bool cog_ours_set_proved(const struct cog_call *call);

/*
 * Whether this handle's authenticate has proved this very PAM_USER, by the
 * same configuration: another may let in others.
 */
bool cog_ours_is_proved(const struct cog_call *call);

/* Forget that, at the start of another authenticate. */
void cog_ours_clear_proved(const struct cog_call *call);

#endif
