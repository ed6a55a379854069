/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The administrator's map file (option id_map): ids that are not to be
 * computed. One line for each name,
 *
 *     alice 1900000001
 *     %cognito-Admins 1900000500
 *
 * a user or, after "%", a Unix group with its prefix; then blanks or tabs
 * and a decimal number. Empty lines and lines that begin with "#" are
 * skipped. A file with anything else, with a name or an id twice, or with an
 * id outside of the range is refused as a whole.
 */
#ifndef COG_ACCOUNTS_ID_MAP_H
#define COG_ACCOUNTS_ID_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "accounts/account.h"
#include "accounts/ids.h"
#include "accounts/trusted_file.h"

/* The file may have this many bytes; beyond is EFBIG. */
#define COG_ID_MAP_FILE_MAX (64U * 1024 * 1024)

struct cog_id_map_entry {
    uint32_t id;
    uint32_t line; /* of the file, counted from 1 */
    enum cog_id_kind kind;
    char name[COG_NAME_MAX + 1];
};

/* Zeroed is empty; entries are in the order of kind and name. */
struct cog_id_map {
    struct cog_id_map_entry *entries;
    size_t count;
};

/* Free everything; the map is empty then. */
void cog_id_map_clear(struct cog_id_map *map);

#define cog_cleanup_id_map __attribute__((cleanup(cog_id_map_clear)))

/*
 * Parse a whole file. Returns 0; EBADMSG and the number of the line that is
 * wrong (of two that are in each other's way, the second); ENOMEM with line
 * 0. map, which is empty before, is untouched on failure and the caller's to
 * clear on success.
 */
int cog_id_map_parse(const char *bytes, size_t len, uint32_t id_base,
                     uint32_t id_range, struct cog_id_map *map,
                     uint32_t *line);

/*
 * Read and parse a trusted file (COG_TRUST_DIRS: the path counts, too).
 * Failures as cog_trusted_open with *why, as cog_id_map_parse with
 * COG_TRUST_MALFORMED and *line, which is 0 otherwise.
 */
int cog_id_map_load(const char *path, uint32_t id_base, uint32_t id_range,
                    struct cog_id_map *map, enum cog_trust *why,
                    uint32_t *line);

/* The id of a name. ENOENT: the map says nothing about it. */
int cog_id_map_find(const struct cog_id_map *map, enum cog_id_kind kind,
                    const char *name, uint32_t *id);

#endif
