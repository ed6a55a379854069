/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kept tokens; see the header. A file is lines in a fixed order: what it is,
 * name, sub, three times, three tokens, of which the last two may be empty
 * lines, and where they are from.
 */
#include "host/kept.h"

#include "host/by_name.h"
#include "host/lines.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIRST_LINE "COGTOK2"

void
cog_kept_clear(struct cog_kept *kept)
{
    cog_secret_clear(&kept->refresh);
    cog_secret_clear(&kept->id);
    cog_secret_clear(&kept->access);
    memset(kept, 0, sizeof *kept);
}

int
cog_kept_parse(const char *bytes, size_t len, struct cog_kept *kept)
{
    cog_cleanup_kept struct cog_kept fresh = COG_KEPT_EMPTY;
    struct cog_lines lines = {bytes, bytes + len};
    int error;

    if (!cog_lines_is(&lines, FIRST_LINE) ||
        !cog_lines_text(&lines, fresh.name, sizeof fresh.name) ||
        !cog_lines_text(&lines, fresh.sub, sizeof fresh.sub) ||
        cog_login_name_check(fresh.name, strlen(fresh.name)) !=
            COG_FAULT_NONE ||
        cog_sub_check(fresh.sub) != COG_FAULT_NONE ||
        !cog_lines_time(&lines, &fresh.signed_in_s) ||
        !cog_lines_time(&lines, &fresh.checked_s) ||
        !cog_lines_time(&lines, &fresh.expires_s))
        return EBADMSG;
    error = cog_lines_token(&lines, COG_KEPT_TOKEN_MAX, &fresh.refresh);
    if (error == 0)
        error = cog_lines_token(&lines, COG_KEPT_TOKEN_MAX, &fresh.id);
    if (error == 0)
        error = cog_lines_token(&lines, COG_KEPT_TOKEN_MAX, &fresh.access);
    if (error == 0 &&
        (fresh.refresh.len == 0 || !cog_origin_read(&lines, &fresh.origin) ||
         !cog_lines_end(&lines)))
        error = EBADMSG;
    if (error != 0)
        return error;
    cog_kept_clear(kept);
    *kept = fresh;
    fresh = (struct cog_kept) COG_KEPT_EMPTY;
    return 0;
}

static int
write_lines(const struct cog_kept *kept, struct cog_secret *text)
{
    const struct cog_secret *const tokens[] = {&kept->refresh, &kept->id,
                                               &kept->access};
    char head[256];
    int error;

    (void) snprintf(head, sizeof head,
                    FIRST_LINE "\n%s\n%s\n%" PRId64 "\n%" PRId64 "\n%" PRId64
                               "\n",
                    kept->name, kept->sub, kept->signed_in_s, kept->checked_s,
                    kept->expires_s);
    error = cog_secret_set_text(text, head);
    for (size_t i = 0; error == 0 && i < 3; i++) {
        if (tokens[i]->len > 0)
            error = cog_secret_append(text, tokens[i]->data, tokens[i]->len);
        if (error == 0)
            error = cog_secret_append(text, "\n", 1);
    }
    return error == 0 ? cog_origin_append(&kept->origin, text) : error;
}

int
cog_kept_write(const struct cog_kept *kept, struct cog_secret *text)
{
    cog_cleanup_secret struct cog_secret lines = COG_SECRET_EMPTY;
    cog_cleanup_kept struct cog_kept again = COG_KEPT_EMPTY;
    int error = write_lines(kept, &lines);

    if (error == 0 && cog_kept_parse(lines.data, lines.len, &again) != 0)
        error = EINVAL;
    if (error == 0)
        cog_secret_move(text, &lines);
    return error;
}

/* ---- the directory */

int
cog_kept_load(const char *directory, const char *name, struct cog_kept *kept)
{
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    cog_cleanup_kept struct cog_kept found = COG_KEPT_EMPTY;
    int error = cog_by_name_load(directory, name, COG_KEPT_FILE_MAX, &bytes);

    if (error == 0)
        error = cog_kept_parse(bytes.data, bytes.len, &found);
    /* Another name with the same hash: it has the place, not we. */
    if (error == 0 && strcmp(found.name, name) != 0)
        error = ENOENT;
    if (error != 0)
        return error;
    cog_kept_clear(kept);
    *kept = found;
    found = (struct cog_kept) COG_KEPT_EMPTY;
    return 0;
}

int
cog_kept_save(const char *directory, const struct cog_kept *kept)
{
    cog_cleanup_secret struct cog_secret text = COG_SECRET_EMPTY;
    int error = cog_kept_write(kept, &text);

    return error != 0 ? error : cog_by_name_save(directory, kept->name, &text);
}

int
cog_kept_remove(const char *directory, const char *name)
{
    return cog_by_name_remove(directory, name);
}

int
cog_kept_lock(const char *directory, const char *name, int64_t deadline_ms,
              int *lock)
{
    return cog_by_name_lock(directory, name, deadline_ms, lock);
}
