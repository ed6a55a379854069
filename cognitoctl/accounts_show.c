/* SPDX-License-Identifier: Apache-2.0 */
/* cognitoctl accounts show NAME: all that this host knows of one name. */
#include "cognitoctl/accounts.h"

#include "accounts/cache_levels.h"
#include "accounts/keys.h"
#include "accounts/logins.h"
#include "cognitoctl/commands.h"
#include "cognitoctl/output.h"
#include "cognitoctl/ssh_key.h"
#include "cognitoctl/stores.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What was found; the flags say of which parts. */
struct subject {
    const char *name;
    const char *from; /* the accounts file; NULL: in none */
    struct cog_account account;
    struct cog_groups groups;
    bool is_local; /* in /etc/passwd */
    bool is_near;  /* there in another case of its letters */
    struct cog_local_user local;
    bool root; /* whether the login store could be asked */
    bool has_login;
    struct cog_login_entry login;
};

static int
find_in(const struct cog_cache_file *level, const char *from,
        struct subject *subject)
{
    int error =
        cog_cache_level_account(level, subject->name, &subject->account);

    if (error == 0)
        error = cog_cache_level_groups(level, subject->name, &subject->groups);
    if (error == 0)
        subject->from = from;
    return error;
}

static int
find_account(struct subject *subject)
{
    cog_cleanup_cache_levels struct cog_cache_levels levels =
        COG_CACHE_LEVELS_EMPTY;
    int error = cog_cache_levels_open(COG_ACCOUNTS_DIR, &levels);

    if (error == 0)
        error = find_in(&levels.recent, "recent", subject);
    if (error == ENOENT)
        error = find_in(&levels.base, "base", subject);
    return error == ENOENT ? 0 : error;
}

/* All sources; says what could not be read. */
static int
find(struct subject *subject)
{
    int error = find_account(subject);

    if (error != 0)
        return cog_store_fail(COG_ACCOUNTS_DIR, error);
    error = cog_local_user_find(&cog_stores.local, subject->name,
                                &subject->local, NULL);
    if (error != 0 && error != ENOENT && error != EEXIST)
        return cog_store_fail(cog_stores.local.passwd, error);
    subject->is_local = error == 0;
    subject->is_near = error == EEXIST;
    if (!subject->root)
        return COG_EXIT_OK;
    error = cog_logins_find(COG_LOGINS_DIR, subject->name, &subject->login);
    if (error != 0 && error != ENOENT && error != ENODATA)
        return cog_store_fail(COG_LOGINS_DIR, error);
    subject->has_login = error == 0;
    return COG_EXIT_OK;
}

static void
print_account(struct cog_output *output, const struct subject *subject)
{
    const struct cog_account *account = &subject->account;

    cog_output_number(output, "uid", account->uid);
    cog_output_number(output, "gid", account->gid);
    cog_output_text(output, "gecos", account->gecos);
    cog_output_text(output, "home", account->home);
    cog_output_text(output, "shell", account->shell);
}

static void
print_groups(struct cog_output *output, const struct subject *subject)
{
    static const struct cog_column columns[] = {
        {"GROUP", 32}, {"GID", 0}, {NULL, 0}};

    if (!output->json && subject->groups.count == 0)
        return;
    cog_output_open_table(output, "groups", columns);
    for (size_t i = 0; i < subject->groups.count; i++) {
        cog_output_open_row(output);
        cog_output_text(output, "name", subject->groups.list[i].name);
        cog_output_number(output, "gid", subject->groups.list[i].gid);
        cog_output_close_row(output);
    }
    cog_output_close_table(output);
}

static void
print_login(struct cog_output *output, const struct subject *subject)
{
    const struct cog_login_entry *login = &subject->login;
    const char *group = NULL;

    if (!subject->root)
        return;
    cog_output_time(output, "last_login",
                    subject->has_login ? login->last_login_s : 0);
    cog_output_text(output, "pool_id",
                    subject->has_login ? login->pool_id : "");
    cog_output_text(output, "sub", subject->has_login ? login->sub : "");
    cog_output_open_list(output, "pool_groups");
    while (subject->has_login &&
           (group = cog_pool_groups_next(&login->groups, group)) != NULL)
        cog_output_text(output, NULL, group);
    cog_output_close_list(output);
}

/* The keys for ssh that sync brought. */
struct keys {
    char text[COG_KEYS_TEXT_MAX];
    size_t len;
    size_t taken, refused; /* by authorized-keys */
    struct cog_output *output;
};

static void
count_key(void *context, size_t line, enum cog_ssh_fault fault,
          const char *key)
{
    struct keys *keys = context;

    (void) line;
    (void) fault;
    if (key != NULL)
        keys->taken++;
    else
        keys->refused++;
}

static void
print_refused_key(void *context, size_t line, enum cog_ssh_fault fault,
                  const char *key)
{
    const struct keys *keys = context;
    char why[128];

    if (key != NULL)
        return;
    (void) snprintf(why, sizeof why, "line %zu %s", line,
                    cog_ssh_fault_text(fault));
    cog_output_text(keys->output, NULL, why);
}

static void
print_keys(struct cog_output *output, const struct cog_account *account)
{
    const struct cog_keys_owner owner = {account->name, account->sub_tag};
    struct keys keys = {.output = output};

    if (cog_keys_find(COG_ACCOUNTS_DIR, &owner, keys.text, sizeof keys.text,
                      &keys.len) == 0)
        cog_ssh_keys_walk(keys.text, keys.len, count_key, &keys);
    cog_output_truth(output, "ssh_keys", keys.taken > 0);
    if (!output->json && keys.refused == 0)
        return;
    cog_output_open_list(output, "refused_keys");
    cog_ssh_keys_walk(keys.text, keys.len, print_refused_key, &keys);
    cog_output_close_list(output);
}

static void
print_subject(struct cog_output *output, const struct subject *subject)
{
    bool has_login = subject->has_login;

    cog_output_text(output, "name", subject->name);
    cog_output_text(output, "from",
                    subject->from != NULL ? subject->from
                    : subject->is_local   ? "local"
                                          : "login");
    cog_output_truth(output, "local", subject->is_local);
    if (subject->from != NULL)
        print_account(output, subject);
    else if (subject->is_local)
        cog_output_number(output, "uid", subject->local.uid);
    else
        cog_output_number(output, "uid", subject->login.uid);
    cog_output_truth(output, "bound",
                     has_login || subject->account.sub_tag != 0);
    cog_output_truth(output, "disabled",
                     subject->account.disabled ||
                         (has_login && subject->login.disabled));
    print_keys(output, &subject->account);
    print_login(output, subject);
    print_groups(output, subject);
}

int
cog_accounts_show(const char *name, bool json)
{
    struct subject subject = {.name = name, .root = geteuid() == 0};
    struct cog_output output;
    int code = find(&subject);

    if (code != COG_EXIT_OK)
        return code;
    if (subject.from == NULL && !subject.has_login)
        return cog_fail(COG_EXIT_NOT_FOUND, "nothing is known of that name");
    if (subject.is_local && subject.from != NULL)
        cog_note("%s is in /etc/passwd too, and that is who it is here; the "
                 "account shown is not used",
                 name);
    if (subject.is_near && subject.from != NULL)
        cog_note("/etc/passwd has %s in another case of its letters; the "
                 "account shown is not used",
                 name);
    cog_output_begin(&output, stdout, json);
    print_subject(&output, &subject);
    return cog_output_end(&output);
}
