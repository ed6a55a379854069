/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request of cognito/http_fetch, for fetch-t and for trying by hand:
 *
 *   fetch-live [OPTION]... URL
 *
 * prints "status NAME", then "http", "etag", "length" and the body, or what
 * libcurl says. Options: --ca FILE, --proxy URL, --put, --post BODY,
 * --header "NAME: VALUE", --region R --service S --key ID --secret KEY
 * [--token TOKEN] (signs), --max BYTES, --stream (count, keep nothing),
 * --stop BYTES (streaming, end it there), --timeout MS, --twice, --at SECONDS
 * (what time() says to libcurl's signer).
 */
#include <dlfcn.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "cognito/http_fetch.h"

#define HEADERS 8

struct options {
    struct cog_fetcher_settings fetcher;
    struct cog_fetch_request request;
    struct cog_fetch_header headers[HEADERS];
    struct cog_fetch_signature signature;
    struct cog_secret body, key_id, secret_key, session_token;
    int timeout_ms;
    int times;
    uint64_t streamed;
    uint64_t stop;
};

static time_t fixed;

/*
 * libcurl's signer asks this one, as the program's symbols come first; so
 * would OpenSSL, which gets the real time to check certificates with.
 */
__attribute__((visibility("default"))) time_t
time(time_t *out)
{
    struct timespec now;
    Dl_info caller;

    (void) clock_gettime(CLOCK_REALTIME, &now);
    if (fixed != 0 && dladdr(__builtin_return_address(0), &caller) != 0 &&
        strstr(caller.dli_fname, "libcurl") != NULL)
        now.tv_sec = fixed;
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}

static enum cog_status
count(void *context, const char *bytes, size_t len)
{
    struct options *options = context;

    (void) bytes;
    options->streamed += len;
    return options->stop != 0 && options->streamed > options->stop
               ? COG_ABORTED
               : COG_OK;
}

static void
add_header(struct options *options, char *text)
{
    struct cog_fetch_header *header =
        &options->headers[options->request.header_count++];
    char *colon = strchr(text, ':');

    *colon = '\0';
    header->name = text;
    header->value = colon[1] == ' ' ? colon + 2 : colon + 1;
}

static void
set(struct cog_secret *secret, const char *text)
{
    if (cog_secret_set_text(secret, text) != 0)
        exit(2);
}

static void
read_option(int option, struct options *options)
{
    switch (option) {
    case 'c':
        options->fetcher.ca_file = optarg;
        break;
    case 'p':
        options->fetcher.proxy = optarg;
        break;
    case 'u':
        options->request.method = COG_FETCH_PUT;
        break;
    case 'o':
        options->request.method = COG_FETCH_POST;
        set(&options->body, optarg);
        break;
    case 'h':
        add_header(options, optarg);
        break;
    case 'r':
        options->signature.region = optarg;
        options->request.signature = &options->signature;
        break;
    case 's':
        options->signature.service = optarg;
        break;
    case 'k':
        set(&options->key_id, optarg);
        break;
    case 'e':
        set(&options->secret_key, optarg);
        break;
    case 't':
        set(&options->session_token, optarg);
        break;
    case 'm':
        options->request.max = strtoull(optarg, NULL, 10);
        break;
    case 'S':
        options->request.take = count;
        break;
    case 'x':
        options->stop = strtoull(optarg, NULL, 10);
        break;
    case 'T':
        options->timeout_ms = atoi(optarg);
        break;
    case '2':
        options->times = 2;
        break;
    case 'a':
        fixed = (time_t) strtoll(optarg, NULL, 10);
        break;
    default:
        exit(2);
    }
}

static int
fetch(struct options *options, struct cog_fetcher *fetcher)
{
    cog_cleanup_fetch_answer struct cog_fetch_answer answer = {.etag = ""};
    struct rusage usage;
    enum cog_status status;
    const char *problem;

    options->request.deadline_ms = cog_clock_ms() + options->timeout_ms;
    status = cog_fetch(fetcher, &options->request, &answer);
    printf("status %s\n", cog_status_name(status));
    problem = cog_fetcher_problem(fetcher);
    if (problem != NULL)
        printf("problem %s\n", problem);
    if (status == COG_OK) {
        printf("http %d\netag %s\nlength %zu\nbody %s\n",
               answer.response.http_status, answer.etag,
               answer.response.body.len,
               answer.response.body.data != NULL ? answer.response.body.data
                                                 : "");
    }
    (void) getrusage(RUSAGE_SELF, &usage);
    printf("streamed %" PRIu64 "\nkilobytes %ld\n", options->streamed,
           usage.ru_maxrss);
    return status == COG_OK ? 0 : 1;
}

int
main(int argc, char **argv)
{
    static const struct option longs[] = {
        {"ca", required_argument, NULL, 'c'},
        {"proxy", required_argument, NULL, 'p'},
        {"put", no_argument, NULL, 'u'},
        {"post", required_argument, NULL, 'o'},
        {"header", required_argument, NULL, 'h'},
        {"region", required_argument, NULL, 'r'},
        {"service", required_argument, NULL, 's'},
        {"key", required_argument, NULL, 'k'},
        {"secret", required_argument, NULL, 'e'},
        {"token", required_argument, NULL, 't'},
        {"max", required_argument, NULL, 'm'},
        {"stream", no_argument, NULL, 'S'},
        {"stop", required_argument, NULL, 'x'},
        {"timeout", required_argument, NULL, 'T'},
        {"twice", no_argument, NULL, '2'},
        {"at", required_argument, NULL, 'a'},
        {NULL, 0, NULL, 0},
    };
    static struct options options = {
        .timeout_ms = 5000, .times = 1, .request.max = COG_BODY_MAX};
    cog_cleanup_fetcher struct cog_fetcher *fetcher = NULL;
    enum cog_status status;
    int option, code = 1;

    while ((option = getopt_long(argc, argv, "+", longs, NULL)) != -1)
        read_option(option, &options);
    if (argc - optind != 1)
        return 2;
    options.request.url = argv[optind];
    options.request.headers = options.headers;
    options.request.body = &options.body;
    options.request.take_context = &options;
    options.signature.key_id = &options.key_id;
    options.signature.secret_key = &options.secret_key;
    options.signature.session_token = &options.session_token;
    options.fetcher.monotonic_ms = cog_clock_ms;
    status = cog_fetcher_new(&options.fetcher, &fetcher);
    if (status != COG_OK) {
        printf("status %s\n", cog_status_name(status));
        return 1;
    }
    for (int i = 0; i < options.times; i++)
        code = fetch(&options, fetcher);
    cog_secret_clear(&options.body);
    cog_secret_clear(&options.key_id);
    cog_secret_clear(&options.secret_key);
    cog_secret_clear(&options.session_token);
    return code;
}
