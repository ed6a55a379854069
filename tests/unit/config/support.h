/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of config share: a text is taken, or refused where and why.
 */
#ifndef COG_TESTS_UNIT_CONFIG_SUPPORT_H
#define COG_TESTS_UNIT_CONFIG_SUPPORT_H

#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define FILE_NAME "/etc/cognito/cognito.conf"
#define POOL      "eu-west-1_Ab12Cd34E"
/* Two lines, so that what a case adds begins in line 3. */
#define BASE "pool_id = " POOL "\nclient_id = 1example23456789abcdefghij\n"

extern struct cog_config config;
extern struct cog_config_error error;

void assert_accepted(const char *text);

/* Refused in this line (0: none), for a reason with these words. */
void assert_bytes_refused(const char *bytes, size_t len, unsigned line,
                          const char *words);

void assert_refused(const char *text, unsigned line, const char *words);

/* BASE and one more line. */
void assert_line_accepted(const char *line);

void assert_line_refused(const char *line, const char *words);

/* Each text of the list, "value" taken or "!value" refused, up to NULL. */
void check_values(const char *key, const char *const *values);

#endif
