/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a test program it puts the locale of the environment in
 * force, as a host does that calls setlocale(LC_ALL, "") before it loads a
 * PAM module. If that cannot be done the program ends: a suite that ran in
 * "C" after all would prove nothing.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

__attribute__((constructor)) static void
enter_locale(void)
{
    const char *wanted = getenv("LC_ALL");
    const char *set = setlocale(LC_ALL, "");

    if (wanted == NULL || set == NULL || strcmp(set, wanted) != 0 ||
        (strncmp(wanted, "tr_TR", 5) == 0 &&
         strcasecmp("TITLE", "title") == 0)) {
        (void) fprintf(stderr, "the locale is not in force\n");
        abort();
    }
}
