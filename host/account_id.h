/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which id a name has: the one place that decides, for logins, for sync and
 * for group_map. First the map file (id_map); then, for users, the attribute
 * that the administrator declared (id_attribute); then the keyed function of
 * accounts/ids.h. The id is a wish: accounts/id_check.h says whether it is
 * free.
 */
#ifndef COG_HOST_ACCOUNT_ID_H
#define COG_HOST_ACCOUNT_ID_H

#include "accounts/id_map.h"
#include "accounts/ids.h"
#include "config/config.h"
#include "host/files.h"

#include <stdbool.h>
#include <stdint.h>

/* What ids come from; loaded once. Holds the id key: clear it when done. */
struct cog_id_sources {
    struct cog_id_key key;
    struct cog_id_map map; /* empty without id_map */
    bool by_attribute;     /* id_attribute is set */
};

#define COG_ID_SOURCES_EMPTY                                                  \
    {                                                                         \
        .key = COG_ID_KEY_EMPTY                                               \
    }

/* The one place where the id key lies; no option moves it. */
#define COG_ID_KEY_FILE COG_CONFIG_DIR "/id_key"

/*
 * Read the id key and the map file of a configuration. False with a reason
 * for the log that names the file; sources is empty then.
 */
bool cog_id_sources_load(const struct cog_config *config,
                         struct cog_id_sources *sources,
                         char reason[COG_FILES_REASON]);

/* The same with the id key elsewhere; for tests. */
bool cog_id_sources_load_from(const char *key_file,
                              const struct cog_config *config,
                              struct cog_id_sources *sources,
                              char reason[COG_FILES_REASON]);

/* Wipe the key, free the map. */
void cog_id_sources_clear(struct cog_id_sources *sources);

#define cog_cleanup_id_sources __attribute__((cleanup(cog_id_sources_clear)))

/*
 * The id that a user, or a Unix group (its name with the prefix), is to have.
 * settings give pool id and range. attribute is a user's value of id_attribute
 * in an administrator's listing; NULL if there is none, and always NULL at a
 * login, since the speaker is not believed in that (P55).
 *
 * Returns 0; ENODATA when id_attribute decides and its value is not known
 * here, so that only cognitoctl sync may make this account; EINVAL when the
 * value is not a decimal number of at most ten digits; ERANGE when it is
 * outside the range (P20).
 */
int cog_account_id(const struct cog_id_sources *sources,
                   const struct cog_settings *settings, enum cog_id_kind kind,
                   const char *name, const char *attribute, uint32_t *id);

#endif
