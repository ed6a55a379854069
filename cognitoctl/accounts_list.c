/* SPDX-License-Identifier: Apache-2.0 */
/* cognitoctl accounts list. */
#include "cognitoctl/accounts.h"

#include "accounts/cache_levels.h"
#include "cognitoctl/commands.h"
#include "cognitoctl/login_table.h"
#include "cognitoctl/output.h"
#include "cognitoctl/stores.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The columns of a row; last_login is known to root only. */
static const struct cog_column for_root[] = {
    {"NAME", 20},    {"UID", 10},        {"FROM", 6},   {"BOUND", 5},
    {"DISABLED", 8}, {"LAST LOGIN", 20}, {"GROUPS", 0}, {NULL, 0}};
static const struct cog_column for_others[] = {
    {"NAME", 20},    {"UID", 10},   {"FROM", 6}, {"BOUND", 5},
    {"DISABLED", 8}, {"GROUPS", 0}, {NULL, 0}};

struct listing {
    struct cog_output output;
    struct cog_login_table logins; /* empty unless root asks */
    bool root;
    const char *from; /* which file is walked */
    struct cog_cache_levels levels;
};

static void
clear(struct listing *listing)
{
    cog_login_table_clear(&listing->logins);
    cog_cache_levels_close(&listing->levels);
}

static void
print_row(struct listing *listing, const struct cog_account *account,
          const struct cog_login_row *login)
{
    struct cog_output *output = &listing->output;

    cog_output_open_row(output);
    cog_output_text(output, "name", account->name);
    if (account->uid != 0)
        cog_output_number(output, "uid", account->uid);
    else
        cog_output_unknown(output, "uid");
    cog_output_text(output, "from", listing->from);
    cog_output_truth(output, "bound", login != NULL || account->sub_tag != 0);
    cog_output_truth(output, "disabled",
                     account->disabled || (login != NULL && login->disabled));
    if (listing->root)
        cog_output_time(output, "last_login",
                        login == NULL ? 0 : login->last_login_s);
}

static int
print_account(void *context, const struct cog_account *account,
              const struct cog_groups *groups)
{
    struct listing *listing = context;

    print_row(listing, account,
              cog_login_table_find(&listing->logins, account->name));
    cog_output_open_list(&listing->output, "groups");
    for (size_t i = 0; i < groups->count; i++)
        cog_output_text(&listing->output, NULL, groups->list[i].name);
    cog_output_close_list(&listing->output);
    cog_output_close_row(&listing->output);
    return ferror(listing->output.stream) != 0 ? EIO : 0;
}

/*
 * Logins without an account: local accounts that sign in with the pool, and
 * those whose account a sync took away.
 */
static int
print_login(struct listing *listing, const struct cog_login_row *login)
{
    struct cog_account account = {.uid = login->uid};
    struct cog_local_user user = {0, 0};
    int error = cog_cache_level_has(&listing->levels.recent, login->name);

    if (error == ENOENT)
        error = cog_cache_level_has(&listing->levels.base, login->name);
    if (error != ENOENT)
        return error;
    memcpy(account.name, login->name, sizeof account.name);
    listing->from = login->has_id ? "login" : "local";
    if (!login->has_id &&
        cog_local_user_find(&cog_stores.local, login->name, &user, NULL) == 0)
        account.uid = user.uid;
    print_row(listing, &account, login);
    cog_output_open_list(&listing->output, "groups");
    cog_output_close_list(&listing->output);
    cog_output_close_row(&listing->output);
    return 0;
}

/* Both files, then what only the login store has. */
static int
print_all(struct listing *listing)
{
    static const struct cog_cache_file nothing = COG_CACHE_FILE_EMPTY;
    int error;

    listing->from = "recent";
    error = cog_cache_level_walk(&listing->levels.recent, &nothing,
                                 print_account, listing);
    listing->from = "base";
    if (error == 0)
        error = cog_cache_level_walk(&listing->levels.base,
                                     &listing->levels.recent, print_account,
                                     listing);
    for (size_t i = 0; error == 0 && i < listing->logins.count; i++)
        error = print_login(listing, &listing->logins.rows[i]);
    return error;
}

static int
load(struct listing *listing)
{
    int error = cog_cache_levels_open(COG_ACCOUNTS_DIR, &listing->levels);

    if (error == 0 && !cog_cache_level_exists(&listing->levels.recent))
        error = ENODATA;
    if (error == 0)
        error = cog_cache_level_check(&listing->levels.base);
    if (error != 0)
        return cog_store_fail(COG_ACCOUNTS_DIR, error);
    if (!listing->root)
        return COG_EXIT_OK;
    error = cog_login_table_load(COG_LOGINS_DIR, &listing->logins);
    return error == 0 ? COG_EXIT_OK : cog_store_fail(COG_LOGINS_DIR, error);
}

int
cog_accounts_list(bool json)
{
    __attribute__((cleanup(clear))) struct listing listing = {
        .root = geteuid() == 0,
        .levels = COG_CACHE_LEVELS_EMPTY,
    };
    int code = load(&listing), error;

    if (code != COG_EXIT_OK)
        return code;
    cog_output_begin(&listing.output, stdout, json);
    cog_output_open_table(&listing.output, "accounts",
                          listing.root ? for_root : for_others);
    error = print_all(&listing);
    cog_output_close_table(&listing.output);
    code = cog_output_end(&listing.output);
    if (code == COG_EXIT_OK && error != 0)
        code = cog_store_fail(COG_ACCOUNTS_DIR, error);
    return code;
}
