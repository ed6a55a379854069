/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transaction SERVICE USER PHASES COUNT
 *
 * Runs COUNT PAM transactions, each from pam_start to pam_end, so that each
 * reads its configuration and loads its modules anew, as far as these let
 * themselves be unloaded, and prints time and CPU of one as JSON. PHASES:
 * `a` authenticate, `c` acct_mgmt, or both. Child processes count from when
 * they were waited for; the last transaction's are waited for here.
 */
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

/* Nobody is there to be asked. */
static int
converse(int count, const struct pam_message **messages,
         struct pam_response **responses, void *context)
{
    (void) count;
    (void) messages;
    (void) responses;
    (void) context;
    return PAM_CONV_ERR;
}

static int
transact(const char *service, const char *user, const char *phases)
{
    const struct pam_conv conversation = {converse, NULL};
    pam_handle_t *pamh = NULL;
    int code = pam_start(service, user, &conversation, &pamh);

    for (; code == PAM_SUCCESS && *phases != '\0'; phases++) {
        if (*phases == 'a')
            code = pam_authenticate(pamh, 0);
        else
            code = pam_acct_mgmt(pamh, 0);
    }
    (void) pam_end(pamh, code);
    return code;
}

static double
used_us(int who)
{
    struct rusage usage;

    (void) getrusage(who, &usage);
    return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static double
now_us(void)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

int
main(int argc, char **argv)
{
    double cpu_us, wall_us;
    long count;

    if (argc != 5 || (count = strtol(argv[4], NULL, 10)) < 1) {
        (void) fputs("usage: transaction SERVICE USER PHASES COUNT\n", stderr);
        return 2;
    }
    (void) prctl(PR_SET_CHILD_SUBREAPER, 1);
    cpu_us = used_us(RUSAGE_SELF);
    wall_us = now_us();
    for (long i = 0; i < count; i++) {
        int code = transact(argv[1], argv[2], argv[3]);

        if (code != PAM_SUCCESS) {
            (void) fprintf(stderr, "transaction: %s, %s: %s\n", argv[1],
                           argv[2], pam_strerror(NULL, code));
            return 1;
        }
    }
    wall_us = now_us() - wall_us;
    while (wait(NULL) > 0)
        continue;
    cpu_us = used_us(RUSAGE_SELF) + used_us(RUSAGE_CHILDREN) - cpu_us;
    printf("{\"cpu_us\": %.3f, \"wall_us\": %.3f}\n", cpu_us / (double) count,
           wall_us / (double) count);
    return 0;
}
