/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts of a listing on their way to its file; see the header. */
#include "accounts/bulk_writer.h"

#include "accounts/cache_compose.h"
#include "accounts/cache_read.h"

/* Many beside waking a thread; all batches are small beside a cache. */
#define BATCH 256U

struct listed_account {
    struct cog_account account;
    struct cog_gids gids;
};

/* A batch's work. */
static int
write_batch(void *context, struct cog_batch *batch)
{
    struct cog_cache_build *build = context;
    const struct listed_account *listed = batch->items;
    int error = 0;

    for (size_t i = 0; error == 0 && i < batch->count; i++) {
        const struct cog_account *account = &listed[i].account;

        error = cog_compose_listed(build, account, &listed[i].gids);
        if (error == 0)
            error = cog_compose_group(build, account->name, account->gid);
    }
    batch->count = 0;
    return error;
}

int
cog_bulk_writer_begin(struct cog_bulk_writer *writer,
                      struct cog_cache_build *build)
{
    *writer = (struct cog_bulk_writer){.build = build};
    return cog_pipeline_begin(&writer->pipeline, BATCH,
                              sizeof(struct listed_account), write_batch,
                              build);
}

int
cog_bulk_writer_add(struct cog_bulk_writer *writer,
                    const struct cog_account *account,
                    const struct cog_groups *groups)
{
    struct cog_batch *batch = writer->batch == NULL
                                  ? cog_pipeline_next(&writer->pipeline)
                                  : writer->batch;
    struct listed_account *listed =
        (struct listed_account *) batch->items + batch->count;
    int error = cog_compose_gids(account, groups, &listed->gids);

    if (error != 0)
        return error;
    listed->account = *account;
    writer->batch = ++batch->count < BATCH ? batch : NULL;
    return writer->batch != NULL ? 0 : cog_pipeline_submit(&writer->pipeline);
}

/* What is left over is too little for a thread that is not there yet. */
int
cog_bulk_writer_finish(struct cog_bulk_writer *writer)
{
    int error = cog_pipeline_drain(&writer->pipeline);

    if (error == 0 && writer->batch != NULL)
        error = write_batch(writer->build, writer->batch);
    cog_bulk_writer_end(writer);
    return error;
}

void
cog_bulk_writer_end(struct cog_bulk_writer *writer)
{
    cog_pipeline_end(&writer->pipeline);
    writer->batch = NULL;
}
