/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask_names COUNT NAME...: asks glibc for each name in turn, COUNT times in
 * all. Ends 1 when one was not found, 3 when getpwnam_r reported an error.
 */
#include <pwd.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
    long count = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    struct passwd entry, *found = NULL;
    char buffer[1024];

    for (long i = 0; i < count; i++) {
        if (getpwnam_r(argv[2 + i % (argc - 2)], &entry, buffer, sizeof buffer,
                       &found) != 0)
            return 3;
        if (found == NULL)
            return 1;
    }
    return count > 0 ? 0 : 2;
}
