/* SPDX-License-Identifier: Apache-2.0 */
/* Rules between options; see the header. */
#include "config/rules.h"

#include "base/text.h"

#include <string.h>

/* systemd's and the kernel's ids, nobody among them (P20). */
#define SYSTEM_ID_FIRST 60000U
#define SYSTEM_ID_LAST  65535U

static bool
ids_are_wrong(const struct cog_config *config)
{
    /* Both are below 2^31, so that the sum cannot wrap. */
    uint32_t last = config->id_base + config->id_range - 1;

    return last > COG_CONFIG_ID_MAX ||
           (config->id_base <= SYSTEM_ID_LAST && last >= SYSTEM_ID_FIRST);
}

/* An e-mail address must come out of it: one "@", behind %u. */
static bool
is_no_address(const struct cog_config *config)
{
    const char *at = strchr(config->sign_in_name, '@');

    return at == NULL || at < strstr(config->sign_in_name, "%u") ||
           at[1] == '\0' || strchr(at + 1, '@') != NULL;
}

static bool
has_upper(const char *text)
{
    while (*text != '\0' && !cog_ascii_is_upper(*text))
        text++;
    return *text != '\0';
}

const char *
cog_rules_check(const struct cog_config *config,
                const unsigned given[COG_OPTION_COUNT],
                enum cog_option_id *about)
{
    bool address = config->login_claim == COG_CONFIG_CLAIM_EMAIL;
    bool provisional = config->provisional != COG_CONFIG_PROVISIONAL_OFF;
    const struct {
        bool broken;
        enum cog_option_id about;
        const char *reason;
    } rules[] = {
        {given[COG_OPTION_POOL_ID] == 0, COG_OPTION_POOL_ID, "is missing"},
        {given[COG_OPTION_CLIENT_ID] == 0, COG_OPTION_CLIENT_ID, "is missing"},
        {given[COG_OPTION_CA_FILE] != 0 && given[COG_OPTION_CA_PATH] != 0,
         COG_OPTION_CA_PATH, "cannot stand beside ca_file: give one"},
        {address && is_no_address(config), COG_OPTION_LOGIN_CLAIM,
         "as email needs a sign_in_name such as %u@example.com"},
        {config->case_insensitive && has_upper(config->sign_in_name),
         COG_OPTION_SIGN_IN_NAME,
         "must be in small letters when case_insensitive is yes"},
        {ids_are_wrong(config),
         given[COG_OPTION_ID_RANGE] != 0 ? COG_OPTION_ID_RANGE
                                         : COG_OPTION_ID_BASE,
         "makes ids that are not for people: 60000-65535, or above "
         "2147352575"},
        {provisional && given[COG_OPTION_ID_MAP] != 0, COG_OPTION_PROVISIONAL,
         "cannot stand beside id_map, whose ids it could not know"},
        {provisional && given[COG_OPTION_ID_ATTRIBUTE] != 0,
         COG_OPTION_PROVISIONAL,
         "cannot stand beside id_attribute, whose ids it could not know"},
        {provisional && given[COG_OPTION_PROVISIONAL_MATCH] == 0,
         COG_OPTION_PROVISIONAL, "needs provisional_match, or matches nobody"},
        {config->session_tokens &&
             config->account_check == COG_CONFIG_CHECK_REFRESH,
         COG_OPTION_SESSION_TOKENS,
         "cannot stand beside account_check = refresh: the token that asks "
         "the pool for key logins would be revoked when the session ends"},
        {given[COG_OPTION_IDENTITY_POOL_ID] != 0 && !config->session_tokens,
         COG_OPTION_IDENTITY_POOL_ID,
         "needs session_tokens = yes: credentials come for a person's token"},
        {given[COG_OPTION_SNAPSHOT_URL] != 0 &&
             given[COG_OPTION_SNAPSHOT_KEY] == 0,
         COG_OPTION_SNAPSHOT_URL,
         "needs snapshot_key: an unsigned snapshot is never believed"},
        {config->id_attribute[0] != '\0' &&
             strcmp(config->id_attribute, config->key_attribute) == 0,
         COG_OPTION_KEY_ATTRIBUTE, "cannot be id_attribute too"},
    };

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].broken) {
            *about = rules[i].about;
            return rules[i].reason;
        }
    }
    return NULL;
}
