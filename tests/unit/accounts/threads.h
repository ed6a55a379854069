/* SPDX-License-Identifier: Apache-2.0 */
/* Threads counted, or none to be had, by the linker's --wrap=pthread_create.
 */
#ifndef COG_TESTS_ACCOUNTS_THREADS_H
#define COG_TESTS_ACCOUNTS_THREADS_H

#include <stdbool.h>

struct threads {
    bool none;        /* EAGAIN */
    unsigned started; /* since allow_threads */
};
extern struct threads threads;

void allow_threads(bool allowed);

#endif
