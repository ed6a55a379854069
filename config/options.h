/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of options: for each its name, its default, and how its text
 * becomes a field of struct cog_config. Of use to this room only.
 */
#ifndef COG_CONFIG_OPTIONS_H
#define COG_CONFIG_OPTIONS_H

#include "config/config.h"

/* In the order of the man page and the sample file. */
enum cog_option_id {
    COG_OPTION_POOL_ID,
    COG_OPTION_CLIENT_ID,
    COG_OPTION_CLIENT_SECRET_FILE,
    COG_OPTION_TRUSTED_CALLERS,
    COG_OPTION_ENDPOINT,
    COG_OPTION_JWKS_FILE,
    COG_OPTION_ISSUER,
    COG_OPTION_CA_FILE,
    COG_OPTION_CA_PATH,
    COG_OPTION_PROXY,
    COG_OPTION_TIMEOUT,
    COG_OPTION_EARLY,
    COG_OPTION_ENROL,
    COG_OPTION_FORGOT,
    COG_OPTION_ACCOUNT_CHECK,
    COG_OPTION_ADMIN_CREDENTIALS_FILE,
    COG_OPTION_ACCOUNT_MAX_AGE,
    COG_OPTION_ON_UNAVAILABLE,
    COG_OPTION_UNAVAILABLE_MAX_AGE,
    COG_OPTION_SESSION_TOKENS,
    COG_OPTION_IDENTITY_POOL_ID,
    COG_OPTION_IDENTITY_ENDPOINT,
    COG_OPTION_OFFLINE,
    COG_OPTION_OFFLINE_MAX_AGE,
    COG_OPTION_OFFLINE_ATTEMPTS,
    COG_OPTION_SIGN_IN_NAME,
    COG_OPTION_LOGIN_CLAIM,
    COG_OPTION_CASE_INSENSITIVE,
    COG_OPTION_ALLOW_GROUPS,
    COG_OPTION_ID_BASE,
    COG_OPTION_ID_RANGE,
    COG_OPTION_ID_MAP,
    COG_OPTION_ID_ATTRIBUTE,
    COG_OPTION_HOME,
    COG_OPTION_SHELL,
    COG_OPTION_GROUP_PREFIX,
    COG_OPTION_GROUP_MAP,
    COG_OPTION_PROVISIONAL,
    COG_OPTION_PROVISIONAL_MATCH,
    COG_OPTION_ENUMERATE,
    COG_OPTION_KEY_ATTRIBUTE,
    COG_OPTION_SNAPSHOT_URL,
    COG_OPTION_SNAPSHOT_KEY,
    COG_OPTION_SNAPSHOT_MAX_AGE,
    COG_OPTION_MAX_ACCOUNTS,
    COG_OPTION_COUNT
};

struct cog_option {
    const char *name;
    const char *fallback; /* the default as one would write it, or NULL */
    /*
     * Takes the option's text over into its field. Returns NULL, or why
     * not: a fixed text that follows the option's name in a sentence, as
     * "must be an absolute path". The field may then be half-written.
     */
    const char *(*set)(const struct cog_option *option, const char *value,
                       void *field);
    size_t offset;            /* of the field in struct cog_config */
    size_t size;              /* of the field */
    uint32_t min, max;        /* numbers: what is taken */
    const char *const *words; /* words: what is taken; ends with NULL */
    const char *reason;       /* of both: what to say of anything else */
};

extern const struct cog_option cog_options[COG_OPTION_COUNT];

/* The option of this name, compared as bytes; COG_OPTION_COUNT if none. */
enum cog_option_id cog_option_find(const char *name);

#endif
