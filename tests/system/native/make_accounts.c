/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes accounts files with the product's own writer, as logins or a sync
 * would.
 *
 * make_accounts [OPTION...]     from standard input, lines of
 *     NAME UID GECOS [GROUP:GID]...      (GECOS: one word, - for none)
 *
 * --into ACCOUNTS PRIVATE   not the compiled directories
 * --login                   one by one into recent.cdb; else all at once
 *                           into base.cdb, as a sync writes
 * --remove                  takes the accounts of the lines away
 * --forge                   anew into recent.cdb, whatever the rules say
 * --enumerate               list users, groups and members
 * --map GID:LOCAL           a line of group_map; may be repeated
 * --provisional MATCH       answer sshd about names like these
 * --prefix PREFIX           of groups; default cognito-
 *
 * Ends 1 and says why when something was refused.
 */
#include "accounts/cache_bulk.h"
#include "accounts/cache_compose.h"
#include "accounts/cache_format.h"
#include "accounts/cache_write.h"
#include "accounts/places.h"
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(field, text) (void) snprintf(field, sizeof(field), "%s", text)

static struct cog_places places = COG_PLACES;
static struct cog_settings settings = {.pool_id = "eu-west-1_TestPool1",
                                       .id_base = COG_ID_BASE_DEFAULT,
                                       .id_range = COG_ID_RANGE_DEFAULT,
                                       .home = "/home/%u",
                                       .shell = "/bin/bash",
                                       .group_prefix = "cognito-"};
static const struct cog_id_key key = {"only for tests.."};
static enum { SYNC, LOGIN, REMOVE, FORGE } mode = SYNC;
static struct cog_account account;
static struct cog_groups groups;

static int
fail(const char *what, int error, const struct cog_write_refusal *refusal)
{
    (void) fprintf(stderr, "make_accounts: %s: %s", what, strerror(error));
    if (refusal != NULL && error == EINVAL)
        (void) fprintf(stderr, ": %s", cog_fault_text(refusal->fault));
    if (refusal != NULL && error == EEXIST)
        (void) fprintf(stderr, ": %u %s %s", refusal->conflict.id,
                       cog_id_place_text(refusal->conflict.place),
                       refusal->conflict.owner);
    (void) fputc('\n', stderr);
    return 1;
}

/* GID:LOCAL */
static void
add_map(const char *text)
{
    struct cog_mapped_group *mapped =
        &settings.group_map[settings.group_map_count++];
    char *colon = NULL;

    mapped->gid = (uint32_t) strtoul(text, &colon, 10);
    TEXT(mapped->local, colon + 1);
}

static int
parse_options(char **argv)
{
    for (argv++; *argv != NULL; argv++) {
        if (strcmp(*argv, "--login") == 0) {
            mode = LOGIN;
        } else if (strcmp(*argv, "--remove") == 0) {
            mode = REMOVE;
        } else if (strcmp(*argv, "--forge") == 0) {
            mode = FORGE;
        } else if (strcmp(*argv, "--enumerate") == 0) {
            settings.enumerate = true;
        } else if (argv[1] == NULL) {
            return 2;
        } else if (strcmp(*argv, "--map") == 0) {
            add_map(*++argv);
        } else if (strcmp(*argv, "--prefix") == 0) {
            TEXT(settings.group_prefix, *++argv);
        } else if (strcmp(*argv, "--provisional") == 0) {
            settings.provisional = true;
            TEXT(settings.provisional_match, *++argv);
        } else if (strcmp(*argv, "--into") == 0 && argv[2] != NULL) {
            places.accounts = *++argv;
            places.logins = *++argv;
        } else {
            return 2;
        }
    }
    return 0;
}

static void
parse_line(char *line)
{
    char *rest = line;
    const char *word = strsep(&rest, " \n");

    memset(&account, 0, sizeof account);
    groups.count = 0;
    TEXT(account.name, word);
    word = strsep(&rest, " \n");
    account.uid = word != NULL ? (uint32_t) strtoul(word, NULL, 10) : 0;
    account.gid = account.uid;
    word = strsep(&rest, " \n");
    if (word != NULL && strcmp(word, "-") != 0)
        TEXT(account.gecos, word);
    TEXT(account.shell, settings.shell);
    (void) cog_home_expand(settings.home, account.name, account.home);
    while ((word = strsep(&rest, " \n")) != NULL &&
           groups.count < COG_GROUPS_MAX) {
        struct cog_group *group = &groups.list[groups.count];
        const char *colon = strchr(word, ':');

        if (colon == NULL)
            continue;
        (void) snprintf(group->name, sizeof group->name, "%.*s",
                        (int) (colon - word), word);
        group->gid = (uint32_t) strtoul(colon + 1, NULL, 10);
        groups.count++;
    }
}

/* Accounts and their groups; a group that two have is written twice. */
static int
forge_all(void)
{
    cog_cleanup_cache_build struct cog_cache_build build =
        COG_CACHE_BUILD_EMPTY;
    char line[8192];
    int error =
        cog_cache_build_begin(places.accounts, COG_RECENT_FILE, &build);

    if (error == 0)
        error = cog_compose_settings(&build, &settings);
    while (error == 0 && fgets(line, sizeof line, stdin) != NULL) {
        parse_line(line);
        error = cog_compose_account(&build, &account, &groups);
        if (error == 0)
            error = cog_compose_group(&build, account.name, account.gid);
        for (size_t i = 0; error == 0 && i < groups.count; i++)
            error = cog_compose_group(&build, groups.list[i].name,
                                      groups.list[i].gid);
    }
    if (error == 0)
        error = cog_cache_build_finish(&build, COG_ACCOUNTS_MODE, 0);
    return error != 0 ? fail("forge", error, NULL) : 0;
}

static int
write_one(const struct cog_cache_lock *lock, struct cog_cache_bulk *bulk,
          struct cog_write_refusal *refusal)
{
    if (mode == REMOVE)
        return cog_cache_remove_account(&places, lock, account.name, true);
    if (mode == LOGIN)
        return cog_cache_put_account(&places, lock, &settings, &account,
                                     &groups, refusal);
    return cog_cache_bulk_add(bulk, &account, &groups, refusal);
}

static int
write_all(const struct cog_cache_lock *lock, struct cog_cache_bulk *bulk)
{
    char line[8192];

    while (fgets(line, sizeof line, stdin) != NULL) {
        struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
        int error;

        parse_line(line);
        error = write_one(lock, bulk, &refusal);
        if (error != 0)
            return fail(account.name, error, &refusal);
    }
    return 0;
}

int
main(int argc, char **argv)
{
    cog_cleanup_cache_lock struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    cog_cleanup_cache_bulk struct cog_cache_bulk *bulk = NULL;
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    int error;

    (void) argc;
    if (parse_options(argv) != 0)
        return 2;
    error = cog_cache_lock_take(places.logins, cog_clock_ms() + 60000, &lock);
    if (error != 0)
        return fail("lock", error, NULL);
    if (mode == FORGE)
        return forge_all();
    if (mode == LOGIN)
        error = cog_cache_put_settings(&places, &lock, &settings, &refusal);
    if (mode == SYNC)
        error = cog_cache_bulk_begin(&places, &lock, &settings, &key, &bulk,
                                     &refusal);
    if (error != 0)
        return fail("begin", error, &refusal);
    if (write_all(&lock, bulk) != 0)
        return 1;
    error = mode == SYNC ? cog_cache_bulk_finish(bulk, 0) : 0;
    return error != 0 ? fail("finish", error, NULL) : 0;
}
