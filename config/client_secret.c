/* SPDX-License-Identifier: Apache-2.0 */
/* What a client_secret_file may hold; see the header. */
#include "config/config.h"

#include "base/text.h"

const char *
cog_config_check_secret(const char *bytes, size_t len,
                        struct cog_secret *secret)
{
    if (len > 0 && bytes[len - 1] == '\n')
        len--;
    if (len < 24 || len > 64)
        return "a client secret has 24 to 64 characters, in one line";
    for (size_t i = 0; i < len; i++) {
        if (!cog_ascii_is_alnum(bytes[i]) && bytes[i] != '_' &&
            bytes[i] != '+')
            return "a client secret is letters, digits, \"_\" and \"+\"";
    }
    if (cog_secret_set(secret, bytes, len) != 0)
        return "no memory";
    return NULL;
}
