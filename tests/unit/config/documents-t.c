/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An option is done when table, man page with its default, sample file and
 * test agree: this is where they are held against each other.
 */
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BASE "pool_id = eu-west-1_A\nclient_id = a\n"

/* A file of the source tree, NUL-terminated; to be freed. */
static char *
read_source(const char *name)
{
    const char *top = getenv("srcdir");
    char path[4096];
    FILE *stream;
    char *text = malloc(COG_CONFIG_FILE_MAX + 1);
    size_t len;

    assert_non_null(text);
    (void) snprintf(path, sizeof path, "%s/%s", top == NULL ? "." : top, name);
    stream = fopen(path, "r");
    if (stream == NULL)
        fail_msg("cannot read %s", path);
    len = fread(text, 1, COG_CONFIG_FILE_MAX, stream);
    (void) fclose(stream);
    text[len] = '\0';
    return text;
}

/* What troff takes for a hyphen is one. */
static void
drop_escapes(char *text)
{
    char *to = text;

    for (; *text != '\0'; text++) {
        if (text[0] != '\\' || text[1] != '-')
            *to++ = *text;
    }
    *to = '\0';
}

/*
 * The entries ".TP" ".B NAME" between two headings of a man page. *at moves
 * behind the entry that is returned; its text ends at the next one.
 */
static char *
next_entry(char **at, const char *end_of_section, char name[64])
{
    static const char begin[] = "\n.TP\n.B ";
    char *entry = strstr(*at, begin), *text;
    size_t len;

    if (entry == NULL || (end_of_section != NULL && entry > end_of_section))
        return NULL;
    entry += sizeof begin - 1;
    len = strcspn(entry, "\n");
    assert_true(len < 64);
    memcpy(name, entry, len);
    name[len] = '\0';
    text = entry + len;
    *at = text;
    return text;
}

/* Whether an entry's text has these words before the next entry. */
static int
entry_has(const char *text, const char *words)
{
    const char *found = strstr(text, words);
    const char *next = strstr(text, "\n.TP\n");
    const char *section = strstr(text, "\n.SH ");

    return found != NULL && (next == NULL || found < next) &&
           (section == NULL || found < section);
}

static void
the_man_page_has_each_option_in_order_with_its_default(void **state)
{
    char *page = read_source("man/cognito.conf.5");
    char *at, *end, *text, name[64];
    const char *option, *fallback;
    size_t i = 0;

    (void) state;
    drop_escapes(page);
    at = strstr(page, "\n.SH OPTIONS\n");
    assert_non_null(at);
    end = strstr(at + 1, "\n.SH ");
    while ((text = next_entry(&at, end, name)) != NULL) {
        char words[128];

        fallback = NULL;
        option = cog_config_option(i++, &fallback);
        if (option == NULL)
            fail_msg("the man page has more than the table: %s", name);
        assert_string_equal(name, option);
        if (fallback != NULL)
            (void) snprintf(words, sizeof words, "\nDefault: \\fB%s\\fR",
                            fallback);
        else if (i <= 2)
            (void) snprintf(words, sizeof words, "\nRequired.");
        else
            (void) snprintf(words, sizeof words, "\nDefault: ");
        if (!entry_has(text, words))
            fail_msg("%s: the man page lacks \"%s\"", option, words + 1);
        if (fallback == NULL && entry_has(text, "\nDefault: \\fB"))
            fail_msg("%s has no default, the man page says one", option);
    }
    option = cog_config_option(i, &fallback);
    if (option != NULL)
        fail_msg("%s is not in the man page", option);
    free(page);
}

/* "#key = value", without a blank behind the "#": an option of the sample. */
static int
split_sample_line(const char *line, char key[64], char value[256])
{
    return line[0] == '#' && line[1] >= 'a' && line[1] <= 'z' &&
           sscanf(line, "#%63[a-z_] = %255[^\n]", key, value) == 2;
}

/* What else must stand in a file for one option to be right. */
static const char *
lines_beside(const char *key)
{
    static const struct {
        const char *key, *lines;
    } others[] = {
        {"pool_id", "client_id = a\n"},
        {"client_id", "pool_id = eu-west-1_A\n"},
        {"identity_pool_id", BASE "session_tokens = yes\n"},
        {"snapshot_url", BASE "snapshot_key = /etc/cognito/snapshot.pem\n"},
    };

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(others[i].key, key) == 0)
            return others[i].lines;
    }
    return BASE;
}

static void
check_sample_option(size_t index, const char *key, const char *value)
{
    const char *fallback = NULL;
    const char *option = cog_config_option(index, &fallback);
    struct cog_config_error error;
    struct cog_config config;
    char text[1024];

    if (option == NULL)
        fail_msg("the sample has more than the table: %s", key);
    assert_string_equal(key, option);
    if (fallback != NULL)
        assert_string_equal(value, fallback);
    (void) snprintf(text, sizeof text, "%s%s = %s\n", lines_beside(key), key,
                    value);
    if (!cog_config_parse(text, strlen(text), "sample", &config, &error))
        fail_msg("%s", error.text);
}

static void
the_sample_has_each_option_in_order_with_its_default(void **state)
{
    char *sample = read_source("etc/cognito.conf");
    char key[64], value[256];
    const char *fallback, *option;
    size_t i = 0;

    (void) state;
    for (const char *line = sample; line != NULL && *line != '\0';
         line = strchr(line, '\n')) {
        line += *line == '\n';
        if (split_sample_line(line, key, value))
            check_sample_option(i++, key, value);
    }
    option = cog_config_option(i, &fallback);
    if (option != NULL)
        fail_msg("%s is not in the sample", option);
    free(sample);
}

static void
p24_the_sample_as_shipped_admits_nobody(void **state)
{
    char *sample = read_source("etc/cognito.conf");
    struct cog_config_error error;
    struct cog_config config;

    (void) state;
    assert_false(
        cog_config_parse(sample, strlen(sample), "sample", &config, &error));
    assert_string_equal(error.text, "sample: pool_id is missing");
    free(sample);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            the_man_page_has_each_option_in_order_with_its_default),
        cmocka_unit_test(the_sample_has_each_option_in_order_with_its_default),
        cmocka_unit_test(p24_the_sample_as_shipped_admits_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
