/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokens that a person has while logged in: the file "tokens" (0600) in
 * RUN/UID (0700), both theirs. The directory is a small tmpfs of their own, as
 * logind makes /run/user/UID: what they write there cannot fill the host's
 * /run, and everything goes when it is unmounted.
 *
 * Root opens nothing in there (P36), since a person can put anything in a
 * file's place: a child that has become the person does it, with a deadline,
 * since the person can stop that child.
 *
 * Functions return 0 or an errno.
 */
#ifndef COG_HOST_HANDED_H
#define COG_HOST_HANDED_H

#include <stdint.h>
#include <sys/types.h>

#include "accounts/whose.h"
#include "base/secret.h"
#include "host/kept.h"

/* ---- as the person themself */

/*
 * Open the directory of the effective user. ENOENT when nothing was handed
 * out. *dir is a descriptor for the caller to close.
 */
int cog_handed_open(int *dir);

/* Read the tokens, into empty ones. EBADMSG: somebody else's writing. */
int cog_handed_load(int dir, struct cog_kept *kept);

/* Replace them, once the new ones are written. */
int cog_handed_save(int dir, const struct cog_kept *kept);

/* So that a refresh token is not spent twice; as cog_private_lock. */
int cog_handed_lock(int dir, int64_t deadline_ms, int *lock);

/* ---- as root, about somebody */

/*
 * Give somebody an empty directory, in place of all that is there under their
 * uid. RUN becomes passable (0711). EPERM where nothing may be mounted, as in
 * many containers.
 */
int cog_handed_begin(const struct cog_whose_ids *ids);

/* Give them these tokens, in a directory that was begun. */
int cog_handed_give(const struct cog_whose_ids *ids,
                    const struct cog_kept *kept);

/*
 * The refresh token that they have now, which may be newer than the one they
 * were given, and where it is from; whatever they wrote there is foreign
 * text. ENOENT, EBADMSG and others: none.
 */
int cog_handed_take(const struct cog_whose_ids *ids, struct cog_origin *origin,
                    struct cog_secret *refresh);

/* Take the directory away, whatever is in it. ENOENT: there was none. */
int cog_handed_end(uid_t uid);

#endif
