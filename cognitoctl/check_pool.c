/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at the service as a login would reach it; see checks.h. One key
 * set is fetched, and one login is begun for a name that nobody has and not
 * gone on with: the answer tells how the app client is set up.
 */
#include "cognitoctl/checks.h"

#include "base/clock.h"
#include "base/text.h"
#include "cognito/crypto.h"
#include "cognito/http.h"
#include "cognito/json_write.h"
#include "cognito/jwt.h"
#include "cognito/rpc.h"
#include "cognito/srp.h"
#include "cognitoctl/key_ids.h"
#include "host/files.h"

#include <stdio.h>
#include <string.h>

/* Beyond that a login fails, and from here on it deserves a word. */
#define CLOCK_LIMIT_S 300
#define CLOCK_DRIFT_S 30

struct service {
    struct cog_checks *checks;
    struct cog_http *http;
    struct cog_transport transport;
    struct cog_clock clock;
    struct cog_report report;
    struct cog_rpc rpc;
    struct cog_host_files files;
};

static void
close_service(struct service *service)
{
    cog_http_free(service->http);
    cog_files_clear(&service->files);
}

static enum cog_status
open_service(struct service *service)
{
    const struct cog_config *config = &service->checks->config;
    const struct cog_http_settings settings = {
        .endpoint = config->endpoint,
        .ca_file = config->ca_file[0] != '\0' ? config->ca_file : NULL,
        .ca_path = config->ca_path[0] != '\0' ? config->ca_path : NULL,
        .proxy = config->proxy[0] != '\0' ? config->proxy : NULL,
        .monotonic_ms = cog_clock_ms,
    };
    enum cog_status status = cog_http_new(&settings, &service->http);

    if (status != COG_OK)
        return status;
    service->transport = cog_http_transport(service->http);
    service->clock = cog_clock_real;
    service->clock.sleep_ms = NULL; /* no repeats */
    service->rpc = (struct cog_rpc){.transport = &service->transport,
                                    .clock = &service->clock,
                                    .report = &service->report};
    return COG_OK;
}

static void
allow(struct service *service)
{
    cog_rpc_allow(&service->rpc,
                  (int) service->checks->config.timeout_s * 1000);
}

/* ---- the way there */

static void
add_unreached(struct service *service, enum cog_status status)
{
    const char *problem = cog_http_problem(service->http);

    cog_findings_add(&service->checks->findings, COG_FIND_POOL_UNREACHED,
                     "%s: %s%s%s%s%s", service->checks->config.endpoint,
                     cog_status_name(status), problem != NULL ? ": " : "",
                     problem != NULL ? problem : "",
                     service->report.message[0] != '\0' ? ": " : "",
                     service->report.message);
}

static bool
is_way(enum cog_status status)
{
    return status == COG_NETWORK || status == COG_TLS || status == COG_LOST ||
           status == COG_TIMEOUT || status == COG_THROTTLED ||
           status == COG_SERVICE;
}

static void
check_clock(struct service *service)
{
    int64_t off_s = service->report.offset_s;
    int64_t size_s = off_s < 0 ? -off_s : off_s;

    if (!service->report.offset_known || size_s < CLOCK_DRIFT_S)
        return;
    cog_findings_add(&service->checks->findings,
                     size_s > CLOCK_LIMIT_S ? COG_FIND_CLOCK
                                            : COG_FIND_CLOCK_DRIFT,
                     "%lld seconds %s", (long long) size_s,
                     off_s > 0 ? "behind the service" : "ahead of it");
}

/* ---- the key set */

static void
check_pinned(struct service *service, const struct cog_secret *served)
{
    const struct cog_secret *pinned = &service->files.keys;
    char missing[COG_KEY_ID_SIZE];

    if (service->files.keys_pinned && pinned->len > 0 &&
        cog_key_ids_lack(pinned->data, pinned->len, served->data, served->len,
                         missing))
        cog_findings_add(&service->checks->findings, COG_FIND_PINNED_OLD,
                         "%s lacks the key \"%s\"",
                         service->checks->config.jwks_file, missing);
}

/* Whether the service was reached. */
static bool
check_keys(struct service *service)
{
    cog_cleanup_secret struct cog_secret served = COG_SECRET_EMPTY;
    char path[128];
    enum cog_status status;

    (void) snprintf(path, sizeof path, "/%s/.well-known/jwks.json",
                    service->checks->config.pool_id);
    allow(service);
    status = cog_rpc_get(&service->rpc, path, COG_JWKS_MAX, &served);
    check_clock(service);
    /* Without the certificate authorities there is no connection, either. */
    if (is_way(status) || status == COG_MISCONFIGURED) {
        add_unreached(service, status);
        return false;
    }
    if (status == COG_OK)
        status = cog_jwks_check(served.data, served.len);
    if (status != COG_OK)
        cog_findings_add(&service->checks->findings, COG_FIND_KEY_SET,
                         "%s%s: %s (HTTP status %d)",
                         service->checks->config.endpoint, path,
                         cog_status_name(status), service->report.http_status);
    else
        check_pinned(service, &served);
    return true;
}

/* ---- the app client */

/* What the first answer to a login of nobody tells. */
static const struct {
    const char *type, *part; /* of the service's error */
    enum cog_finding_id id;
} tells[] = {
    {"ResourceNotFoundException", "combination", COG_FIND_CLIENT_REVEALS},
    {"ResourceNotFoundException", "", COG_FIND_CLIENT_UNKNOWN},
    {"UserNotFoundException", "", COG_FIND_CLIENT_REVEALS},
    {"NotAuthorizedException", "secret", COG_FIND_CLIENT_HASH},
    {"InvalidParameterException", "not enabled", COG_FIND_CLIENT_FLOW},
};

static void
read_answer(struct service *service, enum cog_status status)
{
    const struct cog_report *report = &service->report;

    for (size_t i = 0; i < sizeof tells / sizeof tells[0]; i++) {
        if (strcmp(report->error_type, tells[i].type) != 0 ||
            !cog_ascii_contains_nocase(report->message, tells[i].part))
            continue;
        cog_findings_add(&service->checks->findings, tells[i].id,
                         "client_id %s: %s", service->checks->config.client_id,
                         report->message);
        return;
    }
    if (is_way(status))
        add_unreached(service, status);
}

/* A name that nobody has; nothing is sent to anybody for it. */
static enum cog_status
make_name(char *name, size_t size)
{
    unsigned char bytes[12];
    enum cog_status status = cog_random(bytes, sizeof bytes);
    size_t len = (size_t) snprintf(name, size, "cognitoctl-doctor-");

    for (size_t i = 0; status == COG_OK && i < sizeof bytes; i++)
        len += (size_t) snprintf(name + len, size - len, "%02x", bytes[i]);
    return status;
}

static enum cog_status
make_body(const struct service *service, const struct cog_srp *srp,
          struct cog_json_writer *body)
{
    cog_cleanup_secret struct cog_secret hash = COG_SECRET_EMPTY;
    const struct cog_secret *secret = &service->files.client_secret;
    const char *client_id = service->checks->config.client_id;
    char name[64];
    enum cog_status status = make_name(name, sizeof name);

    if (status == COG_OK && secret->len > 0)
        status = cog_secret_hash(secret, name, client_id, &hash);
    if (status != COG_OK)
        return status;
    cog_json_open(body, NULL);
    cog_json_put_text(body, "AuthFlow", "USER_SRP_AUTH");
    cog_json_put_text(body, "ClientId", client_id);
    cog_json_open(body, "AuthParameters");
    cog_json_put_text(body, "USERNAME", name);
    cog_json_put_text(body, "SRP_A", cog_srp_public(srp));
    if (hash.len > 0)
        cog_json_put(body, "SECRET_HASH", hash.data, hash.len);
    cog_json_close(body);
    cog_json_close(body);
    return body->status;
}

static void
check_login(struct service *service)
{
    cog_cleanup_json_writer struct cog_json_writer body =
        COG_JSON_WRITER_EMPTY;
    cog_cleanup_json struct cog_json *reply = NULL;
    cog_cleanup_srp struct cog_srp *srp = NULL;
    enum cog_status status = cog_srp_new(&srp);

    if (status == COG_OK)
        status = make_body(service, srp, &body);
    if (status == COG_OK) {
        const struct cog_call call = {
            .operation = "InitiateAuth", .body = &body.text, .harmless = true};

        allow(service);
        status = cog_rpc_call(&service->rpc, &call, &reply);
    }
    if (status != COG_OK)
        read_answer(service, status);
}

void
cog_check_pool(struct cog_checks *checks)
{
    __attribute__((cleanup(close_service))) struct service service = {
        .checks = checks};
    char reason[COG_FILES_REASON];
    enum cog_status status;

    /* What cannot be loaded is cog_check_config's finding. */
    if (!checks->configured ||
        !cog_files_load(checks->config_path, &service.files, reason))
        return;
    status = open_service(&service);
    if (status != COG_OK)
        cog_findings_add(&checks->findings, COG_FIND_POOL_UNREACHED,
                         "%s: cannot begin: %s", checks->config.endpoint,
                         cog_status_name(status));
    else if (check_keys(&service))
        check_login(&service);
}
