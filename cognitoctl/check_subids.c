/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking for ids of ours among those that subuid(5) and subgid(5) lend: in a
 * user namespace, which newuidmap(1) sets up for anybody who has such a line,
 * its owner acts as whoever has these ids outside. See checks.h.
 */
#include "cognitoctl/checks.h"

#include "base/cleanup.h"
#include "cognitoctl/shadow.h"
#include "cognitoctl/text_file.h"

static void
look_at_file(struct cog_checks *checks, const char *path)
{
    const uint64_t first = checks->config.id_base;
    const uint64_t end = first + checks->config.id_range;
    cog_cleanup_text char *text = NULL;
    struct cog_subids_line line;
    const char *at;
    size_t len = 0;

    if (cog_text_file_read(path, &text, &len) != 0)
        return;
    at = text;
    while (cog_subids_next(&at, &len, &line)) {
        if (line.first < end && first < line.first + line.count)
            cog_findings_add(&checks->findings, COG_FIND_SUBIDS,
                             "%s: %s has %lu to %lu", path, line.name,
                             (unsigned long) line.first,
                             (unsigned long) (line.first + line.count - 1));
    }
}

void
cog_check_subids(struct cog_checks *checks)
{
    if (!checks->configured)
        return;
    look_at_file(checks, "/etc/subuid");
    look_at_file(checks, "/etc/subgid");
}
