/* SPDX-License-Identifier: Apache-2.0 */
/* host/account_id, settings: which id a name has, and what NSS is told. */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/account_id.h"
#include "host/settings.h"

#define KEY_FILE TRUSTED_DIRECTORY "/id_key"
#define MAP_FILE TRUSTED_DIRECTORY "/map"

static const char minimal[] = "pool_id = eu-west-1_TestPool1\n"
                              "client_id = abc123\n";

static struct cog_config
configure(const char *more)
{
    struct cog_config config;
    struct cog_config_error error;
    char text[4096];
    int len = snprintf(text, sizeof text, "%s%s", minimal, more);

    if (!cog_config_parse(text, (size_t) len, "test", &config, &error))
        fail_msg("%s", error.text);
    return config;
}

/* Sources without files: a key, a map of these lines. */
static struct cog_id_sources
sources_of(const struct cog_config *config, const char *map)
{
    struct cog_id_sources sources = COG_ID_SOURCES_EMPTY;
    uint32_t line = 0;

    sources.key.bytes[0] = 1;
    sources.by_attribute = config->id_attribute[0] != '\0';
    assert_int_equal(cog_id_map_parse(map, strlen(map), config->id_base,
                                      config->id_range, &sources.map, &line),
                     0);
    return sources;
}

static void
the_map_comes_first_then_the_attribute_then_the_key(void **state)
{
    struct cog_config config = configure("");
    struct cog_settings settings = sample_settings();
    struct cog_id_sources sources =
        sources_of(&config, "alice 1900000001\n%alice 1900000002\n");
    uint32_t id = 0;

    (void) state;
    assert_int_equal(
        cog_account_id(&sources, &settings, COG_ID_USER, "alice", NULL, &id),
        0);
    assert_int_equal(id, 1900000001);
    assert_int_equal(
        cog_account_id(&sources, &settings, COG_ID_GROUP, "alice", NULL, &id),
        0);
    assert_int_equal(id, 1900000002);
    assert_int_equal(
        cog_account_id(&sources, &settings, COG_ID_USER, "bob", NULL, &id), 0);
    assert_int_equal(id,
                     cog_id_make(&sources.key, &settings, COG_ID_USER, "bob"));
    /* An attribute that nobody declared means nothing (P23). */
    assert_int_equal(cog_account_id(&sources, &settings, COG_ID_USER, "bob",
                                    "1900000003", &id),
                     0);
    assert_int_equal(id,
                     cog_id_make(&sources.key, &settings, COG_ID_USER, "bob"));
    sources.by_attribute = true;
    assert_int_equal(cog_account_id(&sources, &settings, COG_ID_USER, "bob",
                                    "1900000003", &id),
                     0);
    assert_int_equal(id, 1900000003);
    assert_int_equal(cog_account_id(&sources, &settings, COG_ID_USER, "alice",
                                    "1900000003", &id),
                     0);
    assert_int_equal(id, 1900000001);
    assert_int_equal(cog_account_id(&sources, &settings, COG_ID_GROUP, "bob",
                                    "1900000003", &id),
                     0);
    assert_int_equal(
        id, cog_id_make(&sources.key, &settings, COG_ID_GROUP, "bob"));
    cog_id_sources_clear(&sources);
    assert_int_equal(sources.key.bytes[0], 0);
}

static void
p55_with_an_attribute_only_sync_makes_accounts(void **state)
{
    struct cog_config config = configure("id_attribute = custom:uid\n");
    struct cog_settings settings = sample_settings();
    struct cog_id_sources sources = sources_of(&config, "alice 1900000001\n");
    uint32_t id = 7;

    (void) state;
    assert_true(sources.by_attribute);
    assert_int_equal(
        cog_account_id(&sources, &settings, COG_ID_USER, "bob", NULL, &id),
        ENODATA);
    assert_int_equal(id, 7);
    assert_int_equal(
        cog_account_id(&sources, &settings, COG_ID_USER, "alice", NULL, &id),
        0);
    cog_id_sources_clear(&sources);
}

static void
p20_attributes_are_bounded_decimals_inside_the_range(void **state)
{
    static const struct {
        const char *text;
        int error;
    } cases[] = {
        {"1900000003", 0},
        {"1879048192", 0},
        {"2147352575", 0},
        {"", EINVAL},
        {" 1900000003", EINVAL},
        {"1900000003 ", EINVAL},
        {"+1900000003", EINVAL},
        {"-1", EINVAL},
        {"0x71402000", EINVAL},
        {"19e8", EINVAL},
        {"00000001900000003", EINVAL},
        {"19000000030000000000", EINVAL},
        {"0", ERANGE},
        {"1000", ERANGE},
        {"65534", ERANGE},
        {"1879048191", ERANGE},
        {"2147352576", ERANGE},
        {"4294967295", ERANGE},
        {"4294967296", ERANGE},
        {"9999999999", ERANGE},
        /* What would be inside of the range after wrapping. */
        {"6194967299", ERANGE},
    };
    struct cog_config config = configure("id_attribute = custom:uid\n");
    struct cog_settings settings = sample_settings();
    struct cog_id_sources sources = sources_of(&config, "");

    (void) state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t id = 7;

        assert_int_equal(cog_account_id(&sources, &settings, COG_ID_USER,
                                        "bob", cases[i].text, &id),
                         cases[i].error);
        if (cases[i].error != 0)
            assert_int_equal(id, 7);
    }
    cog_id_sources_clear(&sources);
}

static void
p26_settings_hold_the_gids_of_mapped_groups(void **state)
{
    struct cog_config config = configure(
        "group_map = Admins:sudo, Docker-People:docker\nenumerate = yes\n");
    struct cog_id_sources sources =
        sources_of(&config, "%cognito-Admins 1900000009\n");
    char reason[COG_FILES_REASON] = "";
    struct cog_settings settings;

    (void) state;
    assert_true(
        cog_settings_from_config(&config, &sources, &settings, reason));
    assert_int_equal(cog_settings_check(&settings), COG_FAULT_NONE);
    assert_true(settings.enumerate);
    assert_int_equal(settings.group_map_count, 2);
    assert_int_equal(settings.group_map[0].gid, 1900000009);
    assert_string_equal(settings.group_map[0].local, "sudo");
    assert_int_equal(settings.group_map[1].gid,
                     cog_id_make(&sources.key, &settings, COG_ID_GROUP,
                                 "cognito-Docker-People"));
    assert_string_equal(settings.group_map[1].local, "docker");
    cog_id_sources_clear(&sources);
}

static void
a_mapped_group_that_cannot_be_one_is_named(void **state)
{
    struct cog_config config =
        configure("group_map = A-very-long-name-for-a-pool-group:sudo\n");
    struct cog_id_sources sources = sources_of(&config, "");
    struct cog_settings settings = {.id_base = 7};
    char reason[COG_FILES_REASON] = "";

    (void) state;
    assert_false(
        cog_settings_from_config(&config, &sources, &settings, reason));
    assert_non_null(strstr(reason, "group_map"));
    assert_non_null(strstr(reason, "A-very-long-name"));
    assert_int_equal(settings.id_base, 7);
    cog_id_sources_clear(&sources);
}

static void
p22_p79_no_sources_without_a_key_and_a_sound_map(void **state)
{
    struct cog_config config = configure("id_map = " MAP_FILE "\n");
    struct cog_id_sources sources = COG_ID_SOURCES_EMPTY;
    char reason[COG_FILES_REASON] = "";

    (void) state;
    if (!trusted_directory())
        skip_case("needs real root, for a mount of its own");
    write_file(MAP_FILE, "alice 1900000001\n", 0644);
    assert_false(
        cog_id_sources_load_from(KEY_FILE, &config, &sources, reason));
    assert_string_equal(reason, KEY_FILE ": no such file");
    write_file(KEY_FILE, "000102030405060708090a0b0c0d0e0f\n", 0600);
    assert_true(cog_id_sources_load_from(KEY_FILE, &config, &sources, reason));
    assert_int_equal(sources.map.count, 1);
    assert_int_equal(sources.key.bytes[1], 1);
    cog_id_sources_clear(&sources);
    write_file(MAP_FILE, "alice 1900000001\nbob\n", 0644);
    assert_false(
        cog_id_sources_load_from(KEY_FILE, &config, &sources, reason));
    assert_true(strncmp(reason, MAP_FILE ":2: ", strlen(MAP_FILE) + 4) == 0);
    assert_int_equal(sources.key.bytes[1], 0);
    write_file(MAP_FILE, "alice 1900000001\n", 0666);
    assert_false(
        cog_id_sources_load_from(KEY_FILE, &config, &sources, reason));
    assert_non_null(strstr(reason, MAP_FILE ": "));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_map_comes_first_then_the_attribute_then_the_key),
        cmocka_unit_test(p55_with_an_attribute_only_sync_makes_accounts),
        cmocka_unit_test(p20_attributes_are_bounded_decimals_inside_the_range),
        cmocka_unit_test(p26_settings_hold_the_gids_of_mapped_groups),
        cmocka_unit_test(a_mapped_group_that_cannot_be_one_is_named),
        cmocka_unit_test(p22_p79_no_sources_without_a_key_and_a_sound_map),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("host/account_id", tests, NULL, NULL);
}
