/* SPDX-License-Identifier: Apache-2.0 */
/* A file of accounts/ that a test damages. */
#ifndef COG_TESTS_ACCOUNTS_SUBJECT_H
#define COG_TESTS_ACCOUNTS_SUBJECT_H

#include <stddef.h>

/* A file in memory, and the same open for damaging it in place. */
struct subject {
    unsigned char *bytes;
    size_t len;
    int fd;
};

/* The file as it is now; the case fails when there is none. */
struct subject open_subject(const char *path);

void close_subject(struct subject *subject);

#endif
