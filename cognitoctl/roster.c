/* SPDX-License-Identifier: Apache-2.0 */
/* The users of a pool while they are being listed; see the header. */
#include "cognitoctl/roster.h"

#include "base/text.h"
#include "cognito/identity.h"
#include "cognitoctl/login_name.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX /* an index that none has */

struct entry {
    uint64_t sub_tag; /* who it is; 0: not known, never found again */
    char name[COG_NAME_MAX + 1];
    char *shown;         /* of who has no name; else NULL */
    const char *refused; /* why there is no account; else NULL */
    uint32_t uid;
    bool disabled;
    char *gecos, *keys;  /* NULL when empty */
    uint32_t membership; /* the last one noted; NOBODY: none */
};

struct membership {
    uint32_t group, before; /* index of the one noted before; NOBODY */
};

struct pool_group {
    char name[COG_POOL_GROUP_MAX + 1];
    bool joined;
};

struct cog_roster {
    struct cog_roster_settings settings;
    struct entry *entries;
    size_t count, room;
    uint32_t *by_tag; /* open hash table of index + 1, twice the room */
    struct membership *memberships;
    size_t membership_count, membership_room;
    struct pool_group *groups;
    size_t group_count, group_room;
};

struct cog_roster *
cog_roster_new(const struct cog_roster_settings *settings)
{
    struct cog_roster *roster = calloc(1, sizeof *roster);

    if (roster != NULL)
        roster->settings = *settings;
    return roster;
}

void
cog_roster_free(struct cog_roster *roster)
{
    if (roster == NULL)
        return;
    for (size_t i = 0; i < roster->count; i++) {
        free(roster->entries[i].shown);
        free(roster->entries[i].gecos);
        free(roster->entries[i].keys);
    }
    free(roster->entries);
    free(roster->by_tag);
    free(roster->memberships);
    free(roster->groups);
    free(roster);
}

/*
 * The list with room for one more element, moved perhaps; NULL without
 * memory, and the list stays. Indexes stay below NOBODY.
 */
static void *
make_room(void *list, size_t size, size_t count, size_t *room)
{
    size_t wanted = *room == 0 ? 256 : *room * 2;
    void *more;

    if (count < *room)
        return list;
    if (wanted >= NOBODY)
        return NULL;
    more = reallocarray(list, wanted, size);
    if (more != NULL)
        *room = wanted;
    return more;
}

/* ---- finding who is listed already, by tag */

/* The slot of a tag, or the empty one where it belongs. Tags are random. */
static uint32_t *
slot_of(const struct cog_roster *roster, uint64_t tag)
{
    size_t mask = 2 * roster->room - 1, at = (size_t) tag & mask;

    while (roster->by_tag[at] != 0 &&
           roster->entries[roster->by_tag[at] - 1].sub_tag != tag)
        at = (at + 1) & mask;
    return &roster->by_tag[at];
}

static struct entry *
find(const struct cog_roster *roster, uint64_t tag)
{
    uint32_t index;

    if (roster->count == 0 || tag == 0)
        return NULL;
    index = *slot_of(roster, tag);
    return index == 0 ? NULL : &roster->entries[index - 1];
}

static bool
make_room_for_entry(struct cog_roster *roster)
{
    size_t room = roster->room;
    void *more = make_room(roster->entries, sizeof *roster->entries,
                           roster->count, &roster->room);
    uint32_t *table;

    if (more == NULL)
        return false;
    roster->entries = more;
    if (room == roster->room)
        return true;
    table = calloc(2 * roster->room, sizeof *table);
    if (table == NULL) {
        roster->room = room;
        return false;
    }
    free(roster->by_tag);
    roster->by_tag = table;
    for (size_t i = 0; i < roster->count; i++) {
        if (roster->entries[i].sub_tag != 0)
            *slot_of(roster, roster->entries[i].sub_tag) = (uint32_t) i + 1;
    }
    return true;
}

/* ---- from a pool user to an entry */

enum standing { STANDING_REFUSED = 0, STANDING_FINE, STANDING_DISABLED };

/* UserStatus: who could sign in, once everything else is right? */
static const struct {
    enum standing standing;
    const char *why;
} standings[] = {
    [COG_POOL_USER_OTHER] = {STANDING_REFUSED, "has an unknown status"},
    [COG_POOL_USER_UNCONFIRMED] = {STANDING_REFUSED, "is not confirmed"},
    [COG_POOL_USER_CONFIRMED] = {STANDING_FINE, NULL},
    [COG_POOL_USER_FORCE_CHANGE_PASSWORD] = {STANDING_FINE, NULL},
    [COG_POOL_USER_RESET_REQUIRED] = {STANDING_FINE, NULL},
    [COG_POOL_USER_EXTERNAL_PROVIDER] = {STANDING_REFUSED,
                                         "signs in at another provider"},
    [COG_POOL_USER_ARCHIVED] = {STANDING_DISABLED, NULL},
    [COG_POOL_USER_COMPROMISED] = {STANDING_DISABLED, NULL},
    [COG_POOL_USER_UNKNOWN] = {STANDING_REFUSED, "has an unknown status"},
};

static const char *
check_status(const struct cog_pool_user *user, struct entry *entry)
{
    size_t status = user->status;

    if (status >= sizeof standings / sizeof standings[0])
        status = COG_POOL_USER_OTHER;
    if (standings[status].standing == STANDING_REFUSED)
        return standings[status].why;
    entry->disabled =
        !user->enabled || standings[status].standing == STANDING_DISABLED;
    return NULL;
}

static const char *
find_name(const struct cog_roster *roster, const struct cog_pool_user *user,
          struct entry *entry)
{
    const struct cog_pool_names names = {
        .username = user->username,
        .email = cog_pool_user_attribute(user, "email"),
        .email_verified = cog_pool_user_attribute(user, "email_verified"),
    };

    return cog_login_name_of(roster->settings.config, &names, entry->name);
}

static const char *
find_id(const struct cog_roster *roster, const struct cog_pool_user *user,
        struct entry *entry)
{
    const struct cog_config *config = roster->settings.config;
    const char *attribute = NULL;

    if (config->id_attribute[0] != '\0')
        attribute = cog_pool_user_attribute(user, config->id_attribute);
    switch (cog_account_id(roster->settings.sources, roster->settings.settings,
                           COG_ID_USER, entry->name, attribute, &entry->uid)) {
    case 0:
        return NULL;
    case ENODATA:
        return "has no id_attribute";
    case ERANGE:
        return "has an id_attribute outside of the range of ids";
    default:
        return "has an id_attribute that is no id";
    }
}

/* The claim "name" of a login's token, by the rules it is read with there. */
static bool
take_gecos(const struct cog_pool_user *user, struct entry *entry)
{
    const char *text = cog_pool_user_attribute(user, "name");
    char gecos[COG_GECOS_MAX + 1];

    if (text == NULL || strlen(text) >= COG_NAME_SIZE ||
        cog_text_has_control(text, strlen(text)))
        return true;
    cog_gecos_clean(text, strlen(text), gecos);
    if (gecos[0] == '\0')
        return true;
    entry->gecos = strdup(gecos);
    return entry->gecos != NULL;
}

/* What is no text of keys is none: authorized-keys reads each strictly. */
static bool
take_keys(const struct cog_roster *roster, const struct cog_pool_user *user,
          struct entry *entry)
{
    const char *attribute = roster->settings.config->key_attribute, *text;

    if (attribute[0] == '\0')
        return true;
    text = cog_pool_user_attribute(user, attribute);
    if (text == NULL || text[0] == '\0' || !cog_pool_keys_check(text))
        return true;
    entry->keys = strdup(text);
    return entry->keys != NULL;
}

static bool
take_shown(const struct cog_pool_user *user, struct entry *entry)
{
    char shown[COG_ROSTER_SHOWN];

    cog_text_for_log(user->username, strlen(user->username), shown,
                     sizeof shown);
    entry->name[0] = '\0';
    entry->shown = strdup(shown);
    return entry->shown != NULL;
}

static bool
make_entry(const struct cog_roster *roster, const struct cog_pool_user *user,
           struct entry *entry)
{
    const char *why;

    entry->membership = NOBODY;
    why = check_status(user, entry);
    if (why == NULL)
        why = find_name(roster, user, entry);
    if (why == NULL && entry->sub_tag == 0)
        why = "has no sub";
    if (why == NULL)
        why = find_id(roster, user, entry);
    entry->refused = why;
    if (why != NULL)
        return take_shown(user, entry);
    return take_gecos(user, entry) && take_keys(roster, user, entry);
}

static uint64_t
tag_of(const struct cog_roster *roster, const struct cog_pool_user *user)
{
    if (user->sub == NULL || cog_sub_check(user->sub) != COG_FAULT_NONE)
        return 0;
    return cog_sub_tag(&roster->settings.sources->key, user->sub);
}

int
cog_roster_add_user(struct cog_roster *roster,
                    const struct cog_pool_user *user)
{
    uint64_t tag = tag_of(roster, user);
    struct entry *known = find(roster, tag), *entry;

    if (known != NULL) {
        /* It may have changed while we list: the stricter one counts. */
        known->disabled = known->disabled || !user->enabled;
        return 0;
    }
    if (roster->count >= roster->settings.max_users)
        return E2BIG;
    if (!make_room_for_entry(roster))
        return ENOMEM;
    entry = &roster->entries[roster->count++];
    memset(entry, 0, sizeof *entry);
    entry->sub_tag = tag;
    if (!make_entry(roster, user, entry))
        return ENOMEM;
    if (tag != 0)
        *slot_of(roster, tag) = (uint32_t) roster->count;
    return 0;
}

/* ---- groups */

int
cog_roster_add_group(struct cog_roster *roster, const char *name,
                     size_t *index)
{
    struct cog_pool_groups rules = {0};
    void *more;

    if (cog_pool_groups_add(&rules, name, strlen(name)) != 0)
        return EINVAL;
    more = make_room(roster->groups, sizeof *roster->groups,
                     roster->group_count, &roster->group_room);
    if (more == NULL)
        return ENOMEM;
    roster->groups = more;
    memset(&roster->groups[roster->group_count], 0, sizeof *roster->groups);
    memcpy(roster->groups[roster->group_count].name, name, strlen(name) + 1);
    *index = roster->group_count++;
    return 0;
}

int
cog_roster_join(struct cog_roster *roster, const struct cog_pool_user *user,
                size_t group)
{
    struct entry *entry = find(roster, tag_of(roster, user));
    struct membership *membership;
    void *more;

    if (entry == NULL)
        return ENOENT;
    more = make_room(roster->memberships, sizeof *roster->memberships,
                     roster->membership_count, &roster->membership_room);
    if (more == NULL)
        return ENOMEM;
    roster->memberships = more;
    membership = &roster->memberships[roster->membership_count];
    membership->group = (uint32_t) group;
    membership->before = entry->membership;
    entry->membership = (uint32_t) roster->membership_count++;
    roster->groups[group].joined = true;
    return 0;
}

/* ---- the complete roster */

static int
compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = strcmp(a->name, b->name);

    if (order != 0)
        return order;
    return a->sub_tag < b->sub_tag ? -1 : a->sub_tag > b->sub_tag;
}

/*
 * Two users with one login name, as Alice and alice where case counts in the
 * pool but not here: whoever of them it would be, it might be the wrong one.
 */
static void
refuse_twins(struct cog_roster *roster)
{
    struct entry *entries = roster->entries;

    for (size_t i = 1; i < roster->count; i++) {
        if (entries[i].name[0] == '\0' ||
            strcmp(entries[i].name, entries[i - 1].name) != 0)
            continue;
        entries[i].refused = entries[i - 1].refused =
            "is the login name of two users of the pool";
    }
}

void
cog_roster_complete(struct cog_roster *roster)
{
    if (roster->count > 0)
        qsort(roster->entries, roster->count, sizeof *roster->entries,
              compare_entries);
    refuse_twins(roster);
    /* It knew the places from before. */
    free(roster->by_tag);
    roster->by_tag = NULL;
}

size_t
cog_roster_count(const struct cog_roster *roster)
{
    return roster->count;
}

const char *
cog_roster_group(const struct cog_roster *roster, size_t index)
{
    return index < roster->group_count ? roster->groups[index].name : NULL;
}

bool
cog_roster_group_is_joined(const struct cog_roster *roster, size_t index)
{
    return index < roster->group_count && roster->groups[index].joined;
}

/* No user is in more than COG_GROUPS_MAX groups (P62): the rest is left. */
static void
take_groups(const struct cog_roster *roster, uint32_t at,
            struct cog_pool_groups *groups)
{
    for (; at != NOBODY; at = roster->memberships[at].before) {
        const char *name = roster->groups[roster->memberships[at].group].name;

        (void) cog_pool_groups_add(groups, name, strlen(name));
    }
}

const char *
cog_roster_user(const struct cog_roster *roster, size_t index,
                struct cog_pool_record *user, char shown[COG_ROSTER_SHOWN])
{
    const struct entry *entry = &roster->entries[index];

    (void) snprintf(shown, COG_ROSTER_SHOWN, "%s",
                    entry->shown != NULL ? entry->shown : entry->name);
    if (entry->refused != NULL)
        return entry->refused;
    memset(user, 0, sizeof *user);
    memcpy(user->name, entry->name, sizeof user->name);
    user->uid = entry->uid;
    user->sub_tag = entry->sub_tag;
    user->disabled = entry->disabled;
    if (entry->gecos != NULL)
        (void) snprintf(user->gecos, sizeof user->gecos, "%s", entry->gecos);
    if (entry->keys != NULL)
        (void) snprintf(user->keys, sizeof user->keys, "%s", entry->keys);
    take_groups(roster, entry->membership, &user->groups);
    return NULL;
}
