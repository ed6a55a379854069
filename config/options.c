/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of options and what their values may look like. Each option is
 * looked at alone here; rules between options are in rules.c. Bytes are
 * compared as bytes (P18).
 */
#include "config/options.h"

#include "base/text.h"
#include "config/grammar.h"

#include <string.h>

/* A year: what is older is no check of anybody. */
#define AGE_MAX_S 31536000U
/* Thirty days: who has left the pool for longer is out, come what may. */
#define OFFLINE_AGE_MAX_S 2592000U

/* Copy a value that was checked; the reason is for one that is too long. */
static const char *
store(const struct cog_option *option, const char *value, void *field)
{
    size_t len = strlen(value);

    if (len >= option->size)
        return "is too long";
    memcpy(field, value, len + 1);
    return NULL;
}

static const char *
set_pool_id(const struct cog_option *option, const char *value, void *field)
{
    if (!cog_grammar_pool_id(value))
        return "must be REGION_NAME, such as eu-west-1_Ab12Cd34E";
    return store(option, value, field);
}

static const char *
set_client_id(const struct cog_option *option, const char *value, void *field)
{
    if (!cog_grammar_word(value, "_+"))
        return "must be letters, digits, '_' and '+'";
    return store(option, value, field);
}

static const char *
set_path(const struct cog_option *option, const char *value, void *field)
{
    if (!cog_grammar_path(value))
        return "must be an absolute path of printable ASCII without blanks "
               "and without '.' or '..' as a part";
    return store(option, value, field);
}

static const char *
set_endpoint(const struct cog_option *option, const char *value, void *field)
{
    const char *rest = cog_grammar_https(value);

    if (rest == NULL || *rest != '\0')
        return "must be https://HOST or https://HOST:PORT and nothing more";
    return store(option, value, field);
}

static const char *
set_identity_pool_id(const struct cog_option *option, const char *value,
                     void *field)
{
    if (!cog_grammar_identity_pool_id(value))
        return "must be REGION:UUID, such as "
               "eu-west-1:12345678-90ab-cdef-1234-567890abcdef";
    return store(option, value, field);
}

static const char *
set_issuer(const struct cog_option *option, const char *value, void *field)
{
    const char *rest = cog_grammar_https(value);

    if (rest == NULL || (*rest != '\0' && !cog_grammar_path(rest)) ||
        value[strlen(value) - 1] == '/' || strpbrk(rest, "?#%") != NULL)
        return "must be https://HOST/PATH as tokens have it in 'iss'";
    return store(option, value, field);
}

static const char *
set_proxy(const struct cog_option *option, const char *value, void *field)
{
    if (strchr(value, '@') != NULL)
        return "must not hold a user or password: everybody can read this "
               "file";
    if (!cog_grammar_proxy(value))
        return "must be http://HOST:PORT or https://HOST:PORT";
    return store(option, value, field);
}

static const char *
set_number(const struct cog_option *option, const char *value, void *field)
{
    uint64_t number;
    uint32_t narrow;

    if (cog_text_to_number(value, option->max, &number) != 0 ||
        number < option->min)
        return option->reason;
    narrow = (uint32_t) number;
    memcpy(field, &narrow, sizeof narrow);
    return NULL;
}

/* Which of the option's words a value is; false for none. */
static bool
find_word(const struct cog_option *option, const char *value, unsigned *number)
{
    for (unsigned i = 0; option->words[i] != NULL; i++) {
        if (strcmp(option->words[i], value) == 0) {
            *number = i;
            return true;
        }
    }
    return false;
}

/* A word for each value of an enumeration. */
static const char *
set_word(const struct cog_option *option, const char *value, void *field)
{
    unsigned number;

    if (!find_word(option, value, &number))
        return option->reason;
    memcpy(field, &number, sizeof number);
    return NULL;
}

_Static_assert(sizeof(enum cog_config_early) == sizeof(unsigned) &&
                   sizeof(enum cog_config_callers) == sizeof(unsigned) &&
                   sizeof(enum cog_config_check) == sizeof(unsigned) &&
                   sizeof(enum cog_config_claim) == sizeof(unsigned) &&
                   sizeof(enum cog_config_provisional) == sizeof(unsigned),
               "set_word stores enumerations as unsigned");

/* A word for false, and one for true. */
static const char *
set_truth(const struct cog_option *option, const char *value, void *field)
{
    unsigned number;
    bool truth;

    if (!find_word(option, value, &number))
        return option->reason;
    truth = number == 1;
    memcpy(field, &truth, sizeof truth);
    return NULL;
}

static const char *
set_login_claim(const struct cog_option *option, const char *value,
                void *field)
{
    if (strcmp(value, "preferred_username") == 0)
        return "must not be preferred_username: its owner can change it, "
               "and would sign in as somebody else";
    return set_word(option, value, field);
}

static const char *
set_sign_in_name(const struct cog_option *option, const char *value,
                 void *field)
{
    /* 128: Cognito's limit for user names; 32: the longest login name. */
    if (!cog_grammar_template(value) || strlen(value) > 128 - 32 + 2)
        return "must hold %u once, no other '%', no blanks, and at most "
               "98 bytes of printable ASCII";
    return store(option, value, field);
}

static const char *
set_home(const struct cog_option *option, const char *value, void *field)
{
    const char *mark = strstr(value, "%u");

    if (mark == NULL)
        return "must hold %u: a shared home lets one user act as another";
    if (!cog_grammar_template(value) || !cog_grammar_path(value) ||
        strchr(value, ':') != NULL || value[strlen(value) - 1] == '/')
        return "must be an absolute path without blanks, ':', '.' or "
               "'..' as a part, with %u once";
    if (strchr(value + 1, '/') == NULL || strchr(value + 1, '/') > mark)
        return "must have %u below a directory: a user 'etc' would own "
               "/etc";
    return store(option, value, field);
}

static const char *
set_shell(const struct cog_option *option, const char *value, void *field)
{
    if (!cog_grammar_path(value) || strpbrk(value, ":%") != NULL ||
        value[strlen(value) - 1] == '/')
        return "must be an absolute path without blanks, ':' and '%'";
    return store(option, value, field);
}

/*
 * The name of an attribute of the administrator's own. Who may write it is
 * the app client's setting, which doctor looks at.
 */
static const char *
set_attribute(const struct cog_option *option, const char *value, void *field)
{
    static const char custom[] = "custom:";
    const char *name = value + sizeof custom - 1;

    if (!cog_text_begins(value, custom) || !cog_grammar_word(name, "_.-") ||
        strlen(name) > 20)
        return "must be custom:NAME: people can change their other "
               "attributes";
    return store(option, value, field);
}

static const char *
set_group_prefix(const struct cog_option *option, const char *value,
                 void *field)
{
    size_t len = strlen(value);

    if (len < 2 || !(cog_ascii_is_lower(value[0]) || value[0] == '_') ||
        !cog_grammar_word(value, "_-") || strchr("_-", value[len - 1]) == NULL)
        return "must be letters, digits, '_' and '-', begin with a small "
               "letter or '_' and end with '-' or '_'";
    return store(option, value, field);
}

static const char *
set_provisional_match(const struct cog_option *option, const char *value,
                      void *field)
{
    if (!cog_grammar_match(value))
        return "must be a login name, or the beginning of one and '*'";
    return store(option, value, field);
}

/*
 * Take a list apart at commas and blanks, and have each word checked.
 * Returns NULL or why not.
 */
static const char *
split_list(const char *value, const char *(*check)(const char *word),
           struct cog_config_list *list)
{
    static const char separators[] = ", ";

    *list = (struct cog_config_list){0};
    for (value += strspn(value, separators); *value != '\0';
         value += strspn(value, separators)) {
        size_t len = strcspn(value, separators);
        char *word = list->text + list->len;
        const char *reason, *other;
        size_t at = 0;

        /* A line is shorter than the field; other callers are stopped. */
        if (len >= sizeof list->text - list->len)
            return "is too long";
        memcpy(word, value, len);
        word[len] = '\0';
        value += len;
        reason = check(word);
        if (reason != NULL)
            return reason;
        while ((other = cog_config_list_next(list, &at)) != NULL) {
            if (strcmp(other, word) == 0)
                return "must not name one twice";
        }
        list->len += len + 1;
        list->count++;
    }
    return list->count == 0 ? "must name at least one" : NULL;
}

static const char *
check_pool_group(const char *word)
{
    if (strlen(word) > 128)
        return "must hold names of at most 128 bytes";
    if (strchr(word, '*') != NULL)
        return "must be names, or '*' alone for everybody: patterns are "
               "not known here";
    return NULL;
}

/* One option, two fields: "*" is a decision, not a name. */
static const char *
set_allow_groups(const struct cog_option *option, const char *value,
                 void *field)
{
    struct cog_config_allow *allow = field;

    (void) option;
    if (strcmp(value, "*") == 0) {
        allow->everybody = true;
        return NULL;
    }
    return split_list(value, check_pool_group, &allow->groups);
}

static const char *
check_group_map(const char *word)
{
    size_t pool_len;
    const char *local = cog_config_group_map_local(word, &pool_len);

    if (local == NULL || pool_len == 0 || pool_len > 128 ||
        memchr(word, '*', pool_len) != NULL || !cog_grammar_local_group(local))
        return "must be PoolGroup:localgroup, or several of these";
    return NULL;
}

static const char *
set_group_map(const struct cog_option *option, const char *value, void *field)
{
    struct cog_config_list *list = field;
    const char *reason = split_list(value, check_group_map, list);

    (void) option;
    if (reason == NULL && list->count > COG_CONFIG_GROUP_MAP_MAX)
        reason = "must have at most 16 entries";
    return reason;
}

/* Names as system users have them: capitals, too, as in Debian-exim. */
static const char *
check_caller(const char *word)
{
    if ((!cog_ascii_is_alnum(word[0]) && word[0] != '_') ||
        cog_ascii_is_digit(word[0]) || !cog_grammar_word(word, "_.-") ||
        strlen(word) > 32)
        return "must be names of local users, of at most 32 bytes each";
    if (strcmp(word, "root") == 0)
        return "must not name root, whose callers need no trust";
    return NULL;
}

static const char *
set_trusted_callers(const struct cog_option *option, const char *value,
                    void *field)
{
    (void) option;
    return split_list(value, check_caller, field);
}

/* No query: what makes one secret would be in a file that all may read. */
static const char *
set_snapshot_url(const struct cog_option *option, const char *value,
                 void *field)
{
    const char *rest = cog_grammar_https(value);

    if (rest == NULL || !cog_grammar_path(rest) ||
        rest[strlen(rest) - 1] == '/' || strpbrk(rest, "?#%") != NULL)
        return "must be https://HOST/PATH without '?', '#' and '%'";
    return store(option, value, field);
}

static const char *const early_words[] = {
    [COG_CONFIG_EARLY_CONNECT] = "connect",
    [COG_CONFIG_EARLY_CHALLENGE] = "challenge",
    [COG_CONFIG_EARLY_NO] = "no",
    NULL,
};
static const char *const callers_words[] = {
    [COG_CONFIG_CALLERS_OFF] = "off",
    [COG_CONFIG_CALLERS_CONSOLE] = "console",
    [COG_CONFIG_CALLERS_ANY] = "any",
    NULL,
};
static const char *const check_words[] = {
    [COG_CONFIG_CHECK_CACHED] = "cached",
    [COG_CONFIG_CHECK_REFRESH] = "refresh",
    [COG_CONFIG_CHECK_ADMIN] = "admin",
    NULL,
};
static const char *const claim_words[] = {
    [COG_CONFIG_CLAIM_USERNAME] = "cognito:username",
    [COG_CONFIG_CLAIM_EMAIL] = "email",
    NULL,
};
static const char *const provisional_words[] = {
    [COG_CONFIG_PROVISIONAL_OFF] = "off",
    [COG_CONFIG_PROVISIONAL_SSHD] = "sshd",
    NULL,
};
/* Those of truths: false, true. */
static const char *const yes_no_words[] = {"no", "yes", NULL};
static const char *const unavailable_words[] = {"deny", "cached", NULL};
static const char *const offline_words[] = {"off", "password", NULL};

#define FIELD(member)                                                         \
    .offset = offsetof(struct cog_config, member),                            \
    .size = sizeof(((struct cog_config *) NULL)->member)

#define CALLERS_WORDS                                                         \
    .words = callers_words, .reason = "must be 'off', 'console' or "          \
                                      "'any'"
#define YES_NO .words = yes_no_words, .reason = "must be 'yes' or 'no'"

const struct cog_option cog_options[COG_OPTION_COUNT] = {
    [COG_OPTION_POOL_ID] = {"pool_id", NULL, set_pool_id, FIELD(pool_id)},
    [COG_OPTION_CLIENT_ID] = {"client_id", NULL, set_client_id,
                              FIELD(client_id)},
    [COG_OPTION_CLIENT_SECRET_FILE] = {"client_secret_file", NULL, set_path,
                                       FIELD(client_secret_file)},
    [COG_OPTION_TRUSTED_CALLERS] = {"trusted_callers", NULL,
                                    set_trusted_callers,
                                    FIELD(trusted_callers)},
    [COG_OPTION_ENDPOINT] = {"endpoint", NULL, set_endpoint, FIELD(endpoint)},
    [COG_OPTION_JWKS_FILE] = {"jwks_file", NULL, set_path, FIELD(jwks_file)},
    [COG_OPTION_ISSUER] = {"issuer", NULL, set_issuer, FIELD(issuer[0])},
    [COG_OPTION_CA_FILE] = {"ca_file", NULL, set_path, FIELD(ca_file)},
    [COG_OPTION_CA_PATH] = {"ca_path", "/etc/ssl/certs", set_path,
                            FIELD(ca_path)},
    [COG_OPTION_PROXY] = {"proxy", NULL, set_proxy, FIELD(proxy)},
    [COG_OPTION_TIMEOUT] = {"timeout", "10", set_number, FIELD(timeout_s),
                            .min = 1, .max = 60,
                            .reason = "must be 1 to 60 (seconds)"},
    [COG_OPTION_EARLY] = {"early", "connect", set_word, FIELD(early),
                          .words = early_words,
                          .reason = "must be 'connect', 'challenge' or 'no'"},
    [COG_OPTION_ENROL] = {"enrol", "any", set_word, FIELD(enrol),
                          CALLERS_WORDS},
    [COG_OPTION_FORGOT] = {"forgot", "off", set_word, FIELD(forgot),
                           CALLERS_WORDS},
    [COG_OPTION_ACCOUNT_CHECK] =
        {"account_check", "cached", set_word, FIELD(account_check),
         .words = check_words,
         .reason = "must be 'cached', 'refresh' or 'admin'"},
    [COG_OPTION_ADMIN_CREDENTIALS_FILE] = {"admin_credentials_file", NULL,
                                           set_path,
                                           FIELD(admin_credentials_file)},
    [COG_OPTION_ACCOUNT_MAX_AGE] = {"account_max_age", NULL, set_number,
                                    FIELD(account_max_age_s), .min = 30,
                                    .max = AGE_MAX_S,
                                    .reason = "must be 30 to 31536000 "
                                              "(seconds)"},
    [COG_OPTION_ON_UNAVAILABLE] = {"on_unavailable", "deny", set_truth,
                                   FIELD(unavailable_is_cached),
                                   .words = unavailable_words,
                                   .reason = "must be 'deny' or 'cached'"},
    [COG_OPTION_UNAVAILABLE_MAX_AGE] = {"unavailable_max_age", "86400",
                                        set_number,
                                        FIELD(unavailable_max_age_s),
                                        .min = 30, .max = AGE_MAX_S,
                                        .reason = "must be 30 to 31536000 "
                                                  "(seconds)"},
    [COG_OPTION_SESSION_TOKENS] = {"session_tokens", "no", set_truth,
                                   FIELD(session_tokens), YES_NO},
    [COG_OPTION_IDENTITY_POOL_ID] = {"identity_pool_id", NULL,
                                     set_identity_pool_id,
                                     FIELD(identity_pool_id)},
    [COG_OPTION_IDENTITY_ENDPOINT] = {"identity_endpoint", NULL, set_endpoint,
                                      FIELD(identity_endpoint)},
    [COG_OPTION_OFFLINE] = {"offline", "off", set_truth,
                            FIELD(offline_password), .words = offline_words,
                            .reason = "must be 'off' or 'password'"},
    [COG_OPTION_OFFLINE_MAX_AGE] = {"offline_max_age", "604800", set_number,
                                    FIELD(offline_max_age_s), .min = 60,
                                    .max = OFFLINE_AGE_MAX_S,
                                    .reason = "must be 60 to 2592000 "
                                              "(seconds)"},
    [COG_OPTION_OFFLINE_ATTEMPTS] = {"offline_attempts", "10", set_number,
                                     FIELD(offline_attempts), .min = 1,
                                     .max = 100, .reason = "must be 1 to 100"},
    [COG_OPTION_SIGN_IN_NAME] = {"sign_in_name", "%u", set_sign_in_name,
                                 FIELD(sign_in_name)},
    [COG_OPTION_LOGIN_CLAIM] = {"login_claim", "cognito:username",
                                set_login_claim, FIELD(login_claim),
                                .words = claim_words,
                                .reason =
                                    "must be 'cognito:username' or 'email'"},
    [COG_OPTION_CASE_INSENSITIVE] = {"case_insensitive", "no", set_truth,
                                     FIELD(case_insensitive), YES_NO},
    [COG_OPTION_ALLOW_GROUPS] = {"allow_groups", NULL, set_allow_groups,
                                 FIELD(allow)},
    [COG_OPTION_ID_BASE] = {"id_base", "1879048192", set_number,
                            FIELD(id_base), .min = COG_CONFIG_ID_MIN,
                            .max = COG_CONFIG_ID_MAX,
                            .reason = "must be 1000 to 2147352575"},
    [COG_OPTION_ID_RANGE] = {"id_range", "268304384", set_number,
                             FIELD(id_range), .min = 1,
                             .max = COG_CONFIG_ID_MAX,
                             .reason = "must be a number of ids"},
    [COG_OPTION_ID_MAP] = {"id_map", NULL, set_path, FIELD(id_map)},
    [COG_OPTION_ID_ATTRIBUTE] = {"id_attribute", NULL, set_attribute,
                                 FIELD(id_attribute)},
    [COG_OPTION_HOME] = {"home", "/home/%u", set_home, FIELD(home)},
    [COG_OPTION_SHELL] = {"shell", "/bin/bash", set_shell, FIELD(shell)},
    [COG_OPTION_GROUP_PREFIX] = {"group_prefix", "cognito-", set_group_prefix,
                                 FIELD(group_prefix)},
    [COG_OPTION_GROUP_MAP] = {"group_map", NULL, set_group_map,
                              FIELD(group_map)},
    [COG_OPTION_PROVISIONAL] = {"provisional", "off", set_word,
                                FIELD(provisional), .words = provisional_words,
                                .reason = "must be 'off' or 'sshd'"},
    [COG_OPTION_PROVISIONAL_MATCH] = {"provisional_match", NULL,
                                      set_provisional_match,
                                      FIELD(provisional_match)},
    [COG_OPTION_ENUMERATE] = {"enumerate", "no", set_truth, FIELD(enumerate),
                              YES_NO},
    [COG_OPTION_KEY_ATTRIBUTE] = {"key_attribute", NULL, set_attribute,
                                  FIELD(key_attribute)},
    [COG_OPTION_SNAPSHOT_URL] = {"snapshot_url", NULL, set_snapshot_url,
                                 FIELD(snapshot_url)},
    [COG_OPTION_SNAPSHOT_KEY] = {"snapshot_key", NULL, set_path,
                                 FIELD(snapshot_key)},
    [COG_OPTION_SNAPSHOT_MAX_AGE] = {"snapshot_max_age", "24", set_number,
                                     FIELD(snapshot_max_age_h), .min = 1,
                                     .max = 8760,
                                     .reason = "must be 1 to 8760 (hours)"},
    [COG_OPTION_MAX_ACCOUNTS] = {"max_accounts", "50000", set_number,
                                 FIELD(max_accounts), .min = 1,
                                 .max = 10000000,
                                 .reason = "must be 1 to 10000000"},
};

enum cog_option_id
cog_option_find(const char *name)
{
    unsigned i = 0;

    while (i < COG_OPTION_COUNT && strcmp(cog_options[i].name, name) != 0)
        i++;
    return (enum cog_option_id) i;
}
