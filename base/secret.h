/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one type that holds secrets: passwords, codes, session strings,
 * tokens, the client secret, the id key. It wipes itself, has no printing
 * function, and is the only place where such bytes may lie between calls.
 */
#ifndef COG_BASE_SECRET_H
#define COG_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Bytes with their length on the heap, always followed by one NUL that is
 * not counted, so that text can be handed to C interfaces. Zeroed means
 * empty; clearing an empty one is fine.
 */
struct cog_secret {
    char *data; /* NULL when empty and never set */
    size_t len; /* without the final NUL */
};

#define COG_SECRET_EMPTY                                                      \
    {                                                                         \
        NULL, 0                                                               \
    }

/* The longest secret held: a token of a user in 100 groups has 17 kB. */
#define COG_SECRET_MAX (256 * 1024)

/*
 * Copy len bytes into the secret, wiping what it held. Returns 0, EMSGSIZE
 * above COG_SECRET_MAX, or ENOMEM; on failure the secret is unchanged.
 */
int cog_secret_set(struct cog_secret *secret, const void *bytes, size_t len);

/* The same for a C string. */
int cog_secret_set_text(struct cog_secret *secret, const char *text);

/* Append bytes; same failures as cog_secret_set. */
int cog_secret_append(struct cog_secret *secret, const void *bytes,
                      size_t len);

/* Copy one secret to another. Same failures as cog_secret_set. */
int cog_secret_copy(struct cog_secret *to, const struct cog_secret *from);

/* Hand over: to takes from's bytes (its own are wiped), from is empty. */
void cog_secret_move(struct cog_secret *to, struct cog_secret *from);

/* Wipe and free; the secret is empty afterwards. */
void cog_secret_clear(struct cog_secret *secret);

/*
 * Whether both hold the same bytes, in time that depends on the lengths
 * only.
 */
bool cog_secret_equal(const struct cog_secret *a, const struct cog_secret *b);

#define cog_cleanup_secret __attribute__((cleanup(cog_secret_clear)))

#endif
