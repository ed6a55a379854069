/* SPDX-License-Identifier: Apache-2.0 */
/* What nsswitch.conf means for our users. */
#include "cognitoctl/nsswitch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char services[COG_NSSWITCH_LINE_SIZE];

static void
assert_is(const char *file, enum cog_nsswitch wanted)
{
    enum cog_nsswitch found =
        cog_nsswitch_look(file, strlen(file), "passwd", services);

    if (found != wanted)
        fail_msg("\"%s\" is %d, not %d", file, found, wanted);
}

static void
the_order_of_the_manual_is_fine(void **state)
{
    (void) state;
    assert_is("passwd: files cognito systemd\n", COG_NSSWITCH_FINE);
    assert_string_equal(services, "files cognito systemd");
    assert_is("passwd:files cognito", COG_NSSWITCH_FINE);
    assert_is("\t passwd :\tcompat\tcognito\t\n", COG_NSSWITCH_FINE);
    assert_string_equal(services, "compat cognito");
    assert_is("passwd: files extrausers cognito sss # systemd\n",
              COG_NSSWITCH_FINE);
    assert_is("passwd: files [SUCCESS=return] cognito\n", COG_NSSWITCH_FINE);
    assert_is("group: files\npasswd: files\npasswd: files cognito\n",
              COG_NSSWITCH_FINE);
}

static void
a_database_without_us_is_told(void **state)
{
    (void) state;
    assert_is("", COG_NSSWITCH_NO_LINE);
    assert_is("group: files cognito\n", COG_NSSWITCH_NO_LINE);
    assert_is("#passwd: files cognito\n", COG_NSSWITCH_NO_LINE);
    assert_is("passwd files cognito\n", COG_NSSWITCH_NO_LINE);
    assert_is("passwdx: files cognito\n", COG_NSSWITCH_NO_LINE);
    assert_is("passwd: files systemd\n", COG_NSSWITCH_MISSING);
    assert_is("passwd: files # cognito\n", COG_NSSWITCH_MISSING);
    assert_is("passwd: files Cognito\n", COG_NSSWITCH_MISSING);
    assert_is("passwd: files cognito\npasswd: files\n", COG_NSSWITCH_MISSING);
    assert_is("passwd:\n", COG_NSSWITCH_MISSING);
    assert_string_equal(services, "");
}

static void
p12_before_files_is_wrong(void **state)
{
    (void) state;
    assert_is("passwd: cognito files\n", COG_NSSWITCH_BEFORE_FILES);
    assert_is("passwd: systemd cognito files\n", COG_NSSWITCH_BEFORE_FILES);
    assert_is("passwd: cognito\n", COG_NSSWITCH_BEFORE_FILES);
}

static void
behind_a_slow_service_is_costly(void **state)
{
    (void) state;
    assert_is("passwd: files systemd cognito\n", COG_NSSWITCH_COSTLY);
    assert_is("passwd: files sss cognito\n", COG_NSSWITCH_COSTLY);
    assert_is("passwd: files ldap [NOTFOUND=continue] cognito\n",
              COG_NSSWITCH_COSTLY);
}

static void
behind_an_action_that_ends_the_search_we_are_not_asked(void **state)
{
    (void) state;
    assert_is("passwd: files [NOTFOUND=return] cognito\n",
              COG_NSSWITCH_STOPPED);
    assert_is("passwd: files[notfound = Return]cognito\n",
              COG_NSSWITCH_STOPPED);
    assert_is("passwd: files [!SUCCESS=return] cognito\n",
              COG_NSSWITCH_STOPPED);
    assert_is("passwd: files [!UNAVAIL=return] cognito\n",
              COG_NSSWITCH_STOPPED);
    assert_is("passwd: files [!NOTFOUND=return] cognito\n", COG_NSSWITCH_FINE);
    assert_is("passwd: files [NOTFOUND=return NOTFOUND=continue] cognito\n",
              COG_NSSWITCH_FINE);
    assert_is("passwd: files [UNAVAIL=return TRYAGAIN=return] cognito\n",
              COG_NSSWITCH_FINE);
    assert_is("passwd: files cognito [NOTFOUND=return] systemd\n",
              COG_NSSWITCH_FINE);
}

static void
p94_what_is_shown_is_printable(void **state)
{
    static const char file[] = "passwd: fi\033les\0 cognito \xff\n";
    char longest[5000];

    (void) state;
    (void) cog_nsswitch_look(file, sizeof file - 1, "passwd", services);
    assert_string_equal(services, "fi?les? cognito ?");
    memset(longest, 'a', sizeof longest);
    memcpy(longest, "passwd:", 7);
    assert_int_equal(
        cog_nsswitch_look(longest, sizeof longest, "passwd", services),
        COG_NSSWITCH_MISSING);
    assert_true(strlen(services) < sizeof services);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_the_manual_is_fine),
        cmocka_unit_test(a_database_without_us_is_told),
        cmocka_unit_test(p12_before_files_is_wrong),
        cmocka_unit_test(behind_a_slow_service_is_costly),
        cmocka_unit_test(
            behind_an_action_that_ends_the_search_we_are_not_asked),
        cmocka_unit_test(p94_what_is_shown_is_printable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
