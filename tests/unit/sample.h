/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of a long test is done: all of it once, by ./check's first run of
 * the tests; a sample where the same tests run again for another reason.
 */
#ifndef TESTS_UNIT_SAMPLE_H
#define TESTS_UNIT_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* It makes a test some fifty times slower, and traces children itself. */
static inline bool
is_valgrind(void)
{
    const char *preload = getenv("LD_PRELOAD");

    return preload != NULL && strstr(preload, "vgpreload") != NULL;
}

/* ./check sets this for the other compiler and for other locales. */
static inline bool
takes_sample(void)
{
    return is_valgrind() || getenv("COGNITO_SAMPLE") != NULL;
}

/* Of a list of thousands of like cases every how manieth is tried; prime. */
static inline size_t
sample_step(void)
{
    return takes_sample() ? 41 : 1;
}

#endif
