/* SPDX-License-Identifier: Apache-2.0 */
/* read(2) and write(2) until all is done, signals or not. */
#ifndef COG_BASE_TRANSFER_H
#define COG_BASE_TRANSFER_H

#include <stddef.h>

/*
 * Read until the buffer is full or nothing more comes; *len bytes came. 0, or
 * the errno of the call that failed.
 */
int cog_read_all(int fd, void *buffer, size_t size, size_t *len);

/* Write all of it. 0, or the errno of the call that failed. */
int cog_write_all(int fd, const void *bytes, size_t len);

#endif
