/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches of work that is done beside the caller's, in order, by a thread: for
 * whole listings, where two processors have work enough. The caller prepares a
 * batch and submits it; when its turn comes again, the work on it is done.
 *
 *     cog_pipeline_begin(...);
 *     while (more) {
 *         batch = cog_pipeline_next(...);     what work left in it, if it
 *         ...                                 was submitted before
 *         cog_pipeline_submit(...);
 *     }
 *     cog_pipeline_drain(...);                all of it is done
 *     cog_pipeline_end(...);
 *
 * Where no thread can be had, submit does the work. What the work touches is
 * the caller's again after drain.
 */
#ifndef COG_ACCOUNTS_PIPELINE_H
#define COG_ACCOUNTS_PIPELINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define COG_PIPELINE_BATCHES 4U

/* A batch; what items are is the users'. */
struct cog_batch {
    void *items;
    size_t count; /* 0 at first */
};

/*
 * One batch's work. Not 0: an error, after which no more work is done, and
 * batches come back empty.
 */
typedef int cog_pipeline_work(void *context, struct cog_batch *batch);

/* Zeroed is empty. */
struct cog_pipeline {
    cog_pipeline_work *work;
    void *context;
    void *items; /* of all batches */
    struct cog_batch batches[COG_PIPELINE_BATCHES];
    bool has_thread;
    pthread_t thread;
    size_t submitted; /* so many, ever; the thread reads it under the mutex */
    /* With a thread under the mutex: */
    size_t done; /* of those */
    bool ended;  /* the thread must go */
    int error;   /* the first that came */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

/*
 * Begin with room for so many items in each batch. The pipeline stays where it
 * is, and context outlives it. ENOMEM.
 */
int cog_pipeline_begin(struct cog_pipeline *pipeline, size_t items,
                       size_t item_size, cog_pipeline_work *work,
                       void *context);

/* The batch that is the caller's to look at and to fill. May wait for it. */
struct cog_batch *cog_pipeline_next(struct cog_pipeline *pipeline);

/* Have the work done on it. 0, or the first error of any work so far. */
int cog_pipeline_submit(struct cog_pipeline *pipeline);

/* Wait until all that was submitted is done. As submit. */
int cog_pipeline_drain(struct cog_pipeline *pipeline);

/* Let go at any time; what is not begun is not done. Fine when empty. */
void cog_pipeline_end(struct cog_pipeline *pipeline);

#endif
