/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change to the text of an id map (accounts/id_map.h), as a careful person
 * would make it with an editor: all else stays, comments too. Pure.
 */
#ifndef COG_COGNITOCTL_ID_MAP_EDIT_H
#define COG_COGNITOCTL_ID_MAP_EDIT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Give a user an id, in the line that has its name or in a new last one. The
 * text must be one that cog_id_map_parse takes. *out is the caller's to
 * free. Returns 0 or ENOMEM.
 */
int cog_id_map_edit(const char *bytes, size_t len, const char *name,
                    uint32_t id, char **out, size_t *out_len);

#endif
