/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Properties that must hold in every locale (P18, P32). Include it after
 * <cmocka.h>. `make check` builds the locales into the build tree
 * (tests/make-locales) and sets LOCPATH.
 */
#pragma once

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* What this locale does to somebody who asks the C library. */
static void
assert_locale_is_in_force(const char *name)
{
    const time_t epoch = 0;
    struct tm parts;
    char text[64];

    assert_non_null(gmtime_r(&epoch, &parts));
    assert_true(strftime(text, sizeof text, "%a %b", &parts) > 0);
    if (strcmp(name, "C") == 0)
        assert_string_equal(text, "Thu Jan");
    else
        assert_string_not_equal(text, "Thu Jan");
#ifndef __SANITIZE_ADDRESS__ /* which brings a strcasecmp of its own */
    assert_int_equal(strcasecmp("TITLE", "title") == 0,
                     strcmp(name, "tr_TR.UTF-8") != 0);
#endif
}

/* Runs it in each; the case is skipped if one is not to be had. */
static void
in_every_locale(void (*property)(void))
{
    static const char *const names[] = {"C", "tr_TR.UTF-8", "de_DE.UTF-8",
                                        "ar_SA.UTF-8"};
    char before[256];
    bool missing = false;

    (void) snprintf(before, sizeof before, "%s", setlocale(LC_ALL, NULL));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (setlocale(LC_ALL, names[i]) == NULL) {
            missing = true;
            continue;
        }
        assert_locale_is_in_force(names[i]);
        property();
    }
    assert_non_null(setlocale(LC_ALL, before));
    if (missing) {
        printf("localedef, of the package locales, made no locales\n");
        skip();
    }
}
