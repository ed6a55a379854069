/* SPDX-License-Identifier: Apache-2.0 */
/* How far long work has come; see the header. */
#include "cognitoctl/progress.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FIRST_MS    1000  /* nothing before */
#define TERMINAL_MS 100   /* between two pictures of the bar */
#define LINE_MS     30000 /* between two lines of a log */
#define BAR_WIDTH   30U

void
cog_progress_begin(struct cog_progress *progress, const char *what,
                   const char *unit, uint64_t total)
{
    bool terminal = isatty(STDERR_FILENO) == 1;

    *progress = (struct cog_progress){
        .what = what,
        .unit = unit,
        .total = total,
        .terminal = terminal,
        .next_ms = cog_clock_ms() + (terminal ? FIRST_MS : LINE_MS),
    };
}

/* "[####....] 45%", or nothing when the whole is not known. */
static void
print_bar(uint64_t done, uint64_t total)
{
    static const char full[] = "##############################";
    static const char empty[] = "..............................";
    unsigned part, percent;

    if (total == 0)
        return;
    if (done > total)
        done = total;
    /* By floating point: the product could overflow. */
    part = (unsigned) ((double) done / (double) total * BAR_WIDTH);
    percent = (unsigned) ((double) done / (double) total * 100);
    (void) fprintf(stderr, "[%.*s%.*s] %3u%% ", (int) part, full,
                   (int) (BAR_WIDTH - part), empty, percent);
}

static void
print_count(const struct cog_progress *progress)
{
    (void) fprintf(stderr, "%" PRIu64, progress->done);
    if (progress->total != 0)
        (void) fprintf(stderr, " of %" PRIu64, progress->total);
    (void) fprintf(stderr, " %s", progress->unit);
}

void
cog_progress_at(struct cog_progress *progress, uint64_t done, uint64_t total)
{
    int64_t now_ms = cog_clock_ms();

    progress->done = done;
    progress->total = total;
    if (now_ms < progress->next_ms)
        return;
    if (!progress->terminal) {
        progress->next_ms = now_ms + LINE_MS;
        (void) fprintf(stderr, "cognitoctl: %s: ", progress->what);
        print_count(progress);
        (void) fputc('\n', stderr);
        return;
    }
    progress->next_ms = now_ms + TERMINAL_MS;
    progress->shown = true;
    /* To the beginning, the new picture, and away with the old one's rest
     * (ECMA-48 EL). */
    (void) fprintf(stderr, "\r%s ", progress->what);
    print_bar(done, total);
    print_count(progress);
    (void) fputs("\033[K", stderr);
    (void) fflush(stderr);
}

void
cog_progress_end(struct cog_progress *progress)
{
    if (progress->shown)
        (void) fputs("\r\033[K", stderr);
    progress->shown = false;
}
