/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The accounts of a listing on their way to a file in the making: records are
 * made of them beside the checks of others (pipeline.h), which is half of the
 * work of a large listing. A small one has no thread.
 *
 * The build is the writer's from the first add to the end of finish.
 */
#ifndef COG_ACCOUNTS_BULK_WRITER_H
#define COG_ACCOUNTS_BULK_WRITER_H

#include "accounts/account.h"
#include "accounts/cache_build.h"
#include "accounts/pipeline.h"

/* Zeroed is empty. */
struct cog_bulk_writer {
    struct cog_cache_build *build;
    struct cog_pipeline pipeline;
    struct cog_batch *batch; /* that is being filled; NULL: none yet */
};

/* Begin; both stay where they are. ENOMEM. */
int cog_bulk_writer_begin(struct cog_bulk_writer *writer,
                          struct cog_cache_build *build);

/*
 * Add an account, which gets its private group, too. 0, or an error of
 * cache_compose.h, which may be that of an account before it.
 */
int cog_bulk_writer_add(struct cog_bulk_writer *writer,
                        const struct cog_account *account,
                        const struct cog_groups *groups);

/* Have all of them written. Nothing can be added then. */
int cog_bulk_writer_finish(struct cog_bulk_writer *writer);

/* Let go, at any time; fine when empty. */
void cog_bulk_writer_end(struct cog_bulk_writer *writer);

#endif
