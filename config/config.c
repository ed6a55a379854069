/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading cognito.conf. libinih takes a line apart; everything about lines
 * that it would do in its own way (length, NUL bytes, comments behind
 * values, continued lines, "key: value", sections) is decided before it
 * sees the line, and what it made of the line is compared with what stands
 * there. So its build-time and run-time switches, which differ between
 * distributions, cannot change what a file means.
 */
#include "config/config.h"

#include "base/text.h"
#include "config/options.h"
#include "config/rules.h"
#include "config/service.h"

#include <ini.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct parse {
    const char *bytes, *end; /* what is left of the file */
    const char *file_name;
    unsigned line;                     /* number of the current line */
    char key[COG_CONFIG_LINE_MAX + 1]; /* what stands in it */
    char value[COG_CONFIG_LINE_MAX + 1];
    unsigned given[COG_OPTION_COUNT]; /* the line of each option, or 0 */
    bool failed;
    struct cog_config_error error;
    struct cog_config config;
};

/* Keep the first error; later ones are its consequences. */
__attribute__((format(printf, 3, 4))) static void
fail(struct parse *parse, unsigned line, const char *format, ...)
{
    char file[200], reason[256], where[16] = "";
    va_list arguments;

    if (parse->failed)
        return;
    parse->failed = true;
    parse->error.line = line;
    cog_text_for_log(parse->file_name, strlen(parse->file_name), file,
                     sizeof file);
    va_start(arguments, format);
    (void) vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    if (line > 0)
        (void) snprintf(where, sizeof where, ":%u", line);
    (void) snprintf(parse->error.text, sizeof parse->error.text, "%s%s: %s",
                    file, where, reason);
}

/* Cut blanks off both ends; returns the new beginning. */
static char *
trim(char *text)
{
    size_t len;

    text += strspn(text, " ");
    len = strlen(text);
    while (len > 0 && text[len - 1] == ' ')
        text[--len] = '\0';
    return text;
}

/* Whether a text begins a comment. */
static bool
is_comment(const char *text)
{
    return *text == '#' || *text == ';';
}

/*
 * Split a line at its first "=" into parse->key and parse->value, or fail.
 * The line is overwritten.
 */
static void
split_line(struct parse *parse, char *line)
{
    char *equals = strchr(line, '=');
    char *value;

    if (*line == '[') {
        fail(parse, parse->line, "there are no [sections] in this file");
        return;
    }
    if (equals == NULL || memchr(line, ':', (size_t) (equals - line))) {
        fail(parse, parse->line, "a line must be \"key = value\"");
        return;
    }
    *equals = '\0';
    line = trim(line);
    value = trim(equals + 1);
    if (*line == '\0') {
        fail(parse, parse->line, "there is no key before \"=\"");
        return;
    }
    for (const char *at = value; *at != '\0'; at++) {
        if (is_comment(at) && (at == value || at[-1] == ' ')) {
            fail(parse, parse->line,
                 "a comment must stand on a line of its own");
            return;
        }
    }
    (void) snprintf(parse->key, sizeof parse->key, "%s", line);
    (void) snprintf(parse->value, sizeof parse->value, "%s", value);
}

/* Bytes of the file as a line, tabs as blanks. */
static bool
copy_line(struct parse *parse, const char *bytes, size_t len,
          char line[COG_CONFIG_LINE_MAX + 1])
{
    if (len > COG_CONFIG_LINE_MAX) {
        fail(parse, parse->line, "the line is over %d bytes",
             COG_CONFIG_LINE_MAX);
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\0') {
            fail(parse, parse->line, "the line holds a NUL byte");
            return false;
        }
        line[i] = bytes[i] == '\t' ? ' ' : bytes[i];
    }
    line[len] = '\0';
    return true;
}

/*
 * Take the next line from the file: false at its end or after a failure.
 * Afterwards key is "" for a line that says nothing.
 */
static bool
next_line(struct parse *parse)
{
    char line[COG_CONFIG_LINE_MAX + 1];
    const char *start = parse->bytes, *end;
    char *text;

    parse->key[0] = '\0';
    if (parse->failed || start == parse->end)
        return false;
    end = memchr(start, '\n', (size_t) (parse->end - start));
    if (end == NULL)
        end = parse->end;
    parse->bytes = end == parse->end ? end : end + 1;
    parse->line++;
    if (!copy_line(parse, start, (size_t) (end - start), line))
        return false;
    text = trim(line);
    if (*text == '\0' || is_comment(text))
        return true;
    if (cog_text_has_control(text, strlen(text)) ||
        !cog_text_is_utf8(text, strlen(text))) {
        fail(parse, parse->line,
             "the line holds a control character or broken UTF-8");
        return false;
    }
    split_line(parse, text);
    return !parse->failed;
}

/* The ini_reader: like fgets, the next line as we understood it. */
static char *
read_line(char *buffer, int size, void *stream)
{
    struct parse *parse = stream;
    int need;

    if (size < 2 || !next_line(parse))
        return NULL;
    if (parse->key[0] == '\0') {
        memcpy(buffer, "\n", 2);
        return buffer;
    }
    need =
        snprintf(buffer, (size_t) size, "%s=%s\n", parse->key, parse->value);
    if (need < 0 || need >= size) {
        fail(parse, parse->line, "this libinih reads at most %d bytes a line",
             size);
        return NULL;
    }
    return buffer;
}

static void
fail_unknown(struct parse *parse, const char *name)
{
    char key[64];

    cog_text_for_log(name, strlen(name), key, sizeof key);
    fail(parse, parse->line, "unknown key '%s'", key);
}

static void
set_option(struct parse *parse, enum cog_option_id id, const char *value)
{
    const struct cog_option *option = &cog_options[id];
    const char *reason;

    parse->given[id] = parse->line;
    reason =
        option->set(option, value, (char *) &parse->config + option->offset);
    if (reason != NULL)
        fail(parse, parse->line, "%s %s", option->name, reason);
}

/* The ini_handler: one option. 0 is an error and kept in parse. */
static int
take_option(void *user, const char *section, const char *name,
            const char *value)
{
    struct parse *parse = user;
    enum cog_option_id id = cog_option_find(parse->key);

    if (parse->failed)
        return 0;
    if (*section != '\0' || strcmp(name, parse->key) != 0 ||
        strcmp(value, parse->value) != 0)
        fail(parse, parse->line, "libinih reads this line differently");
    else if (id == COG_OPTION_COUNT)
        fail_unknown(parse, name);
    else if (parse->given[id] != 0)
        fail(parse, parse->line, "%s was given in line %u already", name,
             parse->given[id]);
    else if (*value == '\0')
        fail(parse, parse->line, "%s has no value", name);
    else
        set_option(parse, id, value);
    return !parse->failed;
}

static void
set_defaults(struct cog_config *config)
{
    for (size_t i = 0; i < COG_OPTION_COUNT; i++) {
        const struct cog_option *option = &cog_options[i];

        /* Never refused: the documentation test reads them all. */
        if (option->fallback != NULL)
            (void) option->set(option, option->fallback,
                               (char *) config + option->offset);
    }
}

static void
read_lines(struct parse *parse)
{
    int status;

    /*
     * Debian's libinih has run-time switches; the ones of length and heap
     * matter, the others would be noticed by take_option.
     */
    ini_max_line = COG_CONFIG_LINE_MAX + 3;
    ini_use_stack = true;
    ini_allow_multiline = false;
    ini_allow_inline_comments = false;
    ini_allow_bom = false;
    ini_allow_no_value = false;
    ini_stop_on_first_error = true;
    status = ini_parse_stream(read_line, parse, take_option, parse);
    if (status != 0)
        fail(parse, parse->line, "libinih cannot read this line");
}

static void
check_whole(struct parse *parse)
{
    enum cog_option_id about = COG_OPTION_COUNT;
    const char *reason;

    if (parse->failed)
        return;
    reason = cog_rules_check(&parse->config, parse->given, &about);
    if (reason != NULL)
        fail(parse, parse->given[about], "%s %s", cog_options[about].name,
             reason);
}

bool
cog_config_parse(const char *bytes, size_t len, const char *file_name,
                 struct cog_config *out, struct cog_config_error *error)
{
    struct parse parse = {
        .bytes = bytes,
        .end = bytes + len,
        .file_name = file_name,
    };

    if (len > COG_CONFIG_FILE_MAX)
        fail(&parse, 0, "the file is over %d bytes", COG_CONFIG_FILE_MAX);
    set_defaults(&parse.config);
    if (!parse.failed)
        read_lines(&parse);
    check_whole(&parse);
    if (parse.failed) {
        *error = parse.error;
        return false;
    }
    if (parse.given[COG_OPTION_CA_FILE] != 0)
        parse.config.ca_path[0] = '\0';
    cog_service_derive(&parse.config);
    *out = parse.config;
    return true;
}
