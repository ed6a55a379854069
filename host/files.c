/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration and what it points to, from files; see the header. */
#include "host/files.h"

#include "accounts/local_names.h"
#include "accounts/secret_file.h"
#include "accounts/trusted_file.h"
#include "base/cleanup.h"
#include "host/key_set.h"
#include "wire/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More than a client secret can have; config/client_secret.c is strict. */
#define SECRET_FILE_MAX 256

void
cog_files_clear(struct cog_host_files *files)
{
    cog_secret_clear(&files->client_secret);
    cog_secret_clear(&files->admin_credentials);
    cog_secret_clear(&files->keys);
}

static bool
refuse(char reason[COG_FILES_REASON], const char *path, const char *why)
{
    (void) snprintf(reason, COG_FILES_REASON, "%s: %s", path, why);
    return false;
}

bool
cog_files_load_config(const char *path, struct cog_config *config,
                      char reason[COG_FILES_REASON])
{
    cog_cleanup_text char *bytes = malloc(COG_CONFIG_FILE_MAX + 1);
    enum cog_trust trust = COG_TRUST_FINE;
    struct cog_config_error error;
    size_t len = 0;

    if (bytes == NULL)
        return refuse(reason, path, "out of memory");
    if (cog_trusted_read(path, COG_TRUST_DIRS, bytes, COG_CONFIG_FILE_MAX + 1,
                         &len, &trust) != 0)
        return refuse(reason, path, cog_trust_text(trust));
    if (!cog_config_parse(bytes, len, path, config, &error)) {
        (void) snprintf(reason, COG_FILES_REASON, "%s", error.text);
        return false;
    }
    return true;
}

bool
cog_files_is_of_service(const char *config_path)
{
    return strcmp(config_path, COG_HOST_CONFIG) != 0 &&
           (access(COG_HOST_CONFIG, F_OK) == 0 || errno != ENOENT);
}

gid_t
cog_files_secret_group(void)
{
    const struct cog_local_files files = COG_LOCAL_FILES;
    uint32_t gid = 0;

    return cog_local_group_find(&files, COG_FILES_SECRET_GROUP, &gid, NULL) ==
                   0
               ? (gid_t) gid
               : 0;
}

bool
cog_files_load_secret(struct cog_host_files *files,
                      char reason[COG_FILES_REASON])
{
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    const char *path = files->config.client_secret_file;
    enum cog_trust trust = COG_TRUST_FINE;
    const char *why;

    if (path[0] == '\0')
        return true;
    if (cog_secret_file_load_lent(path, COG_TRUST_DIRS,
                                  cog_files_secret_group(), SECRET_FILE_MAX,
                                  &bytes, &trust) != 0)
        return refuse(reason, path, cog_trust_text(trust));
    why =
        cog_config_check_secret(bytes.data, bytes.len, &files->client_secret);
    return why == NULL || refuse(reason, path, why);
}

bool
cog_files_load_admin(struct cog_host_files *files,
                     char reason[COG_FILES_REASON])
{
    const char *path = files->config.admin_credentials_file;
    enum cog_trust trust = COG_TRUST_FINE;

    if (path[0] == '\0')
        return true;
    if (cog_secret_file_load(path, COG_TRUST_DIRS, COG_WIRE_AWS_MAX,
                             &files->admin_credentials, &trust) != 0)
        return refuse(reason, path, cog_trust_text(trust));
    return files->admin_credentials.len > 0 ||
           refuse(reason, path, "is empty");
}

bool
cog_files_load(const char *path, struct cog_host_files *files,
               char reason[COG_FILES_REASON])
{
    return cog_files_load_config(path, &files->config, reason) &&
           cog_files_load_secret(files, reason) &&
           cog_key_set_load(files, reason);
}
