/* SPDX-License-Identifier: Apache-2.0 */
/* The module's arguments, as they stand on a line of a pam.d file. */
#ifndef COG_PAM_OPTIONS_H
#define COG_PAM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Texts point into the arguments that libpam owns. */
struct cog_options {
    const char *config;      /* config=FILE, absolute */
    const char *keeper;      /* keeper=PATH, absolute; for tests */
    const char *local_group; /* local_group=NAME */
    uint32_t minimum_uid;    /* minimum_uid=N, never below 1000 */
    bool debug;
    bool code_in_password; /* a code stands behind the password */
    bool allow_unknown;    /* names that no account has, writes nothing */
    bool create_account;   /* the same, becoming an account */
    bool try_first_pass;
    bool use_first_pass;
    bool use_authtok;
};

/*
 * Parse. Returns NULL, or the first argument that is unknown, malformed or
 * contradicts another: the caller denies and logs it.
 */
const char *cog_options_parse(int argc, const char **argv,
                              struct cog_options *options);

#endif
