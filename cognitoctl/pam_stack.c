/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a PAM stack comes to; see the header. Lines as libpam 1.5 reads them
 * (pam.conf(5), with Debian's @include), results as its dispatch weighs
 * them; a test holds both against libpam itself.
 */
#include "cognitoctl/pam_stack.h"

#include "base/text.h"
#include "cognitoctl/span.h"

#include <string.h>

/* As deep as libpam goes. */
#define LEVELS 16U

static const char *const facility_names[COG_PAM_FACILITIES] = {
    [COG_PAM_AUTH] = "auth",
    [COG_PAM_ACCOUNT] = "account",
    [COG_PAM_PASSWORD] = "password",
    [COG_PAM_SESSION] = "session",
};

static const char *const result_names[COG_PAM_RESULTS] = {
    [COG_PAM_SUCCESS] = "success",
    [COG_PAM_IGNORE] = "ignore",
    [COG_PAM_USER_UNKNOWN] = "user_unknown",
    [COG_PAM_NEW_AUTHTOK_REQD] = "new_authtok_reqd",
    [COG_PAM_AUTH_ERR] = "auth_err",
    [COG_PAM_PERM_DENIED] = "perm_denied",
    [COG_PAM_AUTHINFO_UNAVAIL] = "authinfo_unavail",
    [COG_PAM_ACCT_EXPIRED] = "acct_expired",
    [COG_PAM_MAXTRIES] = "maxtries",
    [COG_PAM_CRED_INSUFFICIENT] = "cred_insufficient",
    [COG_PAM_SYSTEM_ERR] = "system_err",
    [COG_PAM_SERVICE_ERR] = "service_err",
    [COG_PAM_BUF_ERR] = "buf_err",
    [COG_PAM_CONV_ERR] = "conv_err",
    [COG_PAM_AUTHTOK_ERR] = "authtok_err",
    [COG_PAM_ABORT] = "abort",
    [COG_PAM_MODULE_UNKNOWN] = "module_unknown",
};

static const struct {
    const char *name;
    int action;
} action_names[] = {
    {"ignore", COG_PAM_DO_IGNORE}, {"reset", COG_PAM_DO_RESET},
    {"ok", COG_PAM_DO_OK},         {"done", COG_PAM_DO_DONE},
    {"bad", COG_PAM_DO_BAD},       {"die", COG_PAM_DO_DIE},
};

/* The historical words: success (and a new password wanted), else. */
static const struct {
    const char *name;
    int success, otherwise;
} controls[] = {
    {"required", COG_PAM_DO_OK, COG_PAM_DO_BAD},
    {"requisite", COG_PAM_DO_OK, COG_PAM_DO_DIE},
    {"sufficient", COG_PAM_DO_DONE, COG_PAM_DO_IGNORE},
    {"optional", COG_PAM_DO_OK, COG_PAM_DO_IGNORE},
};

const char *
cog_pam_facility_name(enum cog_pam_facility facility)
{
    return facility_names[facility];
}

const char *
cog_pam_result_name(enum cog_pam_result result)
{
    return result_names[result];
}

/* ---- lines */

/* A line with its continuations stands between two bytes of the file. */
static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\\' ||
           c == '\0';
}

/* A word, or all of a pair of brackets without them. */
static struct cog_span
take_word(struct cog_span *rest, bool *bracketed)
{
    struct cog_span word;

    cog_span_skip_blanks(rest, is_blank);
    *bracketed = rest->len > 0 && *rest->at == '[';
    word = (struct cog_span){rest->at + *bracketed, 0};
    rest->len -= *bracketed;
    while (word.len < rest->len && (*bracketed ? word.at[word.len] != ']'
                                               : !is_blank(word.at[word.len])))
        word.len++;
    rest->at = word.at + word.len;
    rest->len -= word.len;
    if (*bracketed && rest->len > 0) {
        rest->at++;
        rest->len--;
    }
    return word;
}

static void
keep(struct cog_span word, char out[COG_PAM_WORD_SIZE])
{
    cog_text_for_person(word.at, word.len, out, COG_PAM_WORD_SIZE);
}

static void
set_all(struct cog_pam_line *line, int action)
{
    for (size_t i = 0; i < COG_PAM_RESULTS; i++)
        line->actions[i] = action;
}

static bool
parse_action(struct cog_span word, int *action)
{
    int number = 0;

    for (size_t i = 0; i < sizeof action_names / sizeof action_names[0]; i++) {
        if (cog_span_equals_nocase(word, action_names[i].name)) {
            *action = action_names[i].action;
            return true;
        }
    }
    if (word.len == 0 || word.len > 4)
        return false;
    for (size_t i = 0; i < word.len; i++) {
        if (!cog_ascii_is_digit(word.at[i]))
            return false;
        number = number * 10 + (word.at[i] - '0');
    }
    *action = number;
    return number > 0;
}

/* "value=action" into the array; values that no module of ours has are not
 * looked at. */
static bool
parse_pair(struct cog_span word, struct cog_pam_line *line, bool given[])
{
    const char *sign = memchr(word.at, '=', word.len);
    struct cog_span value, action;
    int todo = COG_PAM_DO_BAD;

    if (sign == NULL)
        return false;
    value = (struct cog_span){word.at, (size_t) (sign - word.at)};
    action = (struct cog_span){sign + 1, word.len - value.len - 1};
    if (!parse_action(action, &todo))
        return false;
    for (size_t i = 0; i < COG_PAM_RESULTS; i++) {
        if (cog_span_equals_nocase(value, result_names[i])) {
            line->actions[i] = todo;
            given[i] = true;
        } else if (cog_span_equals_nocase(value, "default") && !given[i]) {
            line->actions[i] = todo;
        }
    }
    return true;
}

static bool
parse_pairs(struct cog_span rest, struct cog_pam_line *line)
{
    bool given[COG_PAM_RESULTS] = {false}, bracketed;

    set_all(line, COG_PAM_DO_BAD);
    for (cog_span_skip_blanks(&rest, is_blank); rest.len > 0;
         cog_span_skip_blanks(&rest, is_blank)) {
        if (!parse_pair(take_word(&rest, &bracketed), line, given))
            return false;
    }
    return true;
}

static bool
parse_control(struct cog_span word, struct cog_pam_line *line)
{
    if (cog_span_equals_nocase(word, "include") ||
        cog_span_equals_nocase(word, "substack")) {
        line->include = cog_span_equals_nocase(word, "include")
                            ? COG_PAM_INCLUDE
                            : COG_PAM_SUBSTACK;
        return true;
    }
    for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++) {
        if (!cog_span_equals_nocase(word, controls[i].name))
            continue;
        set_all(line, controls[i].otherwise);
        line->actions[COG_PAM_SUCCESS] = controls[i].success;
        line->actions[COG_PAM_NEW_AUTHTOK_REQD] = controls[i].success;
        /* required and requisite do not mind a module that has no say. */
        if (controls[i].otherwise != COG_PAM_DO_IGNORE)
            line->actions[COG_PAM_IGNORE] = COG_PAM_DO_IGNORE;
        return true;
    }
    return false;
}

static bool
parse_facility(struct cog_span word, struct cog_pam_line *line)
{
    line->may_miss = word.len > 0 && *word.at == '-';
    if (line->may_miss)
        cog_span_skip(&word, 1);
    for (unsigned i = 0; i < COG_PAM_FACILITIES; i++) {
        if (cog_span_equals_nocase(word, facility_names[i])) {
            line->facility = (enum cog_pam_facility) i;
            return true;
        }
    }
    return false;
}

/* False: libpam could not read it either. */
static bool
parse_line(struct cog_span rest, struct cog_pam_line *line)
{
    bool bracketed;
    struct cog_span word = take_word(&rest, &bracketed);

    if (cog_span_equals_nocase(word, "@include")) {
        line->include = COG_PAM_INCLUDE_ALL;
    } else {
        if (!parse_facility(word, line))
            return false;
        word = take_word(&rest, &bracketed);
        if (bracketed ? !parse_pairs(word, line) : !parse_control(word, line))
            return false;
    }
    word = take_word(&rest, &bracketed);
    if (word.len == 0)
        return false;
    keep(word, line->module);
    cog_span_skip_blanks(&rest, is_blank);
    keep(rest, line->options);
    return true;
}

/* The next line of the file with those that continue it, without comment. */
static struct cog_span
take_line(const char **at, size_t *len)
{
    struct cog_span line = {*at, 0};
    size_t end = 0;
    bool comment = false;

    for (; end < *len && line.at[end] != '\n'; end++) {
        if (line.at[end] == '\\' && end + 1 < *len && line.at[end + 1] == '\n')
            end++;
        else if (line.at[end] == '#')
            comment = true;
        if (!comment)
            line.len = end + 1;
    }
    if (end < *len)
        end++;
    *at += end;
    *len -= end;
    return line;
}

bool
cog_pam_next_line(const char **at, size_t *len, struct cog_pam_line *line)
{
    while (*len > 0) {
        struct cog_span rest = take_line(at, len);

        cog_span_skip_blanks(&rest, is_blank);
        if (rest.len == 0)
            continue;
        memset(line, 0, sizeof *line);
        if (!parse_line(rest, line)) {
            memset(line, 0, sizeof *line);
            set_all(line, COG_PAM_DO_BAD);
        }
        return true;
    }
    return false;
}

/* ---- slips of the pen */

#define OURS     "pam_cognito"
#define OURS_LEN (sizeof OURS - 1)
#define WRONG    2U

static unsigned
least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/*
 * How many letters are wrong, missing, too many or swapped with their
 * neighbour, by the table that everybody uses for that.
 */
static unsigned
count_slips(const char *name, size_t len)
{
    unsigned rows[OURS_LEN + WRONG + 1][OURS_LEN + 1];

    for (unsigned i = 0; i <= len; i++)
        rows[i][0] = i;
    for (unsigned k = 0; k <= OURS_LEN; k++)
        rows[0][k] = k;
    for (size_t i = 1; i <= len; i++) {
        for (size_t k = 1; k <= OURS_LEN; k++) {
            unsigned wrong = name[i - 1] != OURS[k - 1];
            unsigned best = least(rows[i - 1][k - 1] + wrong,
                                  least(rows[i - 1][k], rows[i][k - 1]) + 1);

            if (i > 1 && k > 1 && name[i - 1] == OURS[k - 2] &&
                name[i - 2] == OURS[k - 1])
                best = least(best, rows[i - 2][k - 2] + 1);
            rows[i][k] = best;
        }
    }
    return rows[len][OURS_LEN];
}

bool
cog_pam_means_ours(const char *name)
{
    size_t len = strlen(name);

    if (cog_ascii_contains_nocase(name, "cognito"))
        return true;
    if (len > 3 && strcmp(name + len - 3, ".so") == 0)
        len -= 3;
    return len >= OURS_LEN - WRONG && len <= OURS_LEN + WRONG &&
           count_slips(name, len) <= WRONG;
}

/* ---- dispatch */

enum impression { UNDEFINED, POSITIVE, NEGATIVE };

struct state {
    enum impression impression;
    bool success; /* the status is "success" */
};

static void
take_result(struct state *state, int action, bool success)
{
    if (action == COG_PAM_DO_OK || action == COG_PAM_DO_DONE) {
        if (state->impression == UNDEFINED ||
            (state->impression == POSITIVE && state->success))
            *state = (struct state){POSITIVE, success};
    } else if (state->impression != NEGATIVE) {
        *state = (struct state){NEGATIVE, false};
    }
}

/* The last module that belongs to the group behind one at this level. */
static size_t
skip_one(const struct cog_pam_module *modules, size_t count, size_t at,
         unsigned level)
{
    do
        at++;
    while (at + 1 < count && modules[at + 1].level > level);
    return at;
}

/* Where a jump lands: the last one skipped. *left: how many were too many. */
static size_t
jump(const struct cog_pam_module *modules, size_t count, size_t at, int *left)
{
    unsigned level = modules[at].level;

    while (at + 1 < count && modules[at + 1].level >= level && *left > 0) {
        at = skip_one(modules, count, at, level);
        --*left;
    }
    return at;
}

static size_t
leave_substack(const struct cog_pam_module *modules, size_t count, size_t at)
{
    unsigned level = modules[at].level;

    while (at + 1 < count && modules[at + 1].level >= level)
        at++;
    return at;
}

bool
cog_pam_run(const struct cog_pam_module *modules, size_t count,
            const enum cog_pam_result *results, bool *reached)
{
    struct state entered[LEVELS] = {{UNDEFINED, false}};
    struct state state = {UNDEFINED, false};
    unsigned before = 0;

    for (size_t i = 0; i < count; i++) {
        unsigned level = modules[i].level % LEVELS;
        int action = modules[i].line.actions[results[i]];
        int left = action;

        if (before < level)
            entered[level] = state;
        before = level;
        if (modules[i].line.include == COG_PAM_SUBSTACK)
            continue;
        if (reached != NULL)
            reached[i] = true;
        if (action == COG_PAM_DO_IGNORE)
            continue;
        if (action == COG_PAM_DO_RESET) {
            state = entered[level];
        } else if (action > 0) {
            i = jump(modules, count, i, &left);
            if (left > 0)
                state = (struct state){NEGATIVE, false};
        } else {
            take_result(&state, action, results[i] == COG_PAM_SUCCESS);
            if (action != COG_PAM_DO_DIE &&
                (action != COG_PAM_DO_DONE || state.impression != POSITIVE))
                continue;
            if (level == 0)
                break;
            i = leave_substack(modules, count, i);
        }
    }
    return state.impression == POSITIVE && state.success;
}
