/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of services; see the header. */
#include "cognito/address.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* "HOST" or "HOST:PORT", the host a name, IPv4 or [IPv6]. */
static bool
is_authority(const char *text)
{
    static const char host_chars[] = "abcdefghijklmnopqrstuvwxyz"
                                     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789.-";
    size_t len;
    uint64_t port;

    if (*text == '[') {
        len = strspn(text + 1, "0123456789abcdefABCDEF:.") + 1;
        if (len == 1 || text[len++] != ']')
            return false;
    } else {
        len = strspn(text, host_chars);
        if (len == 0 || len > 253 || *text == '-' || *text == '.')
            return false;
    }
    if (text[len] == '\0')
        return true;
    return text[len] == ':' &&
           cog_text_to_number(text + len + 1, 65535, &port) == 0 && port > 0;
}

bool
cog_address_is_valid(const char *url, const char *scheme)
{
    return url != NULL && strlen(url) <= COG_ADDRESS_MAX &&
           cog_text_begins(url, scheme) && is_authority(url + strlen(scheme));
}
