/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of sshd_config(5). Pure. */
#ifndef COG_COGNITOCTL_SSHD_CONFIG_H
#define COG_COGNITOCTL_SSHD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

struct cog_sshd_line {
    char keyword[64]; /* in small letters */
    char value[256];  /* the first word behind it, without quotes */
};

/*
 * Take the next line that says something; *at and *len move behind it. False
 * at the end.
 */
bool cog_sshd_next_line(const char **at, size_t *len,
                        struct cog_sshd_line *line);

#endif
