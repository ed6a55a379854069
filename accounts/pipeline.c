/* SPDX-License-Identifier: Apache-2.0 */
/* Work beside the caller's; see the header. */
#include "accounts/pipeline.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

int
cog_pipeline_begin(struct cog_pipeline *pipeline, size_t items,
                   size_t item_size, cog_pipeline_work *work, void *context)
{
    *pipeline = (struct cog_pipeline){.work = work,
                                      .context = context,
                                      .mutex = PTHREAD_MUTEX_INITIALIZER,
                                      .changed = PTHREAD_COND_INITIALIZER};
    pipeline->items =
        reallocarray(NULL, COG_PIPELINE_BATCHES * items, item_size);
    if (pipeline->items == NULL)
        return ENOMEM;
    for (size_t i = 0; i < COG_PIPELINE_BATCHES; i++)
        pipeline->batches[i].items =
            (char *) pipeline->items + i * items * item_size;
    return 0;
}

static struct cog_batch *
batch_at(struct cog_pipeline *pipeline, size_t number)
{
    return &pipeline->batches[number % COG_PIPELINE_BATCHES];
}

/* After an error a batch comes back empty, worked on or not. */
static int
do_work(const struct cog_pipeline *pipeline, struct cog_batch *batch,
        int error)
{
    if (error == 0)
        error = pipeline->work(pipeline->context, batch);
    if (error != 0)
        batch->count = 0;
    return error;
}

/* ---- the thread */

/* Whether there is work; false: go. The mutex is held. */
static bool
await_work(struct cog_pipeline *pipeline)
{
    while (pipeline->done == pipeline->submitted && !pipeline->ended)
        (void) pthread_cond_wait(&pipeline->changed, &pipeline->mutex);
    return !pipeline->ended;
}

static void *
work_on(void *context)
{
    struct cog_pipeline *pipeline = context;

    (void) pthread_mutex_lock(&pipeline->mutex);
    while (await_work(pipeline)) {
        struct cog_batch *batch = batch_at(pipeline, pipeline->done);
        int error = pipeline->error;

        (void) pthread_mutex_unlock(&pipeline->mutex);
        error = do_work(pipeline, batch, error);
        (void) pthread_mutex_lock(&pipeline->mutex);
        pipeline->error = error;
        pipeline->done++;
        (void) pthread_cond_signal(&pipeline->changed);
    }
    (void) pthread_mutex_unlock(&pipeline->mutex);
    return NULL;
}

/* With all signals blocked: they are for the threads that were there. */
static void
try_thread(struct cog_pipeline *pipeline)
{
    sigset_t all, before;

    (void) sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return;
    pipeline->has_thread =
        pthread_create(&pipeline->thread, NULL, work_on, pipeline) == 0;
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* ---- the caller */

/* Wait until no more than so many are not done. */
static int
wait_for_thread(struct cog_pipeline *pipeline, size_t left)
{
    int error;

    (void) pthread_mutex_lock(&pipeline->mutex);
    while (pipeline->submitted - pipeline->done > left)
        (void) pthread_cond_wait(&pipeline->changed, &pipeline->mutex);
    error = pipeline->error;
    (void) pthread_mutex_unlock(&pipeline->mutex);
    return error;
}

struct cog_batch *
cog_pipeline_next(struct cog_pipeline *pipeline)
{
    if (pipeline->has_thread)
        (void) wait_for_thread(pipeline, COG_PIPELINE_BATCHES - 1);
    return batch_at(pipeline, pipeline->submitted);
}

static int
hand_over(struct cog_pipeline *pipeline)
{
    int error;

    (void) pthread_mutex_lock(&pipeline->mutex);
    pipeline->submitted++;
    error = pipeline->error;
    (void) pthread_cond_signal(&pipeline->changed);
    (void) pthread_mutex_unlock(&pipeline->mutex);
    return error;
}

static int
work_here(struct cog_pipeline *pipeline)
{
    pipeline->error = do_work(
        pipeline, batch_at(pipeline, pipeline->submitted), pipeline->error);
    pipeline->submitted++;
    pipeline->done++;
    return pipeline->error;
}

int
cog_pipeline_submit(struct cog_pipeline *pipeline)
{
    if (pipeline->submitted == 0)
        try_thread(pipeline);
    return pipeline->has_thread ? hand_over(pipeline) : work_here(pipeline);
}

int
cog_pipeline_drain(struct cog_pipeline *pipeline)
{
    return pipeline->has_thread ? wait_for_thread(pipeline, 0)
                                : pipeline->error;
}

void
cog_pipeline_end(struct cog_pipeline *pipeline)
{
    if (pipeline->has_thread) {
        (void) pthread_mutex_lock(&pipeline->mutex);
        pipeline->ended = true;
        (void) pthread_cond_signal(&pipeline->changed);
        (void) pthread_mutex_unlock(&pipeline->mutex);
        (void) pthread_join(pipeline->thread, NULL);
    }
    free(pipeline->items);
    *pipeline = (struct cog_pipeline){.items = NULL};
}
