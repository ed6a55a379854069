/* SPDX-License-Identifier: Apache-2.0 */
/* The PAM stacks of this host, read as libpam reads them. */
#ifndef COG_COGNITOCTL_PAM_FILES_H
#define COG_COGNITOCTL_PAM_FILES_H

#include "cognitoctl/pam_stack.h"

#include <limits.h>

#define COG_PAM_DIRECTORY "/etc/pam.d"
#define COG_PAM_OURS      "pam_cognito.so"

/* The file of a service, or what a line includes: of COG_PAM_DIRECTORY, if it
 * is there, or else of /usr/lib/pam.d. */
void cog_pam_path(const char *name, char path[PATH_MAX]);

/* Longer stacks are cut; the rest of them is not looked at. */
#define COG_PAM_STACK_MAX 200

/* Zeroed is empty; on the heap, as each line takes some room. */
struct cog_pam_stack {
    struct cog_pam_module *modules; /* COG_PAM_STACK_MAX */
    size_t count;
};

/*
 * The stack of a service for a facility, with what it includes. A file that
 * cannot be read is a line that libpam could not read. Returns 0, ENOENT
 * when the service has no file, ENOMEM, or another errno.
 */
int cog_pam_stack_load(const char *service, enum cog_pam_facility facility,
                       struct cog_pam_stack *stack);

/* The index of the first line of ours, or count. */
size_t cog_pam_stack_ours(const struct cog_pam_stack *stack);

void cog_pam_stack_clear(struct cog_pam_stack *stack);

#define cog_cleanup_pam_stack __attribute__((cleanup(cog_pam_stack_clear)))

/* Told each service that has a file, but for those others include. */
typedef void cog_pam_visit(void *context, const char *service);
void cog_pam_services(cog_pam_visit *visit, void *context);

/* The last part of a module's path. */
const char *cog_pam_module_name(const struct cog_pam_line *line);

#endif
