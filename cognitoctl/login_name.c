/* SPDX-License-Identifier: Apache-2.0 */
/* sign_in_name read backwards; see the header. */
#include "cognitoctl/login_name.h"

#include "base/text.h"

#include <string.h>

/* The claim that sign_in_name must equal, as check_login_claim has it. */
static const char *
claim_of(const struct cog_config *config, const struct cog_pool_names *names,
         const char **why)
{
    if (config->login_claim == COG_CONFIG_CLAIM_USERNAME)
        return names->username;
    if (names->email == NULL)
        *why = "has no e-mail address";
    else if (names->email_verified == NULL ||
             strcmp(names->email_verified, "true") != 0)
        *why = "has no verified e-mail address";
    return *why == NULL ? names->email : NULL;
}

/* The part of text where the pattern has %u, of at most 32 bytes. */
static bool
take_name(const char *pattern, const char *text, bool lower,
          char name[COG_NAME_MAX + 1])
{
    const char *mark = strstr(pattern, "%u");
    size_t text_len = strlen(text), before, behind, len;

    if (mark == NULL)
        return false;
    before = (size_t) (mark - pattern);
    behind = strlen(mark + 2);
    if (text_len <= before + behind)
        return false;
    len = text_len - before - behind;
    if (len > COG_NAME_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        name[i] =
            lower ? cog_ascii_to_lower(text[before + i]) : text[before + i];
    name[len] = '\0';
    return true;
}

/* Whether signing in as name would match the claim, as a login asks it. */
static bool
signs_in(const struct cog_config *config, const char *name, const char *claim)
{
    char wanted[COG_CONFIG_TEMPLATE_SIZE + COG_NAME_MAX + 1];
    size_t i;

    if (cog_config_expand(config->sign_in_name, name, wanted, sizeof wanted) !=
        0)
        return false;
    for (i = 0; claim[i] != '\0' && wanted[i] != '\0'; i++) {
        char c =
            config->case_insensitive ? cog_ascii_to_lower(claim[i]) : claim[i];

        if (c != wanted[i])
            return false;
    }
    return claim[i] == '\0' && wanted[i] == '\0';
}

const char *
cog_login_name_of(const struct cog_config *config,
                  const struct cog_pool_names *names,
                  char out[COG_NAME_MAX + 1])
{
    char name[COG_NAME_MAX + 1];
    const char *why = NULL, *claim = claim_of(config, names, &why);

    if (claim == NULL)
        return why;
    if (!take_name(config->sign_in_name, claim, config->case_insensitive,
                   name) ||
        cog_login_name_check(name, strlen(name)) != COG_FAULT_NONE ||
        !signs_in(config, name, claim))
        return "has no login name that sign_in_name could stand for";
    memcpy(out, name, strlen(name) + 1);
    return NULL;
}
