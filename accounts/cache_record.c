/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in records; see the header. */
#include "accounts/cache_record.h"

#include <errno.h>
#include <string.h>

#include "accounts/little_endian.h"

/* Offsets into the data of an account, after the head. */
enum {
    ACCOUNT_UID = 0,
    ACCOUNT_GID = 4,
    ACCOUNT_SUB_TAG = 8,
    ACCOUNT_FLAGS = 16,  /* bit 0: disabled */
    ACCOUNT_LENGTHS = 17 /* of gecos, home, shell; then the texts */
};

/* Offsets into the data of the settings. */
enum {
    SETTINGS_BASE = 0,
    SETTINGS_RANGE = 4,
    SETTINGS_FLAGS = 8,    /* of settings_flags */
    SETTINGS_MAPPED = 9,   /* entries of group_map */
    SETTINGS_LENGTHS = 10, /* of pool id, home, shell, prefix, match; */
                           /* then the texts, then group_map */
};

enum settings_flags { FLAG_PROVISIONAL = 1, FLAG_ENUMERATE = 2 };

/* Offsets into an entry of group_map; a NUL follows the name. */
enum { MAPPED_GID = 0, MAPPED_LEN = 4, MAPPED_NAME = 5 };

/* Offsets into the data of an account's gids. */
enum { GIDS_PRIMARY = 0, GIDS_COUNT = 4, GIDS_LIST = 6 };

/* Offsets into the data of members; the names follow. */
enum { MEMBERS_LISTING = 0, MEMBERS_CHUNKS = 8, MEMBERS_NAMES = 12 };

/* Offsets into the data of a tombstone; a NUL follows the name. */
enum {
    TOMBSTONE_SUB_TAG = 0,
    TOMBSTONE_KIND = 8,
    TOMBSTONE_FLAGS = 9, /* bit 0: retired */
    TOMBSTONE_NAME = 10
};

/*
 * Texts of a record: their lengths, one byte each, then the texts with a NUL
 * after each.
 */
struct text {
    size_t offset; /* of the array in the structure */
    size_t max;    /* longest text */
};

#define TEXT(type, field)                                                     \
    {                                                                         \
        offsetof(type, field), sizeof((type *) NULL)->field - 1               \
    }
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct text account_texts[] = {
    TEXT(struct cog_account, gecos),
    TEXT(struct cog_account, home),
    TEXT(struct cog_account, shell),
};

static const struct text settings_texts[] = {
    TEXT(struct cog_settings, pool_id),
    TEXT(struct cog_settings, home),
    TEXT(struct cog_settings, shell),
    TEXT(struct cog_settings, group_prefix),
    TEXT(struct cog_settings, provisional_match),
};

/* Copied and hashed in one go: a look-up begins with it. */
void
cog_cache_key_text(char kind, const char *name, size_t len,
                   struct cog_cache_key *key)
{
    uint32_t hash = cog_cache_hash_add(COG_CDB_HASH, (unsigned char) kind);

    key->bytes[0] = (unsigned char) kind;
    for (size_t i = 0; i < len; i++) {
        key->bytes[i + 1] = (unsigned char) name[i];
        hash = cog_cache_hash_add(hash, (unsigned char) name[i]);
    }
    key->len = len + 1;
    key->hash = hash;
}

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
cog_cache_seal(const struct cog_cache_key *key, struct cog_cache_data *data)
{
    unsigned char front[COG_CDB_PAIR + COG_KEY_MAX];

    data->bytes[COG_HEAD_VERSION] = COG_FORMAT_VERSION;
    data->bytes[COG_HEAD_KIND] = key->bytes[0];
    cog_le32_put(front, (uint32_t) key->len);
    cog_le32_put(front + 4, (uint32_t) data->len);
    memcpy(front + COG_CDB_PAIR, key->bytes, key->len);
    cog_le64_put(data->bytes + COG_HEAD_SUM,
                 cog_cache_sum(front, COG_CDB_PAIR + key->len,
                               data->bytes + COG_HEAD_VERSION,
                               data->len - COG_HEAD_VERSION));
}

/* Begin data with room for a head and fixed bytes; where these are. */
static unsigned char *
begin(struct cog_cache_data *data, size_t fixed)
{
    if (data->size < COG_HEAD_BYTES + fixed)
        return NULL;
    data->len = COG_HEAD_BYTES + fixed;
    return data->bytes + COG_HEAD_BYTES;
}

static int
pack_texts(const void *from, const struct text *texts, size_t count,
           unsigned char *lengths, struct cog_cache_data *data)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = (const char *) from + texts[i].offset;
        size_t len = strnlen(text, texts[i].max + 1);

        if (len > texts[i].max || len + 1 > data->size - data->len)
            return EMSGSIZE;
        lengths[i] = (unsigned char) len;
        memcpy(data->bytes + data->len, text, len + 1);
        data->len += len + 1;
    }
    return 0;
}

/*
 * The opposite, in two passes, so that nothing is written before all is
 * checked. bytes are at the lengths; *end is behind the texts.
 */
static int
check_texts(const struct text *texts, size_t count, const unsigned char *bytes,
            size_t len, size_t *end)
{
    size_t at = count;

    if (len < count)
        return EBADMSG;
    for (size_t i = 0; i < count; i++) {
        size_t text_len = bytes[i];

        if (text_len > texts[i].max || text_len + 1 > len - at ||
            bytes[at + text_len] != '\0')
            return EBADMSG;
        at += text_len + 1;
    }
    *end = at;
    return 0;
}

static void
parse_texts(const struct text *texts, size_t count, const unsigned char *bytes,
            void *to)
{
    size_t at = count;

    for (size_t i = 0; i < count; i++) {
        memcpy((char *) to + texts[i].offset, bytes + at, bytes[i] + 1U);
        at += bytes[i] + 1U;
    }
}

int
cog_cache_pack_account(const struct cog_account *account,
                       struct cog_cache_data *data)
{
    unsigned char *fixed = begin(data, ACCOUNT_LENGTHS + COUNT(account_texts));

    if (fixed == NULL)
        return EMSGSIZE;
    cog_le32_put(fixed + ACCOUNT_UID, account->uid);
    cog_le32_put(fixed + ACCOUNT_GID, account->gid);
    cog_le64_put(fixed + ACCOUNT_SUB_TAG, account->sub_tag);
    fixed[ACCOUNT_FLAGS] = account->disabled ? 1 : 0;
    return pack_texts(account, account_texts, COUNT(account_texts),
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
    const unsigned char *texts = lengths + COUNT(account_texts);

    _Static_assert(COUNT(account_texts) == 3, "gecos, home, shell");
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
        record->len < ACCOUNT_LENGTHS + COUNT(account_texts))
        return EBADMSG;
    uid = cog_le32_get(fixed + ACCOUNT_UID);
    if (cog_id_is_forbidden(uid) || cog_le32_get(fixed + ACCOUNT_GID) != uid ||
        fixed[ACCOUNT_FLAGS] > 1 ||
        !view_texts(fixed + ACCOUNT_LENGTHS, record->len - ACCOUNT_LENGTHS,
                    view))
        return EBADMSG;
    view->uid = uid;
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
    account->sub_tag = cog_le64_get(fixed + ACCOUNT_SUB_TAG);
    account->disabled = fixed[ACCOUNT_FLAGS] == 1;
    parse_texts(account_texts, COUNT(account_texts), fixed + ACCOUNT_LENGTHS,
                account);
    return 0;
}

int
cog_cache_pack_gids(uint32_t primary, const struct cog_groups *groups,
                    struct cog_cache_data *data)
{
    unsigned char *fixed;

    if (groups->count > COG_GROUPS_MAX)
        return EMSGSIZE;
    fixed = begin(data, GIDS_LIST + 4 * groups->count);
    if (fixed == NULL)
        return EMSGSIZE;
    cog_le32_put(fixed + GIDS_PRIMARY, primary);
    cog_le16_put(fixed + GIDS_COUNT, (uint16_t) groups->count);
    for (size_t i = 0; i < groups->count; i++)
        cog_le32_put(fixed + GIDS_LIST + 4 * i, groups->list[i].gid);
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

static int
pack_group_map(const struct cog_settings *settings,
               struct cog_cache_data *data)
{
    for (size_t i = 0; i < settings->group_map_count; i++) {
        const struct cog_mapped_group *entry = &settings->group_map[i];
        size_t len = strnlen(entry->local, COG_NAME_MAX + 1);
        unsigned char *to = data->bytes + data->len;

        if (len > COG_NAME_MAX ||
            MAPPED_NAME + len + 1 > data->size - data->len)
            return EMSGSIZE;
        cog_le32_put(to + MAPPED_GID, entry->gid);
        to[MAPPED_LEN] = (unsigned char) len;
        memcpy(to + MAPPED_NAME, entry->local, len + 1);
        data->len += MAPPED_NAME + len + 1;
    }
    return 0;
}

/* bytes end with the record; the entries must fill them. */
static int
parse_group_map(const unsigned char *bytes, size_t len, size_t count,
                struct cog_settings *settings)
{
    size_t at = 0;

    if (count > COG_GROUP_MAP_MAX)
        return EBADMSG;
    for (size_t i = 0; i < count; i++) {
        struct cog_mapped_group *entry = &settings->group_map[i];
        size_t name_len;

        if (len - at < MAPPED_NAME + 1)
            return EBADMSG;
        name_len = bytes[at + MAPPED_LEN];
        if (name_len > COG_NAME_MAX || len - at < MAPPED_NAME + name_len + 1 ||
            bytes[at + MAPPED_NAME + name_len] != '\0')
            return EBADMSG;
        entry->gid = cog_le32_get(bytes + at + MAPPED_GID);
        memcpy(entry->local, bytes + at + MAPPED_NAME, name_len + 1);
        at += MAPPED_NAME + name_len + 1;
    }
    settings->group_map_count = count;
    return at == len ? 0 : EBADMSG;
}

int
cog_cache_pack_settings(const struct cog_settings *settings,
                        struct cog_cache_data *data)
{
    unsigned char *fixed =
        begin(data, SETTINGS_LENGTHS + COUNT(settings_texts));
    int error;

    if (fixed == NULL || settings->group_map_count > COG_GROUP_MAP_MAX)
        return EMSGSIZE;
    cog_le32_put(fixed + SETTINGS_BASE, settings->id_base);
    cog_le32_put(fixed + SETTINGS_RANGE, settings->id_range);
    fixed[SETTINGS_FLAGS] =
        (unsigned char) ((settings->provisional ? FLAG_PROVISIONAL : 0) |
                         (settings->enumerate ? FLAG_ENUMERATE : 0));
    fixed[SETTINGS_MAPPED] = (unsigned char) settings->group_map_count;
    error = pack_texts(settings, settings_texts, COUNT(settings_texts),
                       fixed + SETTINGS_LENGTHS, data);
    return error != 0 ? error : pack_group_map(settings, data);
}

int
cog_cache_parse_settings(const struct cog_cache_record *record,
                         struct cog_settings *settings)
{
    const unsigned char *fixed = record->data;
    const unsigned char *texts = fixed + SETTINGS_LENGTHS;
    size_t len = record->len - SETTINGS_LENGTHS, end = 0;
    struct cog_settings parsed;
    int error;

    if (record->key[0] != 'S' || record->len < SETTINGS_LENGTHS ||
        fixed[SETTINGS_FLAGS] > (FLAG_PROVISIONAL | FLAG_ENUMERATE))
        return EBADMSG;
    memset(&parsed, 0, sizeof parsed);
    error =
        check_texts(settings_texts, COUNT(settings_texts), texts, len, &end);
    if (error == 0)
        error = parse_group_map(texts + end, len - end, fixed[SETTINGS_MAPPED],
                                &parsed);
    if (error != 0)
        return error;
    parsed.id_base = cog_le32_get(fixed + SETTINGS_BASE);
    parsed.id_range = cog_le32_get(fixed + SETTINGS_RANGE);
    parsed.provisional = (fixed[SETTINGS_FLAGS] & FLAG_PROVISIONAL) != 0;
    parsed.enumerate = (fixed[SETTINGS_FLAGS] & FLAG_ENUMERATE) != 0;
    parse_texts(settings_texts, COUNT(settings_texts), texts, &parsed);
    if (cog_settings_check(&parsed) != COG_FAULT_NONE)
        return EBADMSG;
    *settings = parsed;
    return 0;
}

int
cog_cache_pack_number(uint32_t number, struct cog_cache_data *data)
{
    unsigned char *fixed = begin(data, 4);

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

int
cog_cache_pack_members(const struct cog_members *members,
                       struct cog_cache_data *data)
{
    unsigned char *fixed;

    if (members->len > COG_MEMBERS_BYTES)
        return EMSGSIZE;
    fixed = begin(data, MEMBERS_NAMES + members->len);
    if (fixed == NULL)
        return EMSGSIZE;
    cog_le64_put(fixed + MEMBERS_LISTING, members->listing);
    cog_le32_put(fixed + MEMBERS_CHUNKS, members->chunks);
    memcpy(fixed + MEMBERS_NAMES, members->names, members->len);
    return 0;
}

/* Names of our grammar, each with its NUL, and nothing else. */
static bool
are_names(const char *names, size_t len)
{
    size_t at = 0;

    while (at < len) {
        size_t one = strnlen(names + at, len - at);

        if (one == len - at ||
            cog_login_name_check(names + at, one) != COG_FAULT_NONE)
            return false;
        at += one + 1;
    }
    return true;
}

int
cog_cache_parse_members(const struct cog_cache_record *record,
                        struct cog_members *members)
{
    const unsigned char *fixed = record->data;
    const char *names = (const char *) fixed + MEMBERS_NAMES;
    size_t len = record->len - MEMBERS_NAMES;

    if (record->key[0] != 'm' || record->key_len != 9 ||
        record->len < MEMBERS_NAMES || len > COG_MEMBERS_BYTES ||
        cog_le32_get(record->key + 5) >=
            cog_le32_get(fixed + MEMBERS_CHUNKS) ||
        !are_names(names, len))
        return EBADMSG;
    members->listing = cog_le64_get(fixed + MEMBERS_LISTING);
    members->chunks = cog_le32_get(fixed + MEMBERS_CHUNKS);
    members->gid = cog_le32_get(record->key + 1);
    members->chunk = cog_le32_get(record->key + 5);
    members->len = len;
    memcpy(members->names, names, len);
    return 0;
}

int
cog_cache_pack_tombstone(const struct cog_tombstone *tombstone,
                         struct cog_cache_data *data)
{
    size_t len = strnlen(tombstone->name, COG_NAME_MAX + 1);
    unsigned char *fixed;

    if (len > COG_NAME_MAX)
        return EMSGSIZE;
    fixed = begin(data, TOMBSTONE_NAME + len + 1);
    if (fixed == NULL)
        return EMSGSIZE;
    cog_le64_put(fixed + TOMBSTONE_SUB_TAG, tombstone->sub_tag);
    fixed[TOMBSTONE_KIND] = (unsigned char) tombstone->kind;
    fixed[TOMBSTONE_FLAGS] = tombstone->retired ? 1 : 0;
    memcpy(fixed + TOMBSTONE_NAME, tombstone->name, len + 1);
    return 0;
}

int
cog_cache_parse_tombstone(const struct cog_cache_record *record,
                          struct cog_tombstone *tombstone)
{
    const unsigned char *fixed = record->data;
    const char *name = (const char *) fixed + TOMBSTONE_NAME;
    size_t len = record->len - TOMBSTONE_NAME - 1;
    bool user;

    if (record->key[0] != 'x' || record->key_len != 5 ||
        record->len < TOMBSTONE_NAME + 2 || fixed[TOMBSTONE_FLAGS] > 1)
        return EBADMSG;
    user = fixed[TOMBSTONE_KIND] == COG_ID_USER;
    if ((!user && fixed[TOMBSTONE_KIND] != COG_ID_GROUP) ||
        len > COG_NAME_MAX || name[len] != '\0' ||
        (user ? cog_login_name_check(name, len)
              : cog_group_name_check(name, len)) != COG_FAULT_NONE)
        return EBADMSG;
    tombstone->id = cog_le32_get(record->key + 1);
    tombstone->kind = user ? COG_ID_USER : COG_ID_GROUP;
    tombstone->retired = fixed[TOMBSTONE_FLAGS] == 1;
    tombstone->sub_tag = cog_le64_get(fixed + TOMBSTONE_SUB_TAG);
    memcpy(tombstone->name, name, len + 1);
    return 0;
}
