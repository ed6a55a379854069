/* SPDX-License-Identifier: Apache-2.0 */
/* Self-wiping byte strings; see the header. */
#include "base/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Grows by copying, never by realloc, which would leave the old bytes. */
static int
replace(struct cog_secret *secret, const void *head, size_t head_len,
        const void *tail, size_t tail_len)
{
    char *fresh;

    if (head_len > COG_SECRET_MAX || tail_len > COG_SECRET_MAX - head_len)
        return EMSGSIZE;
    fresh = malloc(head_len + tail_len + 1);
    if (fresh == NULL)
        return ENOMEM;
    if (head_len > 0)
        memcpy(fresh, head, head_len);
    if (tail_len > 0)
        memcpy(fresh + head_len, tail, tail_len);
    fresh[head_len + tail_len] = '\0';
    cog_secret_clear(secret);
    secret->data = fresh;
    secret->len = head_len + tail_len;
    return 0;
}

int
cog_secret_set(struct cog_secret *secret, const void *bytes, size_t len)
{
    return replace(secret, bytes, len, NULL, 0);
}

int
cog_secret_set_text(struct cog_secret *secret, const char *text)
{
    return replace(secret, text, strlen(text), NULL, 0);
}

int
cog_secret_append(struct cog_secret *secret, const void *bytes, size_t len)
{
    return replace(secret, secret->data, secret->len, bytes, len);
}

int
cog_secret_copy(struct cog_secret *to, const struct cog_secret *from)
{
    return replace(to, from->data, from->len, NULL, 0);
}

void
cog_secret_move(struct cog_secret *to, struct cog_secret *from)
{
    cog_secret_clear(to);
    *to = *from;
    from->data = NULL;
    from->len = 0;
}

void
cog_secret_clear(struct cog_secret *secret)
{
    if (secret->data != NULL) {
        explicit_bzero(secret->data, secret->len);
        free(secret->data);
    }
    secret->data = NULL;
    secret->len = 0;
}

bool
cog_secret_equal(const struct cog_secret *a, const struct cog_secret *b)
{
    unsigned char difference = 0;

    if (a->len != b->len)
        return false;
    for (size_t i = 0; i < a->len; i++)
        difference |= (unsigned char) (a->data[i] ^ b->data[i]);
    return difference == 0;
}
