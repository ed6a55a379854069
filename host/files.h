/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognito.conf and what it points to, as files of this host: opened once,
 * checked on the descriptor, then parsed.
 */
#ifndef COG_HOST_FILES_H
#define COG_HOST_FILES_H

#include "base/secret.h"
#include "config/config.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The host's own configuration. Others, of config= of a PAM service, decide
 * who comes in there, and nothing of the host.
 */
#define COG_HOST_CONFIG COG_CONFIG_DIR "/cognito.conf"

/*
 * Whether it is another than the host's own, which is there, sound or not. A
 * host without one goes by the file that it is given.
 */
bool cog_files_is_of_service(const char *config_path);

/* Room for a reason that names the file. */
#define COG_FILES_REASON 600

/*
 * The one group that may read the client secret (0640), for the keeper of
 * callers that are not root, which is setgid to it.
 */
#define COG_FILES_SECRET_GROUP "_cognito-secret"

/* Zeroed is empty. */
struct cog_host_files {
    struct cog_config config;
    struct cog_secret client_secret;     /* empty: the client has none */
    struct cog_secret admin_credentials; /* by cog_files_load_admin */
    struct cog_secret keys;              /* a key set document, or empty */
    int64_t keys_fetched_s;              /* 0: unknown */
    bool keys_pinned;                    /* from jwks_file: never fetched */
};

/* Wipe. */
void cog_files_clear(struct cog_host_files *files);
#define cog_cleanup_files __attribute__((cleanup(cog_files_clear)))

/* Load the configuration only. False with a reason for the log. */
bool cog_files_load_config(const char *path, struct cog_config *config,
                           char reason[COG_FILES_REASON]);

/* The gid of that group on this host; 0 if there is none, or unknown. */
gid_t cog_files_secret_group(void);

/*
 * After the configuration: load the client secret that it names, if any.
 * False with a reason for the log.
 */
bool cog_files_load_secret(struct cog_host_files *files,
                           char reason[COG_FILES_REASON]);

/* Load configuration, secret and keys. False with a reason for the log. */
bool cog_files_load(const char *path, struct cog_host_files *files,
                    char reason[COG_FILES_REASON]);

/*
 * After the configuration: read admin_credentials_file, unparsed, if it is
 * set. False with a reason for the log.
 */
bool cog_files_load_admin(struct cog_host_files *files,
                          char reason[COG_FILES_REASON]);

#endif
