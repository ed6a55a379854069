/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers PASSWORD_VERIFIER: the proof that the person knows the password,
 * made from it and never holding it (P58).
 */
#include <string.h>

#include "cognito/challenge.h"
#include "cognito/claims.h"
#include "cognito/pool.h"
#include "cognito/srp.h"

/* Longest text of a number or block that srp.c would look at. */
#define SRP_TEXT_MAX (16 * 1024)

/*
 * TIMESTAMP by the service's clock as far as we know it: a wrong one is
 * refused like a wrong password, so a clock too wrong ends it here.
 */
static enum cog_status
write_timestamp(const struct cog_flow *flow, char out[COG_SRP_TIMESTAMP_SIZE])
{
    const struct cog_report *report = flow->rpc.report;
    int64_t now_s = flow->rpc.clock->unix_s();

    if (report->offset_known) {
        if (report->offset_s > COG_CLOCK_TOLERANCE_S ||
            report->offset_s < -COG_CLOCK_TOLERANCE_S)
            return COG_CLOCK;
        now_s += report->offset_s;
    }
    return cog_srp_timestamp(now_s, out);
}

/* The internal name: what all later answers and their hashes use. */
static enum cog_status
remember_name(struct cog_flow *flow, const char *username)
{
    size_t len = strlen(username);

    if (len == 0 || len >= sizeof flow->name)
        return COG_PROTOCOL;
    memcpy(flow->name, username, len + 1);
    return COG_OK;
}

/* All that the calculation takes, from the challenge's parameters. */
static enum cog_status
read_challenge(const struct cog_flow *flow, const struct cog_json *parameters,
               const char *timestamp, struct cog_srp_challenge *srp)
{
    srp->pool_name = cog_pool_name(flow->settings->pool_id);
    srp->timestamp = timestamp;
    srp->user_id = cog_challenge_parameter(parameters, "USER_ID_FOR_SRP",
                                           COG_NAME_SIZE - 1);
    srp->salt = cog_challenge_parameter(parameters, "SALT", SRP_TEXT_MAX);
    srp->srp_b = cog_challenge_parameter(parameters, "SRP_B", SRP_TEXT_MAX);
    srp->secret_block =
        cog_challenge_parameter(parameters, "SECRET_BLOCK", SRP_TEXT_MAX);
    if (srp->user_id == NULL || srp->salt == NULL || srp->srp_b == NULL ||
        srp->secret_block == NULL)
        return COG_PROTOCOL;
    return COG_OK;
}

enum cog_status
cog_answer_password(struct cog_flow *flow,
                    const struct cog_challenge *challenge,
                    const struct cog_json *parameters, struct cog_json **reply)
{
    cog_cleanup_secret struct cog_secret signature = COG_SECRET_EMPTY;
    char timestamp[COG_SRP_TIMESTAMP_SIZE];
    struct cog_srp_challenge srp = {.pool_name = NULL};
    const char *username;
    enum cog_status status = write_timestamp(flow, timestamp);

    if (status == COG_OK)
        status = read_challenge(flow, parameters, timestamp, &srp);
    if (status != COG_OK)
        return status;
    username =
        cog_challenge_parameter(parameters, "USERNAME", COG_NAME_SIZE - 1);
    status = remember_name(flow, username != NULL ? username : srp.user_id);
    if (status == COG_OK)
        status = cog_srp_sign(flow->srp, &srp, &flow->password, &signature);
    if (status != COG_OK)
        return status;
    status = cog_flow_guess(
        flow, challenge->name,
        (const struct cog_pair[]){
            {"PASSWORD_CLAIM_SECRET_BLOCK", srp.secret_block,
             strlen(srp.secret_block)},
            {"PASSWORD_CLAIM_SIGNATURE", signature.data, signature.len},
            {"TIMESTAMP", timestamp, strlen(timestamp)},
        },
        3, reply);
    flow->proof_refused = status == COG_BAD_CREDENTIALS;
    flow->proof_taken = status == COG_OK;
    return status;
}
