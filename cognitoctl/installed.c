/* SPDX-License-Identifier: Apache-2.0 */
/* Noting which listing is in place; see the header. */
#include "cognitoctl/installed.h"

#include "accounts/siphash.h"
#include "accounts/trusted_file.h"
#include "cognito/json.h"
#include "cognito/json_write.h"
#include "cognitoctl/replacement.h"
#include "cognitoctl/snapshot.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME     "listing"
#define FILE_MAX 4096

static int
make_path(const char *directory, char path[PATH_MAX])
{
    int len = snprintf(path, PATH_MAX, "%s/" NAME, directory);

    return len < 0 || len >= PATH_MAX ? ENAMETOOLONG : 0;
}

static int
parse(const char *bytes, size_t len, struct cog_installed *out)
{
    cog_cleanup_json struct cog_json *json = NULL;
    struct cog_installed found;
    const char *from, *etag, *key, *fingerprint;
    char *end;

    if (cog_json_parse(bytes, len, &json) != COG_OK ||
        cog_json_integer(json, "created", &found.created_s) != COG_OK ||
        cog_json_text(json, "from", COG_FROM_MAX, &from) != COG_OK ||
        cog_json_text(json, "etag", COG_ETAG_MAX, &etag) != COG_OK ||
        cog_json_text(json, "fingerprint", 16, &fingerprint) != COG_OK)
        return EBADMSG;
    /* Not in what earlier builds noted. */
    if (cog_json_text(json, "key", COG_SIGNATURE_TAG - 1, &key) != COG_OK)
        key = "";
    found.fingerprint = strtoull(fingerprint, &end, 16);
    if (*fingerprint == '\0' || *end != '\0')
        return EBADMSG;
    (void) snprintf(found.from, sizeof found.from, "%s", from);
    (void) snprintf(found.etag, sizeof found.etag, "%s", etag);
    (void) snprintf(found.key, sizeof found.key, "%s", key);
    *out = found;
    return 0;
}

int
cog_installed_load(const char *directory, struct cog_installed *installed)
{
    char path[PATH_MAX], bytes[FILE_MAX];
    size_t len = 0;
    int error = make_path(directory, path);

    if (error != 0)
        return error;
    error = cog_trusted_read(path, COG_TRUST_SECRET, bytes, sizeof bytes, &len,
                             NULL);
    if (error == ENOENT) {
        memset(installed, 0, sizeof *installed);
        return 0;
    }
    return error != 0 ? error : parse(bytes, len, installed);
}

static int
write_text(const char *directory, const struct cog_secret *text)
{
    cog_cleanup_replacement struct cog_replacement file = COG_REPLACEMENT_NONE;
    char path[PATH_MAX];
    int error = make_path(directory, path);

    if (error == 0)
        error = cog_replacement_begin(path, true, &file);
    if (error == 0)
        error = cog_replacement_write(&file, text->data, text->len);
    if (error == 0)
        error = cog_replacement_finish(&file, 0600);
    return error;
}

int
cog_installed_store(const char *directory,
                    const struct cog_installed *installed)
{
    cog_cleanup_json_writer struct cog_json_writer writer =
        COG_JSON_WRITER_EMPTY;

    char fingerprint[17];

    (void) snprintf(fingerprint, sizeof fingerprint, "%016llx",
                    (unsigned long long) installed->fingerprint);
    cog_json_open(&writer, NULL);
    cog_json_put_number(&writer, "created", installed->created_s);
    cog_json_put_text(&writer, "from", installed->from);
    cog_json_put_text(&writer, "etag", installed->etag);
    cog_json_put_text(&writer, "key", installed->key);
    cog_json_put_text(&writer, "fingerprint", fingerprint);
    cog_json_close(&writer);
    if (writer.status == COG_NO_MEMORY)
        return ENOMEM;
    return writer.status == COG_OK ? write_text(directory, &writer.text)
                                   : EINVAL;
}

/* ---- the fingerprint */

static void
mix(uint64_t *sum, const void *bytes, size_t len)
{
    unsigned char key[16] = {0};

    memcpy(key, sum, sizeof *sum);
    *sum = cog_siphash24(key, bytes, len);
}

static void
mix_text(uint64_t *sum, const char *text)
{
    mix(sum, text, strlen(text) + 1);
}

static void
mix_number(uint64_t *sum, uint64_t number)
{
    mix(sum, &number, sizeof number);
}

static void
mix_settings(uint64_t *sum, const struct cog_settings *settings)
{
    mix_text(sum, settings->pool_id);
    mix_text(sum, settings->home);
    mix_text(sum, settings->shell);
    mix_text(sum, settings->group_prefix);
    mix_text(sum, settings->provisional_match);
    mix_number(sum, settings->id_base);
    mix_number(sum, settings->id_range);
    mix_number(sum, settings->provisional);
    mix_number(sum, settings->enumerate);
    for (size_t i = 0; i < settings->group_map_count; i++) {
        mix_number(sum, settings->group_map[i].gid);
        mix_text(sum, settings->group_map[i].local);
    }
}

uint64_t
cog_installed_fingerprint(const struct cog_config *config,
                          const struct cog_id_sources *sources,
                          const struct cog_settings *settings)
{
    uint64_t sum = 1;

    mix_number(&sum, config->allow.everybody);
    mix(&sum, config->allow.groups.text, config->allow.groups.len);
    mix_text(&sum, config->id_attribute);
    mix_text(&sum, config->key_attribute);
    mix_settings(&sum, settings);
    mix_number(&sum, cog_snapshot_key_tag(&sources->key, settings->pool_id));
    for (size_t i = 0; i < sources->map.count; i++) {
        mix_number(&sum, sources->map.entries[i].id);
        mix_number(&sum, sources->map.entries[i].kind);
        mix_text(&sum, sources->map.entries[i].name);
    }
    return sum;
}
