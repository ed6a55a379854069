/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deadlines: points on the monotonic clock, in milliseconds, so that a
 * change of the wall clock neither ends a login early nor lets it hang.
 */
#ifndef COG_BASE_CLOCK_H
#define COG_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t cog_clock_ms(void);

/* Seconds since 1970 of CLOCK_REALTIME. */
int64_t cog_clock_unix_s(void);

/*
 * What is left until a deadline, in milliseconds, for poll(): 0 when it
 * has passed, never negative.
 */
int cog_clock_left_ms(int64_t deadline_ms);

#endif
