/* SPDX-License-Identifier: Apache-2.0 */
/* aws/pool_user: users and groups as the administration lists them. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/pool_user.h"
#include "cognito/json_scan.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static enum cog_status
read_user(const char *text, struct cog_json **document,
          struct cog_pool_user *user)
{
    const char *detail;

    assert_int_equal(cog_json_parse(text, strlen(text), document), COG_OK);
    return cog_pool_user_read(*document, "Attributes", user, &detail);
}

static void
test_user(void **state)
{
    static const char text[] =
        "{\"Username\":\"alice\",\"Attributes\":[{\"Name\":\"sub\",\"Value\":"
        "\"0f3b\"},{\"Name\":\"email\",\"Value\":\"a@example.com\"},{\"Name\":"
        "\"custom:none\"}],\"UserCreateDate\":1.682955829578E9,"
        "\"UserLastModifiedDate\":1682955830,\"Enabled\":true,\"UserStatus\":"
        "\"CONFIRMED\",\"MFAOptions\":[],\"Something\":{\"new\":[1]}}";
    struct cog_json *document = NULL;
    struct cog_pool_user user;

    (void) state;
    assert_int_equal(read_user(text, &document, &user), COG_OK);
    assert_string_equal(user.username, "alice");
    assert_string_equal(user.sub, "0f3b");
    assert_true(user.enabled);
    assert_int_equal(user.status, COG_POOL_USER_CONFIRMED);
    assert_int_equal(user.created_s, 1682955829);
    assert_int_equal(user.modified_s, 1682955830);
    assert_string_equal(cog_pool_user_attribute(&user, "email"),
                        "a@example.com");
    assert_null(cog_pool_user_attribute(&user, "custom:none"));
    assert_null(cog_pool_user_attribute(&user, "Email"));
    cog_json_free(document);
}

static void
test_statuses(void **state)
{
    static const char *const texts[] = {
        "NEW_ONE",        "UNCONFIRMED",
        "CONFIRMED",      "FORCE_CHANGE_PASSWORD",
        "RESET_REQUIRED", "EXTERNAL_PROVIDER",
        "ARCHIVED",       "COMPROMISED",
        "UNKNOWN",
    };

    (void) state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char text[200];
        struct cog_json *document = NULL;
        struct cog_pool_user user;

        (void) snprintf(text, sizeof text,
                        "{\"Username\":\"a\",\"Enabled\":false,"
                        "\"UserStatus\":\"%s\"}",
                        texts[i]);
        assert_int_equal(read_user(text, &document, &user), COG_OK);
        assert_int_equal(user.status, i);
        assert_string_equal(user.status_text, texts[i]);
        assert_false(user.enabled);
        assert_null(user.sub);
        assert_int_equal(user.created_s, 0);
        cog_json_free(document);
    }
}

static void
test_bad_users(void **state)
{
#define REST "\"Enabled\":true,\"UserStatus\":\"CONFIRMED\""
    static const char *const bad[] = {
        "{" REST "}",
        "{\"Username\":\"\"," REST "}",
        "{\"Username\":1," REST "}",
        "{\"Username\":\"root\\u0000x\"," REST "}",
        "{\"Username\":\"a\",\"UserStatus\":\"CONFIRMED\"}",
        "{\"Username\":\"a\",\"Enabled\":\"true\",\"UserStatus\":\"X\"}",
        "{\"Username\":\"a\",\"Enabled\":1,\"UserStatus\":\"X\"}",
        "{\"Username\":\"a\",\"Enabled\":true}",
        "{\"Username\":\"a\"," REST ",\"UserCreateDate\":\"today\"}",
        "{\"Username\":\"a\"," REST ",\"UserCreateDate\":-1}",
        "{\"Username\":\"a\"," REST ",\"Attributes\":{}}",
        "{\"Username\":\"a\"," REST ",\"Attributes\":[1]}",
        "{\"Username\":\"a\"," REST ",\"Attributes\":[{\"Value\":\"x\"}]}",
        "{\"Username\":\"a\"," REST
        ",\"Attributes\":[{\"Name\":\"sub\",\"Value\":1}]}",
        "{\"Username\":\"a\"," REST
        ",\"Attributes\":[{\"Name\":\"sub\",\"Value\":\"1\"},"
        "{\"Name\":\"sub\",\"Value\":\"2\"}]}",
        "{\"Username\":\"a\"," REST
        ",\"Attributes\":[{\"Name\":\"x\\u0000\",\"Value\":\"a\"}]}",
    };
#undef REST

    (void) state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct cog_json *document = NULL;
        struct cog_pool_user user = {.username = "untouched"};

        if (read_user(bad[i], &document, &user) != COG_PROTOCOL)
            fail_msg("taken: %s", bad[i]);
        assert_string_equal(user.username, "untouched");
        cog_json_free(document);
    }
}

/* A user whose attribute name says this in JSON, between two that are fine. */
static void
assert_absent(const char *value)
{
    static const char parts[2][300] = {
        "{\"Username\":\"a\",\"Enabled\":true,\"UserStatus\":\"CONFIRMED\","
        "\"Attributes\":[{\"Name\":\"sub\",\"Value\":\"1\"},"
        "{\"Name\":\"name\",\"Value\":\"",
        "\"},{\"Name\":\"email\",\"Value\":\"a@b\"}]}"};
    static char text[16384];
    struct cog_json *document = NULL;
    struct cog_pool_user user;

    (void) snprintf(text, sizeof text, "%s%s%s", parts[0], value, parts[1]);
    cog_json_blank_halves(text, strlen(text));
    assert_int_equal(read_user(text, &document, &user), COG_OK);
    assert_null(cog_pool_user_attribute(&user, "name"));
    assert_string_equal(user.sub, "1");
    assert_string_equal(cog_pool_user_attribute(&user, "email"), "a@b");
    cog_json_free(document);
}

static void
test_values_that_are_no_text(void **state)
{
    static char longest[COG_POOL_VALUE_MAX + 2];

    (void) state;
    assert_absent("root\\u0000x");
    assert_absent("\\u0000");
    assert_absent("\\ud800");
    assert_absent("Alice \\udc00 A");
    memset(longest, 'x', sizeof longest - 1);
    assert_absent(longest);
}

static void
test_groups(void **state)
{
    static const char fine[] =
        "{\"GroupName\":\"Admins\",\"UserPoolId\":\"x\","
        "\"Precedence\":1}";
    static const char *const bad[] = {
        "{}", "{\"GroupName\":\"\"}", "{\"GroupName\":[]}",
        "{\"GroupName\":\"a\",\"Description\":1}"};
    struct cog_json *document = NULL;
    struct cog_pool_group group;
    const char *detail;

    (void) state;
    assert_int_equal(cog_json_parse(fine, strlen(fine), &document), COG_OK);
    assert_int_equal(cog_pool_group_read(document, &group, &detail), COG_OK);
    assert_string_equal(group.name, "Admins");
    assert_string_equal(group.description, "");
    cog_json_free(document);
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(cog_json_parse(bad[i], strlen(bad[i]), &document),
                         COG_OK);
        assert_int_equal(cog_pool_group_read(document, &group, &detail),
                         COG_PROTOCOL);
        cog_json_free(document);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"a user's members and attributes are found", test_user, NULL, NULL,
         NULL},
        {"every status is known, and a new one is other", test_statuses, NULL,
         NULL, NULL},
        {"P48, P49: a user with anything missing, twice or of another type "
         "is refused",
         test_bad_users, NULL, NULL, NULL},
        {"P78: a value that is no text is no value, and its user is there",
         test_values_that_are_no_text, NULL, NULL, NULL},
        {"groups have a name", test_groups, NULL, NULL, NULL},
    };

    return cmocka_run_group_tests_name("aws/pool_user", tests, NULL, NULL);
}
