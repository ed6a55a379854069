/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of aws share. */
#ifndef COG_TESTS_UNIT_AWS_SUPPORT_H
#define COG_TESTS_UNIT_AWS_SUPPORT_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* An exact heap copy, so that a sanitizer sees any step beyond it. */
char *copy_of(const char *text, size_t len);

#endif
