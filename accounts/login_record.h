/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of the login store as structures and back; the counterpart of
 * cache_record.h, with the same results. Pure.
 */
#ifndef COG_ACCOUNTS_LOGIN_RECORD_H
#define COG_ACCOUNTS_LOGIN_RECORD_H

#include "accounts/cache_record.h"
#include "accounts/logins.h"

int cog_login_pack(const struct cog_login_entry *login,
                   struct cog_cache_data *data);
int cog_login_parse(const struct cog_cache_record *record,
                    struct cog_login_entry *login);

int cog_login_pack_owner(const struct cog_id_owner *owner,
                         struct cog_cache_data *data);
int cog_login_parse_owner(const struct cog_cache_record *record, uint32_t *id,
                          struct cog_id_owner *owner);

/*
 * Map the store, checked only by what is looked up; or, for a change, from
 * end to end. ENODATA: there is none.
 */
int cog_logins_file_open(const char *directory, struct cog_cache_file *file);
int cog_logins_file_open_checked(const char *directory,
                                 struct cog_cache_file *file);

/* What a mapped store has of a name or an id; as cog_logins_find. */
int cog_logins_file_find(const struct cog_cache_file *file, const char *name,
                         struct cog_login_entry *login);
int cog_logins_file_find_id(const struct cog_cache_file *file, uint32_t id,
                            struct cog_id_owner *owner);

/*
 * Whether somebody has signed in since a unix time, which a listing begun then
 * cannot know. Not by a time more than 300 s ahead of now_s: it was told by a
 * clock that was ahead, and would hold until then.
 */
bool cog_login_is_since(const struct cog_login_entry *login, int64_t since_s,
                        int64_t now_s);

/* Whether a login may be written: name, sub, id and groups by their rules. */
int cog_login_check(const struct cog_login_entry *login);

#endif
