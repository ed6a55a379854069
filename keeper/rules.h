/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of this host: who may sign in, before the network is asked and
 * after it answered, and who may come in at the account phase. Each function
 * returns COG_OUTCOME_ADMITTED when its own rules permit it, which alone
 * admits nobody; otherwise a denial, with the reason for the log.
 */
#ifndef COG_KEEPER_RULES_H
#define COG_KEEPER_RULES_H

#include "accounts/logins.h"
#include "accounts/whose.h"
#include "config/config.h"
#include "host/files.h"
#include "wire/message.h"
#include "wire/outcome.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Room for the reason of a denial; also for those of host/files.h. */
#define COG_REASON_SIZE COG_FILES_REASON

/* Whom an operation is about. */
struct cog_subject {
    enum cog_operation operation;
    char user[COG_NAME_MAX + 1]; /* PAM_USER */
    uint64_t flags;              /* of enum cog_request_flag */
    bool caller_is_root;         /* only then is anything recorded */
    bool is_unprivileged;        /* nor is the effective uid root's */
    bool other_config;           /* config= names another than the host's */
    uid_t caller;                /* the host's real uid */
    enum cog_whose whose;
    struct cog_whose_ids ids; /* with COG_WHOSE_LOCAL and _ACCOUNT */
    /* With COG_REQUEST_TOLD: uid, gid, home and shell that the host has. */
    struct cog_account told;
    /* PAM_RHOST; foreign text, may be empty. */
    char rhost[COG_WIRE_ITEM_MAX + 1];
};

/* How an operation ends, until the verdict is sent. */
struct cog_ruling {
    enum cog_outcome outcome;
    char request_id[COG_WIRE_ID_MAX + 1]; /* Cognito's; may be empty */
    char reason[COG_REASON_SIZE];
};

/* Write the reason of a denial; returns the outcome. */
enum cog_outcome cog_refuse(enum cog_outcome outcome,
                            char reason[COG_REASON_SIZE], const char *why);

/* Set outcome and reason. */
void cog_rule(struct cog_ruling *ruling, enum cog_outcome outcome,
              const char *reason);

/* All that is believed of the speaker, besides that the name was proved. */
struct cog_proof {
    char sub[COG_SUB_MAX + 1];
    char display_name[COG_WIRE_DISPLAY_MAX + 1]; /* foreign text */
    struct cog_pool_groups groups;
};

/* What can be decided before anything is sent: the name, allow_groups. */
enum cog_outcome cog_rules_before(const struct cog_subject *subject,
                                  const struct cog_config *config,
                                  char reason[COG_REASON_SIZE]);

/* Whether one of these groups is in allow_groups (P24). */
enum cog_outcome cog_rules_groups(const struct cog_config *config,
                                  const struct cog_pool_groups *groups,
                                  char reason[COG_REASON_SIZE]);

/*
 * Whether a name that no file has becomes an account by its first login,
 * once cog_rules_before has nothing against it.
 */
bool cog_rules_becomes_account(const struct cog_subject *subject);

/* Whether the host goes on with a provisional record of such a name. */
bool cog_rules_is_provisional(const struct cog_subject *subject);

#endif
