/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scan of /etc/passwd and /etc/group; see the header. A scanner cuts the
 * bytes into tokens and tells a visitor each token and each line's end, so
 * that memory is bounded whatever the lines are.
 */
#include "accounts/local_names.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

enum field { FIELD_NAME = 0, FIELD_UID = 2, FIELD_GID = 3 };
enum group_field { GROUP_NAME = 0, GROUP_GID = 2, GROUP_MEMBERS = 3 };

/* One field, or one member of a list; what is longer is cut and marked. */
struct token {
    size_t field;
    char text[64];
    size_t len;
    bool cut;
};

struct visitor {
    void (*token)(void *context, const struct token *token);
    /* fields: how many the line had. */
    void (*line)(void *context, size_t fields);
    void *context;
    bool lists; /* the fourth field is a list, as in group */
};

/* Where in a line the scanner is. */
struct scanner {
    const struct visitor *visitor;
    struct token token;
    bool begun; /* past leading blanks */
    bool skip;  /* a comment or a line for NIS */
};

static void
end_token(struct scanner *scanner)
{
    scanner->token.text[scanner->token.len] = '\0';
    scanner->visitor->token(scanner->visitor->context, &scanner->token);
    scanner->token.len = 0;
    scanner->token.cut = false;
}

static void
end_line(struct scanner *scanner)
{
    if (scanner->begun && !scanner->skip) {
        size_t fields = scanner->token.field + 1;

        end_token(scanner);
        scanner->visitor->line(scanner->visitor->context, fields);
    }
    scanner->token.field = 0;
    scanner->begun = false;
    scanner->skip = false;
}

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void
feed(struct scanner *scanner, char c)
{
    struct token *token = &scanner->token;

    if (c == '\n') {
        end_line(scanner);
        return;
    }
    if (!scanner->begun) {
        if (is_blank(c))
            return;
        scanner->begun = true;
        scanner->skip = c == '#' || c == '+' || c == '-';
    }
    if (scanner->skip)
        return;
    if (c == ':') {
        end_token(scanner);
        token->field++;
    } else if (c == ',' && scanner->visitor->lists &&
               token->field == GROUP_MEMBERS) {
        end_token(scanner);
    } else if (token->len < sizeof token->text - 1) {
        token->text[token->len++] = c;
    } else {
        token->cut = true;
    }
}

static int
scan(const char *path, const struct visitor *visitor, enum cog_trust *why)
{
    struct scanner scanner = {.visitor = visitor};
    cog_cleanup_fd int fd = -1;
    uint64_t size = 0, seen = 0;
    char buffer[4096];
    int error;

    error = cog_trusted_open(path, COG_TRUST_PUBLIC, COG_LOCAL_FILE_MAX, &fd,
                             &size, why);
    if (error != 0)
        return error;
    for (;;) {
        ssize_t got = pread(fd, buffer, sizeof buffer, (off_t) seen);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            error = errno;
            if (why != NULL)
                *why = COG_TRUST_NOT_READ;
            return error;
        }
        if (got == 0)
            break;
        for (ssize_t i = 0; i < got; i++)
            feed(&scanner, buffer[i]);
        seen += (uint64_t) got;
        if (seen > COG_LOCAL_FILE_MAX) {
            if (why != NULL)
                *why = COG_TRUST_TOO_BIG;
            return EFBIG;
        }
    }
    end_line(&scanner);
    if (seen < size) {
        /* Cut while we read it: names may be missing from what we saw. */
        if (why != NULL)
            *why = COG_TRUST_CHANGED;
        return EIO;
    }
    return 0;
}

/*
 * Digits only; leading zeros are what glibc takes, too. glibc also takes
 * blanks and a sign: what is refused here may be an id to others.
 */
static bool
parse_id(const struct token *token, uint32_t *id)
{
    uint64_t sum = 0;

    if (token->cut || token->len == 0)
        return false;
    for (size_t i = 0; i < token->len; i++) {
        if (!cog_ascii_is_digit(token->text[i]))
            return false;
        sum = sum * 10 + (uint64_t) (token->text[i] - '0');
        if (sum > UINT32_MAX)
            return false;
    }
    *id = (uint32_t) sum;
    return true;
}

static bool
token_is(const struct token *token, const char *name)
{
    /* A NUL in the file makes the lengths differ. */
    return !token->cut && strlen(name) == token->len &&
           memcmp(token->text, name, token->len) == 0;
}

/* The same name, or one that is told apart by nothing but case. */
static bool
token_is_near(const struct token *token, const char *name)
{
    return !token->cut && strlen(name) == token->len &&
           cog_ascii_equal_nocase(token->text, name);
}

/* The search for one user or one group and, in it, for one member. */
struct search {
    const char *name;
    bool group;         /* it is a group */
    const char *member; /* of the group; NULL: none is looked for */
    /* of the line being read */
    bool mine, first_fine, second_fine, has_member;
    uint32_t first, second;
    /* of the file */
    bool found, near, broken, found_member;
    uint32_t found_first, found_second;
};

static void
search_token(void *context, const struct token *token)
{
    struct search *search = context;

    if (token->field == FIELD_NAME) {
        search->mine = token_is(token, search->name);
        search->near = search->near || token_is_near(token, search->name);
        search->first_fine = search->second_fine = false;
        search->has_member = false;
    } else if (!search->mine) {
        return;
    } else if (token->field == FIELD_UID) {
        search->first_fine = parse_id(token, &search->first);
    } else if (token->field == FIELD_GID && !search->group) {
        search->second_fine = parse_id(token, &search->second);
    } else if (token->field == GROUP_MEMBERS && search->group) {
        search->second_fine = true;
        if (search->member != NULL && token_is(token, search->member))
            search->has_member = true;
    }
}

/* Both numbers of a line are there; group files have only the first. */
static void
search_line(void *context, size_t fields)
{
    struct search *search = context;

    if (!search->mine)
        return;
    search->mine = false;
    if (fields < 4 || !search->first_fine || !search->second_fine) {
        search->broken = true;
        return;
    }
    /* The same name twice: which one counts is anybody's guess. */
    if (search->found && (search->found_first != search->first ||
                          search->found_second != search->second ||
                          search->found_member != search->has_member)) {
        search->broken = true;
        return;
    }
    search->found = true;
    search->found_first = search->first;
    search->found_second = search->second;
    search->found_member = search->has_member;
}

static int
search_file(const char *path, struct search *search, enum cog_trust *why)
{
    struct visitor visitor = {search_token, search_line, search,
                              search->group};
    int error = scan(path, &visitor, why);

    if (error != 0)
        return error;
    if (search->broken) {
        if (why != NULL)
            *why = COG_TRUST_MALFORMED;
        return EBADMSG;
    }
    if (search->found)
        return 0;
    return search->near ? EEXIST : ENOENT;
}

int
cog_local_user_find(const struct cog_local_files *files, const char *name,
                    struct cog_local_user *user, enum cog_trust *why)
{
    struct search search = {.name = name};
    int error = search_file(files->passwd, &search, why);

    if (error != 0)
        return error;
    user->uid = search.found_first;
    user->gid = search.found_second;
    return 0;
}

int
cog_local_group_find(const struct cog_local_files *files, const char *name,
                     uint32_t *gid, enum cog_trust *why)
{
    struct search search = {.name = name, .group = true};
    int error = search_file(files->group, &search, why);

    if (error != 0)
        return error;
    *gid = search.found_first;
    return 0;
}

int
cog_local_user_is_member(const struct cog_local_files *files, const char *name,
                         const struct cog_local_user *user,
                         const char *group_name, enum cog_trust *why)
{
    struct search search = {.name = group_name, .group = true, .member = name};
    int error = search_file(files->group, &search, why);

    if (error != 0)
        return error == EEXIST ? ENOENT : error;
    return search.found_member || search.found_first == user->gid ? 0 : ENOENT;
}

int
cog_local_member_find(const struct cog_local_files *files, const char *name,
                      const char *group_name, enum cog_trust *why)
{
    struct cog_local_user user;
    int error = cog_local_user_find(files, name, &user, why);

    if (error != 0)
        return error;
    return cog_local_user_is_member(files, name, &user, group_name, why);
}

/* The search for whoever has an id. */
struct id_search {
    uint32_t id;
    bool gid_too; /* passwd: the fourth field is an id as well */
    bool hit;     /* the line being read has it */
    bool found;
    bool broken; /* some id cannot be read: it may be this one */
    char name[sizeof((struct token *) NULL)->text];
    char owner[sizeof((struct token *) NULL)->text];
};

static void
id_token(void *context, const struct token *token)
{
    struct id_search *search = context;
    uint32_t id;

    if (token->field == FIELD_NAME) {
        search->hit = false;
        memcpy(search->name, token->text, sizeof search->name);
    } else if (token->field == FIELD_UID ||
               (token->field == FIELD_GID && search->gid_too)) {
        if (!parse_id(token, &id))
            search->broken = true;
        else if (id == search->id)
            search->hit = true;
    }
}

static void
id_line(void *context, size_t fields)
{
    struct id_search *search = context;

    (void) fields;
    if (search->hit && !search->found) {
        search->found = true;
        memcpy(search->owner, search->name, sizeof search->owner);
    }
    search->hit = false;
}

int
cog_local_id_find(const struct cog_local_files *files, uint32_t id,
                  char owner[COG_NAME_MAX + 1], enum cog_trust *why)
{
    struct id_search search = {.id = id, .gid_too = true};
    struct visitor visitor = {id_token, id_line, &search, false};
    int error = scan(files->passwd, &visitor, why);

    if (error != 0)
        return error;
    search.gid_too = false;
    visitor.lists = true;
    error = scan(files->group, &visitor, why);
    if (error != 0)
        return error;
    if (!search.found && search.broken) {
        if (why != NULL)
            *why = COG_TRUST_MALFORMED;
        return EBADMSG;
    }
    if (!search.found)
        return ENOENT;
    cog_text_for_log(search.owner, strlen(search.owner), owner,
                     COG_NAME_MAX + 1);
    return 0;
}

/* A walk over all lines. */
struct walk {
    cog_local_visit *visit;
    void *context;
    bool passwd;
    int error; /* the first that the visitor returned */
    struct cog_local_line line;
};

static void
walk_token(void *context, const struct token *token)
{
    struct walk *walk = context;
    struct cog_local_line *line = &walk->line;

    if (token->field == FIELD_NAME) {
        memset(line, 0, sizeof *line);
        line->is_group = !walk->passwd;
        cog_text_for_log(token->text, token->len, line->name,
                         sizeof line->name);
        line->name_is_whole = token_is(token, line->name);
    } else if (token->field == FIELD_UID ||
               (token->field == FIELD_GID && walk->passwd)) {
        if (parse_id(token, &line->id[line->ids]))
            line->ids++;
        else
            line->is_broken = true;
    }
}

static void
walk_line(void *context, size_t fields)
{
    struct walk *walk = context;

    (void) fields;
    if (walk->error == 0)
        walk->error = walk->visit(walk->context, &walk->line);
}

int
cog_local_walk(const struct cog_local_files *files, cog_local_visit *visit,
               void *context, enum cog_trust *why)
{
    struct walk walk = {.visit = visit, .context = context, .passwd = true};
    struct visitor visitor = {walk_token, walk_line, &walk, false};
    int error = scan(files->passwd, &visitor, why);

    if (error == 0 && walk.error == 0) {
        walk.passwd = false;
        visitor.lists = true;
        error = scan(files->group, &visitor, why);
    }
    return error != 0 ? error : walk.error;
}
