/* SPDX-License-Identifier: Apache-2.0 */
/* See the header. */
#include "tests/unit/config/support.h"

#include "config/config.h"

#include <stdio.h>
#include <string.h>

struct cog_config config;
struct cog_config_error error;

void
assert_accepted(const char *text)
{
    error.text[0] = '\0';
    if (!cog_config_parse(text, strlen(text), FILE_NAME, &config, &error))
        fail_msg("refused: %s", error.text);
}

void
assert_bytes_refused(const char *bytes, size_t len, unsigned line,
                     const char *words)
{
    struct cog_config before;
    char where[sizeof FILE_NAME + 16];

    memset(&config, 0x5a, sizeof config);
    memcpy(&before, &config, sizeof before);
    if (cog_config_parse(bytes, len, FILE_NAME, &config, &error))
        fail_msg("accepted: %s", bytes);
    assert_memory_equal(&config, &before, sizeof before);
    if (line == 0)
        (void) snprintf(where, sizeof where, "%s: ", FILE_NAME);
    else
        (void) snprintf(where, sizeof where, "%s:%u: ", FILE_NAME, line);
    if (strncmp(error.text, where, strlen(where)) != 0 ||
        strstr(error.text, words) == NULL || error.line != line)
        fail_msg("\"%s\" gave \"%s\", not line %u \"%s\"", bytes, error.text,
                 line, words);
    for (const char *at = error.text; *at != '\0'; at++)
        assert_in_range(*at, 0x20, 0x7e);
}

void
assert_refused(const char *text, unsigned line, const char *words)
{
    assert_bytes_refused(text, strlen(text), line, words);
}

void
assert_line_accepted(const char *line)
{
    char text[4096];

    (void) snprintf(text, sizeof text, "%s%s\n", BASE, line);
    assert_accepted(text);
}

void
assert_line_refused(const char *line, const char *words)
{
    char text[4096];

    (void) snprintf(text, sizeof text, "%s%s\n", BASE, line);
    assert_refused(text, 3, words);
}

void
check_values(const char *key, const char *const *values)
{
    char line[512];

    for (; *values != NULL; values++) {
        bool refused = **values == '!';

        (void) snprintf(line, sizeof line, "%s = %s", key, *values + refused);
        if (refused)
            assert_line_refused(line, key);
        else
            assert_line_accepted(line);
    }
}
