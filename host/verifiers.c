/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verifiers; see the header. A file is lines in a fixed order: what it is,
 * name, sub, pool, two times, failures, whether one factor was enough, the
 * hash.
 */
#include "host/verifiers.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "host/by_name.h"
#include "host/lines.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIRST_LINE "COGOFF1"
#define FILE_MAX   1024

/* Its holders load and save, and do nothing else meanwhile. */
#define REMOVE_MS 3000

/* crypt(5): "$y$", costs, a salt of 128 bits, a hash of 256 bits. */
#define PREFIX    "$y$j9T$"
#define SALT_LEN  22
#define HASH_LEN  43
#define WHOLE_LEN (sizeof PREFIX - 1 + SALT_LEN + 1 + HASH_LEN)

void
cog_verifier_clear(struct cog_verifier *verifier)
{
    cog_secret_clear(&verifier->hash);
    memset(verifier, 0, sizeof *verifier);
}

/* The letters of crypt(5)'s own base64. */
static bool
is_encoded(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!cog_ascii_is_alnum(text[i]) && text[i] != '.' && text[i] != '/')
            return false;
    }
    return true;
}

bool
cog_verifier_hash_is_sound(const char *hash, size_t len)
{
    const char *salt = hash + sizeof PREFIX - 1;

    return len == WHOLE_LEN && memcmp(hash, PREFIX, sizeof PREFIX - 1) == 0 &&
           is_encoded(salt, SALT_LEN) && salt[SALT_LEN] == '$' &&
           is_encoded(salt + SALT_LEN + 1, HASH_LEN);
}

bool
cog_verifier_is_old(const struct cog_verifier *verifier, int64_t now_s,
                    uint32_t max_age_s)
{
    return now_s > verifier->proved_s &&
           now_s - verifier->proved_s > (int64_t) max_age_s;
}

bool
cog_verifier_is_of_future(const struct cog_verifier *verifier, int64_t now_s)
{
    return now_s < verifier->proved_s || now_s < verifier->seen_s;
}

int
cog_verifier_parse(const char *bytes, size_t len,
                   struct cog_verifier *verifier)
{
    cog_cleanup_verifier struct cog_verifier fresh = COG_VERIFIER_EMPTY;
    struct cog_lines lines = {bytes, bytes + len};
    uint64_t failures, one_factor;
    size_t hash_len;

    if (!cog_lines_is(&lines, FIRST_LINE) ||
        !cog_lines_text(&lines, fresh.name, sizeof fresh.name) ||
        !cog_lines_text(&lines, fresh.sub, sizeof fresh.sub) ||
        !cog_lines_text(&lines, fresh.pool_id, sizeof fresh.pool_id) ||
        !cog_lines_time(&lines, &fresh.proved_s) ||
        !cog_lines_time(&lines, &fresh.seen_s) ||
        !cog_lines_number(&lines, UINT32_MAX, &failures) ||
        !cog_lines_number(&lines, 1, &one_factor) || cog_lines_end(&lines))
        return EBADMSG;
    hash_len = (size_t) (lines.end - lines.at) - 1;
    if (lines.at[hash_len] != '\n' ||
        !cog_verifier_hash_is_sound(lines.at, hash_len) ||
        cog_login_name_check(fresh.name, strlen(fresh.name)) !=
            COG_FAULT_NONE ||
        cog_sub_check(fresh.sub) != COG_FAULT_NONE || fresh.pool_id[0] == '\0')
        return EBADMSG;
    if (cog_secret_set(&fresh.hash, lines.at, hash_len) != 0)
        return ENOMEM;
    fresh.failures = (uint32_t) failures;
    fresh.one_factor = one_factor == 1;
    cog_verifier_clear(verifier);
    *verifier = fresh;
    fresh = (struct cog_verifier) COG_VERIFIER_EMPTY;
    return 0;
}

int
cog_verifier_load(const char *directory, const char *name,
                  struct cog_verifier *verifier)
{
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    cog_cleanup_verifier struct cog_verifier found = COG_VERIFIER_EMPTY;
    int error = cog_by_name_load(directory, name, FILE_MAX, &bytes);

    if (error == 0)
        error = cog_verifier_parse(bytes.data, bytes.len, &found);
    /* Another name with the same digits: it has the place, not we. */
    if (error == 0 && strcmp(found.name, name) != 0)
        error = ENOENT;
    if (error != 0)
        return error;
    cog_verifier_clear(verifier);
    *verifier = found;
    found = (struct cog_verifier) COG_VERIFIER_EMPTY;
    return 0;
}

int
cog_verifier_save(const char *directory, const struct cog_verifier *verifier)
{
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    cog_cleanup_verifier struct cog_verifier again = COG_VERIFIER_EMPTY;
    char head[320];
    int error;

    (void) snprintf(
        head, sizeof head,
        FIRST_LINE "\n%s\n%s\n%s\n%" PRId64 "\n%" PRId64 "\n%" PRIu32 "\n%d\n",
        verifier->name, verifier->sub, verifier->pool_id, verifier->proved_s,
        verifier->seen_s, verifier->failures, verifier->one_factor ? 1 : 0);
    error = cog_secret_set_text(&bytes, head);
    if (error == 0)
        error =
            cog_secret_append(&bytes, verifier->hash.data, verifier->hash.len);
    if (error == 0)
        error = cog_secret_append(&bytes, "\n", 1);
    if (error == 0 && cog_verifier_parse(bytes.data, bytes.len, &again) != 0)
        error = EINVAL;
    if (error == 0)
        error = cog_by_name_save(directory, verifier->name, &bytes);
    return error;
}

int
cog_verifier_lock(const char *directory, const char *name, int64_t deadline_ms,
                  int *lock)
{
    return cog_by_name_lock(directory, name, deadline_ms, lock);
}

int
cog_verifier_remove_held(const char *directory, const char *name)
{
    return cog_by_name_remove(directory, name);
}

int
cog_verifier_remove(const char *directory, const char *name)
{
    cog_cleanup_verifier struct cog_verifier found = COG_VERIFIER_EMPTY;
    cog_cleanup_fd int lock = -1;

    /* No lock is made for what is not there. */
    if (cog_verifier_load(directory, name, &found) == ENOENT)
        return ENOENT;
    (void) cog_verifier_lock(directory, name, cog_clock_ms() + REMOVE_MS,
                             &lock);
    return cog_verifier_remove_held(directory, name);
}

/* ---- all of them */

struct walk {
    void (*visit)(void *context, const struct cog_verifier *verifier);
    void *context;
};

static void
visit_bytes(void *context, const struct cog_secret *bytes)
{
    cog_cleanup_verifier struct cog_verifier found = COG_VERIFIER_EMPTY;
    const struct walk *walk = context;

    if (cog_verifier_parse(bytes->data, bytes->len, &found) == 0)
        walk->visit(walk->context, &found);
}

int
cog_verifier_walk(const char *directory,
                  void (*visit)(void *context,
                                const struct cog_verifier *verifier),
                  void *context)
{
    struct walk walk = {visit, context};

    return cog_by_name_walk(directory, FILE_MAX, visit_bytes, &walk);
}
