/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kept tokens; see the header. A file is lines in a fixed order: what it is,
 * name, sub, three times, three tokens; the last two may be empty lines.
 */
#include "host/kept.h"

#include "accounts/siphash.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "host/private_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define FIRST_LINE "COGTOK1"
#define TIME_MAX   INT64_C(253402300799) /* the year 9999 */

void
cog_kept_clear(struct cog_kept *kept)
{
    cog_secret_clear(&kept->refresh);
    cog_secret_clear(&kept->id);
    cog_secret_clear(&kept->access);
    memset(kept, 0, sizeof *kept);
}

/* Not to hide whose: to have a name that no other text can be part of. */
void
cog_kept_entry(const char *name, const char *end,
               char out[COG_KEPT_ENTRY_SIZE])
{
    static const unsigned char key[16] = "pam_cognito kept";

    (void) snprintf(out, COG_KEPT_ENTRY_SIZE, "%016" PRIx64 "%s",
                    cog_siphash24(key, name, strlen(name)), end);
}

/* ---- lines */

/* What is left of a file. */
struct reading {
    const char *at, *end;
};

/* The next line without its end; false when there is none. */
static bool
next_line(struct reading *reading, const char **line, size_t *len)
{
    const char *stop;

    if (reading->at == reading->end)
        return false;
    stop = memchr(reading->at, '\n', (size_t) (reading->end - reading->at));
    if (stop == NULL)
        return false;
    *line = reading->at;
    *len = (size_t) (stop - reading->at);
    reading->at = stop + 1;
    return true;
}

static bool
read_text(struct reading *reading, char *out, size_t size)
{
    const char *line;
    size_t len;

    if (!next_line(reading, &line, &len) || len >= size ||
        memchr(line, '\0', len) != NULL)
        return false;
    memcpy(out, line, len);
    out[len] = '\0';
    return true;
}

static bool
read_time(struct reading *reading, int64_t *time_s)
{
    char text[24];
    uint64_t number;

    if (!read_text(reading, text, sizeof text) ||
        cog_text_to_number(text, (uint64_t) TIME_MAX, &number) != 0)
        return false;
    *time_s = (int64_t) number;
    return true;
}

/* Printable ASCII without blanks, as tokens are. */
static bool
is_token(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    }
    return len <= COG_KEPT_TOKEN_MAX;
}

/* 0, EBADMSG, ENOMEM. */
static int
read_token(struct reading *reading, struct cog_secret *token)
{
    const char *line;
    size_t len;

    if (!next_line(reading, &line, &len) || !is_token(line, len))
        return EBADMSG;
    return len == 0 ? 0 : cog_secret_set(token, line, len);
}

int
cog_kept_parse(const char *bytes, size_t len, struct cog_kept *kept)
{
    cog_cleanup_kept struct cog_kept fresh = COG_KEPT_EMPTY;
    struct reading reading = {bytes, bytes + len};
    char first[sizeof FIRST_LINE];
    int error;

    if (!read_text(&reading, first, sizeof first) ||
        strcmp(first, FIRST_LINE) != 0 ||
        !read_text(&reading, fresh.name, sizeof fresh.name) ||
        !read_text(&reading, fresh.sub, sizeof fresh.sub) ||
        cog_login_name_check(fresh.name, strlen(fresh.name)) !=
            COG_FAULT_NONE ||
        cog_sub_check(fresh.sub) != COG_FAULT_NONE ||
        !read_time(&reading, &fresh.signed_in_s) ||
        !read_time(&reading, &fresh.checked_s) ||
        !read_time(&reading, &fresh.expires_s))
        return EBADMSG;
    error = read_token(&reading, &fresh.refresh);
    if (error == 0)
        error = read_token(&reading, &fresh.id);
    if (error == 0)
        error = read_token(&reading, &fresh.access);
    if (error == 0 && (fresh.refresh.len == 0 || reading.at != reading.end))
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
    return error;
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
    cog_cleanup_fd int dir = -1;
    char entry[COG_KEPT_ENTRY_SIZE];
    int error = cog_private_open(directory, false, &dir);

    cog_kept_entry(name, "", entry);
    if (error == 0)
        error = cog_private_read(dir, entry, COG_KEPT_FILE_MAX, &bytes);
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
    cog_cleanup_fd int dir = -1;
    char entry[COG_KEPT_ENTRY_SIZE];
    int error = cog_kept_write(kept, &text);

    if (error == 0)
        error = cog_private_open(directory, true, &dir);
    if (error != 0)
        return error;
    cog_kept_entry(kept->name, "", entry);
    return cog_private_replace(dir, entry, &text);
}

int
cog_kept_remove(const char *directory, const char *name)
{
    cog_cleanup_fd int dir = -1;
    char entry[COG_KEPT_ENTRY_SIZE];
    int error = cog_private_open(directory, false, &dir);

    if (error != 0)
        return error;
    cog_kept_entry(name, "", entry);
    return cog_private_remove(dir, entry);
}

int
cog_kept_lock(const char *directory, const char *name, int64_t deadline_ms,
              int *lock)
{
    cog_cleanup_fd int dir = -1;
    char entry[COG_KEPT_ENTRY_SIZE];
    int error = cog_private_open(directory, true, &dir);

    if (error != 0)
        return error;
    cog_kept_entry(name, ".lock", entry);
    return cog_private_lock(dir, entry, deadline_ms, lock);
}
