/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a credential_process, without a shell (P82). */
#ifndef COG_AWS_COMMAND_LINE_H
#define COG_AWS_COMMAND_LINE_H

#include <stddef.h>

#define COG_AWS_WORDS_MAX   64
#define COG_AWS_COMMAND_MAX 4096 /* bytes */

struct cog_aws_command {
    char *words[COG_AWS_WORDS_MAX + 1]; /* into text; NULL behind the last */
    size_t count;
    char text[COG_AWS_COMMAND_MAX + COG_AWS_WORDS_MAX];
};

/*
 * Split as a POSIX shell does, but expand nothing: blanks and tabs separate
 * words; '...' is literal; in "..." a backslash takes the meaning from a
 * backslash or a quote before which it stands, and is itself elsewhere;
 * outside of quotes it does so before anything. So "$HOME", "~", "*", "|" and
 * ";" are characters like others. Returns NULL, or a fixed text that says
 * what is wrong: "too long", "too many words", "a quote is not closed", "ends
 * in a backslash", "control characters", "empty". The first word must begin
 * with "/", else "not an absolute path". *command is valid after NULL only.
 */
const char *cog_aws_command_split(const char *line,
                                  struct cog_aws_command *command);

#endif
