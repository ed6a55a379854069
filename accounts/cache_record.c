/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in records; see the header. */
#include "accounts/cache_record.h"

#include <errno.h>
#include <string.h>

#include "accounts/little_endian.h"
#include "accounts/record_text.h"

/* Offsets into the data of an account, after the head. */
enum {
    ACCOUNT_UID = 0,
    ACCOUNT_GID = 4,
    ACCOUNT_SUB_TAG = 8,
    ACCOUNT_FLAGS = 16,  /* bit 0: disabled */
    ACCOUNT_LENGTHS = 17 /* of gecos, home, shell; then the texts */
};

/* Offsets into the data of an account's gids. */
enum { GIDS_PRIMARY = 0, GIDS_COUNT = 4, GIDS_LIST = 6 };

static const struct cog_record_text account_texts[] = {
    COG_RECORD_TEXT(struct cog_account, gecos),
    COG_RECORD_TEXT(struct cog_account, home),
    COG_RECORD_TEXT(struct cog_account, shell),
};

void
cog_cache_key_name(char kind, const char *name, struct cog_cache_key *key)
{
    cog_cache_key_text(kind, name, strnlen(name, COG_NAME_MAX), key);
}

static void
end_key(struct cog_cache_key *key, size_t len)
{
    key->len = len;
    key->hash = cog_cache_hash(key->bytes, len);
}

void
cog_cache_key_id(char kind, uint32_t id, struct cog_cache_key *key)
{
    key->bytes[0] = (unsigned char) kind;
    cog_le32_put(key->bytes + 1, id);
    end_key(key, 5);
}

void
cog_cache_key_members(uint32_t gid, uint32_t chunk, struct cog_cache_key *key)
{
    key->bytes[0] = 'm';
    cog_le32_put(key->bytes + 1, gid);
    cog_le32_put(key->bytes + 5, chunk);
    end_key(key, 9);
}

void
cog_cache_key_settings(struct cog_cache_key *key)
{
    key->bytes[0] = 'S';
    end_key(key, 1);
}

void
cog_cache_seal(unsigned char *record)
{
    size_t front = COG_CDB_PAIR + cog_le32_get(record);
    size_t len = cog_le32_get(record + 4);
    unsigned char *data = record + front;

    data[COG_HEAD_VERSION] = COG_FORMAT_VERSION;
    data[COG_HEAD_KIND] = record[COG_CDB_PAIR];
    cog_le64_put(data + COG_HEAD_SUM,
                 cog_cache_sum(record, front, data + COG_HEAD_VERSION,
                               len - COG_HEAD_VERSION));
}

int
cog_cache_pack_account(const struct cog_account *account,
                       struct cog_cache_data *data)
{
    unsigned char *fixed = cog_record_begin(
        data, ACCOUNT_LENGTHS + COG_RECORD_TEXTS(account_texts));

    if (fixed == NULL)
        return EMSGSIZE;
    cog_le32_put(fixed + ACCOUNT_UID, account->uid);
    cog_le32_put(fixed + ACCOUNT_GID, account->gid);
    cog_le64_put(fixed + ACCOUNT_SUB_TAG, account->sub_tag);
    fixed[ACCOUNT_FLAGS] = account->disabled ? 1 : 0;
    return cog_record_pack_texts(account, account_texts,
                                 COG_RECORD_TEXTS(account_texts),
                                 fixed + ACCOUNT_LENGTHS, data);
}

/* A record's name, which is the rest of its key. */
static size_t
name_len(const struct cog_cache_record *record)
{
    return record->key_len - 1;
}

static const char *
name_of(const struct cog_cache_record *record)
{
    return (const char *) record->key + 1;
}

int
cog_cache_parse_uid(const struct cog_cache_record *record, uint32_t *uid)
{
    if (record->key[0] != 'N' || record->len < ACCOUNT_LENGTHS)
        return EBADMSG;
    *uid = cog_le32_get(record->data + ACCOUNT_UID);
    return 0;
}

/*
 * The three texts by hand, not by the table: half of what a look-up costs is
 * spent from here on.
 */
static bool
view_texts(const unsigned char *lengths, size_t len,
           struct cog_account_view *view)
{
    const size_t gecos = lengths[0], home = lengths[1], shell = lengths[2];
    const unsigned char *texts = lengths + COG_RECORD_TEXTS(account_texts);

    _Static_assert(COG_RECORD_TEXTS(account_texts) == 3, "gecos, home, shell");
    _Static_assert(COG_HOME_MAX == UINT8_MAX, "any home_len is fine");
    if (len != 3 + gecos + 1 + home + 1 + shell + 1 || gecos > COG_GECOS_MAX ||
        shell > COG_SHELL_MAX)
        return false;
    view->gecos = (const char *) texts;
    view->home = view->gecos + gecos + 1;
    view->shell = view->home + home + 1;
    view->texts_len = len - 3;
    return (texts[gecos] | texts[gecos + 1 + home] |
            texts[gecos + 1 + home + 1 + shell]) == 0;
}

int
cog_cache_view_account(const struct cog_cache_record *record,
                       struct cog_account_view *view)
{
    const unsigned char *fixed = record->data;
    uint32_t uid;

    if (record->key[0] != 'N' ||
        record->len < ACCOUNT_LENGTHS + COG_RECORD_TEXTS(account_texts))
        return EBADMSG;
    uid = cog_le32_get(fixed + ACCOUNT_UID);
    if (cog_id_is_forbidden(uid) || cog_le32_get(fixed + ACCOUNT_GID) != uid ||
        fixed[ACCOUNT_FLAGS] > 1 ||
        !view_texts(fixed + ACCOUNT_LENGTHS, record->len - ACCOUNT_LENGTHS,
                    view))
        return EBADMSG;
    view->uid = uid;
    view->sub_tag = cog_le64_get(fixed + ACCOUNT_SUB_TAG);
    view->name = name_of(record);
    view->name_len = name_len(record);
    return 0;
}

int
cog_cache_parse_account(const struct cog_cache_record *record,
                        struct cog_account *account)
{
    const unsigned char *fixed = record->data;
    struct cog_account_view view;
    int error = cog_cache_view_account(record, &view);

    if (error != 0 ||
        cog_login_name_check(view.name, view.name_len) != COG_FAULT_NONE)
        return EBADMSG;
    memcpy(account->name, view.name, view.name_len);
    account->name[view.name_len] = '\0';
    account->uid = view.uid;
    account->gid = view.uid;
    account->sub_tag = view.sub_tag;
    account->disabled = fixed[ACCOUNT_FLAGS] == 1;
    cog_record_parse_texts(account_texts, COG_RECORD_TEXTS(account_texts),
                           fixed + ACCOUNT_LENGTHS, account);
    return 0;
}

int
cog_cache_pack_gids(const struct cog_gids *gids, struct cog_cache_data *data)
{
    unsigned char *fixed;

    if (gids->count > COG_GROUPS_MAX)
        return EMSGSIZE;
    fixed = cog_record_begin(data, GIDS_LIST + 4 * gids->count);
    if (fixed == NULL)
        return EMSGSIZE;
    cog_le32_put(fixed + GIDS_PRIMARY, gids->primary);
    cog_le16_put(fixed + GIDS_COUNT, (uint16_t) gids->count);
    for (size_t i = 0; i < gids->count; i++)
        cog_le32_put(fixed + GIDS_LIST + 4 * i, gids->list[i]);
    return 0;
}

int
cog_cache_parse_gids(const struct cog_cache_record *record,
                     struct cog_gids *gids)
{
    const unsigned char *fixed = record->data;
    size_t count;

    if (record->key[0] != 'i' || record->len < GIDS_LIST)
        return EBADMSG;
    count = cog_le16_get(fixed + GIDS_COUNT);
    if (count > COG_GROUPS_MAX || record->len != GIDS_LIST + 4 * count ||
        cog_id_is_forbidden(cog_le32_get(fixed + GIDS_PRIMARY)))
        return EBADMSG;
    for (size_t i = 0; i < count; i++) {
        if (cog_id_is_forbidden(cog_le32_get(fixed + GIDS_LIST + 4 * i)))
            return EBADMSG;
    }
    gids->primary = cog_le32_get(fixed + GIDS_PRIMARY);
    gids->count = count;
    for (size_t i = 0; i < count; i++)
        gids->list[i] = cog_le32_get(fixed + GIDS_LIST + 4 * i);
    return 0;
}

int
cog_cache_pack_number(uint32_t number, struct cog_cache_data *data)
{
    unsigned char *fixed = cog_record_begin(data, 4);

    if (fixed == NULL)
        return EMSGSIZE;
    cog_le32_put(fixed, number);
    return 0;
}

int
cog_cache_parse_number(const struct cog_cache_record *record, uint32_t *number)
{
    if (record->len != 4)
        return EBADMSG;
    *number = cog_le32_get(record->data);
    return 0;
}

int
cog_cache_parse_group(const struct cog_cache_record *record,
                      struct cog_group *group)
{
    uint32_t gid = 0;
    int error = cog_cache_parse_number(record, &gid);

    if (error != 0)
        return error;
    if (record->key[0] != 'G' || cog_id_is_forbidden(gid) ||
        cog_group_name_check(name_of(record), name_len(record)) !=
            COG_FAULT_NONE)
        return EBADMSG;
    group->gid = gid;
    memcpy(group->name, name_of(record), name_len(record));
    group->name[name_len(record)] = '\0';
    return 0;
}
