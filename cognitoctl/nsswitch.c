/* SPDX-License-Identifier: Apache-2.0 */
/* What nsswitch.conf means for our users; see the header. */
#include "cognitoctl/nsswitch.h"

#include "base/text.h"
#include "cognitoctl/span.h"

#include <stdbool.h>
#include <string.h>

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Up to a blank or one of the bytes in ends. */
static struct cog_span
take_word(struct cog_span *rest, const char *ends)
{
    struct cog_span word = {rest->at, 0};

    while (
        word.len < rest->len && !is_blank(word.at[word.len]) &&
        (word.at[word.len] == '\0' || strchr(ends, word.at[word.len]) == NULL))
        word.len++;
    cog_span_skip(rest, word.len);
    return word;
}

/* The next line without its comment; false at the end. */
static bool
take_line(struct cog_span *file, struct cog_span *line)
{
    const char *end, *comment;

    if (file->len == 0)
        return false;
    end = memchr(file->at, '\n', file->len);
    *line = (struct cog_span){file->at,
                              end ? (size_t) (end - file->at) : file->len};
    cog_span_skip(file, end ? line->len + 1 : line->len);
    comment = line->len > 0 ? memchr(line->at, '#', line->len) : NULL;
    if (comment != NULL)
        line->len = (size_t) (comment - line->at);
    return true;
}

/* What stands behind the last "database:"; at is NULL when there is none. */
static struct cog_span
find_services(struct cog_span file, const char *database)
{
    struct cog_span found = {NULL, 0}, line;

    while (take_line(&file, &line)) {
        struct cog_span name;

        cog_span_skip_blanks(&line, is_blank);
        name = take_word(&line, ":");
        cog_span_skip_blanks(&line, is_blank);
        if (!cog_span_equals(name, database) || line.len == 0 ||
            *line.at != ':')
            continue;
        cog_span_skip(&line, 1);
        cog_span_skip_blanks(&line, is_blank);
        found = line;
    }
    return found;
}

/*
 * "[STATUS=ACTION ...]" or "[!STATUS=ACTION ...]" behind a service: whether
 * "not found" ends the search there. *stops keeps what was said before.
 */
static void
take_actions(struct cog_span *rest, bool *stops)
{
    cog_span_skip(rest, 1);
    for (;;) {
        struct cog_span status, action;
        bool negated;

        cog_span_skip_blanks(rest, is_blank);
        negated = rest->len > 0 && *rest->at == '!';
        if (negated)
            cog_span_skip(rest, 1);
        status = take_word(rest, "=]");
        cog_span_skip_blanks(rest, is_blank);
        if (rest->len == 0 || *rest->at != '=')
            break;
        cog_span_skip(rest, 1);
        cog_span_skip_blanks(rest, is_blank);
        action = take_word(rest, "]");
        if (cog_span_equals_nocase(status, "notfound") != negated)
            *stops = cog_span_equals_nocase(action, "return");
    }
    if (rest->len > 0 && *rest->at == ']')
        cog_span_skip(rest, 1);
}

/* Whose "no" costs as little as a look into a file. */
static bool
is_quick(struct cog_span service)
{
    static const char *const quick[] = {"files", "compat",     "db",
                                        "cache", "extrausers", "altfiles"};

    for (size_t i = 0; i < sizeof quick / sizeof quick[0]; i++) {
        if (cog_span_equals(service, quick[i]))
            return true;
    }
    return false;
}

static bool
is_files(struct cog_span service)
{
    return cog_span_equals(service, "files") ||
           cog_span_equals(service, "compat");
}

static enum cog_nsswitch
judge(struct cog_span rest)
{
    bool files = false, costly = false, stopped = false;

    for (cog_span_skip_blanks(&rest, is_blank); rest.len > 0;
         cog_span_skip_blanks(&rest, is_blank)) {
        struct cog_span service = take_word(&rest, "[");
        bool stops = false;

        if (cog_span_equals(service, "cognito")) {
            if (!files)
                return COG_NSSWITCH_BEFORE_FILES;
            if (stopped)
                return COG_NSSWITCH_STOPPED;
            return costly ? COG_NSSWITCH_COSTLY : COG_NSSWITCH_FINE;
        }
        files = files || is_files(service);
        costly = costly || !is_quick(service);
        for (cog_span_skip_blanks(&rest, is_blank);
             rest.len > 0 && *rest.at == '[';
             cog_span_skip_blanks(&rest, is_blank))
            take_actions(&rest, &stops);
        stopped = stopped || stops;
    }
    return COG_NSSWITCH_MISSING;
}

enum cog_nsswitch
cog_nsswitch_look(const char *bytes, size_t len, const char *database,
                  char *services)
{
    struct cog_span found =
        find_services((struct cog_span){bytes, len}, database);

    services[0] = '\0';
    if (found.at == NULL)
        return COG_NSSWITCH_NO_LINE;
    while (found.len > 0 && is_blank(found.at[found.len - 1]))
        found.len--;
    cog_text_for_person(found.at, found.len, services, COG_NSSWITCH_LINE_SIZE);
    return judge(found);
}
