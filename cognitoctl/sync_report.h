/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sync changed, would change, or left out, and why: gathered while it
 * works, printed when it is done.
 */
#ifndef COG_COGNITOCTL_SYNC_REPORT_H
#define COG_COGNITOCTL_SYNC_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cog_change {
    COG_CHANGE_ADDED = 0, /* an account that was not there */
    COG_CHANGE_CHANGED,
    COG_CHANGE_REMOVED,
    COG_CHANGE_REFUSED, /* a user of the pool who gets no account */
    COG_CHANGE_GROUP,   /* a group of the pool that is none here */
    COG_CHANGE_KEY,     /* an ssh key of an account that is not taken */
    COG_CHANGE_COUNT
};

struct cog_change_line {
    enum cog_change change;
    char *name, *why; /* why: NULL with the first three */
};

/* Of each kind people are shown so many; a first sync has them all. */
#define COG_SYNC_REPORT_BRIEF 20

/* Zeroed is empty. */
struct cog_sync_report {
    struct cog_change_line *lines;
    size_t line_count, room;
    size_t counts[COG_CHANGE_COUNT];
    bool brief;         /* set it: keep only the first lines of each kind */
    size_t accounts;    /* that are in the files when it is done */
    size_t not_allowed; /* users in none of allow_groups */
    bool unchanged;     /* the snapshot in place is the one there is */
    bool failed;        /* memory was short: lines are missing */
};

/* Note a change; why may be NULL. Texts are copied. */
void cog_sync_report_note(struct cog_sync_report *report,
                          enum cog_change change, const char *name,
                          const char *why);

void cog_sync_report_clear(struct cog_sync_report *report);

#define cog_cleanup_sync_report __attribute__((cleanup(cog_sync_report_clear)))

/* How it is printed. */
struct cog_sync_style {
    bool json;          /* one document, with all lines */
    bool written;       /* what it says was done, not only found out */
    const char *source; /* where the listing is from */
    int64_t created_s;  /* when that began, unix time */
};

/* Print it on standard output. Returns an exit code. */
int cog_sync_report_print(const struct cog_sync_report *report,
                          const struct cog_sync_style *style);

#endif
