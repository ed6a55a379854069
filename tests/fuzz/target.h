/* SPDX-License-Identifier: Apache-2.0 */
/* What every fuzz target is, and how it says that a promise is broken. */
#ifndef COG_TESTS_FUZZ_TARGET_H
#define COG_TESTS_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* https://llvm.org/docs/LibFuzzer.html; called by libFuzzer or replay.c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void
must(bool kept)
{
    if (!kept)
        abort();
}

#endif
