/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognito.conf: bytes in, one plain struct out. Knows neither files nor
 * processes: whoever calls has opened and checked the file (P79). What an
 * option is called, its default and its limits is one table in options.c;
 * the man page, the sample file and a test follow that table.
 *
 * The file has lines "key = value", blank lines, and comments on lines of
 * their own that begin with "#" or ";". Everything else is an error that
 * names file and line (P80): unknown or repeated keys, empty or bad values,
 * sections, "key: value", control characters, NUL, lines over
 * COG_CONFIG_LINE_MAX bytes.
 */
#ifndef COG_CONFIG_CONFIG_H
#define COG_CONFIG_CONFIG_H

#include "base/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COG_CONFIG_FILE_MAX (64 * 1024) /* bytes in a configuration file */
#define COG_CONFIG_LINE_MAX 1000        /* bytes in a line, its end apart */

/* Sizes of the fields below, each with its NUL. */
#define COG_CONFIG_PATH_SIZE     256
#define COG_CONFIG_URL_SIZE      320
#define COG_CONFIG_TEMPLATE_SIZE 128
#define COG_CONFIG_LIST_SIZE     (COG_CONFIG_LINE_MAX + 1)

#define COG_CONFIG_GROUP_MAP_MAX 16 /* entries in group_map */

/* Ids that accounts may have (P20), but for 60000-65535 in between. */
#define COG_CONFIG_ID_MIN 1000U
#define COG_CONFIG_ID_MAX 2147352575U

enum cog_config_early {
    COG_CONFIG_EARLY_CONNECT = 0,
    COG_CONFIG_EARLY_CHALLENGE,
    COG_CONFIG_EARLY_NO
};

/* For whom something is offered. */
enum cog_config_callers {
    COG_CONFIG_CALLERS_OFF = 0,
    COG_CONFIG_CALLERS_CONSOLE, /* who sits at a terminal of this machine */
    COG_CONFIG_CALLERS_ANY
};

/* What the account phase asks beside the files of this host. */
enum cog_config_check {
    COG_CONFIG_CHECK_CACHED = 0, /* nothing */
    COG_CONFIG_CHECK_REFRESH,    /* the pool, with the kept refresh token */
    COG_CONFIG_CHECK_ADMIN       /* the pool, with AWS credentials */
};

enum cog_config_claim {
    COG_CONFIG_CLAIM_USERNAME = 0, /* cognito:username */
    COG_CONFIG_CLAIM_EMAIL         /* email, with email_verified */
};

enum cog_config_provisional {
    COG_CONFIG_PROVISIONAL_OFF = 0,
    COG_CONFIG_PROVISIONAL_SSHD
};

/*
 * A list of words: count texts, each with its NUL, behind each other. Walk
 * with cog_config_list_next.
 */
struct cog_config_list {
    size_t count;
    size_t len; /* bytes used in text, NULs included */
    char text[COG_CONFIG_LIST_SIZE];
};

/*
 * Whom allow_groups lets in. Zeroed: nobody (P24). Ask with
 * cog_config_allows_group.
 */
struct cog_config_allow {
    bool everybody;                /* "*": also who is in no group */
    struct cog_config_list groups; /* pool groups, empty with everybody */
};

/*
 * A configuration that passed all checks. No pointers, nothing to free, no
 * secrets. A text option that was not given and has no default is "".
 */
struct cog_config {
    /* The pool. */
    char pool_id[56];    /* required: REGION_NAME */
    char client_id[129]; /* required: 1-128 of [A-Za-z0-9_+] */
    /* Default "": the app client has no secret. */
    char client_secret_file[COG_CONFIG_PATH_SIZE];
    /*
     * Local users whose programs may ask for other names than their own
     * where there is a secret; root's may without. Default: none.
     */
    struct cog_config_list trusted_callers;
    /* "https://HOST[:PORT]", never "": default from the pool's region. */
    char endpoint[COG_CONFIG_URL_SIZE];
    char jwks_file[COG_CONFIG_PATH_SIZE]; /* default "": fetch the keys */
    /*
     * Who may have issued a token: either issuer[0] is the configured one
     * and issuer[1] is "", or they are the two forms Cognito makes from
     * pool_id. The key set of each is at ISSUER/.well-known/jwks.json.
     */
    char issuer[2][COG_CONFIG_URL_SIZE];

    /* The way there. Exactly one of ca_file and ca_path is not "". */
    char ca_file[COG_CONFIG_PATH_SIZE];
    char ca_path[COG_CONFIG_PATH_SIZE]; /* default "/etc/ssl/certs" */
    char proxy[COG_CONFIG_URL_SIZE];    /* "http[s]://HOST:PORT"; "": none */
    unsigned timeout_s;                 /* 1-60, default 10 */
    enum cog_config_early early;        /* default connect */
    enum cog_config_callers enrol;      /* default any */
    enum cog_config_callers forgot;     /* default off */

    /* The account phase and sessions. */
    enum cog_config_check account_check; /* default cached */
    /* Default "": the role of the EC2 instance. */
    char admin_credentials_file[COG_CONFIG_PATH_SIZE];
    uint32_t account_max_age_s; /* 0: not given; see cog_config_max_age_s */
    bool unavailable_is_cached; /* on_unavailable = cached; default deny */
    uint32_t unavailable_max_age_s; /* default 86400 */
    bool session_tokens;            /* default no; not with refresh */
    char identity_pool_id[56];      /* "REGION:UUID"; default "": none */
    /* "https://HOST[:PORT]"; default from identity_pool_id, else "". */
    char identity_endpoint[COG_CONFIG_URL_SIZE];

    /* Logins while the pool cannot be reached. */
    bool offline_password;      /* offline = password; default off */
    uint32_t offline_max_age_s; /* since the last by the pool; 604800 */
    uint32_t offline_attempts;  /* wrong passwords since then; 10 */

    /* Who somebody is. */
    char sign_in_name[COG_CONFIG_TEMPLATE_SIZE]; /* one %u; default "%u" */
    enum cog_config_claim login_claim;           /* default username */
    bool case_insensitive;                       /* default no */
    struct cog_config_allow allow;               /* default: nobody */

    /* What an account looks like. */
    uint32_t id_base;  /* default 1879048192 */
    uint32_t id_range; /* how many ids; default 268304384 */
    /* id_base ... id_base + id_range - 1 holds allowed ids only (P20). */
    char id_map[COG_CONFIG_PATH_SIZE];    /* default "": none */
    char id_attribute[32];                /* "custom:NAME"; "": none */
    char home[COG_CONFIG_TEMPLATE_SIZE];  /* default "/home/%u" */
    char shell[COG_CONFIG_TEMPLATE_SIZE]; /* default "/bin/bash" */
    char group_prefix[17];                /* default "cognito-" */
    /* "PoolGroup:localgroup", COG_CONFIG_GROUP_MAP_MAX entries at most. */
    struct cog_config_list group_map;
    enum cog_config_provisional provisional; /* default off */
    char provisional_match[34]; /* a name, or its beginning and "*" */

    /* What cognitoctl sync brings, and from where. */
    bool enumerate;         /* list all users and groups; default no */
    char key_attribute[32]; /* "custom:NAME" with ssh keys; "": none */
    /* "https://HOST[:PORT]/PATH", without query; "": from the pool */
    char snapshot_url[COG_CONFIG_URL_SIZE];
    char snapshot_key[COG_CONFIG_PATH_SIZE]; /* whom to believe; "": none */
    unsigned snapshot_max_age_h;             /* hours, 1-8760; default 24 */
    uint32_t max_accounts; /* of one host, 1-10000000; default 50000 */

    /* Made from pool_id. */
    char region[56];                          /* the part before "_" */
    char pool_name[56];                       /* the part behind it */
    char identity_login[COG_CONFIG_URL_SIZE]; /* what an identity pool calls
                                                 this user pool */
    /* "https://sts.REGION.SUFFIX": where AWS exchanges a web identity */
    char sts_endpoint[COG_CONFIG_URL_SIZE];
};

/* Why a configuration was refused. */
struct cog_config_error {
    unsigned line; /* counted from 1; 0: not about one line */
    /* "FILE:LINE: reason" or "FILE: reason", printable ASCII, for the log */
    char text[512];
};

/*
 * Parse a whole configuration file and check it. file_name is for messages
 * only. Returns true; or false with *error filled in and *out untouched.
 * The first error ends it. Sets the process-wide switches of libinih, so
 * it is not for use in two threads at once.
 */
bool cog_config_parse(const char *bytes, size_t len, const char *file_name,
                      struct cog_config *out, struct cog_config_error *error);

/*
 * Whether these bytes of a client_secret_file are a client secret: 24-64
 * characters of [A-Za-z0-9_+] and at most one newline behind them. Returns
 * NULL and sets *secret; or a reason that quotes nothing of the secret, and
 * *secret is untouched.
 */
const char *cog_config_check_secret(const char *bytes, size_t len,
                                    struct cog_secret *secret);

/*
 * Whether members of this pool group are let in: everybody is, or it is in
 * the list. Compares bytes (P18).
 */
bool cog_config_allows_group(const struct cog_config *config,
                             const char *group);

/*
 * Put name in the place of %u in sign_in_name or home. Returns 0; EMSGSIZE
 * when it does not fit; EINVAL for a pattern without %u. out is untouched
 * on failure.
 */
int cog_config_expand(const char *pattern, const char *name, char *out,
                      size_t out_size);

/*
 * Seconds that a login or a check is good for at the account phase; 0: any
 * age. As account_max_age says, else 900 where the pool is asked, else 0.
 */
uint32_t cog_config_max_age_s(const struct cog_config *config);

/* Whether provisional is on and a login name matches provisional_match. */
bool cog_config_matches_provisional(const struct cog_config *config,
                                    const char *name);

/*
 * Walk a list: *at starts at 0; each call returns the next text (borrowed)
 * or NULL at the end.
 */
const char *cog_config_list_next(const struct cog_config_list *list,
                                 size_t *at);

/*
 * What an entry of group_map says: the pool group is its first *pool_len
 * bytes, the return value is the local group (borrowed). NULL, and
 * *pool_len untouched, for a text without ":".
 */
const char *cog_config_group_map_local(const char *entry, size_t *pool_len);

/*
 * The options in the order of the table, for documentation tests: the name
 * of the index-th or NULL past the end. *default_text is the default as one
 * would write it into the file, or NULL if it has none.
 */
const char *cog_config_option(size_t index, const char **default_text);

#endif
