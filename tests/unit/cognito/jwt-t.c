/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognito/jwt and cognito/claims against the vectors of tests/vectors, and
 * claims one by one. Where a vector says "policy", what we chose stands in
 * the table here.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cognito/claims.h"
#include "cognito/jwt.h"
#include "tests/unit/cognito/fake_token.h"
#include "tests/unit/cognito/vectors.h"

/*
 * Our verdicts where either is right. Both issuer forms are one pool unless
 * one is configured; times have 300 s of tolerance and are whole numbers;
 * text that is not strictly JWS or JSON is refused; so are short keys.
 */
static const struct {
    const char *id;
    bool accept;
} policies[] = {
    {"id-valid-aud-array", false},
    {"id-updated-issuer-not-configured", true},
    {"id-original-issuer-not-configured", false},
    {"expired-now", true},
    {"expired-5s", true},
    {"not-yet-iat", false},
    {"exp-float", false},
    {"exp-huge", false},
    {"exp-overflow-64", false},
    {"groups-string", false},
    {"groups-mixed", true},
    {"duplicate-sub", false},
    {"std-alphabet", false},
    {"newline", false},
    {"noncanonical-sig", false},
    {"weak-rsa", false},
    {"use-enc", false},
};

static bool
is_accepted_by_policy(const char *id)
{
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
        if (strcmp(policies[i].id, id) == 0)
            return policies[i].accept;
    }
    fail_msg("no policy for %s", id);
    return false;
}

/* Signature and claims, as a login does it. */
static enum cog_status
verify(const struct cog_secret *token, const char *jwks,
       const struct cog_login_settings *settings,
       const struct cog_claims_times *times, struct cog_report *report,
       struct cog_identity *identity)
{
    struct cog_json *claims = NULL;
    enum cog_status status =
        cog_jwt_verify(token, jwks, strlen(jwks), &claims);

    if (status != COG_OK) {
        assert_null(claims);
        return status;
    }
    status = cog_claims_check(claims, settings, times, report, identity);
    cog_json_free(claims);
    return status;
}

static void
run_vector(struct json_object *file, struct json_object *vector)
{
    static struct cog_identity identity;
    struct json_object *config = vectors_get(file, "config");
    const char *set = vectors_text_or_null(vector, "jwks");
    const char *name = vectors_text_or_null(vector, "username");
    const char *only = vectors_text_or_null(vector, "issuer");
    const char *id = vectors_text(vector, "id");
    const char *use = vectors_text(vector, "token_use");
    const char *expect = vectors_text(vector, "expect");
    struct cog_report report = {.detail = NULL};
    struct cog_secret token = COG_SECRET_EMPTY;
    int64_t now_s = json_object_get_int64(vectors_get(config, "now"));
    const struct cog_claims_times times = {now_s - 120, now_s - 120, now_s};
    const struct cog_login_settings settings = {
        .pool_id = vectors_text(config, "user_pool_id"),
        .client_id = vectors_text(config, "client_id"),
        .issuer = {only != NULL ? only : vectors_text(config, "issuer"),
                   only != NULL ? NULL
                                : vectors_text(config, "updated_issuer")},
        .sign_in_name = name != NULL ? name : vectors_text(config, "username"),
    };
    enum cog_status status;
    bool accept = strcmp(expect, "accept") == 0;

    if (strcmp(expect, "policy") == 0)
        accept = is_accepted_by_policy(id);
    /* We want ID tokens only; one of these vectors is just that. */
    if (strcmp(use, "access") == 0)
        accept = strcmp(id, "use-id-as-access") == 0;
    assert_int_equal(
        cog_secret_set_text(&token, vectors_text(vector, "token")), 0);
    status = verify(&token,
                    json_object_get_string(
                        vectors_get(file, set != NULL ? "jwks_odd" : "jwks")),
                    &settings, &times, &report, &identity);
    if ((status == COG_OK) != accept)
        fail_msg("%s: %s (%s)", id, cog_status_name(status),
                 report.detail != NULL ? report.detail : "");
    cog_secret_clear(&token);
}

static void
test_vectors(void **state)
{
    struct json_object *file = vectors_load("jwt.json");
    struct json_object *vectors = vectors_get(file, "vectors");

    (void) state;
    assert_true(json_object_array_length(vectors) >= 107);
    for (size_t i = 0; i < json_object_array_length(vectors); i++)
        run_vector(file, json_object_array_get_idx(vectors, i));
    json_object_put(file);
}

static void
test_access_token_is_signed(void **state)
{
    struct json_object *file = vectors_load("jwt.json");
    struct json_object *vectors = vectors_get(file, "vectors");
    const char *jwks = json_object_get_string(vectors_get(file, "jwks"));

    (void) state;
    for (size_t i = 0; i < json_object_array_length(vectors); i++) {
        struct json_object *one = json_object_array_get_idx(vectors, i);
        struct cog_secret token = COG_SECRET_EMPTY;
        struct cog_json *claims = NULL;

        if (strcmp(vectors_text(one, "id"), "access-valid") != 0)
            continue;
        assert_int_equal(
            cog_secret_set_text(&token, vectors_text(one, "token")), 0);
        assert_int_equal(cog_jwt_verify(&token, jwks, strlen(jwks), &claims),
                         COG_OK);
        cog_json_free(claims);
        cog_secret_clear(&token);
    }
    json_object_put(file);
}

static void
test_bad_sets(void **state)
{
    struct json_object *file = vectors_load("jwt.json");
    struct json_object *bad = vectors_get(file, "jwks_bad");
    const char *good = json_object_get_string(vectors_get(file, "jwks"));
    const char *odd = json_object_get_string(vectors_get(file, "jwks_odd"));

    (void) state;
    assert_true(json_object_array_length(bad) > 0);
    for (size_t i = 0; i < json_object_array_length(bad); i++) {
        const char *text =
            vectors_text(json_object_array_get_idx(bad, i), "text");

        assert_int_equal(cog_jwks_check(text, strlen(text)), COG_NO_KEYS);
    }
    assert_int_equal(cog_jwks_check(NULL, 0), COG_NO_KEYS);
    assert_int_equal(cog_jwks_check(good, strlen(good)), COG_OK);
    assert_int_equal(cog_jwks_check(odd, strlen(odd)), COG_OK);
    for (size_t len = 0; len < strlen(good); len += 7)
        assert_int_equal(cog_jwks_check(good, len), COG_NO_KEYS);
    json_object_put(file);
}

static void
test_unknown_and_double_kid(void **state)
{
    static const char *const first[] = {FAKE_KID, NULL};
    static const char *const second[] = {FAKE_KID_2, NULL};
    static const char *const twice[] = {FAKE_KID, FAKE_KID, NULL};
    struct cog_secret token = COG_SECRET_EMPTY, jwks = COG_SECRET_EMPTY;
    struct cog_json *claims = NULL;

    (void) state;
    fake_token("{}", FAKE_KID, &token);
    fake_jwks(first, &jwks);
    assert_int_equal(cog_jwt_verify(&token, jwks.data, jwks.len, &claims),
                     COG_OK);
    cog_json_free(claims);
    claims = NULL;
    fake_jwks(second, &jwks);
    assert_int_equal(cog_jwt_verify(&token, jwks.data, jwks.len, &claims),
                     COG_NO_KEYS);
    fake_jwks(twice, &jwks);
    assert_int_equal(cog_jwt_verify(&token, jwks.data, jwks.len, &claims),
                     COG_NO_KEYS);
    assert_null(claims);
    cog_secret_clear(&token);
    cog_secret_clear(&jwks);
}

/* Claims one by one: NULL leaves one out, other text replaces its value. */
#define NOW INT64_C(1795266123)

static const struct claim {
    const char *name;
    const char *value; /* JSON */
} sound[] = {
    {"sub", "\"3f1b9c52-7d0e-4a61-9c3b-0a1e5d7f2b48\""},
    {"iss", "\"https://cognito-idp.eu-west-1.amazonaws.com/"
            "eu-west-1_Ab3dEfGh9\""},
    {"aud", "\"client1\""},
    {"token_use", "\"id\""},
    {"cognito:username", "\"alice\""},
    {"auth_time", "1795266100"},
    {"iat", "1795266100"},
    {"exp", "1795269700"},
    {"email", "\"alice@example.com\""},
    {"email_verified", "true"},
};

static const struct cog_login_settings by_name = {
    .pool_id = "eu-west-1_Ab3dEfGh9",
    .issuer = {"https://cognito-idp.eu-west-1.amazonaws.com/"
               "eu-west-1_Ab3dEfGh9",
               "https://issuer-cognito-idp.eu-west-1.amazonaws.com/"
               "eu-west-1_Ab3dEfGh9"},
    .client_id = "client1",
    .sign_in_name = "alice",
};

/* The sound claims with changes; the first is usually the point. */
static enum cog_status
check(const struct cog_login_settings *settings, struct cog_report *report,
      struct cog_identity *identity, const struct claim *changes, size_t count)
{
    const struct cog_claims_times times = {NOW - 30, NOW - 30, NOW};
    char text[32768] = "{";
    size_t used = 1;
    struct cog_json *claims = NULL;
    enum cog_status status;

    for (size_t i = 0; i < sizeof sound / sizeof sound[0] + count; i++) {
        struct claim claim = i < sizeof sound / sizeof sound[0]
                                 ? sound[i]
                                 : (struct claim){NULL, NULL};

        for (size_t j = 0; claim.name != NULL && j < count; j++) {
            if (strcmp(claim.name, changes[j].name) == 0)
                claim.value = NULL;
        }
        if (i >= sizeof sound / sizeof sound[0])
            claim = changes[i - sizeof sound / sizeof sound[0]];
        if (claim.value != NULL)
            used += (size_t) snprintf(text + used, sizeof text - used,
                                      "%s\"%s\":%s", used > 1 ? "," : "",
                                      claim.name, claim.value);
    }
    assert_true(used < sizeof text - 1);
    memcpy(text + used, "}", 2);
    assert_int_equal(cog_json_parse(text, strlen(text), &claims), COG_OK);
    status = cog_claims_check(claims, settings, &times, report, identity);
    cog_json_free(claims);
    return status;
}

static enum cog_status
check_one(const struct cog_login_settings *settings, const char *name,
          const char *value)
{
    static struct cog_identity identity;
    struct cog_report report = {.offset_known = true};
    const struct claim change = {name, value};

    return check(settings, &report, &identity, &change, 1);
}

static void
test_each_claim_missing(void **state)
{
    struct cog_login_settings by_email = by_name;

    (void) state;
    by_email.login_claim = COG_CLAIM_EMAIL;
    by_email.sign_in_name = "alice@example.com";
    assert_int_equal(check_one(&by_name, "extra", "[]"), COG_OK);
    assert_int_equal(check_one(&by_email, "extra", "[]"), COG_OK);
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++) {
        static const char *const wrong[] = {
            NULL, "null", "[]", "{}", "\"\"", "\"x\"", "-1", "0.5", "false",
        };

        for (size_t j = 0; j < sizeof wrong / sizeof wrong[0]; j++) {
            enum cog_status status =
                check_one(&by_email, sound[i].name, wrong[j]);

            /* Any text is a sub or name; who it is is checked beside. */
            if (wrong[j] != NULL && strcmp(wrong[j], "\"x\"") == 0 &&
                (strcmp(sound[i].name, "sub") == 0 ||
                 strcmp(sound[i].name, "cognito:username") == 0))
                continue;
            if (status == COG_OK)
                fail_msg("admitted with %s %s", sound[i].name,
                         wrong[j] != NULL ? wrong[j] : "missing");
        }
    }
}

static void
test_times(void **state)
{
    static const struct {
        const char *name;
        int64_t from_now_s;
        enum cog_status status;
    } cases[] = {
        {"exp", -300, COG_TOKEN},
        {"exp", -299, COG_OK},
        {"iat", 300, COG_OK},
        {"iat", 301, COG_TOKEN},
        {"auth_time", -330, COG_OK},
        {"auth_time", -331, COG_TOKEN},
        {"auth_time", 300, COG_OK},
        {"auth_time", 301, COG_TOKEN},
        {"nbf", 300, COG_OK},
        {"nbf", 301, COG_TOKEN},
        {"auth_time", -86400, COG_TOKEN},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char value[32];

        (void) snprintf(value, sizeof value, "%lld",
                        (long long) (NOW + cases[i].from_now_s));
        assert_int_equal(check_one(&by_name, cases[i].name, value),
                         cases[i].status);
    }
}

static void
test_clock_is_blamed(void **state)
{
    static struct cog_identity identity;
    const struct claim ahead[] = {{"iat", "1795352523"},
                                  {"auth_time", "1795352523"},
                                  {"exp", "1795356123"}};
    const struct claim behind[] = {{"iat", "1795179723"},
                                   {"auth_time", "1795179723"},
                                   {"exp", "1795183323"}};
    struct cog_report report = {.detail = NULL};

    (void) state;
    assert_int_equal(check(&by_name, &report, &identity, ahead, 3), COG_CLOCK);
    assert_true(report.offset_known);
    assert_int_equal(report.offset_s, 86400);
    report = (struct cog_report){.detail = NULL};
    assert_int_equal(check(&by_name, &report, &identity, behind, 3),
                     COG_CLOCK);
    assert_int_equal(report.offset_s, -86400);
    /* The service's own clock agrees with ours: then it is an old token. */
    report = (struct cog_report){.offset_known = true, .offset_s = 2};
    assert_int_equal(check(&by_name, &report, &identity, behind, 3),
                     COG_TOKEN);
}

static void
test_names(void **state)
{
    static const char *const others[] = {
        "\"Alice\"",       "\"alice \"",       "\"alic\"",
        "\"alicea\"",      "\"bob\"",          "\"alice@example.com\"",
        "\"alice\\n\"",    "\"\\u0000alice\"", "\"alice\\u0000\"",
        "\"\\uff41lice\"",
    };
    struct cog_login_settings folded = by_name, email = by_name;

    (void) state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_not_equal(
            check_one(&by_name, "cognito:username", others[i]), COG_OK);
    folded.case_insensitive = true;
    assert_int_equal(check_one(&folded, "cognito:username", "\"ALIce\""),
                     COG_OK);
    assert_int_equal(check_one(&folded, "cognito:username", "\"bob\""),
                     COG_WRONG_IDENTITY);
    email.login_claim = COG_CLAIM_EMAIL;
    email.sign_in_name = "alice@example.com";
    assert_int_equal(check_one(&email, "email", "\"alice@evil.example\""),
                     COG_WRONG_IDENTITY);
    assert_int_equal(check_one(&email, "email", "\"alice\""),
                     COG_WRONG_IDENTITY);
    assert_int_equal(check_one(&email, "email_verified", "false"),
                     COG_WRONG_IDENTITY);
    assert_int_equal(check_one(&email, "email_verified", "\"true\""),
                     COG_WRONG_IDENTITY);
    assert_int_equal(check_one(&email, "email_verified", NULL),
                     COG_WRONG_IDENTITY);
}

/* For an administrator: why nobody of a pool with addresses comes in. */
static void
test_email_is_named(void **state)
{
    static struct cog_identity identity;
    struct cog_login_settings email = by_name;
    const struct claim changes[] = {{"email", NULL},
                                    {"email_verified", "false"},
                                    {"email", "\"Alice@example.com\""}};
    const char *const named[] = {"not readable", "not verified",
                                 "login_claim is not sign_in_name"};

    (void) state;
    email.login_claim = COG_CLAIM_EMAIL;
    email.sign_in_name = "alice@example.com";
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        struct cog_report report = {.offset_known = true};

        assert_int_equal(check(&email, &report, &identity, &changes[i], 1),
                         COG_WRONG_IDENTITY);
        assert_non_null(strstr(report.detail, named[i]));
    }
}

static void
test_groups(void **state)
{
    static struct cog_identity identity;
    static char list[32768];
    struct cog_report report = {.offset_known = true};
    struct claim change = {"cognito:groups", NULL};
    char name[COG_GROUP_SIZE + 1];
    size_t used = 0;

    (void) state;
    /* "wheel" is near the bad ones: nothing may be made of them. */
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    (void) snprintf(list, sizeof list,
                    "[\"wheel\",7,null,[\"sudo\"],{\"a\":1},\"\",\"a\\nb\","
                    "\"a\\u0000b\",true,\"%s\",\"end\"]",
                    name);
    change.value = list;
    assert_int_equal(check(&by_name, &report, &identity, &change, 1), COG_OK);
    assert_int_equal(identity.group_count, 2);
    assert_string_equal(identity.groups[0], "wheel");
    assert_string_equal(identity.groups[1], "end");
    assert_int_equal(report.groups_dropped, 9);
    used = (size_t) snprintf(list, sizeof list, "[\"g0\"");
    for (int i = 1; i < 130; i++)
        used +=
            (size_t) snprintf(list + used, sizeof list - used, ",\"g%d\"", i);
    (void) snprintf(list + used, sizeof list - used, "]");
    report = (struct cog_report){.offset_known = true};
    assert_int_equal(check(&by_name, &report, &identity, &change, 1), COG_OK);
    assert_int_equal(identity.group_count, 100);
    assert_string_equal(identity.groups[99], "g99");
    assert_int_equal(report.groups_dropped, 30);
    change.value = "[]";
    assert_int_equal(check(&by_name, &report, &identity, &change, 1), COG_OK);
    assert_int_equal(identity.group_count, 0);
}

static void
test_untouched(void **state)
{
    static struct cog_identity identity;
    struct cog_report report = {.offset_known = true};
    const struct claim change = {"aud", "\"client2\""};

    (void) state;
    memset(&identity, 'x', sizeof identity);
    assert_int_equal(check(&by_name, &report, &identity, &change, 1),
                     COG_TOKEN);
    assert_string_equal(report.detail, "claim aud");
    for (size_t i = 0; i < sizeof identity; i++)
        assert_int_equal(((const char *) &identity)[i], 'x');
}

static void
test_display_name(void **state)
{
    static struct cog_identity identity;
    struct cog_report report = {.offset_known = true};
    struct claim change = {"name", "\"Alice \\u00c4\""};

    (void) state;
    assert_int_equal(check(&by_name, &report, &identity, &change, 1), COG_OK);
    assert_string_equal(identity.display_name, "Alice \xc3\x84");
    assert_string_equal(identity.username, "alice");
    change.value = "[1]";
    assert_int_equal(check(&by_name, &report, &identity, &change, 1), COG_OK);
    assert_string_equal(identity.display_name, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"P60: every vector gets its verdict, or the one we chose",
         test_vectors, NULL, NULL, NULL},
        {"a token of the set's other key has a good signature",
         test_access_token_is_signed, NULL, NULL, NULL},
        {"P60: documents that are no key set hold no key", test_bad_sets, NULL,
         NULL, NULL},
        {"P60: a kid that is unknown or there twice finds no key",
         test_unknown_and_double_kid, NULL, NULL, NULL},
        {"P61: each claim missing or of a wrong type denies",
         test_each_claim_missing, NULL, NULL, NULL},
        {"P61: times are held to the second with 300 s of tolerance",
         test_times, NULL, NULL, NULL},
        {"times a day off blame the clock, unless it was seen right",
         test_clock_is_blamed, NULL, NULL, NULL},
        {"P15: the login claim equals the name whole", test_names, NULL, NULL,
         NULL},
        {"P15: the log tells a missing, an unproved and another address apart",
         test_email_is_named, NULL, NULL, NULL},
        {"P62: bad groups are dropped and counted, never repaired",
         test_groups, NULL, NULL, NULL},
        {"P1: a refused token leaves the identity untouched", test_untouched,
         NULL, NULL, NULL},
        {"a display name of a wrong type is none", test_display_name, NULL,
         NULL, NULL},
    };

    return cmocka_run_group_tests_name("cognito/jwt", tests, NULL,
                                       fake_token_end);
}
