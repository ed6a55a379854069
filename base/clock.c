/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines; see the header. */
#include "base/clock.h"

#include <limits.h>
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
