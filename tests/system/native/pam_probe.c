/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A module that stands before or behind ours in a stack of a test and says
 * what it sees. Arguments:
 *
 * file=PATH      append a line there: PAM_USER, and hashes of the passwords
 * authtok=TEXT   sets PAM_AUTHTOK in both passes of a password change
 *
 * Answers PAM_IGNORE always.
 */
#include <security/pam_modules.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* FNV-1a: no password is written anywhere. */
static unsigned long long
hash(const char *text)
{
    uint64_t sum = 0xcbf29ce484222325u;

    for (; *text != '\0'; text++)
        sum = (sum ^ (unsigned char) *text) * 0x100000001b3u;
    return sum;
}

static const char *
get(pam_handle_t *pamh, int which)
{
    const void *item = NULL;

    if (pam_get_item(pamh, which, &item) != PAM_SUCCESS || item == NULL)
        return "";
    return item;
}

static int
look(pam_handle_t *pamh, int argc, const char **argv)
{
    for (int i = 0; i < argc; i++) {
        FILE *file;

        if (strncmp(argv[i], "authtok=", 8) == 0) {
            pam_set_item(pamh, PAM_AUTHTOK, argv[i] + 8);
            continue;
        }
        file = fopen(argv[i] + 5, "ae");
        if (file == NULL)
            continue;
        fprintf(file, "user=%s authtok=%016llx old=%016llx\n",
                get(pamh, PAM_USER), hash(get(pamh, PAM_AUTHTOK)),
                hash(get(pamh, PAM_OLDAUTHTOK)));
        fclose(file);
    }
    return PAM_IGNORE;
}

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void) flags;
    return look(pamh, argc, argv);
}

int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void) flags;
    return look(pamh, argc, argv);
}

int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void) flags;
    return look(pamh, argc, argv);
}

int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void) flags;
    return look(pamh, argc, argv);
}
