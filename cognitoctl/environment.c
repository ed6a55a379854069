/* SPDX-License-Identifier: Apache-2.0 */
/* The environment this program was given; see the header. */
#include "cognitoctl/environment.h"

#include <stddef.h>
#include <unistd.h>

static char *nothing[] = {NULL};
static char **given = nothing;

void
cog_environment_take(void)
{
    given = environ;
    environ = nothing;
}

char **
cog_environment_given(void)
{
    return given;
}
