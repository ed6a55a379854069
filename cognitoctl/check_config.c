/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at the configuration; see checks.h. */
#include "cognitoctl/checks.h"

#include "accounts/cache_read.h"
#include "base/text.h"
#include "cognito/jwt.h"
#include "cognitoctl/stores.h"
#include "host/account_id.h"
#include "host/files.h"
#include "host/settings.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static void
check_id_key(struct cog_checks *checks)
{
    cog_cleanup_id_key struct cog_id_key key = COG_ID_KEY_EMPTY;
    enum cog_trust why = COG_TRUST_FINE;

    if (cog_id_key_load(COG_ID_KEY_FILE, &key, &why) != 0)
        cog_findings_add(&checks->findings, COG_FIND_ID_KEY, "%s: %s",
                         COG_ID_KEY_FILE, cog_trust_text(why));
}

/* Secret and pinned keys, as a login loads them. */
static void
check_secrets(struct cog_checks *checks)
{
    cog_cleanup_files struct cog_host_files files = {0};
    const char *secret = checks->config.client_secret_file;
    char reason[COG_FILES_REASON];

    if (!cog_files_load(checks->config_path, &files, reason)) {
        cog_findings_add(&checks->findings,
                         secret[0] != '\0' && cog_text_begins(reason, secret)
                             ? COG_FIND_CLIENT_SECRET
                             : COG_FIND_PINNED_KEYS,
                         "%s", reason);
        return;
    }
    if (!files.keys_pinned)
        cog_findings_add(&checks->findings, COG_FIND_KEYS_NOT_PINNED,
                         "jwks_file is not set");
    else if (cog_jwks_check(files.keys.data, files.keys.len) != COG_OK)
        cog_findings_add(&checks->findings, COG_FIND_PINNED_KEYS,
                         "%s: no key in it can be used",
                         checks->config.jwks_file);
}

void
cog_check_config(struct cog_checks *checks)
{
    char reason[COG_FILES_REASON];

    check_id_key(checks);
    checks->configured =
        cog_files_load_config(checks->config_path, &checks->config, reason);
    if (!checks->configured) {
        cog_findings_add(&checks->findings, COG_FIND_CONFIG, "%s", reason);
        return;
    }
    if (!checks->config.allow.everybody &&
        checks->config.allow.groups.count == 0)
        cog_findings_add(&checks->findings, COG_FIND_NOBODY,
                         "allow_groups is not set");
    check_secrets(checks);
}

/* ---- settings */

#define TEXT(option, field)                                                   \
    {                                                                         \
        option, offsetof(struct cog_settings, field),                         \
            sizeof(((struct cog_settings *) NULL)->field), true               \
    }
#define VALUE(option, field)                                                  \
    {                                                                         \
        option, offsetof(struct cog_settings, field),                         \
            sizeof(((struct cog_settings *) NULL)->field), false              \
    }

static const struct {
    const char *option;
    size_t offset, size;
    bool text; /* compared up to its NUL */
} fields[] = {
    TEXT("pool_id", pool_id),
    VALUE("id_base", id_base),
    VALUE("id_range", id_range),
    TEXT("home", home),
    TEXT("shell", shell),
    TEXT("group_prefix", group_prefix),
    VALUE("provisional", provisional),
    TEXT("provisional_match", provisional_match),
    VALUE("enumerate", enumerate),
};

static bool
maps_differ(const struct cog_settings *a, const struct cog_settings *b)
{
    if (a->group_map_count != b->group_map_count)
        return true;
    for (size_t i = 0; i < a->group_map_count; i++) {
        if (a->group_map[i].gid != b->group_map[i].gid ||
            strcmp(a->group_map[i].local, b->group_map[i].local) != 0)
            return true;
    }
    return false;
}

static void
add_name(char *names, size_t size, const char *name)
{
    size_t len = strlen(names);

    (void) snprintf(names + len, size - len, "%s%s", len > 0 ? ", " : "",
                    name);
}

void
cog_settings_compare(const struct cog_settings *a,
                     const struct cog_settings *b, char *names, size_t size)
{
    names[0] = '\0';
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *one = (const char *) a + fields[i].offset;
        const char *other = (const char *) b + fields[i].offset;

        if (fields[i].text ? strcmp(one, other) != 0
                           : memcmp(one, other, fields[i].size) != 0)
            add_name(names, size, fields[i].option);
    }
    if (maps_differ(a, b))
        add_name(names, size, "group_map");
}

void
cog_check_settings(struct cog_checks *checks)
{
    cog_cleanup_id_sources struct cog_id_sources sources =
        COG_ID_SOURCES_EMPTY;
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(COG_ACCOUNTS_DIR);
    char reason[COG_FILES_REASON], names[COG_SUBJECT_SIZE / 2];
    struct cog_settings wanted, written;
    int error = cog_cache_settings(&reader, &written);

    if (error == ENOENT || error == ENODATA)
        cog_findings_add(&checks->findings, COG_FIND_SETTINGS_MISSING,
                         COG_ACCOUNTS_DIR);
    if (!checks->configured)
        return;
    if (!cog_id_sources_load(&checks->config, &sources, reason) ||
        !cog_settings_from_config(&checks->config, &sources, &wanted,
                                  reason)) {
        cog_findings_add(&checks->findings, COG_FIND_IDS, "%s", reason);
        return;
    }
    if (error != 0)
        return;
    cog_settings_compare(&wanted, &written, names, sizeof names);
    if (names[0] != '\0')
        cog_findings_add(&checks->findings, COG_FIND_SETTINGS_DIFFER, "%s",
                         names);
}
