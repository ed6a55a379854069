/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl/signature, pool_record, snapshot: against snapshots that
 * openssl(1) signed (tests/vectors/snapshot/make).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accounts/ids.h"
#include "cognitoctl/snapshot.h"
#include "tests/unit/accounts/hostile_names.h"
#include "tests/unit/accounts/pool_groups.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define CREATED      INT64_C(1800000000)

/* ---- vectors */

static char *
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

static struct cog_signature_key
public_key(const char *name)
{
    struct cog_signature_key key = COG_SIGNATURE_KEY_NONE;
    size_t len;
    char *pem = load(name, &len);

    assert_null(cog_signature_parse_public(pem, len, &key));
    free(pem);
    return key;
}

static struct cog_signature_key
private_key(const char *name)
{
    struct cog_signature_key key = COG_SIGNATURE_KEY_NONE;
    size_t len;
    char *pem = load(name, &len);

    assert_null(cog_signature_parse_private(pem, len, &key));
    free(pem);
    return key;
}

static struct cog_signature_key exporter = COG_SIGNATURE_KEY_NONE;

static int
set_up(void **state)
{
    (void) state;
    exporter = public_key("exporter.pub");
    return 0;
}

static int
tear_down(void **state)
{
    (void) state;
    cog_signature_key_clear(&exporter);
    return 0;
}

/* A host that the vectors are for, five minutes after they were made. */
static struct cog_snapshot_wanted
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

static void
refused(const char *bytes, size_t len,
        const struct cog_snapshot_wanted *wanted, const char *why)
{
    struct cog_snapshot snapshot = {.body = "untouched"};
    char reason[COG_POOL_REASON] = "";

    assert_false(cog_snapshot_open(bytes, len, wanted, &snapshot, reason));
    assert_string_equal(snapshot.body, "untouched");
    if (strstr(reason, why) == NULL)
        fail_msg("'%s' is not in '%s'", why, reason);
}

static void
vector_refused(const char *name, const struct cog_snapshot_wanted *wanted,
               const char *why)
{
    size_t len;
    char *bytes = load(name, &len);

    refused(bytes, len, wanted, why);
    free(bytes);
}

/* ---- visiting */

struct seen {
    size_t users, groups;
    struct cog_pool_record user[4];
    struct cog_pool_group_record group[4];
    size_t stop_at; /* users; 0: never */
};

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

static bool
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

static struct seen *
nothing_seen(void)
{
    struct seen *seen = calloc(1, sizeof *seen);

    assert_non_null(seen);
    return seen;
}

/* ---- reading what openssl made */

static void
a_snapshot_that_openssl_signed_says_what_was_put_in(void **state)
{
    char reason[COG_POOL_REASON] = "";
    struct seen *seen = nothing_seen();
    const struct cog_pool_record *alice = &seen->user[0];
    const struct cog_pool_record *bob = &seen->user[1];

    (void) state;
    assert_true(walk("small.snapshot", seen, reason));
    assert_int_equal(seen->groups, 1);
    assert_string_equal(seen->group[0].name, "Staff");
    assert_int_equal(seen->group[0].gid, 1879100001);
    assert_int_equal(seen->users, 2);
    assert_string_equal(alice->name, "alice");
    assert_int_equal(alice->uid, 1879100002);
    assert_true(alice->sub_tag == 0x0123456789abcdef);
    assert_string_equal(alice->gecos, "Alice \"Al\" A.");
    assert_false(alice->disabled);
    assert_int_equal(alice->groups.count, 1);
    assert_true(pool_groups_have(&alice->groups, "Staff"));
    assert_string_equal(alice->keys, "");
    assert_true(bob->sub_tag == 0x8000000000000001);
    assert_true(bob->disabled);
    assert_string_equal(bob->gecos, "");
    assert_int_equal(bob->groups.count, 2);
    assert_true(pool_groups_have(&bob->groups, "Caf\xc3\xa9 \\ 1"));
    assert_string_equal(bob->keys, "ssh-ed25519 AAAA one\nssh-rsa BBBB");
    free(seen);
}

static void
an_empty_snapshot_is_one(void **state)
{
    char reason[COG_POOL_REASON] = "";
    struct seen *seen = nothing_seen();

    (void) state;
    assert_true(walk("empty.snapshot", seen, reason));
    assert_int_equal(seen->users + seen->groups, 0);
    free(seen);
}

static void
a_visitor_ends_the_walk(void **state)
{
    char reason[COG_POOL_REASON] = "mine";
    struct seen *seen = nothing_seen();

    (void) state;
    seen->stop_at = 1;
    assert_false(walk("small.snapshot", seen, reason));
    assert_int_equal(seen->users, 1);
    assert_string_equal(reason, "mine");
    free(seen);
}

static void
p73_truncated_anywhere_is_refused(void **state)
{
    struct cog_snapshot_wanted wanted = host();
    size_t len;
    char *bytes = load("small.snapshot", &len);

    (void) state;
    for (size_t cut = 0; cut < len; cut++) {
        char *part = malloc(cut == 0 ? 1 : cut);

        assert_non_null(part);
        memcpy(part, bytes, cut);
        refused(part, cut, &wanted, "");
        free(part);
    }
    free(bytes);
}

static void
p73_every_flipped_bit_is_refused(void **state)
{
    struct cog_snapshot_wanted wanted = host();
    struct cog_snapshot snapshot;
    char reason[COG_POOL_REASON] = "";
    size_t len;
    char *bytes = load("small.snapshot", &len);

    (void) state;
    for (size_t bit = 0; bit < 8 * len; bit++) {
        bytes[bit / 8] = (char) (bytes[bit / 8] ^ 1 << bit % 8);
        refused(bytes, len, &wanted, "");
        bytes[bit / 8] = (char) (bytes[bit / 8] ^ 1 << bit % 8);
    }
    assert_true(cog_snapshot_open(bytes, len, &wanted, &snapshot, reason));
    free(bytes);
}

static void
p73_anything_added_is_refused(void **state)
{
    struct cog_snapshot_wanted wanted = host();
    size_t len;
    char *bytes = load("small.snapshot", &len), *more = malloc(2 * len);

    (void) state;
    assert_non_null(more);
    memcpy(more, bytes, len);
    more[len] = '\n';
    refused(more, len + 1, &wanted, "longer");
    memcpy(more + len, bytes, len);
    refused(more, 2 * len, &wanted, "longer");
    free(more);
    free(bytes);
}

static void
p73_unsigned_or_by_a_stranger_is_refused(void **state)
{
    struct cog_snapshot_wanted wanted = host();
    size_t len;
    char *bytes = load("small.snapshot", &len);
    const char *header = memchr(bytes, '{', len);

    (void) state;
    assert_non_null(header);
    vector_refused("stranger.snapshot", &wanted, "signature");
    refused(header, len - (size_t) (header - bytes), &wanted, "not signed");
    refused("", 0, &wanted, "no snapshot");
    memset(bytes + strlen("cognito-snapshot-1 "), 'A', 86);
    refused(bytes, len, &wanted, "signature");
    free(bytes);
}

static void
what_is_not_signed_is_not_parsed(void **state)
{
    struct cog_snapshot_wanted wanted = host();
    char text[256];

    (void) state;
    (void) snprintf(text, sizeof text, "cognito-snapshot-1 %.86s==\nnothing\n",
                    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    refused(text, strlen(text), &wanted, "signature");
}

static void
signed_but_wrong_is_refused(void **state)
{
    struct cog_snapshot_wanted wanted = host();
    char reason[COG_POOL_REASON] = "";
    struct seen *seen = nothing_seen();

    (void) state;
    vector_refused("other-version.snapshot", &wanted, "version");
    vector_refused("one-too-few.snapshot", &wanted, "lines");
    vector_refused("no-end.snapshot", &wanted, "lines");
    assert_false(walk("bad-line.snapshot", seen, reason));
    assert_string_equal(reason, "its line 3 is malformed");
    assert_false(walk("miscounted.snapshot", seen, reason));
    assert_string_equal(reason, "its lines are not what it says");
    free(seen);
}

static void
p73_of_another_fleet_is_refused(void **state)
{
    struct cog_snapshot_wanted wanted = host();

    (void) state;
    (void) snprintf(wanted.ids.pool_id, sizeof wanted.ids.pool_id, "%s",
                    "eu-west-1_TestPool2");
    vector_refused("small.snapshot", &wanted, "another pool");
    wanted = host();
    wanted.ids.key_tag ^= 1;
    vector_refused("small.snapshot", &wanted, "another id_key");
    wanted = host();
    wanted.ids.id_base++;
    vector_refused("small.snapshot", &wanted, "id_base");
    wanted = host();
    wanted.ids.id_range--;
    vector_refused("small.snapshot", &wanted, "id_range");
    wanted = host();
    wanted.ids.id_attribute[0] = 'x';
    vector_refused("small.snapshot", &wanted, "id_attribute");
    wanted = host();
    wanted.ids.group_prefix[0] = 'k';
    vector_refused("small.snapshot", &wanted, "group_prefix");
}

static void
p73_too_old_or_from_the_future_is_refused(void **state)
{
    static const struct {
        int64_t now_s, installed_s;
        const char *why; /* NULL: taken */
    } cases[] = {
        {CREATED + 24 * 3600, 0, NULL},
        {CREATED + 24 * 3600 + 1, 0, "24 hours old"},
        {CREATED + 90000 * 3600LL, 0, "90000 hours old"},
        {CREATED - 300, 0, NULL},
        {CREATED - 301, 0, "future"},
        {0, 0, "future"},
        {CREATED, CREATED - 1, NULL},
        {CREATED, CREATED, NULL}, /* the one in place, again */
        {CREATED, CREATED + 1, "older than what is in place"},
    };
    size_t len;
    char *bytes = load("small.snapshot", &len);

    (void) state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cog_snapshot_wanted wanted = host();
        struct cog_snapshot snapshot;
        char reason[COG_POOL_REASON] = "";

        wanted.now_s = cases[i].now_s;
        wanted.installed_s = cases[i].installed_s;
        if (cases[i].why != NULL)
            refused(bytes, len, &wanted, cases[i].why);
        else
            assert_true(
                cog_snapshot_open(bytes, len, &wanted, &snapshot, reason));
    }
    free(bytes);
}

static void
p78_more_users_than_the_cap_are_refused(void **state)
{
    struct cog_snapshot_wanted wanted = host();

    (void) state;
    wanted.max_users = 1;
    vector_refused("small.snapshot", &wanted, "max_accounts");
}

/* ---- writing the same */

static void
what_we_sign_is_what_openssl_signs(void **state)
{
    struct cog_snapshot_wanted wanted = host();
    struct cog_snapshot_header header;
    struct cog_signature_key key = private_key("exporter.key");
    struct cog_secret head = COG_SECRET_EMPTY;
    struct cog_snapshot snapshot;
    char reason[COG_POOL_REASON];
    size_t len;
    char *bytes = load("small.snapshot", &len);

    (void) state;
    assert_true(cog_snapshot_open(bytes, len, &wanted, &snapshot, reason));
    header = snapshot.header;
    assert_true(cog_snapshot_write_head(&header, &key, &head));
    assert_int_equal(head.len, len - snapshot.body_len);
    /* Ed25519 signatures are a function of key and text. */
    assert_memory_equal(head.data, bytes, head.len);
    cog_secret_clear(&head);
    cog_signature_key_clear(&key);
    free(bytes);
}

static void
lines_are_written_as_they_were_read(void **state)
{
    struct seen *seen = nothing_seen();
    struct cog_secret line = COG_SECRET_EMPTY;
    char reason[COG_POOL_REASON] = "";
    size_t len;
    char *bytes = load("small.snapshot", &len);
    const char *at = strstr(bytes, "{\"group\":");

    (void) state;
    assert_true(walk("small.snapshot", seen, reason));
    assert_true(cog_pool_line_write_group(&seen->group[0], &line));
    assert_memory_equal(at, line.data, line.len);
    at += line.len;
    for (size_t i = 0; i < 2; i++) {
        assert_true(cog_pool_line_write_user(&seen->user[i], &line));
        assert_memory_equal(at, line.data, line.len);
        at += line.len;
    }
    assert_ptr_equal(at, bytes + len);
    cog_secret_clear(&line);
    free(bytes);
    free(seen);
}

static void
key_tags_tell_keys_and_pools_apart(void **state)
{
    const struct cog_id_key one = {{1}}, other = {{2}};

    (void) state;
    assert_true(cog_snapshot_key_tag(&one, "r_a") ==
                cog_snapshot_key_tag(&one, "r_a"));
    assert_true(cog_snapshot_key_tag(&one, "r_a") !=
                cog_snapshot_key_tag(&other, "r_a"));
    assert_true(cog_snapshot_key_tag(&one, "r_a") !=
                cog_snapshot_key_tag(&one, "r_b"));
}

/* ---- keys */

static void
only_ed25519_keys_are_taken(void **state)
{
    static const char *const no_public[] = {"rsa.pub", "x25519.pub",
                                            "exporter.key", "encrypted.key",
                                            "small.snapshot"};
    static const char *const no_private[] = {"exporter.pub", "encrypted.key",
                                             "small.snapshot"};
    struct cog_signature_key key = COG_SIGNATURE_KEY_NONE;
    size_t len;
    char *pem;

    (void) state;
    for (size_t i = 0; i < COUNT(no_public); i++) {
        pem = load(no_public[i], &len);
        assert_non_null(cog_signature_parse_public(pem, len, &key));
        assert_null(key.pkey);
        free(pem);
    }
    for (size_t i = 0; i < COUNT(no_private); i++) {
        pem = load(no_private[i], &len);
        assert_non_null(cog_signature_parse_private(pem, len, &key));
        assert_null(key.pkey);
        free(pem);
    }
    assert_non_null(cog_signature_parse_public("", 0, &key));
}

static void
a_signature_is_of_one_text_by_one_key(void **state)
{
    struct cog_signature_key key = private_key("exporter.key");
    struct cog_signature_key stranger = public_key("stranger.pub");
    unsigned char signature[COG_SIGNATURE_SIZE];

    (void) state;
    assert_true(cog_signature_make(&key, "text", 4, signature));
    assert_true(cog_signature_verify(&exporter, "text", 4, signature));
    assert_false(cog_signature_verify(&exporter, "texT", 4, signature));
    assert_false(cog_signature_verify(&exporter, "text", 3, signature));
    assert_false(cog_signature_verify(&stranger, "text", 4, signature));
    signature[63] ^= 0x80;
    assert_false(cog_signature_verify(&exporter, "text", 4, signature));
    cog_signature_key_clear(&stranger);
    cog_signature_key_clear(&key);
}

/* ---- lines */

#define TAG "\"sub_tag\":\"00000000000000a1\""

static enum cog_pool_line
read_line(const char *text)
{
    struct cog_pool_group_record group = {.name = "untouched"};
    struct cog_pool_record user = {.name = "untouched"};
    enum cog_pool_line kind =
        cog_pool_line_read(text, strlen(text), &user, &group);

    if (kind != COG_POOL_LINE_USER)
        assert_string_equal(user.name, "untouched");
    if (kind != COG_POOL_LINE_GROUP)
        assert_string_equal(group.name, "untouched");
    return kind;
}

static void
malformed_lines_are_refused(void **state)
{
    static const char *const lines[] = {
        "",
        "{}",
        "[]",
        "null",
        "{\"user\":\"carol\"}",
        "{\"user\":\"carol\",\"uid\":1879100004}",
        "{\"user\":\"carol\"," TAG "}",
        "{\"user\":7,\"uid\":1879100004," TAG "}",
        "{\"user\":null,\"uid\":1879100004," TAG "}",
        "{\"user\":\"carol\",\"uid\":\"1879100004\"," TAG "}",
        "{\"user\":\"carol\",\"uid\":1879100004.0," TAG "}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG "} x",
        "{\"user\":\"carol\",\"user\":\"dave\",\"uid\":1879100004," TAG "}",
        "{\"user\":\"carol\",\"group\":\"x\",\"gid\":1879100004,"
        "\"uid\":1879100004," TAG "}",
        /* tags */
        "{\"user\":\"carol\",\"uid\":1879100004,\"sub_tag\":\"a1\"}",
        "{\"user\":\"carol\",\"uid\":1879100004,"
        "\"sub_tag\":\"0000000000000000\"}",
        "{\"user\":\"carol\",\"uid\":1879100004,"
        "\"sub_tag\":\"00000000000000A1\"}",
        "{\"user\":\"carol\",\"uid\":1879100004,"
        "\"sub_tag\":\"00000000000000a1f\"}",
        "{\"user\":\"carol\",\"uid\":1879100004,\"sub_tag\":161}",
        /* P23: what nobody could have cleaned */
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"gecos\":\"a:b\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"gecos\":\"a,b\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"gecos\":\"a\\n\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"gecos\":\" a\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG
        ",\"gecos\":\"\\u00e9\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"gecos\":7}",
        /* the rest */
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"disabled\":false}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"disabled\":1}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"groups\":\"A\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"groups\":[7]}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"groups\":[\"\"]}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG
        ",\"groups\":[\"a\\u0001\"]}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG
        ",\"groups\":[\"A\",\"A\"]}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"keys\":\"a\\tb\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"keys\":\"\\u00e9\"}",
        "{\"user\":\"carol\",\"uid\":1879100004," TAG ",\"keys\":[]}",
        "{\"group\":\"Staff\"}",
        "{\"group\":\"\",\"gid\":1879100004}",
        "{\"group\":\"a\\nb\",\"gid\":1879100004}",
        "{\"group\":[\"Staff\"],\"gid\":1879100004}",
    };

    (void) state;
    assert_int_equal(
        read_line("{\"user\":\"carol\",\"uid\":1879100004," TAG "}"),
        COG_POOL_LINE_USER);
    assert_int_equal(read_line("{\"group\":\"Staff\",\"gid\":1879100004}"),
                     COG_POOL_LINE_GROUP);
    for (size_t i = 0; i < COUNT(lines); i++) {
        if (read_line(lines[i]) != COG_POOL_LINE_MALFORMED)
            fail_msg("taken: %s", lines[i]);
    }
}

static void
p17_hostile_names_pass_no_line(void **state)
{
    char line[512];
    size_t tried = 0;

    (void) state;
    for (size_t i = 0; i < COUNT(hostile_names); i++) {
        /* Those that JSON can hold as they are. */
        if (strpbrk(hostile_names[i], "\"\\") != NULL)
            continue;
        (void) snprintf(line, sizeof line,
                        "{\"user\":\"%s\",\"uid\":1879100004," TAG "}",
                        hostile_names[i]);
        if (read_line(line) != COG_POOL_LINE_MALFORMED)
            fail_msg("taken: %s", line);
        tried++;
    }
    assert_true(tried > 40);
}

static void
p20_forbidden_ids_pass_no_line(void **state)
{
    static const struct {
        const char *id;
        bool taken;
    } cases[] = {
        {"0", false},
        {"1", false},
        {"-1", false},
        {"999", false},
        {"1000", true},
        {"59999", true},
        {"60000", false},
        {"65534", false},
        {"65535", false},
        {"65536", true},
        {"2147352575", true},
        {"2147352576", false},
        {"4294967295", false},
        {"4294967296", false},
        {"4294968296", false},
        {"1e9", false},
        {"99999999999999999999", false},
    };
    char line[256];

    (void) state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        (void) snprintf(line, sizeof line,
                        "{\"user\":\"a\",\"uid\":%s," TAG "}", cases[i].id);
        assert_int_equal(read_line(line) == COG_POOL_LINE_USER,
                         cases[i].taken);
        (void) snprintf(line, sizeof line, "{\"group\":\"a\",\"gid\":%s}",
                        cases[i].id);
        assert_int_equal(read_line(line) == COG_POOL_LINE_GROUP,
                         cases[i].taken);
    }
}

static void
a_record_of_every_limit_comes_back(void **state)
{
    struct cog_pool_record *user = calloc(1, sizeof *user);
    struct cog_pool_record *back = calloc(1, sizeof *back);
    struct cog_pool_group_record group;
    struct cog_secret line = COG_SECRET_EMPTY;
    char name[COG_POOL_GROUP_MAX + 1];

    (void) state;
    assert_non_null(user);
    assert_non_null(back);
    memset(user->name, 'a', COG_NAME_MAX);
    user->uid = 2147352575;
    user->sub_tag = UINT64_MAX;
    user->disabled = true;
    memset(user->gecos, '"', COG_GECOS_MAX);
    memset(user->keys, '\n', COG_POOL_KEYS_MAX);
    for (int i = 0; i < COG_GROUPS_MAX; i++) {
        (void) snprintf(name, sizeof name, "%03d%0125d", i, 0);
        memset(name + 3, '"', 125);
        assert_int_equal(
            cog_pool_groups_add(&user->groups, name, strlen(name)), 0);
    }
    assert_true(cog_pool_line_write_user(user, &line));
    assert_int_equal(cog_pool_line_read(line.data, line.len - 1, back, &group),
                     COG_POOL_LINE_USER);
    assert_memory_equal(user, back, sizeof *user);
    cog_secret_clear(&line);
    free(user);
    free(back);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_snapshot_that_openssl_signed_says_what_was_put_in),
        cmocka_unit_test(an_empty_snapshot_is_one),
        cmocka_unit_test(a_visitor_ends_the_walk),
        cmocka_unit_test(p73_truncated_anywhere_is_refused),
        cmocka_unit_test(p73_every_flipped_bit_is_refused),
        cmocka_unit_test(p73_anything_added_is_refused),
        cmocka_unit_test(p73_unsigned_or_by_a_stranger_is_refused),
        cmocka_unit_test(what_is_not_signed_is_not_parsed),
        cmocka_unit_test(signed_but_wrong_is_refused),
        cmocka_unit_test(p73_of_another_fleet_is_refused),
        cmocka_unit_test(p73_too_old_or_from_the_future_is_refused),
        cmocka_unit_test(p78_more_users_than_the_cap_are_refused),
        cmocka_unit_test(what_we_sign_is_what_openssl_signs),
        cmocka_unit_test(lines_are_written_as_they_were_read),
        cmocka_unit_test(key_tags_tell_keys_and_pools_apart),
        cmocka_unit_test(only_ed25519_keys_are_taken),
        cmocka_unit_test(a_signature_is_of_one_text_by_one_key),
        cmocka_unit_test(malformed_lines_are_refused),
        cmocka_unit_test(p17_hostile_names_pass_no_line),
        cmocka_unit_test(p20_forbidden_ids_pass_no_line),
        cmocka_unit_test(a_record_of_every_limit_comes_back),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
