/* SPDX-License-Identifier: Apache-2.0 */
/* URLs of single requests; see the header. */
#include "cognito/url.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "cognito/address.h"

static const char https[] = "https://";
static const char http[] = "http://";

/* From the first "/" behind the host on; "" is a path, too. */
static bool
is_path(const char *text)
{
    static const char others[] = "-._~!$&'()*+,;=:@/?";
    static const char hex[] = "0123456789abcdefABCDEF";

    if (*text != '\0' && *text != '/')
        return false;
    for (; *text != '\0'; text++) {
        if (*text == '%') {
            if (strspn(text + 1, hex) < 2)
                return false;
        } else if (!cog_ascii_is_alnum(*text) &&
                   strchr(others, *text) == NULL) {
            return false;
        }
    }
    return true;
}

static bool
is_one_of(const char *host, const char *const *hosts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(host, hosts[i]) == 0)
            return true;
    }
    return false;
}

static enum cog_url_kind
kind_of_host(const char *host)
{
    static const char *const link_local[] = {
        "169.254.169.254", "[fd00:ec2::254]", "169.254.170.2",
        "169.254.170.23",  "[fd00:ec2::23]",
    };
    static const char *const loopback[] = {"localhost", "[::1]"};
    struct in_addr address;

    if (is_one_of(host, link_local, sizeof link_local / sizeof *link_local))
        return COG_URL_LINK_LOCAL;
    if (is_one_of(host, loopback, sizeof loopback / sizeof *loopback) ||
        (cog_text_begins(host, "127.") &&
         inet_pton(AF_INET, host, &address) == 1))
        return COG_URL_LOOPBACK;
    return COG_URL_REFUSED;
}

enum cog_url_kind
cog_url_kind(const char *url)
{
    char origin[COG_ADDRESS_MAX + 1];
    const char *scheme = https;
    char *host;
    size_t len;

    if (url == NULL || strlen(url) > COG_URL_MAX)
        return COG_URL_REFUSED;
    if (!cog_text_begins(url, https))
        scheme = http;
    if (!cog_text_begins(url, scheme))
        return COG_URL_REFUSED;
    len = strlen(scheme) + strcspn(url + strlen(scheme), "/");
    if (len >= sizeof origin)
        return COG_URL_REFUSED;
    memcpy(origin, url, len);
    origin[len] = '\0';
    if (!cog_address_is_valid(origin, scheme) || !is_path(url + len))
        return COG_URL_REFUSED;
    if (scheme == https)
        return COG_URL_HTTPS;
    host = origin + strlen(http);
    /* The port is valid, and cut off: behind "]" in an IPv6 address. */
    host[*host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":")] = '\0';
    return kind_of_host(host);
}
