/* SPDX-License-Identifier: Apache-2.0 */
/* What nsswitch.conf means for our users; see the header. */
#include "cognitoctl/nsswitch.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

/* Bytes that are not read yet. */
struct rest {
    const char *at;
    size_t len;
};

static void
skip(struct rest *rest, size_t len)
{
    rest->at += len;
    rest->len -= len;
}

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void
skip_blanks(struct rest *rest)
{
    while (rest->len > 0 && is_blank(*rest->at))
        skip(rest, 1);
}

/* Up to a blank or one of the bytes in ends. */
static struct rest
take_word(struct rest *rest, const char *ends)
{
    struct rest word = {rest->at, 0};

    while (
        word.len < rest->len && !is_blank(word.at[word.len]) &&
        (word.at[word.len] == '\0' || strchr(ends, word.at[word.len]) == NULL))
        word.len++;
    skip(rest, word.len);
    return word;
}

static bool
equals(struct rest word, const char *text)
{
    return word.len == strlen(text) && memcmp(word.at, text, word.len) == 0;
}

static bool
equals_nocase(struct rest word, const char *text)
{
    if (word.len != strlen(text))
        return false;
    for (size_t i = 0; i < word.len; i++) {
        if (cog_ascii_to_lower(word.at[i]) != text[i])
            return false;
    }
    return true;
}

/* The next line without its comment; false at the end. */
static bool
take_line(struct rest *file, struct rest *line)
{
    const char *end, *comment;

    if (file->len == 0)
        return false;
    end = memchr(file->at, '\n', file->len);
    *line =
        (struct rest){file->at, end ? (size_t) (end - file->at) : file->len};
    skip(file, end ? line->len + 1 : line->len);
    comment = line->len > 0 ? memchr(line->at, '#', line->len) : NULL;
    if (comment != NULL)
        line->len = (size_t) (comment - line->at);
    return true;
}

/* What stands behind the last "database:"; at is NULL when there is none. */
static struct rest
find_services(struct rest file, const char *database)
{
    struct rest found = {NULL, 0}, line;

    while (take_line(&file, &line)) {
        struct rest name;

        skip_blanks(&line);
        name = take_word(&line, ":");
        skip_blanks(&line);
        if (!equals(name, database) || line.len == 0 || *line.at != ':')
            continue;
        skip(&line, 1);
        skip_blanks(&line);
        found = line;
    }
    return found;
}

/*
 * "[STATUS=ACTION ...]" or "[!STATUS=ACTION ...]" behind a service: whether
 * "not found" ends the search there. *stops keeps what was said before.
 */
static void
take_actions(struct rest *rest, bool *stops)
{
    skip(rest, 1);
    for (;;) {
        struct rest status, action;
        bool negated;

        skip_blanks(rest);
        negated = rest->len > 0 && *rest->at == '!';
        if (negated)
            skip(rest, 1);
        status = take_word(rest, "=]");
        skip_blanks(rest);
        if (rest->len == 0 || *rest->at != '=')
            break;
        skip(rest, 1);
        skip_blanks(rest);
        action = take_word(rest, "]");
        if (equals_nocase(status, "notfound") != negated)
            *stops = equals_nocase(action, "return");
    }
    if (rest->len > 0 && *rest->at == ']')
        skip(rest, 1);
}

/* Whose "no" costs as little as a look into a file. */
static bool
is_quick(struct rest service)
{
    static const char *const quick[] = {"files", "compat",     "db",
                                        "cache", "extrausers", "altfiles"};

    for (size_t i = 0; i < sizeof quick / sizeof quick[0]; i++) {
        if (equals(service, quick[i]))
            return true;
    }
    return false;
}

static bool
is_files(struct rest service)
{
    return equals(service, "files") || equals(service, "compat");
}

static enum cog_nsswitch
judge(struct rest rest)
{
    bool files = false, costly = false, stopped = false;

    for (skip_blanks(&rest); rest.len > 0; skip_blanks(&rest)) {
        struct rest service = take_word(&rest, "[");
        bool stops = false;

        if (equals(service, "cognito")) {
            if (!files)
                return COG_NSSWITCH_BEFORE_FILES;
            if (stopped)
                return COG_NSSWITCH_STOPPED;
            return costly ? COG_NSSWITCH_COSTLY : COG_NSSWITCH_FINE;
        }
        files = files || is_files(service);
        costly = costly || !is_quick(service);
        for (skip_blanks(&rest); rest.len > 0 && *rest.at == '[';
             skip_blanks(&rest))
            take_actions(&rest, &stops);
        stopped = stopped || stops;
    }
    return COG_NSSWITCH_MISSING;
}

enum cog_nsswitch
cog_nsswitch_look(const char *bytes, size_t len, const char *database,
                  char *services)
{
    struct rest found = find_services((struct rest){bytes, len}, database);

    services[0] = '\0';
    if (found.at == NULL)
        return COG_NSSWITCH_NO_LINE;
    while (found.len > 0 && is_blank(found.at[found.len - 1]))
        found.len--;
    cog_text_for_person(found.at, found.len, services, COG_NSSWITCH_LINE_SIZE);
    return judge(found);
}
