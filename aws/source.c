/* SPDX-License-Identifier: Apache-2.0 */
/* What the sources have in common; see the header. */
#include "aws/source.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cognito/error.h"

enum cog_status
cog_aws_fail(struct cog_aws_search *search, enum cog_status status,
             const char *format, ...)
{
    char text[COG_AWS_PROBLEM_SIZE];
    va_list arguments;

    va_start(arguments, format);
    (void) vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    /* Paths and names come from outside. */
    cog_text_for_log(text, strlen(text), search->problem,
                     sizeof search->problem);
    return status;
}

enum cog_status
cog_aws_fetch(struct cog_aws_search *search, const char *what,
              const struct cog_fetch_request *request,
              struct cog_secret *document, int *http_status)
{
    cog_cleanup_fetch_answer struct cog_fetch_answer answer = {.etag = ""};
    enum cog_status status = cog_fetch(search->fetcher, request, &answer);
    const char *problem = cog_fetcher_problem(search->fetcher);

    *http_status = 0;
    if (status != COG_OK)
        return cog_aws_fail(search, status, "%s: %s", what,
                            problem != NULL ? problem
                                            : cog_status_name(status));
    *http_status = answer.response.http_status;
    /* Of errors too: STS says there why. */
    cog_secret_move(document, &answer.response.body);
    if (*http_status == 200)
        return COG_OK;
    return cog_aws_fail(search, cog_error_http(*http_status),
                        "%s: HTTP status %d", what, *http_status);
}
