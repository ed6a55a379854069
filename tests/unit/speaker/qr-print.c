/* SPDX-License-Identifier: Apache-2.0 */
/* qr-print TEXT STYLE: what the speaker would draw, for qr-t to read. */
#include <stdio.h>
#include <stdlib.h>

#include "speaker/qr.h"

static bool
print(void *context, const char *text)
{
    (void) context;
    return puts(text) >= 0;
}

int
main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    return cog_qr_draw(argv[1], (enum cog_qr_style) atoi(argv[2]), print, NULL)
               ? 0
               : 1;
}
