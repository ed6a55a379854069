/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: packets between our processes, from whichever side. */
#include "wire/message.h"
#include "tests/fuzz/target.h"

#include <stdint.h>
#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;
    size_t at = 0, sum = 0;

    if (cog_message_parse(data, size, &message) != 0)
        return 0;
    for (size_t i = 0; i < message.count; i++) {
        for (size_t b = 0; b < message.field[i].len; b++)
            sum += (unsigned char) message.field[i].bytes[b];
    }
    if (message.type == COG_MSG_RESULT)
        while (cog_field_list_next(&message.field[COG_RESULT_GROUPS], &at))
            sum++;
    if (cog_message_same_build(&message) && sum == 0)
        abort();
    return 0;
}
