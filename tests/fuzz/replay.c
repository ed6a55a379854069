/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fuzz target is linked with in place of libFuzzer, for make check:
 * every seed in COG_SEEDS_DIR and every beginning of it (some thousand, of a
 * long one), with the first byte as it is and, for targets that take a
 * choice from there, changed.
 */
#include "tests/fuzz/target.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
run(const uint8_t *seed, size_t len)
{
    /* An exact heap copy, so that a sanitizer sees any step beyond. */
    uint8_t *copy = malloc(len == 0 ? 1 : len);

    if (copy == NULL)
        return 1;
    memcpy(copy, seed, len);
    (void) LLVMFuzzerTestOneInput(copy, len);
    if (len > 0) {
        memcpy(copy, seed, len);
        copy[0] ^= 1;
        (void) LLVMFuzzerTestOneInput(copy, len);
    }
    free(copy);
    return 0;
}

static int
replay(const char *path)
{
    static uint8_t seed[1024 * 1024];
    FILE *stream = fopen(path, "rb");
    size_t size;

    if (stream == NULL)
        return 1;
    size = fread(seed, 1, sizeof seed, stream);
    (void) fclose(stream);
    for (size_t len = 0; len < size; len += 1 + size / 2048) {
        if (run(seed, len) != 0)
            return 1;
    }
    return run(seed, size);
}

int
main(void)
{
    DIR *seeds = opendir(COG_SEEDS_DIR);
    const struct dirent *entry;
    size_t count = 0;

    if (seeds == NULL)
        return 1;
    while ((entry = readdir(seeds)) != NULL) {
        char path[4096];

        if (entry->d_name[0] == '.')
            continue;
        (void) snprintf(path, sizeof path, "%s/%s", COG_SEEDS_DIR,
                        entry->d_name);
        if (replay(path) != 0)
            return 1;
        count++;
    }
    (void) closedir(seeds);
    printf("%zu seeds replayed\n", count);
    return count > 0 ? 0 : 1;
}
