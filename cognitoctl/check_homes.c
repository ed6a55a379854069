/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking for what makes home directories; see checks.h. Of the session
 * stacks that our users come in by; that of su, or of a job, need make none.
 * Directories that are there, because somebody else makes them, are as good.
 */
#include "cognitoctl/checks.h"

#include "accounts/cache_levels.h"
#include "accounts/places.h"
#include "base/text.h"
#include "cognitoctl/pam_trial.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* So many homes are looked at. */
#define HOMES_MAX 200U

/* Modules that make or mount a home, or run what may do so. */
static const char *const makers[] = {"pam_mkhomedir.so",
                                     "pam_oddjob_mkhomedir.so", "pam_mount.so",
                                     "pam_exec.so", "pam_script.so"};

/* Where people come in who were not there before. */
static const char *const entrances[] = {
    "sshd", "login", "gdm-password", "lightdm", "sddm", "xdm", "xrdp-sesman"};

/* Sessions of who is there already, and of jobs. */
static const char *const others[] = {
    "atd", "cron",      "crond", "other", "passwd", "polkit-1",    "runuser",
    "su",  "runuser-l", "su-l",  "sudo",  "sudo-i", "systemd-user"};

struct look {
    struct cog_checks *checks;
    struct cog_pam_stack stack;
    bool any_makes;                      /* some service of ours does */
    bool creates;                        /* some line of ours makes accounts */
    char entrance[COG_SUBJECT_SIZE / 4]; /* without one, by name */
    char other[COG_SUBJECT_SIZE / 4];
    unsigned homes; /* looked at */
    /* The first that is not there, for people. */
    char missing[COG_HOME_MAX + COG_NAME_MAX + 32];
};

static bool
is_one_of(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, list[i]) == 0)
            return true;
    }
    return false;
}

#define IS_ONE_OF(name, list)                                                 \
    is_one_of((name), (list), sizeof(list) / sizeof *(list))

/* ---- stacks */

static bool
asks_us(struct look *look, const char *service)
{
    static const enum cog_pam_facility facilities[] = {COG_PAM_AUTH,
                                                       COG_PAM_ACCOUNT};
    bool asks = false;

    for (size_t i = 0; i < 2; i++) {
        const struct cog_pam_stack *stack = &look->stack;
        size_t ours;

        if (cog_pam_stack_load(service, facilities[i], &look->stack) != 0)
            return false;
        ours = cog_pam_stack_ours(stack);
        if (ours == stack->count)
            continue;
        asks = true;
        look->creates =
            look->creates || strstr(stack->modules[ours].line.options,
                                    "create_account") != NULL;
    }
    return asks;
}

static bool
makes_homes(const struct cog_pam_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++) {
        if (IS_ONE_OF(cog_pam_module_name(&stack->modules[i].line), makers) &&
            cog_pam_reaches(stack, i))
            return true;
    }
    return false;
}

static void
look_at_service(void *context, const char *service)
{
    struct look *look = context;

    if (IS_ONE_OF(service, others) || !asks_us(look, service) ||
        cog_pam_stack_load(service, COG_PAM_SESSION, &look->stack) != 0 ||
        look->stack.count == 0)
        return;
    if (makes_homes(&look->stack))
        look->any_makes = true;
    else if (IS_ONE_OF(service, entrances))
        cog_text_list_add(look->entrance, sizeof look->entrance, service);
    else
        cog_text_list_add(look->other, sizeof look->other, service);
}

/* ---- homes */

/* Asking what automount serves would mount it. */
static bool
is_automounted(const char *home)
{
    const char *slash = strrchr(home, '/');
    char parent[COG_HOME_MAX + 1];
    struct statfs info;

    if (slash == NULL || slash == home)
        return false;
    (void) snprintf(parent, sizeof parent, "%.*s", (int) (slash - home), home);
    return statfs(parent, &info) == 0 && info.f_type == AUTOFS_SUPER_MAGIC;
}

/* ECANCELED: enough was seen. */
static int
look_at_home(void *context, const struct cog_account *account,
             const struct cog_groups *groups)
{
    struct look *look = context;
    struct stat status;

    (void) groups;
    if (account->disabled)
        return 0;
    if (!is_automounted(account->home) && lstat(account->home, &status) != 0 &&
        errno == ENOENT) {
        (void) snprintf(look->missing, sizeof look->missing,
                        "%s of %s is not there", account->home, account->name);
        return ECANCELED;
    }
    return ++look->homes == HOMES_MAX ? ECANCELED : 0;
}

/* Whether somebody lacks a home, or will. */
static bool
is_wanted(struct look *look)
{
    const struct cog_config *config = &look->checks->config;
    char home[COG_HOME_MAX + 1];
    struct stat status;

    (void) cog_cache_walk(COG_ACCOUNTS_DIR, look_at_home, look);
    if (look->missing[0] != '\0')
        return true;
    if (look->homes > 0 ||
        (!look->creates && config->provisional == COG_CONFIG_PROVISIONAL_OFF))
        return false;
    (void) snprintf(look->missing, sizeof look->missing,
                    "accounts to come, %s", config->home);
    /* A home that all share may be there. */
    return cog_home_expand(config->home, "a", home) == COG_FAULT_NONE &&
           !is_automounted(home) && lstat(home, &status) != 0;
}

void
cog_check_homes(struct cog_checks *checks)
{
    struct look look = {.checks = checks};

    if (!checks->configured)
        return;
    cog_pam_services(look_at_service, &look);
    cog_pam_stack_clear(&look.stack);
    if (!look.any_makes && look.other[0] != '\0')
        cog_text_list_add(look.entrance, sizeof look.entrance, look.other);
    if (look.entrance[0] != '\0' && is_wanted(&look))
        cog_findings_add(&checks->findings, COG_FIND_NO_HOMES,
                         "session: %s (%s)", look.entrance, look.missing);
}
