/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows that root opens; see the header. A file is lines in a fixed order:
 * what it is, name, two times.
 */
#include "host/breakglass.h"

#include "host/by_name.h"
#include "host/lines.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIRST_LINE "COGBRK1"
#define FILE_MAX   256

bool
cog_breakglass_is_open(const struct cog_breakglass *window, int64_t now_s)
{
    return now_s >= window->opened_s && now_s < window->until_s;
}

int
cog_breakglass_parse(const char *bytes, size_t len,
                     struct cog_breakglass *window)
{
    struct cog_breakglass fresh = {.opened_s = 0};
    struct cog_lines lines = {bytes, bytes + len};

    if (!cog_lines_is(&lines, FIRST_LINE) ||
        !cog_lines_text(&lines, fresh.name, sizeof fresh.name) ||
        !cog_lines_time(&lines, &fresh.opened_s) ||
        !cog_lines_time(&lines, &fresh.until_s) || !cog_lines_end(&lines) ||
        cog_login_name_check(fresh.name, strlen(fresh.name)) !=
            COG_FAULT_NONE ||
        fresh.until_s <= fresh.opened_s ||
        fresh.until_s - fresh.opened_s > COG_BREAKGLASS_MAX_S)
        return EBADMSG;
    *window = fresh;
    return 0;
}

int
cog_breakglass_load(const char *directory, const char *name,
                    struct cog_breakglass *window)
{
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    struct cog_breakglass found = {.opened_s = 0};
    int error = cog_by_name_load(directory, name, FILE_MAX, &bytes);

    if (error == 0)
        error = cog_breakglass_parse(bytes.data, bytes.len, &found);
    if (error == 0 && strcmp(found.name, name) != 0)
        error = ENOENT;
    if (error == 0)
        *window = found;
    return error;
}

int
cog_breakglass_save(const char *directory, const struct cog_breakglass *window)
{
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    struct cog_breakglass again;
    char text[FILE_MAX];
    int error;

    (void) snprintf(text, sizeof text,
                    FIRST_LINE "\n%s\n%" PRId64 "\n%" PRId64 "\n",
                    window->name, window->opened_s, window->until_s);
    error = cog_secret_set_text(&bytes, text);
    if (error == 0 && cog_breakglass_parse(bytes.data, bytes.len, &again) != 0)
        error = EINVAL;
    if (error == 0)
        error = cog_by_name_save(directory, window->name, &bytes);
    return error;
}

int
cog_breakglass_remove(const char *directory, const char *name)
{
    return cog_by_name_remove(directory, name);
}

/* ---- all of them */

struct walk {
    void (*visit)(void *context, const struct cog_breakglass *window);
    void *context;
};

static void
visit_bytes(void *context, const struct cog_secret *bytes)
{
    const struct walk *walk = context;
    struct cog_breakglass window;

    if (cog_breakglass_parse(bytes->data, bytes->len, &window) == 0)
        walk->visit(walk->context, &window);
}

int
cog_breakglass_walk(const char *directory,
                    void (*visit)(void *context,
                                  const struct cog_breakglass *window),
                    void *context)
{
    struct walk walk = {visit, context};

    return cog_by_name_walk(directory, FILE_MAX, visit_bytes, &walk);
}
