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

/* A day of the Gregorian calendar. */
struct cog_date {
    int year;
    int month; /* 1-12 */
    int day;   /* 1-31 */
};

/*
 * The date of a day, counted from 1970-01-01, not negative; at most that of
 * the year 9999. The C library's own follows TZ and /etc/localtime even for
 * UTC, where those name a zone that counts leap seconds.
 */
struct cog_date cog_clock_date(int64_t days);

/*
 * What is left until a deadline, in milliseconds, for poll(): 0 when it
 * has passed, never negative.
 */
int cog_clock_left_ms(int64_t deadline_ms);

/*
 * Wait until a descriptor is ready for events of poll(2). Returns 0;
 * ETIMEDOUT when the deadline has passed; or poll's errno.
 */
int cog_clock_wait_for(int fd, short events, int64_t deadline_ms);

/* Do nothing for so many milliseconds, signals or not. */
void cog_clock_sleep_ms(int64_t ms);

/* A clock for whoever has none of its own: cognito/ and aws/. */
struct cog_clock {
    int64_t (*unix_s)(void);       /* wall clock, seconds since 1970 */
    int64_t (*monotonic_ms)(void); /* for deadlines and ages */
    /* Wait before the one repeat after throttling; NULL: never repeat. */
    void (*sleep_ms)(int64_t ms);
};

/* The functions above. */
extern const struct cog_clock cog_clock_real;

#endif
