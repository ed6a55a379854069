/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines; see the header. */
#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

int64_t
cog_clock_ms(void)
{
    struct timespec now = {0, 0};

    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
cog_clock_unix_s(void)
{
    struct timespec now = {0, 0};

    (void) clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t) now.tv_sec;
}

int
cog_clock_left_ms(int64_t deadline_ms)
{
    int64_t left = deadline_ms - cog_clock_ms();

    if (left <= 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int) left;
}

int
cog_clock_wait_for(int fd, short events, int64_t deadline_ms)
{
    struct pollfd poller = {.fd = fd, .events = events, .revents = 0};

    for (;;) {
        int ready = poll(&poller, 1, cog_clock_left_ms(deadline_ms));

        if (ready > 0)
            return 0;
        if (ready == 0)
            return ETIMEDOUT;
        if (errno != EINTR)
            return errno;
    }
}

void
cog_clock_sleep_ms(int64_t ms)
{
    struct timespec left = {.tv_sec = (time_t) (ms / 1000),
                            .tv_nsec = (long) (ms % 1000) * 1000000};

    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}

/*
 * Count from 1 March of year 0, where the leap day ends each cycle of 4, 100
 * and 400 years.
 */
struct cog_date
cog_clock_date(int64_t days)
{
    int64_t shifted = days + 719468; /* 0000-03-01 */
    int64_t era = shifted / 146097;
    int64_t of_era = shifted % 146097;
    int64_t year_of_era =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year =
        of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t from_march = (5 * of_year + 2) / 153;
    struct cog_date date;

    date.day = (int) (of_year - (153 * from_march + 2) / 5 + 1);
    date.month = (int) (from_march < 10 ? from_march + 3 : from_march - 9);
    date.year = (int) (year_of_era + era * 400 + (date.month <= 2 ? 1 : 0));
    return date;
}

const struct cog_clock cog_clock_real = {
    .unix_s = cog_clock_unix_s,
    .monotonic_ms = cog_clock_ms,
    .sleep_ms = cog_clock_sleep_ms,
};
