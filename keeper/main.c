/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pam-cognito-keeper: started by pam_cognito.so for one operation. Owns the
 * rules, the stores and the verdict; parses no byte from the network.
 */
#include "accounts/account.h"
#include "base/clock.h"
#include "host/files.h"
#include "keeper/login.h"
#include "keeper/parent.h"
#include "keeper/start.h"
#include "keeper/store.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The request lies there when we start. */
#define REQUEST_MS 5000
/* How long a proved password change may wait for the new password. */
#define CHANGE_WAIT_MS 300000

/* What the request said beyond the subject. */
struct request {
    struct cog_subject subject;
    char config_path[4096];
};

static void
copy_field(const struct cog_field *field, char *out, size_t size)
{
    (void) snprintf(out, size, "%s", field->bytes);
}

/* Whose name it is, asked again: the module only asked for itself. */
static void
classify(const struct cog_message *message, struct cog_subject *subject)
{
    const struct cog_field *field = message->field;
    const struct cog_whose_question question = {
        .name = subject->user,
        .local_group = field[COG_REQUEST_LOCAL_GROUP].bytes,
        .minimum_uid = (uid_t) field[COG_REQUEST_MINIMUM_UID].number,
    };

    subject->whose = cog_whose_is(&question, &subject->ids);
}

static bool
receive_request(const struct cog_caller *caller, struct request *request,
                enum cog_outcome *outcome)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;
    const struct cog_field *field = message.field;
    struct cog_subject *subject = &request->subject;

    if (cog_message_receive(COG_FD_PARENT, &message,
                            cog_clock_ms() + REQUEST_MS) != 0 ||
        message.type != COG_MSG_REQUEST) {
        *outcome = COG_OUTCOME_SYSTEM;
        return false;
    }
    subject->operation =
        (enum cog_operation) field[COG_REQUEST_OPERATION].number;
    copy_field(&field[COG_REQUEST_USER], subject->user,
               sizeof subject->user);
    copy_field(&field[COG_REQUEST_CONFIG], request->config_path,
               sizeof request->config_path);
    subject->flags = field[COG_REQUEST_FLAGS].number;
    subject->caller_is_root = caller->is_root;
    if (!cog_message_same_build(&message)) {
        *outcome = COG_OUTCOME_BUILD;
        return false;
    }
    classify(&message, subject);
    return true;
}

static void
account_operation(const struct request *request, struct cog_ruling *ruling)
{
    struct cog_config config;

    if (!cog_files_load_config(request->config_path, &config,
                               ruling->reason)) {
        ruling->outcome = COG_OUTCOME_CONFIG;
        return;
    }
    ruling->outcome = cog_rules_before(&request->subject, &config,
                                       ruling->reason);
    if (ruling->outcome == COG_OUTCOME_ADMITTED)
        ruling->outcome = cog_store_account(&request->subject, &config,
                                            ruling->reason);
}

static void
tell(const struct request *request, enum cog_operation operation,
     const struct cog_ruling *ruling)
{
    (void) cog_parent_verdict(operation, request->subject.user,
                              ruling->outcome, ruling->request_id,
                              ruling->reason);
}

/* After PRELIM was admitted: the one message that may still come. */
static void
serve_change(const struct request *request, int speaker_fd)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;
    struct cog_ruling ruling = {.outcome = COG_OUTCOME_NONE};

    if (cog_message_receive(COG_FD_PARENT, &message,
                            cog_clock_ms() + CHANGE_WAIT_MS) != 0 ||
        message.type != COG_MSG_CHANGE)
        return;
    cog_change_operation(speaker_fd, &ruling);
    tell(request, COG_OPERATION_CHANGE, &ruling);
}

static void
serve(const struct request *request)
{
    struct cog_ruling ruling = {.outcome = COG_OUTCOME_NONE};
    enum cog_operation operation = request->subject.operation;
    int speaker_fd = -1;

    switch (operation) {
    case COG_OPERATION_ACCOUNT:
        account_operation(request, &ruling);
        break;
    case COG_OPERATION_LOGIN:
    case COG_OPERATION_PRELIM:
        cog_login_operation(&request->subject, request->config_path,
                            &speaker_fd, &ruling);
        break;
    case COG_OPERATION_CHANGE: /* only behind PRELIM */
    default:
        ruling.outcome = COG_OUTCOME_SYSTEM;
        break;
    }
    tell(request, operation, &ruling);
    if (operation == COG_OPERATION_PRELIM &&
        ruling.outcome == COG_OUTCOME_ADMITTED)
        serve_change(request, speaker_fd);
}

/*
 * Leave the host's family at once: a login whose keeper is still its child
 * would take the keeper's end for its shell's. The module waits for the
 * parent, which ends here.
 */
static void
leave_parent(void)
{
    pid_t pid = fork();

    if (pid != 0)
        _exit(pid > 0 ? 0 : 1);
}

int
main(void)
{
    static struct request request;
    struct cog_caller caller = {.is_root = false};
    enum cog_outcome outcome = COG_OUTCOME_NONE;
    const char *failed;

    leave_parent();
    failed = cog_start_own_state(&caller);
    if (!receive_request(&caller, &request, &outcome))
        (void) cog_parent_verdict(COG_OPERATION_LOGIN, request.subject.user,
                                  outcome, "", "no usable request");
    else if (failed != NULL)
        (void) cog_parent_verdict(request.subject.operation,
                                  request.subject.user, COG_OUTCOME_SYSTEM,
                                  "", failed);
    else
        serve(&request);
    /* Nothing is flushed or run at exit: there is nothing of ours. */
    _exit(0);
}
