/* SPDX-License-Identifier: Apache-2.0 */
/* See the header. */
#include "tests/unit/aws/support.h"

#include <stdlib.h>
#include <string.h>

char *
copy_of(const char *text, size_t len)
{
    char *copy = malloc(len == 0 ? 1 : len);

    assert_non_null(copy);
    memcpy(copy, text, len);
    return copy;
}
