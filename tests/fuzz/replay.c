/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fuzz target is linked with in place of libFuzzer, for make check:
 * every seed in COG_SEEDS_DIR, and every beginning of it.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay(const char *path)
{
    static uint8_t seed[64 * 1024];
    FILE *stream = fopen(path, "rb");
    size_t size;

    if (stream == NULL)
        return 1;
    size = fread(seed, 1, sizeof seed, stream);
    (void) fclose(stream);
    for (size_t len = 0; len <= size; len++) {
        /* An exact heap copy, so that a sanitizer sees any step beyond. */
        uint8_t *copy = malloc(len == 0 ? 1 : len);

        if (copy == NULL)
            return 1;
        memcpy(copy, seed, len);
        (void) LLVMFuzzerTestOneInput(copy, len);
        free(copy);
    }
    return 0;
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
