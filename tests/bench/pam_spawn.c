/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PAM module that starts /bin/true and waits for it: the least that one
 * with a process of its own costs.
 */
#include <security/pam_modules.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/wait.h>

int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    char name[] = "true";
    char *const arguments[] = {name, NULL}, *const environment[] = {NULL};
    int status = -1;
    pid_t pid;

    (void) pamh;
    (void) flags;
    (void) argc;
    (void) argv;
    if (posix_spawn(&pid, "/bin/true", NULL, NULL, arguments, environment) !=
            0 ||
        waitpid(pid, &status, 0) != pid)
        return PAM_SYSTEM_ERR;
    return status == 0 ? PAM_SUCCESS : PAM_SYSTEM_ERR;
}
