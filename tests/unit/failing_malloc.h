/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allocation functions of a whole test program, the libraries' too, one
 * of whose calls can fail. Not for builds with sanitizers, which bring their
 * own malloc.
 */
#ifndef COG_TESTS_UNIT_FAILING_MALLOC_H
#define COG_TESTS_UNIT_FAILING_MALLOC_H

#include <stdbool.h>

/* From now on count, and let the n-th allocation fail; 0: none. */
void failing_malloc_begin(unsigned long n);

/* Fail no more; returns how many allocations there were. */
unsigned long failing_malloc_end(void);

/* Whether anything was allocated by us: not under valgrind. */
bool failing_malloc_works(void);

#endif
