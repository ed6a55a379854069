/* SPDX-License-Identifier: Apache-2.0 */
/* See the header. */
#include "tests/unit/cognitoctl/snapshot.h"

#include "cognitoctl/snapshot.h"
#include "tests/unit/accounts/pool_groups.h"

#include <stdio.h>
#include <stdlib.h>

char *
load(const char *name, size_t *len)
{
    char path[4096];
    FILE *file;
    long size;
    char *bytes;

    (void) snprintf(path, sizeof path, "%s/snapshot/%s", COG_VECTORS_DIR,
                    name);
    file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size = ftell(file);
    assert_true(size >= 0);
    rewind(file);
    /* Exactly as long as it is: what is read beyond shows. */
    bytes = malloc(size == 0 ? 1 : (size_t) size);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t) size, file), size);
    assert_int_equal(fclose(file), 0);
    *len = (size_t) size;
    return bytes;
}

struct cog_signature_key
public_key(const char *name)
{
    struct cog_signature_key key = COG_SIGNATURE_KEY_NONE;
    size_t len;
    char *pem = load(name, &len);

    assert_null(cog_signature_parse_public(pem, len, &key));
    free(pem);
    return key;
}

struct cog_signature_key exporter = COG_SIGNATURE_KEY_NONE;

int
set_up(void **state)
{
    (void) state;
    exporter = public_key("exporter.pub");
    return 0;
}

int
tear_down(void **state)
{
    (void) state;
    cog_signature_key_clear(&exporter);
    return 0;
}

struct cog_snapshot_wanted
host(void)
{
    struct cog_snapshot_wanted wanted = {
        .key = &exporter,
        .ids = {.pool_id = "eu-west-1_TestPool1",
                .id_base = 1879048192,
                .id_range = 268304384,
                .group_prefix = "cognito-",
                .key_tag = 0x00112233445566ff},
        .now_s = CREATED + 300,
        .max_age_s = 24 * 3600,
        .max_users = 1000,
    };

    return wanted;
}

static bool
see_user(void *context, const struct cog_pool_record *user)
{
    struct seen *seen = context;

    assert_true(seen->users < COUNT(seen->user));
    seen->user[seen->users++] = *user;
    return seen->users != seen->stop_at;
}

static bool
see_group(void *context, const struct cog_pool_group_record *group)
{
    struct seen *seen = context;

    assert_true(seen->groups < COUNT(seen->group));
    seen->group[seen->groups++] = *group;
    return true;
}

bool
walk(const char *name, struct seen *seen, char reason[COG_POOL_REASON])
{
    const struct cog_pool_visitor visitor = {see_group, see_user, NULL, seen};
    struct cog_snapshot_wanted wanted = host();
    struct cog_snapshot snapshot;
    size_t len;
    char *bytes = load(name, &len);
    bool whole;

    assert_true(cog_snapshot_open(bytes, len, &wanted, &snapshot, reason));
    whole = cog_snapshot_walk(&snapshot, &visitor, reason);
    free(bytes);
    return whole;
}

struct seen *
nothing_seen(void)
{
    struct seen *seen = calloc(1, sizeof *seen);

    assert_non_null(seen);
    return seen;
}
