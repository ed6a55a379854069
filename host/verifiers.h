/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What passwords are compared with while the pool cannot be reached: for
 * each name a hash by libcrypt's yescrypt, kept for root alone, and what
 * bounds its use. Written behind a whole login by the pool only.
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

#define COG_VERIFIERS_DIR COG_STATE_DIR "/private/offline"

/* One name's. Zeroed is empty. */
struct cog_verifier {
    char name[COG_NAME_MAX + 1]; /* PAM_USER */
    char sub[COG_SUB_MAX + 1];   /* whose password it is */
    int64_t proved_s;            /* the login it comes from, unix time */
    int64_t seen_s;              /* the latest time at which it was used */
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
 * Whether a text has the form that crypt(5) gives yescrypt with the costs we
 * use, and no other: whoever writes it chooses no memory and no time.
 */
bool cog_verifier_hash_is_sound(const char *hash, size_t len);

/*
 * Whether its login lies too far back; and whether now lies before that, or
 * before its last use: then the clock is behind, or was ahead, and nothing is
 * known of its age.
 */
bool cog_verifier_is_old(const struct cog_verifier *verifier, int64_t now_s,
                         uint32_t max_age_s);
bool cog_verifier_is_of_future(const struct cog_verifier *verifier,
                               int64_t now_s);

/* What is kept for a name; verifier, empty before, is untouched on failure. */
int cog_verifier_load(const char *directory, const char *name,
                      struct cog_verifier *verifier);

/* Keep it in place of what was kept. EINVAL for what could not be read. */
int cog_verifier_save(const char *directory,
                      const struct cog_verifier *verifier);

/*
 * Hold a name's file, for who loads and saves it, until deadline_ms of
 * cog_clock_ms: ETIMEDOUT. *lock is a descriptor for the caller to close.
 */
int cog_verifier_lock(const char *directory, const char *name,
                      int64_t deadline_ms, int *lock);

/*
 * Remove it; whoever holds it is waited for, so that what is being used is
 * not saved again behind that. One who does not let go within seconds is not.
 */
int cog_verifier_remove(const char *directory, const char *name);

/* The same, by who holds it. */
int cog_verifier_remove_held(const char *directory, const char *name);

/* Each that is kept, in no order; what cannot be read is left out. */
int cog_verifier_walk(const char *directory,
                      void (*visit)(void *context,
                                    const struct cog_verifier *verifier),
                      void *context);

/* Pure: a file's bytes to the structure. EBADMSG; ENOMEM. */
int cog_verifier_parse(const char *bytes, size_t len,
                       struct cog_verifier *verifier);

#endif
