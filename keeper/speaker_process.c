/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the speaker; see the header. */
#include "keeper/speaker_process.h"

#include "accounts/local_names.h"
#include "base/ids.h"

#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SPEAKER_USER "_cognito"
#define SPEAKER      "pam-cognito-speaker"
#define ADMIN        "pam-cognito-admin"

/* Give up root for good, checked. */
static bool
become(const struct cog_local_user *user)
{
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
           cog_ids_become(user->uid, user->gid) && cog_ids_are_final();
}

/* Whether we are wholly one user, not root; lent.h's group was given up. */
static bool
is_nobody_else(void)
{
    return cog_ids_are_user(getuid()) && cog_ids_are_group(getgid()) &&
           cog_ids_are_final();
}

/*
 * In the child; never returns. On a failure the parent sees the socket close.
 * user: whom to become; NULL: stay the caller, which the speaker is told.
 */
static void
run_speaker(enum cog_operation operation, int socket_fd,
            const struct cog_local_user *user)
{
    static char speaker[] = SPEAKER, admin[] = ADMIN;
    char as_caller[] = COG_SPEAKER_AS_CALLER;
    bool is_admin = operation == COG_OPERATION_ADMIN;
    char *const argv[] = {is_admin ? admin : speaker,
                          user == NULL ? as_caller : NULL, NULL};
    char *const envp[] = {NULL};

    /* dup2 takes close-on-exec away; the person's is there already. */
    if (dup2(socket_fd, COG_FD_PARENT) == COG_FD_PARENT &&
        fcntl(COG_FD_PERSON, F_SETFD, 0) == 0 &&
        (user == NULL ? is_nobody_else() : become(user)))
        (void) execve(is_admin ? COG_LIBEXEC_DIR "/" ADMIN
                               : COG_LIBEXEC_DIR "/" SPEAKER,
                      argv, envp);
    _exit(127);
}

/* The user that root's speakers run as. */
static const char *
find_user(struct cog_local_user *user)
{
    const struct cog_local_files files = COG_LOCAL_FILES;

    if (cog_local_user_find(&files, SPEAKER_USER, user, NULL) != 0)
        return "the system user " SPEAKER_USER " is missing";
    if (user->uid == 0 || user->gid == 0)
        return "the system user " SPEAKER_USER " must not be root";
    return NULL;
}

const char *
cog_speaker_start(enum cog_operation operation, bool as_caller, int *fd)
{
    struct cog_local_user user;
    const char *failed = as_caller ? NULL : find_user(&user);
    int pair[2];
    pid_t pid;

    if (failed != NULL)
        return failed;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return "no socket for the speaker";
    pid = fork();
    if (pid == 0)
        run_speaker(operation, pair[1], as_caller ? NULL : &user);
    (void) close(pair[1]);
    (void) close(COG_FD_PERSON);
    if (pid < 0) {
        (void) close(pair[0]);
        return "no process for the speaker";
    }
    *fd = pair[0];
    return NULL;
}

static int
send_bytes(int fd, enum cog_message_type type, const struct cog_secret *secret,
           int64_t deadline_ms)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    cog_message_begin(&message, type);
    cog_message_put_bytes(&message, secret->data, secret->len);
    return cog_message_send(fd, &message, deadline_ms);
}

static int
send_keys(int fd, const struct cog_host_files *files,
          const struct cog_secret *keys, int64_t deadline_ms)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    cog_message_begin(&message, COG_MSG_KEYS);
    cog_message_put_bytes(&message, keys->data, keys->len);
    cog_message_put_number(&message, (uint64_t) files->keys_fetched_s);
    cog_message_put_number(&message, files->keys_pinned ? 1 : 0);
    return cog_message_send(fd, &message, deadline_ms);
}

static enum cog_wire_early
wire_early(enum cog_config_early early)
{
    switch (early) {
    case COG_CONFIG_EARLY_CONNECT:
        return COG_WIRE_EARLY_CONNECT;
    case COG_CONFIG_EARLY_CHALLENGE:
        return COG_WIRE_EARLY_CHALLENGE;
    case COG_CONFIG_EARLY_NO:
        break;
    }
    return COG_WIRE_EARLY_NO;
}

/* Whether something is offered to this caller. */
static bool
is_offered(enum cog_config_callers callers, uint64_t flags)
{
    return callers == COG_CONFIG_CALLERS_ANY ||
           (callers == COG_CONFIG_CALLERS_CONSOLE &&
            (flags & COG_REQUEST_CONSOLE) != 0);
}

/* Not where the key of an authenticator could not be shown. */
static bool
may_enrol(const struct cog_config *config, uint64_t flags)
{
    return is_offered(config->enrol, flags) &&
           (flags & COG_REQUEST_SILENT) == 0;
}

static int
send_job(int fd, const struct cog_config *config,
         const struct cog_speaker_job *job, int64_t deadline_ms)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;
    bool by_email = config->login_claim == COG_CONFIG_CLAIM_EMAIL;
    /* From COG_JOB_ENROL to COG_JOB_KEEP_TOKENS. */
    const bool switches[] = {
        may_enrol(config, job->flags),
        (job->flags & COG_REQUEST_ASCII) != 0,
        is_offered(config->forgot, job->flags),
        (job->flags & COG_REQUEST_CODE_IN_PASSWORD) != 0,
        job->keep_tokens,
    };

    cog_message_begin(&message, COG_MSG_JOB);
    cog_message_put_text(&message, cog_build_id);
    cog_message_put_number(&message, job->operation);
    cog_message_put_text(&message, config->endpoint);
    cog_message_put_text(&message, config->pool_id);
    cog_message_put_text(&message, config->client_id);
    cog_message_put_text(&message, config->issuer[0]);
    cog_message_put_text(&message, config->issuer[1]);
    cog_message_put_text(&message, config->ca_file);
    cog_message_put_text(&message, config->ca_path);
    cog_message_put_text(&message, config->proxy);
    cog_message_put_text(&message, job->sign_in_name);
    cog_message_put_number(&message, by_email ? COG_WIRE_CLAIM_EMAIL
                                              : COG_WIRE_CLAIM_USERNAME);
    cog_message_put_number(&message, config->case_insensitive ? 1 : 0);
    cog_message_put_number(&message, wire_early(config->early));
    cog_message_put_number(&message, job->timeout_ms);
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
        cog_message_put_number(&message, switches[i] ? 1 : 0);
    cog_message_put_number(&message, job->offline);
    return cog_message_send(fd, &message, deadline_ms);
}

int
cog_speaker_send_job(int fd, const struct cog_host_files *files,
                     const struct cog_speaker_job *job, int64_t deadline_ms)
{
    /* An administrator needs neither the client's secret nor the keys. */
    static const struct cog_secret none;
    bool as_client = job->aws_file == NULL;
    int error = send_job(fd, &files->config, job, deadline_ms);

    if (error == 0)
        error =
            send_bytes(fd, COG_MSG_SECRET,
                       as_client ? &files->client_secret : &none, deadline_ms);
    if (error == 0)
        error = send_keys(fd, files, as_client ? &files->keys : &none,
                          deadline_ms);
    if (error == 0 && job->old_token != NULL)
        error = send_bytes(fd, COG_MSG_OLD_TOKEN, job->old_token, deadline_ms);
    if (error == 0 && job->aws_file != NULL)
        error = send_bytes(fd, COG_MSG_AWS_FILE, job->aws_file, deadline_ms);
    return error;
}
