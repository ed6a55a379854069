/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_lookup WHAT FORMAT USERS
 *
 * Asks glibc for users or groups, as often as each line of standard input
 * says, and answers with a line: the nanoseconds of CPU and of time that one
 * look-up took. So two of these, each with an nsswitch.conf of its own, can
 * be measured in turn.
 *
 * WHAT: name (getpwnam_r), uid (getpwuid_r), missing (getpwnam_r of nobody),
 * groups (getgrouplist). FORMAT makes a name of a number, such as user%07u;
 * numbers go from 0 to USERS - 1 in an order that no cache foresees. The uid
 * of number n is 1900000000 + n.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIRST_UID 1900000000U
#define NAME_SIZE 33

struct subject {
    uid_t uid;
    char name[NAME_SIZE];
};

typedef int look_up(const struct subject *subject);

static int
by_name(const struct subject *subject)
{
    struct passwd entry, *found = NULL;
    char buffer[1024];

    return getpwnam_r(subject->name, &entry, buffer, sizeof buffer, &found) ==
                       0 &&
                   found != NULL && found->pw_uid != 0
               ? 0
               : -1;
}

static int
by_uid(const struct subject *subject)
{
    struct passwd entry, *found = NULL;
    char buffer[1024];

    return getpwuid_r(subject->uid, &entry, buffer, sizeof buffer, &found) ==
                       0 &&
                   found != NULL
               ? 0
               : -1;
}

static int
missing(const struct subject *subject)
{
    struct passwd entry, *found = NULL;
    char buffer[1024];

    (void) getpwnam_r(subject->name, &entry, buffer, sizeof buffer, &found);
    return found == NULL ? 0 : -1;
}

/* Its own group and at least one more. */
static int
groups(const struct subject *subject)
{
    gid_t list[64];
    int count = 64;

    return getgrouplist(subject->name, subject->uid, list, &count) >= 2 ? 0
                                                                        : -1;
}

static const struct {
    const char *name;
    look_up *call;
} table[] = {
    {"name", by_name},
    {"uid", by_uid},
    {"missing", missing},
    {"groups", groups},
};

static struct subject *
make_subjects(const char *format, unsigned users)
{
    struct subject *subjects = calloc(users, sizeof *subjects);
    unsigned long long next = 1;

    for (unsigned i = 0; subjects != NULL && i < users; i++) {
        (void) snprintf(subjects[i].name, NAME_SIZE, format, i);
        subjects[i].uid = FIRST_UID + i;
    }
    /* Fisher and Yates, with a generator that is the same each time. */
    for (unsigned i = users; subjects != NULL && i > 1; i--) {
        struct subject moved = subjects[i - 1];
        unsigned other;

        next = next * 6364136223846793005ULL + 1442695040888963407ULL;
        other = (unsigned) ((next >> 33) % i);
        subjects[i - 1] = subjects[other];
        subjects[other] = moved;
    }
    return subjects;
}

static double
now_ns(clockid_t clock)
{
    struct timespec now;

    (void) clock_gettime(clock, &now);
    return (double) now.tv_sec * 1e9 + (double) now.tv_nsec;
}

static int
measure(look_up *call, const struct subject *subjects, unsigned users)
{
    char line[32];
    unsigned at = 0;

    while (fgets(line, sizeof line, stdin) != NULL) {
        long count = strtol(line, NULL, 10);
        double begun = now_ns(CLOCK_MONOTONIC);
        double used = now_ns(CLOCK_PROCESS_CPUTIME_ID);

        for (long i = 0; i < count; i++) {
            if (call(&subjects[at]) != 0) {
                (void) fprintf(stderr, "nss_lookup: wrong answer about %s\n",
                               subjects[at].name);
                return 1;
            }
            if (++at == users)
                at = 0;
        }
        used = now_ns(CLOCK_PROCESS_CPUTIME_ID) - used;
        printf("%.2f %.2f\n", used / (double) count,
               (now_ns(CLOCK_MONOTONIC) - begun) / (double) count);
        (void) fflush(stdout);
    }
    return 0;
}

int
main(int argc, char **argv)
{
    struct subject *subjects;
    unsigned users;

    if (argc != 4 || (users = (unsigned) strtoul(argv[3], NULL, 10)) == 0) {
        (void) fputs("usage: nss_lookup WHAT FORMAT USERS\n", stderr);
        return 2;
    }
    subjects = make_subjects(argv[2], users);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (subjects != NULL && strcmp(table[i].name, argv[1]) == 0)
            return measure(table[i].call, subjects, users);
    }
    return 2;
}
