/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: snapshots. The first byte of the input says what the rest is:
 * 'l' a line of a body, 'f' a whole file, 'h' a header line and a body that
 * are then signed, 'b' a body that gets a true and signed header. What is
 * believed must keep the rules, and be written as it is read.
 */
#include "cognitoctl/snapshot.h"
#include "tests/fuzz/target.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Of tests/vectors/snapshot; for tests only. */
static const char private_pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIKX1B7gcCOfVlyafO3tp5SqXTsQ1h5IXUGlF5q669MO4\n"
    "-----END PRIVATE KEY-----\n";
static const char public_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAOtGUxecAnNCy+dLPW783wbK2UFkk6O/zFLvKO9dV514=\n"
    "-----END PUBLIC KEY-----\n";

static struct cog_signature_key private_key, public_key;

static void
check_user(const struct cog_pool_record *user)
{
    cog_cleanup_secret struct cog_secret line = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret again = COG_SECRET_EMPTY;
    struct cog_pool_group_record group;
    struct cog_pool_record back;

    must(cog_login_name_check(user->name, strlen(user->name)) ==
         COG_FAULT_NONE);
    must(user->sub_tag != 0 && !cog_id_is_forbidden(user->uid));
    must(strpbrk(user->gecos, ":,\n") == NULL);
    must(user->groups.count <= COG_GROUPS_MAX);
    if (!cog_pool_line_write_user(user, &line))
        return; /* longer than it came, as every "\"" is escaped */
    must(cog_pool_line_read(line.data, line.len - 1, &back, &group) ==
         COG_POOL_LINE_USER);
    must(cog_pool_line_write_user(&back, &again));
    must(cog_secret_equal(&line, &again));
}

static void
read_line(const char *bytes, size_t len)
{
    struct cog_pool_group_record group;
    struct cog_pool_record user;

    switch (cog_pool_line_read(bytes, len, &user, &group)) {
    case COG_POOL_LINE_USER:
        check_user(&user);
        break;
    case COG_POOL_LINE_GROUP:
        must(group.name[0] != '\0' && !cog_id_is_forbidden(group.gid));
        break;
    default:
        break;
    }
}

static bool
see_user(void *context, const struct cog_pool_record *user)
{
    (void) context;
    check_user(user);
    return true;
}

static bool
see_group(void *context, const struct cog_pool_group_record *group)
{
    (void) context;
    (void) group;
    return true;
}

static struct cog_snapshot_wanted
wanted(void)
{
    struct cog_snapshot_wanted host = {
        .key = &public_key,
        .ids = {.pool_id = "eu-west-1_TestPool1",
                .id_base = 1879048192,
                .id_range = 268304384,
                .group_prefix = "cognito-",
                .key_tag = 0x00112233445566ff},
        .now_s = 1800000000,
        .max_age_s = 3600,
        .max_users = 1000,
    };

    return host;
}

static void
open_file(const char *bytes, size_t len)
{
    const struct cog_pool_visitor visitor = {see_group, see_user, NULL, NULL};
    struct cog_snapshot_wanted host = wanted();
    char reason[COG_POOL_REASON];
    struct cog_snapshot snapshot;
    uint64_t size = 0;
    size_t head = len < COG_SNAPSHOT_HEAD_MAX ? len : COG_SNAPSHOT_HEAD_MAX;
    bool begun = cog_snapshot_begin(bytes, head, host.key, &size, reason);

    if (!cog_snapshot_open(bytes, len, &host, &snapshot, reason))
        return;
    must(begun && size == len);
    must(snapshot.body + snapshot.body_len == bytes + len);
    (void) cog_snapshot_walk(&snapshot, &visitor, reason);
}

/* The bytes behind a first line with their true signature. */
static void
open_signed(const char *bytes, size_t len)
{
    cog_cleanup_secret struct cog_secret file = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret base64 = COG_SECRET_EMPTY;
    unsigned char signature[COG_SIGNATURE_SIZE];
    const char *end = memchr(bytes, '\n', len);
    size_t line = end == NULL ? len : (size_t) (end - bytes) + 1;

    must(cog_signature_make(&private_key, bytes, line, signature));
    if (cog_base64_encode(signature, sizeof signature, &base64) != COG_OK ||
        cog_secret_set_text(&file, COG_SNAPSHOT_FORMAT " ") != 0 ||
        cog_secret_append(&file, base64.data, base64.len) != 0 ||
        cog_secret_append(&file, "\n", 1) != 0 ||
        cog_secret_append(&file, bytes, len) != 0)
        return;
    open_file(file.data, file.len);
}

static void
open_body(const char *bytes, size_t len)
{
    cog_cleanup_secret struct cog_secret file = COG_SECRET_EMPTY;
    const struct cog_bytes body = {bytes, len};
    struct cog_snapshot_header header = {
        .ids = wanted().ids, .created_s = 1800000000, .body_len = len};

    for (size_t i = 0; i < len; i++)
        header.users += bytes[i] == '\n';
    if (cog_sha256(&body, 1, header.body_sha256) != COG_OK ||
        !cog_snapshot_write_head(&header, &private_key, &file) ||
        cog_secret_append(&file, bytes, len) != 0)
        return;
    open_file(file.data, file.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *) data + 1;

    if (public_key.pkey == NULL) {
        must(cog_signature_parse_private(private_pem, sizeof private_pem - 1,
                                         &private_key) == NULL);
        must(cog_signature_parse_public(public_pem, sizeof public_pem - 1,
                                        &public_key) == NULL);
    }
    if (size == 0)
        return 0;
    switch (data[0]) {
    case 'l':
        read_line(bytes, size - 1);
        break;
    case 'f':
        open_file(bytes, size - 1);
        break;
    case 'h':
        open_signed(bytes, size - 1);
        break;
    case 'b':
        open_body(bytes, size - 1);
        break;
    default:
        break;
    }
    return 0;
}
