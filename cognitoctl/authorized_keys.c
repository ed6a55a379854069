/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl authorized-keys: for sshd's AuthorizedKeysCommand. Runs as an
 * ordinary user, at every login by key, for every name there is: what is not
 * ours gets no key and no error. Whether somebody may come in is the account
 * phase's to say, afterwards.
 */
#include "cognitoctl/command_line.h"

#include "accounts/cache_read.h"
#include "accounts/keys.h"
#include "accounts/whose.h"
#include "cognitoctl/ssh_key.h"
#include "cognitoctl/stores.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void
print_key(void *context, size_t line, enum cog_ssh_fault fault,
          const char *key)
{
    const char *name = context;

    if (key != NULL)
        (void) puts(key);
    else
        cog_note("%s: the key in line %zu %s", name, line,
                 cog_ssh_fault_text(fault));
}

/*
 * Whether the name is an account of ours, in no file of the host's own, and
 * not known to be disabled: 0, ENOENT, or what could not be read.
 */
static int
find_account(const char *name, struct cog_account *account)
{
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(COG_ACCOUNTS_DIR);
    /* Which local accounts are ours makes no difference here. */
    const struct cog_whose_question question = {.name = name,
                                                .local_group = "root"};
    struct cog_whose_ids ids;
    int error;

    switch (cog_whose_is(&question, &ids)) {
    case COG_WHOSE_ACCOUNT:
        break;
    case COG_WHOSE_UNREADABLE:
        return EIO;
    default:
        return ENOENT;
    }
    error = cog_cache_find_name(&reader, name, account);
    return error == 0 && account->disabled ? ENOENT : error;
}

static int
print_keys(const char *name)
{
    char text[COG_KEYS_TEXT_MAX], shown[COG_NAME_MAX + 1];
    struct cog_account account;
    size_t len = 0;
    int error = find_account(name, &account);

    if (error == 0) {
        const struct cog_keys_owner owner = {name, account.sub_tag};

        error =
            cog_keys_find(COG_ACCOUNTS_DIR, &owner, text, sizeof text, &len);
    }
    if (error == ENOENT || error == ENODATA)
        return COG_EXIT_OK;
    if (error != 0)
        return cog_store_fail(COG_ACCOUNTS_DIR, error);
    (void) snprintf(shown, sizeof shown, "%s", name);
    cog_ssh_keys_walk(text, len, print_key, shown);
    return COG_EXIT_OK;
}

int
cog_command_authorized_keys(const struct cog_common *common, int argc,
                            char **argv)
{
    static const struct argp argp = {
        .parser = cog_named_parse,
        .args_doc = "NAME",
        .doc = "Print the ssh keys of a user of the pool, for "
               "AuthorizedKeysCommand of sshd_config(5).",
    };
    struct cog_named named = {.common = *common};
    int code = cog_command_parse(&argp, argc, argv, &named);

    return code != COG_EXIT_OK ? code : print_keys(named.name);
}
