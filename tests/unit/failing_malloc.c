/* SPDX-License-Identifier: Apache-2.0 */
/* Allocations that fail; see the header. */
#include "tests/unit/failing_malloc.h"

#include <errno.h>
#include <stddef.h>

/* glibc's own names for what is replaced here. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static bool counting, seen;
static unsigned long allocations, failing;

/* Seen by the libraries too. */
#define EXPORTED __attribute__((visibility("default")))
EXPORTED void *malloc(size_t size);
EXPORTED void *calloc(size_t count, size_t size);
EXPORTED void *realloc(void *old, size_t size);

void
failing_malloc_begin(unsigned long n)
{
    allocations = 0;
    failing = n;
    counting = true;
}

unsigned long
failing_malloc_end(void)
{
    counting = false;
    return allocations;
}

bool
failing_malloc_works(void)
{
    return seen;
}

static bool
fails(void)
{
    seen = true;
    if (!counting || ++allocations != failing)
        return false;
    errno = ENOMEM;
    return true;
}

void *
malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}
