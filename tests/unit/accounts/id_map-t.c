/* SPDX-License-Identifier: Apache-2.0 */
/* accounts/id_map: a file that is right, or nothing of it. */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "accounts/id_map.h"
#include "tests/unit/accounts/hostile_names.h"

#define BASE  COG_ID_BASE_DEFAULT
#define RANGE COG_ID_RANGE_DEFAULT

static int
parse(const char *text, struct cog_id_map *map, uint32_t *line)
{
    return cog_id_map_parse(text, strlen(text), BASE, RANGE, map, line);
}

static void
names_of_the_map_have_their_ids(void **state)
{
    static const char text[] = "# users\n"
                               "\n"
                               "alice 1900000001\n"
                               " \t bob.b\t \t1900000002  \n"
                               "   # groups\n"
                               "%cognito-Admins 1900000003\n"
                               "%alice 1900000004";
    struct cog_id_map map = {.entries = NULL};
    uint32_t id = 0, line = 9;

    (void) state;
    assert_int_equal(parse(text, &map, &line), 0);
    assert_int_equal(line, 0);
    assert_int_equal(map.count, 4);
    assert_int_equal(cog_id_map_find(&map, COG_ID_USER, "alice", &id), 0);
    assert_int_equal(id, 1900000001);
    assert_int_equal(cog_id_map_find(&map, COG_ID_GROUP, "alice", &id), 0);
    assert_int_equal(id, 1900000004);
    assert_int_equal(cog_id_map_find(&map, COG_ID_USER, "bob.b", &id), 0);
    assert_int_equal(id, 1900000002);
    id = 7;
    assert_int_equal(cog_id_map_find(&map, COG_ID_GROUP, "bob.b", &id),
                     ENOENT);
    assert_int_equal(cog_id_map_find(&map, COG_ID_USER, "", &id), ENOENT);
    assert_int_equal(cog_id_map_find(&map, COG_ID_USER,
                                     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                     &id),
                     ENOENT);
    assert_int_equal(id, 7);
    cog_id_map_clear(&map);
    assert_int_equal(cog_id_map_find(&map, COG_ID_USER, "alice", &id), ENOENT);
}

static void
p20_p21_anything_wrong_refuses_the_whole_file(void **state)
{
    static const struct {
        const char *text;
        uint32_t line;
    } bad[] = {
        {"alice", 1},
        {"alice \n", 1},
        {"alice 1900000001 x\n", 1},
        {"alice 1900000001 # x\n", 1},
        {"alice=1900000001\n", 1},
        {"alice 1900000001\r\n", 1},
        {"alice -1\n", 1},
        {"alice +1900000001\n", 1},
        {"alice 0\n", 1},
        {"alice 01900000001\n", 1},
        {"alice 0x71402000\n", 1},
        {"alice 19000000010\n", 1},
        {"alice 4294967297\n", 1},
        {"alice 1000\n", 1},       /* outside */
        {"alice 1879048191\n", 1}, /* one below */
        {"alice 2147352576\n", 1}, /* one above */
        {"alice 65534\n", 1},
        {"%\n", 1},
        {"% 1900000001\n", 1},
        {"%%a 1900000001\n", 1},
        {"ok 1900000001\nAlice 1900000002\n", 2},
        {"ok 1900000001\n\n#\n../x 1900000002\n", 4},
        /* The second of two that are in each other's way. */
        {"a 1900000001\nb 1900000002\na 1900000003\n", 3},
        {"a 1900000001\nb 1900000002\nc 1900000001\n", 3},
        {"c 1900000001\nb 1900000002\na 1900000001\n", 3},
        {"a 1900000001\n%g 1900000001\n", 2},
        {"a 1900000001\na 1900000001\n", 2},
    };
    struct cog_id_map map = {.entries = NULL};

    (void) state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        uint32_t line = 0;

        assert_int_equal(parse(bad[i].text, &map, &line), EBADMSG);
        assert_int_equal(line, bad[i].line);
        assert_null(map.entries);
    }
}

/* Refused, or (blanks, a comment, lines of their own) not that name's. */
static void
p17_hostile_names_get_no_id(void **state)
{
    static char text[70000];
    size_t refused = 0;

    (void) state;
    for (size_t i = 0; i < COUNT(hostile_names); i++) {
        struct cog_id_map map = {.entries = NULL};
        uint32_t line = 0, id = 0;
        int error;

        (void) snprintf(text, sizeof text, "%s 1900000001\n",
                        hostile_names[i]);
        error = parse(text, &map, &line);
        refused += error == EBADMSG;
        assert_int_equal(
            cog_id_map_find(&map, COG_ID_USER, hostile_names[i], &id), ENOENT);
        assert_int_equal(
            cog_id_map_find(&map, COG_ID_GROUP, hostile_names[i], &id),
            ENOENT);
        cog_id_map_clear(&map);
    }
    assert_true(refused > COUNT(hostile_names) - 8);
}

static void
a_nul_is_never_skipped(void **state)
{
    static const char *const texts[] = {
        "alice 1900000001_\n", "_\n", "# a comment_\n", "al_ice 1900000001\n",
        "alice_1900000001\n"};
    struct cog_id_map map = {.entries = NULL};

    (void) state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char text[64];
        size_t len = strlen(texts[i]);
        uint32_t line = 0;

        memcpy(text, texts[i], len + 1);
        *strchr(text, '_') = '\0';
        assert_int_equal(cog_id_map_parse(text, len, BASE, RANGE, &map, &line),
                         EBADMSG);
        assert_int_equal(line, 1);
    }
}

/* As bsearch and qsort are: many names, in no order. */
static void
every_one_of_many_names_is_found(void **state)
{
    enum { NAMES = 20000 };
    char *text = malloc(NAMES * 32);
    struct cog_id_map map = {.entries = NULL};
    uint32_t line = 0, id = 0;
    size_t len = 0;

    (void) state;
    assert_non_null(text);
    for (unsigned i = 0; i < NAMES; i++) {
        unsigned number = i * 7919 % NAMES;

        len += (size_t) snprintf(text + len, 32, "%sn%u %u\n",
                                 number % 2 != 0 ? "%" : "", number,
                                 BASE + number);
    }
    assert_int_equal(cog_id_map_parse(text, len, BASE, RANGE, &map, &line), 0);
    for (unsigned i = 0; i < NAMES; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "n%u", i);
        assert_int_equal(
            cog_id_map_find(&map, i % 2 != 0 ? COG_ID_GROUP : COG_ID_USER,
                            name, &id),
            0);
        assert_int_equal(id, BASE + i);
    }
    cog_id_map_clear(&map);
    free(text);
}

static void
p79_only_a_file_of_roots_is_read(void **state)
{
    static const char path[] = TRUSTED_DIRECTORY "/map";
    struct cog_id_map map = {.entries = NULL};
    enum cog_trust why = COG_TRUST_FINE;
    uint32_t line = 9;

    (void) state;
    if (!trusted_directory())
        skip_case("needs real root, for a mount of its own");
    assert_int_equal(cog_id_map_load(path, BASE, RANGE, &map, &why, &line),
                     ENOENT);
    assert_int_equal(why, COG_TRUST_MISSING);
    assert_int_equal(line, 0);
    write_file(path, "alice 1900000001\n", 0644);
    assert_int_equal(cog_id_map_load(path, BASE, RANGE, &map, &why, &line), 0);
    assert_int_equal(map.count, 1);
    assert_int_equal(line, 0);
    cog_id_map_clear(&map);
    assert_int_equal(chmod(path, 0664), 0);
    assert_int_equal(cog_id_map_load(path, BASE, RANGE, &map, &why, &line),
                     EPERM);
    assert_int_equal(why, COG_TRUST_WRITABLE);
    write_file(path, "alice 1900000001\nalice\n", 0644);
    assert_int_equal(cog_id_map_load(path, BASE, RANGE, &map, &why, &line),
                     EBADMSG);
    assert_int_equal(why, COG_TRUST_MALFORMED);
    assert_int_equal(line, 2);
    assert_null(map.entries);
    write_file(path, "", 0644);
    assert_int_equal(cog_id_map_load(path, BASE, RANGE, &map, &why, &line), 0);
    assert_int_equal(map.count, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_the_map_have_their_ids),
        cmocka_unit_test(p20_p21_anything_wrong_refuses_the_whole_file),
        cmocka_unit_test(p17_hostile_names_get_no_id),
        cmocka_unit_test(a_nul_is_never_skipped),
        cmocka_unit_test(every_one_of_many_names_is_found),
        cmocka_unit_test(p79_only_a_file_of_roots_is_read),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/id_map", tests, NULL, NULL);
}
