/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What passwords are compared with while the pool cannot be reached
 * (offline = password): for each name a yescrypt hash made by libcrypt, which
 * only root can read, and what limits its use. Written only after a whole
 * login by the pool.
 *
 * Functions return 0 or an errno: ENOENT when nothing is kept, EPERM for
 * files that are not root's alone, EBADMSG for ones that are not ours.
 */
#ifndef COG_HOST_VERIFIERS_H
#define COG_HOST_VERIFIERS_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/account.h"
#include "base/secret.h"
#include "config/config.h"

#define COG_VERIFIERS_DIR COG_STATE_DIR "/private/offline"

/* One name's. Zeroed is empty. */
struct cog_verifier {
    char name[COG_NAME_MAX + 1]; /* PAM_USER */
    char sub[COG_SUB_MAX + 1];   /* whose password it is */
    /* And of which pool: another's people may have the same name. */
    char pool_id[sizeof((struct cog_config *) NULL)->pool_id];
    int64_t proved_s;  /* the login it comes from, unix time */
    int64_t seen_s;    /* the latest time at which it was used */
    uint32_t failures; /* wrong passwords since that login, and guesses
                          whose end is not known */
    bool one_factor;   /* the pool was content with the password */
    struct cog_secret hash;
};

#define COG_VERIFIER_EMPTY                                                    \
    {                                                                         \
        .proved_s = 0                                                         \
    }

void cog_verifier_clear(struct cog_verifier *verifier);

#define cog_cleanup_verifier __attribute__((cleanup(cog_verifier_clear)))

/*
 * Whether a text has the form that crypt(5) gives yescrypt hashes of the cost
 * that we use, so that whoever wrote it does not choose how much memory and
 * time a comparison takes.
 */
bool cog_verifier_hash_is_sound(const char *hash, size_t len);

/*
 * Whether the login it comes from is too long ago; and whether it lies in the
 * future, or its last use does: then the clock is behind, or was ahead, and
 * its age is not known.
 */
bool cog_verifier_is_old(const struct cog_verifier *verifier, int64_t now_s,
                         uint32_t max_age_s);
bool cog_verifier_is_of_future(const struct cog_verifier *verifier,
                               int64_t now_s);

/* What is kept for a name; verifier, empty before, is untouched on failure. */
int cog_verifier_load(const char *directory, const char *name,
                      struct cog_verifier *verifier);

/* Write it anew. EINVAL for one that cog_verifier_load would refuse. */
int cog_verifier_save(const char *directory,
                      const struct cog_verifier *verifier);

/*
 * Lock the file of a name, in order to load, change and save it; waits until
 * deadline_ms of cog_clock_ms: ETIMEDOUT. *lock is a descriptor for the caller
 * to close.
 */
int cog_verifier_lock(const char *directory, const char *name,
                      int64_t deadline_ms, int *lock);

/*
 * Remove it. Waits for whoever has it locked, so that they do not save it
 * again afterwards; but only for some seconds.
 */
int cog_verifier_remove(const char *directory, const char *name);

/* The same for a caller that has locked it. */
int cog_verifier_remove_held(const char *directory, const char *name);

/* Hand each one to visit, in no order; unreadable ones are left out. */
int cog_verifier_walk(const char *directory,
                      void (*visit)(void *context,
                                    const struct cog_verifier *verifier),
                      void *context);

/* Pure: a file's bytes to the structure. EBADMSG; ENOMEM. */
int cog_verifier_parse(const char *bytes, size_t len,
                       struct cog_verifier *verifier);

#endif
