/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at the accounts against the host's own; see checks.h. */
#include "cognitoctl/checks.h"

#include "accounts/cache_levels.h"
#include "accounts/id_checker.h"
#include "cognitoctl/progress.h"
#include "cognitoctl/stores.h"

#include <errno.h>

/* So many are told; the rest is for ids verify. */
#define TOLD_MAX 20U

struct look {
    struct cog_checks *checks;
    struct cog_id_checker checker;
    struct cog_progress progress;
    uint64_t done;
    unsigned told;
};

static int
look_at(void *context, const struct cog_account *account,
        const struct cog_groups *groups)
{
    struct look *look = context;
    const struct cog_id_wish wish = {
        .kind = COG_ID_USER, .name = account->name, .id = account->uid};
    struct cog_id_conflict conflict = {.place = COG_ID_FREE};
    int error = cog_id_checker_ask(&look->checker, &wish, &conflict);

    (void) groups;
    cog_progress_at(&look->progress, ++look->done, 0);
    if (error != EEXIST)
        return error;
    cog_findings_add(&look->checks->findings, COG_FIND_ACCOUNT_TAKEN,
                     "%s, id %u: %s %s", account->name,
                     (unsigned) account->uid,
                     conflict.place == COG_ID_NAME_LOCAL
                         ? "the name is of a local user or group,"
                         : cog_id_place_text(conflict.place),
                     conflict.owner);
    return ++look->told == TOLD_MAX ? ECANCELED : 0;
}

void
cog_check_accounts(struct cog_checks *checks)
{
    struct look look = {.checks = checks, .checker = COG_ID_CHECKER_EMPTY};

    cog_progress_begin(&look.progress, "looking at", "accounts", 0);
    /* What cannot be read is cog_check_stores' finding. */
    if (cog_id_checker_open(&cog_stores, &look.checker) == 0)
        (void) cog_cache_walk(COG_ACCOUNTS_DIR, look_at, &look);
    cog_id_checker_close(&look.checker);
    cog_progress_end(&look.progress);
}
