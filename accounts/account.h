/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An account of ours and the rules that it must keep: names, ids, gecos,
 * home and shell. Pure functions over bytes, used at every border: request,
 * verdict, sync, record read, NSS query. Bytes are compared as bytes; no
 * locale, no allocation.
 */
#ifndef COG_ACCOUNTS_ACCOUNT_H
#define COG_ACCOUNTS_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COG_NAME_MAX         32  /* login and group names, bytes */
#define COG_GECOS_MAX        127 /* bytes */
#define COG_HOME_MAX         255 /* bytes, after expansion */
#define COG_SHELL_MAX        127 /* bytes */
#define COG_SUB_MAX          36  /* a UUID as text */
#define COG_POOL_ID_MAX      55  /* UserPoolId of the Cognito API */
#define COG_GROUPS_MAX       100 /* pool groups of one user (P62) */
#define COG_GROUP_PREFIX_MAX 31  /* leaves one byte for the group */
#define COG_MATCH_MAX        255 /* provisional_match, bytes */
#define COG_GROUP_MAP_MAX    16  /* entries of group_map */

/* What a passwd entry is made of, and whom it is bound to. */
struct cog_account {
    char name[COG_NAME_MAX + 1];
    uint32_t uid;
    uint32_t gid; /* always equal to uid: the private group */
    char gecos[COG_GECOS_MAX + 1];
    char home[COG_HOME_MAX + 1];
    char shell[COG_SHELL_MAX + 1];
    uint64_t sub_tag; /* whom it is bound to, see ids.h; 0: nobody yet */
    bool disabled;    /* as sync saw it; logins have their own */
};

/* One Unix group made of a pool group (or a user's private one). */
struct cog_group {
    uint32_t gid;
    char name[COG_NAME_MAX + 1];
};

/* The supplementary groups of one account; zeroed means none. */
struct cog_groups {
    size_t count;
    struct cog_group list[COG_GROUPS_MAX];
};

/*
 * An entry of group_map: members of the Unix group gid, which is made of a
 * pool group, belong to a group of /etc/group, too (P26).
 */
struct cog_mapped_group {
    uint32_t gid;                 /* ours */
    char local[COG_NAME_MAX + 1]; /* whose gid is read when it is needed */
};

/*
 * What NSS and the writers need of the configuration, kept as a record in
 * recent.cdb because NSS parses no configuration.
 */
struct cog_settings {
    char pool_id[COG_POOL_ID_MAX + 1];
    uint32_t id_base;              /* first id of the range */
    uint32_t id_range;             /* how many ids it has */
    char home[COG_HOME_MAX + 1];   /* template with %u */
    char shell[COG_SHELL_MAX + 1]; /* login shell of everybody */
    char group_prefix[COG_GROUP_PREFIX_MAX + 1];
    bool provisional;                          /* sshd may be told early */
    char provisional_match[COG_MATCH_MAX + 1]; /* whom; may be empty */
    bool enumerate;         /* getpwent and getgrent list everybody */
    size_t group_map_count; /* of the entries below */
    struct cog_mapped_group group_map[COG_GROUP_MAP_MAX];
};

/* Defaults of cognito.conf, free in systemd's table of id ranges. */
#define COG_ID_BASE_DEFAULT  1879048192U
#define COG_ID_RANGE_DEFAULT 268304384U

/* Why something is refused; 0 is fine. */
enum cog_fault {
    COG_FAULT_NONE = 0,
    COG_FAULT_NAME_EMPTY,
    COG_FAULT_NAME_LONG,     /* over 32 bytes */
    COG_FAULT_NAME_START,    /* first byte not a-z or _ */
    COG_FAULT_NAME_BYTE,     /* a byte outside a-z 0-9 . _ - */
    COG_FAULT_NAME_DOTS,     /* ".." */
    COG_FAULT_NAME_END,      /* ends in "." or "-" */
    COG_FAULT_NAME_RESERVED, /* on the shipped list */
    COG_FAULT_NAME_PREFIX,   /* begins with group_prefix, in any case */
    COG_FAULT_GROUP_EMPTY,
    COG_FAULT_GROUP_LONG,     /* prefix and name over 32 bytes */
    COG_FAULT_GROUP_START,    /* first byte not a letter or digit */
    COG_FAULT_GROUP_BYTE,     /* a byte outside A-Z a-z 0-9 . _ - */
    COG_FAULT_GROUP_RESERVED, /* with its prefix, on the shipped list */
    COG_FAULT_GROUP_PREFIX,   /* the prefix is not well-formed, or absent */
    COG_FAULT_GROUP_TWICE,    /* a name or gid twice among an account's */
    COG_FAULT_ID_FORBIDDEN,   /* system, nobody or systemd's (P20) */
    COG_FAULT_ID_OUTSIDE,     /* not inside id_base..id_base+id_range-1 */
    COG_FAULT_ID_RANGE,       /* the range is empty or touches forbidden */
    COG_FAULT_ID_GID,         /* gid is not equal to uid */
    COG_FAULT_GECOS,
    COG_FAULT_HOME,
    COG_FAULT_SHELL,
    COG_FAULT_SUB,
    COG_FAULT_POOL_ID,
    COG_FAULT_MATCH,
    COG_FAULT_GROUP_MAP /* an entry's gid or name, or too many */
};

/* A few words for a log line, such as "name is reserved"; never NULL. */
const char *cog_fault_text(enum cog_fault fault);

/*
 * The grammar of login names (P17): ^[a-z_][a-z0-9._-]{0,31}$, at most 32
 * bytes, no "..", not ending in "." or "-". name need not be terminated;
 * a NUL among len bytes is a bad byte.
 */
enum cog_fault cog_login_name_check(const char *name, size_t len);

/*
 * The same of a text, for look-ups: its length, or 0 when it is no login
 * name. Not more than 33 bytes are looked at, however long it is (P66).
 */
size_t cog_login_name_len(const char *text);

/*
 * The grammar, and neither reserved nor beginning with group_prefix in any
 * case (P19). An empty prefix forbids nothing. Local users and groups are
 * a separate question: see local_names.h.
 */
enum cog_fault cog_login_name_admit(const char *name,
                                    const char *group_prefix);

/* Whether a name begins with this prefix in any case; none begins with "". */
bool cog_name_has_prefix(const char *name, const char *group_prefix);

/* Whether a name, in any case, is on the shipped list or is systemd-*. */
bool cog_name_is_reserved(const char *name);

/*
 * The Unix name of a pool group (P25): prefix + [A-Za-z0-9][A-Za-z0-9._-]*,
 * 32 bytes in all, case kept, not reserved. On COG_FAULT_NONE the name is in
 * out; otherwise out is untouched.
 */
enum cog_fault cog_group_name_make(const char *prefix, const char *pool_group,
                                   size_t len, char out[COG_NAME_MAX + 1]);

/*
 * The rule for group names of records: bytes A-Z a-z 0-9 . _ -, beginning
 * with a letter, a digit or _, 1 to 32 bytes.
 */
enum cog_fault cog_group_name_check(const char *name, size_t len);

/*
 * Ids nobody may have (P20): below 1000, 60000-65535, 2147352576 and
 * above.
 */
static inline bool
cog_id_is_forbidden(uint32_t id)
{
    return id < 1000 || (id >= 60000 && id <= 65535) || id >= 2147352576U;
}

/* A range: not empty and without a forbidden id. */
enum cog_fault cog_id_range_check(uint32_t base, uint32_t range);

/* An id: not forbidden and inside the range. */
enum cog_fault cog_id_check(uint32_t id, uint32_t base, uint32_t range);

/*
 * Make foreign text a gecos (P23): printable ASCII without ":" and ",";
 * every other byte sequence becomes one "?", blanks at both ends go, what
 * does not fit is cut. out is always terminated; may become empty.
 */
void cog_gecos_clean(const char *text, size_t len,
                     char out[COG_GECOS_MAX + 1]);

/*
 * Expand a home template such as "/home/%u" for a name that
 * cog_login_name_check admits. The template is absolute printable ASCII
 * without ":" or blanks, without "." or ".." as a part, with no other "%"
 * than "%u", and the result has at most 255 bytes. out is untouched on
 * failure.
 */
enum cog_fault cog_home_expand(const char *template, const char *name,
                               char out[COG_HOME_MAX + 1]);

/* A shell: an absolute path as above, without "%", at most 127 bytes. */
enum cog_fault cog_shell_check(const char *shell);

/* A sub: 1 to 36 letters, digits and "-". */
enum cog_fault cog_sub_check(const char *sub);

/* The id of a pool: REGION_NAME, at most 55 bytes. */
enum cog_fault cog_pool_id_check(const char *pool_id);

/* All fields of the settings, each by its rule above. */
enum cog_fault cog_settings_check(const struct cog_settings *settings);

/*
 * A whole account before it is written: the name admitted with the
 * settings' prefix, uid in the settings' range, gid equal to uid, gecos,
 * home and shell well-formed.
 */
enum cog_fault cog_account_check(const struct cog_account *account,
                                 const struct cog_settings *settings);

/* One of them: name and gid by their rules. */
enum cog_fault cog_group_check(const struct cog_group *group,
                               const struct cog_settings *settings);

/*
 * Groups before they are written: each name well-formed, not reserved and
 * beginning with the settings' prefix, each gid in the range, no name and
 * no gid twice.
 */
enum cog_fault cog_groups_check(const struct cog_groups *groups,
                                const struct cog_settings *settings);

#endif
