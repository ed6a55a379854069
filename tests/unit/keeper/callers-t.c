/* SPDX-License-Identifier: Apache-2.0 */
/* keeper/callers: who may have which name tried with the secret. P96. */
#include "keeper/callers.h"

#include "tests/unit/accounts/support.h"

#include <stdio.h>
#include <string.h>

#define ALICE 1879048400
#define DORA  1879048500

static struct cog_config config;

static void
trust(const char *name)
{
    struct cog_config_list *list = &config.trusted_callers;

    (void) snprintf(list->text + list->len, sizeof list->text - list->len,
                    "%s", name);
    list->len += strlen(name) + 1;
    list->count++;
}

static int
make(void **state)
{
    int error = room_make(state);
    struct room *room = *state;

    memset(&config, 0, sizeof config);
    write_file(room->passwd,
               "root:x:0:0::/root:/bin/sh\n"
               "postgres:x:115:120::/:/bin/sh\n"
               "bob:x:1000:1000::/:/bin/sh\n"
               "bobtwo:x:1000:1000::/:/bin/sh\n"
               "carol:x:1001:1001::/:/bin/sh\n",
               0644);
    if (error == 0)
        error = put(room, "dora", DORA, 0);
    return error != 0 ? error : put(room, "alice", ALICE, 0);
}

static bool
may(void **state, uid_t uid, const char *user)
{
    const struct room *room = *state;

    return cog_callers_may_ask(&room->places, &config, uid, user);
}

static void
p96_a_caller_may_ask_for_its_own_name_only(void **state)
{
    assert_true(may(state, 1000, "bob"));
    assert_true(may(state, 1001, "carol"));
    assert_true(may(state, ALICE, "alice"));
    assert_false(may(state, 1000, "carol"));
    assert_false(may(state, 1000, "alice"));
    assert_false(may(state, ALICE, "bob"));
    assert_false(may(state, ALICE, "dora"));
    assert_false(may(state, ALICE, "nobody-here"));
    assert_false(may(state, ALICE + 1, "alice"));
    assert_false(may(state, 4711, "nobody-here"));
    assert_false(may(state, 1000, ""));
    assert_false(may(state, 115, "bob"));
}

static void
p96_of_two_names_with_a_uid_the_first_is_the_one(void **state)
{
    assert_false(may(state, 1000, "bobtwo"));
}

static void
p96_whoever_is_in_passwd_is_not_somebody_of_the_accounts_file(void **state)
{
    struct room *room = *state;

    write_file(room->passwd, "thief:x:1879048400:1::/:/bin/sh\n", 0644);
    assert_false(may(state, ALICE, "alice"));
    assert_true(may(state, ALICE, "thief"));
    /* The name became local, with another uid: the old one is nobody's. */
    write_file(room->passwd, "alice:x:1005:1::/:/bin/sh\n", 0644);
    assert_false(may(state, ALICE, "alice"));
    assert_true(may(state, 1005, "alice"));
}

static void
p96_trusted_callers_may_ask_for_any_name(void **state)
{
    trust("gone");
    trust("postgres");
    assert_true(may(state, 115, "bob"));
    assert_true(may(state, 115, "nobody-here"));
    assert_false(may(state, 1000, "carol"));
    assert_false(may(state, 120, "bob"));
    trust("carol");
    assert_true(may(state, 1001, "bob"));
}

static void
p96_a_trusted_name_is_one_of_passwd_and_no_other(void **state)
{
    trust("alice");
    assert_false(may(state, ALICE, "bob"));
}

static void
p96_what_cannot_be_read_is_a_no(void **state)
{
    struct room *room = *state;

    trust("postgres");
    write_file(room->passwd,
               "eve:x:+1000:1::/:/bin/sh\n"
               "bob:x:1000:1::/:/bin/sh\n",
               0644);
    assert_false(may(state, 1000, "bob"));
    write_file(room->passwd, "bob:x:1000:1::/:/bin/sh\n", 0666);
    assert_false(may(state, 1000, "bob"));
    assert_false(may(state, ALICE, "alice"));
    assert_false(may(state, 115, "bob"));
    room->places.local.passwd = "/nowhere/passwd";
    assert_false(may(state, 1000, "bob"));
    assert_false(may(state, ALICE, "alice"));
}

/* As long as a name of ours may be; and beside a local namesake. */
static void
p96_the_longest_name_is_known_and_a_namesake_is_not(void **state)
{
    static const char longest[] = "abcdefghijklmnopqrstuvwxyzabcdef";
    struct room *room = *state;

    write_file(room->passwd,
               "abcdefghijklmnopqrstuvwxyzabcdef:x:1000:1::/:/bin/sh\n"
               "ALICE:x:1001:1::/:/bin/sh\n",
               0644);
    assert_true(may(state, 1000, longest));
    assert_false(may(state, 1000, longest + 1));
    /* To sudo(8), the account's name is the local user's. */
    assert_false(may(state, ALICE, "alice"));
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(p96_a_caller_may_ask_for_its_own_name_only),
        IN_ROOM(p96_of_two_names_with_a_uid_the_first_is_the_one),
        IN_ROOM(p96_whoever_is_in_passwd_is_not_somebody_of_the_accounts_file),
        IN_ROOM(p96_trusted_callers_may_ask_for_any_name),
        IN_ROOM(p96_a_trusted_name_is_one_of_passwd_and_no_other),
        IN_ROOM(p96_what_cannot_be_read_is_a_no),
        IN_ROOM(p96_the_longest_name_is_known_and_a_namesake_is_not),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("keeper/callers", tests, NULL, NULL);
}
