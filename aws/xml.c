/* SPDX-License-Identifier: Apache-2.0 */
/* A walk through small documents; see the header. */
#include "aws/xml.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

/* A name as it stands in the document. */
struct name {
    const char *at;
    size_t len;
};

struct walk {
    const char *at;
    const char *end;
    struct name open[COG_AWS_XML_DEPTH]; /* the elements around */
    size_t depth;
    const char *const *wanted;
    size_t wanted_count;
    struct cog_secret text; /* of the wanted element */
    bool inside;            /* it is the innermost one now */
    bool found;             /* it has come */
    enum cog_status status; /* why the walk ended, if it had to */
};

/* End the walk as refused; for "return refuse(walk)". */
static bool
refuse(struct walk *walk)
{
    walk->status = COG_PROTOCOL;
    return false;
}

static bool
take(struct walk *walk, char c)
{
    if (walk->at == walk->end || *walk->at != c)
        return false;
    walk->at++;
    return true;
}

static bool
skip_blanks(struct walk *walk)
{
    const char *begin = walk->at;

    while (walk->at < walk->end && *walk->at != '\0' &&
           strchr(" \t\r\n", *walk->at) != NULL)
        walk->at++;
    return walk->at > begin;
}

static bool
take_name(struct walk *walk, struct name *name)
{
    name->at = walk->at;
    while (walk->at < walk->end &&
           (cog_ascii_is_alnum(*walk->at) ||
            (*walk->at != '\0' && strchr("._-:", *walk->at) != NULL)))
        walk->at++;
    name->len = (size_t) (walk->at - name->at);
    return name->len > 0;
}

/* NAME="..." or '...', of which nothing is kept. */
static bool
skip_attribute(struct walk *walk)
{
    struct name name;
    char quote;

    if (!take_name(walk, &name) || !take(walk, '=') || walk->at == walk->end)
        return refuse(walk);
    quote = *walk->at++;
    if (quote != '"' && quote != '\'')
        return refuse(walk);
    while (walk->at < walk->end && *walk->at != quote && *walk->at != '<')
        walk->at++;
    return take(walk, quote) ? true : refuse(walk);
}

static bool
is_wanted(const struct walk *walk)
{
    if (walk->depth != walk->wanted_count)
        return false;
    for (size_t i = 0; i < walk->depth; i++) {
        if (walk->open[i].len != strlen(walk->wanted[i]) ||
            memcmp(walk->open[i].at, walk->wanted[i], walk->open[i].len) != 0)
            return false;
    }
    return true;
}

static bool
enter(struct walk *walk, struct name name)
{
    if (walk->inside || walk->depth == COG_AWS_XML_DEPTH)
        return refuse(walk);
    walk->open[walk->depth++] = name;
    walk->inside = is_wanted(walk);
    if (walk->inside && walk->found)
        return refuse(walk);
    walk->found = walk->found || walk->inside;
    return true;
}

static void
leave(struct walk *walk)
{
    walk->depth--;
    walk->inside = false;
}

/* Behind "<": a start, with its attributes, perhaps with its end. */
static bool
take_start(struct walk *walk)
{
    struct name name;
    bool blanks;

    if (!take_name(walk, &name) || !enter(walk, name))
        return refuse(walk);
    for (;;) {
        blanks = skip_blanks(walk);
        if (take(walk, '>'))
            return true;
        if (take(walk, '/')) {
            leave(walk);
            return take(walk, '>') ? true : refuse(walk);
        }
        if (!blanks || !skip_attribute(walk))
            return refuse(walk);
    }
}

/* Behind "</". */
static bool
take_end(struct walk *walk)
{
    struct name name;
    const struct name *last;

    if (walk->depth == 0 || !take_name(walk, &name))
        return refuse(walk);
    last = &walk->open[walk->depth - 1];
    if (name.len != last->len || memcmp(name.at, last->at, name.len) != 0)
        return refuse(walk);
    leave(walk);
    (void) skip_blanks(walk);
    return take(walk, '>') ? true : refuse(walk);
}

static bool
keep(struct walk *walk, const char *bytes, size_t len)
{
    if (walk->inside && cog_secret_append(&walk->text, bytes, len) != 0) {
        walk->status = COG_NO_MEMORY;
        return false;
    }
    return true;
}

/* At "&". */
static bool
take_entity(struct walk *walk)
{
    static const struct {
        const char *text;
        char stands_for;
    } entities[] = {
        {"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'},
        {"&quot;", '"'}, {"&apos;", '\''},
    };

    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        size_t len = strlen(entities[i].text);

        if ((size_t) (walk->end - walk->at) >= len &&
            memcmp(walk->at, entities[i].text, len) == 0) {
            walk->at += len;
            return keep(walk, &entities[i].stands_for, 1);
        }
    }
    return refuse(walk);
}

/* Text up to the next "<" or "&". Outside of all elements: blanks only. */
static bool
take_text(struct walk *walk)
{
    const char *begin = walk->at;

    if (walk->depth == 0)
        return skip_blanks(walk) ? true : refuse(walk);
    while (walk->at < walk->end && *walk->at != '<' && *walk->at != '&')
        walk->at++;
    return keep(walk, begin, (size_t) (walk->at - begin));
}

/* "<?xml ... ?>" at the very beginning, if it is there. */
static bool
skip_declaration(struct walk *walk)
{
    static const char begin[] = "<?xml ";
    const char *end;

    if ((size_t) (walk->end - walk->at) < sizeof begin - 1 ||
        memcmp(walk->at, begin, sizeof begin - 1) != 0)
        return true;
    end = memchr(walk->at, '>', (size_t) (walk->end - walk->at));
    if (end == NULL || end[-1] != '?')
        return refuse(walk);
    walk->at = end + 1;
    return true;
}

/* One document: a single outermost element. */
static void
run(struct walk *walk)
{
    bool going = skip_declaration(walk), begun = false;

    while (going && walk->at < walk->end) {
        if (*walk->at == '&' && walk->depth > 0)
            going = take_entity(walk);
        else if (!take(walk, '<'))
            going = take_text(walk);
        else if (take(walk, '/'))
            going = take_end(walk);
        else if (walk->depth == 0 && begun)
            going = refuse(walk);
        else
            begun = going = take_start(walk);
    }
    if (going && (walk->depth != 0 || !walk->found))
        walk->status = COG_PROTOCOL;
}

/* UTF-8 without controls but those that separate. */
static bool
is_text(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (strchr("\t\r\n", bytes[i]) == NULL &&
            cog_text_has_control(bytes + i, 1))
            return false;
    }
    return cog_text_is_utf8(bytes, len);
}

enum cog_status
cog_aws_xml_text(const char *bytes, size_t len, const char *const *names,
                 size_t count, struct cog_secret *text)
{
    struct walk walk = {
        .at = bytes,
        .end = bytes + len,
        .wanted = names,
        .wanted_count = count,
        .status = COG_OK,
    };

    if (len == 0 || !is_text(bytes, len))
        return COG_PROTOCOL;
    run(&walk);
    if (walk.status == COG_OK)
        cog_secret_move(text, &walk.text);
    cog_secret_clear(&walk.text);
    return walk.status;
}
