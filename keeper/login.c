/* SPDX-License-Identifier: Apache-2.0 */
/* Operations that need the network; see the header. */
#include "keeper/login.h"

#include "base/clock.h"
#include "base/text.h"
#include "host/files.h"
#include "keeper/parent.h"
#include "keeper/speaker_process.h"
#include "keeper/store.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#define SEND_MS 2000
/* The person sets the pace; the process timer is the last word. */
#define WAIT_MS 600000

static void
rule(struct cog_ruling *ruling, enum cog_outcome outcome, const char *reason)
{
    ruling->outcome = outcome;
    (void) snprintf(ruling->reason, sizeof ruling->reason, "%s", reason);
}

/*
 * Wait for the speaker, or for the module to go away: then nobody waits
 * for a verdict any more and all of us end.
 */
static int
wait_for_speaker(int speaker_fd)
{
    struct pollfd poller[2] = {
        {.fd = speaker_fd, .events = POLLIN, .revents = 0},
        /* Not POLLIN: the module has nothing to say meanwhile. */
        {.fd = COG_FD_PARENT, .events = 0, .revents = 0},
    };

    for (;;) {
        int ready = poll(poller, 2, WAIT_MS);

        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return ETIMEDOUT;
        if (poller[0].revents != 0)
            return 0;
        return ECONNRESET;
    }
}

static void
keep_keys(const struct cog_subject *subject,
          const struct cog_message *message)
{
    const struct cog_field *keys = &message->field[COG_KEYS_BYTES];
    int error;

    if (!subject->caller_is_root)
        return;
    error = cog_files_keep_keys(keys->bytes, keys->len);
    if (error != 0)
        cog_parent_note(LOG_WARNING, "the key set cannot be kept: %d", error);
}

/*
 * Receive until the result. NEW_KEYS may come once before it. Anything
 * else is a speaker gone wrong.
 */
static bool
receive_result(const struct cog_subject *subject, int speaker_fd,
               struct cog_message *result)
{
    for (int i = 0; i < 2; i++) {
        int64_t deadline_ms = cog_clock_ms() + SEND_MS;

        cog_message_clear(result);
        if (wait_for_speaker(speaker_fd) != 0 ||
            cog_message_receive(speaker_fd, result, deadline_ms) != 0)
            return false;
        if (result->type == COG_MSG_RESULT)
            return cog_message_same_build(result);
        if (result->type != COG_MSG_NEW_KEYS || i > 0 || subject == NULL)
            return false;
        keep_keys(subject, result);
    }
    return false;
}

/* Outcome, request id and detail of a result, as the speaker says. */
static void
take_result(const struct cog_message *result, enum cog_operation operation,
            struct cog_ruling *ruling)
{
    const struct cog_field *field = result->field;
    enum cog_outcome outcome = COG_OUTCOME_NONE;

    if (field[COG_RESULT_OPERATION].number != operation ||
        !cog_outcome_from_number(field[COG_RESULT_OUTCOME].number,
                                 &outcome) ||
        outcome == COG_OUTCOME_NONE) {
        rule(ruling, COG_OUTCOME_SPEAKER, "a malformed result");
        return;
    }
    (void) snprintf(ruling->request_id, sizeof ruling->request_id, "%s",
                    field[COG_RESULT_REQUEST_ID].bytes);
    rule(ruling, outcome, field[COG_RESULT_DETAIL].bytes);
}

static bool
take_proof(const struct cog_message *result, const char *sign_in_name,
           struct cog_proof *proof)
{
    const struct cog_field *field = result->field;
    const char *group;
    size_t at = 0, dropped = 0;

    memset(proof, 0, sizeof *proof);
    if (strcmp(field[COG_RESULT_SIGN_IN_NAME].bytes, sign_in_name) != 0 ||
        cog_sub_check(field[COG_RESULT_SUB].bytes) != COG_FAULT_NONE)
        return false;
    (void) snprintf(proof->sub, sizeof proof->sub, "%s",
                    field[COG_RESULT_SUB].bytes);
    (void) snprintf(proof->display_name, sizeof proof->display_name, "%s",
                    field[COG_RESULT_DISPLAY_NAME].bytes);
    while ((group = cog_field_list_next(&field[COG_RESULT_GROUPS], &at)) !=
           NULL) {
        if (cog_pool_groups_add(&proof->groups, group, strlen(group)) != 0)
            dropped++;
    }
    if (dropped > 0)
        cog_parent_note(LOG_WARNING, "%lu pool groups left out",
                        (unsigned long) dropped);
    return true;
}

/* What the host says to a login that the pool has admitted. */
static void
judge_proof(const struct cog_subject *subject,
            const struct cog_config *config,
            const struct cog_message *result, const char *sign_in_name,
            struct cog_ruling *ruling)
{
    struct cog_proof proof;

    if (!take_proof(result, sign_in_name, &proof)) {
        rule(ruling, COG_OUTCOME_IDENTITY, "another name was proved");
        return;
    }
    ruling->outcome =
        cog_rules_groups(config, &proof.groups, ruling->reason);
    if (ruling->outcome == COG_OUTCOME_ADMITTED)
        ruling->outcome =
            cog_store_admit(subject, config, &proof, ruling->reason);
}

static enum cog_outcome
start_speaker(const struct cog_subject *subject,
              const struct cog_host_files *files, const char *sign_in_name,
              int *speaker_fd, struct cog_ruling *ruling)
{
    const char *failed = cog_speaker_start(speaker_fd);
    uint64_t timeout_ms = (uint64_t) files->config.timeout_s * 1000;

    if (failed != NULL) {
        rule(ruling, COG_OUTCOME_SPEAKER, failed);
        return ruling->outcome;
    }
    if (cog_speaker_send_job(*speaker_fd, files, subject->operation,
                             sign_in_name, cog_clock_ms() + SEND_MS) != 0 ||
        cog_parent_started(timeout_ms) != 0) {
        rule(ruling, COG_OUTCOME_SPEAKER, "the speaker takes no job");
        return ruling->outcome;
    }
    return COG_OUTCOME_ADMITTED;
}

static void
run_login(const struct cog_subject *subject,
          const struct cog_host_files *files, int *speaker_fd,
          struct cog_ruling *ruling)
{
    cog_cleanup_message struct cog_message result = COG_MESSAGE_EMPTY;
    char sign_in_name[COG_CONFIG_TEMPLATE_SIZE + COG_NAME_MAX];

    if (cog_config_expand(files->config.sign_in_name, subject->user,
                          sign_in_name, sizeof sign_in_name) != 0) {
        rule(ruling, COG_OUTCOME_CONFIG, "sign_in_name is too long");
        return;
    }
    if (start_speaker(subject, files, sign_in_name, speaker_fd, ruling) !=
        COG_OUTCOME_ADMITTED)
        return;
    if (!receive_result(subject, *speaker_fd, &result)) {
        rule(ruling, COG_OUTCOME_SPEAKER, "the speaker gave no result");
        return;
    }
    take_result(&result, subject->operation, ruling);
    if (ruling->outcome == COG_OUTCOME_ADMITTED)
        judge_proof(subject, &files->config, &result, sign_in_name, ruling);
}

void
cog_login_operation(const struct cog_subject *subject,
                    const char *config_path, int *speaker_fd,
                    struct cog_ruling *ruling)
{
    cog_cleanup_files struct cog_host_files files = {0};

    if (!cog_files_load(config_path, &files, ruling->reason)) {
        ruling->outcome = COG_OUTCOME_CONFIG;
        return;
    }
    ruling->outcome =
        cog_rules_before(subject, &files.config, ruling->reason);
    if (ruling->outcome != COG_OUTCOME_ADMITTED)
        return;
    ruling->outcome = COG_OUTCOME_NONE;
    run_login(subject, &files, speaker_fd, ruling);
}

void
cog_change_operation(int speaker_fd, struct cog_ruling *ruling)
{
    cog_cleanup_message struct cog_message go = COG_MESSAGE_EMPTY;
    cog_cleanup_message struct cog_message result = COG_MESSAGE_EMPTY;

    cog_message_begin(&go, COG_MSG_GO_CHANGE);
    if (cog_message_send(speaker_fd, &go, cog_clock_ms() + SEND_MS) != 0 ||
        !receive_result(NULL, speaker_fd, &result)) {
        rule(ruling, COG_OUTCOME_SPEAKER, "the speaker gave no result");
        return;
    }
    take_result(&result, COG_OPERATION_CHANGE, ruling);
}
