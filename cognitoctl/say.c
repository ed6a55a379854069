/* SPDX-License-Identifier: Apache-2.0 */
/* How cognitoctl says that something went wrong, and what its exit codes
 * mean. */
#include "cognitoctl/commands.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 0))) static void
say(const char *before, const char *format, va_list arguments)
{
    char text[1024], shown[1024];

    (void) vsnprintf(text, sizeof text, format, arguments);
    cog_text_for_person(text, strlen(text), shown, sizeof shown);
    (void) fprintf(stderr, "cognitoctl: %s%s\n", before, shown);
}

int
cog_fail(int code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say("", format, arguments);
    va_end(arguments);
    return code;
}

void
cog_note(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say("note: ", format, arguments);
    va_end(arguments);
}

const char *
cog_exit_text(enum cog_exit code)
{
    static const char *const texts[COG_EXIT_COUNT] = {
        [COG_EXIT_OK] = "done, and nothing to remark",
        [COG_EXIT_FAILED] = "tried and failed",
        [COG_EXIT_USAGE] = "the command line is wrong, or it needs root",
        [COG_EXIT_CONFIG] = "the configuration is missing or wrong",
        [COG_EXIT_NOT_FOUND] = "nothing is known of that name",
        [COG_EXIT_WARNINGS] = "looked: something deserves a look",
        [COG_EXIT_ERRORS] = "looked: something is wrong or unsafe",
        [COG_EXIT_FORCE] = "refused without --force: too much would be lost",
    };

    return (unsigned) code < COG_EXIT_COUNT ? texts[code] : NULL;
}
