/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions on disk; see the header. A file is lines in a fixed order: what it
 * is, name, uid, the number of openers and one line "PID START" for each, the
 * number of tokens and three lines for each: where it is from, since when it
 * waits, the token.
 */
#include "host/sessions.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "host/by_name.h"
#include "host/kept.h"
#include "host/lines.h"
#include "host/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FIRST_LINE "COGSES2"
#define TOKEN_MAX  (COG_KEPT_TOKEN_MAX / 4)
#define FILE_MAX                                                              \
    (COG_SESSION_TOKENS_MAX * (TOKEN_MAX + sizeof(struct cog_origin) + 24) +  \
     COG_SESSIONS_MAX * 44 + 256)
/* Of /proc/PID/stat: one line of some 300 bytes. */
#define STAT_MAX 1024
/* Fields between the name of the program and its start. */
#define FIELDS_BEFORE_START 20

void
cog_sessions_clear(struct cog_sessions *sessions)
{
    for (size_t i = 0; i < COG_SESSION_TOKENS_MAX; i++)
        cog_secret_clear(&sessions->tokens[i].refresh);
    memset(sessions, 0, sizeof *sessions);
}

/* ---- reading */

static bool
read_openers(struct cog_lines *lines, struct cog_sessions *sessions)
{
    char text[48], *second;
    uint64_t count = 0;

    if (!cog_lines_number(lines, COG_SESSIONS_MAX, &count))
        return false;
    sessions->count = (size_t) count;
    for (size_t i = 0; i < sessions->count; i++) {
        struct cog_opener *opener = &sessions->openers[i];

        if (!cog_lines_text(lines, text, sizeof text) ||
            (second = strchr(text, ' ')) == NULL)
            return false;
        *second++ = '\0';
        if (cog_text_to_number(text, INT32_MAX, &opener->pid) != 0 ||
            cog_text_to_number(second, UINT64_MAX, &opener->started) != 0)
            return false;
    }
    return true;
}

static int
read_token(struct cog_lines *lines, struct cog_session_token *token)
{
    int error;

    if (!cog_origin_read(lines, &token->origin) ||
        !cog_lines_time(lines, &token->waits_since_s))
        return EBADMSG;
    error = cog_lines_token(lines, TOKEN_MAX, &token->refresh);
    return error == 0 && token->refresh.len == 0 ? EBADMSG : error;
}

static int
read_tokens(struct cog_lines *lines, struct cog_sessions *sessions)
{
    uint64_t count = 0;

    if (!cog_lines_number(lines, COG_SESSION_TOKENS_MAX, &count))
        return EBADMSG;
    for (uint64_t i = 0; i < count; i++) {
        int error = read_token(lines, &sessions->tokens[i]);

        if (error != 0)
            return error;
    }
    sessions->token_count = (size_t) count;
    return 0;
}

int
cog_sessions_parse(const char *bytes, size_t len,
                   struct cog_sessions *sessions)
{
    cog_cleanup_sessions struct cog_sessions fresh = COG_SESSIONS_EMPTY;
    struct cog_lines lines = {bytes, bytes + len};
    int error;

    if (!cog_lines_is(&lines, FIRST_LINE) ||
        !cog_lines_text(&lines, fresh.name, sizeof fresh.name) ||
        cog_login_name_check(fresh.name, strlen(fresh.name)) !=
            COG_FAULT_NONE ||
        !cog_lines_number(&lines, UINT32_MAX, &fresh.uid) ||
        !read_openers(&lines, &fresh))
        return EBADMSG;
    error = read_tokens(&lines, &fresh);
    if (error == 0 && !cog_lines_end(&lines))
        error = EBADMSG;
    if (error != 0)
        return error;
    *sessions = fresh;
    fresh = (struct cog_sessions) COG_SESSIONS_EMPTY;
    return 0;
}

/* ---- writing */

static int
append_number(struct cog_secret *text, uint64_t number, const char *end)
{
    char line[32];

    (void) snprintf(line, sizeof line, "%" PRIu64 "%s", number, end);
    return cog_secret_append(text, line, strlen(line));
}

static int
append_openers(struct cog_secret *text, const struct cog_sessions *sessions)
{
    int error = append_number(text, sessions->count, "\n");

    for (size_t i = 0; error == 0 && i < sessions->count; i++) {
        error = append_number(text, sessions->openers[i].pid, " ");
        if (error == 0)
            error = append_number(text, sessions->openers[i].started, "\n");
    }
    return error;
}

static int
append_token(struct cog_secret *text, const struct cog_session_token *token)
{
    int error = cog_origin_append(&token->origin, text);

    if (error == 0)
        error = append_number(text, (uint64_t) token->waits_since_s, "\n");
    if (error == 0)
        error =
            cog_secret_append(text, token->refresh.data, token->refresh.len);
    return error == 0 ? cog_secret_append(text, "\n", 1) : error;
}

static int
append_tokens(struct cog_secret *text, const struct cog_sessions *sessions)
{
    int error = append_number(text, sessions->token_count, "\n");

    for (size_t i = 0; error == 0 && i < sessions->token_count; i++)
        error = append_token(text, &sessions->tokens[i]);
    return error;
}

static int
write_lines(const struct cog_sessions *sessions, struct cog_secret *text)
{
    char head[64];
    int error;

    (void) snprintf(head, sizeof head, FIRST_LINE "\n%s\n%" PRIu64 "\n",
                    sessions->name, sessions->uid);
    error = cog_secret_set_text(text, head);
    if (error == 0)
        error = append_openers(text, sessions);
    if (error == 0)
        error = append_tokens(text, sessions);
    return error;
}

/* ---- the directory */

int
cog_sessions_prepare(void)
{
    cog_cleanup_fd int dir = -1;

    if (mkdir(COG_RUN_DIR, 0700) != 0 && errno != EEXIST)
        return errno;
    return cog_private_open(COG_SESSIONS_DIR, true, &dir);
}

int
cog_sessions_load(const char *directory, const char *name,
                  struct cog_sessions *sessions)
{
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    cog_cleanup_sessions struct cog_sessions found = COG_SESSIONS_EMPTY;
    int error = cog_by_name_load(directory, name, FILE_MAX, &bytes);

    if (error == 0)
        error = cog_sessions_parse(bytes.data, bytes.len, &found);
    /* Another name with the same hash: it has the place, not we. */
    if (error == 0 && strcmp(found.name, name) != 0)
        error = EBADMSG;
    if (error != 0)
        return error;
    *sessions = found;
    found = (struct cog_sessions) COG_SESSIONS_EMPTY;
    return 0;
}

int
cog_sessions_save(const char *directory, const struct cog_sessions *sessions)
{
    cog_cleanup_secret struct cog_secret text = COG_SECRET_EMPTY;
    cog_cleanup_sessions struct cog_sessions again = COG_SESSIONS_EMPTY;
    int error = write_lines(sessions, &text);

    if (error == 0 && cog_sessions_parse(text.data, text.len, &again) != 0)
        error = EINVAL;
    return error != 0 ? error
                      : cog_by_name_save(directory, sessions->name, &text);
}

int
cog_sessions_remove(const char *directory, const char *name)
{
    return cog_by_name_remove(directory, name);
}

/* Whether it has waited for so long that nobody will come. */
static bool
is_too_old(const struct cog_session_token *token, int64_t now_s)
{
    return token->waits_since_s != 0 &&
           now_s - token->waits_since_s > COG_SESSION_TOKEN_WAIT_S;
}

/* Whether anything is to be done about tokens that wait. */
static bool
has_work(const struct cog_sessions *sessions, const struct cog_origin *origin)
{
    int64_t now_s = cog_clock_unix_s();

    for (size_t i = 0; i < sessions->token_count; i++) {
        const struct cog_session_token *token = &sessions->tokens[i];

        if (cog_origin_equal(&token->origin, origin) ||
            is_too_old(token, now_s))
            return true;
    }
    return sessions->token_count == 0;
}

struct search {
    const struct cog_origin *origin;
    size_t skip; /* so many more are passed over */
    bool found;
    char name[COG_NAME_MAX + 1]; /* then */
};

static bool
is_stale(struct cog_sessions *sessions, const struct cog_origin *origin)
{
    size_t had = sessions->count;

    cog_sessions_prune(sessions);
    return sessions->count == 0 && (had > 0 || has_work(sessions, origin));
}

static void
look(void *context, const struct cog_secret *bytes)
{
    cog_cleanup_sessions struct cog_sessions sessions = COG_SESSIONS_EMPTY;
    struct search *search = context;

    if (search->found ||
        cog_sessions_parse(bytes->data, bytes->len, &sessions) != 0 ||
        !is_stale(&sessions, search->origin))
        return;
    search->found = search->skip == 0;
    if (search->found)
        memcpy(search->name, sessions.name, sizeof search->name);
    else
        search->skip--;
}

int
cog_sessions_find_stale(const char *directory, const struct cog_origin *origin,
                        size_t skip, char name[COG_NAME_MAX + 1])
{
    struct search search = {.origin = origin, .skip = skip};
    int error = cog_by_name_walk(directory, FILE_MAX, look, &search);

    if (error == 0 && !search.found)
        error = ENOENT;
    if (error == 0)
        memcpy(name, search.name, sizeof search.name);
    return error;
}

/* ---- processes */

bool
cog_opener_parse(const char *bytes, size_t len, uint64_t *started)
{
    /* The program's name may hold anything, blanks and ")" too. */
    const char *at = memrchr(bytes, ')', len);
    const char *end = bytes + len;
    char text[24];
    size_t digits = 0;

    for (int i = 0; at != NULL && i < FIELDS_BEFORE_START; i++) {
        at = memchr(at + 1, ' ', (size_t) (end - at - 1));
    }
    if (at == NULL)
        return false;
    at++;
    while (at + digits < end && cog_ascii_is_digit(at[digits]))
        digits++;
    if (digits == 0 || digits >= sizeof text || at + digits == end ||
        at[digits] != ' ')
        return false;
    memcpy(text, at, digits);
    text[digits] = '\0';
    return cog_text_to_number(text, UINT64_MAX, started) == 0;
}

int
cog_opener_find(pid_t pid, struct cog_opener *opener)
{
    char path[40], bytes[STAT_MAX];
    cog_cleanup_fd int fd = -1;
    uint64_t started = 0;
    ssize_t len;

    (void) snprintf(path, sizeof path, "/proc/%ld/stat", (long) pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    len = read(fd, bytes, sizeof bytes);
    if (len < 0)
        return errno;
    if (!cog_opener_parse(bytes, (size_t) len, &started))
        return EBADMSG;
    *opener = (struct cog_opener){(uint64_t) pid, started};
    return 0;
}

static bool
is_same(const struct cog_opener *a, const struct cog_opener *b)
{
    return a->pid == b->pid && a->started == b->started;
}

static void
remove_at(struct cog_sessions *sessions, size_t i)
{
    sessions->openers[i] = sessions->openers[--sessions->count];
}

void
cog_sessions_prune(struct cog_sessions *sessions)
{
    size_t i = 0;

    while (i < sessions->count) {
        const struct cog_opener *opener = &sessions->openers[i];
        struct cog_opener now = {0, 0};
        int error = cog_opener_find((pid_t) opener->pid, &now);
        /* Not to be able to look says nothing. */
        bool gone = error == 0 ? !is_same(&now, opener)
                               : error == ENOENT || error == ESRCH;

        if (gone)
            remove_at(sessions, i);
        else
            i++;
    }
}

int
cog_sessions_add(struct cog_sessions *sessions,
                 const struct cog_opener *opener)
{
    if (sessions->count == COG_SESSIONS_MAX)
        return ENOSPC;
    sessions->openers[sessions->count++] = *opener;
    return 0;
}

bool
cog_sessions_drop(struct cog_sessions *sessions,
                  const struct cog_opener *opener)
{
    for (size_t i = 0; i < sessions->count; i++) {
        if (is_same(&sessions->openers[i], opener)) {
            remove_at(sessions, i);
            return true;
        }
    }
    return false;
}

/* ---- tokens */

static void
remove_token_at(struct cog_sessions *sessions, size_t i)
{
    struct cog_session_token *gone = &sessions->tokens[i];
    struct cog_session_token *last =
        &sessions->tokens[--sessions->token_count];

    cog_secret_clear(&gone->refresh);
    if (gone != last)
        *gone = *last;
    *last = (struct cog_session_token){.waits_since_s = 0};
}

/* Its place; token_count when there is none. */
static size_t
find_token(const struct cog_sessions *sessions, const struct cog_secret *token)
{
    size_t i = 0;

    while (i < sessions->token_count &&
           !cog_secret_equal(&sessions->tokens[i].refresh, token))
        i++;
    return i;
}

/* Make room, if that can be: a session's own do not give way. */
static void
drop_longest_waiting(struct cog_sessions *sessions)
{
    size_t oldest = sessions->token_count;

    for (size_t i = 0; i < sessions->token_count; i++) {
        int64_t since_s = sessions->tokens[i].waits_since_s;

        if (since_s != 0 && (oldest == sessions->token_count ||
                             since_s < sessions->tokens[oldest].waits_since_s))
            oldest = i;
    }
    if (oldest < sessions->token_count)
        remove_token_at(sessions, oldest);
}

int
cog_sessions_add_token(struct cog_sessions *sessions,
                       const struct cog_origin *origin,
                       struct cog_secret *token)
{
    struct cog_session_token *place;

    if (find_token(sessions, token) < sessions->token_count) {
        cog_secret_clear(token);
        return 0;
    }
    if (token->len == 0 || token->len > TOKEN_MAX ||
        !cog_lines_is_token(token->data, token->len))
        return EINVAL;
    if (sessions->token_count == COG_SESSION_TOKENS_MAX)
        drop_longest_waiting(sessions);
    if (sessions->token_count == COG_SESSION_TOKENS_MAX)
        return ENOSPC;
    place = &sessions->tokens[sessions->token_count++];
    place->origin = *origin;
    place->waits_since_s = 0;
    cog_secret_move(&place->refresh, token);
    return 0;
}

void
cog_sessions_drop_token(struct cog_sessions *sessions,
                        const struct cog_secret *token)
{
    size_t i = find_token(sessions, token);

    if (i < sessions->token_count)
        remove_token_at(sessions, i);
}

size_t
cog_sessions_let_wait(struct cog_sessions *sessions, int64_t now_s)
{
    size_t before = sessions->token_count, i = 0;

    while (i < sessions->token_count) {
        struct cog_session_token *token = &sessions->tokens[i];

        if (is_too_old(token, now_s)) {
            remove_token_at(sessions, i);
            continue;
        }
        if (token->waits_since_s == 0)
            token->waits_since_s = now_s;
        i++;
    }
    return before - sessions->token_count;
}
