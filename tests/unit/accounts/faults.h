/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of the writers that fail on demand, by the linker's --wrap (the list
 * is in Makefile.am: accounts_writer_wraps).
 */
#ifndef COG_TESTS_ACCOUNTS_FAULTS_H
#define COG_TESTS_ACCOUNTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

struct fault {
    bool armed;
    unsigned calls; /* made since it was armed */
    unsigned fail;  /* the one to fail; 0: none */
    int error;      /* with this errno */
    bool hit;
    const char *name; /* the call that failed */
    bool dribble;     /* write takes one byte at a time */
    unsigned closes;  /* failed ones that made a change fail */
    /* What a power failure would lose: */
    size_t unsynced;   /* files and directories, right now */
    unsigned too_soon; /* renames that did not wait for them */
};

extern struct fault fault;

#endif
