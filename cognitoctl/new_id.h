/* SPDX-License-Identifier: Apache-2.0 */
/* Another id for a name whose old one stays retired: forget --new-id. */
#ifndef COG_COGNITOCTL_NEW_ID_H
#define COG_COGNITOCTL_NEW_ID_H

#include <stdint.h>

/*
 * Choose an id that nobody has or had, and write it into the map file of the
 * configuration, which is replaced by rename. The same on every host with
 * the same id key, as long as it is free there. The caller holds the
 * writers' lock. Returns COG_EXIT_OK and the id; else an exit code, having
 * said why, and nothing was changed.
 */
int cog_new_id_give(const char *config_path, const char *name, uint32_t *id);

#endif
