/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The room aws/ over real sockets, for aws-t and for trying by hand:
 *
 *   aws-live [OPTION]... COMMAND [ARGUMENT]
 *
 * with AWS's variables in the environment. Commands: credentials, users
 * [ATTRIBUTE], members GROUP, groups, user NAME, pool, client ID. Prints what
 * comes, then the report and "result STATUS". Options: --endpoint URL, --pool
 * ID, --region NAME, --ca FILE, --proxy URL, --home DIR, --sts URL,
 * --metadata URL, --timeout MS, --patience MS, --interval MS, --times N (the
 * command again and again), --pause MS (between), --later S (what the wall
 * clock is ahead by from the second time on), --stop N (end a list there).
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "aws/pool_admin.h"
#include "base/clock.h"

struct options {
    struct cog_aws_chain_settings chain;
    struct cog_pool_admin_settings admin;
    int times;
    int pause_ms;
    int later_s;
    unsigned long stop;
};

static int64_t ahead_s;
static unsigned long handed_over, stop_at;

static int64_t
unix_s(void)
{
    return cog_clock_unix_s() + ahead_s;
}

static void
sleep_ms(int64_t ms)
{
    const struct timespec pause = {.tv_sec = (time_t) (ms / 1000),
                                   .tv_nsec = (long) (ms % 1000 * 1000000)};

    (void) nanosleep(&pause, NULL);
}

static const struct cog_clock wall = {unix_s, cog_clock_ms, sleep_ms};

static enum cog_status
count(void)
{
    handed_over++;
    return stop_at != 0 && handed_over >= stop_at ? COG_ABORTED : COG_OK;
}

static enum cog_status
print_user(void *context, const struct cog_pool_user *user)
{
    const char *email = cog_pool_user_attribute(user, "email");

    (void) context;
    printf("user %s sub=%s enabled=%d status=%s email=%s\n", user->username,
           user->sub != NULL ? user->sub : "-", user->enabled,
           user->status_text, email != NULL ? email : "-");
    return count();
}

static enum cog_status
print_group(void *context, const struct cog_pool_group *group)
{
    (void) context;
    printf("group %s (%s)\n", group->name, group->description);
    return count();
}

static enum cog_status
print_attribute(void *context, const struct cog_pool_attribute *attribute)
{
    (void) context;
    printf("attribute %s mutable=%d developer=%d\n", attribute->name,
           attribute->is_mutable, attribute->developer_only);
    return count();
}

static enum cog_status
print_name(void *context, const char *name)
{
    (void) context;
    printf("writes %s\n", name);
    return count();
}

static enum cog_status
describe_pool(struct cog_pool_admin *admin)
{
    struct cog_pool_description pool;
    enum cog_status status =
        cog_pool_admin_describe_pool(admin, print_attribute, NULL, &pool);

    if (status == COG_OK)
        printf("pool %s case=%d admin=%d alias=%d%d%d username=%d%d "
               "devices=%d updated=%d mfa=%d users=%" PRIu64 "\n",
               pool.name, pool.case_sensitive, pool.admin_creates_only,
               pool.alias_email, pool.alias_phone, pool.alias_preferred,
               pool.username_email, pool.username_phone, pool.devices,
               pool.issuer_updated, pool.mfa, pool.users_estimated);
    return status;
}

static enum cog_status
describe_client(struct cog_pool_admin *admin, const char *id)
{
    struct cog_pool_client_description client;
    enum cog_status status =
        cog_pool_admin_describe_client(admin, id, print_name, NULL, &client);

    if (status == COG_OK)
        printf("client %s secret=%d flows=%#x hides=%d revocation=%d "
               "standard=%d minutes=%u\n",
               client.name, client.has_secret, client.flows,
               client.hides_unknown_users, client.revocation,
               client.writes_standard, client.auth_session_minutes);
    return status;
}

static enum cog_status
show_credentials(struct cog_aws_chain *chain)
{
    const struct cog_aws_credentials *found;
    enum cog_status status = cog_aws_chain_get(chain, &found);
    const char *key_id, *secret_key, *token;

    printf("problem %s\n", cog_aws_chain_problem(chain));
    if (status != COG_OK)
        return status;
    key_id = found->key_id.data;
    secret_key = found->secret_key.data;
    token = found->session_token.data != NULL ? found->session_token.data : "";
    printf("credentials %s %s %s token=%s expires=%" PRId64 "\n",
           found->source, key_id, secret_key, token, found->expires_s);
    return status;
}

static enum cog_status
run(struct cog_aws_chain *chain, struct cog_pool_admin *admin,
    const char *command, const char *argument)
{
    const char *const attributes[] = {argument, NULL};

    if (strcmp(command, "credentials") == 0)
        return show_credentials(chain);
    if (strcmp(command, "users") == 0)
        return cog_pool_admin_list_users(
            admin, argument != NULL ? attributes : NULL, print_user, NULL);
    if (strcmp(command, "members") == 0)
        return cog_pool_admin_list_members(admin, argument, print_user, NULL);
    if (strcmp(command, "groups") == 0)
        return cog_pool_admin_list_groups(admin, print_group, NULL);
    if (strcmp(command, "user") == 0)
        return cog_pool_admin_get_user(admin, argument, print_user, NULL);
    if (strcmp(command, "pool") == 0)
        return describe_pool(admin);
    if (strcmp(command, "client") == 0)
        return describe_client(admin, argument);
    exit(2);
}

static void
print_report(const struct cog_pool_admin_report *report)
{
    printf("report operation=%s type=%s requests=%lu repeats=%lu "
           "paused=%" PRId64 "\n",
           report->operation != NULL ? report->operation : "-",
           report->error_type, report->requests, report->repeats,
           report->paused_ms);
    printf("message %s\ndetail %s\n", report->message, report->detail);
}

static void
read_option(int option, struct options *options)
{
    const struct {
        int option;
        const char **out;
    } texts[] = {
        {'e', &options->admin.endpoint},
        {'P', &options->admin.pool_id},
        {'r', &options->admin.region},
        {'c', &options->admin.ca_file},
        {'p', &options->admin.proxy},
        {'h', &options->chain.home},
        {'s', &options->chain.sts_endpoint},
        {'m', &options->chain.metadata_endpoint},
    };
    const struct {
        int option;
        int *out;
    } numbers[] = {
        {'t', &options->admin.timeout_ms},
        {'i', &options->admin.interval_ms},
        {'n', &options->times},
        {'w', &options->pause_ms},
        {'l', &options->later_s},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].option == option)
            *texts[i].out = optarg;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (numbers[i].option == option)
            *numbers[i].out = atoi(optarg);
    }
    if (option == 'a')
        options->admin.patience_ms = atoi(optarg);
    if (option == 'x')
        stop_at = strtoul(optarg, NULL, 10);
    if (option == '?')
        exit(2);
}

static int
work(struct options *options, char **words)
{
    cog_cleanup_aws_chain struct cog_aws_chain *chain = NULL;
    cog_cleanup_pool_admin struct cog_pool_admin *admin = NULL;
    enum cog_status status = cog_aws_chain_new(&options->chain, &chain);

    options->admin.chain = chain;
    if (status == COG_OK)
        status = cog_pool_admin_new(&options->admin, &admin);
    for (int i = 0; i < options->times && admin != NULL; i++) {
        if (i > 0) {
            sleep_ms(options->pause_ms);
            ahead_s = options->later_s;
        }
        status = run(chain, admin, words[0], words[1]);
        print_report(cog_pool_admin_report(admin));
    }
    printf("result %s\n", cog_status_name(status));
    return status == COG_OK ? 0 : 1;
}

int
main(int argc, char **argv)
{
    static const struct option longs[] = {
        {"endpoint", required_argument, NULL, 'e'},
        {"pool", required_argument, NULL, 'P'},
        {"region", required_argument, NULL, 'r'},
        {"ca", required_argument, NULL, 'c'},
        {"proxy", required_argument, NULL, 'p'},
        {"home", required_argument, NULL, 'h'},
        {"sts", required_argument, NULL, 's'},
        {"metadata", required_argument, NULL, 'm'},
        {"timeout", required_argument, NULL, 't'},
        {"patience", required_argument, NULL, 'a'},
        {"interval", required_argument, NULL, 'i'},
        {"times", required_argument, NULL, 'n'},
        {"pause", required_argument, NULL, 'w'},
        {"later", required_argument, NULL, 'l'},
        {"stop", required_argument, NULL, 'x'},
        {NULL, 0, NULL, 0},
    };
    cog_cleanup_aws_environment struct cog_aws_environment environment = {
        .profile = COG_SECRET_EMPTY};
    struct options options = {
        .chain = {.clock = &wall, .sts_endpoint = "https://127.0.0.1:1"},
        .admin = {.endpoint = "https://127.0.0.1:1",
                  .pool_id = "eu-west-1_TestPool1",
                  .region = "eu-west-1",
                  .clock = &wall,
                  .timeout_ms = 20000,
                  .patience_ms = 60000},
        .times = 1,
    };
    int option;

    if (cog_aws_environment_take(environ, &environment) != 0)
        return 2;
    while ((option = getopt_long(argc, argv, "+", longs, NULL)) != -1)
        read_option(option, &options);
    if (optind == argc)
        return 2;
    options.chain.sources = cog_aws_host_sources;
    options.chain.source_count = COG_AWS_HOST_SOURCES;
    options.chain.nowhere =
        "none in the environment, no profile, no container";
    options.chain.environment = &environment;
    options.chain.ca_file = options.admin.ca_file;
    options.chain.proxy = options.admin.proxy;
    options.chain.timeout_ms = options.admin.timeout_ms;
    return work(&options, argv + optind);
}
