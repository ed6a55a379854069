/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: URLs of single requests. Whatever is taken libcurl's own
 * parser reads in the same way: that scheme, no user, and for "http" a host
 * that is one of those that may be asked.
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cognito/url.h"
#include "tests/fuzz/target.h"

static char *
part_of(CURLU *url, CURLUPart part)
{
    char *text = NULL;

    return curl_url_get(url, part, &text, 0) == CURLUE_OK ? text : NULL;
}

static void
check(const char *text, enum cog_url_kind kind)
{
    static const char *const plain[] = {
        "169.254.169.254", "[fd00:ec2::254]", "169.254.170.2",
        "169.254.170.23",  "[fd00:ec2::23]",  "localhost",
        "[::1]",
    };
    CURLU *url = curl_url();
    char *scheme, *host;
    bool found = kind == COG_URL_HTTPS;

    if (url == NULL)
        return;
    /* It knows more of IPv6 addresses than we ask for. */
    if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK) {
        curl_url_cleanup(url);
        return;
    }
    scheme = part_of(url, CURLUPART_SCHEME);
    host = part_of(url, CURLUPART_HOST);
    if (scheme == NULL || host == NULL ||
        part_of(url, CURLUPART_USER) != NULL ||
        part_of(url, CURLUPART_FRAGMENT) != NULL ||
        strcmp(scheme, kind == COG_URL_HTTPS ? "https" : "http") != 0)
        abort();
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        found = found || strcmp(host, plain[i]) == 0;
    if (!found && strncmp(host, "127.", 4) != 0)
        abort();
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(url);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *) data, size);
    enum cog_url_kind kind;

    if (text == NULL)
        return 0;
    kind = cog_url_kind(text);
    if (kind != COG_URL_REFUSED)
        check(text, kind);
    free(text);
    return 0;
}
