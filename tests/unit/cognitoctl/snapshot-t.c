/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot: what is signed, by whom and for how long. Cites P73, P78. */
#include "accounts/ids.h"
#include "cognitoctl/snapshot.h"
#include "tests/unit/accounts/pool_groups.h"
#include "tests/unit/cognitoctl/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- vectors */

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
p73_the_beginning_tells_how_long_all_of_it_is(void **state)
{
    struct cog_snapshot_wanted wanted = host();
    char reason[COG_POOL_REASON] = "";
    uint64_t size = 0;
    size_t len, head = 0;
    char *bytes = load("small.snapshot", &len);

    (void) state;
    while (!cog_snapshot_begin(bytes, head, wanted.key, &size, reason))
        assert_true(++head < len);
    assert_int_equal(size, len);
    assert_int_equal(bytes[head - 1], '\n');
    bytes[head - 2] ^= 1;
    size = 7;
    assert_false(cog_snapshot_begin(bytes, len, wanted.key, &size, reason));
    assert_int_equal(size, 7);
    assert_non_null(strstr(reason, "signature"));
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_snapshot_that_openssl_signed_says_what_was_put_in),
        cmocka_unit_test(an_empty_snapshot_is_one),
        cmocka_unit_test(a_visitor_ends_the_walk),
        cmocka_unit_test(p73_truncated_anywhere_is_refused),
        cmocka_unit_test(p73_the_beginning_tells_how_long_all_of_it_is),
        cmocka_unit_test(p73_every_flipped_bit_is_refused),
        cmocka_unit_test(p73_anything_added_is_refused),
        cmocka_unit_test(p73_unsigned_or_by_a_stranger_is_refused),
        cmocka_unit_test(what_is_not_signed_is_not_parsed),
        cmocka_unit_test(signed_but_wrong_is_refused),
        cmocka_unit_test(p73_of_another_fleet_is_refused),
        cmocka_unit_test(p73_too_old_or_from_the_future_is_refused),
        cmocka_unit_test(p78_more_users_than_the_cap_are_refused),
        cmocka_unit_test(what_we_sign_is_what_openssl_signs),
        cmocka_unit_test(key_tags_tell_keys_and_pools_apart),
        cmocka_unit_test(only_ed25519_keys_are_taken),
        cmocka_unit_test(a_signature_is_of_one_text_by_one_key),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
