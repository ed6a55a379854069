/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognito/login: what is told of a login for those that come while the pool
 * is away. Cites P11.
 */
#include <string.h>

#include "tests/unit/cognito/fake_token.h"
#include "tests/unit/cognito/logins.h"

static bool
was_one_factor(void)
{
    assert_int_equal(fake_run(&world), COG_OK);
    return cog_login_was_one_factor(world.login);
}

static void
test_password_alone(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, fake_tokens(), NULL);
    assert_true(was_one_factor());
}

static void
test_new_password(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, new_password_wanted, fake_tokens(), NULL);
    assert_true(was_one_factor());
}

static void
test_codes(void **state)
{
    static const char *const wanted[] = {
        CHALLENGE("SOFTWARE_TOKEN_MFA", ""),
        CHALLENGE("SMS_MFA", ""),
        CHALLENGE("EMAIL_OTP", ""),
        CHALLENGE("CUSTOM_CHALLENGE", "\"question\":\"Colour?\""),
    };

    (void) state;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        logins_begin_again();
        bodies(fake_proof_wanted, wanted[i], fake_tokens(), NULL);
        assert_false(was_one_factor());
    }
}

static void
test_choice(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, choice_wanted, CHALLENGE("SMS_MFA", ""),
           fake_tokens(), NULL);
    assert_false(was_one_factor());
}

/* A flow that is begun again wants its factor again. */
static void
test_renewed(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, CHALLENGE("SOFTWARE_TOKEN_MFA", ""), NULL);
    fake_answer(&world, (struct fake_answer){.body = expired_session,
                                             .http_status = 400});
    bodies(fake_proof_wanted, CHALLENGE("SOFTWARE_TOKEN_MFA", ""),
           fake_tokens(), NULL);
    assert_false(was_one_factor());
}

static void
test_denied(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, fake_tokens_of(fake_claims("mallory"), "k1"),
           NULL);
    assert_int_not_equal(fake_run(&world), COG_OK);
    assert_false(cog_login_was_one_factor(world.login));
}

/* What was typed stays where the pool was not reached, whole. */
static void
test_typed(void **state)
{
    (void) state;
    world.settings.code_in_password = true;
    types("Right-1123456", NULL);
    world.connections_refused = 9;
    assert_int_equal(fake_run(&world), COG_NETWORK);
    assert_string_equal(cog_login_typed(world.login)->data, "Right-1123456");
    assert_string_equal(cog_login_password(world.login)->data, "Right-1");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        CASE("the password alone was enough", test_password_alone),
        CASE("a new password is no second factor", test_new_password),
        CASE("P11: codes and questions are more than the password",
             test_codes),
        CASE("P11: so is a choice of factors", test_choice),
        CASE("P11: so is a factor asked for twice", test_renewed),
        CASE("P11: a login that was not admitted says nothing", test_denied),
        CASE("what was typed is held for a login without the pool",
             test_typed),
    };

    return cmocka_run_group_tests_name("cognito/one_factor", tests, NULL,
                                       NULL);
}
