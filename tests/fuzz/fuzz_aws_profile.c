/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: AWS's shared files. The first byte is the kind of file, then
 * comes the file. What is taken holds no control characters, and the same
 * profile is found when the file is written down again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/profile_file.h"
#include "base/text.h"
#include "tests/fuzz/target.h"

#define TAB '\t'

static bool
is_clean(const struct cog_secret *value)
{
    for (size_t i = 0; i < value->len; i++) {
        if (value->data[i] != TAB && cog_text_has_control(value->data + i, 1))
            return false;
    }
    return true;
}

static void
write_again(const struct cog_aws_profile *first, enum cog_aws_file_kind kind,
            const char *name)
{
    const struct {
        const char *key;
        const struct cog_secret *value;
    } lines[] = {
        {"aws_access_key_id", &first->access_key_id},
        {"aws_secret_access_key", &first->secret_access_key},
        {"credential_process", &first->credential_process},
        {"role_arn", &first->role_arn},
    };
    struct cog_aws_profile second = {.found = false};
    struct cog_secret text = COG_SECRET_EMPTY;
    unsigned line = 0;

    (void) cog_secret_set_text(
        &text, kind == COG_AWS_FILE_CONFIG ? "[profile x]\n" : "[x]\n");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (!is_clean(lines[i].value))
            abort();
        if (lines[i].value->data == NULL)
            continue;
        (void) cog_secret_append(&text, lines[i].key, strlen(lines[i].key));
        (void) cog_secret_append(&text, "=", 1);
        (void) cog_secret_append(&text, lines[i].value->data,
                                 lines[i].value->len);
        (void) cog_secret_append(&text, "\n", 1);
    }
    if (cog_aws_profile_parse(text.data, text.len, kind, name, &second,
                              &line) != COG_OK ||
        !cog_secret_equal(&first->credential_process,
                          &second.credential_process) ||
        !cog_secret_equal(&first->role_arn, &second.role_arn))
        abort();
    cog_aws_profile_clear(&second);
    cog_secret_clear(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char name[] = "x";
    enum cog_aws_file_kind kind;
    struct cog_aws_profile profile = {.found = false};
    unsigned line = 0;
    enum cog_status status;

    if (size == 0)
        return 0;
    kind = data[0] == 'c' ? COG_AWS_FILE_CONFIG : COG_AWS_FILE_CREDENTIALS;
    status = cog_aws_profile_parse((const char *) data + 1, size - 1, kind,
                                   name, &profile, &line);
    if ((status == COG_MISCONFIGURED && line == 0) || line > size)
        abort();
    if (status == COG_OK && profile.found)
        write_again(&profile, kind, name);
    cog_aws_profile_clear(&profile);
    return 0;
}
