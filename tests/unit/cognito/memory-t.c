/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P1: whole logins in which the n-th allocation fails, of ours or of any
 * library's, for every n: none admits whom it should not. Each runs in a
 * process of its own, as json-c 0.16 does not check all of its allocations; a
 * crash is a denial too, since only a complete verdict counts (P40). Not
 * built with sanitizers, which bring their own malloc.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/cognito/fake_token.h"
#include "tests/unit/cognito/fakes.h"
#include "tests/unit/failing_malloc.h"

static const char new_password_wanted[] =
    "{\"ChallengeName\":\"NEW_PASSWORD_REQUIRED\",\"Session\":\"s1\","
    "\"ChallengeParameters\":{\"requiredAttributes\":"
    "\"[\\\"userAttributes.name\\\"]\",\"userAttributes\":\"{}\"}}";
static const char choice_wanted[] =
    "{\"ChallengeName\":\"SELECT_MFA_TYPE\",\"Session\":\"s2\","
    "\"ChallengeParameters\":{\"MFAS_CAN_CHOOSE\":"
    "\"[\\\"SMS_MFA\\\",\\\"SOFTWARE_TOKEN_MFA\\\"]\"}}";
static const char sms_wanted[] =
    "{\"ChallengeName\":\"SMS_MFA\",\"Session\":\"s3\"}";

/* One login of every kind of step; tokens as given. */
static enum cog_status
run(struct fake_world *world, const char *tokens, unsigned long fail_at,
    bool *reached)
{
    enum cog_status status;

    fake_body(world, fake_proof_wanted);
    fake_body(world, new_password_wanted);
    fake_body(world, choice_wanted);
    fake_body(world, sms_wanted);
    fake_body(world, tokens);
    failing_malloc_begin(fail_at);
    status = fake_run(world);
    *reached = failing_malloc_end() >= fail_at;
    return status;
}

enum outcome { DENIED, ADMITTED, WRONG };

/* What a run left behind: all of alice, or nothing. */
static int
judge(const struct fake_world *world, enum cog_status status, bool good)
{
    const struct cog_identity *identity = &world->identity;

    if (status == COG_OK)
        return good && strcmp(identity->username, "alice") == 0 &&
                       strcmp(identity->sub,
                              "3f1b9c52-7d0e-4a61-9c3b-0a1e5d7f2b48") == 0 &&
                       identity->group_count == 1 &&
                       strcmp(identity->groups[0], "Admins") == 0
                   ? ADMITTED
                   : WRONG;
    return identity->username[0] == '\0' && identity->sub[0] == '\0' ? DENIED
                                                                     : WRONG;
}

/* A run in a process of its own: 10 is added when nothing failed. */
static int
run_apart(struct fake_world *world, bool good, const char *tokens,
          unsigned long n)
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        bool reached;
        enum cog_status ended;
        int outcome;

        /* cmocka catches it, and would go on in here. */
        (void) signal(SIGSEGV, SIG_DFL);
        (void) signal(SIGABRT, SIG_DFL);
        ended = run(world, tokens, n, &reached);
        outcome = judge(world, ended, good);
        _exit(outcome + (reached ? 0 : 10));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Every n until a run has fewer allocations; returns how many there were. */
static unsigned long
run_all(bool good, const char *tokens, const char *kid)
{
    static struct fake_world world;
    const char *const kids[] = {kid, NULL};
    unsigned long n = 0, admitted = 0, crashed = 0;
    int outcome;

    fake_begin(&world);
    if (kid != NULL) {
        fake_jwks(kids, &world.keys.jwks);
        world.keys.pinned = true;
    }
    do {
        outcome = run_apart(&world, good, tokens, ++n);
        admitted += outcome == ADMITTED;
        crashed += outcome == -1;
        assert_int_not_equal(outcome % 10, WRONG);
    } while (outcome < 10);
    assert_int_equal(outcome - 10, good ? ADMITTED : DENIED);
    fake_end(&world);
    print_message("%lu allocations, %lu runs crashed, %lu admitted\n", n - 1,
                  crashed, admitted);
    return n;
}

/* Not under valgrind, whose malloc no one replaces. */
static void
need_our_malloc(void)
{
    if (!failing_malloc_works()) {
        print_message("another malloc is in place\n");
        skip();
    }
}

static void
test_good(void **state)
{
    char *tokens;

    need_our_malloc();
    tokens = strdup(fake_tokens());

    (void) state;
    assert_true(run_all(true, tokens, NULL) > 100);
    free(tokens);
}

static void
test_other_user(void **state)
{
    char *tokens;

    need_our_malloc();
    tokens = strdup(fake_tokens_of(fake_claims("mallory"), FAKE_KID));

    (void) state;
    assert_true(run_all(false, tokens, NULL) > 100);
    free(tokens);
}

static void
test_foreign_key(void **state)
{
    char *tokens;

    need_our_malloc();
    tokens = strdup(fake_tokens_of(fake_claims(NULL), FAKE_KID_2));

    (void) state;
    assert_true(run_all(false, tokens, FAKE_KID) > 100);
    free(tokens);
}

static void
test_no_tokens(void **state)
{
    (void) state;
    need_our_malloc();
    assert_true(run_all(false, "{\"AuthenticationResult\":{}}", NULL) > 100);
}

/* The keys, and whatever the libraries allocate once. */
static int
begin(void **state)
{
    static struct fake_world world;
    bool reached;
    char *tokens = strdup(fake_tokens_of(fake_claims(NULL), FAKE_KID_2));

    (void) state;
    free(tokens);
    tokens = strdup(fake_tokens());
    fake_begin(&world);
    (void) run(&world, tokens, 0, &reached);
    fake_end(&world);
    free(tokens);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"P1: a failing allocation admits nobody but the right person",
         test_good, NULL, NULL, NULL},
        {"P1: a failing allocation does not admit with another's token",
         test_other_user, NULL, NULL, NULL},
        {"P1: a failing allocation does not admit with a foreign key",
         test_foreign_key, NULL, NULL, NULL},
        {"P1: a failing allocation does not admit without tokens",
         test_no_tokens, NULL, NULL, NULL},
    };

    return cmocka_run_group_tests_name("cognito/memory", tests, begin,
                                       fake_token_end);
}
