/* SPDX-License-Identifier: Apache-2.0 */
/* Records of the login store; see the header. */
#include "accounts/login_record.h"

#include <errno.h>
#include <string.h>

#include "accounts/little_endian.h"
#include "base/text.h"

/* Offsets into the data of a login, after the head. */
enum {
    LOGIN_LAST = 0,
    LOGIN_UID = 8,
    LOGIN_FLAGS = 12, /* bit 0: has an id; bit 1: disabled */
    LOGIN_SUB_LEN = 13,
    LOGIN_GROUPS = 14,     /* how many */
    LOGIN_GROUPS_LEN = 16, /* bytes of all, NULs included */
    LOGIN_POOL_LEN = 18,
    LOGIN_TEXTS = 19 /* sub, pool and groups, each with its NUL */
};

/* Offsets into the data of an id's owner. */
enum { OWNER_KIND = 0, OWNER_FLAGS = 1, OWNER_NAME = 2 };

/* By so much two clocks may differ. */
#define CLOCKS_DIFFER_S 300

bool
cog_login_is_since(const struct cog_login_entry *login, int64_t since_s,
                   int64_t now_s)
{
    return login->last_login_s >= since_s &&
           login->last_login_s <= now_s + CLOCKS_DIFFER_S;
}

int
cog_pool_groups_add(struct cog_pool_groups *groups, const char *name,
                    size_t len)
{
    if (len == 0 || len > COG_POOL_GROUP_MAX ||
        cog_text_has_control(name, len))
        return EINVAL;
    for (const char *old = cog_pool_groups_next(groups, NULL); old != NULL;
         old = cog_pool_groups_next(groups, old)) {
        if (strlen(old) == len && memcmp(old, name, len) == 0)
            return 0;
    }
    if (groups->count >= COG_GROUPS_MAX ||
        len + 1 > sizeof groups->text - groups->used)
        return EMSGSIZE;
    memcpy(groups->text + groups->used, name, len);
    groups->text[groups->used + len] = '\0';
    groups->used += len + 1;
    groups->count++;
    return 0;
}

const char *
cog_pool_groups_next(const struct cog_pool_groups *groups,
                     const char *previous)
{
    const char *next =
        previous == NULL ? groups->text : previous + strlen(previous) + 1;

    return next < groups->text + groups->used ? next : NULL;
}

/* Whether the texts are as cog_pool_groups_add would have made them. */
static bool
are_groups(const char *text, size_t used, size_t count)
{
    size_t found = 0;

    if (count > COG_GROUPS_MAX ||
        used > sizeof((struct cog_pool_groups *) NULL)->text ||
        (used > 0 && text[used - 1] != '\0'))
        return false;
    for (size_t at = 0; at < used; found++) {
        size_t len = strlen(text + at);

        if (len == 0 || len > COG_POOL_GROUP_MAX ||
            cog_text_has_control(text + at, len))
            return false;
        at += len + 1;
    }
    return found == count;
}

int
cog_login_check(const struct cog_login_entry *login)
{
    if (cog_login_name_check(login->name,
                             strnlen(login->name, COG_NAME_MAX + 1)) !=
            COG_FAULT_NONE ||
        cog_sub_check(login->sub) != COG_FAULT_NONE ||
        cog_pool_id_check(login->pool_id) != COG_FAULT_NONE ||
        (login->has_id && cog_id_is_forbidden(login->uid)) ||
        !are_groups(login->groups.text, login->groups.used,
                    login->groups.count))
        return EINVAL;
    return 0;
}

/* With its NUL; returns where the next begins. */
static unsigned char *
put_text(unsigned char *to, const char *text, size_t len)
{
    memcpy(to, text, len);
    to[len] = '\0';
    return to + len + 1;
}

int
cog_login_pack(const struct cog_login_entry *login,
               struct cog_cache_data *data)
{
    size_t sub_len = strnlen(login->sub, COG_SUB_MAX);
    size_t pool_len = strnlen(login->pool_id, COG_POOL_ID_MAX);
    size_t len = LOGIN_TEXTS + sub_len + 1 + pool_len + 1 + login->groups.used;
    unsigned char *to = data->bytes + COG_HEAD_BYTES,
                  *texts = to + LOGIN_TEXTS;

    if (len > data->size - COG_HEAD_BYTES)
        return EMSGSIZE;
    cog_le64_put(to + LOGIN_LAST, (uint64_t) login->last_login_s);
    cog_le32_put(to + LOGIN_UID, login->has_id ? login->uid : 0);
    to[LOGIN_FLAGS] =
        (unsigned char) ((login->has_id ? 1 : 0) + (login->disabled ? 2 : 0));
    to[LOGIN_SUB_LEN] = (unsigned char) sub_len;
    cog_le16_put(to + LOGIN_GROUPS, (uint16_t) login->groups.count);
    cog_le16_put(to + LOGIN_GROUPS_LEN, (uint16_t) login->groups.used);
    to[LOGIN_POOL_LEN] = (unsigned char) pool_len;
    texts = put_text(texts, login->sub, sub_len);
    texts = put_text(texts, login->pool_id, pool_len);
    memcpy(texts, login->groups.text, login->groups.used);
    data->len = COG_HEAD_BYTES + len;
    return 0;
}

/* Sub and pool at the beginning of the texts, by their rules. */
static bool
are_ids(const char *sub, size_t sub_len, size_t pool_len)
{
    const char *pool = sub + sub_len + 1;

    return sub_len <= COG_SUB_MAX && pool_len <= COG_POOL_ID_MAX &&
           sub[sub_len] == '\0' && pool[pool_len] == '\0' &&
           cog_sub_check(sub) == COG_FAULT_NONE &&
           cog_pool_id_check(pool) == COG_FAULT_NONE;
}

int
cog_login_parse(const struct cog_cache_record *record,
                struct cog_login_entry *login)
{
    const unsigned char *from = record->data;
    size_t name_len = record->key_len - 1, sub_len, pool_len, used, count;
    const char *name = (const char *) record->key + 1, *sub, *pool, *groups;

    if (record->key[0] != 'L' || record->len < LOGIN_TEXTS + 2 ||
        cog_login_name_check(name, name_len) != COG_FAULT_NONE)
        return EBADMSG;
    sub_len = from[LOGIN_SUB_LEN];
    pool_len = from[LOGIN_POOL_LEN];
    used = cog_le16_get(from + LOGIN_GROUPS_LEN);
    count = cog_le16_get(from + LOGIN_GROUPS);
    sub = (const char *) from + LOGIN_TEXTS;
    pool = sub + sub_len + 1;
    groups = pool + pool_len + 1;
    if (from[LOGIN_FLAGS] > 3 ||
        record->len != LOGIN_TEXTS + sub_len + 1 + pool_len + 1 + used ||
        !are_ids(sub, sub_len, pool_len) || !are_groups(groups, used, count) ||
        ((from[LOGIN_FLAGS] & 1) != 0 &&
         cog_id_is_forbidden(cog_le32_get(from + LOGIN_UID))))
        return EBADMSG;
    memcpy(login->name, name, name_len);
    login->name[name_len] = '\0';
    memcpy(login->sub, sub, sub_len + 1);
    memcpy(login->pool_id, pool, pool_len + 1);
    login->has_id = (from[LOGIN_FLAGS] & 1) != 0;
    login->disabled = (from[LOGIN_FLAGS] & 2) != 0;
    login->uid = cog_le32_get(from + LOGIN_UID);
    login->last_login_s = (int64_t) cog_le64_get(from + LOGIN_LAST);
    login->groups.count = count;
    login->groups.used = used;
    memcpy(login->groups.text, groups, used);
    return 0;
}

int
cog_login_pack_owner(const struct cog_id_owner *owner,
                     struct cog_cache_data *data)
{
    size_t name_len = strnlen(owner->name, COG_NAME_MAX);
    unsigned char *to = data->bytes + COG_HEAD_BYTES;

    if (OWNER_NAME + name_len + 1 > data->size - COG_HEAD_BYTES)
        return EMSGSIZE;
    to[OWNER_KIND] = (unsigned char) owner->kind;
    to[OWNER_FLAGS] = owner->retired ? 1 : 0;
    memcpy(to + OWNER_NAME, owner->name, name_len);
    to[OWNER_NAME + name_len] = '\0';
    data->len = COG_HEAD_BYTES + OWNER_NAME + name_len + 1;
    return 0;
}

int
cog_login_parse_owner(const struct cog_cache_record *record, uint32_t *id,
                      struct cog_id_owner *owner)
{
    const unsigned char *from = record->data;
    const char *name = (const char *) from + OWNER_NAME;
    size_t name_len = record->len - OWNER_NAME - 1;

    if (record->key[0] != 'I' || record->key_len != 5 ||
        record->len < OWNER_NAME + 2 || from[OWNER_FLAGS] > 1 ||
        (from[OWNER_KIND] != COG_ID_USER &&
         from[OWNER_KIND] != COG_ID_GROUP) ||
        cog_group_name_check(name, name_len) != COG_FAULT_NONE ||
        name[name_len] != '\0')
        return EBADMSG;
    *id = cog_le32_get(record->key + 1);
    owner->kind = (enum cog_id_kind) from[OWNER_KIND];
    owner->retired = from[OWNER_FLAGS] == 1;
    memcpy(owner->name, name, name_len + 1);
    return 0;
}
