/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot: the lines of a snapshot, read and written. Cites P17, P20. */
#include "cognitoctl/snapshot.h"
#include "tests/unit/accounts/hostile_names.h"
#include "tests/unit/accounts/pool_groups.h"
#include "tests/unit/cognitoctl/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing the same */

static void
lines_are_written_as_they_were_read(void **state)
{
    struct seen *seen = nothing_seen();
    struct cog_secret line = COG_SECRET_EMPTY;
    char reason[COG_POOL_REASON] = "";
    size_t len;
    char *bytes = load("small.snapshot", &len);
    const char *at = strstr(bytes, "{\"group\":");

    (void) state;
    assert_true(walk("small.snapshot", seen, reason));
    assert_true(cog_pool_line_write_group(&seen->group[0], &line));
    assert_memory_equal(at, line.data, line.len);
    at += line.len;
    for (size_t i = 0; i < 2; i++) {
        assert_true(cog_pool_line_write_user(&seen->user[i], &line));
        assert_memory_equal(at, line.data, line.len);
        at += line.len;
    }
    assert_ptr_equal(at, bytes + len);
    cog_secret_clear(&line);
    free(bytes);
    free(seen);
}

/* ---- lines */

#define TAG "\"sub_tag\":\"00000000000000a1\""

static enum cog_pool_line
read_line(const char *text)
{
    struct cog_pool_group_record group = {.name = "untouched"};
    struct cog_pool_record user = {.name = "untouched"};
    enum cog_pool_line kind =
        cog_pool_line_read(text, strlen(text), &user, &group);

    if (kind != COG_POOL_LINE_USER)
        assert_string_equal(user.name, "untouched");
    if (kind != COG_POOL_LINE_GROUP)
        assert_string_equal(group.name, "untouched");
    return kind;
}

static void
malformed_lines_are_refused(void **state)
{
    static const char *const lines[] = {
        "",
        "{}",
        "[]",
        "null",
        "{\"user\":\"carol\"}",
        "{\"user\":\"carol\",\"uid\":1879100004}",
        "{\"user\":\"carol\"," TAG "}",
        "{\"user\":7,\"uid\":1879100004," TAG "}",
        "{\"user\":null,\"uid\":1879100004," TAG "}",
        "{\"user\":\"carol\",\"uid\":\"1879100004\"," TAG "}",
        "{\"user\":\"carol\",\"uid\":1879100004.0," TAG "}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG "} x",
        "{\"user\":\"carol\",\"user\":\"dave\",\"uid\":1879100004," TAG "}",
        "{\"user\":\"carol\",\"group\":\"x\",\"gid\":1879100004,"
        "\"uid\":1879100004," TAG "}",
        /* tags */
        "{\"user\":\"carol\",\"uid\":1879100004,\"sub_tag\":\"a1\"}",
        "{\"user\":\"carol\",\"uid\":1879100004,"
        "\"sub_tag\":\"0000000000000000\"}",
        "{\"user\":\"carol\",\"uid\":1879100004,"
        "\"sub_tag\":\"00000000000000A1\"}",
        "{\"user\":\"carol\",\"uid\":1879100004,"
        "\"sub_tag\":\"00000000000000a1f\"}",
        "{\"user\":\"carol\",\"uid\":1879100004,\"sub_tag\":161}",
        /* P23: what nobody could have cleaned */
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"gecos\":\"a:b\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"gecos\":\"a,b\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"gecos\":\"a\\n\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"gecos\":\" a\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG
        ",\"gecos\":\"\\u00e9\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"gecos\":7}",
        /* the rest */
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"disabled\":false}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"disabled\":1}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"groups\":\"A\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"groups\":[7]}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"groups\":[\"\"]}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG
        ",\"groups\":[\"a\\u0001\"]}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG
        ",\"groups\":[\"A\",\"A\"]}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"keys\":\"a\\tb\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"keys\":\"\\u00e9\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"keys\":[]}",
        "{\"group\":\"Staff\"}",
        "{\"group\":\"\",\"gid\":1879100004}",
        "{\"group\":\"a\\nb\",\"gid\":1879100004}",
        "{\"group\":[\"Staff\"],\"gid\":1879100004}",
    };

    (void) state;
    assert_int_equal(
        read_line("{\"user\":\"carol\",\"uid\":1879100004," TAG "}"),
        COG_POOL_LINE_USER);
    assert_int_equal(read_line("{\"group\":\"Staff\",\"gid\":1879100004}"),
                     COG_POOL_LINE_GROUP);
    for (size_t i = 0; i < COUNT(lines); i++) {
        if (read_line(lines[i]) != COG_POOL_LINE_MALFORMED)
            fail_msg("taken: %s", lines[i]);
    }
}

static void
p17_hostile_names_pass_no_line(void **state)
{
    char line[512];
    size_t tried = 0;

    (void) state;
    for (size_t i = 0; i < COUNT(hostile_names); i++) {
        /* Those that JSON can hold as they are. */
        if (strpbrk(hostile_names[i], "\"\\") != NULL)
            continue;
        (void) snprintf(line, sizeof line,
                        "{\"user\":\"%s\",\"uid\":1879100004," TAG "}",
                        hostile_names[i]);
        if (read_line(line) != COG_POOL_LINE_MALFORMED)
            fail_msg("taken: %s", line);
        tried++;
    }
    assert_true(tried > 40);
}

static void
p20_forbidden_ids_pass_no_line(void **state)
{
    static const struct {
        const char *id;
        bool taken;
    } cases[] = {
        {"0", false},
        {"1", false},
        {"-1", false},
        {"999", false},
        {"1000", true},
        {"59999", true},
        {"60000", false},
        {"65534", false},
        {"65535", false},
        {"65536", true},
        {"2147352575", true},
        {"2147352576", false},
        {"4294967295", false},
        {"4294967296", false},
        {"4294968296", false},
        {"1e9", false},
        {"99999999999999999999", false},
    };
    char line[256];

    (void) state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        (void) snprintf(line, sizeof line,
                        "{\"user\":\"a\",\"uid\":%s," TAG "}", cases[i].id);
        assert_int_equal(read_line(line) == COG_POOL_LINE_USER,
                         cases[i].taken);
        (void) snprintf(line, sizeof line, "{\"group\":\"a\",\"gid\":%s}",
                        cases[i].id);
        assert_int_equal(read_line(line) == COG_POOL_LINE_GROUP,
                         cases[i].taken);
    }
}

static void
a_record_of_every_limit_comes_back(void **state)
{
    struct cog_pool_record *user = calloc(1, sizeof *user);
    struct cog_pool_record *back = calloc(1, sizeof *back);
    struct cog_pool_group_record group;
    struct cog_secret line = COG_SECRET_EMPTY;
    char name[COG_POOL_GROUP_MAX + 1];

    (void) state;
    assert_non_null(user);
    assert_non_null(back);
    memset(user->name, 'a', COG_NAME_MAX);
    user->uid = 2147352575;
    user->sub_tag = UINT64_MAX;
    user->disabled = true;
    memset(user->gecos, '"', COG_GECOS_MAX);
    memset(user->keys, '\n', COG_POOL_KEYS_MAX);
    for (int i = 0; i < COG_GROUPS_MAX; i++) {
        (void) snprintf(name, sizeof name, "%03d%0125d", i, 0);
        memset(name + 3, '"', 125);
        assert_int_equal(
            cog_pool_groups_add(&user->groups, name, strlen(name)), 0);
    }
    assert_true(cog_pool_line_write_user(user, &line));
    assert_int_equal(cog_pool_line_read(line.data, line.len - 1, back, &group),
                     COG_POOL_LINE_USER);
    assert_memory_equal(user, back, sizeof *user);
    cog_secret_clear(&line);
    free(user);
    free(back);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_written_as_they_were_read),
        cmocka_unit_test(malformed_lines_are_refused),
        cmocka_unit_test(p17_hostile_names_pass_no_line),
        cmocka_unit_test(p20_forbidden_ids_pass_no_line),
        cmocka_unit_test(a_record_of_every_limit_comes_back),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
