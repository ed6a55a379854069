/* SPDX-License-Identifier: Apache-2.0 */
/* Names that must pass no border (P17), one table for all of them. */
#ifndef COG_TESTS_ACCOUNTS_HOSTILE_NAMES_H
#define COG_TESTS_ACCOUNTS_HOSTILE_NAMES_H

static const char *const hostile_names[] = {
    "",
    "0",
    "1000",
    "4294967295",
    "-",
    "-rf",
    "--help",
    "+",
    "+alice",
    ".",
    "..",
    "...",
    ".profile",
    "../etc/passwd",
    "a/b",
    "/",
    "/etc/passwd",
    "a..b",
    "alice.",
    "alice-",
    "alice..",
    "Alice",
    "ALICE",
    "rOot",
    "al ice",
    " alice",
    "alice ",
    "alice\n",
    "\nalice",
    "alice\nroot:x:0:0::/:/bin/sh",
    "alice\r",
    "alice\t",
    "alice:0",
    "alice:x:0:0",
    "alice,bob",
    "alice@example.com",
    "alice$",
    "alice;id",
    "`id`",
    "$(id)",
    "%wheel",
    "#0",
    "~root",
    "alice*",
    "alice?",
    "alice\\",
    "alice\"",
    "alice'",
    "alice=1",
    "DOMAIN\\alice",
    "\x01",
    "\x7f",
    "\b\n\r\177INCORRECT",
    "al\xc3\xaf"
    "ce",
    "\xc4\xb1lker",      /* dotless i */
    "\xd0\xb0lice",      /* Cyrillic a */
    "alice\xe2\x80\xae", /* right-to-left override */
    "alice\xc0\x80",     /* overlong NUL */
    "\xff\xfe",
    "a23456789012345678901234567890123", /* 33 bytes */
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
};

#endif
