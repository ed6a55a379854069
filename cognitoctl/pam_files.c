/* SPDX-License-Identifier: Apache-2.0 */
/* The PAM stacks of this host; see the header. */
#include "cognitoctl/pam_files.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cognitoctl/text_file.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As deep as files may include each other. */
#define DEPTH 8U

/* What stands in for files that are not in COG_PAM_DIRECTORY: pam.conf(5). */
#define VENDORS "/usr/lib/pam.d"

struct load {
    enum cog_pam_facility facility;
    struct cog_pam_stack *stack;
};

const char *
cog_pam_module_name(const struct cog_pam_line *line)
{
    const char *slash = strrchr(line->module, '/');

    return slash != NULL ? slash + 1 : line->module;
}

static void
add(struct load *load, const struct cog_pam_line *line, unsigned level)
{
    struct cog_pam_stack *stack = load->stack;

    if (stack->count == COG_PAM_STACK_MAX)
        return;
    stack->modules[stack->count].line = *line;
    stack->modules[stack->count++].level = level;
}

static int load_file(struct load *load, const char *name, unsigned level,
                     unsigned depth);

/* A line in its place; what it includes in its stead. */
static void
take_line(struct load *load, const struct cog_pam_line *line, unsigned level,
          unsigned depth)
{
    bool substack = line->include == COG_PAM_SUBSTACK;
    static const struct cog_pam_line bad = {
        .actions = {[0 ... COG_PAM_RESULTS - 1] = COG_PAM_DO_BAD}};

    if (line->include != COG_PAM_INCLUDE_ALL &&
        line->facility != load->facility)
        return;
    if (line->include == COG_PAM_NO_INCLUDE || substack)
        add(load, line, level);
    if (line->include != COG_PAM_NO_INCLUDE &&
        load_file(load, line->module, level + substack, depth + 1) != 0)
        add(load, &bad, level);
}

void
cog_pam_path(const char *name, char path[PATH_MAX])
{
    (void) snprintf(path, PATH_MAX, "%s%s",
                    name[0] == '/' ? "" : COG_PAM_DIRECTORY "/", name);
    if (name[0] != '/' && access(path, F_OK) != 0)
        (void) snprintf(path, PATH_MAX, VENDORS "/%s", name);
}

static int
load_file(struct load *load, const char *name, unsigned level, unsigned depth)
{
    cog_cleanup_text char *text = NULL;
    struct cog_pam_line line;
    char path[PATH_MAX];
    const char *at;
    size_t len = 0;
    int error;

    if (depth > DEPTH)
        return ELOOP;
    cog_pam_path(name, path);
    error = cog_text_file_read(path, &text, &len);
    if (error != 0)
        return error;
    at = text;
    while (cog_pam_next_line(&at, &len, &line))
        take_line(load, &line, level, depth);
    return 0;
}

int
cog_pam_stack_load(const char *service, enum cog_pam_facility facility,
                   struct cog_pam_stack *stack)
{
    struct load load = {facility, stack};

    stack->count = 0;
    if (stack->modules == NULL)
        stack->modules = calloc(COG_PAM_STACK_MAX, sizeof *stack->modules);
    if (stack->modules == NULL)
        return ENOMEM;
    return load_file(&load, service, 0, 0);
}

size_t
cog_pam_stack_ours(const struct cog_pam_stack *stack)
{
    size_t i = 0;

    while (i < stack->count &&
           strcmp(cog_pam_module_name(&stack->modules[i].line),
                  COG_PAM_OURS) != 0)
        i++;
    return i;
}

void
cog_pam_stack_clear(struct cog_pam_stack *stack)
{
    free(stack->modules);
    *stack = (struct cog_pam_stack){0};
}

static int
is_service(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strchr(entry->d_name, '.') == NULL &&
           entry->d_name[strlen(entry->d_name) - 1] != '~' &&
           !cog_text_begins(entry->d_name, "common-");
}

static void
visit_directory(const char *directory, cog_pam_visit *visit, void *context)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_service, alphasort);

    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];

        cog_pam_path(entries[i]->d_name, path);
        if (cog_text_begins(path, directory))
            visit(context, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

void
cog_pam_services(cog_pam_visit *visit, void *context)
{
    visit_directory(COG_PAM_DIRECTORY, visit, context);
    visit_directory(VENDORS, visit, context);
}
