/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the texts that cognitoctl reads, but for snapshots. Input:
 * one byte that says which, then the text.
 */
#include "accounts/id_map.h"
#include "cognitoctl/id_map_edit.h"
#include "cognitoctl/key_ids.h"
#include "cognitoctl/name_list.h"
#include "cognitoctl/nscd_conf.h"
#include "cognitoctl/nsswitch.h"
#include "cognitoctl/pam_stack.h"
#include "cognitoctl/power.h"
#include "cognitoctl/shadow.h"
#include "cognitoctl/ssh_key.h"
#include "cognitoctl/sshd_config.h"
#include "tests/fuzz/target.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An edited map is a map, has the id, and all the others as before. */
static void
edit_map(const char *bytes, size_t size)
{
    const uint32_t base = 1000000, range = 1000000, id = 1500000;
    cog_cleanup_id_map struct cog_id_map before = {.entries = NULL};
    cog_cleanup_id_map struct cog_id_map after = {.entries = NULL};
    uint32_t line = 0, found = 0;
    size_t len = 0, added;
    char *out = NULL;

    if (cog_id_map_parse(bytes, size, base, range, &before, &line) != 0)
        return;
    for (size_t i = 0; i < before.count; i++) {
        if (before.entries[i].id == id)
            return;
    }
    added = cog_id_map_find(&before, COG_ID_USER, "alice", &found) != 0;
    must(cog_id_map_edit(bytes, size, "alice", id, &out, &len) == 0);
    must(cog_id_map_parse(out, len, base, range, &after, &line) == 0);
    free(out);
    must(after.count == before.count + added);
    must(cog_id_map_find(&after, COG_ID_USER, "alice", &found) == 0);
    must(found == id);
    for (size_t i = 0; i < before.count; i++) {
        const struct cog_id_map_entry *entry = &before.entries[i];

        must(cog_id_map_find(&after, entry->kind, entry->name, &found) == 0);
        must(found == entry->id || strcmp(entry->name, "alice") == 0);
    }
}

static void
read_list(const char *bytes, size_t size)
{
    for (int with = 0; with < 2; with++) {
        struct cog_listed_name out;

        if (cog_name_list_line(bytes, size, with != 0, &out)) {
            must(strlen(out.name) <= COG_LISTED_MAX);
            must(strlen(out.attribute) <= COG_LISTED_MAX);
        }
    }
}

/*
 * What is taken is taken again, and the same, with a comment behind it; with
 * an option before it, never.
 */
static void
read_key(const char *bytes, size_t size)
{
    char key[COG_SSH_KEY_MAX], again[COG_SSH_KEY_MAX];
    char line[COG_SSH_KEY_MAX + 32];
    int len;

    if (cog_ssh_key_parse(bytes, size, key) != COG_SSH_FINE)
        return;
    len = snprintf(line, sizeof line, " \t%s %s", key, "comment");
    must(len > 0 && (size_t) len < sizeof line);
    must(cog_ssh_key_parse(line, (size_t) len, again) == COG_SSH_FINE);
    must(strcmp(key, again) == 0);
    len = snprintf(line, sizeof line, "x=\"a b\" %s %s", key, "comment");
    must(len > 0 && (size_t) len < sizeof line);
    must(cog_ssh_key_parse(line, (size_t) len, again) == COG_SSH_OPTIONS);
    must(strchr(strchr(key, ' ') + 1, ' ') == NULL);
}

static void
read_nsswitch(const char *bytes, size_t size)
{
    char services[COG_NSSWITCH_LINE_SIZE];

    (void) cog_nsswitch_look(bytes, size, "passwd", services);
    (void) cog_nscd_keeps_users(bytes, size);
    must(strlen(services) < sizeof services);
}

/* Any stack comes to an end, whatever its modules say. */
static void
read_pam(const char *bytes, size_t size)
{
    static struct cog_pam_module modules[64];
    enum cog_pam_result results[64];
    size_t count = 0;

    while (count < 64 &&
           cog_pam_next_line(&bytes, &size, &modules[count].line)) {
        const struct cog_pam_line *line = &modules[count].line;

        must(strlen(line->module) < COG_PAM_WORD_SIZE);
        (void) cog_pam_means_ours(line->module);
        modules[count].level =
            count > 0 && modules[count - 1].line.include == COG_PAM_SUBSTACK
                ? modules[count - 1].level + 1
                : (unsigned) (count % 5);
        results[count] =
            (enum cog_pam_result)(strlen(line->module) % COG_PAM_RESULTS);
        count++;
    }
    (void) cog_pam_run(modules, count, results, NULL);
}

static void
see_name(void *context, const struct cog_power *power)
{
    (void) context;
    must(power->name[0] != '\0' && strlen(power->name) <= COG_POWER_NAME_MAX);
    must(power->line >= 1);
}

static void
see_include(void *context, const char *path, bool directory)
{
    (void) context;
    (void) directory;
    must(path[0] != '\0');
}

static void
read_power(const char *bytes, size_t size)
{
    static const struct cog_power_reader reader = {see_name, see_include,
                                                   NULL};

    cog_power_sudoers(bytes, size, &reader);
    cog_power_sshd(bytes, size, &reader);
    cog_power_polkit(bytes, size, &reader);
    cog_power_group(bytes, size, &reader);
}

static void
read_sshd(const char *bytes, size_t size)
{
    struct cog_sshd_line line;

    while (cog_sshd_next_line(&bytes, &size, &line))
        must(strlen(line.value) < sizeof line.value);
}

static void
read_shadow(const char *bytes, size_t size)
{
    struct cog_passwd_line line;
    struct cog_subids_line lent;
    const char *rest = bytes;
    size_t left = size;

    (void) cog_shadow_usable(bytes, size, "root");
    while (cog_passwd_next(&bytes, &size, &line))
        must(line.name[0] != '\0');
    while (cog_subids_next(&rest, &left, &lent))
        must(lent.name[0] != '\0' && lent.count > 0);
}

static void
read_keys(const char *bytes, size_t size)
{
    static const char pinned[] = "{\"keys\":[{\"kid\":\"a\"}]}";
    char missing[COG_KEY_ID_SIZE];

    (void) cog_key_ids_lack(pinned, sizeof pinned - 1, bytes, size, missing);
    must(!cog_key_ids_lack(bytes, size, bytes, size, missing));
}

static void (*const parsers[])(const char *bytes, size_t size) = {
    edit_map,   read_list, read_key,    read_nsswitch, read_pam,
    read_power, read_sshd, read_shadow, read_keys,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes;

    if (size == 0)
        return 0;
    /* A copy of its own length, so that reading past it shows. */
    bytes = malloc(size);
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data, size);
    parsers[data[0] % (sizeof parsers / sizeof parsers[0])](bytes + 1,
                                                            size - 1);
    free(bytes);
    return 0;
}
