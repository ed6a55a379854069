/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: what a host's conversation gives the module for an answer.
 * The first byte says how it behaves, the rest is what was typed. A handle
 * of the real libpam hands the conversation through. What is taken must be
 * what was typed, bounded, and fit into the message that carries it.
 */
#include "base/clock.h"
#include "pam_cognito/converse.h"
#include "wire/message.h"
#include "tests/fuzz/target.h"

#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How the conversation behaves: bits of the first byte. */
enum behaviour {
    FAILS = 1 << 0,       /* an error code */
    NO_RESPONSE = 1 << 1, /* no array */
    NO_ANSWER = 1 << 2,   /* an array without a text */
    NO_FUNCTION = 1 << 3, /* nobody to ask */
    WITH_CODE = 1 << 4    /* resp_retcode is set, which nobody reads */
};

struct typed {
    unsigned behaviour;
    const uint8_t *bytes;
    size_t len;
};

static int
answer(int count, const struct pam_message **messages,
       struct pam_response **responses, void *context)
{
    const struct typed *typed = context;
    struct pam_response *response;

    must(count == 1 && messages[0]->msg != NULL);
    if ((typed->behaviour & NO_RESPONSE) == 0) {
        response = calloc(1, sizeof *response);
        must(response != NULL);
        if ((typed->behaviour & WITH_CODE) != 0)
            response->resp_retcode = 77;
        /* An exact copy, so that a sanitizer sees any step beyond. */
        if ((typed->behaviour & NO_ANSWER) == 0) {
            response->resp = malloc(typed->len + 1);
            must(response->resp != NULL);
            memcpy(response->resp, typed->bytes, typed->len);
            response->resp[typed->len] = '\0';
        }
        *responses = response;
    }
    return (typed->behaviour & FAILS) != 0 ? PAM_CONV_ERR : PAM_SUCCESS;
}

/* A service without a module, in a directory of this process. */
static pam_handle_t *
start(void)
{
    static const struct pam_conv nobody = {NULL, NULL};
    char directory[] = "/tmp/fuzz-answers.XXXXXX", path[64];
    pam_handle_t *pamh = NULL;
    int fd;

    must(mkdtemp(directory) != NULL);
    strcpy(path, directory);
    strcat(path, "/answers");
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    must(fd >= 0 && close(fd) == 0);
    must(pam_start_confdir("answers", "alice", &nobody, directory, &pamh) ==
         PAM_SUCCESS);
    must(unlink(path) == 0 && rmdir(directory) == 0);
    return pamh;
}

/* As the module sends it on to the speaker. */
static void
check_message(const struct cog_secret *taken)
{
    cog_cleanup_message struct cog_message sent = COG_MESSAGE_EMPTY;
    cog_cleanup_message struct cog_message got = COG_MESSAGE_EMPTY;
    int pair[2];

    must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    cog_message_begin(&sent, COG_MSG_ANSWER);
    cog_message_put_bytes(&sent, taken->data, taken->len);
    must(cog_message_send(pair[0], &sent, cog_clock_ms() + 5000) == 0);
    must(cog_message_receive(pair[1], &got, cog_clock_ms() + 5000) == 0);
    must(got.type == COG_MSG_ANSWER && got.field[0].len == taken->len &&
         memcmp(got.field[0].bytes, taken->data, taken->len) == 0);
    must(close(pair[0]) == 0 && close(pair[1]) == 0);
}

static void
check_taken(const struct typed *typed, const struct cog_secret *taken)
{
    size_t len = strnlen((const char *) typed->bytes, typed->len);
    bool junk = len == 0;

    must((typed->behaviour &
          (FAILS | NO_RESPONSE | NO_ANSWER | NO_FUNCTION)) == 0);
    must(taken->len == len && len <= PAM_MAX_RESP_SIZE);
    must(len == 0 || memcmp(taken->data, typed->bytes, len) == 0);
    for (size_t i = 0; i < len; i++)
        junk = junk || typed->bytes[i] < ' ' || typed->bytes[i] == 127;
    must(cog_converse_is_junk(taken) == junk);
    check_message(taken);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static pam_handle_t *pamh;
    cog_cleanup_secret struct cog_secret taken = COG_SECRET_EMPTY;
    struct typed typed;
    struct pam_conv conv;

    if (size == 0)
        return 0;
    if (pamh == NULL)
        pamh = start();
    typed = (struct typed){data[0], data + 1, size - 1};
    conv = (struct pam_conv){
        (typed.behaviour & NO_FUNCTION) != 0 ? NULL : answer, &typed};
    must(pam_set_item(pamh, PAM_CONV, &conv) == PAM_SUCCESS);
    if (cog_converse_ask(pamh, PAM_PROMPT_ECHO_OFF, "Password: ", &taken) ==
        PAM_SUCCESS)
        check_taken(&typed, &taken);
    else
        must(taken.len == 0 && taken.data == NULL);
    cog_converse_tell(pamh, PAM_TEXT_INFO, "text");
    return 0;
}
