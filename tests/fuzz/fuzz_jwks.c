/* SPDX-License-Identifier: Apache-2.0 */
/* cognito/jwt: any bytes as a key set document. */
#include <stdint.h>
#include <stdlib.h>

#include "cognito/jwt.h"
#include "tests/fuzz/target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum cog_status status = cog_jwks_check((const char *) data, size);

    if (status != COG_OK && status != COG_NO_KEYS && status != COG_NO_MEMORY)
        abort();
    return 0;
}
