/* SPDX-License-Identifier: Apache-2.0 */
/* What texts in cognito.conf may look like; see the header. */
#include "config/grammar.h"

#include "base/text.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Whether c is one of the bytes of set; strchr would find the NUL too. */
static bool
is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

bool
cog_grammar_word(const char *text, const char *others)
{
    const char *at = text;

    while (cog_ascii_is_alnum(*at) || is_one_of(*at, others))
        at++;
    return at != text && *at == '\0';
}

/* What stands before the end (borrowed) is a region's name. */
static bool
is_region(const char *text, const char *end)
{
    if (end == text || !cog_ascii_is_lower(text[0]) || end[-1] == '-')
        return false;
    for (const char *at = text; at < end; at++) {
        if (!cog_ascii_is_lower(*at) && !cog_ascii_is_digit(*at) && *at != '-')
            return false;
    }
    return true;
}

bool
cog_grammar_pool_id(const char *text)
{
    const char *name = strchr(text, '_');

    return name != NULL && strlen(text) <= 55 && is_region(text, name) &&
           cog_grammar_word(name + 1, "");
}

bool
cog_grammar_identity_pool_id(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    const char *uuid = strchr(text, ':');

    if (uuid == NULL || strlen(text) > 55 || !is_region(text, uuid) ||
        strlen(++uuid) != sizeof form - 1)
        return false;
    for (size_t i = 0; i < sizeof form - 1; i++) {
        if (form[i] == '-' ? uuid[i] != '-'
                           : !is_one_of(uuid[i], "0123456789abcdef"))
            return false;
    }
    return true;
}

static bool
is_printable(const char *text)
{
    while (*text > 0x20 && *text < 0x7f)
        text++;
    return *text == '\0';
}

bool
cog_grammar_path(const char *text)
{
    const char *part = text;

    if (*text != '/' || !is_printable(text))
        return false;
    while (*part == '/') {
        size_t len = strcspn(++part, "/");

        if (len == 0 && *part != '\0')
            return false;
        if ((len == 1 && part[0] == '.') ||
            (len == 2 && part[0] == '.' && part[1] == '.'))
            return false;
        part += len;
    }
    return true;
}

/* Behind a DNS name or IPv4 address (RFC 1123, section 2.1), or NULL. */
static const char *
skip_host(const char *text)
{
    const char *at = text;

    for (;;) {
        const char *label = at;

        while (cog_ascii_is_alnum(*at) || *at == '-')
            at++;
        if (at == label || at - label > 63 || *label == '-' || at[-1] == '-')
            return NULL;
        if (*at != '.')
            break;
        at++;
    }
    return at - text > 253 ? NULL : at;
}

/* Behind ":PORT" with a port of 1-65535, or NULL. */
static const char *
skip_port(const char *text)
{
    char digits[6];
    size_t len = 0;
    uint64_t port;

    if (*text++ != ':')
        return NULL;
    while (len < sizeof digits - 1 && cog_ascii_is_digit(text[len])) {
        digits[len] = text[len];
        len++;
    }
    digits[len] = '\0';
    if (cog_text_to_number(digits, 65535, &port) != 0 || port == 0)
        return NULL;
    return text + len;
}

const char *
cog_grammar_https(const char *text)
{
    static const char scheme[] = "https://";
    const char *rest;

    if (!cog_text_begins(text, scheme))
        return NULL;
    rest = skip_host(text + sizeof scheme - 1);
    if (rest != NULL && *rest == ':')
        rest = skip_port(rest);
    if (rest == NULL || (*rest != '\0' && *rest != '/'))
        return NULL;
    return rest;
}

bool
cog_grammar_proxy(const char *text)
{
    const char *rest = NULL;

    if (cog_text_begins(text, "http://"))
        rest = skip_host(text + 7);
    else if (cog_text_begins(text, "https://"))
        rest = skip_host(text + 8);
    if (rest != NULL)
        rest = skip_port(rest);
    return rest != NULL && *rest == '\0';
}

bool
cog_grammar_template(const char *text)
{
    const char *mark = strchr(text, '%');

    return is_printable(text) && mark != NULL && mark[1] == 'u' &&
           strchr(mark + 1, '%') == NULL;
}

/* [a-z_] and then small letters, digits and the bytes in others. */
static size_t
name_length(const char *text, const char *others)
{
    size_t len = 0;

    if (!cog_ascii_is_lower(*text) && *text != '_')
        return 0;
    while (cog_ascii_is_lower(text[len]) || cog_ascii_is_digit(text[len]) ||
           is_one_of(text[len], others))
        len++;
    return len;
}

bool
cog_grammar_local_group(const char *text)
{
    size_t len = name_length(text, "_-");

    return len > 0 && len <= 32 && text[len] == '\0';
}

bool
cog_grammar_match(const char *text)
{
    size_t len = name_length(text, "._-");

    if (len > 32)
        return false;
    if (text[len] == '*')
        return text[len + 1] == '\0';
    return len > 0 && text[len] == '\0';
}
