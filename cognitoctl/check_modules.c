/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking for the modules that the PAM files name; see checks.h. Of services
 * that ask us, or that were meant to: where libpam cannot load a module, it
 * takes PAM_MODULE_UNKNOWN for its word. Lines that begin with "-" say that
 * the module may be missing.
 */
#include "cognitoctl/checks.h"

#include "cognitoctl/pam_files.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * Where libpam may look for modules without a path, as it was built: where
 * its own are. Of a machine with two architectures, in both.
 */
static const char *const patterns[] = {
    "/usr/lib/*/security/pam_deny.so", "/usr/lib64/security/pam_deny.so",
    "/usr/lib/security/pam_deny.so",   "/lib/*/security/pam_deny.so",
    "/lib64/security/pam_deny.so",     "/lib/security/pam_deny.so",
};

struct look {
    struct cog_checks *checks;
    struct cog_pam_stack stacks[COG_PAM_FACILITIES];
    glob_t found;    /* one module in each directory */
    char place[128]; /* the first of them, for people */
};

static size_t
directory_len(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? (size_t) (slash - path) : 0;
}

static void
find_directories(struct look *look)
{
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        (void) glob(patterns[i], i == 0 ? 0 : GLOB_APPEND, NULL, &look->found);
    if (look->found.gl_pathc > 0)
        (void) snprintf(look->place, sizeof look->place, "%.*s",
                        (int) directory_len(look->found.gl_pathv[0]),
                        look->found.gl_pathv[0]);
}

/* What is not known counts as there. */
static bool
is_there(const struct look *look, const char *module)
{
    /* libpam writes the architecture in its place. */
    if (strstr(module, "$ISA") != NULL || look->found.gl_pathc == 0)
        return true;
    if (module[0] == '/')
        return access(module, F_OK) == 0;
    for (size_t i = 0; i < look->found.gl_pathc; i++) {
        const char *path = look->found.gl_pathv[i];
        char other[PATH_MAX];
        int len = snprintf(other, sizeof other, "%.*s/%s",
                           (int) directory_len(path), path, module);

        if (len < 0 || (size_t) len >= sizeof other ||
            access(other, F_OK) == 0)
            return true;
    }
    return false;
}

static bool
is_missing(const struct look *look, const struct cog_pam_line *line)
{
    return line->include == COG_PAM_NO_INCLUDE && line->module[0] != '\0' &&
           !line->may_miss && !is_there(look, line->module);
}

/* Whether libpam takes the missing module for a denial, or it was to be us. */
static bool
matters(const struct cog_pam_line *line)
{
    int action = line->actions[COG_PAM_MODULE_UNKNOWN];

    return action == COG_PAM_DO_BAD || action == COG_PAM_DO_DIE ||
           cog_pam_means_ours(cog_pam_module_name(line));
}

static bool
is_for_us(const struct look *look)
{
    for (unsigned f = 0; f < COG_PAM_FACILITIES; f++) {
        const struct cog_pam_stack *stack = &look->stacks[f];

        for (size_t i = 0; i < stack->count; i++) {
            const struct cog_pam_line *line = &stack->modules[i].line;
            const char *name = cog_pam_module_name(line);

            if (strcmp(name, COG_PAM_OURS) == 0 ||
                (cog_pam_means_ours(name) && is_missing(look, line)))
                return true;
        }
    }
    return false;
}

static void
look_at_line(struct look *look, const struct cog_pam_line *line,
             const char *service)
{
    char what[COG_PAM_WORD_SIZE + 32], where[COG_SUBJECT_SIZE / 2];
    bool absolute = line->module[0] == '/';

    if (!is_missing(look, line) || !matters(line))
        return;
    (void) snprintf(what, sizeof what, "%s: %s of ",
                    cog_pam_facility_name(line->facility), line->module);
    (void) snprintf(where, sizeof where, "%.64s%s%s", service,
                    absolute ? "" : ", not in ", absolute ? "" : look->place);
    cog_findings_add_first(&look->checks->findings,
                           COG_FIND_PAM_MODULE_MISSING, what, where);
}

static void
look_at_service(void *context, const char *service)
{
    struct look *look = context;

    for (unsigned f = 0; f < COG_PAM_FACILITIES; f++) {
        if (cog_pam_stack_load(service, (enum cog_pam_facility) f,
                               &look->stacks[f]) != 0)
            return;
    }
    if (!is_for_us(look))
        return;
    for (unsigned f = 0; f < COG_PAM_FACILITIES; f++) {
        for (size_t i = 0; i < look->stacks[f].count; i++)
            look_at_line(look, &look->stacks[f].modules[i].line, service);
    }
}

void
cog_check_modules(struct cog_checks *checks)
{
    struct look look = {.checks = checks};

    find_directories(&look);
    cog_pam_services(look_at_service, &look);
    for (unsigned f = 0; f < COG_PAM_FACILITIES; f++)
        cog_pam_stack_clear(&look.stacks[f]);
    globfree(&look.found);
}
