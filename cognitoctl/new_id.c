/* SPDX-License-Identifier: Apache-2.0 */
/* Another id for a name; see the header. */
#include "cognitoctl/new_id.h"

#include "accounts/id_check.h"
#include "accounts/trusted_file.h"
#include "base/cleanup.h"
#include "cognitoctl/commands.h"
#include "cognitoctl/id_map_edit.h"
#include "cognitoctl/replacement.h"
#include "cognitoctl/stores.h"
#include "host/account_id.h"
#include "host/files.h"
#include "host/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* How many ids are tried; with a million taken, one in 10^9 needs five. */
#define TRIES 64

static bool
is_in_map(const struct cog_id_map *map, uint32_t id)
{
    for (size_t i = 0; i < map->count; i++) {
        if (map->entries[i].id == id)
            return true;
    }
    return false;
}

/* Free, but for the name's own account, which goes. EEXIST: it is taken. */
static int
check(const char *name, uint32_t id)
{
    struct cog_id_conflict conflict = {.place = COG_ID_FREE};
    int error =
        cog_id_check_free(&cog_stores, COG_ID_USER, name, id, &conflict);

    return error == EEXIST && conflict.place == COG_ID_OTHER ? 0 : error;
}

/*
 * No name holds a "#", so these ids are as hard to aim at as those of names
 * (P22), and every host with the key tries the same ones.
 */
static int
choose(const struct cog_id_sources *sources,
       const struct cog_settings *settings, const char *name, uint32_t *id)
{
    for (unsigned i = 1; i <= TRIES; i++) {
        char other[COG_NAME_MAX + 16];
        int error;

        (void) snprintf(other, sizeof other, "%s#%u", name, i);
        *id = cog_id_make(&sources->key, settings, COG_ID_USER, other);
        if (is_in_map(&sources->map, *id))
            continue;
        error = check(name, *id);
        if (error != EEXIST)
            return error;
    }
    return EEXIST;
}

/* ---- the file */

static int
replace(const char *path, mode_t mode, const char *bytes, size_t len)
{
    cog_cleanup_replacement struct cog_replacement file = COG_REPLACEMENT_NONE;
    int error = cog_replacement_begin(path, false, &file);

    if (error == 0)
        error = cog_replacement_write(&file, bytes, len);
    return error == 0 ? cog_replacement_finish(&file, mode) : error;
}

/* The whole map as text, and its mode. */
static int
read_map(const char *path, char **bytes, size_t *len, mode_t *mode)
{
    cog_cleanup_text char *text = NULL;
    struct stat status;
    FILE *stream;
    uint64_t size = 0;
    int fd = -1;
    int error = cog_trusted_open(path, COG_TRUST_DIRS, COG_ID_MAP_FILE_MAX,
                                 &fd, &size, NULL);

    if (error != 0)
        return error;
    stream = fdopen(fd, "r");
    if (stream == NULL) {
        (void) close(fd);
        return ENOMEM;
    }
    text = malloc((size_t) size + 1);
    if (text != NULL && fstat(fd, &status) == 0 &&
        fread(text, 1, (size_t) size, stream) == (size_t) size) {
        *bytes = text;
        *len = (size_t) size;
        *mode = status.st_mode & 07777;
        text = NULL;
    } else {
        error = EIO;
    }
    (void) fclose(stream);
    return error;
}

static int
put_into_map(const char *path, const char *name, uint32_t id)
{
    cog_cleanup_text char *old = NULL;
    cog_cleanup_text char *text = NULL;
    size_t old_len = 0, len = 0;
    mode_t mode = 0;
    int error = read_map(path, &old, &old_len, &mode);

    if (error == 0)
        error = cog_id_map_edit(old, old_len, name, id, &text, &len);
    if (error == 0)
        error = replace(path, mode, text, len);
    return error;
}

int
cog_new_id_give(const char *config_path, const char *name, uint32_t *id)
{
    cog_cleanup_id_sources struct cog_id_sources sources =
        COG_ID_SOURCES_EMPTY;
    char reason[COG_FILES_REASON];
    struct cog_settings settings;
    struct cog_config config;
    int error;

    if (!cog_files_load_config(config_path, &config, reason))
        return cog_fail(COG_EXIT_CONFIG, "%s", reason);
    if (config.id_map[0] == '\0')
        return cog_fail(COG_EXIT_CONFIG,
                        "%s: a new id needs id_map: make an empty file such "
                        "as /etc/cognito/ids (root's, mode 0644), write "
                        "\"id_map = /etc/cognito/ids\", and try again",
                        config_path);
    if (!cog_id_sources_load(&config, &sources, reason))
        return cog_fail(COG_EXIT_FAILED, "%s", reason);
    if (!cog_settings_from_config(&config, &sources, &settings, reason))
        return cog_fail(COG_EXIT_CONFIG, "%s: %s", config_path, reason);
    error = choose(&sources, &settings, name, id);
    if (error == EEXIST)
        return cog_fail(COG_EXIT_FAILED, "no free id was found");
    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "whether an id is free: %s",
                        cog_store_error_text(error));
    error = put_into_map(config.id_map, name, *id);
    return error == 0 ? COG_EXIT_OK : cog_store_fail(config.id_map, error);
}
