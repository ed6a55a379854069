/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A login of cognito/ alone over real HTTPS, for login-live.sh and for
 * trying things by hand:
 *
 *   login-live [OPTION]... ENDPOINT CA_FILE POOL CLIENT NAME [ANSWER]...
 *
 * gives the answers in order, prints what is asked and told, and last
 * "result STATUS". An answer "@MS:TEXT" is typed after a pause.
 * Options: --secret TEXT, --early connect|challenge|no, --timeout MS,
 * --email (login claim), --change NEW_PASSWORD (after a success),
 * --keys FILE (pinned set), --proxy URL.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cognito/http.h"
#include "cognito/login.h"

/* The test pool's, as of every pool of this region. */
#define ISSUER "https://cognito-idp.eu-west-1.amazonaws.com/"

struct script {
    char **answers; /* NULL at the end */
};

static const char *const ask_names[] = {
    [COG_ASK_PASSWORD] = "password", [COG_ASK_NEW_PASSWORD] = "new-password",
    [COG_ASK_CODE] = "code",         [COG_ASK_TEXT] = "text",
    [COG_ASK_CHOICE] = "choice",
};

static void
sleep_ms(int64_t ms)
{
    const struct timespec pause = {.tv_sec = (time_t) (ms / 1000),
                                   .tv_nsec = (long) (ms % 1000 * 1000000)};

    (void) nanosleep(&pause, NULL);
}

static enum cog_status
ask(void *context, enum cog_ask_kind kind, const char *prompt,
    struct cog_secret *answer)
{
    struct script *script = context;
    const char *text = *script->answers;

    printf("ask %s %s\n", ask_names[kind], prompt);
    if (text == NULL)
        return COG_ABORTED;
    script->answers++;
    if (text[0] == '@') {
        char *end;
        long ms = strtol(text + 1, &end, 10);

        (void) fflush(stdout);
        sleep_ms(ms);
        text = end + 1;
    }
    return cog_secret_set_text(answer, text) == 0 ? COG_OK : COG_NO_MEMORY;
}

static enum cog_status
tell(void *context, enum cog_tell_kind kind, const char *text)
{
    (void) context;
    printf("tell %s %s\n", kind == COG_TELL_ERROR ? "error" : "info", text);
    return COG_OK;
}

static void
print_report(const struct cog_report *report, const struct cog_http *http)
{
    const char *problem = cog_http_problem(http);

    printf("report type=%s message=%s challenge=%s detail=%s calls=%u "
           "renewals=%u offset=%" PRId64 "%s%s\n",
           report->error_type, report->message, report->challenge,
           report->detail != NULL ? report->detail : "", report->calls,
           report->renewals, report->offset_s,
           problem != NULL ? " problem=" : "", problem != NULL ? problem : "");
}

static void
print_identity(const struct cog_identity *identity)
{
    printf("identity %s name=%s groups=", identity->username,
           identity->display_name);
    for (size_t i = 0; i < identity->group_count; i++)
        printf("%s%s", i > 0 ? "," : "", identity->groups[i]);
    printf("\n");
}

struct options {
    struct cog_http_settings http;
    struct cog_login_settings login;
    struct cog_secret secret;
    struct cog_keys keys;
    const char *change;
};

static void
load_keys(const char *path, struct cog_keys *keys)
{
    char bytes[COG_JWKS_MAX];
    FILE *stream = fopen(path, "r");
    size_t len = stream != NULL ? fread(bytes, 1, sizeof bytes, stream) : 0;

    if (stream != NULL)
        (void) fclose(stream);
    (void) cog_secret_set(&keys->jwks, bytes, len);
    keys->pinned = true;
}

static void
read_option(int option, struct options *options)
{
    switch (option) {
    case 's':
        (void) cog_secret_set_text(&options->secret, optarg);
        break;
    case 'e':
        options->login.early = optarg[0] == 'n'   ? COG_EARLY_NO
                               : optarg[1] == 'h' ? COG_EARLY_CHALLENGE
                                                  : COG_EARLY_CONNECT;
        break;
    case 't':
        options->login.timeout_ms = atoi(optarg);
        break;
    case 'm':
        options->login.login_claim = COG_CLAIM_EMAIL;
        break;
    case 'c':
        options->change = optarg;
        break;
    case 'k':
        load_keys(optarg, &options->keys);
        break;
    case 'p':
        options->http.proxy = optarg;
        break;
    default:
        exit(2);
    }
}

static int
log_in(struct options *options, struct script *script)
{
    static struct cog_identity identity;
    const struct cog_clock clock = {cog_clock_unix_s, cog_clock_ms, sleep_ms};
    const struct cog_conversation person = {ask, tell, script};
    struct cog_report report = {.detail = NULL};
    struct cog_http *http = NULL;
    struct cog_login *login = NULL;
    struct cog_transport transport;
    cog_cleanup_secret struct cog_secret fresh = COG_SECRET_EMPTY;
    enum cog_status status = cog_http_new(&options->http, &http);

    if (status == COG_OK) {
        transport = cog_http_transport(http);
        status = cog_login_new(&options->login, &transport, &person, &clock,
                               &login);
    }
    if (status == COG_OK) {
        status = cog_login_run(login, &options->keys, &report, &identity);
        print_report(&report, http);
    }
    if (status == COG_OK)
        print_identity(&identity);
    if (status == COG_OK && options->change != NULL) {
        (void) cog_secret_set_text(&fresh, options->change);
        printf("change %s\n", cog_status_name(cog_login_change_password(
                                  login, &fresh, &report)));
        print_report(&report, http);
    }
    printf("result %s\n", cog_status_name(status));
    cog_login_free(login);
    cog_http_free(http);
    return status == COG_OK ? 0 : 1;
}

int
main(int argc, char **argv)
{
    static const struct option longs[] = {
        {"secret", required_argument, NULL, 's'},
        {"early", required_argument, NULL, 'e'},
        {"timeout", required_argument, NULL, 't'},
        {"email", no_argument, NULL, 'm'},
        {"change", required_argument, NULL, 'c'},
        {"keys", required_argument, NULL, 'k'},
        {"proxy", required_argument, NULL, 'p'},
        {NULL, 0, NULL, 0},
    };
    struct options options = {.login = {.timeout_ms = 5000}};
    struct script script;
    char issuer[sizeof ISSUER + 64];
    int option, code;

    while ((option = getopt_long(argc, argv, "+", longs, NULL)) != -1)
        read_option(option, &options);
    if (argc - optind < 5) {
        (void) fprintf(stderr, "see the head of login-live.c\n");
        return 2;
    }
    options.http.endpoint = argv[optind];
    options.http.ca_file = argv[optind + 1];
    options.http.monotonic_ms = cog_clock_ms;
    options.login.pool_id = argv[optind + 2];
    (void) snprintf(issuer, sizeof issuer, ISSUER "%s", argv[optind + 2]);
    options.login.issuer[0] = issuer;
    options.login.client_id = argv[optind + 3];
    options.login.sign_in_name = argv[optind + 4];
    options.login.client_secret = &options.secret;
    script.answers = argv + optind + 5;
    code = log_in(&options, &script);
    cog_secret_clear(&options.secret);
    cog_secret_clear(&options.keys.jwks);
    return code;
}
