/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: a file of kept tokens. */
#include "host/kept.h"
#include "tests/fuzz/target.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cog_cleanup_kept struct cog_kept kept = COG_KEPT_EMPTY;

    if (cog_kept_parse((const char *) data, size, &kept) != 0)
        return 0;
    if (cog_login_name_check(kept.name, strlen(kept.name)) != COG_FAULT_NONE ||
        kept.refresh.len == 0 || kept.refresh.len > COG_KEPT_TOKEN_MAX)
        abort();
    return 0;
}
