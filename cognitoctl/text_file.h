/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the host's, not ours, as text to look at: never believed. */
#ifndef COG_COGNITOCTL_TEXT_FILE_H
#define COG_COGNITOCTL_TEXT_FILE_H

#include <stddef.h>

/* Larger ones are EFBIG. */
#define COG_TEXT_FILE_MAX (1024 * 1024)

/*
 * Read a regular file whole. *bytes is the caller's to free; a NUL that is
 * not counted follows. 0, or an errno: EINVAL when it is no regular file.
 */
int cog_text_file_read(const char *path, char **bytes, size_t *len);

#endif
