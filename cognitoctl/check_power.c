/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at whom this host gives power to; see checks.h. A name in such a
 * file is fine when it is a user or group of the host's own, or cannot be
 * anybody's in the pool.
 */
#include "cognitoctl/checks.h"

#include "accounts/cache_read.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "cognitoctl/power.h"
#include "cognitoctl/stores.h"
#include "cognitoctl/text_file.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 8U

/* A file that is being read, and what it is for. */
struct look {
    struct cog_checks *checks;
    void (*read)(const char *bytes, size_t len,
                 const struct cog_power_reader *reader);
    const char *base; /* where its relative includes lie */
    const char *path;
    unsigned depth;
    struct cog_cache_reader *accounts;
};

/* ---- whose name */

static bool
is_local(const struct cog_power *power)
{
    struct cog_local_user user;
    uint32_t gid;
    int error =
        power->group
            ? cog_local_group_find(&cog_stores.local, power->name, &gid, NULL)
            : cog_local_user_find(&cog_stores.local, power->name, &user, NULL);

    /* What cannot be read is somebody's. */
    return error != ENOENT;
}

/* Whether members of a pool group are put into this local group. */
static bool
is_mapped(const struct cog_config *config, const char *group)
{
    const char *entry;
    size_t at = 0, pool_len;

    while ((entry = cog_config_list_next(&config->group_map, &at)) != NULL) {
        if (strcmp(cog_config_group_map_local(entry, &pool_len), group) == 0)
            return true;
    }
    return false;
}

/* Whose name it would be in the pool: sudo(8) does not mind its case. */
static void
spell(const struct look *look, const struct cog_power *power,
      char name[COG_POWER_NAME_MAX + 1])
{
    memcpy(name, power->name, sizeof power->name);
    for (char *c = name; look->read == cog_power_sudoers && *c != '\0'; c++)
        *c = cog_ascii_to_lower(*c);
}

/* Whether the name is, or could become, somebody's of the pool. */
static bool
may_be_of_the_pool(const struct look *look, const char *name)
{
    const char *prefix =
        look->checks->configured ? look->checks->config.group_prefix : "";

    return cog_login_name_admit(name, prefix) == COG_FAULT_NONE;
}

static void
visit(void *context, const struct cog_power *power)
{
    const struct look *look = context;
    struct cog_findings *findings = &look->checks->findings;
    struct cog_account account;
    enum cog_finding_id id = COG_FIND_POWER_OPEN;
    char name[COG_POWER_NAME_MAX + 1];

    spell(look, power, name);
    if (is_local(power)) {
        if (!power->group || !look->checks->configured ||
            !is_mapped(&look->checks->config, power->name))
            return;
        id = COG_FIND_POWER_MAPPED;
    } else if (!may_be_of_the_pool(look, name)) {
        return;
    } else if (cog_cache_find_name(look->accounts, name, &account) == 0) {
        id = power->group ? COG_FIND_POWER_GROUP : COG_FIND_POWER_USER;
    }
    cog_findings_add(findings, id, "%s%s in line %u of %s",
                     power->group ? "group " : "", power->name, power->line,
                     look->path);
}

/* ---- the files */

static void read_path(const struct look *from, const char *path);

/* sudo(8) passes over what a package manager leaves. */
static int
is_drop_in(const struct dirent *entry)
{
    return strchr(entry->d_name, '.') == NULL &&
           entry->d_name[strlen(entry->d_name) - 1] != '~';
}

static int
is_rule(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 6 && strcmp(entry->d_name + len - 6, ".rules") == 0;
}

static void
read_directory(const struct look *look, const char *directory,
               int (*filter)(const struct dirent *entry))
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, filter, alphasort);

    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];

        if (snprintf(path, sizeof path, "%s/%s", directory,
                     entries[i]->d_name) < (int) sizeof path)
            read_path(look, path);
        free(entries[i]);
    }
    free(entries);
}

static void
include(void *context, const char *path, bool directory)
{
    const struct look *look = context;
    glob_t found = {0};
    char whole[PATH_MAX];

    if (look->depth >= DEPTH)
        return;
    (void) snprintf(whole, sizeof whole, "%s%s%s",
                    path[0] == '/' ? "" : look->base,
                    path[0] == '/' ? "" : "/", path);
    if (directory) {
        read_directory(look, whole, is_drop_in);
        return;
    }
    if (glob(whole, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            read_path(look, found.gl_pathv[i]);
    }
    globfree(&found);
}

static void
read_path(const struct look *from, const char *path)
{
    struct look look = *from;
    const struct cog_power_reader reader = {visit, include, &look};
    cog_cleanup_text char *text = NULL;
    size_t len = 0;

    look.path = path;
    look.depth = from->depth + 1;
    if (cog_text_file_read(path, &text, &len) == 0)
        from->read(text, len, &reader);
}

void
cog_check_power(struct cog_checks *checks)
{
    static const char *const rules[] = {
        "/etc/polkit-1/rules.d", "/run/polkit-1/rules.d",
        "/usr/local/share/polkit-1/rules.d", "/usr/share/polkit-1/rules.d"};
    cog_cleanup_cache struct cog_cache_reader accounts =
        COG_CACHE_READER(COG_ACCOUNTS_DIR);
    struct look look = {.checks = checks, .accounts = &accounts};

    look.read = cog_power_sudoers;
    look.base = "/etc";
    read_path(&look, "/etc/sudoers");
    look.read = cog_power_sshd;
    look.base = "/etc/ssh";
    read_path(&look, "/etc/ssh/sshd_config");
    look.read = cog_power_group;
    read_path(&look, cog_stores.local.group);
    look.read = cog_power_polkit;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        read_directory(&look, rules[i], is_rule);
}
