/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Provisional accounts: what a first login by ssh will make, told to sshd
 * before it happens, since sshd looks a name up before PAM runs. NSS makes
 * them for sshd only, the keeper makes the same one and refuses a login that
 * would end with another. libc only, no allocation.
 */
#ifndef COG_ACCOUNTS_PROVISIONAL_H
#define COG_ACCOUNTS_PROVISIONAL_H

#include <stdbool.h>

#include "accounts/account.h"
#include "accounts/places.h"

/*
 * Whether settings offer provisional accounts, and one to this name: it is
 * admitted by the rules of names and provisional_match is the name, or its
 * beginning and "*". Pure.
 */
bool cog_provisional_matches(const struct cog_settings *settings,
                             const char *name);

/*
 * The account of a name that the accounts files do not have: id by the keyed
 * function, home and shell from the settings, no gecos, bound to nobody.
 * id_key_path is the compiled path of the id key, which only root can read.
 * Returns 0; ENOENT: none for this name (it does not match, it is a local
 * user or group, or its id is taken, given or retired); else the error of
 * the file that could not be read (as cog_id_key_load, cache_read.h,
 * local_names.h): no answer. account is untouched unless 0.
 */
int cog_provisional_make(const struct cog_places *places,
                         const char *id_key_path,
                         const struct cog_settings *settings, const char *name,
                         struct cog_account *account);

#endif
