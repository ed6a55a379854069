/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl/replacement, spool, installed: files that sync and export make.
 * In a directory of their own below the working directory, as root.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cognitoctl/installed.h"
#include "cognitoctl/replacement.h"
#include "cognitoctl/spool.h"
#include "tests/unit/accounts/faults.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static char directory[4096];

static int
set_up(void **state)
{
    char here[2048];

    (void) state;
    if (getcwd(here, sizeof here) == NULL)
        return -1;
    (void) snprintf(directory, sizeof directory, "%s/files-t.XXXXXX", here);
    return mkdtemp(directory) == NULL ? -1 : 0;
}

static const char *
in(const char *name)
{
    static char path[4200];

    (void) snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

/* How many names there are in the directory. */
static size_t
names(void)
{
    DIR *stream = opendir(directory);
    const struct dirent *entry;
    size_t count = 0;

    assert_non_null(stream);
    while ((entry = readdir(stream)) != NULL)
        count += strcmp(entry->d_name, ".") != 0 &&
                 strcmp(entry->d_name, "..") != 0;
    assert_int_equal(closedir(stream), 0);
    return count;
}

static int
tear_down(void **state)
{
    DIR *stream = opendir(directory);
    const struct dirent *entry;

    (void) state;
    while (stream != NULL && (entry = readdir(stream)) != NULL)
        (void) unlinkat(dirfd(stream), entry->d_name, 0);
    if (stream != NULL)
        (void) closedir(stream);
    return rmdir(directory);
}

static void
put(const char *name, const char *text)
{
    FILE *file = fopen(in(name), "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void
holds(const char *name, const char *text, mode_t mode)
{
    char found[256] = "";
    struct stat info;
    FILE *file = fopen(in(name), "re");

    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &info), 0);
    found[fread(found, 1, sizeof found - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    assert_string_equal(found, text);
    assert_int_equal(info.st_mode & 07777, mode);
}

/* ---- replacement */

static void
a_file_is_replaced_when_it_is_finished(void **state)
{
    struct cog_replacement file = COG_REPLACEMENT_NONE;

    (void) state;
    put("it", "old");
    assert_int_equal(chmod(in("it"), 0600), 0);
    assert_int_equal(cog_replacement_begin(in("it"), false, &file), 0);
    assert_int_equal(cog_replacement_write(&file, "ne", 2), 0);
    assert_int_equal(cog_replacement_write(&file, "w", 1), 0);
    holds("it", "old", 0600);
    assert_int_equal(cog_replacement_finish(&file, 0644), 0);
    cog_replacement_end(&file);
    holds("it", "new", 0644);
    assert_int_equal(names(), 1);
}

static void
p72_nobody_can_open_it_before_it_is_finished(void **state)
{
    struct cog_replacement file = COG_REPLACEMENT_NONE;
    struct stat info;
    mode_t old = umask(0);

    (void) state;
    assert_int_equal(cog_replacement_begin(in("it"), false, &file), 0);
    assert_int_equal(fstat(file.fd, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    cog_replacement_end(&file);
    (void) umask(old);
    assert_int_equal(names(), 0);
}

static void
p74_what_is_not_finished_leaves_the_old_file(void **state)
{
    struct cog_replacement file = COG_REPLACEMENT_NONE;

    (void) state;
    put("it", "old");
    assert_int_equal(chmod(in("it"), 0644), 0);
    assert_int_equal(cog_replacement_begin(in("it"), false, &file), 0);
    assert_int_equal(cog_replacement_write(&file, "new", 3), 0);
    cog_replacement_end(&file);
    holds("it", "old", 0644);
    assert_int_equal(names(), 1);
}

/* The power may fail: see tests/unit/accounts/writer-t.c. */
static void
p74_it_is_on_the_disk_before_its_name_and_before_success(void **state)
{
    const struct cog_installed noted = {.created_s = 1};
    struct cog_replacement file = COG_REPLACEMENT_NONE;

    (void) state;
    fault.armed = true;
    assert_int_equal(cog_replacement_begin(in("it"), false, &file), 0);
    assert_int_equal(cog_replacement_write(&file, "new", 3), 0);
    assert_int_equal(fault.unsynced, 1);
    assert_int_equal(cog_replacement_finish(&file, 0644), 0);
    assert_int_equal(cog_installed_store(directory, &noted), 0);
    fault.armed = false;
    cog_replacement_end(&file);
    assert_int_equal(fault.too_soon, 0);
    assert_int_equal(fault.unsynced, 0);
}

static void
p74_a_failed_write_is_told(void **state)
{
    struct cog_replacement file = COG_REPLACEMENT_NONE;
    struct rlimit limit, small;
    char bytes[4096] = "";

    (void) state;
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small = limit;
    small.rlim_cur = 5000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(cog_replacement_begin(in("it"), false, &file), 0);
    assert_int_equal(cog_replacement_write(&file, bytes, sizeof bytes), 0);
    assert_int_equal(cog_replacement_write(&file, bytes, sizeof bytes), EFBIG);
    cog_replacement_end(&file);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(names(), 0);
}

static void
what_a_killed_one_left_is_removed(void **state)
{
    struct cog_replacement killed = COG_REPLACEMENT_NONE;
    struct cog_replacement file = COG_REPLACEMENT_NONE;

    (void) state;
    assert_int_equal(cog_replacement_begin(in("it"), true, &killed), 0);
    assert_int_equal(cog_replacement_begin(in("it"), true, &file), 0);
    assert_int_equal(names(), 1);
    assert_int_equal(cog_replacement_write(&file, "new", 3), 0);
    assert_int_equal(cog_replacement_finish(&file, 0600), 0);
    cog_replacement_end(&file);
    holds("it", "new", 0600);
    assert_int_equal(names(), 1);
    cog_replacement_end(&killed);
}

static void
two_at_once_do_not_mix(void **state)
{
    struct cog_replacement one = COG_REPLACEMENT_NONE;
    struct cog_replacement other = COG_REPLACEMENT_NONE;

    (void) state;
    assert_int_equal(cog_replacement_begin(in("it"), false, &one), 0);
    assert_int_equal(cog_replacement_begin(in("it"), false, &other), 0);
    assert_int_equal(cog_replacement_write(&one, "one", 3), 0);
    assert_int_equal(cog_replacement_write(&other, "other", 5), 0);
    assert_int_equal(cog_replacement_finish(&one, 0644), 0);
    holds("it", "one", 0644);
    assert_int_equal(cog_replacement_finish(&other, 0644), 0);
    holds("it", "other", 0644);
    cog_replacement_end(&one);
    cog_replacement_end(&other);
    assert_int_equal(names(), 1);
}

static void
paths_without_a_name_are_refused(void **state)
{
    struct cog_replacement file = COG_REPLACEMENT_NONE;
    char longest[400];

    (void) state;
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(cog_replacement_begin("", false, &file), EINVAL);
    assert_int_equal(cog_replacement_begin("/tmp/", false, &file), EINVAL);
    assert_int_equal(cog_replacement_begin(longest, false, &file),
                     ENAMETOOLONG);
    assert_int_equal(cog_replacement_begin("/none/such", false, &file),
                     ENOENT);
    cog_replacement_end(&file);
}

/* ---- spool */

static void
a_spool_has_no_name_and_holds_what_was_there(void **state)
{
    struct cog_spool spool = COG_SPOOL_NONE;

    (void) state;
    put("from", "first");
    put("spool.new", "left by a kill");
    assert_int_equal(cog_spool_open(directory, &spool), 0);
    assert_int_equal(names(), 1);
    assert_int_equal(cog_spool_copy(&spool, in("from"), 5), 0);
    /* Who wrote there before may do so again. */
    put("from", "SECOND");
    assert_int_equal(cog_spool_map(&spool), 0);
    assert_int_equal(spool.len, 5);
    assert_memory_equal(spool.bytes, "first", 5);
    cog_spool_close(&spool);
    cog_spool_close(&spool);
}

static void
an_empty_spool_is_mapped_too(void **state)
{
    struct cog_spool spool = COG_SPOOL_NONE;

    (void) state;
    assert_int_equal(cog_spool_open(directory, &spool), 0);
    assert_int_equal(cog_spool_map(&spool), 0);
    assert_non_null(spool.bytes);
    assert_int_equal(spool.len, 0);
    cog_spool_close(&spool);
}

static void
a_spool_takes_only_files_and_not_too_big_ones(void **state)
{
    struct cog_spool spool = COG_SPOOL_NONE;

    (void) state;
    put("from", "first");
    assert_int_equal(mkfifo(in("fifo"), 0600), 0);
    assert_int_equal(cog_spool_open(directory, &spool), 0);
    assert_int_equal(cog_spool_copy(&spool, in("from"), 4), EFBIG);
    assert_int_equal(cog_spool_copy(&spool, in("fifo"), 100), EINVAL);
    assert_int_equal(cog_spool_copy(&spool, directory, 100), EINVAL);
    assert_int_equal(cog_spool_copy(&spool, "/dev/zero", 100), EINVAL);
    assert_int_equal(cog_spool_copy(&spool, in("none"), 100), ENOENT);
    /* A file whose size is told wrong. */
    assert_int_equal(cog_spool_copy(&spool, "/proc/self/maps", 100), EFBIG);
    cog_spool_close(&spool);
    assert_int_equal(cog_spool_open("/none", &spool), ENOENT);
}

/* ---- installed */

static void
what_was_noted_comes_back(void **state)
{
    struct cog_installed noted = {.created_s = INT64_C(1800000000),
                                  .from = "https://b.example/x",
                                  .etag = "\"a\\b\"",
                                  .key = "00ff",
                                  .fingerprint = UINT64_MAX};
    struct cog_installed back = {.created_s = 7};

    (void) state;
    assert_int_equal(cog_installed_load(directory, &back), 0);
    assert_true(back.created_s == 0);
    assert_string_equal(back.from, "");
    assert_int_equal(cog_installed_store(directory, &noted), 0);
    assert_int_equal(cog_installed_load(directory, &back), 0);
    assert_true(back.created_s == noted.created_s);
    assert_string_equal(back.from, noted.from);
    assert_string_equal(back.etag, noted.etag);
    assert_string_equal(back.key, noted.key);
    assert_true(back.fingerprint == noted.fingerprint);
    assert_int_equal(names(), 1);
}

static void
a_damaged_note_is_an_error_and_not_none(void **state)
{
    static const char *const notes[] = {
        "",
        "{}",
        "{\"created\":1,\"from\":\"\",\"etag\":\"\"}",
        "{\"created\":-1,\"from\":\"\",\"etag\":\"\",\"fingerprint\":\"0\"}",
        "{\"created\":1,\"from\":\"\",\"etag\":\"\",\"fingerprint\":\"\"}",
        "{\"created\":1,\"from\":\"\",\"etag\":\"\",\"fingerprint\":\"x\"}",
        ("{\"created\":\"1\",\"from\":\"\",\"etag\":\"\","
         "\"fingerprint\":\"0\"}"),
    };
    struct cog_installed back = {.created_s = 7};

    (void) state;
    for (size_t i = 0; i < COUNT(notes); i++) {
        put("listing", notes[i]);
        assert_int_equal(chmod(in("listing"), 0600), 0);
        assert_int_equal(cog_installed_load(directory, &back), EBADMSG);
        assert_true(back.created_s == 7);
    }
    assert_int_equal(chmod(in("listing"), 0666), 0);
    assert_int_equal(cog_installed_load(directory, &back), EPERM);
}

static void
the_fingerprint_follows_what_decides_about_accounts(void **state)
{
    struct cog_id_map_entry entry = {
        .id = 2000000000, .kind = COG_ID_USER, .name = "alice"};
    struct cog_id_sources sources = COG_ID_SOURCES_EMPTY;
    struct cog_settings settings = {.pool_id = "r_a", .home = "/home/%u"};
    struct cog_config config = {.allow = {.everybody = true}};
    uint64_t seen[9];

    (void) state;
    seen[0] = cog_installed_fingerprint(&config, &sources, &settings);
    assert_true(seen[0] ==
                cog_installed_fingerprint(&config, &sources, &settings));
    config.allow.everybody = false;
    seen[1] = cog_installed_fingerprint(&config, &sources, &settings);
    memcpy(config.allow.groups.text, "Staff", 6);
    config.allow.groups.len = 6;
    seen[2] = cog_installed_fingerprint(&config, &sources, &settings);
    settings.shell[0] = 'x';
    seen[3] = cog_installed_fingerprint(&config, &sources, &settings);
    settings.enumerate = true;
    seen[4] = cog_installed_fingerprint(&config, &sources, &settings);
    sources.map.entries = &entry;
    sources.map.count = 1;
    seen[5] = cog_installed_fingerprint(&config, &sources, &settings);
    entry.id++;
    seen[6] = cog_installed_fingerprint(&config, &sources, &settings);
    (void) snprintf(config.key_attribute, sizeof config.key_attribute,
                    "custom:k");
    seen[7] = cog_installed_fingerprint(&config, &sources, &settings);
    sources.key.bytes[0] = 1;
    seen[8] = cog_installed_fingerprint(&config, &sources, &settings);
    for (size_t i = 0; i < COUNT(seen); i++) {
        for (size_t j = 0; j < i; j++)
            assert_true(seen[i] != seen[j]);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_replaced_when_it_is_finished),
        TEST(p72_nobody_can_open_it_before_it_is_finished),
        TEST(p74_what_is_not_finished_leaves_the_old_file),
        TEST(p74_it_is_on_the_disk_before_its_name_and_before_success),
        TEST(p74_a_failed_write_is_told),
        TEST(what_a_killed_one_left_is_removed),
        TEST(two_at_once_do_not_mix),
        TEST(paths_without_a_name_are_refused),
        TEST(a_spool_has_no_name_and_holds_what_was_there),
        TEST(an_empty_spool_is_mapped_too),
        TEST(a_spool_takes_only_files_and_not_too_big_ones),
        TEST(what_was_noted_comes_back),
        TEST(a_damaged_note_is_an_error_and_not_none),
        TEST(the_fingerprint_follows_what_decides_about_accounts),
    };

    if (geteuid() != 0) {
        (void) printf("files of root's are wanted\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
