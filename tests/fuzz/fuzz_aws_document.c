/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: documents with credentials and what goes with them. The first
 * byte says which: "p", "c", "e" for the JSON of a program, a container, EC2;
 * "s" and "r" for STS's answer and refusal; "i" and "g" for an identity
 * pool's credentials and identity; "t" a moment; "w" the words of a
 * credential_process; "j" a token. Whatever is taken can be used.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/command_line.h"
#include "aws/credential_document.h"
#include "aws/identity_pool.h"
#include "aws/timestamp.h"
#include "base/text.h"
#include "tests/fuzz/target.h"

static void
read_document(const char *bytes, size_t len, enum cog_aws_document kind,
              bool sts)
{
    struct cog_aws_credentials found = {.source = NULL};
    const char *problem = NULL;
    enum cog_status status =
        sts ? cog_aws_sts_read(bytes, len, &found, &problem)
            : cog_aws_document_read(bytes, len, kind, &found, &problem);

    if (status == COG_OK && cog_aws_credentials_check(&found) != NULL)
        abort();
    if (status == COG_PROTOCOL && problem == NULL)
        abort();
    if (status == COG_OK && sts && found.session_token.len == 0)
        abort();
    cog_aws_credentials_clear(&found);
}

static void
read_refusal(const char *bytes, size_t len)
{
    char code[32], message[64];

    cog_aws_sts_error(bytes, len, code, sizeof code, message, sizeof message);
    if (cog_text_has_control(code, strlen(code)) ||
        cog_text_has_control(message, strlen(message)))
        abort();
}

static void
read_identity(const char *bytes, size_t len)
{
    struct cog_aws_credentials found = {.source = NULL};
    const char *problem = NULL;

    if (cog_aws_identity_read(bytes, len, &found, &problem) == COG_OK &&
        (cog_aws_credentials_check(&found) != NULL ||
         found.session_token.len == 0 || found.expires_s < 0))
        abort();
    cog_aws_credentials_clear(&found);
}

static void
read_id(const char *bytes, size_t len)
{
    char id[COG_IDENTITY_ID_SIZE] = "";

    if (cog_identity_id_read(bytes, len, id) == COG_OK &&
        strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                   "0123456789:-") != strlen(id))
        abort();
}

/* Each word in quotes: split again, they are the same. */
static void
split_again(const struct cog_aws_command *first)
{
    char line[5 * COG_AWS_COMMAND_MAX + 4 * COG_AWS_WORDS_MAX];
    struct cog_aws_command second;
    size_t used = 0;

    for (size_t i = 0; i < first->count; i++) {
        line[used++] = ' ';
        line[used++] = '\'';
        for (const char *at = first->words[i]; *at != '\0'; at++) {
            if (*at == '\'') {
                memcpy(line + used, "'\\''", 4);
                used += 4;
            } else {
                line[used++] = *at;
            }
        }
        line[used++] = '\'';
    }
    line[used] = '\0';
    if (used > COG_AWS_COMMAND_MAX)
        return;
    if (cog_aws_command_split(line, &second) != NULL ||
        second.count != first->count)
        abort();
    for (size_t i = 0; i < first->count; i++) {
        if (strcmp(first->words[i], second.words[i]) != 0)
            abort();
    }
}

static void
read_text(char kind, const char *bytes, size_t len)
{
    struct cog_aws_command command;
    char *text = strndup(bytes, len);
    int64_t moment = -1;

    if (text == NULL)
        return;
    if (kind == 't' && cog_aws_timestamp_parse(text, &moment) == 0 &&
        (moment < -86400 || moment > INT64_C(253402387200)))
        abort();
    if (kind == 'w' && cog_aws_command_split(text, &command) == NULL)
        split_again(&command);
    free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *) data + 1;

    if (size == 0)
        return 0;
    switch (data[0]) {
    case 'p':
        read_document(bytes, size - 1, COG_AWS_DOCUMENT_PROCESS, false);
        break;
    case 'c':
        read_document(bytes, size - 1, COG_AWS_DOCUMENT_CONTAINER, false);
        break;
    case 'e':
        read_document(bytes, size - 1, COG_AWS_DOCUMENT_EC2, false);
        break;
    case 's':
        read_document(bytes, size - 1, COG_AWS_DOCUMENT_EC2, true);
        break;
    case 'r':
        read_refusal(bytes, size - 1);
        break;
    case 'i':
        read_identity(bytes, size - 1);
        break;
    case 'g':
        read_id(bytes, size - 1);
        break;
    case 'j':
        if (cog_aws_is_web_token(bytes, size - 1) &&
            memchr(bytes, '\n', size - 1) != NULL)
            abort();
        break;
    default:
        read_text((char) data[0], bytes, size - 1);
        break;
    }
    return 0;
}
