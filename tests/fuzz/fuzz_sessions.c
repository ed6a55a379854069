/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: a file of sessions, and a line of /proc/PID/stat. */
#include "host/sessions.h"
#include "tests/fuzz/target.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cog_cleanup_sessions struct cog_sessions sessions = COG_SESSIONS_EMPTY;
    const char *bytes = (const char *) data;
    uint64_t started = 0;

    (void) cog_opener_parse(bytes, size, &started);
    if (cog_sessions_parse(bytes, size, &sessions) != 0)
        return 0;
    if (cog_login_name_check(sessions.name, strlen(sessions.name)) !=
            COG_FAULT_NONE ||
        sessions.count > COG_SESSIONS_MAX ||
        sessions.token_count > COG_SESSION_TOKENS_MAX)
        abort();
    return 0;
}
