/* SPDX-License-Identifier: Apache-2.0 */
/* The pure parts of what status and doctor look at. */
#include "cognitoctl/checks.h"
#include "cognitoctl/commands.h"
#include "cognitoctl/key_ids.h"
#include "cognitoctl/nscd_conf.h"
#include "cognitoctl/shadow.h"
#include "cognitoctl/sshd_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- settings */

static struct cog_settings one, other;
static char names[256];

static const char *
compare(void)
{
    cog_settings_compare(&one, &other, names, sizeof names);
    return names;
}

static void
every_setting_that_differs_is_named(void **state)
{
    (void) state;
    memset(&one, 0, sizeof one);
    memset(&other, 0xff, sizeof other);
    assert_string_equal(
        compare(), "pool_id, id_base, id_range, home, shell, group_prefix, "
                   "provisional, provisional_match, enumerate, group_map");
    other = one;
    assert_string_equal(compare(), "");
    /* What stands behind a text's end says nothing. */
    memcpy(other.home, "\0garbage", 8);
    assert_string_equal(compare(), "");
    one.group_map_count = other.group_map_count = 1;
    other.group_map[0].gid = 7;
    assert_string_equal(compare(), "group_map");
    one.group_map[0].gid = 7;
    memcpy(other.group_map[0].local, "adm", 4);
    assert_string_equal(compare(), "group_map");
    memcpy(one.group_map[0].local, "adm", 4);
    assert_string_equal(compare(), "");
    one.provisional = true;
    assert_string_equal(compare(), "provisional");
    cog_settings_compare(&one, &other, names, 5);
    assert_string_equal(names, "prov");
}

/* ---- findings */

static void
the_worst_comes_first_and_is_the_exit_code(void **state)
{
    cog_cleanup_findings struct cog_findings findings = {0};
    struct cog_output output;
    char *text = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&text, &len);

    (void) state;
    assert_non_null(stream);
    assert_int_equal(cog_findings_exit(&findings), COG_EXIT_OK);
    cog_findings_add(&findings, COG_FIND_KEYS_NOT_PINNED, "a");
    assert_int_equal(cog_findings_exit(&findings), COG_EXIT_OK);
    for (int i = 0; i < 40; i++)
        cog_findings_add(&findings, COG_FIND_NSS_COSTLY, "b%d\033", i);
    assert_int_equal(cog_findings_exit(&findings), COG_EXIT_WARNINGS);
    cog_findings_add(&findings, COG_FIND_CONFIG, "%0*d", 2000, 0);
    assert_int_equal(cog_findings_exit(&findings), COG_EXIT_ERRORS);
    cog_output_begin(&output, stream, false);
    cog_findings_print(&findings, &output);
    assert_int_equal(cog_output_end(&output), COG_EXIT_OK);
    (void) fclose(stream);
    assert_non_null(strstr(text, "\nerror     config"));
    assert_true(strstr(text, "\nerror ") < strstr(text, "\nwarning "));
    assert_true(strstr(text, "\nwarning ") < strstr(text, "\nnote "));
    assert_null(strchr(text, '\033'));
    free(text);
}

static void
every_finding_has_a_name_of_its_own(void **state)
{
    (void) state;
    for (unsigned i = 0; i < COG_FIND_COUNT; i++) {
        const char *name = cog_finding_name((enum cog_finding_id) i);

        assert_non_null(name);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(name,
                                    cog_finding_name((enum cog_finding_id) k));
    }
    assert_null(cog_finding_name(COG_FIND_COUNT));
}

/* ---- passwd and shadow */

static void
p87_a_password_that_can_be_typed_is_known_from_others(void **state)
{
    static const char shadow[] =
        "root:$y$j9T$x$yyyyyyyyyyyyyyyy:19000:0:99999:7:::\n"
        "locked:!$y$j9T$x$yyyyyyyyyyyyyyyy:19000::::::\n"
        "never:*:19000:0:99999:7:::\n"
        "empty::19000:0:99999:7:::\n"
        "old:abJnggxhB/yWI:19000::::::\n"
        "short:x\n"
        "bare\n";

    (void) state;
    assert_true(cog_shadow_usable(shadow, sizeof shadow - 1, "root"));
    assert_true(cog_shadow_usable(shadow, sizeof shadow - 1, "old"));
    assert_false(cog_shadow_usable(shadow, sizeof shadow - 1, "locked"));
    assert_false(cog_shadow_usable(shadow, sizeof shadow - 1, "never"));
    assert_false(cog_shadow_usable(shadow, sizeof shadow - 1, "empty"));
    assert_false(cog_shadow_usable(shadow, sizeof shadow - 1, "short"));
    assert_false(cog_shadow_usable(shadow, sizeof shadow - 1, "bare"));
    assert_false(cog_shadow_usable(shadow, sizeof shadow - 1, "roo"));
    assert_false(cog_shadow_usable(shadow, sizeof shadow - 1, ""));
    assert_false(cog_shadow_usable("", 0, "root"));
}

static void
lines_of_passwd_are_read_or_passed_over(void **state)
{
    static const char passwd[] = "root:x:0:0:root:/root:/bin/bash\n"
                                 "\n:x:1:1::/:/bin/sh\nhalf:x:1\n"
                                 "much:x:99999999999:1::/:/bin/sh\n"
                                 "word:x:abc:1::/:/bin/sh\n"
                                 "last:x:1000:1000::/home/l:";
    const char *at = passwd;
    size_t len = sizeof passwd - 1;
    struct cog_passwd_line line;

    (void) state;
    assert_true(cog_passwd_next(&at, &len, &line));
    assert_string_equal(line.name, "root");
    assert_string_equal(line.shell, "/bin/bash");
    assert_int_equal(line.uid, 0);
    assert_true(cog_passwd_next(&at, &len, &line));
    assert_string_equal(line.name, "much");
    assert_int_equal(line.uid, (unsigned long) -1);
    assert_true(cog_passwd_next(&at, &len, &line));
    assert_int_equal(line.uid, (unsigned long) -1);
    assert_true(cog_passwd_next(&at, &len, &line));
    assert_string_equal(line.name, "last");
    assert_string_equal(line.shell, "");
    assert_int_equal(line.uid, 1000);
    assert_false(cog_passwd_next(&at, &len, &line));
}

static void
lines_of_subuid_are_read_or_passed_over(void **state)
{
    static const char subuid[] = "bob:100000:65536\n\n:1:2\nhalf:1\n"
                                 "none:5:0\nword:x:1\nmuch:1:99999999999\n"
                                 "1000:4294967295:1";
    const char *at = subuid;
    size_t len = sizeof subuid - 1;
    struct cog_subids_line line;

    (void) state;
    assert_true(cog_subids_next(&at, &len, &line));
    assert_string_equal(line.name, "bob");
    assert_int_equal(line.first, 100000);
    assert_int_equal(line.count, 65536);
    assert_true(cog_subids_next(&at, &len, &line));
    assert_string_equal(line.name, "1000");
    assert_int_equal(line.first, UINT32_MAX);
    assert_int_equal(line.count, 1);
    assert_false(cog_subids_next(&at, &len, &line));
}

/* ---- sshd_config */

static void
lines_of_sshd_config_are_read_as_sshd_does(void **state)
{
    static const char *const wanted[][2] = {
        {"usepam", "yes"}, {"usepam", "no"}, {"include", "/a b"},
        {"match", "User"}, {"alone", ""},    {"nul", "ab"},
    };
    static const char config[] = "# UsePAM no\n\n \tUsePAM yes no\n"
                                 "USEPAM=no\nInclude \"/a b\" c\n"
                                 "Match User x\r\nAlone\nNul a\0b";
    const char *at = config;
    size_t len = sizeof config - 1;
    struct cog_sshd_line line;

    (void) state;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        assert_true(cog_sshd_next_line(&at, &len, &line));
        assert_string_equal(line.keyword, wanted[i][0]);
        assert_string_equal(line.value, wanted[i][1]);
    }
    assert_false(cog_sshd_next_line(&at, &len, &line));
}

/* ---- nscd.conf */

static void
p77_nscd_keeps_users_unless_it_is_told_not_to(void **state)
{
    static const struct {
        const char *text;
        bool keeps;
    } cases[] = {
        {"", true},
        {"\tenable-cache\t\tpasswd\t\tno\n", false},
        {"enable-cache passwd yes\nenable-cache passwd no", false},
        {"enable-cache passwd no\nenable-cache passwd yes\n", true},
        {"#enable-cache passwd no\nenable-cache group no\n", true},
        {"enable-cache passwd nothing\nenable-cachepasswd no\n", true},
        {"enable-cache passwd", true},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            cog_nscd_keeps_users(cases[i].text, strlen(cases[i].text)),
            cases[i].keeps);
}

/* ---- key sets */

static bool
lacks(const char *have, const char *want, char missing[COG_KEY_ID_SIZE])
{
    return cog_key_ids_lack(have, strlen(have), want, strlen(want), missing);
}

static void
p42_a_key_that_is_not_pinned_is_found(void **state)
{
    static const char both[] =
        "{\"keys\":[{\"kid\":\"a\"},{\"kid\":\"b\\n\"},{},7]}";
    char missing[COG_KEY_ID_SIZE];

    (void) state;
    assert_false(lacks(both, both, missing));
    assert_true(lacks("{\"keys\":[{\"kid\":\"a\"}]}", both, missing));
    assert_string_equal(missing, "b\\x0a");
    assert_true(lacks("nonsense", both, missing));
    assert_string_equal(missing, "a");
    assert_true(lacks("{}", both, missing));
    assert_false(lacks(both, "nonsense", missing));
    assert_false(lacks(both, "{}", missing));
    assert_false(lacks(both, "{\"keys\":{}}", missing));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_setting_that_differs_is_named),
        cmocka_unit_test(the_worst_comes_first_and_is_the_exit_code),
        cmocka_unit_test(every_finding_has_a_name_of_its_own),
        cmocka_unit_test(
            p87_a_password_that_can_be_typed_is_known_from_others),
        cmocka_unit_test(lines_of_passwd_are_read_or_passed_over),
        cmocka_unit_test(lines_of_subuid_are_read_or_passed_over),
        cmocka_unit_test(lines_of_sshd_config_are_read_as_sshd_does),
        cmocka_unit_test(p77_nscd_keeps_users_unless_it_is_told_not_to),
        cmocka_unit_test(p42_a_key_that_is_not_pinned_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
