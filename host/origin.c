/* SPDX-License-Identifier: Apache-2.0 */
/* Where a token is from; see the header. */
#include "host/origin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void
cog_origin_of(const struct cog_config *config, struct cog_origin *origin)
{
    memcpy(origin->pool_id, config->pool_id, sizeof origin->pool_id);
    memcpy(origin->client_id, config->client_id, sizeof origin->client_id);
}

bool
cog_origin_equal(const struct cog_origin *a, const struct cog_origin *b)
{
    return a->pool_id[0] != '\0' && strcmp(a->pool_id, b->pool_id) == 0 &&
           strcmp(a->client_id, b->client_id) == 0;
}

/* A text that a word may be, with room for it. */
static bool
take_word(const char *word, size_t len, char *out, size_t size)
{
    if (len == 0 || len >= size || !cog_lines_is_token(word, len))
        return false;
    memcpy(out, word, len);
    out[len] = '\0';
    return true;
}

bool
cog_origin_read(struct cog_lines *lines, struct cog_origin *origin)
{
    struct cog_origin fresh = {"", ""};
    char line[sizeof fresh];
    const char *blank;

    if (!cog_lines_text(lines, line, sizeof line) ||
        (blank = strchr(line, ' ')) == NULL ||
        !take_word(line, (size_t) (blank - line), fresh.pool_id,
                   sizeof fresh.pool_id) ||
        !take_word(blank + 1, strlen(blank + 1), fresh.client_id,
                   sizeof fresh.client_id))
        return false;
    *origin = fresh;
    return true;
}

int
cog_origin_append(const struct cog_origin *origin, struct cog_secret *text)
{
    char line[sizeof *origin + 1];

    if (origin->pool_id[0] == '\0' || origin->client_id[0] == '\0')
        return EINVAL;
    (void) snprintf(line, sizeof line, "%s %s\n", origin->pool_id,
                    origin->client_id);
    return cog_secret_append(text, line, strlen(line));
}
