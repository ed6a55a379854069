/* SPDX-License-Identifier: Apache-2.0 */
/*
 * accounts/cache_record: records whose sums are right and whose contents are
 * not, as only somebody with root's powers, or a mistake of ours, could write
 * them. Whatever is believed of them keeps the rules.
 */
#include "tests/unit/accounts/support.h"
#include "tests/unit/sample.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "accounts/cache_record.h"
#include "accounts/little_endian.h"

#define ALICE 1900000001U

/* A record without its head, in a buffer of its own size: for ASan. */
struct forged {
    unsigned char *bytes;
    struct cog_cache_record record;
};

static void
make_record(const char *key, const struct cog_cache_data *data, size_t len,
            struct forged *forged)
{
    size_t there = data->len - COG_HEAD_BYTES;

    forged->bytes = calloc(len > 0 ? len : 1, 1);
    assert_non_null(forged->bytes);
    memcpy(forged->bytes, data->bytes + COG_HEAD_BYTES,
           len < there ? len : there);
    forged->record =
        (struct cog_cache_record){.key = (const unsigned char *) key,
                                  .key_len = strlen(key),
                                  .data = forged->bytes,
                                  .len = len};
}

/* What a record of these bytes says, if it says anything, is fine. */
typedef void check(const struct forged *forged);

/* Every byte becomes others, and the record longer and shorter. */
static void
forge_each_byte(const char *key, const struct cog_cache_data *data,
                check *is_fine)
{
    const size_t len = data->len - COG_HEAD_BYTES;

    for (size_t at = 0; at < len; at++) {
        static const unsigned char values[] = {0, 1, 27, ':', 'x', 0x7f, 0xff};

        for (size_t i = 0; i < COUNT(values) + 8; i++) {
            struct forged forged;

            make_record(key, data, len, &forged);
            if (i < COUNT(values))
                forged.bytes[at] = values[i];
            else
                forged.bytes[at] ^=
                    (unsigned char) (1U << (i - COUNT(values)));
            is_fine(&forged);
            free(forged.bytes);
        }
    }
    for (size_t other = 0; other <= len + 9; other++) {
        struct forged forged;

        make_record(key, data, other, &forged);
        is_fine(&forged);
        free(forged.bytes);
    }
}

/* Where cache_record.c has them. */
enum { UID_AT = 0, GID_AT = 4, LENGTHS_AT = 17, TEXTS_AT = 20 };

static void
account_is_fine(const struct forged *forged)
{
    const unsigned char *lengths = forged->bytes + LENGTHS_AT;
    struct cog_account_view view;
    struct cog_account account;

    if (cog_cache_view_account(&forged->record, &view) != 0)
        return;
    assert_false(cog_id_is_forbidden(view.uid));
    assert_int_equal(cog_le32_get(forged->bytes + UID_AT), view.uid);
    assert_int_equal(cog_le32_get(forged->bytes + GID_AT), view.uid);
    /* Three texts, each with its end, and nothing behind them. */
    assert_int_equal(view.texts_len,
                     lengths[0] + 1 + lengths[1] + 1 + lengths[2] + 1);
    assert_int_equal(view.home[-1], '\0');
    assert_int_equal(view.shell[-1], '\0');
    assert_int_equal(view.gecos[view.texts_len - 1], '\0');
    assert_ptr_equal(view.gecos + view.texts_len,
                     (const char *) forged->bytes + forged->record.len);
    assert_true(view.home - view.gecos <= COG_GECOS_MAX + 1);
    assert_true(view.shell - view.home <= COG_HOME_MAX + 1);
    assert_true(view.gecos + view.texts_len - view.shell <= COG_SHELL_MAX + 1);
    assert_int_equal(cog_cache_parse_account(&forged->record, &account), 0);
    assert_int_equal(account.gid, view.uid);
}

static void
p20_p71_an_account_of_any_bytes_keeps_the_rules(void **state)
{
    unsigned char bytes[1024];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    const struct cog_account account = sample_account("alice", ALICE);

    (void) state;
    assert_int_equal(cog_cache_pack_account(&account, &data), 0);
    forge_each_byte("Nalice", &data, account_is_fine);
}

static void
p71_texts_over_their_limit_are_damage(void **state)
{
    static const struct {
        unsigned char gecos, home, shell;
        int error;
    } cases[] = {
        {COG_GECOS_MAX, COG_HOME_MAX, COG_SHELL_MAX, 0},
        {COG_GECOS_MAX + 1, 1, 1, EBADMSG},
        {1, 1, COG_SHELL_MAX + 1, EBADMSG},
    };
    unsigned char bytes[1024];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    const struct cog_account account = sample_account("alice", ALICE);

    (void) state;
    assert_int_equal(cog_cache_pack_account(&account, &data), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const size_t texts = (size_t) cases[i].gecos + 1 + cases[i].home + 1 +
                             cases[i].shell + 1;
        struct cog_account_view view;
        struct forged forged;

        make_record("Nalice", &data, TEXTS_AT + texts, &forged);
        memset(forged.bytes + TEXTS_AT, 0, texts);
        forged.bytes[LENGTHS_AT] = cases[i].gecos;
        forged.bytes[LENGTHS_AT + 1] = cases[i].home;
        forged.bytes[LENGTHS_AT + 2] = cases[i].shell;
        assert_int_equal(cog_cache_view_account(&forged.record, &view),
                         cases[i].error);
        free(forged.bytes);
    }
}

static void
gids_are_fine(const struct forged *forged)
{
    struct cog_gids gids;

    if (cog_cache_parse_gids(&forged->record, &gids) != 0)
        return;
    assert_false(cog_id_is_forbidden(gids.primary));
    assert_true(gids.count <= COG_GROUPS_MAX);
    for (size_t i = 0; i < gids.count; i++)
        assert_false(cog_id_is_forbidden(gids.list[i]));
}

static void
p20_groups_of_any_bytes_hold_no_id_of_the_system(void **state)
{
    static const uint32_t forbidden[] = {0, 4, 27, 999, 65534, UINT32_MAX};
    unsigned char bytes[1024];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    static const struct cog_gids fine = {
        ALICE, 3, {ALICE + 1, ALICE + 2, ALICE + 3}};
    struct forged forged;
    struct cog_gids gids;

    (void) state;
    assert_int_equal(cog_cache_pack_gids(&fine, &data), 0);
    forge_each_byte("ialice", &data, gids_are_fine);
    for (size_t i = 0; i < COUNT(forbidden); i++) {
        gids = fine;
        gids.list[i % 3] = forbidden[i];
        assert_int_equal(cog_cache_pack_gids(&gids, &data), 0);
        make_record("ialice", &data, data.len - COG_HEAD_BYTES, &forged);
        assert_int_equal(cog_cache_parse_gids(&forged.record, &gids), EBADMSG);
        free(forged.bytes);
    }
}

static void
settings_are_fine(const struct forged *forged)
{
    struct cog_settings settings;

    if (cog_cache_parse_settings(&forged->record, &settings) == 0)
        assert_int_equal(cog_settings_check(&settings), COG_FAULT_NONE);
}

static void
p20_settings_of_any_bytes_keep_the_rules(void **state)
{
    unsigned char bytes[4096];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    struct cog_settings settings = sample_settings();

    (void) state;
    settings.group_map_count = 1;
    settings.group_map[0].gid = ALICE + 1;
    strcpy(settings.group_map[0].local, "sudo");
    assert_int_equal(cog_settings_check(&settings), COG_FAULT_NONE);
    assert_int_equal(cog_cache_pack_settings(&settings, &data), 0);
    forge_each_byte("S", &data, settings_are_fine);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p20_p71_an_account_of_any_bytes_keeps_the_rules),
        cmocka_unit_test(p71_texts_over_their_limit_are_damage),
        cmocka_unit_test(p20_groups_of_any_bytes_hold_no_id_of_the_system),
        cmocka_unit_test(p20_settings_of_any_bytes_keep_the_rules),
    };

    return cmocka_run_group_tests_name("accounts/record", tests, NULL, NULL);
}
