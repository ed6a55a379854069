/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at the arguments of our lines in the PAM files; see checks.h. With
 * a mistake in them a line denies everybody but root and the system's users.
 */
#include "cognitoctl/checks.h"

#include "base/text.h"
#include "cognitoctl/pam_files.h"
#include "host/files.h"

#include <stdio.h>
#include <string.h>

/* The names of pam_cognito/options.c, which no other room may include. */
static const char *const flags[] = {
    "debug",          "code_in_password", "allow_unknown", "create_account",
    "try_first_pass", "use_first_pass",   "use_authtok",
};
static const char *const with_value[] = {
    "config=", "keeper=", "local_group=", "minimum_uid="};

static bool
is_known(const char *word)
{
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (strcmp(word, flags[i]) == 0)
            return true;
    }
    for (size_t i = 0; i < sizeof with_value / sizeof with_value[0]; i++) {
        if (cog_text_begins(word, with_value[i]))
            return true;
    }
    return false;
}

static bool
is_wrong(const char *word)
{
    static const char key[] = "config=";
    struct cog_config config;
    char reason[COG_FILES_REASON];

    if (!is_known(word))
        return true;
    return cog_text_begins(word, key) &&
           !cog_files_load_config(word + strlen(key), &config, reason);
}

static void
look_at_line(struct cog_checks *checks, const struct cog_pam_line *line,
             const char *service)
{
    char words[COG_PAM_WORD_SIZE], *rest = NULL;

    (void) snprintf(words, sizeof words, "%s", line->options);
    /* An argument in brackets may hold blanks; a cut one is not known. */
    if (strchr(words, '[') != NULL || strlen(words) + 1 == sizeof words)
        return;
    for (char *word = strtok_r(words, " \t", &rest); word != NULL;
         word = strtok_r(NULL, " \t", &rest)) {
        char what[COG_SUBJECT_SIZE];

        if (!is_wrong(word))
            continue;
        (void) snprintf(what, sizeof what, "%s: %s of ",
                        cog_pam_facility_name(line->facility), word);
        cog_findings_add_first(&checks->findings, COG_FIND_PAM_ARGUMENT, what,
                               service);
    }
}

static void
look_at_service(void *context, const char *service)
{
    cog_cleanup_pam_stack struct cog_pam_stack stack = {0};

    for (unsigned f = 0; f < COG_PAM_FACILITIES; f++) {
        if (cog_pam_stack_load(service, (enum cog_pam_facility) f, &stack) !=
            0)
            return;
        for (size_t i = 0; i < stack.count; i++) {
            const struct cog_pam_line *line = &stack.modules[i].line;

            if (strcmp(cog_pam_module_name(line), COG_PAM_OURS) == 0)
                look_at_line(context, line, service);
        }
    }
}

void
cog_check_arguments(struct cog_checks *checks)
{
    cog_pam_services(look_at_service, checks);
}
