/* SPDX-License-Identifier: Apache-2.0 */
/* Words and quotes; see the header. */
#include "aws/command_line.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

struct split {
    const char *at;
    char *out; /* the next byte of the command's text */
    const char *problem;
};

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* From behind the opening quote to behind the closing one. */
static void
take_quoted(struct split *split, char quote)
{
    for (; *split->at != quote; split->at++) {
        if (*split->at == '\0') {
            split->problem = "a quote is not closed";
            return;
        }
        if (quote == '"' && *split->at == '\\' &&
            (split->at[1] == '"' || split->at[1] == '\\'))
            split->at++;
        *split->out++ = *split->at;
    }
    split->at++;
}

/* One word, which begins here. */
static void
take_word(struct split *split)
{
    while (split->problem == NULL && *split->at != '\0' &&
           !is_blank(*split->at)) {
        char c = *split->at++;

        if (c == '\'' || c == '"') {
            take_quoted(split, c);
            continue;
        }
        if (c == '\\') {
            if (*split->at == '\0') {
                split->problem = "ends in a backslash";
                return;
            }
            c = *split->at++;
        }
        *split->out++ = c;
    }
    *split->out++ = '\0';
}

const char *
cog_aws_command_split(const char *line, struct cog_aws_command *command)
{
    struct split split = {line, command->text, NULL};
    size_t len = strlen(line);

    command->count = 0;
    if (len > COG_AWS_COMMAND_MAX)
        return "too long";
    for (size_t i = 0; i < len; i++) {
        if (line[i] != '\t' && cog_text_has_control(line + i, 1))
            return "control characters";
    }
    for (;;) {
        while (is_blank(*split.at))
            split.at++;
        if (*split.at == '\0')
            break;
        if (command->count == COG_AWS_WORDS_MAX)
            return "too many words";
        command->words[command->count++] = split.out;
        take_word(&split);
        if (split.problem != NULL)
            return split.problem;
    }
    command->words[command->count] = NULL;
    if (command->count == 0)
        return "empty";
    return command->words[0][0] == '/' ? NULL : "not an absolute path";
}
