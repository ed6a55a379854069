/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: what a stranger's host is called, as it is counted. */
#include "host/slots.h"
#include "tests/fuzz/target.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char out[COG_SLOTS_ADDRESS_MAX];
    char *text = malloc(size + 1);
    size_t len;

    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    len = cog_slots_address(text, out);
    if (len == 0 || len > sizeof out || (out[0] == '4' && len != 1 + 4) ||
        (out[0] == '6' && len != 1 + 8))
        abort();
    free(text);
    return 0;
}
