/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pam-cognito-keeper: started by pam_cognito.so for one operation. Owns the
 * rules, the stores and the verdict; parses no byte from the network.
 */
#include "accounts/account.h"
#include "base/clock.h"
#include "host/files.h"
#include "keeper/admin.h"
#include "keeper/login.h"
#include "keeper/lent.h"
#include "keeper/parent.h"
#include "keeper/session.h"
#include "keeper/start.h"
#include "keeper/store.h"
#include "keeper/tokens.h"
#include "keeper/unprivileged.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The request lies there when we start. */
#define REQUEST_MS 5000
/* How long a proved password change may wait for the new password. */
#define CHANGE_WAIT_MS 300000

/* What the module asked for. */
struct request {
    struct cog_subject subject;
    char config_path[COG_WIRE_PATH_MAX + 1];
    char local_group[COG_NAME_MAX + 1];
    uid_t minimum_uid;
};

static void
copy_field(const struct cog_field *field, char *out, size_t size)
{
    (void) snprintf(out, size, "%s", field->bytes);
}

static void
copy_told(const struct cog_field *field, struct cog_subject *subject)
{
    struct cog_account *told = &subject->told;

    told->uid = (uint32_t) field[COG_REQUEST_TOLD_UID].number;
    told->gid = (uint32_t) field[COG_REQUEST_TOLD_GID].number;
    copy_field(&field[COG_REQUEST_TOLD_HOME], told->home, sizeof told->home);
    copy_field(&field[COG_REQUEST_TOLD_SHELL], told->shell,
               sizeof told->shell);
}

/* COG_OUTCOME_NONE: there is a request, and nothing is decided yet. */
static enum cog_outcome
receive_request(struct request *request)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;
    const struct cog_field *field = message.field;
    struct cog_subject *subject = &request->subject;

    if (cog_message_receive(COG_FD_PARENT, &message,
                            cog_clock_ms() + REQUEST_MS) != 0 ||
        message.type != COG_MSG_REQUEST)
        return COG_OUTCOME_SYSTEM;
    subject->operation =
        (enum cog_operation) field[COG_REQUEST_OPERATION].number;
    subject->flags = field[COG_REQUEST_FLAGS].number;
    copy_field(&field[COG_REQUEST_USER], subject->user, sizeof subject->user);
    copy_field(&field[COG_REQUEST_CONFIG], request->config_path,
               sizeof request->config_path);
    subject->other_config = strcmp(request->config_path, COG_HOST_CONFIG) != 0;
    copy_field(&field[COG_REQUEST_LOCAL_GROUP], request->local_group,
               sizeof request->local_group);
    request->minimum_uid = (uid_t) field[COG_REQUEST_MINIMUM_UID].number;
    copy_field(&field[COG_REQUEST_RHOST], subject->rhost,
               sizeof subject->rhost);
    copy_told(field, subject);
    return cog_message_same_build(&message) ? COG_OUTCOME_NONE
                                            : COG_OUTCOME_BUILD;
}

/* Decide anew whose name it is: the module is not believed in that. */
static void
classify(struct request *request)
{
    struct cog_subject *subject = &request->subject;
    const struct cog_whose_question question = {
        .name = subject->user,
        .local_group = request->local_group,
        .minimum_uid = request->minimum_uid,
    };

    subject->whose = cog_whose_is(&question, &subject->ids);
}

/* By the stores, and then by the pool's word where that is asked for. */
static void
judge_account(const struct request *request, const struct cog_config *config,
              struct cog_ruling *ruling)
{
    const struct cog_subject *subject = &request->subject;

    ruling->outcome = cog_store_account(subject, config, ruling->reason);
    if (ruling->outcome == COG_OUTCOME_ADMITTED)
        cog_tokens_check(subject, request->config_path, config, ruling);
    if (ruling->outcome == COG_OUTCOME_ADMITTED)
        cog_admin_check(subject, request->config_path, config, ruling);
    if (ruling->outcome == COG_OUTCOME_ADMITTED)
        cog_session_announce(subject, config);
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
    ruling->outcome =
        cog_rules_before(&request->subject, &config, ruling->reason);
    if (ruling->outcome != COG_OUTCOME_ADMITTED)
        return;
    if (request->subject.is_unprivileged)
        ruling->outcome = cog_unprivileged_account(&request->subject, &config,
                                                   ruling->reason);
    else
        judge_account(request, &config, ruling);
}

/* A session is never refused, whatever becomes of the tokens. */
static void
session_operation(const struct request *request, struct cog_ruling *ruling)
{
    if (request->subject.operation == COG_OPERATION_OPEN)
        cog_session_open(&request->subject, request->config_path);
    else
        cog_session_close(&request->subject, request->config_path);
    cog_rule(ruling, COG_OUTCOME_ADMITTED, "");
}

static void
tell(const struct request *request, enum cog_operation operation,
     const struct cog_ruling *ruling)
{
    (void) cog_parent_verdict(operation, request->subject.user,
                              ruling->outcome, ruling->request_id,
                              ruling->reason);
}

/* After PRELIM was admitted: wait for the one message that may follow. */
static void
serve_change(const struct request *request, int speaker_fd)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;
    struct cog_ruling ruling = {.outcome = COG_OUTCOME_NONE};

    if (cog_message_receive(COG_FD_PARENT, &message,
                            cog_clock_ms() + CHANGE_WAIT_MS) != 0 ||
        message.type != COG_MSG_CHANGE)
        return;
    cog_change_operation(&request->subject, speaker_fd, &ruling);
    tell(request, COG_OPERATION_CHANGE, &ruling);
}

/*
 * A caller that is not root can start us with any request. What it says of
 * the terminal is not believed, and only two operations are served.
 */
static bool
may_serve(struct cog_subject *subject)
{
    if (!subject->is_unprivileged)
        return true;
    subject->flags &= ~(uint64_t) COG_REQUEST_CONSOLE;
    return subject->operation == COG_OPERATION_LOGIN ||
           subject->operation == COG_OPERATION_ACCOUNT;
}

static void
serve(struct request *request)
{
    struct cog_ruling ruling = {.outcome = COG_OUTCOME_NONE};
    enum cog_operation operation = request->subject.operation;
    int speaker_fd = -1;

    if (!may_serve(&request->subject)) {
        cog_rule(&ruling, COG_OUTCOME_NOT_ROOT, "for root's callers only");
        tell(request, operation, &ruling);
        return;
    }
    classify(request);
    switch (operation) {
    case COG_OPERATION_ACCOUNT:
        account_operation(request, &ruling);
        break;
    case COG_OPERATION_OPEN:
    case COG_OPERATION_CLOSE:
        session_operation(request, &ruling);
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
 * Leave the host's process family: login(1) would take the end of a keeper
 * that is its child for the end of the shell. The parent ends here, and the
 * module waits for it. Brief operations end before there is a shell; they
 * save the fork, and the module waits for their end.
 */
static void
leave_parent(enum cog_operation operation)
{
    pid_t pid = cog_operation_is_brief(operation) ? 0 : fork();

    if (pid != 0)
        _exit(pid > 0 ? 0 : 1);
}

/*
 * The request is read before we make our own process state, since it says
 * whether to leave the host's family first. Reading it takes a socket and
 * memory, nothing else.
 */
int
main(void)
{
    static struct request request;
    struct cog_caller caller = {.is_root = false, .uid = (uid_t) -1};
    bool apart = geteuid() == 0 || cog_lent_lay_aside();
    enum cog_outcome outcome = receive_request(&request);
    const char *failed, *reason = "";

    leave_parent(request.subject.operation);
    failed = cog_start_own_state(&caller);
    if (!apart)
        failed = "a group cannot be laid aside";
    request.subject.caller_is_root = caller.is_root;
    request.subject.is_unprivileged = caller.is_unprivileged;
    request.subject.caller = caller.uid;
    if (outcome == COG_OUTCOME_NONE && failed != NULL) {
        outcome = COG_OUTCOME_SYSTEM;
        reason = failed;
    }
    if (outcome == COG_OUTCOME_NONE)
        serve(&request);
    else
        (void) cog_parent_verdict(request.subject.operation,
                                  request.subject.user, outcome, "", reason);
    /* Nothing of ours is to be flushed or run at exit. */
    _exit(0);
}
