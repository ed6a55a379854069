/* SPDX-License-Identifier: Apache-2.0 */
/* How cognitoctl says that something went wrong. */
#include "cognitoctl/commands.h"

#include <stdarg.h>
#include <stdio.h>

int
cog_fail(int code, const char *format, ...)
{
    va_list arguments;

    (void) fputs("cognitoctl: ", stderr);
    va_start(arguments, format);
    (void) vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void) fputc('\n', stderr);
    return code;
}
