/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline: work beside the caller's, with a thread and without one. */
#include "tests/unit/accounts/support.h"

#include "accounts/pipeline.h"
#include "tests/unit/accounts/threads.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#define ITEMS   16U
#define BATCHES 1000U

/* cmocka setups: each case runs both ways. */
static int
with_thread(void **state)
{
    (void) state;
    allow_threads(true);
    return 0;
}

static int
without_thread(void **state)
{
    (void) state;
    allow_threads(false);
    return 0;
}

/* ---- the work: sums */

struct work {
    unsigned long sum;
    size_t batches;
    size_t fail_at; /* this batch, from 1; 0: none */
    pthread_t worker;
    bool signals_blocked;
};

static int
add_up(void *context, struct cog_batch *batch)
{
    struct work *work = context;
    unsigned *items = batch->items;
    sigset_t blocked;

    work->worker = pthread_self();
    (void) pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    work->signals_blocked = sigismember(&blocked, SIGTERM) == 1;
    if (++work->batches == work->fail_at)
        return EIO;
    for (size_t i = 0; i < batch->count; i++) {
        work->sum = work->sum * 31 + items[i];
        items[i] = 0;
    }
    batch->count = 0;
    return 0;
}

/* Whether what the work left in it is there, whoever did it. */
static bool
fill(struct cog_batch *batch, unsigned number)
{
    unsigned *items = batch->items;
    bool was_empty = batch->count == 0;

    for (unsigned i = 0; i < ITEMS; i++)
        items[i] = number * ITEMS + i;
    batch->count = ITEMS;
    return was_empty;
}

/*
 * Returns how many were submitted until an error, or a batch that was not
 * worked on. No assertions: the thread would outlive its pipeline.
 */
static unsigned
submit_all(struct cog_pipeline *pipeline, unsigned batches, int *error)
{
    unsigned number = 0;

    *error = 0;
    for (; *error == 0 && number < batches; number++) {
        if (!fill(cog_pipeline_next(pipeline), number))
            return number;
        *error = cog_pipeline_submit(pipeline);
    }
    return number;
}

static void
all_batches_are_worked_on_in_order(void **state)
{
    struct cog_pipeline pipeline;
    struct work work = {.sum = 0};
    unsigned long sum = 0;
    unsigned submitted;
    int error, drained;

    (void) state;
    for (unsigned i = 0; i < BATCHES * ITEMS; i++)
        sum = sum * 31 + i;
    assert_int_equal(
        cog_pipeline_begin(&pipeline, ITEMS, sizeof(unsigned), add_up, &work),
        0);
    submitted = submit_all(&pipeline, BATCHES, &error);
    drained = cog_pipeline_drain(&pipeline);
    cog_pipeline_end(&pipeline);
    assert_int_equal(submitted, BATCHES);
    assert_int_equal(error, 0);
    assert_int_equal(drained, 0);
    assert_true(work.sum == sum);
    assert_int_equal(work.batches, BATCHES);
    assert_int_equal(pthread_equal(work.worker, pthread_self()) != 0,
                     threads.none);
    /* A signal to the process is for its own threads. */
    assert_int_equal(work.signals_blocked, !threads.none);
}

static void
after_a_failure_nothing_more_is_done_and_it_is_told(void **state)
{
    struct cog_pipeline pipeline;
    struct work work = {.fail_at = 7};
    int errors[4] = {0};

    (void) state;
    assert_int_equal(
        cog_pipeline_begin(&pipeline, ITEMS, sizeof(unsigned), add_up, &work),
        0);
    /* Told while it goes on: at once, or a few batches later. */
    for (unsigned i = 0; i < BATCHES && errors[0] == 0; i++) {
        cog_pipeline_next(&pipeline)->count = 0;
        errors[0] = cog_pipeline_submit(&pipeline);
    }
    errors[1] = cog_pipeline_drain(&pipeline);
    errors[2] = cog_pipeline_submit(&pipeline);
    errors[3] = cog_pipeline_drain(&pipeline);
    cog_pipeline_end(&pipeline);
    for (size_t i = 0; i < COUNT(errors); i++)
        assert_int_equal(errors[i], EIO);
    assert_int_equal(work.batches, 7);
}

static void
it_may_end_at_any_time(void **state)
{
    (void) state;
    for (unsigned batches = 0; batches < 20; batches++) {
        struct cog_pipeline pipeline;
        struct work work = {.sum = 0};
        int error;

        assert_int_equal(cog_pipeline_begin(&pipeline, ITEMS, sizeof(unsigned),
                                            add_up, &work),
                         0);
        (void) submit_all(&pipeline, batches, &error);
        cog_pipeline_end(&pipeline);
        assert_int_equal(error, 0);
        assert_true(work.batches <= batches);
        /* Again, when it is empty. */
        cog_pipeline_end(&pipeline);
    }
}

static void
callers_signals_are_left_alone(void **state)
{
    struct cog_pipeline pipeline;
    struct work work = {.sum = 0};
    sigset_t before, after;
    int error;

    (void) state;
    (void) pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_int_equal(
        cog_pipeline_begin(&pipeline, ITEMS, sizeof(unsigned), add_up, &work),
        0);
    (void) submit_all(&pipeline, 2, &error);
    (void) pthread_sigmask(SIG_SETMASK, NULL, &after);
    cog_pipeline_end(&pipeline);
    for (int number = 1; number < NSIG; number++)
        assert_int_equal(sigismember(&before, number),
                         sigismember(&after, number));
}

#define BOTH_WAYS(test)                                                       \
    cmocka_unit_test_setup(test, with_thread),                                \
    {                                                                         \
#test "_without_thread", test, without_thread, NULL, NULL             \
    }

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_WAYS(all_batches_are_worked_on_in_order),
        BOTH_WAYS(after_a_failure_nothing_more_is_done_and_it_is_told),
        BOTH_WAYS(it_may_end_at_any_time),
        BOTH_WAYS(callers_signals_are_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
