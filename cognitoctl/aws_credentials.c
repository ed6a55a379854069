/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl aws-credentials: a credential_process of AWS's programs for the
 * person who runs it: an identity pool gives credentials for their ID token.
 * Kept beside the tokens, in memory and theirs alone, until near expiry.
 */
#include "cognitoctl/command_line.h"

#include "aws/credential_document.h"
#include "aws/identity_pool.h"
#include "base/clock.h"
#include "cognito/json_write.h"
#include "cognitoctl/output.h"
#include "cognitoctl/own_tokens.h"
#include "host/private_file.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define KEPT "aws"
/* What AWS's programs want left of credentials that they are given. */
#define MARGIN_S 900

struct given {
    struct cog_common common;
};

static error_t
parse(int key, char *arg, struct argp_state *state)
{
    struct given *given = state->input;

    if (key == ARGP_KEY_ARG) {
        argp_error(state, "no word is wanted: the credentials are your own");
        return 0;
    }
    return cog_common_parse(key, arg, &given->common);
}

/* As "Sourcing credentials with an external process" has it. */
static int
write_document(const struct cog_aws_credentials *credentials,
               struct cog_secret *document)
{
    cog_cleanup_json_writer struct cog_json_writer writer =
        COG_JSON_WRITER_EMPTY;
    char expiry[COG_TIME_SIZE];

    cog_time_text(credentials->expires_s, expiry);
    cog_json_open(&writer, NULL);
    cog_json_put_number(&writer, "Version", 1);
    cog_json_put_text(&writer, "AccessKeyId", credentials->key_id.data);
    cog_json_put_text(&writer, "SecretAccessKey",
                      credentials->secret_key.data);
    cog_json_put_text(&writer, "SessionToken",
                      credentials->session_token.data);
    cog_json_put_text(&writer, "Expiration", expiry);
    cog_json_close(&writer);
    if (writer.status != COG_OK)
        return cog_fail(COG_EXIT_FAILED, "the credentials cannot be printed");
    cog_secret_move(document, &writer.text);
    return COG_EXIT_OK;
}

/* Kept ones: a line with the identity pool, then the document. */
static bool
take_kept(const struct cog_own_tokens *own, struct cog_secret *document)
{
    cog_cleanup_aws_credentials struct cog_aws_credentials found = {.source =
                                                                        NULL};
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    const char *pool_id = own->files.config.identity_pool_id;
    size_t head = strlen(pool_id) + 1;
    const char *problem = NULL;

    if (cog_private_read(own->dir, KEPT, COG_AWS_DOCUMENT_MAX, &bytes) != 0 ||
        bytes.len <= head || bytes.data[head - 1] != '\n' ||
        memcmp(bytes.data, pool_id, head - 1) != 0 ||
        cog_aws_document_read(bytes.data + head, bytes.len - head,
                              COG_AWS_DOCUMENT_PROCESS, &found,
                              &problem) != COG_OK ||
        found.expires_s - cog_clock_unix_s() < MARGIN_S)
        return false;
    return write_document(&found, document) == COG_EXIT_OK;
}

/* The next time is slower without; nothing else is lost. */
static void
keep(const struct cog_own_tokens *own, const struct cog_secret *document)
{
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    const char *pool_id = own->files.config.identity_pool_id;
    int error = cog_secret_set(&bytes, pool_id, strlen(pool_id));

    if (error == 0)
        error = cog_secret_append(&bytes, "\n", 1);
    if (error == 0)
        error = cog_secret_append(&bytes, document->data, document->len);
    if (error == 0)
        error = cog_private_replace(own->dir, KEPT, &bytes);
    if (error != 0)
        cog_note("the credentials are not kept: %s", strerror(error));
}

/* An option that was not given is NULL there. */
static const char *
given_or_null(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

static int
ask(const struct cog_own_tokens *own, struct cog_aws_credentials *credentials)
{
    const struct cog_config *config = &own->files.config;
    cog_cleanup_fetcher struct cog_fetcher *fetcher = NULL;
    const struct cog_fetcher_settings way = {
        .ca_file = given_or_null(config->ca_file),
        .ca_path = given_or_null(config->ca_path),
        .proxy = given_or_null(config->proxy),
        .monotonic_ms = cog_clock_ms,
    };
    struct cog_identity_settings settings = {
        .endpoint = config->identity_endpoint,
        .pool_id = config->identity_pool_id,
        .login = config->identity_login,
        .deadline_ms = cog_clock_ms() + (int64_t) config->timeout_s * 2000,
    };
    char problem[COG_IDENTITY_PROBLEM_SIZE] = "";
    enum cog_status status = cog_fetcher_new(&way, &fetcher);

    settings.fetcher = fetcher;
    if (status == COG_OK)
        status = cog_identity_credentials(&settings, &own->kept.id,
                                          credentials, problem);
    if (status == COG_OK)
        return COG_EXIT_OK;
    return cog_fail(
        status == COG_MISCONFIGURED ? COG_EXIT_CONFIG : COG_EXIT_FAILED, "%s",
        problem[0] != '\0' ? problem : cog_status_name(status));
}

static int
fetch(struct cog_own_tokens *own, struct cog_secret *document)
{
    cog_cleanup_aws_credentials struct cog_aws_credentials fresh = {.source =
                                                                        NULL};
    int code;

    /* An identity pool is shown the ID token: not that of another pool. */
    if (!cog_own_tokens_are_of_config(own))
        return cog_fail(COG_EXIT_FAILED,
                        "the tokens of this session are of another pool or "
                        "app client than the configuration has");
    code = cog_own_tokens_renew(own);
    (void) signal(SIGPIPE, SIG_IGN); /* a connection that is lost */
    if (code == COG_EXIT_OK)
        code = ask(own, &fresh);
    if (code == COG_EXIT_OK)
        code = write_document(&fresh, document);
    if (code == COG_EXIT_OK)
        keep(own, document);
    return code;
}

int
cog_command_aws_credentials(const struct cog_common *common, int argc,
                            char **argv)
{
    static const struct argp_option options[] = {
        COG_OPTION_CONFIG,
        COG_OPTION_END,
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc = "Print AWS credentials for the session you are logged in to, "
               "as AWS's programs want them of a credential_process.",
    };
    cog_cleanup_own_tokens struct cog_own_tokens own = COG_OWN_TOKENS_EMPTY;
    cog_cleanup_secret struct cog_secret document = COG_SECRET_EMPTY;
    struct given given = {.common = *common};
    int code = cog_command_parse(&argp, argc, argv, &given);

    if (code == COG_EXIT_OK)
        code = cog_own_tokens_open(given.common.config, &own);
    if (code == COG_EXIT_OK && own.files.config.identity_pool_id[0] == '\0')
        code = cog_fail(COG_EXIT_CONFIG, "%s: identity_pool_id is not given",
                        given.common.config);
    if (code == COG_EXIT_OK && !take_kept(&own, &document))
        code = fetch(&own, &document);
    if (code == COG_EXIT_OK)
        (void) puts(document.data);
    return code;
}
