/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at what sshd_config makes of PAM; see checks.h. As sshd reads it:
 * the first value of a keyword counts, files are included where Include
 * stands, and what follows a Match is not for everybody.
 */
#include "cognitoctl/checks.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cognitoctl/pam_files.h"
#include "cognitoctl/sshd_config.h"
#include "cognitoctl/text_file.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define DIRECTORY "/etc/ssh"
#define DEPTH     8U

enum { UNSET, NO, YES };

struct sshd {
    int use_pam, questions;
};

static void
take(int *option, const char *value)
{
    if (*option == UNSET)
        *option = cog_ascii_equal_nocase(value, "yes") ? YES : NO;
}

static bool read_file(struct sshd *sshd, const char *path, unsigned depth);

static void
include(struct sshd *sshd, const char *pattern, unsigned depth)
{
    glob_t found = {0};
    char path[PATH_MAX];

    (void) snprintf(path, sizeof path, "%s%s",
                    pattern[0] == '/' ? "" : DIRECTORY "/", pattern);
    if (glob(path, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            (void) read_file(sshd, found.gl_pathv[i], depth + 1);
    }
    globfree(&found);
}

static bool
read_file(struct sshd *sshd, const char *path, unsigned depth)
{
    cog_cleanup_text char *text = NULL;
    struct cog_sshd_line line;
    const char *at;
    size_t len = 0;

    if (depth > DEPTH || cog_text_file_read(path, &text, &len) != 0)
        return false;
    at = text;
    while (cog_sshd_next_line(&at, &len, &line) &&
           strcmp(line.keyword, "match") != 0) {
        if (strcmp(line.keyword, "include") == 0)
            include(sshd, line.value, depth);
        else if (strcmp(line.keyword, "usepam") == 0)
            take(&sshd->use_pam, line.value);
        else if (strcmp(line.keyword, "kbdinteractiveauthentication") == 0 ||
                 strcmp(line.keyword, "challengeresponseauthentication") == 0)
            take(&sshd->questions, line.value);
    }
    return true;
}

static bool
sshd_asks_us(void)
{
    cog_cleanup_pam_stack struct cog_pam_stack stack = {0};

    return cog_pam_stack_load("sshd", COG_PAM_AUTH, &stack) == 0 &&
           cog_pam_stack_ours(&stack) < stack.count;
}

void
cog_check_sshd(struct cog_checks *checks)
{
    struct sshd sshd = {UNSET, UNSET};

    if (!sshd_asks_us() || !read_file(&sshd, DIRECTORY "/sshd_config", 0))
        return;
    if (sshd.use_pam != YES) /* off by default */
        cog_findings_add(&checks->findings, COG_FIND_SSHD_PAM, "UsePAM %s",
                         sshd.use_pam == NO ? "no" : "is not set");
    if (sshd.questions == NO)
        cog_findings_add(&checks->findings, COG_FIND_SSHD_QUESTIONS,
                         "KbdInteractiveAuthentication no");
}
