/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P1: what aws/ parses while the n-th allocation fails, of ours or of a
 * library's, for every n: either all is right or nothing is taken. Each in a
 * process of its own, as json-c 0.16 does not check all of its allocations.
 * Not built with sanitizers, which bring their own malloc.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aws/credential_document.h"
#include "aws/environment.h"
#include "aws/pool_user.h"
#include "aws/profile_file.h"
#include "aws/source.h"
#include "tests/unit/failing_malloc.h"

enum outcome { NOTHING, RIGHT, WRONG };

static enum outcome
judge(enum cog_status status, const struct cog_aws_credentials *found)
{
    if (status != COG_OK)
        return found->key_id.data == NULL && found->secret_key.data == NULL &&
                       found->session_token.data == NULL
                   ? NOTHING
                   : WRONG;
    return strcmp(found->key_id.data, "AKIDEXAMPLE") == 0 &&
                   strcmp(found->secret_key.data, "wJalrXUtnFEMI") == 0 &&
                   found->session_token.len == 3 &&
                   found->expires_s == 1795266123
               ? RIGHT
               : WRONG;
}

static enum outcome
read_json(void)
{
    static const char text[] =
        "{\"Code\":\"Success\",\"AccessKeyId\":\"AKIDEXAMPLE\","
        "\"SecretAccessKey\":\"wJalrXUtnFEMI\",\"Token\":\"t/=\","
        "\"Expiration\":\"2026-11-21T13:02:03Z\"}";
    struct cog_aws_credentials found = {.source = NULL};
    const char *problem;
    enum cog_status status = cog_aws_document_read(
        text, sizeof text - 1, COG_AWS_DOCUMENT_EC2, &found, &problem);

    return judge(status, &found);
}

static enum outcome
read_xml(void)
{
    static const char text[] =
        "<AssumeRoleWithWebIdentityResponse>"
        "<AssumeRoleWithWebIdentityResult><Credentials>"
        "<AccessKeyId>AKIDEXAMPLE</AccessKeyId>"
        "<SecretAccessKey>wJalrXUtnFEMI</SecretAccessKey>"
        "<SessionToken>&lt;t&gt;</SessionToken>"
        "<Expiration>2026-11-21T13:02:03Z</Expiration></Credentials>"
        "</AssumeRoleWithWebIdentityResult>"
        "</AssumeRoleWithWebIdentityResponse>";
    struct cog_aws_credentials found = {.source = NULL};
    const char *problem;

    return judge(cog_aws_sts_read(text, sizeof text - 1, &found, &problem),
                 &found);
}

static enum outcome
read_profile(void)
{
    static const char text[] =
        "[x]\naws_access_key_id = A\naws_secret_access_key = B\n"
        "aws_session_token = C\ncredential_process = /d\n";
    struct cog_aws_profile profile = {.found = false};
    unsigned line;

    if (cog_aws_profile_parse(text, sizeof text - 1, COG_AWS_FILE_CREDENTIALS,
                              "x", &profile, &line) != COG_OK)
        return NOTHING;
    return profile.access_key_id.len == 1 &&
                   profile.secret_access_key.len == 1 &&
                   profile.session_token.len == 1 &&
                   profile.credential_process.len == 2
               ? RIGHT
               : WRONG;
}

static enum outcome
take_environment(void)
{
    char id[] = "AWS_ACCESS_KEY_ID=AKIDEXAMPLE";
    char secret[] = "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI";
    char *list[] = {id, secret, NULL};
    struct cog_aws_environment taken = {.profile = COG_SECRET_EMPTY};
    struct cog_aws_credentials found = {.source = NULL};
    const struct cog_aws_chain_settings settings = {.environment = &taken};
    struct cog_aws_search search = {.settings = &settings};
    bool there = false;

    if (cog_aws_environment_take(list, &taken) != 0)
        return list[0] == NULL && strchr(secret, 'w') == NULL &&
                       taken.access_key_id.data == NULL
                   ? NOTHING
                   : WRONG;
    if (cog_aws_from_environment(&search, &there, &found) != COG_OK)
        return there ? NOTHING : WRONG;
    return there && strcmp(found.key_id.data, "AKIDEXAMPLE") == 0 &&
                   strcmp(found.secret_key.data, "wJalrXUtnFEMI") == 0
               ? RIGHT
               : WRONG;
}

static enum outcome
read_user(void)
{
    static const char text[] =
        "{\"Username\":\"alice\",\"Attributes\":[{\"Name\":\"sub\",\"Value\":"
        "\"0f3b\"},{\"Name\":\"email\",\"Value\":\"a@b\"}],\"Enabled\":true,"
        "\"UserStatus\":\"CONFIRMED\"}";
    struct cog_json *document = NULL;
    struct cog_pool_user user;
    const char *detail, *email;

    if (cog_json_parse(text, sizeof text - 1, &document) != COG_OK ||
        cog_pool_user_read(document, "Attributes", &user, &detail) != COG_OK)
        return NOTHING;
    email = cog_pool_user_attribute(&user, "email");
    return user.enabled && strcmp(user.username, "alice") == 0 &&
                   user.sub != NULL && strcmp(user.sub, "0f3b") == 0 &&
                   email != NULL && strcmp(email, "a@b") == 0
               ? RIGHT
               : WRONG;
}

/* In a process of its own: 10 is added when nothing failed. */
static int
run_apart(enum outcome (*work)(void), unsigned long n)
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        enum outcome outcome;

        /* cmocka catches it, and would go on in here. */
        (void) signal(SIGSEGV, SIG_DFL);
        (void) signal(SIGABRT, SIG_DFL);
        failing_malloc_begin(n);
        outcome = work();
        _exit((int) outcome + (failing_malloc_end() >= n ? 0 : 10));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_all(void **state)
{
    static const struct {
        enum outcome (*work)(void);
        unsigned long least; /* allocations there must have been */
    } cases[] = {
        {read_json, 10},       {read_xml, 4},   {read_profile, 4},
        {take_environment, 4}, {read_user, 10},
    };

    (void) state;
    if (!failing_malloc_works()) {
        print_message("another malloc is in place\n");
        skip();
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned long n = 0;
        int outcome;

        do {
            outcome = run_apart(cases[i].work, ++n);
            assert_int_not_equal(outcome % 10, WRONG);
        } while (outcome < 10);
        assert_int_equal(outcome - 10, RIGHT);
        assert_true(n > cases[i].least);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"P1: whichever allocation fails, nothing half-read is taken",
         test_all, NULL, NULL, NULL},
    };

    return cmocka_run_group_tests_name("aws/memory", tests, NULL, NULL);
}
