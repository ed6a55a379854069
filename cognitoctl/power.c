/* SPDX-License-Identifier: Apache-2.0 */
/* Names to which files of the host give power; see the header. */
#include "cognitoctl/power.h"

#include "base/text.h"

#include <string.h>

/* The longest path of an include. */
#define PATH_LIMIT 1023

/* Bytes that are not read yet, and the line they begin in. */
struct rest {
    const char *at;
    size_t len;
    unsigned line;
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
    return c == ' ' || c == '\t' || c == '\r';
}

/* A backslash and a line's end, inside of what take_joined gave. */
static bool
is_joint(const struct rest *rest, size_t at)
{
    return at + 1 < rest->len && rest->at[at] == '\\' &&
           rest->at[at + 1] == '\n';
}

static void
skip_blanks(struct rest *rest)
{
    while (rest->len > 0 && (is_blank(*rest->at) || is_joint(rest, 0)))
        skip(rest, is_joint(rest, 0) ? 2 : 1);
}

static bool
begins_with(const struct rest *rest, char c)
{
    return rest->len > 0 && *rest->at == c;
}

static bool
is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* The next line of a file; its number is counted. */
static bool
take_line(struct rest *file, struct rest *line)
{
    const char *end;

    if (file->len == 0)
        return false;
    end = memchr(file->at, '\n', file->len);
    *line = *file;
    line->len = end != NULL ? (size_t) (end - file->at) : file->len;
    skip(file, end != NULL ? line->len + 1 : line->len);
    file->line++;
    return true;
}

/* The same with the lines that continue it. */
static bool
take_joined(struct rest *file, struct rest *line)
{
    struct rest next;

    if (!take_line(file, line))
        return false;
    while (line->len > 0 && line->at[line->len - 1] == '\\' &&
           take_line(file, &next))
        line->len += next.len + 1;
    return true;
}

/* Up to a blank or one of the bytes in ends; a quoted word without quotes. */
static struct rest
take_word(struct rest *rest, const char *ends)
{
    struct rest word = *rest;

    word.len = 0;
    if (begins_with(rest, '"')) {
        const char *end;

        skip(rest, 1);
        word = *rest;
        end = rest->len > 0 ? memchr(rest->at, '"', rest->len) : NULL;
        word.len = end != NULL ? (size_t) (end - rest->at) : rest->len;
        skip(rest, end != NULL ? word.len + 1 : word.len);
        return word;
    }
    while (word.len < rest->len && !is_blank(word.at[word.len]) &&
           !is_joint(rest, word.len) && !is_one_of(word.at[word.len], ends)) {
        if (word.at[word.len] == '\\' && word.len + 1 < rest->len)
            word.len++;
        word.len++;
    }
    skip(rest, word.len);
    return word;
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

static void
tell(const struct cog_power_reader *reader, struct rest name, bool group)
{
    struct cog_power power = {.group = group, .line = name.line};

    if (name.len == 0 || name.len > COG_POWER_NAME_MAX ||
        memchr(name.at, '\0', name.len) != NULL)
        return;
    for (size_t i = 0; i < name.len; i++) {
        if (is_one_of(name.at[i], "*?[]\\"))
            return;
    }
    memcpy(power.name, name.at, name.len);
    power.name[name.len] = '\0';
    reader->visit(reader->context, &power);
}

static void
tell_include(const struct cog_power_reader *reader, struct rest path,
             bool directory)
{
    char text[PATH_LIMIT + 1];

    if (reader->include == NULL || path.len == 0 || path.len > PATH_LIMIT ||
        memchr(path.at, '\0', path.len) != NULL)
        return;
    memcpy(text, path.at, path.len);
    text[path.len] = '\0';
    reader->include(reader->context, text, directory);
}

/* ---- sudoers */

/*
 * One member of a list of users: NAME, %GROUP, %:GROUP of a plugin; not #UID,
 * %#GID, +NETGROUP and ALL. A "!" before it changes nothing here.
 */
static void
tell_member(const struct cog_power_reader *reader, struct rest *rest)
{
    struct rest member;
    bool group = false, quoted;

    while (begins_with(rest, '!') || begins_with(rest, ' '))
        skip(rest, 1);
    if (begins_with(rest, '%')) {
        skip(rest, 1);
        group = true;
        if (begins_with(rest, ':'))
            skip(rest, 1);
    }
    quoted = begins_with(rest, '"');
    member = take_word(rest, ",=:");
    if (!quoted && (begins_with(&member, '#') || begins_with(&member, '+') ||
                    equals_nocase(member, "all")))
        return;
    tell(reader, member, group);
}

/* "a, %b, !c" up to something that is neither word nor comma. */
static void
tell_members(const struct cog_power_reader *reader, struct rest *rest)
{
    tell_member(reader, rest);
    for (skip_blanks(rest); begins_with(rest, ','); skip_blanks(rest)) {
        skip(rest, 1);
        skip_blanks(rest);
        tell_member(reader, rest);
    }
}

/* "NAME = members : NAME = members" */
static void
tell_alias(const struct cog_power_reader *reader, struct rest rest)
{
    for (;;) {
        (void) take_word(&rest, "=:");
        skip_blanks(&rest);
        if (!begins_with(&rest, '='))
            return;
        skip(&rest, 1);
        skip_blanks(&rest);
        tell_members(reader, &rest);
        if (!begins_with(&rest, ':'))
            return;
        skip(&rest, 1);
        skip_blanks(&rest);
    }
}

static bool
take_include(const struct cog_power_reader *reader, struct rest line)
{
    struct rest word;

    if (!begins_with(&line, '#') && !begins_with(&line, '@'))
        return false;
    skip(&line, 1);
    word = take_word(&line, "");
    skip_blanks(&line);
    if (equals_nocase(word, "include"))
        tell_include(reader, take_word(&line, ""), false);
    else if (equals_nocase(word, "includedir"))
        tell_include(reader, take_word(&line, ""), true);
    else
        return false;
    return true;
}

/* Words that begin a line which names no user. */
static bool
is_other_alias(struct rest word)
{
    return equals_nocase(word, "host_alias") ||
           equals_nocase(word, "cmnd_alias") ||
           equals_nocase(word, "cmd_alias") ||
           equals_nocase(word, "runas_alias");
}

static void
read_rule(const struct cog_power_reader *reader, struct rest line)
{
    struct rest rest = line, word = take_word(&rest, ",=:@!>");

    if (equals_nocase(word, "user_alias")) {
        skip_blanks(&rest);
        tell_alias(reader, rest);
    } else if (equals_nocase(word, "defaults")) {
        if (begins_with(&rest, ':')) {
            skip(&rest, 1);
            tell_members(reader, &rest);
        }
    } else if (!is_other_alias(word)) {
        tell_members(reader, &line);
    }
}

void
cog_power_sudoers(const char *bytes, size_t len,
                  const struct cog_power_reader *reader)
{
    struct rest file = {bytes, len, 1}, line;

    while (take_joined(&file, &line)) {
        skip_blanks(&line);
        if (line.len == 0 || take_include(reader, line) ||
            (begins_with(&line, '#') &&
             !(line.len > 1 && cog_ascii_is_digit(line.at[1]))))
            continue;
        read_rule(reader, line);
    }
}

/* ---- sshd_config */

static void
tell_patterns(const struct cog_power_reader *reader, struct rest rest,
              bool group)
{
    for (skip_blanks(&rest); rest.len > 0; skip_blanks(&rest)) {
        struct rest word = take_word(&rest, ",");
        const char *at;

        if (begins_with(&rest, ','))
            skip(&rest, 1);
        while (begins_with(&word, '!'))
            skip(&word, 1);
        at = word.len > 0 && !group ? memchr(word.at, '@', word.len) : NULL;
        if (at != NULL)
            word.len = (size_t) (at - word.at);
        tell(reader, word, group);
    }
}

/* "User a,b Group c Address ..." */
static void
read_match(const struct cog_power_reader *reader, struct rest rest)
{
    for (skip_blanks(&rest); rest.len > 0; skip_blanks(&rest)) {
        struct rest word = take_word(&rest, "="), list;

        skip_blanks(&rest);
        if (begins_with(&rest, '='))
            skip(&rest, 1);
        skip_blanks(&rest);
        list = take_word(&rest, "");
        if (equals_nocase(word, "user"))
            tell_patterns(reader, list, false);
        else if (equals_nocase(word, "group"))
            tell_patterns(reader, list, true);
        /* "all" and the like have no list: none of them is a name. */
    }
}

void
cog_power_sshd(const char *bytes, size_t len,
               const struct cog_power_reader *reader)
{
    struct rest file = {bytes, len, 1}, line;

    while (take_line(&file, &line)) {
        struct rest word;

        skip_blanks(&line);
        if (line.len == 0 || begins_with(&line, '#'))
            continue;
        word = take_word(&line, "=");
        skip_blanks(&line);
        if (begins_with(&line, '='))
            skip(&line, 1);
        skip_blanks(&line);
        if (equals_nocase(word, "allowusers"))
            tell_patterns(reader, line, false);
        else if (equals_nocase(word, "allowgroups"))
            tell_patterns(reader, line, true);
        else if (equals_nocase(word, "match"))
            read_match(reader, line);
        else if (equals_nocase(word, "include"))
            for (; line.len > 0; skip_blanks(&line))
                tell_include(reader, take_word(&line, ""), false);
    }
}

/* ---- polkit */

static bool
take_text(struct rest *rest, const char *text)
{
    size_t len = strlen(text);

    if (rest->len < len || memcmp(rest->at, text, len) != 0)
        return false;
    skip(rest, len);
    return true;
}

static bool
take_quote(struct rest *rest, char *quote)
{
    skip_blanks(rest);
    if (!begins_with(rest, '"') && !begins_with(rest, '\''))
        return false;
    *quote = *rest->at;
    skip(rest, 1);
    return true;
}

/* A name up to something that cannot be part of one. */
static void
tell_bare(const struct cog_power_reader *reader, struct rest rest, bool group)
{
    size_t len = 0;

    while (len < rest.len && !is_blank(rest.at[len]) &&
           !is_one_of(rest.at[len], "\"';,]) "))
        len++;
    rest.len = len;
    tell(reader, rest, group);
}

static void
tell_quoted(const struct cog_power_reader *reader, struct rest rest,
            bool group)
{
    const char *end;
    char quote = '\0';

    if (!take_quote(&rest, &quote) || rest.len == 0)
        return;
    end = memchr(rest.at, quote, rest.len);
    if (end == NULL)
        return;
    rest.len = (size_t) (end - rest.at);
    tell(reader, rest, group);
}

/* user == "x", user=='x' */
static void
tell_compared(const struct cog_power_reader *reader, struct rest rest)
{
    skip_blanks(&rest);
    if (!take_text(&rest, "=="))
        return;
    (void) take_text(&rest, "=");
    tell_quoted(reader, rest, false);
}

static void
read_polkit_line(const struct cog_power_reader *reader, struct rest line)
{
    for (; line.len > 0; skip(&line, 1)) {
        struct rest rest = line;

        if (take_text(&rest, "unix-user:")) {
            tell_bare(reader, rest, false);
        } else if (take_text(&rest, "unix-group:")) {
            tell_bare(reader, rest, true);
        } else if (take_text(&rest, "isInGroup")) {
            skip_blanks(&rest);
            if (take_text(&rest, "("))
                tell_quoted(reader, rest, true);
        } else if (take_text(&rest, "user")) {
            tell_compared(reader, rest);
        }
    }
}

void
cog_power_polkit(const char *bytes, size_t len,
                 const struct cog_power_reader *reader)
{
    struct rest file = {bytes, len, 1}, line;

    while (take_line(&file, &line))
        read_polkit_line(reader, line);
}

/* ---- group */

/* "NAME:PASSWORD:GID:MEMBER,MEMBER" */
void
cog_power_group(const char *bytes, size_t len,
                const struct cog_power_reader *reader)
{
    struct rest file = {bytes, len, 1}, line;

    while (take_line(&file, &line)) {
        skip_blanks(&line);
        if (line.len == 0 || is_one_of(*line.at, "#+-"))
            continue;
        for (int i = 0; i < 3; i++) {
            const char *end = memchr(line.at, ':', line.len);

            skip(&line, end != NULL ? (size_t) (end - line.at) + 1 : line.len);
        }
        while (line.len > 0) {
            const char *end = memchr(line.at, ',', line.len);
            struct rest member = line;

            if (end != NULL)
                member.len = (size_t) (end - line.at);
            skip(&line, end != NULL ? member.len + 1 : member.len);
            tell(reader, member, false);
        }
    }
}
