/* SPDX-License-Identifier: Apache-2.0 */
/* Receiving the job; see the header. */
#include "speaker/job.h"

#include "base/clock.h"
#include "cognito/jwt.h"
#include "speaker/guard.h"

#include <errno.h>

#define RECEIVE_MS 5000
/* Between a proved old password and the typing of a new one. */
#define CHANGE_WAIT_MS 300000

void
cog_job_clear(struct cog_job *job)
{
    cog_message_clear(&job->message);
    cog_secret_clear(&job->client_secret);
    cog_secret_clear(&job->keys.jwks);
}

static int
receive(struct cog_message *message, enum cog_message_type type,
        int64_t wait_ms)
{
    int error =
        cog_message_receive(COG_FD_PARENT, message, cog_clock_ms() + wait_ms);

    if (error == 0 && message->type != type)
        error = EPROTO;
    return error;
}

static const char *
text_or_null(const struct cog_message *message, size_t field)
{
    return message->field[field].len == 0 ? NULL : message->field[field].bytes;
}

static enum cog_early
early(uint64_t number)
{
    switch (number) {
    case COG_WIRE_EARLY_CONNECT:
        return COG_EARLY_CONNECT;
    case COG_WIRE_EARLY_CHALLENGE:
        return COG_EARLY_CHALLENGE;
    default:
        return COG_EARLY_NO;
    }
}

static void
fill_in(struct cog_job *job)
{
    const struct cog_message *message = &job->message;
    const struct cog_field *field = message->field;

    job->operation = (enum cog_operation) field[COG_JOB_OPERATION].number;
    job->http = (struct cog_http_settings){
        .endpoint = field[COG_JOB_ENDPOINT].bytes,
        .ca_file = text_or_null(message, COG_JOB_CA_FILE),
        .ca_path = text_or_null(message, COG_JOB_CA_PATH),
        .proxy = text_or_null(message, COG_JOB_PROXY),
        .monotonic_ms = cog_clock_ms,
    };
    job->ascii = field[COG_JOB_ASCII].number != 0;
    job->offline = (enum cog_wire_offline) field[COG_JOB_OFFLINE].number;
    job->login = (struct cog_login_settings){
        .pool_id = field[COG_JOB_POOL_ID].bytes,
        .client_id = field[COG_JOB_CLIENT_ID].bytes,
        .client_secret = &job->client_secret,
        .issuer = {text_or_null(message, COG_JOB_ISSUER),
                   text_or_null(message, COG_JOB_OTHER_ISSUER)},
        .sign_in_name = field[COG_JOB_SIGN_IN_NAME].bytes,
        .login_claim = field[COG_JOB_CLAIM].number == COG_WIRE_CLAIM_EMAIL
                           ? COG_CLAIM_EMAIL
                           : COG_CLAIM_USERNAME,
        .case_insensitive = field[COG_JOB_CASE_INSENSITIVE].number != 0,
        .early = early(field[COG_JOB_EARLY].number),
        .timeout_ms = (int) field[COG_JOB_TIMEOUT_MS].number,
        .guard = cog_keeper_guard(),
        .keep_tokens = field[COG_JOB_KEEP_TOKENS].number != 0,
        .enrol = field[COG_JOB_ENROL].number != 0,
        .recover = field[COG_JOB_RECOVER].number != 0,
        .code_in_password = field[COG_JOB_CODE_IN_PASSWORD].number != 0,
    };
}

static int
receive_secret(enum cog_message_type type, struct cog_secret *secret)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;
    int error = receive(&message, type, RECEIVE_MS);

    if (error == 0)
        error = cog_secret_set(secret, message.field[0].bytes,
                               message.field[0].len);
    return error;
}

static int
receive_keys(struct cog_keys *keys)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;
    const struct cog_field *field = message.field;
    int error = receive(&message, COG_MSG_KEYS, RECEIVE_MS);

    if (error == 0)
        error = cog_secret_set(&keys->jwks, field[COG_KEYS_BYTES].bytes,
                               field[COG_KEYS_BYTES].len);
    if (error == 0) {
        keys->fetched_s = (int64_t) field[COG_KEYS_FETCHED_S].number;
        keys->pinned = field[COG_KEYS_PINNED].number != 0;
    }
    /* A kept set that is damaged is as good as none: it was a copy. */
    if (error == 0 && !keys->pinned &&
        cog_jwks_check(keys->jwks.data, keys->jwks.len) != COG_OK)
        cog_secret_clear(&keys->jwks);
    return error;
}

int
cog_job_receive(struct cog_job *job)
{
    int error = receive(&job->message, COG_MSG_JOB, RECEIVE_MS);

    if (error == 0 && !cog_message_same_build(&job->message))
        error = EPROTO;
    if (error == 0)
        error = receive_secret(COG_MSG_SECRET, &job->client_secret);
    if (error == 0)
        error = receive_keys(&job->keys);
    if (error == 0)
        fill_in(job);
    return error;
}

int
cog_job_receive_token(struct cog_secret *token)
{
    return receive_secret(COG_MSG_OLD_TOKEN, token);
}

int
cog_job_receive_aws_file(struct cog_secret *file)
{
    return receive_secret(COG_MSG_AWS_FILE, file);
}

int
cog_job_wait_for_hash(struct cog_secret *hash)
{
    return receive_secret(COG_MSG_COMPARE, hash);
}

int
cog_job_wait_for_change(void)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    return receive(&message, COG_MSG_GO_CHANGE, CHANGE_WAIT_MS);
}
