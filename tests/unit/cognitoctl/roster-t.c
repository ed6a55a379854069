/* SPDX-License-Identifier: Apache-2.0 */
/* cognitoctl/roster, group_choices: who and which groups have a place here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cognitoctl/group_choices.h"
#include "cognitoctl/roster.h"
#include "tests/unit/accounts/hostile_names.h"
#include "tests/unit/accounts/pool_groups.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- a host */

static struct cog_config config;
static struct cog_id_sources sources = {.key = {{1, 2, 3}}};
static struct cog_settings settings = {.pool_id = "eu-west-1_Test",
                                       .id_base = COG_ID_BASE_DEFAULT,
                                       .id_range = COG_ID_RANGE_DEFAULT,
                                       .home = "/home/%u",
                                       .shell = "/bin/bash",
                                       .group_prefix = "cognito-"};

static void
configure(const char *more)
{
    struct cog_config_error error;
    char text[512];
    int len = snprintf(text, sizeof text,
                       "pool_id = eu-west-1_Test\nclient_id = x\n%s", more);

    if (!cog_config_parse(text, (size_t) len, "test", &config, &error))
        fail_msg("%s", error.text);
    sources.by_attribute = config.id_attribute[0] != '\0';
}

static struct cog_roster *
roster_for(size_t max_users)
{
    const struct cog_roster_settings made = {&config, &sources, &settings,
                                             max_users};
    struct cog_roster *roster = cog_roster_new(&made);

    assert_non_null(roster);
    return roster;
}

/* ---- users of the pool */

struct person {
    const char *username, *sub;
    const char *attributes; /* "\"name\":\"value\"", separated by "," */
    enum cog_pool_user_status status;
    bool disabled;
};

/* As the service sends them: [{"Name":..., "Value":...}, ...] */
static struct cog_json *
attributes_of(const struct person *person)
{
    struct cog_json *json = NULL;
    char text[8192];
    int len = snprintf(text, sizeof text, "[%s]",
                       person->attributes == NULL ? "" : person->attributes);

    assert_int_equal(cog_json_parse_array(text, (size_t) len, &json), COG_OK);
    return json;
}

static struct cog_pool_user
user_of(const struct person *person, const struct cog_json *attributes)
{
    return (struct cog_pool_user){
        .username = person->username,
        .sub = person->sub,
        .enabled = !person->disabled,
        .status = person->status,
        .attributes = attributes,
    };
}

static int
add(struct cog_roster *roster, struct person person)
{
    struct cog_json *json = attributes_of(&person);
    struct cog_pool_user user = user_of(&person, json);
    int error = cog_roster_add_user(roster, &user);

    cog_json_free(json);
    return error;
}

static int
join(struct cog_roster *roster, const char *sub, size_t group)
{
    const struct person person = {.username = "any", .sub = sub};
    struct cog_pool_user user = user_of(&person, NULL);

    return cog_roster_join(roster, &user, group);
}

#define ATTRIBUTE(name, value)                                                \
    "{\"Name\":\"" name "\",\"Value\":\"" value "\"}"
#define FINE COG_POOL_USER_CONFIRMED

static struct cog_pool_record record;
static char shown[COG_ROSTER_SHOWN];

/* The only user of a roster: why there is no record, or NULL. */
static const char *
alone(struct person person)
{
    struct cog_roster *roster = roster_for(10);
    const char *why;

    assert_int_equal(add(roster, person), 0);
    cog_roster_complete(roster);
    assert_int_equal(cog_roster_count(roster), 1);
    why = cog_roster_user(roster, 0, &record, shown);
    cog_roster_free(roster);
    return why;
}

/* ---- one user */

static void
a_user_becomes_a_record(void **state)
{
    (void) state;
    configure("key_attribute = custom:keys\n");
    assert_null(alone((struct person){
        "alice", "a-1",
        ATTRIBUTE("name", "Alice: A, \\u00e9") "," ATTRIBUTE(
            "custom:keys", "ssh-ed25519 AAAA a\\nssh-rsa BBBB b"),
        FINE, false}));
    assert_string_equal(record.name, "alice");
    assert_string_equal(shown, "alice");
    assert_int_equal(record.uid, cog_id_make(&sources.key, &settings,
                                             COG_ID_USER, "alice"));
    assert_true(record.sub_tag == cog_sub_tag(&sources.key, "a-1"));
    assert_false(record.disabled);
    /* P23 */
    assert_null(strpbrk(record.gecos, ":,"));
    assert_true(strncmp(record.gecos, "Alice", 5) == 0);
    assert_string_equal(record.keys, "ssh-ed25519 AAAA a\nssh-rsa BBBB b");
    assert_int_equal(record.groups.count, 0);
}

static void
p23_attributes_decide_nothing_that_was_not_declared(void **state)
{
    (void) state;
    configure("");
    assert_null(alone((struct person){
        "alice", "a-1",
        ATTRIBUTE("custom:uid", "0") "," ATTRIBUTE(
            "custom:keys",
            "ssh-rsa X") "," ATTRIBUTE("profile",
                                       "/bin/evil") "," ATTRIBUTE("name",
                                                                  "a\\nroot:x:"
                                                                  "0:0::/:/"
                                                                  "bin/sh"),
        FINE, false}));
    assert_int_equal(record.uid, cog_id_make(&sources.key, &settings,
                                             COG_ID_USER, "alice"));
    assert_string_equal(record.keys, "");
    assert_string_equal(record.gecos, "");
}

static void
who_could_not_sign_in_gets_no_account(void **state)
{
    static const struct {
        enum cog_pool_user_status status;
        bool enabled;
        const char *why; /* NULL: an account */
        bool disabled;
    } cases[] = {
        {COG_POOL_USER_CONFIRMED, true, NULL, false},
        {COG_POOL_USER_CONFIRMED, false, NULL, true},
        {COG_POOL_USER_FORCE_CHANGE_PASSWORD, true, NULL, false},
        {COG_POOL_USER_RESET_REQUIRED, true, NULL, false},
        {COG_POOL_USER_ARCHIVED, true, NULL, true},
        {COG_POOL_USER_COMPROMISED, true, NULL, true},
        {COG_POOL_USER_UNCONFIRMED, true, "is not confirmed", false},
        {COG_POOL_USER_UNCONFIRMED, false, "is not confirmed", false},
        {COG_POOL_USER_EXTERNAL_PROVIDER, true, "signs in at another provider",
         false},
        {COG_POOL_USER_UNKNOWN, true, "has an unknown status", false},
        {COG_POOL_USER_OTHER, true, "has an unknown status", false},
        {(enum cog_pool_user_status) 99, true, "has an unknown status", false},
    };

    (void) state;
    configure("");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *why = alone((struct person){
            "alice", "a-1", NULL, cases[i].status, !cases[i].enabled});

        if (cases[i].why == NULL) {
            assert_null(why);
            assert_int_equal(record.disabled, cases[i].disabled);
        } else {
            assert_string_equal(why, cases[i].why);
        }
    }
    assert_string_equal(
        alone((struct person){"alice", NULL, NULL, FINE, false}),
        "has no sub");
    assert_string_equal(
        alone((struct person){"alice", "a b", NULL, FINE, false}),
        "has no sub");
}

static void
p17_hostile_names_get_no_record_and_are_shown_harmless(void **state)
{
    (void) state;
    configure("");
    for (size_t i = 0; i < COUNT(hostile_names); i++) {
        assert_non_null(alone(
            (struct person){hostile_names[i], "a-1", NULL, FINE, false}));
        for (const char *c = shown; *c != '\0'; c++)
            assert_true(*c >= ' ' && *c <= '~');
    }
}

static void
p20_ids_of_an_attribute_are_in_the_range(void **state)
{
    static const struct {
        const char *attribute, *why;
    } cases[] = {
        {ATTRIBUTE("custom:uid", "1879048192"), NULL},
        {ATTRIBUTE("custom:uid", "0"),
         "has an id_attribute outside of the range of ids"},
        {ATTRIBUTE("custom:uid", "1000"),
         "has an id_attribute outside of the range of ids"},
        {ATTRIBUTE("custom:uid", "1879048191"),
         "has an id_attribute outside of the range of ids"},
        {ATTRIBUTE("custom:uid", "-1"), "has an id_attribute that is no id"},
        {ATTRIBUTE("custom:uid", "01879048192"),
         "has an id_attribute that is no id"},
        {ATTRIBUTE("custom:uid", "root"), "has an id_attribute that is no id"},
        {ATTRIBUTE("custom:uid", ""), "has an id_attribute that is no id"},
        {ATTRIBUTE("custom:other", "1879048192"), "has no id_attribute"},
    };

    (void) state;
    configure("id_attribute = custom:uid\n");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *why = alone(
            (struct person){"alice", "a-1", cases[i].attribute, FINE, false});

        if (cases[i].why == NULL)
            assert_null(why);
        else
            assert_string_equal(why, cases[i].why);
    }
    configure("");
}

static void
keys_that_are_no_text_are_none(void **state)
{
    (void) state;
    configure("key_attribute = custom:keys\n");
    assert_null(alone((struct person){
        "alice", "a-1", ATTRIBUTE("custom:keys", "ssh-rsa \\u0007"), FINE,
        false}));
    assert_string_equal(record.keys, "");
    configure("");
}

/* ---- many */

static void
members_of_several_groups_are_one_user(void **state)
{
    const struct person alice = {"alice", "a-1", NULL, FINE, false};
    const struct person later = {"alice", "a-1", NULL, FINE, true};
    struct cog_roster *roster;
    size_t staff, admins, guests, other;

    (void) state;
    configure("");
    roster = roster_for(10);
    assert_int_equal(cog_roster_add_group(roster, "Staff", &staff), 0);
    assert_int_equal(cog_roster_add_group(roster, "Admins", &admins), 0);
    assert_int_equal(cog_roster_add_group(roster, "Guests", &guests), 0);
    assert_int_equal(cog_roster_add_group(roster, "", &other), EINVAL);
    assert_int_equal(cog_roster_add_group(roster, "a\nb", &other), EINVAL);
    assert_string_equal(cog_roster_group(roster, 1), "Admins");
    assert_false(cog_roster_group_is_joined(roster, staff));
    assert_null(cog_roster_group(roster, 3));
    assert_int_equal(add(roster, alice), 0);
    assert_int_equal(join(roster, "a-1", staff), 0);
    /* Disabled while we list: the stricter word counts. */
    assert_int_equal(add(roster, later), 0);
    assert_int_equal(join(roster, "a-1", admins), 0);
    assert_int_equal(join(roster, "b-2", admins), ENOENT);
    assert_int_equal(join(roster, NULL, admins), ENOENT);
    assert_true(cog_roster_group_is_joined(roster, staff));
    assert_false(cog_roster_group_is_joined(roster, guests));
    assert_false(cog_roster_group_is_joined(roster, 3));
    cog_roster_complete(roster);
    assert_int_equal(cog_roster_count(roster), 1);
    assert_null(cog_roster_user(roster, 0, &record, shown));
    assert_true(record.disabled);
    assert_int_equal(record.groups.count, 2);
    assert_true(pool_groups_have(&record.groups, "Staff"));
    assert_true(pool_groups_have(&record.groups, "Admins"));
    cog_roster_free(roster);
}

static void
p16_two_users_of_one_login_name_are_both_refused(void **state)
{
    struct cog_roster *roster;

    (void) state;
    configure("case_insensitive = yes\n");
    roster = roster_for(10);
    assert_int_equal(
        add(roster, (struct person){"Alice", "a-1", NULL, FINE, false}), 0);
    assert_int_equal(
        add(roster, (struct person){"bob", "b-1", NULL, FINE, false}), 0);
    assert_int_equal(
        add(roster, (struct person){"alice", "a-2", NULL, FINE, false}), 0);
    assert_int_equal(
        add(roster, (struct person){"ALICE", "a-3", NULL, FINE, false}), 0);
    cog_roster_complete(roster);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(cog_roster_user(roster, i, &record, shown),
                            "is the login name of two users of the pool");
        assert_string_equal(shown, "alice");
    }
    assert_null(cog_roster_user(roster, 3, &record, shown));
    assert_string_equal(record.name, "bob");
    cog_roster_free(roster);
    configure("");
}

static void
p78_more_users_than_the_cap_end_it(void **state)
{
    struct cog_roster *roster;
    char name[16], sub[16];

    (void) state;
    configure("");
    roster = roster_for(100);
    for (int i = 0; i < 100; i++) {
        (void) snprintf(name, sizeof name, "u%d", i);
        (void) snprintf(sub, sizeof sub, "s-%d", i);
        assert_int_equal(
            add(roster, (struct person){name, sub, NULL, FINE, false}), 0);
    }
    assert_int_equal(
        add(roster, (struct person){"u7", "s-7", NULL, FINE, false}), 0);
    /* Refused ones count as well: they cost memory, too. */
    assert_int_equal(
        add(roster, (struct person){"NO", "s-100", NULL, FINE, false}), E2BIG);
    cog_roster_free(roster);
}

static void
many_users_come_out_sorted_with_their_groups(void **state)
{
    enum { USERS = 5000, GROUPS = 7 };
    struct cog_roster *roster;
    char name[16], sub[16], before[COG_NAME_MAX + 1] = "";
    size_t group[GROUPS];

    (void) state;
    configure("");
    roster = roster_for(USERS);
    for (int g = 0; g < GROUPS; g++) {
        (void) snprintf(name, sizeof name, "G%d", g);
        assert_int_equal(cog_roster_add_group(roster, name, &group[g]), 0);
    }
    for (unsigned i = 0; i < USERS; i++) {
        (void) snprintf(name, sizeof name, "u%u", i * 7919 % USERS);
        (void) snprintf(sub, sizeof sub, "s-%u", i * 7919 % USERS);
        assert_int_equal(
            add(roster, (struct person){name, sub, NULL, FINE, false}), 0);
        assert_int_equal(join(roster, sub, group[i * 7919 % USERS % GROUPS]),
                         0);
    }
    cog_roster_complete(roster);
    assert_int_equal(cog_roster_count(roster), USERS);
    for (size_t i = 0; i < USERS; i++) {
        assert_null(cog_roster_user(roster, i, &record, shown));
        assert_true(strcmp(before, record.name) < 0);
        (void) snprintf(before, sizeof before, "%s", record.name);
        (void) snprintf(name, sizeof name, "G%d",
                        atoi(record.name + 1) % GROUPS);
        assert_int_equal(record.groups.count, 1);
        assert_true(pool_groups_have(&record.groups, name));
    }
    cog_roster_free(roster);
}

/* ---- groups */

static void
p25_groups_get_their_prefix_and_are_never_bent(void **state)
{
    static const struct {
        const char *pool, *name; /* NULL: none */
    } cases[] = {
        {"Admins", "cognito-Admins"},
        {"sudo", "cognito-sudo"},
        {"root", "cognito-root"},
        {"0", "cognito-0"},
        {"Linux Users", NULL},
        {"..", NULL},
        {"caf\xc3\xa9", NULL},
        {"-x", NULL},
        {"a2345678901234567890123456789", NULL},
    };
    struct cog_group_choices choices = COG_GROUP_CHOICES_EMPTY;

    (void) state;
    choices.sources = &sources;
    choices.settings = &settings;
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t index = 99, again = 99;

        assert_int_equal(
            cog_group_choices_find(&choices, cases[i].pool, &index), 0);
        assert_int_equal(
            cog_group_choices_find(&choices, cases[i].pool, &again), 0);
        assert_int_equal(index, i);
        assert_int_equal(again, i);
        if (cases[i].name == NULL) {
            assert_non_null(choices.list[i].why);
            continue;
        }
        assert_null(choices.list[i].why);
        assert_string_equal(choices.list[i].group.name, cases[i].name);
        assert_int_equal(
            choices.list[i].group.gid,
            cog_id_make(&sources.key, &settings, COG_ID_GROUP, cases[i].name));
    }
    cog_group_choices_clear(&choices);
}

static void
p21_two_groups_never_share_an_id(void **state)
{
    enum { GROUPS = 600 };
    struct cog_settings small = settings;
    struct cog_group_choices choices = COG_GROUP_CHOICES_EMPTY;
    size_t usable = 0, index;
    char name[16];

    (void) state;
    small.id_range = 1000; /* so that ids do collide */
    choices.sources = &sources;
    choices.settings = &small;
    for (int i = 0; i < GROUPS; i++) {
        (void) snprintf(name, sizeof name, "G%d", i);
        assert_int_equal(cog_group_choices_find(&choices, name, &index), 0);
        usable += choices.list[index].why == NULL;
    }
    assert_true(usable > GROUPS / 2 && usable < GROUPS);
    for (uint32_t id = small.id_base; id < small.id_base + 1000; id++) {
        const struct cog_group *group =
            cog_group_choices_with_id(&choices, id);

        if (group != NULL) {
            assert_int_equal(group->gid, id);
            usable--;
        }
    }
    assert_int_equal(usable, 0);
    for (size_t i = 0; i < GROUPS; i++) {
        for (size_t j = 0; j < i; j++) {
            if (choices.list[i].why == NULL && choices.list[j].why == NULL)
                assert_true(choices.list[i].group.gid !=
                            choices.list[j].group.gid);
        }
    }
    cog_group_choices_clear(&choices);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_becomes_a_record),
        cmocka_unit_test(p23_attributes_decide_nothing_that_was_not_declared),
        cmocka_unit_test(who_could_not_sign_in_gets_no_account),
        cmocka_unit_test(
            p17_hostile_names_get_no_record_and_are_shown_harmless),
        cmocka_unit_test(p20_ids_of_an_attribute_are_in_the_range),
        cmocka_unit_test(keys_that_are_no_text_are_none),
        cmocka_unit_test(members_of_several_groups_are_one_user),
        cmocka_unit_test(p16_two_users_of_one_login_name_are_both_refused),
        cmocka_unit_test(p78_more_users_than_the_cap_end_it),
        cmocka_unit_test(many_users_come_out_sorted_with_their_groups),
        cmocka_unit_test(p25_groups_get_their_prefix_and_are_never_bent),
        cmocka_unit_test(p21_two_groups_never_share_an_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
