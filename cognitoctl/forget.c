/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl forget: lets a name be bound anew, after a pool user was
 * deleted and made again. The old id stays retired unless the administrator
 * says that it is the same person; another one goes into the map file. Tokens
 * that are kept are revoked (P92).
 */
#include "cognitoctl/command_line.h"

#include "accounts/cache_write.h"
#include "accounts/keys_write.h"
#include "accounts/logins.h"
#include "cognitoctl/end_tokens.h"
#include "cognitoctl/new_id.h"
#include "cognitoctl/stores.h"
#include "host/breakglass.h"
#include "host/verifiers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { KEY_SAME_PERSON = 's', KEY_NEW_ID = 'n' };

struct given {
    struct cog_named named;
    bool same_person, new_id;
};

/* What lets somebody in without the pool. */
static int
forget_offline(const char *name)
{
    int error = cog_verifier_remove(COG_VERIFIERS_DIR, name);

    if (error != 0 && error != ENOENT)
        return cog_store_fail(COG_VERIFIERS_DIR, error);
    error = cog_breakglass_remove(COG_BREAKGLASS_DIR, name);
    if (error != 0 && error != ENOENT)
        return cog_store_fail(COG_BREAKGLASS_DIR, error);
    return COG_EXIT_OK;
}

/*
 * The keys for ssh go first, then the account: without it nobody becomes
 * that name meanwhile.
 */
static int
forget(const struct given *given, const struct cog_cache_lock *lock)
{
    int keys, account, login, offline;

    keys = cog_keys_remove(COG_ACCOUNTS_DIR, lock, given->named.name);
    if (keys != 0 && keys != ENOENT && keys != ENODATA)
        return cog_store_fail(COG_ACCOUNTS_DIR "/" COG_KEYS_FILE, keys);
    account = cog_cache_remove_account(&cog_stores, lock, given->named.name,
                                       given->same_person);
    if (account != 0 && account != ENOENT && account != ENODATA)
        return cog_store_fail(COG_ACCOUNTS_DIR, account);
    login = cog_logins_forget(COG_LOGINS_DIR, lock, given->named.name,
                              given->same_person);
    if (login != 0 && login != ENOENT)
        return cog_store_fail(COG_LOGINS_DIR, login);
    offline = forget_offline(given->named.name);
    if (offline != COG_EXIT_OK)
        return offline;
    /* With a new id it may be the second try of one that was cut short. */
    if (account != 0 && login != 0 && !given->new_id)
        return cog_fail(COG_EXIT_NOT_FOUND, "nothing is known of that name");
    return COG_EXIT_OK;
}

/*
 * The new id first: if the map cannot be written nothing has changed, and if
 * we die before the rest, an account whose map says otherwise comes in
 * nowhere until this is done again.
 */
static int
give_and_forget(const struct given *given)
{
    cog_cleanup_cache_lock struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    uint32_t id = 0;
    int code = cog_stores_lock(&lock);

    if (code == COG_EXIT_OK && given->new_id)
        code = cog_new_id_give(given->named.common.config, given->named.name,
                               &id);
    if (code == COG_EXIT_OK)
        code = forget(given, &lock);
    if (code == COG_EXIT_OK && given->new_id)
        (void) printf("%s gets the id %" PRIu32 "\n", given->named.name, id);
    return code;
}

static error_t
parse(int key, char *arg, struct argp_state *state)
{
    struct given *given = state->input;

    switch (key) {
    case KEY_SAME_PERSON:
        given->same_person = true;
        return 0;
    case KEY_NEW_ID:
        given->new_id = true;
        return 0;
    case ARGP_KEY_END:
        if (given->same_person && given->new_id)
            argp_error(state, "the same person keeps the id: "
                              "--same-person or --new-id, not both");
        break;
    default:
        break;
    }
    return cog_named_parse(key, arg, state);
}

int
cog_command_forget(const struct cog_common *common, int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"same-person", KEY_SAME_PERSON, NULL, 0,
         "It is the same person: the name may have its id again", 1},
        {"new-id", KEY_NEW_ID, NULL, 0,
         "It is another person: write a new id into the file of id_map", 1},
        COG_OPTION_CONFIG,
        COG_OPTION_END,
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "NAME",
        .doc = "Forget which pool user a login name is bound to. Its id stays "
               "retired.",
    };
    struct given given = {.named.common = *common};
    int code = cog_command_parse_named(&argp, argc, argv, &given.named),
        tokens;

    if (code != COG_EXIT_OK)
        return code;
    code = give_and_forget(&given);
    if (code == COG_EXIT_OK)
        cog_stores_changed();
    if (code != COG_EXIT_OK && code != COG_EXIT_NOT_FOUND)
        return code;
    /* Without the stores' lock: it may have to wait for the pool. */
    tokens = cog_end_tokens(given.named.common.config, given.named.name);
    return code == COG_EXIT_OK ? tokens : code;
}
