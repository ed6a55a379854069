/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest host of a PAM stack: authenticates (and, if that worked,
 * asks the account phase), answers every question with the next line of
 * standard input, does not wait after a failure. Exits 42 for a login that
 * both phases admitted, 1 for one that was denied.
 */
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADMITTED 42

static char *
next_answer(void)
{
    char line[2048];

    if (fgets(line, sizeof line, stdin) == NULL)
        return NULL;
    line[strcspn(line, "\n")] = '\0';
    return strdup(line);
}

static int
converse(int count, const struct pam_message **messages,
         struct pam_response **responses, void *data)
{
    struct pam_response *answers = calloc((size_t) count, sizeof *answers);

    (void) data;
    if (answers == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count; i++) {
        int style = messages[i]->msg_style;

        if (style != PAM_PROMPT_ECHO_OFF && style != PAM_PROMPT_ECHO_ON)
            continue;
        answers[i].resp = next_answer();
        if (answers[i].resp == NULL) {
            free(answers);
            return PAM_CONV_ERR;
        }
    }
    *responses = answers;
    return PAM_SUCCESS;
}

static void
no_delay(int code, unsigned microseconds, void *data)
{
    (void) code;
    (void) microseconds;
    (void) data;
}

int
main(int argc, char **argv)
{
    const struct pam_conv conv = {converse, NULL};
    void (*delay)(int, unsigned, void *) = no_delay;
    pam_handle_t *pamh = NULL;
    const void *item;
    int code;

    if (argc != 3)
        return 2;
    code = pam_start(argv[1], argv[2], &conv, &pamh);
    if (code != PAM_SUCCESS)
        return 1;
    memcpy(&item, &delay, sizeof item);
    code = pam_set_item(pamh, PAM_FAIL_DELAY, item);
    if (code == PAM_SUCCESS)
        code = pam_authenticate(pamh, 0);
    printf("authenticate %d\n", code);
    if (code == PAM_SUCCESS) {
        code = pam_acct_mgmt(pamh, 0);
        printf("account %d\n", code);
    }
    pam_end(pamh, code);
    return code == PAM_SUCCESS ? ADMITTED : 1;
}
