/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a name is ours, from local files that everybody may read; see the
 * header.
 */
#include "pam_cognito/ours.h"

#include "accounts/cache_read.h"
#include "accounts/places.h"
#include "accounts/provisional.h"

#include <errno.h>
#include <pwd.h>
#include <security/pam_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char proved_key[] = "pam_cognito_proved";

/* For an entry of passwd: ours take some hundred bytes. */
#define ENTRY_BYTES 16384

/* Who was proved, and by which configuration. */
struct proved {
    char user[COG_NAME_MAX + 1];
    char config[];
};

/* What the host's name services say of a name that is in no file of ours. */
enum found {
    FOUND_NOWHERE,
    FOUND_IN_RANGE,  /* a uid of our range: a provisional record */
    FOUND_ELSEWHERE, /* LDAP or another directory: not ours to touch */
    FOUND_UNKNOWN,   /* they could not say */
};

static bool
copy_text(const char *text, char *out, size_t size)
{
    size_t len = text == NULL ? size : strlen(text);

    if (len >= size)
        return false;
    memcpy(out, text, len + 1);
    return true;
}

/* An entry as an account; false for one that none of ours can be. */
static bool
take_entry(const struct passwd *entry, const char *user,
           struct cog_account *told)
{
    memset(told, 0, sizeof *told);
    told->uid = entry->pw_uid;
    told->gid = entry->pw_gid;
    return copy_text(entry->pw_name, told->name, sizeof told->name) &&
           strcmp(told->name, user) == 0 &&
           copy_text(entry->pw_dir, told->home, sizeof told->home) &&
           copy_text(entry->pw_shell, told->shell, sizeof told->shell);
}

/* told is filled in with FOUND_IN_RANGE. */
static enum found
ask_name_services(const char *user, uint32_t id_base, uint32_t id_range,
                  struct cog_account *told)
{
    struct passwd entry, *found = NULL;
    char buffer[ENTRY_BYTES];
    int error = getpwnam_r(user, &entry, buffer, sizeof buffer, &found);

    if (error == ERANGE)
        return FOUND_ELSEWHERE; /* no record of ours is that long */
    if (found == NULL)
        return error == 0 || error == ENOENT ? FOUND_NOWHERE : FOUND_UNKNOWN;
    if (entry.pw_uid < id_base || entry.pw_uid - id_base >= id_range ||
        !take_entry(&entry, user, told))
        return FOUND_ELSEWHERE;
    return FOUND_IN_RANGE;
}

/*
 * Whether this was an account of ours, and the host's name services still
 * tell of it: nscd does, for minutes, if it was not told. pam_unix behind us
 * would let such a one in with an ssh key (P77).
 */
static bool
was_ours(struct cog_cache_reader *reader, const struct cog_account *told)
{
    struct cog_tombstone tombstone;
    int error = cog_cache_find_tombstone(reader, told->uid, &tombstone);

    if (error != 0)
        return error != ENOENT; /* what cannot be read may say so */
    return tombstone.kind == COG_ID_USER &&
           strcmp(tombstone.name, told->name) == 0;
}

/* Whether the line takes names that nobody on this host has. */
static bool
may_be_new(const struct cog_call *call)
{
    return call->options.allow_unknown || call->options.create_account;
}

/*
 * A name that no file has is ours on a line that says so, if no directory
 * of the host knows it either; or if it has a provisional record, or had one
 * of ours. The keeper learns what the host was told, and judges it.
 */
static enum cog_outcome
decide_nobody(struct cog_call *call)
{
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(COG_ACCOUNTS_DIR);
    bool wanted = may_be_new(call);
    struct cog_settings settings = {.id_range = 0};
    int error = cog_cache_settings(&reader, &settings);

    if (error != 0 && error != ENOENT && error != ENODATA)
        return COG_OUTCOME_STORE;
    if (!wanted && error != 0)
        return COG_OUTCOME_NOT_OURS;
    wanted = wanted || cog_provisional_matches(&settings, call->user);
    switch (ask_name_services(call->user, settings.id_base, settings.id_range,
                              &call->told)) {
    case FOUND_NOWHERE:
        return may_be_new(call) ? COG_OUTCOME_NONE : COG_OUTCOME_NOT_OURS;
    case FOUND_IN_RANGE:
        call->is_told = wanted || was_ours(&reader, &call->told);
        return call->is_told ? COG_OUTCOME_NONE : COG_OUTCOME_NOT_OURS;
    case FOUND_ELSEWHERE:
        return COG_OUTCOME_NOT_OURS;
    case FOUND_UNKNOWN:
        break;
    }
    return wanted ? COG_OUTCOME_STORE : COG_OUTCOME_NOT_OURS;
}

/*
 * sshd may have been told of the account before it was made, by settings of
 * that time, and goes on with this home and shell: then the keeper judges
 * what the host was told, as of a new name.
 */
static enum cog_outcome
compare_with_record(struct cog_call *call)
{
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(COG_ACCOUNTS_DIR);
    struct cog_account account;

    if (cog_cache_find_name(&reader, call->user, &account) != 0)
        return COG_OUTCOME_STORE;
    call->is_told = strcmp(call->told.home, account.home) != 0 ||
                    strcmp(call->told.shell, account.shell) != 0;
    return COG_OUTCOME_NONE;
}

/*
 * An account of ours whose name another directory has under another uid, or
 * in another group: the host would go on as that one.
 */
static enum cog_outcome
decide_account(struct cog_call *call, const struct cog_whose_ids *ids)
{
    switch (ask_name_services(call->user, ids->uid, 1, &call->told)) {
    case FOUND_NOWHERE:
        return COG_OUTCOME_NONE;
    case FOUND_IN_RANGE:
        return call->told.gid == ids->gid ? compare_with_record(call)
                                          : COG_OUTCOME_NAME;
    case FOUND_ELSEWHERE:
        return COG_OUTCOME_NAME;
    case FOUND_UNKNOWN:
        break;
    }
    return COG_OUTCOME_STORE;
}

/*
 * A local account of ours is the one of /etc/passwd. Where another directory
 * comes before that, and has the name otherwise, the host would go on as that
 * one.
 */
static enum cog_outcome
decide_local(const struct cog_call *call, const struct cog_whose_ids *ids)
{
    struct passwd entry, *found = NULL;
    char buffer[ENTRY_BYTES];
    int error = getpwnam_r(call->user, &entry, buffer, sizeof buffer, &found);

    /* An entry too long for the buffer is not that of /etc/passwd either. */
    if (found == NULL)
        return error == 0 || error == ENOENT ? COG_OUTCOME_NONE
                                             : COG_OUTCOME_NAME;
    return entry.pw_uid == ids->uid && entry.pw_gid == ids->gid
               ? COG_OUTCOME_NONE
               : COG_OUTCOME_NAME;
}

static enum cog_outcome
decide(struct cog_call *call)
{
    const struct cog_whose_question question = {
        .name = call->user,
        .local_group = call->options.local_group,
        .minimum_uid = call->options.minimum_uid,
    };
    struct cog_whose_ids ids = {0, 0};

    call->whose = cog_whose_is(&question, &ids);
    switch (call->whose) {
    case COG_WHOSE_OTHERS:
        return COG_OUTCOME_NOT_OURS;
    case COG_WHOSE_LOCAL:
        return decide_local(call, &ids);
    case COG_WHOSE_ACCOUNT:
        return decide_account(call, &ids);
    case COG_WHOSE_NOBODY:
        return decide_nobody(call);
    case COG_WHOSE_NAMESAKE:
        return COG_OUTCOME_NAME;
    case COG_WHOSE_UNREADABLE:
        break;
    }
    return COG_OUTCOME_STORE;
}

/*
 * PAM_USER. A name of more than 32 bytes is not ours (P17); the copy need
 * not hold it.
 */
static enum cog_outcome
copy_user(struct cog_call *call)
{
    const char *user = NULL;
    size_t len;

    if (pam_get_user(call->pamh, &user, NULL) != PAM_SUCCESS || user == NULL)
        return COG_OUTCOME_ABORTED;
    len = strlen(user);
    if (len >= sizeof call->user)
        return COG_OUTCOME_NOT_OURS;
    memcpy(call->user, user, len + 1);
    return COG_OUTCOME_NONE;
}

/*
 * A line with a mistake denies everybody who could be ours. Not root and
 * the system's users: nobody must be locked out of mending it.
 */
static enum cog_outcome
refuse_arguments(struct cog_call *call, const char *bad)
{
    if (cog_whose_is_system(call->user, NULL))
        return COG_OUTCOME_NOT_OURS;
    (void) snprintf(call->detail, sizeof call->detail,
                    "wrong argument in the line of the PAM file: %s", bad);
    return COG_OUTCOME_CONFIG;
}

enum cog_outcome
cog_ours_begin(pam_handle_t *pamh, int flags, int argc, const char **argv,
               struct cog_call *call)
{
    enum cog_outcome outcome;
    const char *bad;

    memset(call, 0, sizeof *call);
    call->pamh = pamh;
    call->flags = (unsigned) flags;
    outcome = copy_user(call);
    if (outcome != COG_OUTCOME_NONE)
        return outcome;
    bad = cog_options_parse(argc, argv, &call->options);
    return bad == NULL ? decide(call) : refuse_arguments(call, bad);
}

int
cog_ours_refuse(const struct cog_call *call, enum cog_outcome outcome,
                enum cog_phase phase)
{
    if (outcome != COG_OUTCOME_NOT_OURS && outcome != COG_OUTCOME_ABORTED)
        cog_report_log(call->pamh, call->user, outcome, NULL, call->detail);
    return cog_report_code(outcome, phase);
}

static void
free_proved(pam_handle_t *pamh, void *data, int error_status)
{
    (void) pamh;
    (void) error_status;
    free(data);
}

bool
cog_ours_set_proved(const struct cog_call *call)
{
    size_t len = strlen(call->options.config) + 1;
    const void *now = NULL;
    struct proved *proved;

    if (pam_get_item(call->pamh, PAM_USER, &now) != PAM_SUCCESS ||
        now == NULL || strcmp(now, call->user) != 0)
        return false;
    proved = malloc(sizeof *proved + len);
    if (proved == NULL)
        return false;
    memcpy(proved->user, call->user, sizeof proved->user);
    memcpy(proved->config, call->options.config, len);
    if (pam_set_data(call->pamh, proved_key, proved, free_proved) ==
        PAM_SUCCESS)
        return true;
    free(proved);
    return false;
}

bool
cog_ours_is_proved(const struct cog_call *call)
{
    const struct proved *proved;
    const void *data = NULL;

    if (pam_get_data(call->pamh, proved_key, &data) != PAM_SUCCESS ||
        data == NULL)
        return false;
    proved = data;
    return strcmp(proved->user, call->user) == 0 &&
           strcmp(proved->config, call->options.config) == 0;
}

void
cog_ours_clear_proved(const struct cog_call *call)
{
    (void) pam_set_data(call->pamh, proved_key, NULL, NULL);
}
