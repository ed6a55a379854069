/* SPDX-License-Identifier: Apache-2.0 */
/* Logins without the pool; see the header. */
#include "keeper/offline.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "host/breakglass.h"
#include "host/verifiers.h"
#include "keeper/parent.h"
#include "keeper/store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* For another login of the same name to write its file. */
#define LOCK_MS 700
/* All of a try: the lock, the rules, a hash. */
#define COMPARE_LIMIT_MS 8000

enum cog_wire_offline
cog_offline_wanted(const struct cog_subject *subject,
                   const struct cog_config *config)
{
    if (!config->offline_password || subject->is_unprivileged ||
        subject->operation != COG_OPERATION_LOGIN ||
        (subject->whose == COG_WHOSE_NOBODY &&
         !cog_rules_becomes_account(subject)))
        return COG_WIRE_OFFLINE_NO;
    return subject->caller_is_root ? COG_WIRE_OFFLINE_MAKE
                                   : COG_WIRE_OFFLINE_COMPARE;
}

void
cog_offline_drop(const struct cog_subject *subject)
{
    int error = subject->is_unprivileged
                    ? 0 /* the store is closed to it */
                    : cog_verifier_remove(COG_VERIFIERS_DIR, subject->user);

    if (error != 0 && error != ENOENT)
        cog_parent_note(LOG_ERR, "the hash of %s cannot be removed: %s",
                        subject->user, strerror(error));
}

/* ---- after a login by the pool */

/* The hash that the speaker sent, if its form is sound. */
static bool
take_hash(const struct cog_dialog *dialog, struct cog_secret *hash)
{
    const struct cog_field *bytes = &dialog->hash.field[COG_HASH_BYTES];

    return dialog->hash.type == COG_MSG_HASH && bytes->len > 0 &&
           cog_verifier_hash_is_sound(bytes->bytes, bytes->len) &&
           cog_secret_set(hash, bytes->bytes, bytes->len) == 0;
}

static bool
was_one_factor(const struct cog_dialog *dialog)
{
    return dialog->hash.type == COG_MSG_HASH &&
           dialog->hash.field[COG_HASH_ONE_FACTOR].number == 1;
}

static int
lock_file(const struct cog_subject *subject, int *lock)
{
    return cog_verifier_lock(COG_VERIFIERS_DIR, subject->user,
                             cog_clock_ms() + LOCK_MS, lock);
}

/*
 * What is kept, if it is of this pool. Another's says nothing here: a host
 * with two has two people of one name, who may both choose a password.
 */
static int
load_own(const struct cog_subject *subject, const struct cog_config *config,
         struct cog_verifier *kept)
{
    int error = cog_verifier_load(COG_VERIFIERS_DIR, subject->user, kept);

    return error == 0 && strcmp(kept->pool_id, config->pool_id) != 0 ? ENOENT
                                                                     : error;
}

void
cog_offline_drop_own(const struct cog_subject *subject,
                     const struct cog_config *config)
{
    cog_cleanup_verifier struct cog_verifier kept = COG_VERIFIER_EMPTY;

    if (load_own(subject, config, &kept) != ENOENT)
        cog_offline_drop(subject);
}

/*
 * Remove the kept hash unless it agrees with what the pool has just said:
 * that the typed password is right (then it must be the kept one), or wrong
 * (then it must not be). Nothing is written.
 */
static void
drop_unless(const struct cog_subject *subject, const struct cog_config *config,
            const struct cog_dialog *dialog, bool typed_is_kept)
{
    cog_cleanup_verifier struct cog_verifier kept = COG_VERIFIER_EMPTY;
    bool same = false;

    if (load_own(subject, config, &kept) != 0 ||
        cog_parent_started(COMPARE_LIMIT_MS) != 0 ||
        !cog_dialog_compare(dialog, &kept.hash, &same))
        return;
    if (same != typed_is_kept)
        cog_offline_drop(subject);
}

static int
write_new(const struct cog_subject *subject, const struct cog_config *config,
          const struct cog_proof *proof, struct cog_verifier *fresh)
{
    cog_cleanup_fd int lock = -1;
    int error = lock_file(subject, &lock);

    (void) snprintf(fresh->name, sizeof fresh->name, "%s", subject->user);
    (void) snprintf(fresh->sub, sizeof fresh->sub, "%s", proof->sub);
    memcpy(fresh->pool_id, config->pool_id, sizeof fresh->pool_id);
    fresh->proved_s = fresh->seen_s = cog_clock_unix_s();
    return error != 0 ? error : cog_verifier_save(COG_VERIFIERS_DIR, fresh);
}

void
cog_offline_keep(const struct cog_subject *subject,
                 const struct cog_config *config,
                 const struct cog_proof *proof,
                 const struct cog_dialog *dialog)
{
    cog_cleanup_verifier struct cog_verifier fresh = COG_VERIFIER_EMPTY;
    int error = 0;

    switch (cog_offline_wanted(subject, config)) {
    case COG_WIRE_OFFLINE_MAKE:
        break;
    case COG_WIRE_OFFLINE_COMPARE:
        if (was_one_factor(dialog))
            drop_unless(subject, config, dialog, true);
        else
            cog_offline_drop_own(subject, config);
        return;
    case COG_WIRE_OFFLINE_NO:
    default:
        /* Keep no old one either, for the day it is switched on again. */
        if (subject->caller_is_root)
            cog_offline_drop_own(subject, config);
        return;
    }
    fresh.one_factor = was_one_factor(dialog);
    if (take_hash(dialog, &fresh.hash))
        error = write_new(subject, config, proof, &fresh);
    else
        error = ENODATA;
    if (error == 0)
        return;
    cog_parent_note(LOG_WARNING, "no hash is kept for %s: %s", subject->user,
                    strerror(error));
    cog_offline_drop(subject);
}

/* ---- without the pool */

/* Whether no answer of any kind came. Our own trouble is no outage. */
static bool
is_outage(enum cog_outcome outcome)
{
    return outcome == COG_OUTCOME_NETWORK || outcome == COG_OUTCOME_TLS ||
           outcome == COG_OUTCOME_TIMEOUT;
}

/* Whether the pool refused the person, so that a kept hash is void. */
static bool
is_word_of_pool(enum cog_outcome outcome)
{
    return outcome == COG_OUTCOME_DISABLED ||
           outcome == COG_OUTCOME_RESET_REQUIRED ||
           outcome == COG_OUTCOME_TEMPORARY_EXPIRED ||
           outcome == COG_OUTCOME_NOT_CONFIRMED;
}

static void
refuse(struct cog_ruling *ruling, const char *why)
{
    char reason[COG_REASON_SIZE];

    (void) snprintf(reason, sizeof reason, "%s; %s",
                    cog_outcome_word(ruling->outcome), why);
    cog_rule(ruling, COG_OUTCOME_OFFLINE_REFUSED, reason);
}

/* Whether root has opened a window for this person (breakglass). */
static bool
window_is_open(const struct cog_subject *subject)
{
    struct cog_breakglass window;

    if (cog_breakglass_load(COG_BREAKGLASS_DIR, subject->user, &window) != 0)
        return false;
    if (cog_breakglass_is_open(&window, cog_clock_unix_s()))
        return true;
    /* So that a clock that is set back does not open it again. */
    if (cog_clock_unix_s() >= window.until_s)
        (void) cog_breakglass_remove(COG_BREAKGLASS_DIR, subject->user);
    return false;
}

/* The rules of the account phase, and whether the sub is still the same. */
static bool
is_admitted_here(const struct cog_subject *subject,
                 const struct cog_config *config,
                 const struct cog_verifier *kept, struct cog_ruling *ruling)
{
    struct cog_subject unproved = *subject;
    struct cog_login_entry login;
    char why[COG_REASON_SIZE] = "";

    unproved.flags &= ~(uint64_t) COG_REQUEST_PROVED;
    if (cog_store_account(&unproved, config, why) != COG_OUTCOME_ADMITTED) {
        refuse(ruling, why);
        return false;
    }
    if (cog_logins_find(COG_LOGINS_DIR, subject->user, &login) != 0 ||
        strcmp(login.sub, kept->sub) != 0) {
        refuse(ruling, "the hash is of another sub");
        return false;
    }
    return true;
}

static void
remove_held(const struct cog_subject *subject)
{
    int error = cog_verifier_remove_held(COG_VERIFIERS_DIR, subject->user);

    if (error != 0)
        cog_parent_note(LOG_ERR, "the hash of %s cannot be removed: %s",
                        subject->user, strerror(error));
}

/* Whether this hash may be tried at all. Its file is locked. */
static bool
may_be_tried(const struct cog_subject *subject,
             const struct cog_config *config, const struct cog_verifier *kept,
             bool window, struct cog_ruling *ruling)
{
    int64_t now_s = cog_clock_unix_s();

    if (cog_verifier_is_old(kept, now_s, config->offline_max_age_s)) {
        refuse(ruling, "the last login by the pool is too old");
        remove_held(subject);
        return false;
    }
    /* Not removed: a host without a clock may yet learn the time. */
    if (cog_verifier_is_of_future(kept, now_s)) {
        refuse(ruling, "the clock is behind the last login");
        return false;
    }
    if (kept->failures >= config->offline_attempts) {
        refuse(ruling, "too many wrong passwords: the hash is removed");
        remove_held(subject);
        return false;
    }
    if (!kept->one_factor && !window) {
        refuse(ruling, "the pool wanted more than the password: see "
                       "cognitoctl breakglass");
        return false;
    }
    return is_admitted_here(subject, config, kept, ruling);
}

/*
 * Count a wrong password, on disk, before the comparison says whether it is
 * one, so that killing us in between does not gain a guess.
 */
static bool
count_guess(const struct cog_subject *subject, const struct cog_guess *guess,
            struct cog_verifier *kept, struct cog_ruling *ruling)
{
    bool two = (subject->flags & COG_REQUEST_CODE_IN_PASSWORD) != 0;
    const char *full = NULL;
    int error = cog_failures_take(guess, &full);

    if (error != 0) {
        refuse(ruling, error == EACCES || error == EAGAIN
                           ? "too many failures"
                           : "failures cannot be counted");
        return false;
    }
    /* The password is tried with the digits at its end, and without. */
    kept->failures += two ? 2 : 1;
    kept->seen_s = cog_clock_unix_s();
    if (cog_verifier_save(COG_VERIFIERS_DIR, kept) == 0)
        return true;
    cog_failures_settle(guess, false);
    refuse(ruling, "failures cannot be written down");
    return false;
}

static void
admit(bool window, const struct cog_verifier *kept, struct cog_ruling *ruling)
{
    char reason[COG_REASON_SIZE];

    (void) snprintf(reason, sizeof reason,
                    "%s; the password of a login %lld s ago%s",
                    cog_outcome_word(ruling->outcome),
                    (long long) (cog_clock_unix_s() - kept->proved_s),
                    window ? ", without the second factor" : "");
    cog_rule(ruling, window ? COG_OUTCOME_BREAKGLASS : COG_OUTCOME_OFFLINE,
             reason);
}

/* Lock the file, and load it. */
static int
load_held(const struct cog_subject *subject, const struct cog_config *config,
          struct cog_verifier *kept, int *lock)
{
    int error = lock_file(subject, lock);

    return error != 0 ? error : load_own(subject, config, kept);
}

/* Check the rules, and count the guess. */
static bool
begin_use(const struct cog_subject *subject, const struct cog_config *config,
          const struct cog_guess *guess, struct cog_verifier *kept,
          bool *window, struct cog_ruling *ruling)
{
    cog_cleanup_fd int lock = -1;
    int error = load_held(subject, config, kept, &lock);

    if (error != 0) {
        refuse(ruling, error == ETIMEDOUT ? "another login is being tried"
                                          : "the hash cannot be read");
        return false;
    }
    *window = !kept->one_factor && window_is_open(subject);
    return may_be_tried(subject, config, kept, *window, ruling) &&
           count_guess(subject, guess, kept, ruling);
}

/*
 * Record what came of it. The file was not locked while the speaker computed:
 * ESTALE when it is not the one any more that was compared with. Whoever has
 * removed or replaced it meanwhile knew better, and is not overwritten.
 */
static int
end_use(const struct cog_subject *subject, const struct cog_config *config,
        const struct cog_verifier *used, bool same)
{
    cog_cleanup_verifier struct cog_verifier kept = COG_VERIFIER_EMPTY;
    cog_cleanup_fd int lock = -1;
    int error = load_held(subject, config, &kept, &lock);

    if (error != 0)
        return error == ENOENT ? ESTALE : error;
    if (kept.proved_s != used->proved_s ||
        !cog_secret_equal(&kept.hash, &used->hash))
        return ESTALE;
    if (same) {
        kept.failures = 0;
        return cog_verifier_save(COG_VERIFIERS_DIR, &kept);
    }
    if (kept.failures >= config->offline_attempts)
        remove_held(subject);
    return 0;
}

static void
deny_password(const struct cog_config *config, const struct cog_verifier *kept,
              struct cog_ruling *ruling)
{
    char reason[COG_REASON_SIZE];

    (void) snprintf(reason, sizeof reason, "%s; wrong password %u of %u",
                    cog_outcome_word(ruling->outcome), kept->failures,
                    config->offline_attempts);
    cog_rule(ruling, COG_OUTCOME_OFFLINE_PASSWORD, reason);
}

static void
use(const struct cog_subject *subject, const struct cog_config *config,
    const struct cog_dialog *dialog, struct cog_ruling *ruling)
{
    cog_cleanup_verifier struct cog_verifier kept = COG_VERIFIER_EMPTY;
    struct cog_guess guess = {COG_RUN_DIR, subject->user, subject->rhost,
                              cog_clock_ms()};
    bool window = false, same = false;
    int error;

    if (!begin_use(subject, config, &guess, &kept, &window, ruling))
        return;
    if (!cog_dialog_compare(dialog, &kept.hash, &same))
        same = false;
    guess.now_ms = cog_clock_ms();
    cog_failures_settle(&guess, !same);
    error = end_use(subject, config, &kept, same);
    if (error == ESTALE)
        refuse(ruling, "the hash was removed meanwhile");
    else if (error != 0)
        refuse(ruling, "what came of it cannot be written down");
    else if (same)
        admit(window, &kept, ruling);
    else
        deny_password(config, &kept, ruling);
}

void
cog_offline_try(const struct cog_subject *subject,
                const struct cog_config *config,
                const struct cog_dialog *dialog, struct cog_ruling *ruling)
{
    cog_cleanup_verifier struct cog_verifier kept = COG_VERIFIER_EMPTY;

    /* A hash after a failure says that the login changed the password. */
    if (is_word_of_pool(ruling->outcome) || dialog->hash.type == COG_MSG_HASH)
        cog_offline_drop_own(subject, config);
    if (cog_offline_wanted(subject, config) == COG_WIRE_OFFLINE_NO ||
        subject->whose == COG_WHOSE_NOBODY)
        return;
    /* If the kept password was refused, it was changed elsewhere. */
    if (ruling->outcome == COG_OUTCOME_PASSWORD)
        drop_unless(subject, config, dialog, false);
    if (!is_outage(ruling->outcome) || dialog->guesses == NULL ||
        dialog->guesses->asked > 0 ||
        load_own(subject, config, &kept) == ENOENT)
        return;
    /* The module waits for a hash now, not for the pool. */
    if (cog_parent_started(COMPARE_LIMIT_MS) == 0)
        use(subject, config, dialog, ruling);
}
