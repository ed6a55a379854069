/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the files behind a login without the pool. The first byte
 * chooses which: odd, a window; even, a verifier.
 */
#include "host/breakglass.h"
#include "host/verifiers.h"
#include "tests/fuzz/target.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void
check_name(const char *name)
{
    if (cog_login_name_check(name, strlen(name)) != COG_FAULT_NONE)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cog_cleanup_verifier struct cog_verifier verifier = COG_VERIFIER_EMPTY;
    struct cog_breakglass window;
    const char *bytes;

    if (size == 0)
        return 0;
    bytes = (const char *) data + 1;
    if ((data[0] & 1) != 0 &&
        cog_breakglass_parse(bytes, size - 1, &window) == 0) {
        check_name(window.name);
        if (window.until_s <= window.opened_s ||
            window.until_s - window.opened_s > COG_BREAKGLASS_MAX_S)
            abort();
    }
    if ((data[0] & 1) == 0 &&
        cog_verifier_parse(bytes, size - 1, &verifier) == 0) {
        check_name(verifier.name);
        if (!cog_verifier_hash_is_sound(verifier.hash.data, verifier.hash.len))
            abort();
    }
    return 0;
}
